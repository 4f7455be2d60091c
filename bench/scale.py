#!/usr/bin/env python3
"""Roll-ups of many simulated posts: size on disk, and the time that `vigie share --watch` takes.

    python3 bench/scale.py [--watches 10000] [--networks 4] [--hours 25] [--posts 1000] [--vigie target/release/vigie]

The defaults are 1 billion posts. The rows are what Vigie writes: every stratum has four sketches (two with registers, as for more
than 256 distinct hashes) and five cells.
"""
import argparse
import json
import pathlib
import sqlite3
import subprocess
import tempfile
import time

HOUR = 498_600


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("watches", 10_000), ("networks", 4), ("hours", 25), ("posts", 1_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--vigie", default="target/release/vigie")
    options = parser.parse_args()
    binary = pathlib.Path(options.vigie).resolve()
    with tempfile.TemporaryDirectory() as folder:
        watches = "".join(f'[[watch]]\nname = "w{w}"\nany = ["w{w}"]\n' for w in range(3))
        pathlib.Path(folder, "vigie.toml").write_text('profile = "platform"\n' + watches)
        # Two posts of a watch give real sketches to copy; the store is then filled beside the program.
        words = [json.dumps({"id": str(i), "network": "x", "text": f"w0 mot{i}", "author": {"id": f"a{i}"}, "created_at": "2026-11-20T18:00:00Z"}) for i in range(1_000)]
        pathlib.Path(folder, "posts.jsonl").write_text("\n".join(words))
        subprocess.run([binary, "scan", "posts.jsonl"], cwd=folder, check=True, capture_output=True)
        fill(pathlib.Path(folder, "vigie-data/vigie.db"), options)
        size = pathlib.Path(folder, "vigie-data/vigie.db").stat().st_size
        times = []
        for _ in range(3):
            start = time.perf_counter()
            subprocess.run([binary, "share", "--watch", "w1"], cwd=folder, check=True, capture_output=True)
            times.append(time.perf_counter() - start)
    posts = options.watches * options.networks * options.hours * options.posts
    print(f"{posts:,} posts in {posts // options.posts:,} strata: {size / 1e6:,.0f} MB (goal for 1e9: 200), share of one watch {min(times):.2f} s (goal: 1)")


def fill(path, options):
    db = sqlite3.connect(path)
    big = db.execute("SELECT texts FROM stratum ORDER BY length(texts) DESC LIMIT 1").fetchone()[0]
    small = db.execute("SELECT advert_texts FROM stratum LIMIT 1").fetchone()[0]
    first = db.execute("SELECT max(id) FROM stratum").fetchone()[0] + 1
    db.execute("PRAGMA synchronous = off")
    number = first
    for w in range(options.watches):
        for n in range(options.networks):
            for h in range(options.hours):
                db.execute("INSERT INTO stratum VALUES (?,?,?,?,?,?,?,?,?)", (number, f'["w{w}"]', f"net{n}", "fr", HOUR + h, big, big, small, small))
                db.execute("INSERT INTO stratum_watch VALUES (?,?)", (f"w{w}", number))
                for bin, share in ((0, 0.9), (2, 0.02), (11, 0.02), (22, 0.01), (23, 0.05)):
                    db.execute("INSERT INTO cell (stratum, bin, repost, posts) VALUES (?,?,0,?)", (number, bin, int(options.posts * share)))
                number += 1
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


if __name__ == "__main__":
    main()
