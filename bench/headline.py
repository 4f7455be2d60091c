"""The whole-program benchmark: `vigie scan` against the rivals, in turns, each ratio taken inside one round.

Passes minutes apart differ by up to half on a shared host, so only such ratios are held against a goal: their
median must reach it. Needs what setup.sh made, and nothing but the standard library."""
import argparse
import dataclasses
import json
import os
import statistics
import sys

import harness

HITS, ALL = "python pipeline, hits only", "python pipeline, all scored"
BOUND = "rust bound: parse + scan"
ONE, TWO = "vigie scan, 1 core", "vigie scan, 2 cores"
BOUND_ROW = "sonic-rs + aho-corasick DFA, 1 thread"


@dataclasses.dataclass(frozen=True)
class Sample:
    """One turn of one contender over the whole file: seconds; no wall clock where only a part was timed."""

    cpu: float
    wall: float | None = None


@dataclasses.dataclass(frozen=True)
class Goal:
    """A ratio of the first contender to the second, and what its median must reach."""

    name: str
    first: str
    second: str
    at_least: float
    seconds: str  # the field of Sample that the ratio is of

    def ratio(self, turns):
        """How many times faster the first one was in a round."""
        return getattr(turns[self.second], self.seconds) / getattr(turns[self.first], self.seconds)


GOALS = (
    Goal("vigie / python pipeline, hits only", ONE, HITS, 5.0, "cpu"),
    Goal("vigie / python pipeline, all scored", ONE, ALL, 15.0, "cpu"),
    Goal("vigie / rust bound", ONE, BOUND, 0.5, "cpu"),
    Goal("vigie, 2 cores / 1 core (wall clock)", TWO, ONE, 1.8, "wall"),
)


def reported(output, count, contender):
    """The CPU seconds that a rival reported of itself, checked to be of the whole file."""
    if int(output["items"]) != count:
        raise harness.BenchError(f"{contender} took {output['items']} posts of {count}")
    return Sample(output["cpu"])


def python_pipeline(posts, count, core, which):
    """One turn of the Python pipeline."""
    program = [harness.needed(harness.path("venv/bin/python")), os.path.join(harness.HERE, "pipeline.py"), posts, which]
    ended = harness.run(harness.pinned(core, program))
    return reported(json.loads(ended.stdout), count, which)


def rust_bound(posts, count, core):
    """One turn of the rivals' `text` program: the median of its five repeats of parse + scan."""
    program = [harness.needed(harness.path("rust/target/release/text")), posts, harness.needed(harness.path("terms.txt"))]
    ended = harness.run(harness.pinned(core, program))
    rows = [json.loads(line) for line in ended.stdout.splitlines()]
    row = next((row for row in rows if row["name"] == BOUND_ROW), None)
    if row is None:
        raise harness.BenchError(f"the rivals' text program printed no row {BOUND_ROW!r}")
    return reported(row, count, BOUND)


def vigie_scan(vigie, posts, count, cores, threads):
    """One turn of the whole program, start-up and commits included."""
    ended = vigie.scan(posts, count, cores, threads)
    return Sample(ended.cpu, ended.wall)


def contenders(args, count, vigie):
    """Name and turn of each contender."""
    core = args.cores.split(",")[0]
    found = {
        HITS: lambda: python_pipeline(args.posts, count, core, "hits"),
        ALL: lambda: python_pipeline(args.posts, count, core, "all"),
        BOUND: lambda: rust_bound(args.posts, count, core),
    }
    if vigie:
        found[ONE] = lambda: vigie_scan(vigie, args.posts, count, core, 1)
        found[TWO] = lambda: vigie_scan(vigie, args.posts, count, args.cores, 2)
    return found


def in_turns(turns, rounds):
    """Every contender once a round; each round starts with another one, so that none always follows the same."""
    names, results = list(turns), []
    for number in range(rounds):
        start = number % len(names)
        results.append({})
        for name in names[start:] + names[:start]:
            print(f"round {number + 1} of {rounds}: {name}", file=sys.stderr, flush=True)
            results[-1][name] = turns[name]()
    return results


def spread(values):
    """Median and range."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "rounds": values}


def summary(args, count, names, results):
    """The whole result as plain data."""
    ratios = []
    for goal in (goal for goal in GOALS if {goal.first, goal.second} <= set(names)):
        found = spread([goal.ratio(turns) for turns in results])
        ratios.append({"name": goal.name, "goal": goal.at_least, "met": found["median"] >= goal.at_least, **found})
    return {
        "machine": harness.machine(),
        "file": os.path.basename(args.posts),
        "posts": count,
        "bytes": os.path.getsize(args.posts),
        "rounds": len(results),
        "posts_per_cpu_second": {name: spread([count / turns[name].cpu for turns in results]) for name in names},
        "posts_per_second": {name: spread([count / turns[name].wall for turns in results]) for name in names if results[0][name].wall},
        "ratios": ratios,
    }


def print_text(found):
    """The result for a reader."""
    print(f"# headline: {found['machine']}; {found['file']}, {found['posts']:,} posts, {found['rounds']} rounds")
    for title, unit in (("posts_per_cpu_second", "posts per CPU second"), ("posts_per_second", "posts per second of wall clock")):
        print(f"\n{unit:40} {'median':>12}   range")
        for name, row in found[title].items():
            print(f"{name:40} {row['median']:12,.0f}   {row['min']:,.0f} - {row['max']:,.0f}")
    print(f"\n{'ratio inside a round':40} {'median':>12}   {'range':15} goal")
    for row in found["ratios"]:
        span = f"{row['min']:.2f} - {row['max']:.2f}"
        print(f"{row['name']:40} {row['median']:12.2f}   {span:15} >= {row['goal']:g}: {'met' if row['met'] else 'missed'}")


def options():
    """The command line."""
    parser = argparse.ArgumentParser(description="Measures `vigie scan` against the rivals, in turns.")
    harness.add_vigie_options(parser)
    parser.add_argument("--rivals-only", action="store_true", help="leave vigie out")
    parser.add_argument("--rounds", type=int, default=5, help="(default: %(default)s)")
    parser.add_argument("--posts", default=harness.path("posts200k.jsonl"), help="the file, with its .labels beside it (default: %(default)s)")
    parser.add_argument("--cores", default="0,1", help="two processors; the first is that of the one-core runs (default: %(default)s)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    args = parser.parse_args()
    if args.rounds < 1:
        parser.error("--rounds must be at least 1")
    if len(set(args.cores.split(","))) != 2:
        parser.error("--cores needs two processors, such as 0,1")
    return args


def measured(args, vigie):
    """Runs all rounds."""
    count = harness.count_lines(harness.needed(args.posts))
    turns = contenders(args, count, vigie)
    return summary(args, count, list(turns), in_turns(turns, args.rounds))


def main():
    args = options()
    if args.rivals_only:
        found = measured(args, None)
    else:
        vigie = harness.Vigie(args.vigie, args.config)
        with vigie.alone():
            found = measured(args, vigie)
    if args.format == "json":
        print(json.dumps(found, indent=1))
    else:
        print_text(found)


if __name__ == "__main__":
    harness.guarded(main)
