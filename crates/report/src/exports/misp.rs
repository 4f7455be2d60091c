//! A MISP event: an object for each account and contact, with references between them.

use serde_json::{Value, json};
use vigie_link::SignalKind;
use vigie_model::ContactKind;

use super::{
    graph::{Edge, Graph, Node, NodeKind},
    uuid5::{VIGIE, uuid5},
};
use crate::manifest::Manifest;

/// An object template of `misp-objects`: name, UUID, version, category.
struct Template(&'static str, &'static str, u32, &'static str);

const USER_ACCOUNT: Template = Template("user-account", "49606b06-22f0-4ac8-8eee-2f12ad46f3d3", 6, "misc");
const INSTAGRAM: Template = Template("instagram-account", "656ced16-23f3-4322-925d-c9c961684999", 1, "misc");
const TELEGRAM: Template = Template("telegram-account", "06f02ecf-5afb-42c5-9cb0-b362e222f52c", 2, "misc");
const FACEBOOK: Template = Template("facebook-account", "b9862b95-7d78-4938-a2b5-13e45c60f25a", 1, "misc");
const COIN: Template = Template("coin-address", "d0e6997e-78da-4815-a6a1-cfc1c1cb8a46", 7, "financial");
const URL: Template = Template("url", "60efb77b-40b5-4c46-871b-ed1ed999fce5", 10, "network");
const PHONE: Template = Template("phone-number", "c4b5a67c-63d2-11ec-90d6-0242ac120003", 1, "mobile");

pub(super) fn write(graph: &Graph, manifest: &Manifest) -> String {
    let mut objects: Vec<Option<Value>> = graph.nodes.iter().map(|node| object(node, &manifest.at)).collect();
    for edge in &graph.edges {
        let target = objects.get(edge.target).and_then(Option::as_ref).and_then(|object| object["uuid"].as_str()).map(str::to_owned);
        let source = objects.get_mut(edge.source).and_then(Option::as_mut).and_then(Value::as_object_mut);
        if let (Some(target), Some(source)) = (target, source) {
            refer(source, &target, edge);
        }
    }
    let day: String = manifest.at.chars().take(10).collect();
    let mut tags = vec![json!({ "name": "dark-web:topic=\"drugs-narcotics\"" })];
    tags.push(json!({ "name": format!("tlp:{}", manifest.colour()) }));
    let event = json!({ "Event": {
        "uuid": uuid5(VIGIE, &format!("event {} {}", manifest.at, graph.nodes.len())), "info": format!("{} networks of accounts. {}", graph.networks.len(), crate::networks::MEANING),
        "date": day, "threat_level_id": "4", "analysis": "1", "distribution": "0", "published": false,
        "Tag": tags, "Attribute": [], "Object": objects.into_iter().flatten().collect::<Vec<_>>(),
    } });
    // Plain data always serialises.
    serde_json::to_string_pretty(&event).unwrap_or_default() + "\n"
}

/// Relation, type, value.
type Attribute<'a> = (&'static str, &'static str, &'a str);

fn object(node: &Node, at: &str) -> Option<Value> {
    let mut attributes: Vec<Attribute<'_>> = Vec::new();
    let template = match &node.kind {
        NodeKind::Account(account, handle) => {
            let handle = handle.as_deref();
            let (template, id, name) = match &*account.network {
                "instagram" => (INSTAGRAM, "account-id", "account-name"),
                "facebook" => (FACEBOOK, "account-id", "account-name"),
                "telegram" => (TELEGRAM, "id", "username"),
                network => {
                    attributes.push(("account-type", "text", network));
                    (USER_ACCOUNT, "user-id", "username")
                }
            };
            attributes.push((id, "text", &account.key));
            attributes.extend(handle.map(|handle| (name, "text", handle)));
            template
        }
        NodeKind::Shared(SignalKind::Contact(kind), value) => contact(*kind, value, &mut attributes),
        NodeKind::Shared(..) => return None,
    };
    let Template(name, uuid, version, category) = template;
    let own = uuid5(VIGIE, &format!("object {at} {}", node.id));
    let attributes: Vec<Value> = attributes
        .iter()
        .map(|(relation, kind, value)| {
            let uuid = uuid5(VIGIE, &format!("attribute {at} {} {relation}", node.id));
            json!({ "uuid": uuid, "object_relation": relation, "type": kind, "category": "Other", "value": value, "to_ids": false, "disable_correlation": false, "distribution": "5" })
        })
        .collect();
    Some(json!({
        "uuid": own, "name": name, "meta-category": category, "template_uuid": uuid, "template_version": version.to_string(), "distribution": "5",
        "comment": format!("network {}", node.network), "Attribute": attributes, "ObjectReference": [],
    }))
}

fn contact<'a>(kind: ContactKind, value: &'a str, attributes: &mut Vec<Attribute<'a>>) -> Template {
    match kind {
        ContactKind::Phone => {
            attributes.push(("phone-number", "phone-number", value));
            PHONE
        }
        ContactKind::Wallet => {
            attributes.push(("address-crypto", "text", value));
            COIN
        }
        ContactKind::Url | ContactKind::Shortlink | ContactKind::Linkpage => {
            attributes.push(("url", "url", value));
            URL
        }
        other => {
            attributes.extend([("account-type", "text", other.as_str()), ("username", "text", value)]);
            USER_ACCOUNT
        }
    }
}

fn refer(source: &mut serde_json::Map<String, Value>, target: &str, edge: &Edge) {
    let own = source.get("uuid").and_then(Value::as_str).unwrap_or_default().to_owned();
    let reference = json!({
        "uuid": uuid5(VIGIE, &format!("reference {own} {target}")), "object_uuid": own, "referenced_uuid": target, "relationship_type": "linked-to",
        "comment": format!("{} ({}); finds {}", edge.word(), edge.grade.as_str(), super::graph::joined(&edge.evidence)),
    });
    if let Some(list) = source.get_mut("ObjectReference").and_then(Value::as_array_mut) {
        list.push(reference);
    }
}
