#!/bin/sh
# callgrind.sh [--vigie PATH] [--config PATH]: prints the instructions that `vigie scan` takes for one post, on one
# thread. It is the difference between runs over the first 20,000 and the first 2,000 posts of posts200k.jsonl,
# divided by 18,000, so that start-up falls out. Unlike seconds it hardly depends on what else the machine does.
set -eu

here="$(cd "$(dirname "$0")" && pwd)"
work="${BENCH_DATA:-${TMPDIR:-/tmp}/bench-peers}"
vigie="$here/../target/release/vigie"
config="$here/vigie.toml"
few=2000
many=20000

stop() { echo "callgrind.sh: $*" >&2; exit 1; }

while [ $# -gt 0 ]; do
  case "$1 ${2:+given}" in
    "--vigie given") vigie="$2" ;;
    "--config given") config="$2" ;;
    *) stop "usage: callgrind.sh [--vigie PATH] [--config PATH]" ;;
  esac
  shift 2
done

# The data folder as the other programs take it: one that may be emptied.
data_folder() {
  PYTHONPATH="$here" python3 -B - "$vigie" "$config" <<'PYTHON'
import sys
import harness
sys.argv[0] = "callgrind.sh"  # what an error names
harness.guarded(lambda: print(harness.Vigie(*sys.argv[1:]).data))
PYTHON
}

# Instructions of one run over the first $1 posts.
instructions() {
  input="$scratch/posts.jsonl"
  head -n "$1" "$work/posts200k.jsonl" > "$input"
  rm -rf "$data"
  valgrind --tool=callgrind --callgrind-out-file="$scratch/profile" \
    "$vigie" --config "$config" scan "$input" --format json --threads 1 > "$scratch/summary" 2> "$scratch/log" \
    || { cat "$scratch/log" >&2; stop "the run over $1 posts failed"; }
  tr -d ' \n' < "$scratch/summary" | grep -q "\"posts_read\":$1[,}]" || stop "vigie did not read $1 posts"
  sed -n 's/^\(summary\|totals\): *\([0-9][0-9]*\).*/\2/p' "$scratch/profile" | tail -n 1
}

command -v valgrind >/dev/null || stop "valgrind is missing: run bench/setup.sh"
[ -f "$work/posts200k.jsonl" ] || stop "$work/posts200k.jsonl is missing: run bench/setup.sh"
data="$(data_folder)"
exec 9> "$data.lock"
flock -n 9 || stop "another benchmark holds $data.lock"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch" "$data"' EXIT
trap 'exit 1' INT TERM
small="$(instructions $few)"
large="$(instructions $many)"
[ -n "$small" ] && [ -n "$large" ] || stop "the profile holds no count"
echo $(((large - small) / (many - few)))
