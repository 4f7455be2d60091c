//! Cutting: positions go forward, records lie where they say, no size of blocks matters, resuming loses nothing.

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use vigie_ingest::{Blocks, Limits, Position, Problem};

type Cut = (Vec<(Vec<u8>, Position)>, Vec<Problem>, Vec<(Position, usize)>);

fn cut(bytes: &[u8], limits: &Limits, start: Position) -> Cut {
    let mut blocks = Blocks::from_read("fuzz", Cursor::new(bytes.to_vec()), limits, start);
    let (mut records, mut problems, mut marks) = (Vec::new(), Vec::new(), Vec::new());
    let mut last = Position { byte: 0, line: 0 };
    while let Some(mut block) = blocks.next_block() {
        assert!(block.start() <= block.after() && last <= block.after());
        last = block.after();
        for record in block.records() {
            assert!(record.bytes.len() <= limits.max_record);
            assert!(!record.bytes.trim_ascii().is_empty());
            records.push((record.bytes.to_vec(), record.position));
        }
        problems.extend(block.take_problems());
        marks.push((block.after(), records.len()));
        blocks.recycle(block.into_buffer());
    }
    assert!(records.is_sorted_by_key(|(_, position)| *position));
    for problem in &problems {
        assert!(problem.bytes.len() <= Problem::MAX_BYTES);
    }
    (records, problems, marks)
}

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (block, max_record, bytes) = input;
    let limits = Limits { block: 64 + usize::from(block), max_record: 16 + 4 * usize::from(max_record), ..Limits::default() };
    let (records, problems, marks) = cut(bytes, &limits, Position::START);
    let one_block = Limits { block: 1 << 20, ..limits };
    let (same_records, same_problems, _) = cut(bytes, &one_block, Position::START);
    assert_eq!(records, same_records);
    assert_eq!(problems, same_problems);
    if let Some((position, before)) = marks.get(marks.len() / 2).filter(|mark| mark.0.byte > 0) {
        let (rest, _, _) = cut(bytes, &limits, *position);
        assert_eq!(rest, records[*before..]);
    }
});
