//! WARC files: as they are, and as the one member of a gzip file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vigie_evidence::{
    surt::surt,
    warc::{WarcLimits, read_warc},
};

fuzz_target!(|bytes: &[u8]| {
    let limits = WarcLimits { record: 1 << 20, total: 1 << 22, records: 100 };
    if let Ok(records) = read_warc(bytes, &limits) {
        assert!(records.iter().map(|record| record.length).sum::<u64>() == bytes.len() as u64, "bytes between records");
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert!(surt(text).len() <= 3 * text.len() + 16);
    }
});
