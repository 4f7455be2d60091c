use serde_json::Value;

use super::*;
use crate::notice::tests::find;

fn sharer() -> Sharer {
    Sharer { organisation: "Service Exemple".into(), at: Timestamp::parse("2026-11-24T09:30:00Z").unwrap() }
}

#[test]
fn a_bundle_observes_posts_and_accuses_nobody() {
    let finds = [find(1, Some("did:plc:fictif")), find(2, Some("did:plc:fictif")), find(3, None)];
    let bundle = stix_bundle(&finds, &sharer());
    let types: Vec<_> = bundle["objects"].as_array().unwrap().iter().map(|object| object["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(types.iter().filter(|kind| *kind == "user-account").count(), 1, "one account once: {types:?}");
    assert_eq!(types.iter().filter(|kind| *kind == "observed-data").count(), 3);
    assert!(!types.iter().any(|kind| kind == "threat-actor" || kind == "indicator"));
    assert_eq!(bundle, stix_bundle(&finds, &sharer()), "the same finds have the same identifiers");
    save("bundle.stix.json", &bundle);
}

/// The identifier of a `url` object, from the OASIS library: `stix2.URL(value="https://example.org/").id`.
#[test]
fn identifiers_of_observables_are_those_of_the_standard() {
    let mut one = find(1, None);
    one.url = Some("https://example.org/".into());
    let bundle = stix_bundle(&[one], &sharer());
    let url = bundle["objects"].as_array().unwrap().iter().find(|object| object["type"] == "url").unwrap().clone();
    assert_eq!(url["id"], "url--7a67ad68-c296-5b45-877a-901c4725ccff");
}

#[test]
fn a_feed_is_an_event_with_its_manifest() {
    let event = misp_event(&[find(1, Some("did:plc:fictif"))], &sharer());
    let feed = misp_feed(&event);
    let uuid = event["Event"]["uuid"].as_str().unwrap();
    assert_eq!(
        feed.files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(),
        ["manifest.json".to_owned(), format!("{uuid}.json"), "hashes.csv".into(), "warninglist.json".into()]
    );
    assert!(feed.files[2].1.lines().all(|line| line.len() == 64 + 1 + 36));
    save("event.misp.json", &event);
}

fn save(name: &str, value: &Value) {
    if let Ok(folder) = std::env::var("VIGIE_PDF") {
        std::fs::write(format!("{folder}/{name}"), value.to_string()).unwrap();
    }
}

#[test]
fn small_cells_are_not_shown_and_cannot_be_worked_out() {
    let row = |day: &str, posts, adverts| vigie_store::ShareRow {
        watch: Some("Lorient".into()),
        network: "bluesky".into(),
        day: day.into(),
        posts,
        adverts,
        review: 0,
        reposts: 0,
        advert_reposts: 0,
        distinct_texts: 0,
        distinct_advert_texts: 0,
        authors: 0,
        advert_authors: 0,
    };
    let rows = [
        row("2026-01-01", 100, 6),
        row("2026-01-02", 100, 6),
        row("2026-02-01", 100, 9),
        row("2026-03-01", 9, 9),
        row("2026-04-01", 105, 100),
        row("2026-05-01", 9, 0),
        row("2026-06-01", 50, 0),
    ];
    let table = monthly_table(&rows);
    assert_eq!(
        table.lines().skip(1).map(|line| line.rsplitn(3, ',').take(2).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join(",")).collect::<Vec<_>>(),
        ["200,12", "100,<10", "<10,<10", "105,*", "<10,*", "50,0"]
    );
}
