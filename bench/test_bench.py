"""Tests of the harness itself: `python3 -m unittest discover bench`. They need nothing that setup.sh makes."""
import itertools
import json
import os
import sys
import tempfile
import unittest

import harness
import headline
import sparse
import stream

POST = {
    "id": "075a8929c2cd789a",
    "network": "x",
    "author": {"handle": "user1", "name": "User1 Lille"},
    "created_at": "2026-01-01T00:00:00Z",
    "text": 'user1 50% "x","lang":"fr" @user1',
    "lang": "fr",
    "tags": [],
    "media": [{"type": "image", "url": "https://media.example/075a8929c2cd789a.jpg"}],
    "url": "https://x.example/user1/075a8929c2cd789a",
}


def line():
    """POST as the generator writes it."""
    return json.dumps(POST, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


class DataFolder(unittest.TestCase):
    def test_only_a_benchmark_folder_may_be_emptied(self):
        for data in ("/", "/tmp", "/tmp/other", "/var/lib/vigie-bench", "/tmp/vigie-bench/../other", "", None):
            with self.subTest(data), self.assertRaises(harness.BenchError):
                harness.own_folder(data, "vigie.toml")
        self.assertEqual(harness.own_folder("/tmp/vigie-bench", "vigie.toml"), os.path.realpath("/tmp/vigie-bench"))


class Counting(unittest.TestCase):
    def test_every_post_must_have_been_read(self):
        harness.check_count(b'{"posts_read": 3, "finds": 1}', 3)
        for stdout in (b'{"posts_read": 2}', b"{}", b"", b"3"):
            with self.subTest(stdout), self.assertRaises(harness.BenchError):
                harness.check_count(stdout, 3)


class Running(unittest.TestCase):
    def test_measures_the_whole_child(self):
        ended = harness.run([sys.executable, "-c", "print(sum(range(3_000_000)))"])
        self.assertEqual(ended.stdout, b"4499998500000\n")
        self.assertGreater(ended.cpu, 0)
        self.assertGreater(ended.peak, 1_000_000)

    def test_a_failure_is_told(self):
        with self.assertRaisesRegex(harness.BenchError, "exit 3\nwhy"):
            harness.run([sys.executable, "-c", "import sys; sys.stderr.write('why'); sys.exit(3)"])


class Ratios(unittest.TestCase):
    def test_faster_is_greater_than_one(self):
        turns = {headline.ONE: headline.Sample(2.0, 3.0), headline.HITS: headline.Sample(10.0), headline.TWO: headline.Sample(2.5, 1.5)}
        self.assertEqual(headline.GOALS[0].ratio(turns), 5.0)
        self.assertEqual(headline.GOALS[3].ratio(turns), 2.0)

    def test_each_round_takes_every_contender_once(self):
        order = []
        turns = {name: lambda name=name: order.append(name) for name in "abc"}
        self.assertEqual(len(headline.in_turns(turns, 2)), 2)
        self.assertEqual("".join(order), "abcbca")


class Corpora(unittest.TestCase):
    def test_thinning_reaches_the_share(self):
        made = [(int(number % 100 < 3), number) for number in range(100_000)]
        kept = list(sparse.thinned(made, 0.005, 1))
        self.assertAlmostEqual(sum(label for label, _ in kept) / len(kept), 0.005, delta=0.001)
        self.assertEqual(sum(1 for label, _ in kept if not label), 97_000)
        self.assertEqual(kept, list(sparse.thinned(made, 0.005, 1)))

    def test_a_stream_repeats_nothing(self):
        templates = [stream.template(line()), stream.template(line())]
        posts = [json.loads(made) for made in itertools.islice(stream.filled(templates), 6)]
        self.assertEqual(len({post["id"] for post in posts}), 6)
        self.assertEqual([post["created_at"][-3:] for post in posts], [f"0{second}Z" for second in range(6)])
        self.assertEqual([post["author"]["handle"] for post in posts], ["user1_0"] * 2 + ["user1_1"] * 2 + ["user1_2"] * 2)
        self.assertEqual(posts[2]["text"], POST["text"] + " (1)")
        self.assertEqual(posts[2]["url"], f"https://x.example/user1_1/{posts[2]['id']}")
        self.assertEqual(posts[2]["media"][0]["url"], f"https://media.example/{posts[2]['id']}.jpg")

    def test_a_stream_ends_with_a_whole_post(self):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "out")
            count = stream.write(stream.filled([stream.template(line())]), 1000, out)
            self.assertEqual(harness.count_lines(out), count)
            self.assertGreaterEqual(os.path.getsize(out), 1000)
            self.assertEqual(os.listdir(folder), ["out"])


if __name__ == "__main__":
    unittest.main()
