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
