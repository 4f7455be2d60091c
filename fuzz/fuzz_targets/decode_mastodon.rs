//! Mastodon: statuses, their HTML, frames, and server-sent events.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for event in ["update", "delete", "notification", "other"] {
        vigie_fuzz::check_record(bytes, Some(event));
    }
    // Any text as HTML within a valid status.
    let html = serde_json::Value::from(String::from_utf8_lossy(bytes));
    vigie_fuzz::check_record(format!("{{\"id\":\"1\",\"account\":{{}},\"content\":{html}}}").as_bytes(), None);
    vigie_fuzz::check_framed(
        bytes,
        &[
            ("{\"id\":\"1\",\"content\":\"\",\"account\":{},", "}"),
            ("{\"stream\":[\"public\"],\"event\":\"update\",\"payload\":", "}"),
            ("{\"accounts\":[],\"statuses\":", "}"),
        ],
    );
});
