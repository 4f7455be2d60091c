//! `vigie evidence` as a whole program.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::{fs, path::Path, process::Command};

/// Exit status and standard output.
fn vigie(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_vigie")).args(arguments).current_dir(folder).output().unwrap();
    (out.status.code().unwrap(), String::from_utf8(out.stdout).unwrap())
}

fn project(profile: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(vigie(folder.path(), &["init", "--profile", profile]).0, 0);
    fs::write(folder.path().join("post.json"), "{\"network\":\"demo\",\"text\":\"synthetic\"}").unwrap();
    folder
}

#[test]
fn sealed_verified_exported_erased() {
    let project = project("authority");
    let folder = project.path();
    let seal = ["evidence", "seal", "--post", "post.json", "--by", "demo", "--format", "json"];
    let (status, sealed) = vigie(folder, &seal);
    assert_eq!(status, 0);
    let sealed: serde_json::Value = serde_json::from_str(&sealed).unwrap();
    let id = sealed["exhibit"].as_str().unwrap();
    let vault = folder.join("vigie-data/evidence");
    fs::copy(vault.join("log/checkpoint"), folder.join("saved")).unwrap();
    assert_eq!(vigie(folder, &seal).0, 0);
    assert_eq!(vigie(folder, &["evidence", "export", id, "--by", "demo", "--reason", "court", "--to", "copy"]).0, 0);
    // The saved checkpoint and the log's files prove that the log only grew.
    let history = ["evidence", "verify", "copy", "--log-key", "copy/log.vkey", "--earlier", "saved", "--log", "vigie-data/evidence/log"];
    assert_eq!(vigie(folder, &history).0, 0);
    assert_eq!(vigie(folder, &["evidence", "verify", "copy", "--require-time"]).0, 16);
    let package = folder.join(format!("copy/{id}.wacz"));
    let mut bytes = fs::read(&package).unwrap();
    bytes[200] ^= 1;
    fs::write(&package, &bytes).unwrap();
    assert_eq!(vigie(folder, &["evidence", "verify", "copy"]).0, 10);
    let change = |what: &str| vigie(folder, &["evidence", what, id, "--by", "demo", "--reason", "test"]).0;
    assert_eq!((change("hold"), change("purge"), change("release"), change("purge")), (0, 1, 0, 0));
    let (status, text) = vigie(folder, &["evidence", "fsck"]);
    assert_eq!((status, text.as_str()), (0, "6 log entries, 1 sound exhibits, 1 erased\n"));
}

#[test]
fn profiles_and_terms_decide_what_may_be_sealed() {
    let research = project("research");
    assert_eq!(vigie(research.path(), &["evidence", "seal", "--post", "post.json"]).0, 1);
    assert!(!research.path().join("vigie-data/evidence").exists());
    let monitor = project("monitor");
    fs::write(monitor.path().join("post.json"), "{\"network\":\"x\",\"text\":\"synthetic\"}").unwrap();
    assert_eq!(vigie(monitor.path(), &["evidence", "seal", "--post", "post.json"]).0, 1);
    assert_eq!(vigie(monitor.path(), &["evidence", "seal", "--post", "post.json", "--fetch", "http://127.0.0.1:9/"]).0, 1);
    assert_eq!(vigie(monitor.path(), &["evidence", "fsck"]).0, 1);
}

#[test]
fn what_is_found_is_sealed_once_and_what_is_counted_is_logged() {
    let project = project("authority");
    let folder = project.path();
    let post = |id: u8| {
        format!(
            "{{\"id\":\"{id}\",\"network\":\"demo\",\"created_at\":\"2026-11-20T18:00:00Z\",\"text\":\"Menu : beuh 10€ le g, shit 8€ le g, coke 60€ le g, livraison, snap fictif_{id}\"}}\n"
        )
    };
    fs::write(folder.join("first.jsonl"), post(1) + &post(2)).unwrap();
    assert_eq!(vigie(folder, &["scan", "first.jsonl"]).0, 0);
    let follow = ["evidence", "follow", "--once"];
    assert_eq!(vigie(folder, &follow), (0, "2 finds sealed, roots of 1 hours logged\n".to_owned()));
    assert_eq!(vigie(folder, &follow), (0, "0 finds sealed, roots of 0 hours logged\n".to_owned()));
    // Killed before it wrote down how far it got: nothing is sealed twice, the root is logged again.
    fs::remove_file(folder.join("vigie-data/evidence/followed.json")).unwrap();
    fs::write(folder.join("second.jsonl"), post(3)).unwrap();
    assert_eq!(vigie(folder, &["scan", "second.jsonl"]).0, 0);
    assert_eq!(vigie(folder, &follow), (0, "1 finds sealed, roots of 1 hours logged\n".to_owned()));
    let (_, names) = vigie(folder, &["evidence", "list"]);
    assert_eq!(names.lines().count(), 3);
    let exhibit = folder.join("vigie-data/evidence/exhibits").join(names.lines().next().unwrap());
    assert_eq!(vigie(folder, &["evidence", "verify", exhibit.to_str().unwrap()]).0, 0);
    assert_eq!(vigie(folder, &["evidence", "fsck"]), (0, "5 log entries, 3 sound exhibits, 0 erased\n".to_owned()));
}
