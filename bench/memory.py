"""Peak resident memory of `vigie scan` on a stream of 500 MB and on one of 5 GB, against the bound of 150 MB.

The peak is the kernel's own (`ru_maxrss`), file mappings included. The inputs lie in the work folder and are
deleted afterwards unless --keep is given; both together take some minutes and, one after the other, 5 GB of disk."""
import argparse
import json
import os
import resource
import subprocess
import sys

import harness

BOUND = 150_000_000  # bytes


def generate(megabytes):
    """Makes the input unless it is there. In a process of its own: see `check_floor`."""
    out = harness.path(f"stream-{megabytes}mb.jsonl")
    if not os.path.exists(out):
        print(f"generating {out}", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, os.path.join(harness.HERE, "stream.py"), str(megabytes), out], check=True, stdout=subprocess.DEVNULL)
    return out


def check_floor(peak):
    """A child's `ru_maxrss` is at least the peak of the process that started it, so this one must stay smaller."""
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if peak <= floor:
        raise harness.BenchError(f"peak of {peak} bytes cannot be told from that of this program ({floor} bytes)")


def measure(vigie, megabytes, args):
    """One scan."""
    posts = generate(megabytes)
    try:
        count = harness.count_lines(posts)
        print(f"scanning {count} posts", file=sys.stderr, flush=True)
        ended = vigie.scan(posts, count, args.cores, args.threads)
        check_floor(ended.peak)
        return {"bytes": os.path.getsize(posts), "posts": count, "peak_bytes": ended.peak, "wall_seconds": ended.wall, "met": ended.peak <= BOUND}
    finally:
        if not args.keep:
            os.remove(posts)


def print_text(found):
    """The result for a reader."""
    print(f"# memory: {found['machine']}; peak resident memory of vigie scan, {found['threads']} threads")
    print(f"{'input MB':>10} {'posts':>12} {'peak MB':>9} {'wall s':>8}  bound {BOUND / 1e6:.0f} MB")
    for row in found["rows"]:
        print(f"{row['bytes'] / 1e6:10,.0f} {row['posts']:12,} {row['peak_bytes'] / 1e6:9.1f} {row['wall_seconds']:8.1f}  {'met' if row['met'] else 'missed'}")


def main():
    parser = argparse.ArgumentParser(description="Measures the peak memory of `vigie scan`.")
    harness.add_vigie_options(parser)
    parser.add_argument("--megabytes", type=int, nargs="+", default=[500, 5000], help="sizes of the inputs (default: 500 5000)")
    parser.add_argument("--threads", type=int, default=2, help="(default: %(default)s)")
    parser.add_argument("--cores", default="0,1", help="processors, as for taskset (default: %(default)s)")
    parser.add_argument("--keep", action="store_true", help="keep the inputs")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    args = parser.parse_args()
    vigie = harness.Vigie(args.vigie, args.config)
    with vigie.alone():
        rows = [measure(vigie, megabytes, args) for megabytes in args.megabytes]
    found = {"machine": harness.machine(), "threads": args.threads, "bound_bytes": BOUND, "rows": rows}
    if args.format == "json":
        print(json.dumps(found, indent=1))
    else:
        print_text(found)


if __name__ == "__main__":
    harness.guarded(main)
