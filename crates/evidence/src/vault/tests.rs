use std::fs;

use super::*;
use crate::{
    capture::{Capture, Exchange, Item},
    verify::{Link, LoadLimits, Trust, load, verify},
};

pub(crate) const LIMIT: u64 = 64 << 20;

pub(crate) fn capture(exhibit: &str) -> Capture {
    Capture {
        exhibit: exhibit.to_owned(),
        at: "2026-11-24T10:00:00.000001Z".into(),
        software: "vigie test".into(),
        actor: "demo".into(),
        items: vec![Item { role: "post".into(), content_type: "application/json".into(), bytes: br#"{"text":"synthetic"}"#.to_vec() }],
        exchanges: vec![Exchange {
            url: "https://www.example.org/post/1".into(),
            date: "2026-11-24T10:00:01.000001Z".into(),
            address: "192.0.2.7".into(),
            request: b"GET /post/1 HTTP/1.1\r\nHost: www.example.org\r\n\r\n".to_vec(),
            response: b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<!doctype html><p>synthetic</p>".to_vec(),
            certificates: vec![b"der".to_vec()],
        }],
        about: serde_json::json!({ "band": "advert" }),
    }
}

#[test]
fn sealed_exhibits_verify_and_survive_erasure() {
    let root = tempfile::tempdir().unwrap();
    let vault = Vault::open(root.path()).unwrap();
    let sealed = vault.seal(&capture("20261124-a"), &NoStamps).unwrap();
    vault.seal(&capture("20261124-b"), &NoStamps).unwrap();
    let trust = Trust { log_key: Some(vault.log_key().clone()), limit: LIMIT, ..Trust::default() };
    let bundle = load(&sealed.folder, LoadLimits { package: LIMIT }).unwrap();
    let report = verify(&bundle, &trust);
    assert_eq!((report.exit_status(), report.exhibit.as_deref()), (0, Some("20261124-a")), "{report:?}");
    assert_eq!(verify(&bundle, &Trust { need_time: true, ..trust }).first_broken().unwrap().0, Link::Time);

    vault.hold("20261124-a", "demo", "file 1", "2026-11-24T11:00:00Z").unwrap();
    assert!(matches!(vault.purge("20261124-a", "demo", "asked", "2026-11-24T11:00:00Z"), Err(VaultError::Held(_))));
    vault.release("20261124-a", "demo", "closed", "2026-11-24T11:00:00Z").unwrap();
    let copy = root.path().join("copy");
    vault.export("20261124-a", &copy, "demo", "court", "2026-11-24T11:00:00Z").unwrap();
    assert_eq!(verify(&load(&copy, LoadLimits { package: LIMIT }).unwrap(), &Trust { limit: LIMIT, ..Trust::default() }).exit_status(), 0);
    vault.purge("20261124-a", "demo", "asked", "2026-11-24T12:00:00Z").unwrap();
    drop(vault);
    let check = check_vault(root.path(), LIMIT).unwrap();
    assert_eq!((check.entries, check.sound, check.purged, check.problems.as_slice()), (6, 1, 1, [].as_slice()));
    assert!(!sealed.folder.join("20261124-a.wacz").exists() && !sealed.folder.join("20261124-a.opening.json").exists());
}

#[test]
fn what_was_cut_short_is_finished() {
    let root = tempfile::tempdir().unwrap();
    let vault = Vault::open(root.path()).unwrap();
    let sealed = vault.seal(&capture("a"), &NoStamps).unwrap();
    drop(vault);
    // As if the run had ended before the rename, and another before anything whole was staged.
    fs::rename(&sealed.folder, root.path().join("staging/a")).unwrap();
    fs::create_dir(root.path().join("staging/b")).unwrap();
    let check = check_vault(root.path(), LIMIT).unwrap();
    assert_eq!((check.unfinished.len(), check.problems.len(), check.sound), (2, 0, 0));
    drop(Vault::open(root.path()).unwrap());
    let check = check_vault(root.path(), LIMIT).unwrap();
    assert_eq!((check.entries, check.sound, check.unfinished.len(), check.problems.len()), (1, 1, 0, 0));
}

#[test]
fn damage_and_loss_are_reported() {
    let root = tempfile::tempdir().unwrap();
    let vault = Vault::open(root.path()).unwrap();
    let one = vault.seal(&capture("a"), &NoStamps).unwrap().folder;
    let two = vault.seal(&capture("b"), &NoStamps).unwrap().folder;
    drop(vault);
    let mut wacz = fs::read(one.join("a.wacz")).unwrap();
    wacz[300] ^= 1;
    fs::write(one.join("a.wacz"), wacz).unwrap();
    fs::remove_dir_all(two).unwrap();
    let check = check_vault(root.path(), LIMIT).unwrap();
    assert_eq!(check.problems.len(), 2, "{check:?}");
    assert!(matches!(check_vault(&root.path().join("none"), LIMIT), Err(VaultError::NoVault(_))));
}
