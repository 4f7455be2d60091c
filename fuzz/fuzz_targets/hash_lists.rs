//! Lists of hashes in any form of exchange: nothing panics, and what was read comes back from what is written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vigie_media::{
    lists::{Exchange, HashList, Head, Kind, export, import},
    ocr::likely_text,
};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Some(likely) = likely_text(text) {
            assert_eq!(likely.len(), text.len());
        }
    }
    let Ok(imported) = import(bytes) else { return };
    let head = Head { name: "fuzz".into(), kind: Kind::Adverts, source: String::new(), created: jiff::civil::date(2026, 1, 1), expires: None };
    let mut list = HashList::new(head).expect("a good name");
    list.add(imported.entries);
    if list.entries.is_empty() {
        return;
    }
    for form in [Exchange::Csv, Exchange::Json] {
        let again = import(export(&list, form).as_bytes()).expect("our own form");
        assert!(again.entries.iter().map(|entry| entry.pdq).eq(list.entries.iter().map(|entry| entry.pdq)));
    }
});
