#!/usr/bin/env python3
"""The shipped sample, measured: how often the shares' intervals hold the sample's truth over many draws, and how wide they are
beside those of a plain random sample of as many labels (Wilson, with the finite-population correction).

    cargo build --release -p vigie
    python3 bench/width.py [--draws 30] [--labels 300] [--vigie target/release/vigie]
"""
import argparse
import json
import math
import pathlib
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def lines(path):
    text = subprocess.run(["zstd", "-dcq", path], check=True, capture_output=True, text=True).stdout
    return map(json.loads, text.splitlines())


def truths():
    """Posts that repeat no other and adverts among them, by watch."""
    reposts = {(p["network"], p["id"]) for path in (ROOT / "samples").glob("posts-*.zst") for p in lines(path) if p.get("repost_of")}
    counts = {}
    for truth in lines(ROOT / "samples/.truth.jsonl.zst"):
        if truth.get("watch") and (truth["network"], truth["id"]) not in reposts:
            posts, adverts = counts.get(truth["watch"], (0, 0))
            counts[truth["watch"]] = posts + 1, adverts + (truth["label"] in ("advert", "suspected_scam_seller"))
    return {watch: adverts / posts for watch, (posts, adverts) in counts.items()}


def plain_width(share, n, posts):
    """Width of Wilson's interval of a plain sample that hits the share."""
    n, z2 = n / (1 - n / posts), 1.959963984540054**2
    return 2 * math.sqrt(z2 * (share * (1 - share) * n + z2 / 4)) / (n + z2)


def one_draw(binary, seed, labels):
    """The figures of one draw."""
    with tempfile.TemporaryDirectory() as folder:
        config = (ROOT / "vigie.toml").read_text().replace('seed = "quick start"', f'seed = "{seed}"')
        config = config.replace('path = "samples/"', f'path = "{ROOT}/samples"')
        pathlib.Path(folder, "vigie.toml").write_text(config)
        run = lambda *arguments: subprocess.run([binary, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout
        run("scan")
        answers = str(ROOT / "samples/.made-up-labels.jsonl.zst")
        run("label", "--labels", str(labels), "--import", answers)
        return json.loads(run("share", "--format", "json"))["shares"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=30)
    parser.add_argument("--labels", type=int, default=300)
    parser.add_argument("--vigie", default=str(ROOT / "target/release/vigie"))
    options = parser.parse_args()
    truth, held, ratios = truths(), {}, {}
    for draw in range(options.draws):
        for figure in one_draw(pathlib.Path(options.vigie).resolve(), f"draw {draw}", options.labels):
            watch, report = figure["domain"]["watch"], figure["posts"]
            low, high = report["interval"]["low"], report["interval"]["high"]
            held.setdefault(watch, []).append(low <= truth[watch] <= high)
            ratios.setdefault(watch, []).append((high - low) / plain_width(truth[watch], report["labels"], report["posts"]))
    print(f"{options.draws} draws of {options.labels} labels a watch")
    for watch in held:
        print(f"{watch:<10} truth {truth[watch]:6.1%}  held {statistics.mean(held[watch]):6.1%}  median width {statistics.median(ratios[watch]):.2f} of plain")
    everything = [hit for hits in held.values() for hit in hits]
    print(f"all: held {statistics.mean(everything):.1%}, median width {statistics.median(r for rs in ratios.values() for r in rs):.2f} of plain (goal: 0.60)")


if __name__ == "__main__":
    main()
