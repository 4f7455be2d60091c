//! What the beginning of an input says about the rest.

use memchr::{memchr, memchr_iter};

use super::scanner::{Scanner, Step};

/// How records follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// One record a line.
    Lines,
    /// JSON values one after the other or in arrays, with any white space.
    Values,
    /// Server-sent events.
    Events,
    /// Binary frames, each after its length.
    Frames,
}

/// What [`look`] makes of a beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// More bytes could change the answer.
    NeedMore,
    /// Not text; the name of what it looks like.
    NotText(&'static str),
    /// Text.
    Text(Framing),
}

/// How much of an input is looked at, at most.
pub(super) const MOST: usize = 64 << 10;
/// The byte-order mark of UTF-8.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";
const BINARY_SAMPLE: usize = 4 << 10;

/// Judges the first bytes of an input; `complete` if there will be no more than these.
pub(super) fn look(sample: &[u8], complete: bool) -> Look {
    match frames(sample) {
        Some(true) => return Look::Text(Framing::Frames),
        None if !complete => return Look::NeedMore,
        _ => {}
    }
    if let Some(name) = known_binary(sample) {
        return Look::NotText(name);
    }
    let text = sample.strip_prefix(BOM).unwrap_or(sample);
    if let Some(name) = unknown_binary(text) {
        return Look::NotText(name);
    }
    let trimmed = text.trim_ascii_start();
    let found = match trimmed.first() {
        None => None,
        Some(b'{') => object_framing(trimmed),
        Some(b'[') => Some(Framing::Values),
        Some(_) => event_or_line(trimmed, complete),
    };
    match found {
        Some(framing) => Look::Text(framing),
        None if complete => Look::Text(Framing::Lines),
        None => Look::NeedMore,
    }
}

/// Whether this is a dump of the AT protocol's firehose: a length of four bytes, the lowest first, and a frame. `None` if the
/// sample is too short to tell.
fn frames(sample: &[u8]) -> Option<bool> {
    // Frames are below 16 MiB, and text has no zero as its fourth byte.
    match sample {
        [_, _, _, 0, frame @ ..] if frame.len() < 4 => None,
        [_, _, _, 0, frame @ ..] => Some(crate::firehose::is_frame(frame)),
        _ => Some(false),
    }
}

/// Lines if the first line is one complete object; `None` if the sample ends within it.
fn object_framing(text: &[u8]) -> Option<Framing> {
    let first_line = memchr(b'\n', text);
    let line = text.get(..first_line.unwrap_or(text.len())).unwrap_or_default();
    match Scanner::default().scan(line) {
        Step::Closed(end) => {
            let more = !line.get(end..).unwrap_or_default().trim_ascii().is_empty();
            if more { Some(Framing::Values) } else { first_line.map(|_| Framing::Lines) }
        }
        Step::More => first_line.map(|_| Framing::Values),
        Step::Broken(..) => Some(Framing::Values),
    }
}

/// Events if the first line that is neither blank nor a comment is a field of theirs.
fn event_or_line(text: &[u8], complete: bool) -> Option<Framing> {
    let mut comments = 0;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let whole = complete || line.ends_with(b"\n");
        match line.trim_ascii() {
            [] => {}
            [b':', ..] => comments += 1,
            line if is_event_field(line) => return Some(Framing::Events),
            _ if whole || line.len() > 8 => return Some(Framing::Lines),
            _ => return None,
        }
    }
    (complete && comments > 0).then_some(Framing::Events)
}

fn is_event_field(line: &[u8]) -> bool {
    [&b"event:"[..], b"data:", b"id:", b"retry:"].iter().any(|field| line.starts_with(field))
}

/// Formats with magic bytes of their own.
fn known_binary(sample: &[u8]) -> Option<&'static str> {
    const MAGIC: &[(&[u8], &str)] = &[
        (b"PK\x03\x04", "a ZIP archive or an office document"),
        (b"%PDF-", "PDF"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"\x89PNG\r\n", "PNG"),
        (b"GIF8", "GIF"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"\x1f\x8b", "gzip within gzip or zstd"),
        (b"\x28\xb5\x2f\xfd", "zstd within gzip or zstd"),
        (b"BZh", "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"\x7fELF", "a program"),
        (b"PAR1", "Parquet"),
        (b"ARROW1", "Arrow"),
        (b"Obj\x01", "Avro"),
        (b"\xd0\xcf\x11\xe0", "an old office document"),
        (b"\xd9\xd9\xf7", "CBOR"),
        (b"\xff\xfe", "UTF-16 text; convert it to UTF-8"),
        (b"\xfe\xff", "UTF-16 text; convert it to UTF-8"),
    ];
    let tar = sample.get(257..262) == Some(b"ustar");
    let by_magic = MAGIC.iter().find(|(magic, _)| sample.starts_with(magic)).map(|(_, name)| *name);
    by_magic.or(if tar { Some("a tar archive") } else { None })
}

/// Bytes that cannot be lines of text: many zeros, or no UTF-8 and no line that could be JSON.
fn unknown_binary(text: &[u8]) -> Option<&'static str> {
    let sample = text.get(..BINARY_SAMPLE).unwrap_or(text);
    let zeros = memchr_iter(0, sample).count();
    if sample.len() >= 16 && zeros * 10 > sample.len() {
        let odd_zeros = sample.chunks_exact(2).filter(|pair| matches!(pair, [a, b] if (*a == 0) != (*b == 0))).count();
        let wide = odd_zeros * 10 > sample.len() / 2 * 7;
        return Some(if wide { "UTF-16 text; convert it to UTF-8" } else { "binary data" });
    }
    if is_utf8_so_far(sample) || has_json_line(sample) {
        return None;
    }
    match sample.first() {
        Some(0x80..=0xbf) => Some("CBOR or MessagePack"),
        _ if memchr_iter(b'\n', sample).count() > sample.len() / 512 && zeros == 0 && few_controls(sample) => None,
        _ => Some("binary data"),
    }
}

/// Text in an old 8-bit encoding has line breaks and hardly any control characters.
fn few_controls(sample: &[u8]) -> bool {
    let controls = sample.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()).count();
    controls * 100 <= sample.len()
}

/// Valid, or valid up to a character that the end of the sample cuts.
fn is_utf8_so_far(sample: &[u8]) -> bool {
    match std::str::from_utf8(sample) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

fn has_json_line(sample: &[u8]) -> bool {
    sample.split(|&byte| byte == b'\n').any(|line| matches!(line.trim_ascii_start().first(), Some(b'{' | b'[')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framing(text: &str) -> Look {
        look(text.as_bytes(), true)
    }

    #[test]
    fn framing_follows_the_first_line() {
        for (text, expected) in [
            ("{\"id\":1}\n{", Framing::Lines),
            ("\n \u{feff}", Framing::Lines),
            ("\u{feff}{\"id\":1}\n", Framing::Lines),
            ("{\"id\":1}", Framing::Lines),
            ("{\n\"id\":1}", Framing::Values),
            ("{\"id\":1}{\"id\":2}\n", Framing::Values),
            ("{\"id\":1},\n{\"id\":2}\n", Framing::Values),
            ("  [\n", Framing::Values),
            ("event: update\n", Framing::Events),
            (":)\n\n:thump\ndata: {}\n", Framing::Events),
            (":)\nhello\n", Framing::Lines),
            ("id,text\n", Framing::Lines),
        ] {
            assert_eq!(framing(text), Look::Text(expected), "{text:?}");
        }
    }

    #[test]
    fn waits_for_what_it_needs() {
        for text in ["", "\n", "{\"id\"", "{}", ":thump\n", "eve"] {
            assert_eq!(look(text.as_bytes(), false), Look::NeedMore, "{text:?}");
        }
    }

    #[test]
    fn names_binary_formats() {
        for (bytes, name) in [
            (&b"PK\x03\x04abc"[..], "a ZIP archive or an office document"),
            (b"%PDF-1.7\n", "PDF"),
            (b"\xff\xd8\xff\xe0", "JPEG"),
            (b"\xa2\x62id\x01\x64text\x61\xff", "CBOR or MessagePack"),
            (b"SQLite format 3\0", "an SQLite database"),
            (b"{\0\"\0i\0d\0\"\0:\x001\0}\0\n\0", "UTF-16 text; convert it to UTF-8"),
            (&[0; 100], "binary data"),
            (b"\x00\x00\x04\x01\xff\xfe\x02\x03\x80", "binary data"),
        ] {
            assert_eq!(look(bytes, true), Look::NotText(name), "{bytes:?}");
        }
        assert_eq!(look(b"nom;pr\xe9nom\n\xe9t\xe9;x\n", true), Look::Text(Framing::Lines));
    }
}
