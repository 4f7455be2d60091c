"""pipeline.py POSTS hits|all: the whole pipeline in Python, `pipe()` of the rivals' s0_headline.py, over a whole
file in a process of its own. Prints one JSON line with the CPU seconds of that loop alone: imports, reading the
file and training the model come before it and are not counted. Runs in the environment that setup.sh made."""
import gc
import json
import os
import sys
import unicodedata

os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")})
import ahocorasick
import orjson
import phonenumbers
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

import harness

TRAINED_ON = 30_000


def automaton():
    """The rivals' 3,000 terms."""
    built = ahocorasick.Automaton()
    with open(harness.path("terms.txt"), encoding="utf-8") as terms:
        for term in terms:
            built.add_word(term.rstrip("\n"), term)
    built.make_automaton()
    return built


def trained(lines, labels, vectorizer):
    """The rivals' classifier."""
    texts = [orjson.loads(line)["text"] for line in lines[:TRAINED_ON]]
    model = LogisticRegression(max_iter=200, class_weight="balanced", solver="liblinear")
    return model.fit(vectorizer.transform(texts), labels[:TRAINED_ON])


def pipe(lines, every, terms, vectorizer, model):
    """Parse, normalise, scan; phone numbers of the hits; score the hits, or with `every` all posts."""
    keep, hits, phones = [], 0, 0
    for line in lines:
        text = orjson.loads(line)["text"]
        normal = unicodedata.normalize("NFKC", text).lower()
        hit = next(terms.iter(normal), None) is not None
        if hit:
            hits += 1
            phones += sum(1 for _ in phonenumbers.PhoneNumberMatcher(text, "FR", leniency=phonenumbers.Leniency.POSSIBLE))
        if hit or every:
            keep.append(normal)
    return hits, phones, float(model.predict_proba(vectorizer.transform(keep))[:, 1].sum())


def main():
    posts, which = sys.argv[1:]
    every = {"hits": False, "all": True}[which]
    cpu_now = harness.peer_module("common").cpu_now
    with open(posts, "rb") as file:
        lines = file.read().splitlines()
    with open(posts + ".labels") as file:
        labels = [int(label) for label in file]
    vectorizer = HashingVectorizer(n_features=2**18, ngram_range=(1, 2), alternate_sign=False)
    terms, model = automaton(), trained(lines, labels, vectorizer)
    gc.collect()
    gc.freeze()
    started = cpu_now()
    hits, phones, score = pipe(lines, every, terms, vectorizer, model)
    cpu = cpu_now() - started
    print(json.dumps({"items": len(lines), "cpu": cpu, "hits": hits, "phones": phones, "score": score}))


if __name__ == "__main__":
    main()
