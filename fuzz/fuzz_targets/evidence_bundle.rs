//! Packages and what lies beside them: whatever the bytes, a verdict, and never "holds" without a log entry.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vigie_evidence::verify::{Bundle, Trust, verify};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let bundle = Bundle { wacz: bytes.to_vec(), leaf: Some(bytes.to_vec()), opening: Some(bytes.to_vec()), proof: Some(text.clone()), log_key: Some(text), ..Bundle::default() };
    assert_ne!(verify(&bundle, &Trust { limit: 1 << 20, ..Trust::default() }).exit_status(), 0);
});
