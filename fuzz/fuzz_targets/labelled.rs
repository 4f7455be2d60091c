//! Labelled posts from any bytes, as JSON lines and as CSV: within the limits, and nothing panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vigie_eval::{Limits, Reading, read_csv, read_json_lines};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { samples: 50, line: 1 << 10, csv_file: 1 << 14, problems: 5, ..Limits::default() };
    let mut reading = Reading::default();
    read_json_lines("fuzz", bytes, limits, &mut reading).expect("a slice is always readable");
    read_csv("fuzz", bytes, limits, &mut reading);
    assert!(reading.samples.len() <= limits.samples && reading.problems.len() <= limits.problems);
});
