//! The tampering matrix: every forgery that we could think of against a sealed exhibit. The verifier must reject each and name
//! the link that breaks. `cargo xtask evidence` runs the public validators over the same cases and writes docs/tampering.md.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::string_slice, clippy::cast_possible_truncation, reason = "a test")]

mod authority;
mod cases;
mod rawzip;

use std::{collections::BTreeMap, fs, path::Path};

use vigie_evidence::{
    capture::{Capture, Exchange, Item},
    tlog::LogKey,
    tsp::Roots,
    vault::Vault,
    verify::{Bundle, Link, LoadLimits, Trust, load, verify},
    wacz::{Container, PackageFile},
};

use authority::Authority;

const LIMIT: u64 = 64 << 20;

/// Two sealed exhibits, and what is needed to forge them.
pub(crate) struct Sealed {
    pub(crate) good: Bundle,
    pub(crate) other: Bundle,
    pub(crate) key: LogKey,
    pub(crate) secret: (String, [u8; 32]),
    pub(crate) foreign_stamp: Vec<u8>,
}

/// A bundle that is being tampered with, and what the verifying person trusts.
pub(crate) struct Case {
    pub(crate) bundle: Bundle,
    pub(crate) trust: Trust,
}

impl Case {
    /// The package's files in order.
    pub(crate) fn files(&self) -> Vec<PackageFile> {
        let members = Container::read(&self.bundle.wacz, LIMIT).unwrap().members;
        members.into_iter().map(|member| PackageFile { path: member.name, bytes: member.bytes }).collect()
    }
}

fn capture(exhibit: &str, text: &str) -> Capture {
    Capture {
        exhibit: exhibit.to_owned(),
        at: "2026-11-24T10:00:00.000001Z".into(),
        software: "vigie test".into(),
        actor: "demo".into(),
        items: vec![Item { role: "post".into(), content_type: "application/json".into(), bytes: format!("{{\"text\":\"{text}\"}}").into_bytes() }],
        exchanges: vec![Exchange {
            url: "https://www.example.org/post/1".into(),
            date: "2026-11-24T10:00:01.000001Z".into(),
            address: "192.0.2.7".into(),
            request: b"GET /post/1 HTTP/1.1\r\nHost: www.example.org\r\n\r\n".to_vec(),
            response: format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<!doctype html><p>{text}</p>").into_bytes(),
            certificates: Vec::new(),
        }],
        about: serde_json::json!({ "band": "advert" }),
    }
}

fn sealed(folder: &Path) -> Sealed {
    let (authority, foreign) = (Authority::new(&folder.join("tsa")), Authority::new(&folder.join("foreign")));
    let vault = Vault::open(&folder.join("vault")).unwrap();
    for n in 0..5 {
        vault.seal(&capture(&format!("filler-{n}"), "other"), &authority).unwrap();
    }
    let good = vault.seal(&capture("exhibit", "synthetic"), &authority).unwrap().folder;
    let other = vault.seal(&capture("second", "another"), &authority).unwrap().folder;
    let key = vault.log_key().clone();
    drop(vault);
    let secret = fs::read_to_string(folder.join("vault/keys/log.key")).unwrap();
    let (name, seed) = secret.trim().split_once(' ').unwrap();
    let seed = data_encoding::HEXLOWER.decode(seed.as_bytes()).unwrap().try_into().unwrap();
    let read = |folder: &Path| load(folder, LoadLimits { package: LIMIT }).unwrap();
    let good = read(&good);
    let manifest = Container::read(&good.wacz, LIMIT).unwrap().get("datapackage.json").unwrap().to_vec();
    let foreign_stamp = foreign.stamp_bytes(&vigie_evidence::Digest::of(&manifest));
    Sealed { other: read(&other), key, secret: (name.to_owned(), seed), foreign_stamp, good }
}

fn trust(sealed: &Sealed) -> Trust {
    let roots = Roots::from_pem(sealed.good.roots.as_deref().unwrap()).unwrap();
    Trust { log_key: Some(sealed.key.clone()), roots: Some(roots), need_time: true, limit: LIMIT, ..Trust::default() }
}

#[test]
fn every_forgery_is_rejected_at_the_link_that_it_breaks() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = sealed(folder.path());
    let untouched = verify(&sealed.good, &trust(&sealed));
    assert_eq!(untouched.exit_status(), 0, "{untouched:?}");
    let out = std::env::var_os("VIGIE_TAMPERED");
    if let Some(out) = &out {
        write(Path::new(out), "00-untouched", &sealed.good, "holds", "");
    }
    let (mut wrong, mut links): (Vec<String>, BTreeMap<Link, usize>) = Default::default();
    let cases = cases::all();
    for (number, (name, link, change)) in (1..).zip(&cases) {
        let mut case = Case { bundle: sealed.good.clone(), trust: trust(&sealed) };
        change(&mut case, &sealed);
        let report = verify(&case.bundle, &case.trust);
        match report.first_broken() {
            Some((found, what)) if found == *link => {
                *links.entry(found).or_default() += 1;
                if let Some(out) = &out {
                    let slug = name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
                    write(Path::new(out), &format!("{number:02}-{slug}"), &case.bundle, &format!("{found:?}: {what}"), name);
                }
            }
            other => wrong.push(format!("{name}: expected {link:?}, found {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(cases.len() >= 60, "{}", cases.len());
    assert_eq!(links.len(), 8, "each link has cases: {links:?}");
}

/// Writes a case for the public validators.
fn write(out: &Path, slug: &str, bundle: &Bundle, verdict: &str, name: &str) {
    let folder = out.join(slug);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("case.wacz"), &bundle.wacz).unwrap();
    fs::write(folder.join("verdict.txt"), verdict).unwrap();
    fs::write(folder.join("name.txt"), name).unwrap();
    fs::write(folder.join("tsa-ca.pem"), bundle.roots.as_deref().unwrap_or_default()).unwrap();
    for bytes in bundle.stamps.values().take(1) {
        fs::write(folder.join("case.wacz.tsr"), bytes).unwrap();
    }
}

/// One byte of each file of the bundle, at many places: nothing may change without being noticed.
#[test]
fn no_byte_of_the_package_can_change() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = sealed(folder.path());
    let trust = trust(&sealed);
    for at in (0..sealed.good.wacz.len()).step_by(7) {
        let mut bundle = sealed.good.clone();
        bundle.wacz[at] ^= 0x20;
        assert_ne!(verify(&bundle, &trust).exit_status(), 0, "byte {at}");
    }
    for at in 0..sealed.good.leaf.as_ref().unwrap().len() {
        let mut bundle = sealed.good.clone();
        bundle.leaf.as_mut().unwrap()[at] ^= 1;
        assert_ne!(verify(&bundle, &trust).exit_status(), 0, "byte {at} of the log entry");
    }
    let proof = sealed.good.proof.clone().unwrap();
    for at in 0..proof.len() {
        let mut bytes = proof.clone().into_bytes();
        bytes[at] ^= 1;
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let bundle = Bundle { proof: Some(text), ..sealed.good.clone() };
        assert_ne!(verify(&bundle, &trust).exit_status(), 0, "byte {at} of the proof");
    }
}
