//! Time stamp replies, root certificates, chunked bodies.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vigie_evidence::{
    Digest,
    http::dechunk,
    tsp::{Roots, verify_response},
};

fuzz_target!(|bytes: &[u8]| {
    assert!(verify_response(bytes, &Digest::of(b"x"), None).is_err());
    if let Ok(pem) = std::str::from_utf8(bytes) {
        drop(Roots::from_pem(pem));
    }
    assert!(dechunk(bytes, 1 << 16).is_none_or(|entity| entity.len() <= 1 << 16));
});
