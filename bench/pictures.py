#!/usr/bin/env python3
"""Pictures: PDQ and the index of hashes beside what a user would take instead, on the same inputs, in one run, one thread.

python3 bench/pictures.py hash        # images/s on 1 Mpx JPEG, decode included; bits on lossless input; robustness table
python3 bench/pictures.py index [N]   # exact queries/s at radius 31 over N hashes (default 1000000), uniform and clustered

Needs PyPI pdqhash, faiss-cpu, numpy and Pillow, and `cargo build --release -p vigie-media --example speed`.
A rival for block-batched AVX-512 is ../../shared/bench-peers/rust (`hamming`); BENCH_HAMMING names its binary.
"""
import io, json, os, pathlib, statistics, subprocess, sys, tempfile, time

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
SPEED = os.environ.get("BENCH_SPEED", str(ROOT / "target/release/examples/speed"))
SIDE = 1024
random = np.random.default_rng(1)


def ours(*arguments):
    return json.loads(subprocess.run([SPEED, *map(str, arguments)], check=True, capture_output=True, text=True).stdout)


def median_time(run, rounds=5):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def photograph(width, height):
    """A made-up photograph: smooth low-frequency colour, edges and a little grain (as in bench-peers/s3_images.py)."""
    from PIL import Image
    noise = Image.fromarray(random.integers(0, 256, (24, 24, 3), dtype=np.uint8))
    pixels = np.asarray(noise.resize((width, height), Image.BICUBIC)).astype(np.int16)
    for _ in range(30):
        x, y = random.integers(0, width - 80), random.integers(0, height - 80)
        pixels[y:y + random.integers(20, 200), x:x + random.integers(20, 200)] += random.integers(-90, 90, 3, dtype=np.int16)
    return Image.fromarray(np.clip(pixels + random.normal(0, 4, pixels.shape), 0, 255).astype(np.uint8))


def variants(image):
    """What happens to pictures that are posted again."""
    from PIL import Image, ImageDraw, ImageOps
    width, height = image.size
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=30)
    yield "JPEG 30", Image.open(jpeg).convert("RGB")
    yield "half size", image.resize((width // 2, height // 2), Image.BICUBIC)
    yield "double size", image.resize((width * 2, height * 2), Image.BICUBIC)
    edge = width // 40
    yield "crop 5 %", image.crop((edge, edge, width - edge, height - edge))
    yield "border 5 %", ImageOps.expand(image, width // 40, "white")
    text = image.copy()
    ImageDraw.Draw(text).text((width // 10, height // 2), "MENU example_fictif", fill="white", font_size=width // 14)
    yield "text over it", text
    yield "mirrored", ImageOps.mirror(image)
    yield "turned by 90", image.rotate(90, expand=True)


def hashing():
    import pdqhash
    from PIL import Image
    folder = pathlib.Path(tempfile.mkdtemp())
    images = [photograph(SIDE, SIDE) for _ in range(20)]
    files = []
    for number, image in enumerate(images):
        files.append(folder / f"{number:02}.jpg")
        image.save(files[-1], "JPEG", quality=85)
    data = [file.read_bytes() for file in files]
    decode = lambda bytes_: np.asarray(Image.open(io.BytesIO(bytes_)).convert("RGB"))
    rival = len(data) / median_time(lambda: [pdqhash.compute(decode(b)) for b in data])
    result = ours("hash", *files)
    row("decode and hash, 1 Mpx JPEG, one core", "images/s")
    row("---", "---")
    row("pdqhash with Pillow", f"{rival:.0f}")
    row("vigie", f"{result['images_per_second']:.0f} ({result['images_per_second'] / rival:.1f} x; decoding alone {result['decoded_per_second']:.0f})")
    robustness(folder, images)


def bits(hash_hex):
    return np.unpackbits(np.frombuffer(bytes.fromhex(hash_hex), dtype=np.uint8))


def robustness(folder, images):
    """Distance to the original; for turned pictures the least over the eight dihedral hashes of the original is in the last column."""
    import pdqhash
    table, same, turned = {}, 0, {}
    for number, image in enumerate(images):
        originals = pdqhash.compute_dihedral(np.asarray(image))[0]
        plain = folder / f"{number:02}.png"
        image.save(plain)
        mine = bits(ours("bits", plain)["hashes"][0])
        same += int((mine == originals[0]).all())
        for name, variant in variants(image):
            path = folder / "variant.png"
            variant.save(path)
            mine_now = bits(ours("bits", path)["hashes"][0])
            theirs_now = pdqhash.compute(np.asarray(variant))[0]
            same += int((mine_now == theirs_now).all())
            table.setdefault(name, []).append((int((mine != mine_now).sum()), int((originals[0] != theirs_now).sum())))
            turned.setdefault(name, []).append(min(int((other != mine_now).sum()) for other in originals))
    print(f"\nsame bits on lossless input: {same} of {len(images) * 9}\n")
    row("variant", "vigie: median bits, matched at 31", "pdqhash: median bits, matched at 31", "vigie, eight turns: matched at 31")
    row("---", "---", "---", "---")
    for name, pairs in table.items():
        cells = [f"{statistics.median(p[side] for p in pairs):.0f}, {sum(p[side] <= 31 for p in pairs)}/{len(pairs)}" for side in (0, 1)]
        row(name, *cells, f"{sum(d <= 31 for d in turned[name])}/{len(pairs)}")


def flipped(hashes, counts):
    """Each hash with that many different bits flipped."""
    out = np.unpackbits(hashes, axis=1)
    order = random.random(out.shape).argsort(axis=1).argsort(axis=1)
    return np.packbits(out ^ (order < counts[:, None]), axis=1)


def clustered(n):
    """Half alone, half in clusters of the same picture (sizes by Zipf, the greatest 1 %, up to 40 bits apart); in 5 % stripes fill half
    of the parts, as in hashes of fences and printed tables (q0746 of Meta's pictures)."""
    hashes = random.integers(0, 256, (n, 32), dtype=np.uint8)
    position = n // 2
    size = n // 100
    rank = 1
    while position < n:
        count = min(max(size // rank, 2), n - position)
        for start in range(position, position + count, 50_000):
            end = min(start + 50_000, position + count)
            centre = np.repeat(hashes[position:position + 1], end - start, axis=0)
            hashes[start:end] = flipped(centre, random.integers(0, 41, end - start))
        position += count
        rank += 1
    stripes = random.choice(n, n // 20, replace=False)
    mask = random.random((len(stripes), 16)) < 0.5
    pairs = hashes[stripes].reshape(-1, 16, 2)
    pairs[mask] = np.where(random.random(mask.sum()) < 0.5, 0x55, 0xAA).astype(np.uint8)[:, None]
    hashes[stripes] = pairs.reshape(-1, 32)
    random.shuffle(hashes)
    return hashes


def questions(hashes, count=400):
    """Half random, half an entry with exactly 31 bits flipped: the farthest that must be found."""
    near = flipped(hashes[random.choice(len(hashes), count // 2, replace=False)], np.full(count // 2, 31))
    return np.concatenate([random.integers(0, 256, (count // 2, 32), dtype=np.uint8), near])


def searching(n):
    import faiss
    faiss.omp_set_num_threads(1)
    folder = pathlib.Path(tempfile.mkdtemp())
    row(f"{n} hashes, radius 31", "queries/s", "matches", "build s", "bytes a hash")
    row("---", "---", "---", "---", "---")
    for kind, hashes in (("uniform", random.integers(0, 256, (n, 32), dtype=np.uint8)), ("clustered", clustered(n))):
        asked = questions(hashes)
        hashes.tofile(folder / "hashes")
        asked.tofile(folder / "queries")
        best = flat(faiss, kind, hashes, asked)
        best = max(best, multi_hash(faiss, kind, hashes, asked))
        result = ours("index", folder / "hashes", folder / "queries")
        row(f"{kind}: vigie", f"{result['queries_per_second']:.0f} ({result['queries_per_second'] / best:.0f} x the best of faiss)", result["matches"], f"{result['build_seconds']:.2f}", f"{result['bytes_per_hash']:.0f}")
    if os.environ.get("BENCH_HAMMING"):
        print(subprocess.run([os.environ["BENCH_HAMMING"], str(n)], capture_output=True, text=True).stdout)


def flat(faiss, kind, hashes, asked):
    index = faiss.IndexBinaryFlat(256)
    index.add(hashes)
    seconds = median_time(lambda: index.range_search(asked, 32), 3)
    matches = int(index.range_search(asked, 32)[0][-1])
    row(f"{kind}: faiss IndexBinaryFlat", f"{len(asked) / seconds:.0f}", matches, "-", 32)
    flat.matches = matches
    return len(asked) / seconds


def multi_hash(faiss, kind, hashes, asked):
    """Both settings; returns the rate of those that found everything."""
    index = faiss.IndexBinaryMultiHash(256, 16, 16)
    build = median_time(lambda: index.add(hashes), 1)
    best = 0
    for flips in (1, 0):
        index.nflip = flips
        seconds = median_time(lambda: index.range_search(asked, 32), 3)
        matches = int(index.range_search(asked, 32)[0][-1])
        row(f"{kind}: faiss IndexBinaryMultiHash nflip={flips}", f"{len(asked) / seconds:.0f}", matches, f"{build:.1f}", "-")
        best = max(best, len(asked) / seconds if matches == flat.matches else 0)
    return best


if __name__ == "__main__":
    if sys.argv[1:2] == ["hash"]:
        hashing()
    elif sys.argv[1:2] == ["index"]:
        searching(int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
    else:
        sys.exit(__doc__)
