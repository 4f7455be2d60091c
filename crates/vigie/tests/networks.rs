//! Networks as users of the program see them.

#![expect(clippy::unwrap_used, reason = "a test")]

mod handed_out;

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};

fn vigie(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vigie")).current_dir(folder).args(arguments).env("LANG", "C").output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn post(number: u32, network: &str, account: &str, text: &str) -> String {
    let day = 10 + number % 10;
    json!({"id": number.to_string(), "network": network, "author": {"id": account, "handle": format!("{account}_fictif")},
        "created_at": format!("2026-11-{day}T18:00:00Z"), "lang": "fr", "text": text})
    .to_string()
}

/// Scans posts into the folder's store.
fn scan(folder: &Path, name: &str, posts: &[String]) {
    fs::write(folder.join(name), posts.join("\n") + "\n").unwrap();
    let out = vigie(folder, &["scan", name]);
    assert!(out.status.success(), "{}", text(&out));
}

/// Two accounts with one number, one with the number beside it, a critic, and one on X.
fn posts() -> Vec<String> {
    vec![
        post(1, "instagram", "a", "Toulouse : beuh et coke dispo, 10€ le g, livraison, 06 39 98 00 12"),
        post(2, "facebook", "b", "coke dispo Toulouse, livraison 24/24, wa.me/33639980012"),
        post(3, "facebook", "c", "coke dispo Toulouse, livraison, 06 39 98 00 13"),
        post(4, "bluesky", "d", "\"coke dispo Toulouse, livraison 24/24, 06 39 98 00 12\" voilà ce qu'on lit ici"),
        post(5, "x", "e", "coke dispo Toulouse, livraison, 06 39 98 00 12"),
        post(6, "instagram", "f", "weed dispo Toulouse 10€ le g, tel 06.39.98.00.12"),
    ]
}

fn case(profile: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert!(vigie(folder.path(), &["init", "--profile", profile]).status.success());
    scan(folder.path(), "posts.jsonl", &posts());
    folder
}

/// The cluster of each account.
fn clusters(folder: &Path) -> Vec<(String, String)> {
    let out = vigie(folder, &["networks", "--assignments", "out.jsonl"]);
    assert!(out.status.success(), "{}", text(&out));
    let lines = fs::read_to_string(folder.join("out.jsonl")).unwrap();
    let mut clusters: Vec<(String, String)> = lines
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(line.as_object().unwrap().keys().collect::<Vec<_>>(), ["account", "cluster", "network"]);
            let field = |name: &str| line.get(name).and_then(Value::as_str).unwrap().to_owned();
            (field("account"), field("cluster"))
        })
        .collect();
    clusters.sort();
    clusters
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn accounts_are_assigned_and_numbers_last() {
    let folder = case("authority");
    let folder = folder.path();
    let expected = pairs(&[("a", "N1"), ("b", "N1"), ("c", "facebook:c"), ("d", "bluesky:d"), ("f", "N1")]);
    assert_eq!(clusters(folder), expected);
    assert_eq!(clusters(folder), expected, "linking again changes nothing");
    scan(
        folder,
        "more.jsonl",
        &[post(7, "snapchat", "g", "coke dispo Lyon, livraison, 06 39 98 00 13"), post(8, "snapchat", "h", "coke dispo Lyon 06-39-98-00-12")],
    );
    let grown = pairs(&[("a", "N1"), ("b", "N1"), ("c", "N2"), ("d", "bluesky:d"), ("f", "N1"), ("g", "N2"), ("h", "N1")]);
    assert_eq!(clusters(folder), grown);
    let network: Value = serde_json::from_slice(&vigie(folder, &["network", "1", "--format", "json"]).stdout).unwrap();
    assert_eq!(
        (&network["grade"], &network["reasons"][0]["kind"], network["reasons"][0]["accounts"].as_array().unwrap().len()),
        (&"observed".into(), &"phone".into(), 4)
    );
    assert_eq!(network["history"].as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap()).collect::<Vec<_>>(), ["made", "changed"]);
}

#[test]
fn what_a_person_took_apart_stays_apart() {
    let folder = case("authority");
    let folder = folder.path();
    clusters(folder);
    assert!(!vigie(folder, &["network", "1", "--apart", "facebook:b"]).status.success(), "who and why are required");
    let out = vigie(folder, &["network", "1", "--apart", "facebook:b", "--by", "A. Example", "--why", "reseller"]);
    assert!(out.status.success(), "{}", text(&out));
    let expected = pairs(&[("a", "N1"), ("b", "facebook:b"), ("c", "facebook:c"), ("d", "bluesky:d"), ("f", "N1")]);
    assert_eq!(clusters(folder), expected);
    assert_eq!(clusters(folder), expected);
    let out = vigie(folder, &["network", "9"]);
    assert!(!out.status.success() && text(&out).contains("there is no network 9"), "{}", text(&out));
}

#[test]
fn the_profile_decides_who_is_linked() {
    let platform = case("platform");
    assert_eq!(clusters(platform.path()), pairs(&[("a", "N1"), ("b", "facebook:b"), ("c", "facebook:c"), ("d", "bluesky:d"), ("f", "N1")]));
    let handover = ["--by", "A. Example", "--purpose", "test", "--legal-basis", "art. 1", "--recipient", "nobody", "--expires", "2027-01-01"];
    let out = vigie(platform.path(), &[&["export", "networks", "--out", "out"][..], &handover].concat());
    assert!(!out.status.success() && text(&out).contains("does not hand out"), "{}", text(&out));
    for profile in ["research", "monitor"] {
        let folder = case(profile);
        let out = vigie(folder.path(), &["networks"]);
        assert!(!out.status.success() && text(&out).contains("does not link accounts"), "{}", text(&out));
    }
}

#[test]
fn a_network_is_told_without_calling_anybody() {
    let folder = case("authority");
    let told = text(&vigie(folder.path(), &["network", "1", "--lang", "fr"]));
    assert!(told.contains("Réseau 1 · 3 comptes · constaté") && told.contains("le numéro +336••••••12"), "{told}");
    assert!(told.contains("Cela ne dit pas qu’une seule personne"), "{told}");
    let map = text(&vigie(folder.path(), &["network", "1", "--format", "svg"]));
    assert!(map.starts_with("<svg") && map.ends_with("</svg>\n") && !map.contains("0012") && !map.contains("980012"), "{map}");
}

#[test]
fn an_export_says_who_gives_what_to_whom() {
    let folder = case("authority");
    let folder = folder.path();
    assert!(!vigie(folder, &["export", "networks", "--out", "out"]).status.success(), "who, why and for whom are required");
    let handover = ["--by", "A. Example", "--purpose", "test", "--legal-basis", "art. 1", "--recipient", "nobody", "--expires", "2027-01-01"];
    let out = vigie(folder, &[&["export", "networks", "1", "--out", "out"][..], &handover].concat());
    assert!(out.status.success(), "{}", text(&out));
    let manifest = handed_out::check(folder, "out");
    let files = manifest["files"].as_array().unwrap();
    assert_eq!((files.len(), &manifest["kind"], &manifest["profile"], &manifest["tlp"]), (8, &"networks".into(), &"authority".into(), &"TLP:AMBER".into()));
    assert_eq!((&manifest["by"], &manifest["recipient"], &manifest["expires"]), (&"A. Example".into(), &"nobody".into(), &"2027-01-01".into()));
    let misp = fs::read_to_string(folder.join("out/misp.json")).unwrap();
    assert!(misp.contains("1 networks of accounts") && misp.contains("tlp:amber"), "{misp}");
    for format in ["misp.json", "stix.json", "case.jsonld"] {
        let document: Value = serde_json::from_slice(&fs::read(folder.join("out").join(format)).unwrap()).unwrap();
        assert!(!document.to_string().contains("threat-actor"));
    }
}
