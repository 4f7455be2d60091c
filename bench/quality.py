"""The detector beside what a data scientist would try first, on the same texts.

Trains TF-IDF + logistic regression (scikit-learn) and fastText on what the recipe learns from, and compares them with
`vigie model eval` on what it does not: held-out real posts, the functional suite, generated posts. Never pooled.

    python3 -m venv bench/venv && bench/venv/bin/pip install scikit-learn fasttext-wheel
    bench/venv/bin/python bench/quality.py
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, precision_recall_curve
from sklearn.pipeline import make_pipeline, make_union

FOLDERS = ["tweets_mlma", "tweets_xlmt", "sentences_tatoeba_fr", "sms_spam", "agora_titles_amber"]
ADVERTS = {"advert", "sale", "suspected_scam_seller"}
UNDECIDED = {"ambiguous", "not_reviewable", "unknown"}
PREVALENCE = 0.10


def read(path):
    rows = [json.loads(line) for line in open(path, encoding="utf-8") if line.strip()]
    rows = [row for row in rows if row["label"] not in UNDECIDED]
    return [row["text"] for row in rows], np.array([row["label"] in ADVERTS for row in rows]), [row.get("lang", "und") for row in rows]


def tfidf(texts, adverts):
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, strip_accents="unicode")
    runs = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True, max_features=300_000)
    model = make_pipeline(make_union(words, runs), LogisticRegression(C=10, max_iter=1000)).fit(texts, adverts)
    return lambda texts: model.predict_proba(texts)[:, 1]


def fast_text(texts, adverts):
    import fasttext

    line = lambda text: " ".join(text.lower().split())
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.writelines(f"__label__{'advert' if advert else 'other'} {line(text)}\n" for text, advert in zip(texts, adverts))
        file.flush()
        model = fasttext.train_supervised(file.name, epoch=25, lr=0.5, wordNgrams=2, minn=2, maxn=5, dim=50, thread=1, seed=1, verbose=0)

    def scores(texts):
        # The binding's own predict() breaks on NumPy 2; the raw call does not.
        answers = (model.f.predict(line(text) + "\n", 2, 0.0, "strict") for text in texts)
        return np.array([next((p for p, label in answer if label == "__label__advert"), 0.0) for answer in answers])

    return scores


def figures(adverts, scores):
    """Figures at the threshold 0.5, precision and F1 at the prevalence of the data; None where nothing defines them."""
    found = scores >= 0.5
    both = adverts.any() and not adverts.all()
    recall = found[adverts].mean() if adverts.any() else None
    precision = adverts[found].mean() if found.any() else None
    f1 = None if recall is None else 0.0 if not precision or not recall else 2 * precision * recall / (precision + recall)
    weights = np.where(adverts, PREVALENCE / max(adverts.sum(), 1), (1 - PREVALENCE) / max((~adverts).sum(), 1))
    best = None
    if both:
        precisions, recalls, _ = precision_recall_curve(adverts, scores, sample_weight=weights)
        best = max(recalls[:-1][precisions[:-1] >= 0.95], default=0.0)
    return {
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "false_positive_rate": found[~adverts].mean() if (~adverts).any() else None,
        "average_precision": average_precision_score(adverts, scores) if both else None,
        "recall_at_precision_95": best,
    }


def vigie_figures(section):
    """The same figures from `vigie model eval`, the last at 10 %."""
    rows = [row for row in section["rows"] if row["scorer"] == "vigie"]
    out = dict(next(row for row in rows if row["of_data"])["figures"])
    out["recall_at_precision_95"] = next(row for row in rows if row["figures"]["prevalence"] == PREVALENCE)["figures"]["recall_at_precision_95"]
    return out


def call(vigie, *arguments):
    done = subprocess.run([vigie, "model", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"vigie model {arguments[0]}: {done.stderr}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vigie", default="target/release/vigie")
    parser.add_argument("--data", default="../shared/data", type=pathlib.Path)
    parser.add_argument("--suite", default="suite", type=pathlib.Path)
    parser.add_argument("--recipe", default="models/training.toml")
    parser.add_argument("--generated", default=10_000, type=int)
    parser.add_argument("--format", choices=["table", "json"], default="table")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        parts = pathlib.Path(folder)
        data = [argument for name in FOLDERS for argument in ("--data", args.data / name)]
        call(args.vigie, "split", *data, "--recipe", args.recipe, "--out", parts, "--generated", args.generated)
        sets = {"real, held out": [parts / "test.jsonl"], "generated": [parts / "generated.jsonl"]}
        sets |= {f"suite, {path.stem}": [path] for path in sorted(args.suite.glob("*.jsonl"))}
        texts, adverts, _ = read(parts / "train.jsonl")
        contenders = {"TF-IDF + logistic regression": tfidf(texts, adverts)}
        try:
            contenders["fastText"] = fast_text(texts, adverts)
        except ImportError:
            print("fastText is not installed: pip install fasttext-wheel", file=sys.stderr)
        results = collections.defaultdict(dict)
        for name, paths in sets.items():
            for path in paths:
                texts, adverts, _ = read(path)
                report = json.loads(call(args.vigie, "eval", "--data", path, "--format", "json", "--resamples", "0"))
                assert report["data"]["posts"] == len(texts), "both must have read the same posts"
                results[name]["vigie"] = vigie_figures(report["data"])
                results[name] |= {contender: figures(adverts, score(texts)) for contender, score in contenders.items()}
                results[name]["posts"], results[name]["prevalence"] = len(texts), float(adverts.mean())
    if args.format == "json":
        print(json.dumps(results, indent=2, default=float))
        return
    for name, rows in results.items():
        print(f"\n{name}: {rows['posts']} posts, {100 * rows['prevalence']:.1f} % adverts")
        print(f"  {'':30}{'precision':>11}{'recall':>9}{'F1':>9}{'false pos.':>12}{'AP':>9}{'R at P≥95, 10 %':>17}")
        for contender in ["vigie", *contenders]:
            row = rows[contender]
            cell = lambda key, width, digits=1: f"{'–' if row[key] is None else f'{100 * row[key]:.{digits}f}':>{width}}"
            print(f"  {contender:30}{cell('precision', 11)}{cell('recall', 9)}{cell('f1', 9)}{cell('false_positive_rate', 12, 3)}"
                  f"{cell('average_precision', 9)}{cell('recall_at_precision_95', 17)}")


if __name__ == "__main__":
    main()
