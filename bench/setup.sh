#!/bin/sh
# Prepares the benchmark: Debian packages, the rivals of ../shared/bench-peers (their Python environment and
# Rust programs) and the made-up posts. Everything goes to BENCH_DATA (default: bench-peers in the temporary
# folder); the repository and ../shared stay as they are. What is there already is not made again, so it may be
# run at any time. Needs Python 3.11 or later and Rust.
set -eu

here="$(cd "$(dirname "$0")" && pwd)"
peers="${BENCH_PEERS:-$here/../../shared/bench-peers}"
BENCH_DATA="${BENCH_DATA:-${TMPDIR:-/tmp}/bench-peers}"
export BENCH_DATA
python="$BENCH_DATA/venv/bin/python"

say() { echo "setup: $*"; }
stop() { echo "setup: $*" >&2; exit 1; }

# The corpus is cut from the documents of these packages; the tools pin and count.
install_packages() {
  missing=
  for package in fortune-mod fortunes manpages-fr debian-handbook valgrind util-linux; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
  done
  [ -n "$missing" ] || { say "Debian packages are installed"; return; }
  [ "$(id -u)" = 0 ] || stop "install these Debian packages first:$missing"
  say "installing$missing"
  apt-get update -q >/dev/null
  # shellcheck disable=SC2086  # a list of words
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null
}

copy_peers() {
  say "copying the rivals to $BENCH_DATA"
  mkdir -p "$BENCH_DATA/rust"
  for file in common.py corpus.py gen_posts.py s0_headline.py s2_text.py requirements.txt; do
    copy "$file"
  done
  copy rust/Cargo.toml
  for file in "$peers"/rust/src/*.rs "$peers"/rust/src/bin/*.rs; do
    copy "rust/${file#"$peers/rust/"}"
  done
}

# Leaves an equal file alone, so that its time stamp starts no new build. The source is read-only; the copy is not.
copy() {
  mkdir -p "$(dirname "$BENCH_DATA/$1")"
  cmp -s "$peers/$1" "$BENCH_DATA/$1" || { rm -f "$BENCH_DATA/$1"; cp "$peers/$1" "$BENCH_DATA/$1"; chmod u+w "$BENCH_DATA/$1"; }
}

install_python() {
  installed="$BENCH_DATA/venv/installed.txt"
  if cmp -s "$BENCH_DATA/requirements.txt" "$installed"; then
    say "the Python environment is installed"
    return
  fi
  say "installing the Python environment (some minutes)"
  python3 -m venv "$BENCH_DATA/venv"
  "$python" -m pip install -q --disable-pip-version-check -r "$BENCH_DATA/requirements.txt"
  cp "$BENCH_DATA/requirements.txt" "$installed"
}

build_rust() {
  say "building the Rust bound"
  # A target folder of its own, whatever the environment says: the harness looks for the binary there.
  (cd "$BENCH_DATA/rust" && cargo build --quiet --release --bin text --target-dir "$BENCH_DATA/rust/target")
}

# A file counts as made only with its last part in place, so an interrupted run starts it anew.
generate() {
  name="posts$1.jsonl"
  if [ -f "$BENCH_DATA/$name" ]; then
    say "$name is there"
    return
  fi
  say "generating $name"
  part="$BENCH_DATA/$name.part"
  "$python" "$BENCH_DATA/gen_posts.py" "$2" "$part"
  mv "$part.labels" "$BENCH_DATA/$name.labels"
  mv "$part" "$BENCH_DATA/$name"
}

generate_sparse() {
  if [ -f "$BENCH_DATA/sparse200k.jsonl" ]; then
    say "sparse200k.jsonl is there"
    return
  fi
  say "generating sparse200k.jsonl"
  "$python" "$here/sparse.py"
}

[ -f "$peers/gen_posts.py" ] || stop "the rivals are missing: no $peers/gen_posts.py; ../shared must lie beside the repository, or BENCH_PEERS name its bench-peers folder"
command -v cargo >/dev/null || stop "cargo is missing: install Rust"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || stop "Python 3.11 or later is needed"
mkdir -p "$BENCH_DATA"
install_packages
copy_peers
install_python
build_rust
if [ -s "$BENCH_DATA/corpus.en.txt" ] && [ -s "$BENCH_DATA/corpus.fr.txt" ]; then
  say "the corpus is there"
else
  say "cutting the corpus"
  "$python" "$BENCH_DATA/corpus.py"
fi
generate 200k 200000
generate 1m 1000000
generate_sparse
say "done; sums of the inputs:"
(cd "$BENCH_DATA" && sha256sum corpus.en.txt corpus.fr.txt terms.txt posts200k.jsonl posts1m.jsonl sparse200k.jsonl)
