//! Pictures as users meet them: beside the posts, and in lists of known ones. Needs no tesseract: codes and hashes are read without.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};
use vigie_testkit::{Wear, flyer};

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

/// The number of a flyer with a code, and of one without.
fn seeds() -> (u64, u64) {
    let with_code = (0..50).find(|seed| flyer(*seed, Wear::Clean).code.is_some()).unwrap();
    (with_code, (0..50).find(|seed| flyer(*seed, Wear::Clean).code.is_none()).unwrap())
}

/// A configuration without a program for text, two flyers, and posts that name them.
fn case(profile: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert!(vigie(folder.path(), &["init", "--profile", profile]).status.success());
    let config = fs::read_to_string(folder.path().join("vigie.toml")).unwrap();
    fs::write(folder.path().join("vigie.toml"), config + "\n[pictures]\ntesseract = \"no-such-program\"\n").unwrap();
    fs::create_dir_all(folder.path().join("posts/media")).unwrap();
    let (code, plain) = seeds();
    fs::write(folder.path().join("posts/media/code.jpg"), flyer(code, Wear::Clean).jpeg).unwrap();
    fs::write(folder.path().join("posts/media/plain.jpg"), flyer(plain, Wear::Clean).jpeg).unwrap();
    fs::write(folder.path().join("outside.jpg"), flyer(plain, Wear::Clean).jpeg).unwrap();
    let post = |id: &str, text: &str, paths: &[&str]| {
        let media: Vec<Value> = paths.iter().map(|path| json!({"kind": "image", "path": path})).collect();
        json!({"id": id, "network": "bluesky", "text": text, "lang": "fr", "created_at": "2026-11-20T18:00:00Z", "media": media}).to_string() + "\n"
    };
    let posts = post("1", "dispo beuh ce soir, livraison, contact en photo", &["media/code.jpg", "../outside.jpg", "media/none.jpg"])
        + &post("2", "une photo", &["media/plain.jpg"])
        + &post("3", "rien", &[]);
    fs::write(folder.path().join("posts/a.jsonl"), posts).unwrap();
    folder
}

fn verdicts(folder: &Path) -> Vec<Value> {
    let lines = fs::read_to_string(folder.join("verdicts.jsonl")).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn codes_give_contacts_with_their_place_and_what_cannot_be_read_is_a_state() {
    let folder = case("monitor");
    let summary = json(&vigie(folder.path(), &["scan", "posts", "--verdicts", "verdicts.jsonl", "--format", "json"]));
    assert_eq!((&summary["posts_read"], &summary["rejected"]), (&json!(3), &json!(0)), "pictures are no inputs");
    let counts = &summary["pictures"];
    assert_eq!((&counts["named"], &counts["unread"], &counts["missing"], &counts["with_code"]), (&json!(4), &json!(2), &json!(2), &json!(1)));
    let verdicts = verdicts(folder.path());
    let handle = flyer(seeds().0, Wear::Clean).handle;
    let contacts = verdicts[0]["contacts"].as_array().unwrap();
    assert!(contacts.iter().any(|contact| contact["type"] == "telegram" && contact["value"] == handle.as_str()), "{contacts:?}");
    let pictures = verdicts[0]["pictures"].as_array().unwrap();
    let states: Vec<_> = pictures.iter().map(|picture| picture["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["unread", "missing", "missing"]);
    let place = &pictures[0]["codes"][0]["box"];
    assert!(place["x"].as_u64().unwrap() >= 600 && place["y"].as_u64().unwrap() >= 800, "{place}");
    assert!(pictures[0]["spans"].as_array().unwrap().iter().any(|span| span["kind"] == "K12" && span["box"] == *place), "{pictures:?}");
    assert!(pictures[0]["reason"].as_str().unwrap().contains("install tesseract-ocr"));
    assert!(text(&vigie(folder.path(), &["show", "1"])).contains("QR: https://t.me/"));
    assert!(text(&vigie(folder.path(), &["doctor"])).contains("text in pictures is not read"));
}

#[test]
fn pictures_are_left_alone_on_request() {
    let folder = case("monitor");
    let summary = json(&vigie(folder.path(), &["scan", "posts", "--no-pictures", "--format", "json"]));
    assert_eq!(summary["pictures"]["named"], 0);
}

#[test]
fn the_research_profile_keeps_nothing_of_a_picture_that_identifies() {
    let folder = case("research");
    json(&vigie(folder.path(), &["scan", "posts", "--format", "json"]));
    let find = json(&vigie(folder.path(), &["show", "1", "--json"])).to_string();
    let handle = flyer(seeds().0, Wear::Clean).handle;
    assert!(find.contains("\"unread\"") && !find.contains(&handle) && !find.contains("sha256"), "{find}");
}

#[test]
fn a_known_picture_is_a_reason_to_look_unless_everybody_posts_it() {
    let folder = case("monitor");
    let hashes = |arguments: &[&str]| vigie(folder.path(), &[&["hashes"], arguments].concat());
    assert!(text(&hashes(&["add", "seen", "posts/media/plain.jpg"])).contains("--source"));
    let added = json(&hashes(&["add", "seen", "posts/media/plain.jpg", "--source", "a test", "--format", "json"]));
    assert_eq!(added["new"], 1);
    let found = json(&hashes(&["match", "outside.jpg", "--format", "json"]));
    assert_eq!((&found[0]["matches"][0]["list"], &found[0]["matches"][0]["distance"]), (&json!("seen"), &json!(0)));
    assert_eq!(hashes(&["match", "posts/media/code.jpg"]).status.code(), Some(1));

    let scan = || {
        json(&vigie(folder.path(), &["scan", "posts", "--dry-run", "--verdicts", "verdicts.jsonl", "--format", "json"]));
        verdicts(folder.path())[1].clone()
    };
    let verdict = scan();
    assert_eq!((&verdict["band"], &verdict["pictures"][0]["known"][0]["list"]), (&json!("review"), &json!("seen")));

    let csv = text(&hashes(&["export", "seen"]));
    fs::write(folder.path().join("memes.csv"), csv).unwrap();
    let imported = json(&hashes(&["import", "memes", "memes.csv", "--source", "a test", "--kind", "harmless", "--format", "json"]));
    assert_eq!(imported["new"], 1);
    assert_eq!(scan()["band"], "clear");
    let lists = json(&hashes(&["list", "--format", "json"]));
    assert_eq!((lists.as_array().unwrap().len(), &lists[0]["head"]["kind"]), (2, &json!("harmless")));
}
