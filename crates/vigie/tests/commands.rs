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
fn a_capture_is_judged_and_kept_once() {
    let folder = case("platform");
    fs::write(folder.path().join("story.png"), b"\x89PNG\r\n\x1a\nfictif").unwrap();
    fs::write(folder.path().join("text.png"), b"no picture").unwrap();
    let card = [
        "--network",
        "snapchat",
        "--operator",
        "A.B.",
        "--account",
        "demo_fictif31",
        "--text",
        "Toulouse : beuh dispo, 10€ le g, livraison. Snap: demo_fictif31",
    ];
    let capture = |picture: &str| vigie(folder.path(), &[&["capture", picture], &card[..]].concat());
    let (first, second) = (capture("story.png"), capture("story.png"));
    assert!(first.status.success() && second.status.success(), "{}", text(&first));
    let finds = text(&vigie(folder.path(), &["finds", "--json"]));
    assert_eq!((finds.lines().count(), finds.contains("snapchat")), (1, true), "{finds}");
    let kept: Vec<_> = fs::read_dir(folder.path().join("vigie-data/captures")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(kept.len(), 2, "the picture and the card: {kept:?}");
    assert!(text(&capture("text.png")).contains("no PNG, JPEG or WebP"));
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
    assert!(shown.contains("K02 produit: “beuh") && shown.contains("K07 livraison: “livraison”"), "{shown}");
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
    // A clear post that is sampled for people to read is masked as well.
    let clear = r#"{"id":"9","network":"bluesky","text":"Toulouse by night, insta demo_fictif32","created_at":"2026-11-20T18:00:00Z","lang":"fr"}"#;
    fs::write(folder.path().join("clear.jsonl"), clear).unwrap();
    json(&vigie(folder.path(), &["scan", "clear.jsonl", "--format", "json"]));
    let tasks = text(&vigie(folder.path(), &["label", "--watch", "Toulouse", "--export"]));
    assert!(tasks.contains("insta *************") && !tasks.contains("demo_fictif32"), "{tasks}");
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

const PACK: &str = r#"
[[rule]]
name = "toulouse"
severity = "high"
reason = { en = "an offer in Toulouse", fr = "une offre à Toulouse" }
when = "'Toulouse' in places && contacts.size() > 0"
effect = { route = "city", tag = "toulouse" }
match = ["Beuh dispo sur Toulouse, snap fictif_31"]
no_match = ["Beuh dispo sur Lille, snap fictif_59"]
"#;

fn with_rules(folder: &Path, pack: &str) {
    let config = folder.join("vigie.toml");
    fs::write(&config, fs::read_to_string(&config).unwrap() + &format!("\n[rules]\npaths = [\"{pack}\"]\n")).unwrap();
}

#[test]
fn rules_of_the_user_are_applied_and_explained() {
    let folder = case("platform");
    fs::create_dir(folder.path().join("own")).unwrap();
    fs::write(folder.path().join("own/city.toml"), PACK).unwrap();
    with_rules(folder.path(), "own");
    let summary = json(&vigie(folder.path(), &["scan", "posts.jsonl", "--format", "json"]));
    let rules = summary["rules"].as_array().unwrap();
    assert!(rules.iter().any(|rule| rule["rule"] == "toulouse" && rule["fired"] == 1), "{rules:?}");
    let shown = text(&vigie(folder.path(), &["show", "bluesky:1", "--lang", "fr"]));
    assert!(shown.contains("règle toulouse: une offre à Toulouse") && shown.contains("File: city (élevée)"), "{shown}");
    let stored = json(&vigie(folder.path(), &["show", "bluesky:1", "--json"]));
    assert!(stored["verdict"]["versions"]["rules"].as_str().unwrap().len() == 16 && stored["verdict"]["rules"][0]["route"] == "city");
    assert!(text(&vigie(folder.path(), &["doctor"])).contains("20 rules, 1 in the shadow"));
}

#[test]
fn a_backtest_shows_what_would_change_without_identifiers() {
    let folder = case("platform");
    fs::write(folder.path().join("city.toml"), PACK).unwrap();
    json(&vigie(folder.path(), &["scan", "posts.jsonl", "--format", "json"]));
    let store = json(&vigie(folder.path(), &["rules", "backtest", "city.toml", "--store", "--format", "json"]));
    assert_eq!((&store["posts"], &store["changed"]), (&1.into(), &1.into()));
    let excerpt = store["examples"][0]["excerpt"].as_str().unwrap();
    assert!(excerpt.contains("Toulouse") && !excerpt.contains("demo_fictif31"), "{excerpt}");
    let over = json(&vigie(folder.path(), &["rules", "backtest", "city.toml", "--over", "posts.jsonl", "--format", "json"]));
    assert_eq!((&over["posts"], &over["changed"], &over["skipped"]), (&4.into(), &1.into(), &2.into()));
    assert!(over["examples"][0]["place"].as_str().unwrap().ends_with("posts.jsonl:1"), "{over}");
}

#[test]
fn faulty_rules_stop_a_scan_and_say_where() {
    let folder = case("platform");
    assert!(vigie(folder.path(), &["rules", "check"]).status.success());
    assert!(vigie(folder.path(), &["rules", "test"]).status.success());
    let pack = folder.path().join("bad.toml");
    fs::write(&pack, PACK.replace("Toulouse, snap", "Lyon, snap")).unwrap();
    let check = vigie(folder.path(), &["rules", "check", "bad.toml"]);
    assert!(check.status.code() == Some(1) && text(&check).contains("WRONG  toulouse match 1: does not match"), "{}", text(&check));
    with_rules(folder.path(), "bad.toml");
    let scan = vigie(folder.path(), &["scan", "posts.jsonl"]);
    assert!(scan.status.code() == Some(1) && text(&scan).contains("rule \"toulouse\": its match example 1 does not match"), "{}", text(&scan));
    fs::write(&pack, PACK.replace("contacts.size()", "contact.size()")).unwrap();
    let hint = text(&vigie(folder.path(), &["rules", "check", "bad.toml"]));
    assert!(hint.contains("variable `contact`, which there is not; did you mean `contacts`?"), "{hint}");
}

/// Three hundred posts of a watch, thirty of them adverts, and what a reviewer says of each.
fn posts_and_labels() -> (String, String) {
    let (mut posts, mut labels) = (String::new(), String::new());
    for number in 0..300 {
        let advert = number % 10 == 0;
        let text = if advert {
            format!("Toulouse : beuh dispo, {number}€ le g, livraison. Snap: demo_fictif31")
        } else {
            format!("Il neige sur Toulouse, {number}")
        };
        posts += &format!(
            "{{\"id\":\"{number}\",\"network\":\"bluesky\",\"text\":\"{text}\",\"created_at\":\"2026-11-20T18:00:00Z\",\"lang\":\"fr\",\"metrics\":{{\"views\":10}}}}\n"
        );
        labels += &format!("{{\"id\":\"{number}\",\"network\":\"bluesky\",\"label\":\"{}\",\"reviewer\":\"demo\"}}\n", if advert { "advert" } else { "other" });
    }
    (posts, labels)
}

#[test]
fn labels_turn_the_raw_rate_into_an_estimate() {
    let folder = case("platform");
    let (posts, labels) = posts_and_labels();
    fs::write(folder.path().join("posts.jsonl"), posts).unwrap();
    fs::write(folder.path().join("labels.jsonl"), labels).unwrap();
    json(&vigie(folder.path(), &["scan", "posts.jsonl", "--format", "json"]));
    assert!(text(&vigie(folder.path(), &["share", "--watch", "Toulouse"])).contains("not an estimate"));
    let exported = text(&vigie(folder.path(), &["label", "--watch", "Toulouse", "--labels", "90", "--export"]));
    let first: Value = serde_json::from_str(exported.lines().next().unwrap()).unwrap();
    assert!(first["text"].is_string() && first.get("score").is_none(), "{first}");
    let imported = json(&vigie(folder.path(), &["label", "--watch", "Toulouse", "--labels", "90", "--import", "labels.jsonl", "--format", "json"]));
    assert_eq!(imported["rejected"], 0);
    assert!(imported["labels"].as_u64().unwrap() < 120 && imported["not_asked_for"].as_u64().unwrap() > 150, "nobody chooses: {imported}");
    json(&vigie(folder.path(), &["label", "--watch", "Toulouse", "--labels", "120", "--import", "labels.jsonl", "--format", "json"]));
    let share = json(&vigie(folder.path(), &["share", "--watch", "Toulouse", "--format", "json"]));
    let posts = &share["shares"][0]["posts"];
    let bound = |name: &str| posts["interval"][name].as_f64().unwrap();
    assert!(bound("low") <= 0.1 && 0.1 <= bound("high"), "{posts}");
    assert!(share["shares"][0]["methods"]["fr"].as_str().unwrap().contains("veille « Toulouse »"));
    assert!(text(&vigie(folder.path(), &["share", "--watch", "Toulouse"])).contains("of posts are adverts"));
    assert!(text(&vigie(folder.path(), &["share", "--watch", "Toulouse", "--format", "svg"])).starts_with("<svg"));
    let by_network = text(&vigie(folder.path(), &["share", "--watch", "Toulouse", "--by-network"]));
    assert!(by_network.contains("Toulouse · bluesky"), "{by_network}");
    let broken = vigie(folder.path(), &["label", "--import", "vigie.toml"]);
    assert!(broken.status.code() == Some(1) && text(&broken).contains("not a label"), "{}", text(&broken));
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
