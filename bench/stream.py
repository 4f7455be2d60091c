"""stream.py MEGABYTES OUT: a long stream made of posts200k.jsonl, over and over until OUT holds that many million bytes.

Nothing that a program could remember comes twice: each pass has its own post ids and author handles and a mark
at the end of each text, and `created_at` goes on by a second a post. Deterministic. Prints the number of posts."""
import argparse
import datetime
import json
import os

import harness

START = datetime.datetime(2026, 1, 1)
ODD = 0x9E3779B97F4A7C15  # odd, so that index -> id is one to one on 64 bits


def template(line):
    """A post with gaps for what changes from pass to pass, for `bytes.__mod__` with a dictionary."""
    post = json.loads(line)
    handle = post["author"]["handle"].encode()
    gaps = line.replace(b"%", b"%%").replace(post["id"].encode(), b"%(id)b")
    gaps = gaps.replace(b'"handle":"' + handle + b'"', b'"handle":"' + handle + b'%(pass)b"', 1)
    gaps = gaps.replace(b"/" + handle + b"/%(id)b", b"/" + handle + b"%(pass)b/%(id)b")
    gaps = gaps.replace(post["created_at"].encode(), b"%(time)b", 1)
    # A quote inside a text is escaped, so this can only be the end of the text.
    return gaps.replace(b'","lang":', b'%(mark)b","lang":', 1)


def filled(templates):
    """Yields posts without end."""
    index = number = 0
    while True:
        suffix = b"_%d" % number
        for gaps in templates:
            identifier = b"%016x" % (index * ODD % 2**64)
            time = (START + datetime.timedelta(seconds=index)).isoformat().encode() + b"Z"
            yield gaps % {b"id": identifier, b"pass": suffix, b"mark": b" (%d)" % number, b"time": time}
            index += 1
        number += 1


def write(posts, size, out):
    """Writes whole posts until `size` bytes are reached; OUT appears only once it is whole. Returns their number."""
    count = written = 0
    with open(out + ".part", "wb", buffering=1 << 20) as file:
        while written < size:
            written += file.write(next(posts))
            count += 1
    os.replace(out + ".part", out)
    return count


def main():
    parser = argparse.ArgumentParser(description="Makes a long stream of posts.")
    parser.add_argument("megabytes", type=int)
    parser.add_argument("out")
    args = parser.parse_args()
    with open(harness.needed(harness.path("posts200k.jsonl")), "rb") as lines:
        templates = [template(line) for line in lines]
    print(write(filled(templates), args.megabytes * 1_000_000, args.out))


if __name__ == "__main__":
    harness.guarded(main)
