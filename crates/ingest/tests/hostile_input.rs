//! Inputs that are damaged, huge, endless or something else altogether.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by panicking")]

mod common;

use std::io::{self, Cursor, Read, Write};

use common::{Seen, read_blocks, read_bytes, read_within};
use proptest::prelude::*;
use vigie_ingest::{Blocks, Limits, Position};

fn line(id: usize) -> String {
    format!("{{\"id\":\"{id}\",\"text\":\"bonjour à tous n° {id}\"}}\n")
}

fn lines(count: usize) -> String {
    (0..count).map(line).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Text that exists only while it is read: a beginning, a filling of one repeated byte, and an end.
struct Synthetic {
    begin: Cursor<Vec<u8>>,
    filling: u64,
    byte: u8,
    end: Cursor<Vec<u8>>,
}

impl Synthetic {
    fn new(begin: &str, filling: u64, byte: u8, end: &str) -> Self {
        Self { begin: Cursor::new(begin.into()), filling, byte, end: Cursor::new(end.into()) }
    }
}

impl Read for Synthetic {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.begin.read(buf)?;
        if read > 0 {
            return Ok(read);
        }
        if self.filling == 0 {
            return self.end.read(buf);
        }
        let part = buf.len().min(usize::try_from(self.filling).unwrap());
        buf[..part].fill(self.byte);
        self.filling -= part as u64;
        Ok(part)
    }
}

/// Reads an input with a record far beyond the limit, and checks what was held.
fn read_bounded(begin: &str, filling: u64, byte: u8, end: &str) -> Seen {
    let limits = Limits { max_record: 1 << 20, block: 256 << 10, ..Limits::default() };
    let mut blocks = Blocks::from_read("long", Synthetic::new(begin, filling, byte, end), &limits, Position::START);
    let decoder = vigie_ingest::Decoder::new(&limits);
    let mut seen = Seen::default();
    while let Some(block) = blocks.next_block() {
        seen.block("long", &block, &decoder);
        blocks.recycle(block.into_buffer());
    }
    assert!(blocks.peak_buffered() < 3 * limits.max_record, "{} bytes were held", blocks.peak_buffered());
    assert!(blocks.peak_buffered() >= limits.max_record, "a record just within the limit must be held");
    seen
}

const GIGABYTE: u64 = 1 << 30;

#[test]
fn a_line_of_a_gigabyte_is_one_problem() {
    let begin = format!("{}{{\"id\":\"long\",\"text\":\"", line(1));
    let seen = read_bounded(&begin, GIGABYTE, b'a', &format!("\"}}\n{}", line(2)));
    assert_eq!(seen.ids(), ["1", "2"]);
    assert_eq!(seen.reasons(), ["record is longer than 1048576 bytes"]);
    let problem = &seen.problems[0];
    assert_eq!((problem.position, problem.truncated), (Position { byte: line(1).len() as u64, line: 2 }, true));
    assert!(problem.bytes.len() <= vigie_ingest::Problem::MAX_BYTES);
}

#[test]
fn a_value_of_a_gigabyte_is_one_problem() {
    let begin = "[\n  {\"id\": \"1\", \"text\": \"\"},\n  {\"id\": \"long\", \"text\": \"";
    let seen = read_bounded(begin, GIGABYTE / 4, b'a', "\"},\n  {\"id\": \"2\",\n \"text\": \"\"}\n]");
    assert_eq!(seen.ids(), ["1", "2"]);
    assert_eq!(seen.reasons(), ["record is longer than 1048576 bytes"]);
    assert_eq!(seen.problems[0].position.line, 3);
}

#[test]
fn a_string_that_never_ends_costs_one_record() {
    let begin = "{\"id\": \"1\",\n \"text\": \"\"}\n{\"id\": \"long\", \"text\": \"";
    let seen = read_bounded(begin, GIGABYTE / 8, b'a', "\n{\"id\": \"2\",\n \"text\": \"\"}\n");
    assert_eq!(seen.ids(), ["1", "2"]);
    assert_eq!(seen.problems.len(), 1);
}

#[test]
fn an_event_of_a_gigabyte_is_one_problem() {
    let event = |id| format!("event: update\ndata: {{\"id\":\"{id}\",\"content\":\"\",\"account\":{{}}}}\n\n");
    let seen = read_bounded(&format!("{}data: ", event(1)), GIGABYTE / 4, b'a', &format!("\ndata: x\n\n{}", event(2)));
    assert_eq!(seen.ids(), ["1", "2"]);
    assert_eq!(seen.reasons(), ["record is longer than 1048576 bytes"]);
}

#[test]
fn the_longest_record_is_still_read() {
    let limits = Limits { max_record: 1000, block: 64, ..Limits::default() };
    let of_length = |length: usize| {
        let frame = r#"{"id":"a","text":""}"#;
        format!("{}{}{}", &frame[..18], "x".repeat(length - frame.len()), &frame[18..])
    };
    for end in ["\n", "\r\n"] {
        let text = [of_length(1000), of_length(1001), of_length(999)].join(end);
        let seen = read_within(format!("{{\"id\":\"0\",\"text\":\"\"}}{end}{text}").as_bytes(), &limits);
        assert_eq!((seen.posts.len(), seen.reasons()), (3, vec!["record is longer than 1000 bytes"]), "{end:?}");
        assert_eq!(seen.problems[0].position.line, 3);
    }
}

#[test]
fn a_truncated_gzip_gives_all_that_is_whole() {
    let text = lines(20_000);
    let stored = gzip(text.as_bytes());
    for cut in [stored.len() / 2, stored.len() - 4, 100] {
        let seen = read_bytes(&stored[..cut]);
        assert_eq!(seen.ids(), (0..seen.posts.len()).map(|id| id.to_string()).collect::<Vec<_>>());
        let end = seen.problems.last().unwrap();
        assert_eq!(end.reason, "gzip data end too early");
        let whole: usize = (0..seen.posts.len()).map(|id| line(id).len()).sum();
        let rest = usize::try_from(end.position.byte).unwrap() - whole;
        // What was decompressed beyond the last whole line is a problem of its own.
        assert_eq!(seen.problems.len(), if rest == 0 { 1 } else { 2 });
        if rest > 0 {
            assert_eq!(seen.reasons()[0], "record is cut off by the end of the stream");
            assert_eq!(seen.problems[0].position, Position { byte: whole as u64, line: seen.posts.len() as u64 + 1 });
            assert_eq!(seen.problems[0].bytes, text.as_bytes()[whole..whole + rest]);
        }
    }
    assert!(read_bytes(&stored[..stored.len() - 4]).posts.len() > 19_000);
}

#[test]
fn a_truncated_or_damaged_zstd_gives_all_that_is_whole() {
    let text = lines(20_000);
    let stored = zstd::encode_all(text.as_bytes(), 1).unwrap();
    let seen = read_bytes(&stored[..stored.len() / 2]);
    assert!(!seen.posts.is_empty() && seen.posts.len() < 20_000);
    assert_eq!(seen.problems.last().unwrap().reason, "zstd data end too early");

    // Without a checksum damage can decode to other text, which nobody can notice.
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(text.as_bytes()).unwrap();
    let mut damaged = encoder.finish().unwrap();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 200].fill(0xff);
    let seen = read_bytes(&damaged);
    assert!(!seen.posts.is_empty());
    assert_eq!(seen.problems.last().unwrap().reason, "zstd data are damaged");
}

#[test]
fn damage_within_a_gzip_is_located() {
    let mut stored = gzip(lines(20_000).as_bytes());
    let end = stored.len() - 6;
    stored[end] ^= 0xff;
    let seen = read_bytes(&stored);
    assert_eq!((seen.posts.len(), seen.reasons()), (20_000, vec!["gzip data are damaged"]), "only the checksum is wrong");
    assert_eq!(seen.problems[0].position.byte, lines(20_000).len() as u64);
}

/// Zeros compressed while they are read.
struct ZstdOfZeros {
    encoder: zstd::stream::read::Encoder<'static, io::BufReader<Synthetic>>,
}

impl Read for ZstdOfZeros {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.encoder.read(buf)
    }
}

#[test]
fn a_zstd_bomb_is_stopped() {
    let begin = format!("{}{{\"id\":\"2\",\"text\":\"", line(1));
    let bomb = Synthetic::new(&begin, 2 * GIGABYTE, b'0', "\"}\n");
    let bomb = ZstdOfZeros { encoder: zstd::stream::read::Encoder::new(bomb, 1).unwrap() };
    let limits = Limits::default();
    let mut blocks = Blocks::from_read("bomb", bomb, &limits, Position::START);
    let mut seen = Seen::default();
    let decoder = vigie_ingest::Decoder::new(&limits);
    for block in blocks.by_ref() {
        seen.block("bomb", &block, &decoder);
    }
    assert_eq!(seen.ids(), ["1"]);
    assert_eq!(seen.reasons(), ["record is longer than 8388608 bytes", "decompressed size suspicious: more than 500 times the compressed size"]);
    let stopped_at = seen.problems[1].position.byte;
    assert!((256 << 20..300 << 20).contains(&stopped_at), "stopped after {stopped_at} bytes");
    assert!(blocks.peak_buffered() < 3 * limits.max_record);
}

#[test]
fn a_large_zstd_window_is_refused() {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(23).unwrap();
    encoder.write_all(lines(100).as_bytes()).unwrap();
    let stored = encoder.finish().unwrap();
    assert_eq!(read_bytes(&stored).posts.len(), 100);
    let seen = read_within(&stored, &Limits { zstd_window_log: 20, ..Limits::default() });
    assert_eq!(seen.reasons(), ["zstd window is larger than 2^20 bytes"]);
}

#[test]
fn a_failing_disk_is_told() {
    struct Failing(Cursor<Vec<u8>>);
    impl Read for Failing {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buf)? {
                0 => Err(io::ErrorKind::TimedOut.into()),
                read => Ok(read),
            }
        }
    }
    let limits = Limits::default();
    let text = format!("{}{{\"id\":", lines(3));
    let seen = read_blocks(Blocks::from_read("disk", Failing(Cursor::new(text.into())), &limits, Position::START), &limits);
    assert_eq!(seen.posts.len(), 3);
    assert_eq!(seen.reasons(), ["record is cut off by the end of the stream", "cannot read on: timed out"]);
}

#[test]
fn binary_files_are_one_problem_each() {
    let images: [(&[u8], &str); 5] = [
        (b"PK\x03\x04\x14\0\0\0\x08\0", "not text: looks like a ZIP archive or an office document"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\n", "not text: looks like PDF"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "not text: looks like JPEG"),
        (b"SQLite format 3\0\x10\0\x01\x01", "not text: looks like an SQLite database"),
        (b"\xa3cdidxdid:plc:abc\xffdseq\x19\x01\x02", "not text: looks like CBOR or MessagePack"),
    ];
    for (bytes, reason) in images {
        let long = [bytes, &[0x9c; 5000], b"\n\n\n"].concat();
        assert_eq!(read_bytes(&long).reasons(), [reason]);
        assert_eq!(read_bytes(&gzip(&long)).reasons(), [reason], "within gzip");
    }
    let nested = gzip(&gzip(lines(3).as_bytes()));
    assert_eq!(read_bytes(&nested).reasons(), ["not text: looks like gzip within gzip or zstd"]);
    assert_eq!(read_bytes(&[0; 10_000]).reasons(), ["not text: looks like binary data"]);
}

#[test]
fn other_texts_give_rejects_line_by_line() {
    for text in ["id,text\n1,hello\n", "<!DOCTYPE html>\n<html>\n", "- id: 1\n  text: hello\n", "id: 1\ntext: hello\n"] {
        let seen = read_bytes(text.as_bytes());
        assert!(seen.posts.is_empty());
        assert!(!seen.problems.is_empty() && seen.problems.len() <= 2, "{text:?}: {:?}", seen.reasons());
    }
    assert!(read_bytes(b"").problems.is_empty());
    assert!(read_bytes(b"\n \n\t\n").problems.is_empty());
    assert!(read_bytes(b"\xef\xbb\xbf").problems.is_empty());
}

#[test]
fn arrays_concatenations_and_pretty_printing_give_the_same_posts() {
    for text in [
        "{\"id\":1,\"text\":\"\"}\n{\"id\":2,\"text\":\"\"}\n",
        "{\"id\":1,\"text\":\"\"}{\"id\":2,\"text\":\"\"}",
        "{\"id\":1,\"text\":\"\"},\n{\"id\":2,\"text\":\"\"}\n",
        "[{\"id\":1,\"text\":\"\"},{\"id\":2,\"text\":\"\"}]",
        "{\n  \"id\": 1,\n  \"text\": \"\"\n}\n{\n  \"id\": 2,\n  \"text\": \"\"\n}\n",
        "\n\n[\n  {\n    \"id\": 1,\n    \"text\": \"\"\n  },\n  {\n    \"id\": 2,\n    \"text\": \"\"\n  }\n]\n",
        "[[{\"id\":1,\"text\":\"\"}],[{\"id\":2,\"text\":\"\"}]]",
        "\u{feff}[{\"id\":1,\"text\":\"\"}]\n[{\"id\":2,\"text\":\"\"}]",
    ] {
        let seen = read_bytes(text.as_bytes());
        assert_eq!((seen.ids(), seen.reasons()), (vec!["1", "2"], vec![]), "{text}");
    }
    let seen = read_bytes(b"{\"id\":0,\"text\":\"\"}\n[{\"id\":1,\"text\":\"\"},{\"id\":2,\"text\":\"\"},3]\n");
    assert_eq!((seen.ids(), seen.reasons()), (vec!["0", "1", "2"], vec!["expected a JSON object"]));
}

#[test]
fn a_broken_value_costs_itself_only() {
    let good = |id| format!("  {{\n    \"id\": \"{id}\",\n    \"text\": \"\"\n  }}");
    for (broken, reason) in [
        ("  {\n    \"id\": \"x\",\n    \"text\": \"\"\n", "unexpected `{`: the value before it is not closed"),
        ("  {\n    \"id\": \"x,\n    \"text\": \"\"\n  }", "line break inside a JSON string"),
        ("  {\n    \"id\": \"x\",\n    \"tags\": [}\n  }", "unexpected `}`"),
        ("  \"word\"", "expected a JSON object"),
        ("  null", "expected a JSON object"),
    ] {
        let text = format!("[\n{},\n{broken},\n{},\n{}\n]\n", good(1), good(2), good(3));
        let seen = read_bytes(text.as_bytes());
        assert_eq!((seen.ids(), seen.reasons()), (vec!["1", "2", "3"], vec![reason]), "{broken}");
        assert_eq!(seen.problems[0].position.line, 6, "{broken}");
    }
    let seen = read_bytes(format!("[\n{},\n{{\"id\":", good(1)).as_bytes());
    assert_eq!((seen.ids(), seen.reasons()), (vec!["1"], vec!["JSON value is not closed at the end of the input"]));
    let seen = read_bytes(format!("[\n{},\n", good(1)).as_bytes());
    assert_eq!((seen.ids(), seen.reasons()), (vec!["1"], vec!["JSON array is not closed at the end of the input"]));
}

#[test]
fn a_cut_first_line_does_not_cost_the_others() {
    for first in ["{\"id\":\"0\",\"te", "{\"id\":\"0\",\"text\":\"\"", "{\"id\":\"0\",\"text\":\"\",", "{\"id\":\"0\",\"text\":\"\"]"] {
        let seen = read_bytes(format!("{first}\n{}", lines(50)).as_bytes());
        assert_eq!((seen.posts.len(), seen.problems.len()), (50, 1), "{first}: {:?}", seen.reasons());
    }
}

#[test]
fn events_of_a_stream() {
    let status = r#"{"id":"1","uri":"https://a.example/1","content":"<p>oui</p>","account":{"id":"7"}}"#;
    let text = format!(
        ":)\n\nevent: update\ndata: {status}\n\n:thump\nevent:delete\ndata:42\n\nevent: notification\ndata: {{}}\n\nevent: status.update\ndata: {}\ndata: {}\n\n",
        &status[..9],
        &status[9..]
    );
    for text in [text.clone(), text.replace('\n', "\r\n")] {
        let seen = read_bytes(text.as_bytes());
        assert_eq!(seen.reasons(), Vec::<&str>::new());
        assert_eq!(seen.ids(), ["https://a.example/1"; 2]);
        assert_eq!(seen.deleted, [("mastodon".to_owned(), "42".to_owned())]);
        assert_eq!(seen.ignored, 1);
    }
}

#[test]
fn a_live_source_is_not_kept_waiting() {
    /// Gives one line for each read, as a pipe does that is written to line by line.
    struct OneLineAtATime(Vec<Cursor<String>>);
    impl Read for OneLineAtATime {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            while let Some(line) = self.0.first_mut() {
                match line.read(buf)? {
                    0 => drop(self.0.remove(0)),
                    read => return Ok(read),
                }
            }
            Ok(0)
        }
    }
    let source = OneLineAtATime((0..5).map(line).map(Cursor::new).collect());
    let mut blocks = Blocks::from_live_read("live", source, &Limits::default(), Position::START);
    let sizes: Vec<usize> = blocks.by_ref().map(|block| block.records().count()).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 5);
    assert!(sizes.len() >= 4, "a block for each read: {sizes:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..4000), prefix in prop::sample::select(vec!["", "{", "[", "data: ", "\x1f\u{8b}"])) {
        let all = [prefix.as_bytes(), &bytes].concat();
        read_bytes(&all);
        let magic = [&b"\x1f\x8b\x08\0"[..], b"\x28\xb5\x2f\xfd"];
        for magic in magic {
            read_bytes(&[magic, &bytes].concat());
        }
    }

    #[test]
    fn a_flipped_byte_of_a_compressed_file_never_panics(at in any::<prop::sample::Index>(), flip in 1..=255_u8, gz in any::<bool>()) {
        let text = lines(200);
        let mut stored = if gz { gzip(text.as_bytes()) } else { zstd::encode_all(text.as_bytes(), 1).unwrap() };
        let at = at.index(stored.len());
        stored[at] ^= flip;
        let seen = read_bytes(&stored);
        prop_assert!(seen.posts.len() == 200 || !seen.problems.is_empty(), "loss without a problem");
    }
}
