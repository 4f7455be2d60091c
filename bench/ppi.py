#!/usr/bin/env python3
"""PPI++ of Vigie beside the Python package ppi-python (0.2.3): the same numbers to 1e-9, and the time for a million scores.

    cargo build --release -p vigie-measure --example ppi
    python3 -m venv /tmp/ppi && /tmp/ppi/bin/pip install ppi-python==0.2.3
    /tmp/ppi/bin/python bench/ppi.py [--rounds 40] [--binary target/release/examples/ppi]
"""
import argparse
import os
import statistics
import subprocess
import tempfile
import time

os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")})  # one core each
import numpy as np
from ppi_py import ppi_mean_ci, ppi_mean_pointestimate

TOLERANCE = 1e-9


def draw(rng, n, others):
    """Labels, their scores, other scores: a random share, detector and noise."""
    share, noise = rng.uniform(0.01, 0.9), rng.uniform(0.05, 2.0)
    y = (rng.random(n) < share).astype(float)
    truth = (rng.random(others) < share).astype(float)
    score = lambda label: 1 / (1 + np.exp(-(4 * label - 2) - noise * rng.normal(size=label.size)))
    return y, score(y), score(truth)


def vigie(binary, y, f, u):
    """What Vigie says: rows by lambda, and seconds."""
    with tempfile.NamedTemporaryFile() as file:
        np.array([len(y), len(u)], dtype="<u8").tofile(file)
        for values in (y, f, u):
            values.astype("<f8").tofile(file)
        file.flush()
        lines = subprocess.run([binary, file.name], check=True, capture_output=True, text=True).stdout.split("\n")
    rows = {parts[0]: [float(part) for part in parts[1:]] for parts in (line.split() for line in lines) if parts}
    return rows, rows.pop("seconds")[0]


def peer(y, f, u, lam):
    point = ppi_mean_pointestimate(y, f, u, lam=lam)
    low, high = ppi_mean_ci(y, f, u, alpha=0.05, lam=lam)
    return [float(np.ravel(value)[0]) for value in (point, low, high)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--binary", default="target/release/examples/ppi")
    options = parser.parse_args()
    rng, worst = np.random.default_rng(2026), 0.0
    for _ in range(options.rounds):
        y, f, u = draw(rng, int(rng.integers(20, 3000)), int(rng.integers(20, 30000)))
        rows, _ = vigie(options.binary, y, f, u)
        for name, lam in (("tuned", None), ("0", 0.0), ("1", 1.0)):
            worst = max(worst, *(abs(a - b) for a, b in zip(rows[name], peer(y, f, u, lam))))
    print(f"greatest difference in {options.rounds} rounds: {worst:.2e} (allowed: {TOLERANCE:.0e})")
    y, f, u = draw(rng, 1_000_000, 1_000_000)
    _, ours = vigie(options.binary, y, f, u)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        ppi_mean_ci(y, f, u, alpha=0.05)
        times.append(time.perf_counter() - start)
    theirs = statistics.median(times)
    print(f"n = N = 1,000,000: vigie {ours * 1e3:.1f} ms, ppi-python {theirs * 1e3:.1f} ms, {theirs / ours:.1f} times (goal: 10)")
    raise SystemExit(0 if worst <= TOLERANCE and theirs >= 10 * ours else 1)


if __name__ == "__main__":
    main()
