use super::*;
use crate::warc::{Kind, Record, WarcWriter, record_id};

pub(crate) fn warc() -> Vec<u8> {
    let mut writer = WarcWriter::default();
    let date = "2026-11-24T10:00:00.000001Z";
    let info = Record {
        kind: Kind::Warcinfo,
        id: record_id("t", 0),
        date,
        target: None,
        content_type: "application/warc-fields",
        fields: vec![],
        block: b"software: vigie\r\nformat: WARC File Format 1.1\r\n",
    };
    writer.write(&info);
    writer.write(&Record {
        kind: Kind::Resource,
        id: record_id("t", 1),
        target: Some("urn:vigie:post:1"),
        content_type: "application/json",
        block: b"{}",
        ..info
    });
    writer.finish()
}

fn package() -> (Vec<u8>, Vec<u8>) {
    let evidence = vec![PackageFile { path: "evidence/verdict.json".into(), bytes: b"{}".to_vec() }];
    let input = PackageInput { title: "t", created: "2026-11-24T10:00:00Z", software: "vigie test", warc: warc(), evidence };
    build_package(input, &PackageKey::from_seed(&[5; 48]).unwrap()).unwrap()
}

#[test]
fn packages_are_reproducible_and_read_strictly() {
    let (zip, manifest) = package();
    assert_eq!(zip, package().0);
    let container = Container::read(&zip, 1 << 20).unwrap();
    assert_eq!(container.get("datapackage.json"), Some(manifest.as_slice()));
    assert!(container.members.iter().all(|member| member.stored));
    assert_eq!(read_manifest(&manifest).unwrap().len(), 5);
    assert!(Container::read(&zip, 100).unwrap_err().what.contains("limit"));
    for cut in 0..zip.len() {
        assert!(Container::read(&zip[..cut], 1 << 20).is_err());
    }
    assert!(Container::read(&[zip.as_slice(), b"x"].concat(), 1 << 20).is_err());
    assert!(Container::read(&[b"x", zip.as_slice()].concat(), 1 << 20).is_err());
}

#[test]
fn signatures() {
    let key = PackageKey::from_seed(&[5; 48]).unwrap();
    let good = key.sign(&crate::Digest::of(b"x"), "now", "test").unwrap();
    assert_eq!(verify_signed(&good), Ok(()));
    let bad = SignedData { hash: crate::Digest::of(b"y").to_string(), ..good.clone() };
    assert!(verify_signed(&bad).is_err());
    let bad = SignedData { signature: good.public_key.clone(), ..good };
    assert!(verify_signed(&bad).is_err());
}
