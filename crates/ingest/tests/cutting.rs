//! Cutting never loses, doubles or moves a record, whatever the size of blocks, and can resume anywhere.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic, clippy::string_slice, reason = "a test fails by panicking")]

mod common;

use std::{
    io::{Cursor, Write},
    sync::Arc,
};

use proptest::prelude::*;
use vigie_ingest::{Blocks, Input, Limits, Position, Problem};

/// A record as it was cut.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    bytes: Vec<u8>,
    position: Position,
    event: Option<String>,
}

/// Everything an input gave, with the position after each block.
#[derive(Debug, Default)]
struct Pieces {
    records: Vec<Piece>,
    problems: Vec<Problem>,
    /// Position, and how many records and problems came before it.
    marks: Vec<(Position, usize, usize)>,
}

fn cut(blocks: Blocks) -> Pieces {
    let mut pieces = Pieces::default();
    let mut last = Position { byte: 0, line: 0 };
    for block in blocks {
        assert!(block.start() <= block.after() && last <= block.after(), "positions go forward");
        last = block.after();
        pieces.records.extend(block.records().map(|record| Piece {
            bytes: record.bytes.to_vec(),
            position: record.position,
            event: record.event.map(str::to_owned),
        }));
        pieces.problems.extend_from_slice(block.problems());
        pieces.marks.push((block.after(), pieces.records.len(), pieces.problems.len()));
    }
    pieces
}

fn limits(block: usize) -> Limits {
    Limits { block, ..Limits::default() }
}

fn cut_from(bytes: &Arc<[u8]>, limits: &Limits, start: Position) -> Pieces {
    cut(Blocks::from_read("test", Cursor::new(Arc::clone(bytes)), limits, start))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    // Two members, as `cat a.gz b.gz` makes them.
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let mut all = Vec::new();
    for part in [first, second] {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(part).unwrap();
        all.extend(encoder.finish().unwrap());
    }
    all
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let (first, second) = bytes.split_at(bytes.len() / 3);
    let mut all = zstd::encode_all(first, 1).unwrap();
    all.extend_from_slice(b"\x50\x2a\x4d\x18\x03\0\0\0abc");
    all.extend(zstd::encode_all(second, 1).unwrap());
    all
}

/// The slow and obvious way to find lines.
fn naive_lines(bytes: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut byte = 0;
    for (line, content) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        let without_return = content.strip_suffix(b"\r").unwrap_or(content);
        if !content.iter().all(u8::is_ascii_whitespace) {
            pieces.push(Piece { bytes: without_return.to_vec(), position: Position { byte, line }, event: None });
        }
        byte += content.len() as u64 + 1;
    }
    pieces
}

fn lines() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        4 => "\\{\"id\":\"[a-z]{1,9}\",\"text\":\"[ -!#-\\[\\]-~é]{0,300}\"\\}",
        1 => Just(String::new()),
        1 => " {1,3}",
        1 => "[a-z{}\\[\\],\"]{1,80}",
    ];
    let end = prop_oneof![3 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\n\n")];
    (prop::collection::vec((line, end), 1..60), any::<bool>()).prop_map(|(lines, last_end)| {
        // The first line decides that these are lines.
        let mut text = "{\"id\":\"0\",\"text\":\"\"}\n".to_owned();
        text.extend(lines.into_iter().flat_map(|(line, end)| [line, end.to_owned()]));
        if !last_end {
            text.truncate(text.trim_end().len());
        }
        text.into_bytes()
    })
}

/// Pretty-printed objects, alone and in arrays, with the objects that should come out.
fn values() -> impl Strategy<Value = (Vec<u8>, Vec<serde_json::Value>)> {
    let object = ("[a-z\\[\\]{}\"\\\\ é]{0,60}", 0..3_usize, any::<bool>()).prop_map(|(text, more, pretty)| {
        let tags: Vec<serde_json::Value> = (0..more).map(|n| serde_json::json!({ "n": [n], "t": "]}" })).collect();
        (serde_json::json!({ "id": "1", "text": text, "tags": tags }), pretty)
    });
    let group = (prop::collection::vec(object, 1..6), any::<bool>());
    prop::collection::vec(group, 1..6).prop_map(|groups| {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (objects, in_array) in groups {
            let printed: Vec<String> =
                objects.iter().map(|(object, pretty)| if *pretty { serde_json::to_string_pretty(object).unwrap() } else { object.to_string() }).collect();
            if in_array {
                text.push_str(&format!("[\n{}\n]\n", printed.join(",\n")));
            } else {
                text.push_str(&printed.join("\n"));
            }
            expected.extend(objects.into_iter().map(|(object, _)| object));
        }
        // Begins so that no first line is a whole object.
        (format!("\n[]\n{text}").into_bytes(), expected)
    })
}

fn events() -> impl Strategy<Value = Vec<u8>> {
    let event = ("[a-z.]{1,12}", prop::collection::vec("\\{\"[a-z:é ]{0,90}\"\\}", 0..3), prop::sample::select(vec!["\n", "\r\n"]));
    let part = prop_oneof![
        6 => event.prop_map(|(name, data, end)| {
            let data: String = data.iter().map(|data| format!("data: {data}{end}")).collect();
            format!("event: {name}{end}{data}{end}")
        }),
        1 => Just(":thump\n\n".to_owned()),
        1 => Just("nonsense\n".to_owned()),
        1 => Just("id: 4\nretry: 5\n".to_owned()),
    ];
    prop::collection::vec(part, 1..40).prop_map(|parts| format!(":)\n\n{}event: last\ndata: {{}}", parts.concat()).into_bytes())
}

/// A position does not tell how many arrays are open, so brackets that do not match are only noticed without resuming.
fn but_for_arrays(problems: &[Problem]) -> Vec<&Problem> {
    let of_arrays = |problem: &&Problem| problem.reason.starts_with("JSON array is not closed") || problem.reason == "unexpected `]`";
    problems.iter().filter(|problem| !of_arrays(problem)).collect()
}

/// Same records and problems for any block size, and from any position on.
fn check_sizes_and_resuming(bytes: &[u8], block: usize, max_record: usize) -> Result<(), TestCaseError> {
    let whole = cut_from(&bytes.into(), &Limits { max_record, ..Limits::default() }, Position::START);
    let limits = Limits { block, max_record, ..Limits::default() };
    for (name, stored) in [("plain", bytes.to_vec()), ("gzip", gzip(bytes)), ("zstd", zstd(bytes))] {
        let stored: Arc<[u8]> = stored.into();
        let small = cut_from(&stored, &limits, Position::START);
        prop_assert_eq!(&small.records, &whole.records, "{} in blocks of {}", name, block);
        prop_assert_eq!(&small.problems, &whole.problems, "{} in blocks of {}", name, block);
        let step = small.marks.len() / 8 + 1;
        for (position, records, problems) in small.marks.iter().step_by(step).filter(|mark| mark.0.byte > 0) {
            let rest = cut_from(&stored, &limits, *position);
            prop_assert_eq!(&rest.records, &whole.records[*records..], "{} resumed at {:?}", name, position);
            let expected = but_for_arrays(&whole.problems[*problems..]);
            prop_assert_eq!(but_for_arrays(&rest.problems), expected, "{} resumed at {:?}", name, position);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn lines_are_those_of_a_naive_splitter(bytes in lines(), block in 64_usize..4096) {
        let pieces = cut_from(&bytes.as_slice().into(), &limits(block), Position::START);
        prop_assert_eq!(pieces.problems, []);
        prop_assert_eq!(pieces.records, naive_lines(&bytes));
    }

    #[test]
    fn lines_resume(bytes in lines(), block in 64_usize..4096, max_record in 40_usize..400) {
        check_sizes_and_resuming(&bytes, block, max_record)?;
    }

    #[test]
    fn values_are_those_that_were_printed((bytes, expected) in values(), block in 64_usize..4096) {
        let pieces = cut_from(&bytes.as_slice().into(), &limits(block), Position::START);
        prop_assert_eq!(pieces.problems, []);
        let read: Vec<serde_json::Value> = pieces.records.iter().map(|piece| serde_json::from_slice(&piece.bytes).unwrap()).collect();
        prop_assert_eq!(read, expected);
        for piece in &pieces.records {
            let at = usize::try_from(piece.position.byte).unwrap();
            prop_assert_eq!(&bytes[at..at + piece.bytes.len()], &*piece.bytes);
            prop_assert_eq!(bytes[..at].iter().filter(|&&byte| byte == b'\n').count() as u64 + 1, piece.position.line);
        }
    }

    #[test]
    fn values_resume((bytes, _) in values(), block in 64_usize..4096, max_record in 40_usize..400) {
        check_sizes_and_resuming(&bytes, block, max_record)?;
    }

    #[test]
    fn broken_values_resume((mut bytes, _) in values(), block in 64_usize..4096, holes in prop::collection::vec(any::<prop::sample::Index>(), 1..4)) {
        for hole in holes {
            bytes.remove(hole.index(bytes.len()));
        }
        check_sizes_and_resuming(&bytes, block, 1 << 20)?;
    }

    #[test]
    fn events_resume(bytes in events(), block in 64_usize..4096, max_record in 20_usize..200) {
        check_sizes_and_resuming(&bytes, block, max_record)?;
    }

    #[test]
    fn any_bytes_resume(bytes in prop::collection::vec(any::<u8>(), 0..2000), block in 64_usize..256, max_record in 20_usize..400) {
        check_sizes_and_resuming(&bytes, block, max_record)?;
    }

    #[test]
    fn any_json_like_bytes_resume(text in "(\\{|\\}|\\[|\\]|\"|\\\\|:|,|\n|\n\\{| |a|data: ){0,400}", block in 64_usize..128, max_record in 20_usize..90) {
        check_sizes_and_resuming(text.as_bytes(), block, max_record)?;
    }
}

#[test]
fn files_resume_by_seeking() {
    let text: String = (0..5000).map(|n| format!("{{\"id\":\"{n}\",\"text\":\"é\"}}\n")).collect();
    let bytes = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let folder = tempfile::tempdir().unwrap();
    for (name, stored) in [("plain", bytes.clone()), ("gzip", gzip(&bytes)), ("zstd", zstd(&bytes))] {
        let path = folder.path().join(name);
        std::fs::write(&path, stored).unwrap();
        let open = |start| cut(Blocks::open(&Input::File(path.clone()), &limits(1000), start).unwrap());
        let whole = open(Position::START);
        assert_eq!((whole.records.len(), whole.problems.len()), (5000, 0), "{name}");
        assert_eq!(whole.records[0].position, Position { byte: 3, line: 1 }, "the mark counts as bytes");
        for (position, records, _) in whole.marks.iter().step_by(17) {
            assert_eq!(open(*position).records, whole.records[*records..], "{name} at {position:?}");
        }
        let beyond = open(Position { byte: bytes.len() as u64 + 1, line: 9 });
        assert_eq!(beyond.records, []);
        let reasons: Vec<&str> = beyond.problems.iter().map(|problem| &*problem.reason).collect();
        assert_eq!(reasons, ["input is shorter than the position to resume at; it was replaced or cut"], "{name}");
    }
}

#[test]
fn buffers_are_used_again() {
    let text: String = (0..5000).map(|n| format!("{{\"id\":\"{n}\",\"text\":\"\"}}\n")).collect();
    let mut blocks = Blocks::from_read("test", Cursor::new(text), &limits(4096), Position::START);
    let mut records = 0;
    while let Some(block) = blocks.next_block() {
        records += block.records().count();
        blocks.recycle(block.into_buffer());
    }
    assert_eq!(records, 5000);
}
