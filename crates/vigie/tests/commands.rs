//! The program as its users run it.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

fn vigie(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vigie")).current_dir(folder).args(arguments).env("LANG", "C").output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", text(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

const POSTS: &str = r#"{"id":"1","network":"bluesky","text":"Toulouse : beuh dispo, 10€ le g, livraison. Snap: demo_fictif31","created_at":"2026-11-20T18:00:00Z","lang":"fr"}
{"id":"2","network":"bluesky","text":"Il neige sur Toulouse ce soir","created_at":"2026-11-20T19:00:00Z","lang":"fr"}
{"id":"3","network":"bluesky","text":"Herbes de Provence et poulet : la recette","lang":"fr"}
{"id":"4","network":"bluesky","text":"broken
{"id":"5","network":"bluesky","created_at":"+275760-09-13T00:00:00Z","text":"année impossible","lang":"fr"}
"#;

/// A folder with a configuration and a file of posts.
fn case(profile: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert!(vigie(folder.path(), &["init", "--profile", profile]).status.success());
    fs::write(folder.path().join("posts.jsonl"), POSTS).unwrap();
    folder
}

#[test]
fn the_second_scan_changes_nothing() {
    let folder = case("monitor");
    let first = json(&vigie(folder.path(), &["scan", "posts.jsonl", "--format", "json"]));
    assert_eq!(
        (&first["posts_read"], &first["adverts"], &first["new"], &first["rejected"], &first["repaired"]),
        (&4.into(), &1.into(), &4.into(), &1.into(), &1.into())
    );
    let share = vigie(folder.path(), &["share", "--format", "json"]).stdout;
    let rejects =
        |folder: &Path| fs::read_dir(folder.join("vigie-data/rejects")).unwrap().map(|e| fs::read_to_string(e.unwrap().path()).unwrap()).collect::<Vec<_>>();
    let before = rejects(folder.path());
    assert!(before.len() == 1 && before[0].contains("\"line\":4") && before[0].contains("\"line\":5"), "{before:?}");
    let second = json(&vigie(folder.path(), &["scan", "posts.jsonl", "--format", "json"]));
    assert_eq!((&second["posts_read"], &second["new"], &second["known"], &second["finds_stored"]), (&4.into(), &0.into(), &4.into(), &0.into()));
    assert_eq!(vigie(folder.path(), &["share", "--format", "json"]).stdout, share);
    assert_eq!(rejects(folder.path()), before);
}

#[test]
fn a_find_is_listed_shown_and_counted() {
    let folder = case("platform");
    json(&vigie(folder.path(), &["scan", "posts.jsonl", "--format", "json"]));
    assert!(text(&vigie(folder.path(), &["finds"])).contains("CAN-H"));
    let shown = text(&vigie(folder.path(), &["show", "bluesky:1", "--lang", "fr"]));
    assert!(shown.contains("K02 produit: “beuh”") && shown.contains("K07 livraison: “livraison”"), "{shown}");
    let share = text(&vigie(folder.path(), &["share", "--watch", "Toulouse", "--format", "csv"]));
    assert!(share.lines().any(|line| line == "Toulouse,bluesky,2026-11-20,2,1,0,0.500000,0,0,2,1,0,0"), "{share}");
    assert!(text(&vigie(folder.path(), &["show", "99"])).contains("no find 99"));
}

#[test]
fn verdict_lines_tell_of_every_post() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("posts.jsonl"), POSTS).unwrap();
    let summary = json(&vigie(folder.path(), &["scan", "posts.jsonl", "--dry-run", "--verdicts", "out.jsonl", "--format", "json"]));
    assert_eq!(summary["dry_run"], true);
    let lines: Vec<Value> = fs::read_to_string(folder.path().join("out.jsonl")).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.iter().map(|l| l["band"].as_str().unwrap()).collect::<Vec<_>>(), ["advert", "clear", "clear", "clear"]);
    let advert = &lines[0];
    assert_eq!(advert["products"], serde_json::json!(["CAN-H"]));
    assert_eq!(advert["contacts"], serde_json::json!([{"type": "snapchat", "value": "demo_fictif31"}]));
    assert_eq!(advert["prices"], serde_json::json!([{"amount": 10.0, "currency": "EUR", "quantity": 1.0, "unit": "g"}]));
    assert_eq!(advert["places"], serde_json::json!(["Toulouse"]));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "a dry run leaves nothing but what was asked for");
}

#[test]
fn strict_ends_with_three_and_wrong_use_is_explained() {
    let folder = case("research");
    assert_eq!(vigie(folder.path(), &["scan", "posts.jsonl", "--strict"]).status.code(), Some(3));
    assert_eq!(vigie(folder.path(), &["scan", "nowhere"]).status.code(), Some(1));
    assert!(text(&vigie(folder.path(), &["scan", "nowhere"])).contains("no such file or folder: nowhere"));
    assert_eq!(vigie(folder.path(), &["scna"]).status.code(), Some(2));
    let elsewhere = tempfile::tempdir().unwrap();
    assert!(text(&vigie(elsewhere.path(), &["scan", "."])).contains("vigie init"));
    assert!(text(&vigie(elsewhere.path(), &["init", "--profile", "autority"])).contains("did you mean authority?"));
    let doctor = vigie(elsewhere.path(), &["doctor"]);
    assert!(doctor.status.code() == Some(1) && text(&doctor).contains("not yet measured on independent adverts"));
}

#[test]
fn a_store_keeps_to_its_profile() {
    let folder = case("research");
    json(&vigie(folder.path(), &["scan", "posts.jsonl", "--format", "json"]));
    let shown = text(&vigie(folder.path(), &["show", "1"]));
    assert!(shown.contains("Snap: *************") && !shown.contains("demo_fictif31"), "{shown}");
    let config = folder.path().join("vigie.toml");
    fs::write(&config, fs::read_to_string(&config).unwrap().replace("profile = \"research\"", "profile = \"authority\"")).unwrap();
    assert!(text(&vigie(folder.path(), &["share"])).contains("was set up for the profile research"));
}

#[test]
fn reads_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_vigie"))
        .current_dir(folder.path())
        .args(["scan", "-", "--dry-run", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(POSTS.as_bytes()).unwrap();
    assert_eq!(json(&child.wait_with_output().unwrap())["posts_read"], 4);
}

#[test]
fn exports_are_imported_once_whatever_they_are() {
    let folder = case("platform");
    let chat = r##"{"name":"Canal fictif","type":"public_channel","id":77,"messages":[
        {"id":1,"type":"message","date_unixtime":"1793530800","text":["Toulouse : beuh dispo, 10€ le g, livraison. Snap: demo_fictif31 ",{"type":"hashtag","text":"#dispo"}]},
        {"id":2,"type":"message","date_unixtime":"1793530900","text":"Il neige sur Toulouse ce soir"}]}"##;
    fs::write(folder.path().join("result.json"), chat).unwrap();
    fs::write(folder.path().join("chat.txt"), "[24/11/2026, 11:15:38] Exemple: Il neige sur Toulouse\n").unwrap();
    fs::write(folder.path().join("listing.csv"), "Numero;Annonce\n1;Herbes de Provence et poulet : la recette\n2;\n").unwrap();
    let import = |arguments: &[&str]| json(&vigie(folder.path(), &[&["import", "--format", "json"], arguments].concat()));
    let telegram = import(&["result.json"]);
    assert_eq!((&telegram["posts_read"], &telegram["adverts"], &telegram["new"]), (&2.into(), &1.into(), &2.into()));
    let again = import(&["result.json"]);
    assert_eq!((&again["new"], &again["known"]), (&0.into(), &2.into()));
    let both = import(&["chat.txt", "listing.csv", "--network", "forum", "--map", "text=Annonce", "--map", "id=Numero"]);
    assert_eq!((&both["posts_read"], &both["new"], &both["rejected"]), (&2.into(), &2.into(), &1.into()));
    let finds = text(&vigie(folder.path(), &["finds", "--json"]));
    assert!(finds.contains(r#""network":"telegram""#) && finds.contains(r#""native_id":"77/1""#), "{finds}");
    assert!(text(&vigie(folder.path(), &["import", "-"])).contains("from a file"));
}

#[test]
fn watch_and_status_say_what_is_missing() {
    let folder = case("platform");
    assert!(text(&vigie(folder.path(), &["watch"])).contains("add a [[live]] table"));
    assert!(text(&vigie(folder.path(), &["status"])).contains("`vigie watch` has not run"));
    let settings = folder.path().join("vigie.toml");
    let live = "\n[[live]]\nname = \"a\"\nprotocol = \"jetstream\"\nurl = \"https://example.org\"\n";
    fs::write(&settings, fs::read_to_string(&settings).unwrap() + live).unwrap();
    assert!(text(&vigie(folder.path(), &["watch"])).contains("looks like wss://relay.example.org"));
    assert!(text(&vigie(folder.path(), &["watch", "b"])).contains("no live source is called \"b\""));
}
