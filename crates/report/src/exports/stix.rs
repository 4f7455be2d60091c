//! A STIX 2.1 bundle: accounts and contacts as cyber observables, a grouping a network, a relationship a sharing. Nobody is called a
//! threat actor.

use serde_json::{Map, Value, json};
use vigie_link::{Grade, SignalKind};
use vigie_model::ContactKind;

use super::{
    graph::{Edge, Graph, Node, NodeKind},
    uuid5::{STIX, VIGIE, uuid5},
};
use crate::manifest::Manifest;

/// TLP:AMBER and its siblings, as the specification defines them (section 7.2.1.4).
const MARKINGS: [(&str, &str); 4] = [
    ("white", "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"),
    ("green", "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"),
    ("amber", "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"),
    ("red", "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"),
];

pub(super) fn write(graph: &Graph, manifest: &Manifest) -> String {
    let author = format!("identity--{}", uuid5(VIGIE, "identity:vigie"));
    let common = Common { author: &author, at: millis(&manifest.at), marking: marking(&manifest.colour()) };
    let observables: Vec<Option<Value>> = graph.nodes.iter().map(observable).collect();
    let id_of = |node: usize| observables.get(node).and_then(Option::as_ref).and_then(|object| object.get("id")).and_then(Value::as_str);
    let mut objects = vec![json!({
        "type": "identity", "spec_version": "2.1", "id": author, "created": common.at, "modified": common.at,
        "name": "Vigie", "identity_class": "system", "description": manifest.software,
    })];
    objects.extend(common.marking.map(|(tlp, id)| {
        json!({
            "type": "marking-definition", "spec_version": "2.1", "id": id, "created": "2017-01-20T00:00:00.000Z",
            "definition_type": "tlp", "name": format!("TLP:{}", tlp.to_uppercase()), "definition": { "tlp": tlp },
        })
    }));
    let mut seen = std::collections::BTreeSet::new();
    objects.extend(observables.iter().flatten().filter(|object| seen.insert(object["id"].to_string())).cloned());
    objects.extend(graph.edges.iter().filter_map(|edge| relationship(graph, edge, &id_of, &common)));
    objects.extend(graph.networks.iter().filter_map(|network| grouping(network, &id_of, &common)));
    let name = objects.iter().filter_map(|object| object["id"].as_str()).collect::<Vec<_>>().join(" ");
    let bundle = json!({ "type": "bundle", "id": format!("bundle--{}", uuid5(VIGIE, &format!("{} {name}", common.at))), "objects": objects });
    // Plain data always serialises.
    serde_json::to_string_pretty(&bundle).unwrap_or_default() + "\n"
}

/// What most objects carry.
struct Common<'a> {
    author: &'a str,
    at: String,
    marking: Option<(&'static str, &'static str)>,
}

impl Common<'_> {
    /// A domain object with this identifier's name and these properties.
    fn object(&self, kind: &str, name: &str, properties: Value) -> Value {
        let mut object = json!({
            "type": kind, "spec_version": "2.1", "id": format!("{kind}--{}", uuid5(VIGIE, &format!("{kind}:{} {name}", self.at))), "created_by_ref": self.author,
            "created": self.at, "modified": self.at,
        });
        if let (Some(object), Value::Object(properties)) = (object.as_object_mut(), properties) {
            object.extend(properties);
            if let Some((_, id)) = self.marking {
                object.insert("object_marking_refs".into(), json!([id]));
            }
        }
        object
    }
}

fn marking(tlp: &str) -> Option<(&'static str, &'static str)> {
    MARKINGS.into_iter().find(|(name, _)| *name == tlp)
}

/// A time with milliseconds, as the specification asks for.
fn millis(at: &str) -> String {
    format!("{}.000Z", at.trim_end_matches('Z').split('.').next().unwrap_or_default())
}

/// An account or a contact; none for texts, pictures and names, which the standard has no object for without their content.
fn observable(node: &Node) -> Option<Value> {
    let (kind, contributing) = match &node.kind {
        NodeKind::Account(account, handle) => {
            let mut properties = json!({ "account_type": account_type(&account.network), "user_id": account.key });
            if let (Some(handle), Some(properties)) = (handle, properties.as_object_mut()) {
                properties.insert("account_login".into(), json!(handle));
            }
            ("user-account", properties)
        }
        NodeKind::Shared(SignalKind::Contact(ContactKind::Url | ContactKind::Shortlink | ContactKind::Linkpage), value) => {
            ("url", json!({ "value": format!("https://{value}") }))
        }
        NodeKind::Shared(SignalKind::Contact(ContactKind::Email), value) => ("email-addr", json!({ "value": value })),
        NodeKind::Shared(SignalKind::Contact(kind), value) => ("user-account", json!({ "account_type": account_type(kind.as_str()), "account_login": value })),
        NodeKind::Shared(..) => return None,
    };
    Some(with_id(kind, contributing.as_object()?.clone()))
}

/// The identifier follows from the properties in canonical JSON, sorted by name (section 2.9).
fn with_id(kind: &str, contributing: Map<String, Value>) -> Value {
    let canonical = Value::Object(contributing.clone()).to_string();
    let mut object = json!({ "type": kind, "spec_version": "2.1", "id": format!("{kind}--{}", uuid5(STIX, &canonical)) });
    if let Some(object) = object.as_object_mut() {
        object.extend(contributing);
    }
    object
}

/// The open vocabulary of account types has a few of the networks.
fn account_type(network: &str) -> String {
    match network {
        "x" => "twitter".to_owned(),
        other => other.to_owned(),
    }
}

fn confidence(grade: Grade) -> u8 {
    match grade {
        Grade::Observed => 85,
        Grade::Probable => 60,
        Grade::Possible => 30,
    }
}

fn relationship<'a>(graph: &Graph, edge: &Edge, id_of: &impl Fn(usize) -> Option<&'a str>, common: &Common<'_>) -> Option<Value> {
    let (source, target) = (id_of(edge.source)?, id_of(edge.target)?);
    let (account, _) = graph.ends(edge)?;
    if source == target {
        return None;
    }
    let finds = super::graph::joined(&edge.evidence);
    Some(common.object(
        "relationship",
        &format!("{source} {target} {} {finds}", account.network),
        json!({
            "relationship_type": "related-to", "source_ref": source, "target_ref": target, "confidence": confidence(edge.grade),
            "description": format!("{} ({}); finds {finds}", edge.word(), edge.grade.as_str()),
        }),
    ))
}

fn grouping<'a>((number, grade, accounts): &(u64, Grade, Vec<usize>), id_of: &impl Fn(usize) -> Option<&'a str>, common: &Common<'_>) -> Option<Value> {
    let refs: Vec<&str> = accounts.iter().filter_map(|&account| id_of(account)).collect();
    let description = format!("{} Grade: {}.", crate::networks::MEANING, grade.as_str());
    (!refs.is_empty()).then(|| {
        common.object(
            "grouping",
            &format!("network {number}"),
            json!({ "name": format!("Network {number}"), "description": description, "context": "suspicious-activity", "confidence": confidence(*grade), "object_refs": refs }),
        )
    })
}
