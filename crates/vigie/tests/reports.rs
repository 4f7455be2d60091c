//! What goes to police, partners and observatories, under the permissions of the profile; and what is erased.

#![expect(clippy::unwrap_used, reason = "a test")]

mod handed_out;

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

const POST: &str = r#"{"id":"did:plc:fictif/1","network":"bluesky","url":"https://bsky.app/profile/did:plc:fictif/post/1","author":{"id":"did:plc:fictif","handle":"demo.example.org"},"text":"Toulouse : beuh dispo, 10€ le g, livraison. Snap: demo_fictif31","created_at":"2026-11-20T18:00:00Z","lang":"fr"}
"#;

const TERMS: [&str; 8] = ["--recipient", "OFAC", "--purpose", "enquête", "--legal-basis", "directive (UE) 2016/680", "--by", "Camille Exemple"];

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vigie")).current_dir(folder).args(arguments).env("LANG", "fr").output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn ok(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output));
    text(&output)
}

fn case(profile: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let settings = format!("profile = \"{profile}\"\n[reporting]\norganisation = \"Service Exemple\"\nemail = \"signalement@example.org\"\n");
    fs::write(folder.path().join("vigie.toml"), settings).unwrap();
    fs::write(folder.path().join("posts.jsonl"), POST).unwrap();
    ok(folder.path(), &["scan", "posts.jsonl"]);
    folder
}

fn check_manifest(folder: &Path, out: &str) {
    let manifest = handed_out::check(folder, out);
    assert_eq!((manifest.pointer("/recipient"), manifest.pointer("/by")), (Some(&"OFAC".into()), Some(&"Camille Exemple".into())));
}

#[test]
fn an_authority_makes_a_dossier_with_sealed_evidence() {
    let folder = case("authority");
    let folder = folder.path();
    let sealed: Value = serde_json::from_str(ok(folder, &["evidence", "seal", "1", "--by", "Camille", "--format", "json"]).lines().next().unwrap()).unwrap();
    let exhibit = sealed.pointer("/exhibit").and_then(Value::as_str).unwrap();
    ok(folder, &[&["dossier", "1", "--evidence", exhibit, "--out", "dossier", "--expires", "2027-05-24"][..], &TERMS].concat());
    check_manifest(folder, "dossier");
    let package = format!("dossier/evidence/{exhibit}/{exhibit}.wacz");
    assert!(ok(folder, &["evidence", "verify", &package]).contains(exhibit));
    assert!(fs::read(folder.join("dossier/dossier.pdf")).unwrap().starts_with(b"%PDF-1.7"));
    assert!(fs::read_to_string(folder.join("dossier/posts.csv")).unwrap().contains("demo_fictif31"));
}

#[test]
fn profiles_hand_out_what_they_may() {
    let forbidden = |profile: &str, arguments: &[&str]| {
        let folder = case(profile);
        let output = run(folder.path(), arguments);
        assert!(!output.status.success() && text(&output).contains("does not hand out"), "{profile} {arguments:?}: {}", text(&output));
    };
    forbidden("platform", &[&["dossier", "1", "--out", "d"][..], &TERMS].concat());
    forbidden("monitor", &[&["export", "stix", "--out", "d"][..], &TERMS].concat());
    forbidden("monitor", &["statement", "draft", "1"]);
    forbidden("research", &["notice", "draft", "--by", "C"]);
    forbidden("research", &["pharos", "1", "--by", "C"]);
    forbidden("platform", &["letter", "1", "--court", "c", "--place", "p", "--by", "C"]);
    let research = case("research");
    ok(research.path(), &[&["export", "table", "--out", "t"][..], &TERMS].concat());
    check_manifest(research.path(), "t");
    // One post and one advert: nothing that could tell of a person is shown.
    assert!(!fs::read_to_string(research.path().join("t/table.csv")).unwrap().contains(",1"));
}

#[test]
fn pharos_letter_and_card_are_ready_to_use() {
    let folder = case("monitor");
    let folder = folder.path();
    let block = ok(folder, &["pharos", "1", "--by", "Camille", "--pdf", "p.pdf", "--lang", "fr"]);
    assert!(block.contains("Trafic de stupéfiants") && block.contains("https://bsky.app/profile/did:plc:fictif/post/1"), "{block}");
    // A find goes to PHAROS once.
    assert!(text(&run(folder, &["pharos", "1", "--by", "Camille"])).contains("is in VP-"));
    let letter = ok(folder, &["letter", "1", "--court", "tribunal judiciaire d’Exemple", "--place", "Exemple", "--by", "Camille Exemple, agent"]);
    assert!(letter.contains("article 40, alinéa 2") && letter.contains("demo_fictif31"), "{letter}");
    assert!(ok(folder, &["emergency", "--minor", "--lang", "fr"]).contains("119"));
}

#[test]
fn statements_are_drafted_and_checked() {
    let folder = case("platform");
    let folder = folder.path();
    let drafted = String::from_utf8(run(folder, &["statement", "draft", "1", "--day", "2026-11-24"]).stdout).unwrap();
    assert!(!drafted.contains("demo"), "{drafted}");
    fs::write(folder.join("s.json"), &drafted).unwrap();
    assert!(ok(folder, &["statement", "check", "s.json"]).contains("1 statements may be sent"));
    fs::write(folder.join("s.json"), drafted.replace("A public post", "@demo_fictif")).unwrap();
    let checked = run(folder, &["statement", "check", "s.json"]);
    assert!(checked.status.code() == Some(2) && text(&checked).contains("decision_facts: looks like a handle"), "{}", text(&checked));
    let again = String::from_utf8(run(folder, &["statement", "draft", "1", "--day", "2026-11-24"]).stdout).unwrap();
    assert_eq!(again, drafted, "the same find has the same identifier");
}

#[test]
fn a_purge_shows_first_and_a_hold_wins() {
    let folder = case("platform");
    let folder = folder.path();
    fs::write(folder.join("vigie.toml"), fs::read_to_string(folder.join("vigie.toml")).unwrap() + "[retention]\nfind_days = 0\n").unwrap();
    ok(folder, &["hold", "1", "--by", "Camille", "--reason", "réquisition"]);
    // The clock of 0 days ends in the second after the find was kept.
    let counts = |arguments: &[&str]| -> Value { serde_json::from_slice(&run(folder, arguments).stdout).unwrap() };
    let wait = || {
        while counts(&["purge", "--format", "json"]).pointer("/0/count").is_some_and(|c| c == 0)
            && counts(&["purge", "--format", "json"]).pointer("/0/held").is_some_and(|h| h == 0)
        {}
    };
    wait();
    assert_eq!(counts(&["purge", "--erase", "--format", "json"]).pointer("/0/held"), Some(&1.into()));
    assert!(ok(folder, &["show", "1"]).contains("demo_fictif31"));
    ok(folder, &["hold", "1", "--release", "--by", "Camille", "--reason", "levée"]);
    assert_eq!(counts(&["purge", "--format", "json"]).pointer("/0/count"), Some(&1.into()));
    assert!(run(folder, &["show", "1"]).status.success(), "without --erase nothing is erased");
    ok(folder, &["purge", "--erase"]);
    assert!(text(&run(folder, &["show", "1"])).contains("no find 1"));
}
