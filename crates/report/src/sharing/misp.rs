//! MISP: an event of `microblog` objects, and a feed that a server can read from files.

use serde_json::{Value, json};
use vigie_store::Find;

use super::{Sharer, identifier, name_of};
use crate::manifest::sha256;

/// The template of `microblog` objects (misp-objects).
const MICROBLOG: &str = "8ec8c911-ddbe-4f5b-895b-fbff70c42a60";
/// Its version.
const MICROBLOG_VERSION: &str = "20";

/// Values that are no sign of a seller: a receiver warns when one of them turns up (as MISP's warning lists do).
const HARMLESS: [&str; 8] = ["3018", "119", "112", "17", "0800231313", "+33800231313", "drogues-info-service.fr", "internet-signalement.gouv.fr"];

/// An event with one object a find.
#[must_use]
pub fn misp_event(finds: &[Find], sharer: &Sharer) -> Value {
    let names: Vec<_> = finds.iter().map(name_of).collect();
    let at = sharer.at.seconds().to_string();
    let day: String = sharer.at.to_string().chars().take(10).collect();
    json!({ "Event": {
        "uuid": identifier("event", &format!("{day}\n{}", names.join("\n"))), "info": "Public adverts for drugs on social media", "date": day, "timestamp": at, "publish_timestamp": at,
        "threat_level_id": "3", "analysis": "2", "distribution": "0", "published": false, "extends_uuid": "",
        "Orgc": { "name": sharer.organisation, "uuid": identifier("organisation", &sharer.organisation) },
        "Tag": [{ "name": "tlp:amber" }, { "name": "dark-web:topic=\"drugs-narcotics\"" }],
        "Attribute": [],
        "Object": finds.iter().map(|find| object(find, &at)).collect::<Vec<_>>(),
    } })
}

fn object(find: &Find, at: &str) -> Value {
    let uuid = identifier("object", &name_of(find));
    let mut attributes = Vec::new();
    let mut add = |relation: &str, kind: &str, value: Option<String>, category: &str| {
        let Some(value) = value.filter(|value| !value.is_empty()) else { return };
        let id = identifier("attribute", &format!("{uuid}\n{relation}\n{value}"));
        attributes.push(json!({
            "uuid": id, "object_relation": relation, "type": kind, "category": category, "value": value, "to_ids": false, "disable_correlation": false, "timestamp": at,
            "distribution": "5", "comment": "",
        }));
    };
    add("post", "text", find.text.clone(), "Other");
    add("url", "url", find.url.clone(), "Network activity");
    add("username", "text", find.author_handle.clone().or_else(|| find.author_id.clone()), "Other");
    add("display-name", "text", find.author_name.clone(), "Other");
    add("creation-date", "datetime", find.posted_at.map(|time| time.to_string()), "Other");
    add("removal-date", "datetime", find.deleted_seen_at.map(|time| time.to_string()), "Other");
    add("language", "text", Some(find.lang.to_string()).filter(|lang| lang != "und"), "Other");
    for tag in &find.tags {
        add("hashtag", "text", Some(tag.clone()), "Other");
    }
    for contact in find.verdict.contacts.iter().filter(|contact| !is_harmless(&contact.value)) {
        if contact.value.contains("://") {
            add("embedded-link", "url", Some(contact.value.clone()), "Network activity");
        }
    }
    json!({
        "uuid": uuid, "name": "microblog", "meta-category": "misc", "description": "Microblog post like a Twitter tweet or a post on a Facebook wall.",
        "template_uuid": MICROBLOG, "template_version": MICROBLOG_VERSION, "timestamp": at, "distribution": "5", "comment": "", "Attribute": attributes,
    })
}

/// Whether a value belongs to help lines and authorities.
fn is_harmless(value: &str) -> bool {
    HARMLESS.iter().any(|harmless| value == *harmless || value.contains(&format!("://{harmless}")) || value.contains(&format!("://www.{harmless}")))
}

/// Files of a feed: name and content.
#[derive(Debug)]
pub struct Feed {
    /// In a fixed order.
    pub files: Vec<(String, String)>,
}

/// A feed of one event: `manifest.json`, the event, `hashes.csv`, and a warning list of values that are no sign of a seller.
#[must_use]
pub fn misp_feed(event: &Value) -> Feed {
    let get = |name: &str| event.pointer(&format!("/Event/{name}")).cloned().unwrap_or_default();
    let uuid = get("uuid").as_str().unwrap_or_default().to_owned();
    let manifest = json!({ &uuid: {
        "info": get("info"), "date": get("date"), "timestamp": get("timestamp"), "analysis": get("analysis"), "threat_level_id": get("threat_level_id"), "Orgc": get("Orgc"), "Tag": get("Tag"),
        "publish_timestamp": get("publish_timestamp"),
    } });
    let values = event
        .pointer("/Event/Object")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .flat_map(|object| object.get("Attribute").and_then(Value::as_array).into_iter().flatten());
    let hashes: String =
        values.filter_map(|attribute| attribute.get("value")?.as_str()).map(|value| format!("{},{uuid}\n", sha256(value.as_bytes()))).collect();
    let warning = json!({
        "name": "Help lines and authorities", "description": "Values that adverts quote or people answer with; no sign of a seller.", "version": 1, "type": "string",
        "matching_attributes": ["phone-number", "url", "domain", "text"], "list": HARMLESS,
    });
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default() + "\n";
    Feed {
        files: vec![
            ("manifest.json".into(), pretty(&manifest)),
            (format!("{uuid}.json"), pretty(event)),
            ("hashes.csv".into(), hashes),
            ("warninglist.json".into(), pretty(&warning)),
        ],
    }
}
