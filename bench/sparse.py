"""sparse.py [--posts N] [--share S] [--seed K] [OUT]: the corpus of the rivals' generator with fewer adverts.

A real stream holds far fewer adverts than the 3 % of `gen_posts.py`. Text, fields and languages are the
generator's own: its adverts are thinned at random until S of the posts are adverts (0.5 % by default).
Deterministic in (N, S, K, corpus). The labels (0 or 1) go to OUT.labels."""
import argparse
import itertools
import json
import os
import random
import sys

import harness

MADE_SHARE = 0.03  # of adverts, in gen_posts.posts()
SPARE = 1.06  # posts made for each post wanted: more than 1 / (1 - MADE_SHARE), with room for chance


def thinned(posts, share, seed):
    """Leaves out adverts so that `share` of what remains are adverts, on average."""
    kept = share * (1 - MADE_SHARE) / ((1 - share) * MADE_SHARE)
    chance = random.Random(f"sparse {seed}")
    return ((label, post) for label, post in posts if not label or chance.random() < kept)


def sparse(count, share, seed):
    """Yields `count` pairs of label and post."""
    generator = harness.peer_module("gen_posts")
    english, french = (harness.sentences(language) for language in ("en", "fr"))
    made = generator.posts(int(count * SPARE) + 100, seed, english, french)
    return itertools.islice(thinned(made, share, seed), count)


def write(pairs, out):
    """Writes posts and labels; OUT appears only once it is whole. Returns the numbers of posts and adverts."""
    posts = adverts = 0
    with open(out + ".part", "w", encoding="utf-8") as lines, open(out + ".labels", "w") as labels:
        for label, post in pairs:
            lines.write(json.dumps(post, ensure_ascii=False, separators=(",", ":")) + "\n")
            labels.write(f"{label}\n")
            posts += 1
            adverts += label
    os.replace(out + ".part", out)
    return posts, adverts


def main():
    parser = argparse.ArgumentParser(description="Makes a corpus with few adverts.")
    parser.add_argument("out", nargs="?", default=harness.path("sparse200k.jsonl"))
    parser.add_argument("--posts", type=int, default=200_000, help="posts in the file (default: %(default)s)")
    parser.add_argument("--share", type=float, default=0.005, help="share of adverts, at most 0.03 (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
    args = parser.parse_args()
    if not 0 <= args.share <= MADE_SHARE:
        parser.error(f"--share must lie between 0 and {MADE_SHARE}")
    posts, adverts = write(sparse(args.posts, args.share, args.seed), args.out)
    print(f"{args.out}: {posts} posts, {adverts} adverts")
    if posts != args.posts:
        sys.exit(f"sparse: {args.posts} posts wanted, {posts} made")


if __name__ == "__main__":
    main()
