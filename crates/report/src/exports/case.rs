//! A CASE 1.5 / UCO 1.4 document (JSON-LD): accounts and contacts as observables, a relationship a sharing.

use serde_json::{Value, json};
use vigie_link::SignalKind;
use vigie_model::ContactKind;

use super::{
    graph::{Edge, Graph, Node, NodeKind, joined},
    uuid5::{VIGIE, uuid5},
};
use crate::{manifest::Manifest, networks::time};

pub(super) fn write(graph: &Graph, manifest: &Manifest) -> String {
    let id = |kind: &str, name: &str| iri(kind, &format!("{} {name}", manifest.at));
    let to = |id: &str| json!({ "@id": id });
    let (person, tool, action) = (id("identity", &manifest.by), id("tool", "vigie"), id("investigative-action", "export"));
    let mut objects: Vec<Value> = graph.nodes.iter().map(|node| observable(node, &manifest.at)).collect();
    objects.extend(graph.edges.iter().filter_map(|edge| relationship(graph, edge, &manifest.at)));
    let refs: Vec<Value> = objects.iter().map(|object| json!({ "@id": object["@id"] })).collect();
    let mut all = vec![
        json!({ "@id": person, "@type": "uco-identity:Identity", "uco-core:name": manifest.by }),
        json!({ "@id": tool, "@type": "uco-tool:Tool", "uco-core:name": "Vigie", "uco-tool:version": manifest.software }),
        json!({
            "@id": action, "@type": "case-investigation:InvestigativeAction", "uco-core:name": "export of networks", "uco-core:description": crate::networks::MEANING,
            "uco-action:startTime": date_time(&manifest.at), "uco-action:performer": to(&person), "uco-action:instrument": to(&tool), "uco-action:result": refs,
        }),
        json!({
            "@id": iri("investigation", &manifest.at), "@type": "case-investigation:Investigation", "uco-core:name": manifest.purpose, "uco-core:object": [to(&action)],
        }),
    ];
    all.extend(objects);
    // Plain data always serialises.
    serde_json::to_string_pretty(&json!({ "@context": context(), "@graph": all })).unwrap_or_default() + "\n"
}

fn context() -> Value {
    json!({
        "kb": "http://example.org/kb/",
        "case-investigation": "https://ontology.caseontology.org/case/investigation/",
        "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
        "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
        "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
        "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
        "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}

fn iri(kind: &str, name: &str) -> String {
    format!("kb:{kind}-{}", uuid5(VIGIE, &format!("{kind} {name}")))
}

fn date_time(at: &str) -> Value {
    json!({ "@type": "xsd:dateTime", "@value": at })
}

fn observable(node: &Node, at: &str) -> Value {
    let facet = |kind: &str| iri(&format!("{kind}-facet"), &format!("{at} {}", node.id));
    let facets = match &node.kind {
        NodeKind::Account(account, handle) => json!([
            { "@id": facet("account"), "@type": "uco-observable:AccountFacet", "uco-observable:accountIdentifier": account.key },
            { "@id": facet("digital-account"), "@type": "uco-observable:DigitalAccountFacet", "uco-observable:displayName": handle.as_deref().unwrap_or(&account.key) },
        ]),
        NodeKind::Shared(SignalKind::Contact(ContactKind::Phone), value) => {
            json!([{ "@id": facet("phone-account"), "@type": "uco-observable:PhoneAccountFacet", "uco-observable:phoneNumber": value }])
        }
        NodeKind::Shared(SignalKind::Contact(ContactKind::Email), value) => {
            json!([{ "@id": facet("email-address"), "@type": "uco-observable:EmailAddressFacet", "uco-observable:addressValue": value }])
        }
        NodeKind::Shared(SignalKind::Contact(ContactKind::Url | ContactKind::Shortlink | ContactKind::Linkpage), value) => {
            json!([{ "@id": facet("url"), "@type": "uco-observable:URLFacet", "uco-observable:fullValue": format!("https://{value}") }])
        }
        NodeKind::Shared(SignalKind::Contact(_), value) => json!([
            { "@id": facet("account"), "@type": "uco-observable:AccountFacet", "uco-observable:accountIdentifier": value },
        ]),
        NodeKind::Shared(..) => json!([]),
    };
    let mut object = json!({ "@id": iri("observable", &format!("{at} {}", node.id)), "@type": "uco-observable:ObservableObject", "uco-core:description": format!("network {}: {} {} {}", node.network, node.platform, node.kind.word(), node.label) });
    if let (Some(object), Some(facets)) = (object.as_object_mut(), facets.as_array().filter(|facets| !facets.is_empty())) {
        object.insert("uco-core:hasFacet".into(), json!(facets));
    }
    object
}

fn relationship(graph: &Graph, edge: &Edge, at: &str) -> Option<Value> {
    let (source, target) = graph.ends(edge)?;
    let end = |node: &Node| json!({ "@id": iri("observable", &format!("{at} {}", node.id)) });
    let mut object = json!({
        "@id": iri("relationship", &format!("{at} {} {} {}", source.id, target.id, edge.id)), "@type": "uco-observable:ObservableRelationship",
        "uco-core:source": end(source), "uco-core:target": end(target), "uco-core:kindOfRelationship": "Shares", "uco-core:isDirectional": false,
        "uco-core:description": format!("{} ({}); finds {}", edge.word(), edge.grade.as_str(), joined(&edge.evidence)),
    });
    let spans = [("uco-observable:startTime", edge.first_seen), ("uco-observable:endTime", edge.last_seen)];
    if let Some(object) = object.as_object_mut() {
        for (name, seconds) in spans.into_iter().filter(|(_, seconds)| seconds.is_some()) {
            object.insert(name.into(), date_time(&time(seconds)));
        }
    }
    Some(object)
}
