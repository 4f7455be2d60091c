//! The AT protocol's firehose: frames, DAG-CBOR, CAR.

#![no_main]

use libfuzzer_sys::fuzz_target;

/// `{"t":"#commit","op":1}`.
const HEADER: &[u8] = b"\xa2\x61t\x67#commit\x62op\x01";
/// A body whose archive is the fuzzer's: `{"seq":1,"repo":"d","ops":[],"blocks":` and a length of two bytes.
const BODY: &[u8] = b"\xa4\x63seq\x01\x64repo\x61d\x63ops\x81\xa3\x66action\x66create\x64path\x74app.bsky.feed.post/k\x63cid\xd8\x2a\x43\x00\x01\x71\x66blocks\x59";

fuzz_target!(|bytes: &[u8]| {
    vigie_fuzz::check_record(bytes, None);
    vigie_fuzz::check_record(&[HEADER, bytes].concat(), None);
    if let Ok(length) = u16::try_from(bytes.len()) {
        vigie_fuzz::check_record(&[HEADER, BODY, &length.to_be_bytes(), bytes].concat(), None);
    }
});
