# A Mastodon instance as its recordings have it (Mastodon.py's cassettes of a real 4.7 server), which also checks each request against the
# recorded one: python mastodon.py PORT CASSETTE_REPORT CASSETTE_SEARCH LOG
import gzip, json, sys, yaml
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit
load = lambda f: yaml.load(open(f), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["interactions"]
def body(answer):
    raw = answer["body"]["string"]
    raw = raw.encode() if isinstance(raw, str) else raw
    return gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
report = next(i for i in load(sys.argv[2]) if "/api/v1/reports" in i["request"]["uri"])
posted = json.loads(body(load(sys.argv[2])[0]["response"]))
search = json.loads(body(next(i for i in load(sys.argv[3]) if "type=statuses" in i["request"]["uri"])["response"]))
recorded = set(k.replace("[]", "") for k in parse_qs(report["request"]["body"]))
log = open(sys.argv[4], "w")
class Instance(BaseHTTPRequestHandler):
    def answer(self, status, value):
        self.send_response(status); self.send_header("content-type", "application/json"); self.send_header("content-length", str(len(value))); self.end_headers(); self.wfile.write(value)
    def do_GET(self):
        assert self.headers["authorization"] == "Bearer token" and urlsplit(self.path).path == "/api/v2/search", self.path
        asked = parse_qs(urlsplit(self.path).query)
        assert asked["resolve"] == ["true"] and asked["type"] == ["statuses"] and asked["q"][0].startswith("https://")
        # The recorded answer, with the recorded post in its list of statuses.
        self.answer(200, json.dumps({**search, "statuses": [posted]}).encode())
    def do_POST(self):
        sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
        assert self.headers["authorization"] == "Bearer token" and self.path.rstrip("/") == "/api/v1/reports"
        assert recorded <= set(sent), (recorded, set(sent))
        assert sent["status_ids"] == [posted["id"]] * len(sent["status_ids"]) and sent["account_id"] == posted["account"]["id"] and sent["category"] == "legal" and len(sent["comment"]) <= 1000
        print(json.dumps(sent), file=log, flush=True)
        self.answer(report["response"]["status"]["code"], body(report["response"]))
    def log_message(self, *_): pass
server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Instance)
print("ready", flush=True)
server.serve_forever()
