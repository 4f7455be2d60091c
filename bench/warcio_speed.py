"""warcio beside `evidence_speed`: 2,000 HTML pages of 20 kB, warcio's default digests (SHA-1), one core. python bench/warcio_speed.py"""
import io, time
from warcio.warcwriter import WARCWriter
from warcio.statusandheaders import StatusAndHeaders

WORDS = ["livraison", "service", "discret", "menu", "prix", "ville", "soir", "photo", "message", "exemple"]
MASK = (1 << 64) - 1

def page(number):
    state, text = number * 7919 + 1, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    parts, size = [], len(text)
    while size < 20_000:
        state = (state * 6364136223846793005 + 1442695040888963407) & MASK
        line = f"<p>{WORDS[(state >> 33) % len(WORDS)]} {state >> 50}</p>\n"
        parts.append(line)
        size += len(line)
    return "".join(parts).encode()

pages = [page(n) for n in range(2000)]
size = sum(len(p) + 45 for p in pages)
for gzip in (True, False):
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gzip, warc_version="1.1")
    start = time.perf_counter()
    for body in pages:
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        record = writer.create_warc_record("https://www.example.org/page", "response", payload=io.BytesIO(body), http_headers=headers)
        writer.write_record(record)
    took = time.perf_counter() - start
    print(f"warcio, gzip {gzip}: {size / 1e6 / took:.1f} MB/s, {out.tell()} bytes from {size}")
