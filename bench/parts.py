"""Two parts of the detector beside the Python libraries for the same job, in one run on one core.

Language identification: `langid` (restricted to the six languages and as it comes). Classification: TF-IDF + logistic
regression of scikit-learn as in quality.py, trained on what the recipe learns from, against the whole detector. The texts are
those of the real sets whose language is known.

    python3 -m venv bench/venv && bench/venv/bin/pip install langid scikit-learn
    cargo build --release -p vigie-detect --example part_speed && cargo build --release -p vigie
    taskset -c 0 bench/venv/bin/python bench/parts.py
"""

import json
import pathlib
import subprocess
import tempfile
import time

import langid

import quality

EXAMPLE = "target/release/examples/part_speed"
LANGUAGES = ["fr", "en", "de", "es", "it", "nl"]
DATA = pathlib.Path("../shared/data")


def texts():
    rows = [json.loads(line) for path in sorted((DATA / "tweets_xlmt").glob("*.jsonl")) for line in open(path, encoding="utf-8")]
    rows = [(" ".join(row["text"].split()), row["lang"]) for row in rows if row["lang"] in LANGUAGES]
    return [row for row in rows if sum(c.isalpha() for c in row[0]) >= 20]


def vigie(part, lines):
    out = subprocess.run([EXAMPLE, part], input="\n".join(lines), capture_output=True, text=True, check=True).stdout.split("\n")
    return float(out[0]), out[1 : len(lines) + 1]


def timed(job):
    start = time.process_time()
    answer = job()
    return time.process_time() - start, answer


def main():
    rows = texts()
    lines, truth = [row[0] for row in rows], [row[1] for row in rows]
    right = lambda answers: 100 * sum(a == t for a, t in zip(answers, truth)) / len(truth)
    print(f"{len(lines)} tweets of {len(set(truth))} languages")
    ours, answers = vigie("language", lines)
    print(f"language: vigie {len(lines) / ours:,.0f} a second, {right(answers):.1f} % right")
    for name, languages in [("langid", None), ("langid, six languages", LANGUAGES)]:
        langid.set_languages(languages)
        theirs, answers = timed(lambda: [langid.classify(line)[0] for line in lines])
        print(f"language: {name} {len(lines) / theirs:,.0f} a second, {right(answers):.1f} % right; vigie is {theirs / ours:.1f} times as fast")
    with tempfile.TemporaryDirectory() as folder:
        data = [argument for name in quality.FOLDERS for argument in ("--data", DATA / name)]
        quality.call("target/release/vigie", "split", *data, "--recipe", "models/training.toml", "--out", folder, "--generated", 100)
        learnt, adverts, _ = quality.read(pathlib.Path(folder) / "train.jsonl")
    score = quality.tfidf(learnt, adverts)
    ours, _ = vigie("judge", lines)
    theirs, _ = timed(lambda: score(lines))
    print(f"classification: vigie {len(lines) / ours:,.0f} a second, scikit-learn {len(lines) / theirs:,.0f}; vigie is {theirs / ours:.1f} times as fast")


if __name__ == "__main__":
    main()
