# The libraries of STIX and MISP read what Vigie shares: python sharing.py BUNDLE EVENT
import json, sys
import stix2
from stix2validator import ValidationOptions, validate_string
from pymisp import MISPEvent, MISPObject
text = open(sys.argv[1]).read()
result = validate_string(text, ValidationOptions(version="2.1", strict=False))
assert result.is_valid, [str(e) for e in result.errors]
bundle = stix2.parse(text, allow_custom=False)
for item in bundle.objects:
    if item.type in ("url", "user-account"):
        again = type(item)(**{k: v for k, v in json.loads(item.serialize()).items() if k not in ("id", "type", "spec_version")})
        assert again.id == item.id, (item.id, again.id)
broken = json.loads(text); next(o for o in broken["objects"] if o["type"] == "observed-data").pop("first_observed")
assert not validate_string(json.dumps(broken), ValidationOptions(version="2.1")).is_valid
print("stix2:", len(bundle.objects), "objects; identifiers of observables as the library makes them; a broken bundle is refused")
event = MISPEvent(); event.from_json(open(sys.argv[2]).read())
template = MISPObject("microblog", strict=True)
for item in event.objects:
    assert item.name == "microblog" and item.template_uuid == template.template_uuid
    strict = MISPObject("microblog", strict=True)
    for attribute in item.attributes:
        strict.add_attribute(attribute.object_relation, value=attribute.value)
    assert strict.has_attributes_by_relation(["post"]) or strict.has_attributes_by_relation(["url"])
    strict.to_json()
print("pymisp:", len(event.objects), "objects, every relation known to the strict template; tags", [t.name for t in event.tags])
