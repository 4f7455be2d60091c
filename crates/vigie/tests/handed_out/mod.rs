//! What every export owes, whatever it holds.

use std::{fs, path::Path, process::Command};

use serde_json::Value;
use vigie_model::Profile;
use vigie_store::{Casework as _, Policy, SqliteDesk};

/// Every file is in the manifest and the checksums with its hash, and the audit log names the manifest. Gives the manifest.
pub(crate) fn check(folder: &Path, out: &str) -> Value {
    let out = folder.join(out);
    let json = fs::read(out.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&json).unwrap();
    let files = manifest.pointer("/files").and_then(Value::as_array).unwrap();
    assert!(!files.is_empty());
    for file in files {
        let content = fs::read(out.join(file.pointer("/name").and_then(Value::as_str).unwrap())).unwrap();
        assert_eq!(file.pointer("/size"), Some(&content.len().into()));
        assert_eq!(file.pointer("/sha256"), Some(&vigie_report::manifest::sha256(&content).into()));
    }
    let sums = Command::new("sha256sum").args(["--check", "--strict", "--quiet", "SHA256SUMS"]).current_dir(&out).status().unwrap();
    assert!(sums.success());
    let profile: Profile = serde_json::from_value(manifest.pointer("/profile").unwrap().clone()).unwrap();
    let desk = SqliteDesk::open(&folder.join("vigie-data"), &Policy::new(profile)).unwrap();
    let log = desk.audit_log().unwrap();
    let hash = vigie_report::manifest::sha256(&json);
    let by = manifest.pointer("/by").and_then(Value::as_str).unwrap();
    assert!(log.iter().any(|entry| entry.event == "export" && entry.detail.contains(&hash) && entry.detail.contains(by)), "{log:?}");
    manifest
}
