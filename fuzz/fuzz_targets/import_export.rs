//! Exports: chats, tables, JSON documents. Each of their posts must be one that the decoder takes or rejects.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vigie_ingest::{ImportOptions, Position, read_export};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let options = ImportOptions { day_first: Some(true), ..ImportOptions::default() };
    for begin in ["", "[24/11/2026, 11:15] a: ", "id,text\n", "{\"id\":1,\"messages\":[", "{\"data\":[", "[", "window.YTD.tweets.part0 = ["] {
        let mut delivered = 0;
        read_export("fuzz", &format!("{begin}{text}"), &options, Position::START, &mut |block| {
            block.records().for_each(|record| vigie_fuzz::check_record(record.bytes, None));
            delivered += 1;
            delivered < 100
        });
    }
});
