//! One line for every post read: the stable machine interface of `vigie scan --verdicts` (`docs/verdicts.md`).

use std::sync::Arc;

use serde::Serialize;
use vigie_model::{Band, Component, Contact, ContactKind, FiredRule, Label, PictureFinding, Post, Price, Product, Verdict, Versions};

#[derive(Serialize)]
struct VerdictLine<'a> {
    id: &'a str,
    network: &'a str,
    score: f32,
    band: Band,
    label: Label,
    products: &'a [Product],
    components: &'a [Component],
    contacts: Vec<ContactLine<'a>>,
    prices: Vec<PriceLine<'a>>,
    places: &'a [String],
    rules: &'a [Arc<FiredRule>],
    pictures: &'a [PictureFinding],
    versions: &'a Versions,
}

#[derive(Serialize)]
struct ContactLine<'a> {
    #[serde(rename = "type")]
    kind: ContactKind,
    value: &'a str,
}

#[derive(Serialize)]
struct PriceLine<'a> {
    amount: f64,
    currency: &'a str,
    quantity: Option<f64>,
    unit: Option<&'a str>,
}

/// Appends the line of a post, with its line break. A post in which no product was named has no verdict, only a score.
pub fn write_verdict_line(post: &Post<'_>, score: f32, verdict: Option<&Verdict>, versions: &Arc<Versions>, out: &mut Vec<u8>) {
    let line = VerdictLine {
        id: &post.id,
        network: &post.network,
        score,
        band: verdict.map_or(Band::Clear, |v| v.band),
        label: verdict.map_or(Label::Other, |v| v.label),
        products: verdict.map_or(&[], |v| &v.products),
        components: verdict.map_or(&[], |v| &v.components),
        contacts: verdict.map_or_else(Vec::new, |v| v.contacts.iter().map(contact).collect()),
        prices: verdict.map_or_else(Vec::new, |v| v.prices.iter().map(price).collect()),
        places: verdict.map_or(&[], |v| &v.places),
        rules: verdict.map_or(&[], |v| &v.rules),
        pictures: verdict.map_or(&[], |v| &v.pictures),
        versions,
    };
    // Writing plain data into memory cannot fail.
    if serde_json::to_writer(&mut *out, &line).is_ok() {
        out.push(b'\n');
    }
}

fn contact(contact: &Contact) -> ContactLine<'_> {
    ContactLine { kind: contact.kind, value: &contact.value }
}

fn price(price: &Price) -> PriceLine<'_> {
    PriceLine { amount: price.amount, currency: &price.currency, quantity: price.quantity, unit: price.unit.as_deref() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clear_post_has_every_field() {
        let versions = Arc::new(Versions { vigie: "0.1.0".into(), lexicon: "0".into(), model: "m".into(), rules: None });
        let mut out = Vec::new();
        write_verdict_line(&Post::new("bluesky", "1", "bonjour"), 0.001, None, &versions, &mut out);
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r#"{"id":"1","network":"bluesky","score":0.001,"band":"clear","label":"other","products":[],"components":[],"contacts":[],"prices":[],"places":[],"rules":[],"pictures":[],"versions":{"vigie":"0.1.0","lexicon":"0","model":"m"}}"#);
    }
}
