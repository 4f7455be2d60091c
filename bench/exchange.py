"""Lets the tools of others read what `vigie export networks` wrote: exchange.py FOLDER. Exit status 1 if any refuses.

networkx reads GraphML and GEXF, csv the tables, pymisp the MISP event (every object against its template, strictly), stix2 parses and
works out every observable's identifier anew, stix2-validator judges the bundle, case_validate the CASE document. Each is also shown a
damaged file, which it must refuse. `cargo xtask exchange` installs them and makes the folder.
"""
import csv, hashlib, json, pathlib, subprocess, sys, tempfile

folder = pathlib.Path(sys.argv[1])
failed = []


def check(name, good, what=""):
    print(("ok      " if good else "FAILED  ") + name, what)
    if not good:
        failed.append(name)


def text(name):
    return (folder / name).read_bytes()


import networkx as nx

graphml = nx.read_graphml(folder / "networks.graphml")
gexf = nx.read_gexf(folder / "networks.gexf", version="1.3")
check("networkx reads GraphML", len(graphml) > 0, f"{len(graphml)} nodes, {graphml.size()} edges")
check("networkx reads GEXF 1.3", set(gexf) == set(graphml) and gexf.size() == graphml.size(), f"{len(gexf)} nodes, {gexf.size()} edges")
fields = {"kind", "label", "n_posts", "n_adverts", "network", "profile", "tlp"}
check("GraphML nodes have the fields", all(fields <= set(data) for _, data in graphml.nodes(data=True)))
times = {"platform", "first_seen", "last_seen"}
check("GraphML accounts have a network and times", all(times <= set(data) for _, data in graphml.nodes(data=True) if data["kind"] == "account"))
fields = {"type", "strength", "class", "weight", "n_evidence"}
check("GraphML edges have the fields", all(fields <= set(data) for *_, data in graphml.edges(data=True)))
check("GEXF accounts have a time", all("start" in data for _, data in gexf.nodes(data=True) if data["kind"] == "account"))
try:
    with tempfile.NamedTemporaryFile(suffix=".graphml") as f:
        f.write(text("networks.graphml")[:-40]); f.flush(); nx.read_graphml(f.name)
    check("networkx refuses damaged GraphML", False)
except Exception:
    check("networkx refuses damaged GraphML", True)

nodes = list(csv.DictReader(text("gephi-nodes.csv").decode().splitlines()))
edges = list(csv.DictReader(text("gephi-edges.csv").decode().splitlines()))
check("Gephi tables", {n["Id"] for n in nodes} == set(graphml) and all(e["Source"] in graphml and e["Target"] in graphml for e in edges), f"{len(nodes)}, {len(edges)}")
raw = text("i2.csv")
i2 = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
check("i2 table", raw.startswith(b"\xef\xbb\xbf") and len(i2) == len(edges) and {r["Link_Strength"] for r in i2} <= {"Confirmed", "Unconfirmed", "Tentative"}, f"{len(i2)} links")

from pymisp import MISPEvent, MISPObject

event = MISPEvent()
event.from_json(text("misp.json").decode())
check("pymisp reads the event", len(event.objects) > 0, f"{len(event.objects)} objects, {sum(len(o.references) for o in event.objects)} references")
try:
    for o in event.objects:
        strict = MISPObject(o.name, strict=True)
        assert strict.template_uuid == o.template_uuid, (o.name, strict.template_uuid, o.template_uuid)
        for a in o.attributes:
            made = strict.add_attribute(a.object_relation, a.value)
            assert made.type == a.type, (o.name, a.object_relation, made.type, a.type)
        strict.to_dict(json_format=True, strict=True)
    check("MISP objects fit their templates", True)
except Exception as error:
    check("MISP objects fit their templates", False, repr(error)[:200])
uuids = {o.uuid for o in event.objects}
check("MISP references lead to objects", all(r.referenced_uuid in uuids for o in event.objects for r in o.references))

import stix2
from stix2validator import ValidationOptions, validate_string

bundle_text = text("stix.json").decode()
bundle = stix2.parse(bundle_text)
check("stix2 parses the bundle", True, f"{len(bundle.objects)} objects")
scos = [o for o in json.loads(bundle_text)["objects"] if o["type"] in ("user-account", "url", "email-addr")]
classes = {"user-account": stix2.UserAccount, "url": stix2.URL, "email-addr": stix2.EmailAddress}
again = [classes[o["type"]](**{k: v for k, v in o.items() if k not in ("id", "type", "spec_version")}).id for o in scos]
check("stix2 works out the same identifiers", again == [o["id"] for o in scos], f"{len(scos)} observables")
result = validate_string(bundle_text, ValidationOptions(version="2.1", strict=False))
check("stix2-validator accepts the bundle", result.is_valid, "; ".join(str(e)[:120] for e in result.errors[:3]) if not result.is_valid else "")
bad = json.loads(bundle_text)
next(o for o in bad["objects"] if o["type"] == "relationship").pop("source_ref")
check("stix2-validator refuses a damaged bundle", not validate_string(json.dumps(bad), ValidationOptions(version="2.1")).is_valid)


def case(path):
    return subprocess.run([str(pathlib.Path(sys.executable).parent / "case_validate"), str(path)], capture_output=True, text=True)


run = case(folder / "case.jsonld")
check("case_validate accepts the document", run.returncode == 0 and "Conforms: True" in run.stdout, "" if run.returncode == 0 else (run.stdout + run.stderr)[:600])
bad = json.loads(text("case.jsonld"))
next(o for o in bad["@graph"] if o["@type"] == "uco-observable:ObservableRelationship")["uco-core:isDirectional"] = "perhaps"
with tempfile.NamedTemporaryFile("w", suffix=".jsonld") as f:
    json.dump(bad, f); f.flush()
    check("case_validate refuses a damaged document", case(f.name).returncode != 0)

manifest = json.loads(text("manifest.json"))
check("manifest digests", all(hashlib.sha256(text(f["name"])).hexdigest() == f["sha256"] for f in manifest["files"]), f"{len(manifest['files'])} files")
check("manifest says who, why, for whom, until when", all(manifest[k] for k in ("by", "profile", "purpose", "legal_basis", "recipient", "expires")))
sys.exit(1 if failed else 0)
