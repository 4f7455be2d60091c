//! Frames and what they say.

use super::{
    FrameFault,
    car::Car,
    cbor::{Item, Reader, cid_text, write_json, write_text},
};

/// Operations in one commit at most, as the lexicon has it.
const MAX_OPERATIONS: u64 = 200;

/// One message of the firehose, still in its bytes.
#[derive(Debug)]
pub enum Frame<'a> {
    /// Records of one account changed.
    Commit(Commit<'a>),
    /// Something else happened: `#identity`, `#account`, `#sync`, `#info`, or what will be invented.
    Other {
        /// The kind with its `#`.
        kind: &'a str,
        /// Number in the stream, where the message has one.
        seq: Option<i64>,
        /// The body, for [`Frame::to_jetstream`].
        body: Body<'a>,
    },
    /// The server gives up; nothing follows.
    Error {
        /// `FutureCursor`, `ConsumerTooSlow` …
        name: &'a str,
    },
}

/// The body of a message, unread.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a>(&'a [u8]);

/// A commit.
#[derive(Debug, Default)]
pub struct Commit<'a> {
    /// Number in the stream.
    pub seq: i64,
    /// DID of the account.
    pub repo: &'a str,
    /// Revision: a TID.
    pub rev: &'a str,
    /// When the server received it, RFC 3339.
    pub time: &'a str,
    /// What was done.
    pub operations: Vec<Operation<'a>>,
    blocks: &'a [u8],
}

/// What a commit does to one record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Operation<'a> {
    /// `create`, `update` or `delete`.
    pub action: &'a str,
    /// Collection of the record.
    pub collection: &'a str,
    /// Its key.
    pub rkey: &'a str,
    cid: Option<&'a [u8]>,
}

impl<'a> Frame<'a> {
    /// Reads a frame. Costs one pass over the heads of its values; the archive of a commit is not opened.
    ///
    /// # Errors
    /// [`FrameFault`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameFault> {
        let mut reader = Reader::new(bytes);
        let (mut op, mut kind) = (None, "");
        fields(&mut reader, |key, reader| {
            match (key, reader.item()?) {
                ("op", Item::Integer(number)) => op = Some(number),
                ("t", Item::Text(text)) => kind = text,
                (_, Item::Array(_) | Item::Map(_)) => return Err(FrameFault::Field("t")),
                _ => {}
            }
            Ok(())
        })?;
        match op {
            Some(1) if kind == "#commit" => Ok(Self::Commit(Commit::parse(&mut reader)?)),
            Some(1) if !kind.is_empty() => {
                let body = Body(reader.rest());
                Ok(Self::Other { kind, seq: body.seq()?, body })
            }
            Some(-1) => Ok(Self::Error { name: Body(reader.rest()).text("error")?.unwrap_or("unnamed") }),
            _ => Err(FrameFault::Field("op")),
        }
    }

    /// Number in the stream: the cursor with which to go on after this message.
    #[must_use]
    pub fn seq(&self) -> Option<i64> {
        match self {
            Self::Commit(commit) => Some(commit.seq),
            Self::Other { seq, .. } => *seq,
            Self::Error { .. } => None,
        }
    }

    /// Whether the server says that it no longer has all that was asked for; the stream goes on with what it has.
    #[must_use]
    pub fn is_outdated_cursor(&self) -> bool {
        matches!(self, Self::Other { kind: "#info", body, .. } if body.text("name") == Ok(Some("OutdatedCursor")))
    }

    /// The frame as events of Jetstream, version 1; none for what Jetstream leaves out.
    ///
    /// # Errors
    /// [`FrameFault`] for the first operation that cannot be told.
    pub fn to_jetstream(&self) -> Result<Vec<String>, FrameFault> {
        match self {
            Self::Commit(commit) => {
                let archive = commit.archive()?;
                commit.operations.iter().map(|operation| commit.event(operation, &archive)).collect()
            }
            Self::Other { kind: kind @ ("#identity" | "#account"), body, .. } => body.event(kind.trim_start_matches('#')).map(|event| vec![event]),
            Self::Other { .. } | Self::Error { .. } => Ok(Vec::new()),
        }
    }
}

impl<'a> Body<'a> {
    fn seq(self) -> Result<Option<i64>, FrameFault> {
        let mut seq = None;
        self.each(|key, item| {
            if let ("seq", Item::Integer(number)) = (key, item) {
                seq = Some(number);
            }
        })?;
        Ok(seq)
    }

    /// A field that is text.
    pub(crate) fn text(self, field: &str) -> Result<Option<&'a str>, FrameFault> {
        let mut found = None;
        self.each(|key, item| {
            if let (true, Item::Text(text)) = (key == field, item) {
                found = Some(text);
            }
        })?;
        Ok(found)
    }

    /// Calls `take` for every field, with the head of its value.
    fn each(self, mut take: impl FnMut(&'a str, Item<'a>)) -> Result<(), FrameFault> {
        fields(&mut Reader::new(self.0), |key, reader| {
            take(key, reader.clone().item()?);
            reader.skip()
        })
    }

    fn event(self, kind: &str) -> Result<String, FrameFault> {
        let mut out = Vec::new();
        begin(self.text("did")?.unwrap_or_default(), self.text("time")?.unwrap_or_default(), kind, &mut out);
        write_json(&mut Reader::new(self.0), &mut out)?;
        Ok(end(out))
    }
}

impl<'a> Commit<'a> {
    fn parse(reader: &mut Reader<'a>) -> Result<Self, FrameFault> {
        let mut commit = Self::default();
        let mut seq = None;
        fields(reader, |key, reader| {
            match key {
                "ops" => commit.operations = Operation::list(reader)?,
                "seq" => seq = Some(integer(reader, "seq")?),
                "repo" => commit.repo = text(reader, "repo")?,
                "rev" => commit.rev = text(reader, "rev")?,
                "time" => commit.time = text(reader, "time")?,
                "blocks" => {
                    let Item::Bytes(blocks) = reader.item()? else { return Err(FrameFault::Field("blocks")) };
                    commit.blocks = blocks;
                }
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        commit.seq = seq.ok_or(FrameFault::Field("seq"))?;
        if commit.repo.is_empty() { Err(FrameFault::Field("repo")) } else { Ok(commit) }
    }

    /// Opens the archive; there need not be one where nothing is left to look up.
    pub(crate) fn archive(&self) -> Result<Archive<'a>, FrameFault> {
        if self.blocks.is_empty() { Ok(Archive(None)) } else { Car::parse(self.blocks).map(|car| Archive(Some(car))) }
    }

    /// An operation as an event of Jetstream; the record is checked against its hash.
    pub(crate) fn event(&self, operation: &Operation<'a>, archive: &Archive<'a>) -> Result<String, FrameFault> {
        let mut out = Vec::new();
        begin(self.repo, self.time, "commit", &mut out);
        let fields =
            [("{\"rev\":", self.rev), (",\"operation\":", operation.action), (",\"collection\":", operation.collection), (",\"rkey\":", operation.rkey)];
        for (before, value) in fields {
            out.extend_from_slice(before.as_bytes());
            write_text(value, &mut out);
        }
        if operation.action != "delete" {
            let cid = operation.cid.ok_or(FrameFault::Field("cid"))?;
            let car = archive.0.as_ref().ok_or_else(|| FrameFault::BlockMissing(cid_text(cid).into()))?;
            out.extend_from_slice(b",\"record\":");
            write_json(&mut Reader::new(car.block(cid)?), &mut out)?;
            out.extend_from_slice(b",\"cid\":");
            write_text(&cid_text(cid), &mut out);
        }
        out.push(b'}');
        Ok(end(out))
    }
}

/// The opened archive of a commit.
#[derive(Debug)]
pub(crate) struct Archive<'a>(Option<Car<'a>>);

impl<'a> Operation<'a> {
    fn list(reader: &mut Reader<'a>) -> Result<Vec<Self>, FrameFault> {
        let Item::Array(length @ 0..=MAX_OPERATIONS) = reader.item()? else { return Err(FrameFault::Field("ops")) };
        (0..length).map(|_| Self::parse(reader)).collect()
    }

    fn parse(reader: &mut Reader<'a>) -> Result<Self, FrameFault> {
        let mut operation = Self::default();
        fields(reader, |key, reader| {
            match key {
                "action" => operation.action = text(reader, "action")?,
                "path" => (operation.collection, operation.rkey) = text(reader, "path")?.split_once('/').ok_or(FrameFault::Field("path"))?,
                "cid" => {
                    operation.cid = match reader.item()? {
                        Item::Link(cid) => Some(cid),
                        Item::Null => None,
                        _ => return Err(FrameFault::Field("cid")),
                    }
                }
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        Ok(operation)
    }
}

/// Reads a map; `take` must read the value of each key.
fn fields<'a>(reader: &mut Reader<'a>, mut take: impl FnMut(&'a str, &mut Reader<'a>) -> Result<(), FrameFault>) -> Result<(), FrameFault> {
    let Item::Map(length) = reader.item()? else { return Err(FrameFault::Cbor("expected a map")) };
    for _ in 0..length {
        take(reader.key()?, reader)?;
    }
    Ok(())
}

fn text<'a>(reader: &mut Reader<'a>, field: &'static str) -> Result<&'a str, FrameFault> {
    let Item::Text(text) = reader.item()? else { return Err(FrameFault::Field(field)) };
    Ok(text)
}

fn integer(reader: &mut Reader<'_>, field: &'static str) -> Result<i64, FrameFault> {
    let Item::Integer(number) = reader.item()? else { return Err(FrameFault::Field(field)) };
    Ok(number)
}

/// Begins an event of Jetstream, up to the value of its last field.
fn begin(did: &str, time: &str, kind: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"did\":");
    write_text(did, out);
    if let Some(micros) = micros(time) {
        out.extend_from_slice(format!(",\"time_us\":{micros}").as_bytes());
    }
    out.extend_from_slice(format!(",\"kind\":\"{kind}\",\"{kind}\":").as_bytes());
}

fn end(mut out: Vec<u8>) -> String {
    out.push(b'}');
    // Made of strings and of what `serde_json` wrote.
    String::from_utf8(out).unwrap_or_default()
}

/// Microseconds since 1970 of an RFC 3339 time.
fn micros(time: &str) -> Option<i64> {
    let seconds = vigie_model::Timestamp::parse(time).ok()?.seconds();
    let digits = time.split_once('.').map_or("", |(_, fraction)| fraction);
    let fraction = digits.bytes().take_while(u8::is_ascii_digit).chain(std::iter::repeat(b'0')).take(6);
    Some(seconds.checked_mul(1_000_000)? + fraction.fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_without_a_commit() {
        // {"op":-1}{"error":"FutureCursor"}
        assert!(matches!(Frame::parse(b"\xa1\x62op\x20\xa1\x65error\x6cFutureCursor"), Ok(Frame::Error { name: "FutureCursor" })));
        // {"t":"#info","op":1}{"name":"OutdatedCursor"}
        let info = Frame::parse(b"\xa2\x61t\x65#info\x62op\x01\xa1\x64name\x6eOutdatedCursor").unwrap();
        let Frame::Other { kind: "#info", seq: None, body } = &info else { panic!("{info:?}") };
        assert_eq!(body.text("name"), Ok(Some("OutdatedCursor")));
        assert_eq!(info.to_jetstream(), Ok(Vec::new()));
        // {"t":"#account","op":1}{"seq":7,"did":"d"}
        assert_eq!(Frame::parse(b"\xa2\x61t\x68#account\x62op\x01\xa2\x63seq\x07\x63did\x61d").unwrap().seq(), Some(7));
        for bytes in [&b"\xa0"[..], b"\xa1\x62op\x02\xa0", b"\xa1\x62op\x01\xa0", b"\xa2\x61t\x67#commit\x62op\x01\xa0"] {
            assert!(Frame::parse(bytes).is_err(), "{bytes:x?}");
        }
    }

    #[test]
    fn times_keep_their_microseconds() {
        assert_eq!(micros("2026-07-04T14:38:07.517Z"), Some(1_783_175_887_517_000));
        assert_eq!(micros("2026-07-04T14:38:07Z"), Some(1_783_175_887_000_000));
        assert_eq!(micros("2026-07-04T14:38:07.1234567Z"), Some(1_783_175_887_123_456));
        assert_eq!(micros("soon"), None);
    }
}
