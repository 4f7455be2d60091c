//! STIX 2.1 (OASIS): observed data about posts. No threat actor and no indicator: a post is an observation, and nobody is accused.

use serde_json::{Value, json};
use uuid::Uuid;
use vigie_store::Find;

use super::{Sharer, identifier, name_of, products, stix_time};

/// Namespace of identifiers of cyber-observable objects (STIX 2.1, section 2.9).
const OBSERVABLE: Uuid = Uuid::from_u128(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7);
/// The marking for TLP:AMBER that the standard defines.
const TLP_AMBER: &str = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82";

/// A bundle: who shares, and for each find its account, its address, the observation and a note with the assessment.
#[must_use]
pub fn stix_bundle(finds: &[Find], sharer: &Sharer) -> Value {
    let identity = format!("identity--{}", identifier("identity", &sharer.organisation));
    let now = stix_time(sharer.at);
    let mut objects = vec![
        json!({ "type": "identity", "spec_version": "2.1", "id": identity, "created": now, "modified": now, "name": sharer.organisation, "identity_class": "organization" }),
        json!({
            "type": "marking-definition", "spec_version": "2.1", "id": TLP_AMBER, "created": "2017-01-20T00:00:00.000Z", "definition_type": "tlp", "name": "TLP:AMBER",
            "definition": { "tlp": "amber" },
        }),
        extension(&identity, &now),
    ];
    let mut known = std::collections::HashSet::new();
    for find in finds {
        for object in of_find(find, &identity, &now) {
            let id = object.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
            if known.insert(id) {
                objects.push(object);
            }
        }
    }
    let names: Vec<_> = finds.iter().map(name_of).collect();
    json!({ "type": "bundle", "id": format!("bundle--{}", identifier("bundle", &format!("{now}\n{}", names.join("\n")))), "objects": objects })
}

fn extension_id() -> String {
    format!("extension-definition--{}", identifier("extension", "advert"))
}

/// Product classes and components have no place in the standard.
fn extension(identity: &str, now: &str) -> Value {
    json!({
        "type": "extension-definition", "spec_version": "2.1", "id": extension_id(), "created_by_ref": identity, "created": now, "modified": now, "name": "advert for drugs",
        "description": "Product classes and components of a public advert, with the detector's calibrated score of the post.",
        "schema": "https://vigie.example.org/stix/advert.json", "version": "1.0.0", "extension_types": ["property-extension"],
    })
}

fn of_find(find: &Find, identity: &str, now: &str) -> Vec<Value> {
    let seen = find.posted_at.unwrap_or(find.found_at);
    let observables: Vec<_> = [account(find), address(find)].into_iter().flatten().collect();
    let refs: Vec<_> = observables.iter().filter_map(|object| object.get("id").cloned()).collect();
    let observed = format!("observed-data--{}", identifier("observed-data", &name_of(find)));
    let common =
        json!({ "spec_version": "2.1", "created_by_ref": identity, "created": stix_time(find.found_at), "modified": now, "object_marking_refs": [TLP_AMBER] });
    let with = |more: Value| {
        let mut object = common.clone();
        if let (Some(object), Some(more)) = (object.as_object_mut(), more.as_object()) {
            object.extend(more.clone());
        }
        object
    };
    if refs.is_empty() {
        return Vec::new();
    }
    let mut objects = observables;
    objects.push(with(json!({
        "type": "observed-data", "id": observed, "first_observed": stix_time(seen), "last_observed": stix_time(seen.max(find.found_at)), "number_observed": 1, "object_refs": refs,
    })));
    objects.push(with(json!({
        "type": "note", "id": format!("note--{}", identifier("note", &name_of(find))), "abstract": "assessment of a public post", "content": assessment(find),
        "object_refs": [observed], "confidence": confidence(find),
        "extensions": { extension_id(): {
            "extension_type": "property-extension", "label": find.verdict.label.as_str(), "products": products(find),
            "components": find.verdict.components.iter().map(|component| component.kind.as_str()).collect::<std::collections::BTreeSet<_>>(),
        } },
    })));
    objects
}

fn assessment(find: &Find) -> String {
    let versions = &find.verdict.versions;
    format!(
        "The post is assessed as: {} ({}). By Vigie {}, lexicon {}, model {}; confirmed by a person before it was shared. The assessment is of the post, not of a person.",
        find.verdict.label,
        products(find).join(", "),
        versions.vigie,
        versions.lexicon,
        versions.model
    )
}

/// The score on STIX's scale of 0 to 100.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to 100 before")]
fn confidence(find: &Find) -> u8 {
    (find.verdict.score * 100.0).round().clamp(0.0, 100.0) as u8
}

fn account(find: &Find) -> Option<Value> {
    let (id, handle) = (find.author_id.as_ref(), find.author_handle.as_ref());
    id.or(handle)?;
    let mut contributing = json!({ "account_type": find.network });
    if let Some(fields) = contributing.as_object_mut() {
        fields.extend(id.map(|id| ("user_id".to_owned(), json!(id))));
        fields.extend(handle.map(|handle| ("account_login".to_owned(), json!(handle))));
    }
    Some(observable("user-account", contributing, find.author_name.as_ref().map(|name| ("display_name", json!(name)))))
}

fn address(find: &Find) -> Option<Value> {
    find.url.as_ref().map(|url| observable("url", json!({ "value": url }), None))
}

/// An observable whose identifier follows from its contributing properties. `serde_json` keeps names sorted, as the canonical form (RFC 8785)
/// asks; the values here are texts only.
fn observable(kind: &str, contributing: Value, more: Option<(&str, Value)>) -> Value {
    let id = Uuid::new_v5(&OBSERVABLE, contributing.to_string().as_bytes());
    let mut object = contributing;
    if let Some(fields) = object.as_object_mut() {
        fields.insert("type".into(), json!(kind));
        fields.insert("spec_version".into(), json!("2.1"));
        fields.insert("id".into(), json!(format!("{kind}--{id}")));
        fields.extend(more.map(|(name, value)| (name.to_owned(), value)));
    }
    object
}
