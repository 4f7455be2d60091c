//! Against tokens that OpenSSL makes; the authority is thrown away with the test.

use std::{fs, path::Path, process::Command};

use super::*;
use crate::Digest;

fn openssl(folder: &Path, arguments: &[&str]) {
    let out = Command::new("openssl").args(arguments).current_dir(folder).output().expect("openssl is needed for this test");
    assert!(out.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
}

/// A root, an authority with this key type, and a token over `content` by it.
fn token(folder: &Path, key: &[&str], certs: &str, usage: &str, content: &[u8]) -> Vec<u8> {
    let root = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        "-days",
        "30",
        "-subj",
        "/CN=Test root",
    ];
    openssl(folder, &[&root[..], &["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"]].concat());
    openssl(folder, &[&["req", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test TSA"][..], key].concat());
    fs::write(folder.join("ext"), format!("basicConstraints=critical,CA:FALSE\nextendedKeyUsage={usage}\n")).unwrap();
    openssl(
        folder,
        &["x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", "ext", "-out", "tsa.pem"],
    );
    let config = format!(
        "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\nsigner_cert = tsa.pem\nsigner_key = tsa.key\n{certs}signer_digest = sha256\n\
         default_policy = 1.3.6.1.4.1.99999.1\ndigests = sha256\naccuracy = secs:1\nordering = yes\ntsa_name = yes\ness_cert_id_alg = sha256\n"
    );
    fs::write(folder.join("serial"), "01\n").unwrap();
    fs::write(folder.join("tsa.cnf"), config).unwrap();
    fs::write(folder.join("q.tsq"), query(&Digest::of(content), 77)).unwrap();
    openssl(folder, &["ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq", "-out", "r.tsr"]);
    fs::read(folder.join("r.tsr")).unwrap()
}

const EC: &[&str] = &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"];
const RSA: &[&str] = &["-newkey", "rsa:2048"];

#[test]
fn openssl_tokens_verify_and_changed_ones_do_not() {
    for (key, certs) in [(RSA, ""), (EC, ""), (RSA, "certs = ca.pem\n")] {
        let folder = tempfile::tempdir().unwrap();
        let reply = token(folder.path(), key, certs, "critical,timeStamping", b"content");
        let roots = Roots::from_pem(&fs::read_to_string(folder.path().join("ca.pem")).unwrap()).unwrap();
        let stamp = verify_response(&reply, &Digest::of(b"content"), Some(&roots)).unwrap();
        assert!(stamp.anchored && stamp.authority == "Test TSA", "{stamp:?}");
        assert_eq!(verify_response(&reply, &Digest::of(b"other"), Some(&roots)), Err(StampError::OtherContent));
        for at in 0..reply.len() {
            let mut bad = reply.clone();
            bad[at] ^= 0x01;
            let verdict = verify_response(&bad, &Digest::of(b"content"), Some(&roots));
            // What no signature covers may change without changing what is proven: the time stays the same.
            assert!(verdict.as_ref().map_or(true, |changed| changed.time == stamp.time), "byte {at}: {verdict:?}");
            assert!(verify_response(&reply[..at], &Digest::of(b"content"), None).is_err());
        }
    }
}

#[test]
fn other_roots_and_other_purposes_are_refused() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let reply = token(one.path(), RSA, "", "critical,timeStamping", b"x");
    token(two.path(), EC, "", "critical,timeStamping", b"x");
    let foreign = Roots::from_pem(&fs::read_to_string(two.path().join("ca.pem")).unwrap()).unwrap();
    assert!(matches!(verify_response(&reply, &Digest::of(b"x"), Some(&foreign)), Err(StampError::Untrusted(_))));
    assert!(!verify_response(&reply, &Digest::of(b"x"), None).unwrap().anchored);
    assert!(Roots::from_pem("").is_err());
}
