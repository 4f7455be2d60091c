//! Writing records.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use super::entity_offset;
use crate::Digest;

/// Types of record that Vigie writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What the file is and which software made it; always the first.
    Warcinfo,
    /// An HTTP request as sent.
    Request,
    /// An HTTP response as received, without transfer coding.
    Response,
    /// Bytes that came another way: a post from a stream, a file, a screenshot.
    Resource,
    /// What Vigie says about the capture.
    Metadata,
}

impl Kind {
    /// The value of `WARC-Type`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warcinfo => "warcinfo",
            Self::Request => "request",
            Self::Response => "response",
            Self::Resource => "resource",
            Self::Metadata => "metadata",
        }
    }

    fn is_http(self) -> bool {
        matches!(self, Self::Request | Self::Response)
    }
}

/// A record to write.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// Its type.
    pub kind: Kind,
    /// `urn:uuid:…`, without brackets; see [`record_id`].
    pub id: String,
    /// RFC 3339 in UTC with microseconds.
    pub date: &'a str,
    /// Whole URI; none for `warcinfo`.
    pub target: Option<&'a str>,
    /// Media type of the block.
    pub content_type: &'a str,
    /// Further standard fields, such as `WARC-IP-Address`, in this order.
    pub fields: Vec<(&'static str, String)>,
    /// The content.
    pub block: &'a [u8],
}

/// Where a record lies in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Bytes before it.
    pub offset: u64,
    /// Bytes of its gzip member.
    pub length: u64,
    /// SHA-256 of its gzip member.
    pub digest: Digest,
    /// SHA-256 of its payload.
    pub payload: Digest,
}

/// A record's identifier made from the capture's and its number: a version 8 UUID (RFC 9562), so the same input gives the same file.
pub fn record_id(capture: &str, number: u32) -> String {
    let Digest(mut hash) = Digest::of(format!("{capture}/{number}").as_bytes());
    hash[6] = (hash[6] & 0x0f) | 0x80;
    hash[8] = (hash[8] & 0x3f) | 0x80;
    let hex = Digest(hash).hex();
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default().to_owned();
    format!("urn:uuid:{}-{}-{}-{}-{}", part(0..8), part(8..12), part(12..16), part(16..20), part(20..32))
}

/// Writes records into memory; a capture is bounded by the limits of its collection.
#[derive(Debug, Default)]
pub struct WarcWriter {
    bytes: Vec<u8>,
    header: String,
}

impl WarcWriter {
    /// Appends a record and says where it lies.
    pub fn write(&mut self, record: &Record<'_>) -> Written {
        let entity = if record.kind.is_http() { entity_offset(record.block).unwrap_or(record.block.len()) } else { 0 };
        let block = Digest::of(record.block);
        let payload = if entity == 0 { block } else { Digest::of(record.block.get(entity..).unwrap_or_default()) };
        self.make_header(record, &block, &payload);
        let offset = self.bytes.len();
        // Level 6 is within a few per cent of 9 and several times as fast.
        let mut member = GzEncoder::new(std::mem::take(&mut self.bytes), Compression::new(6));
        for part in [self.header.as_bytes(), record.block, b"\r\n\r\n"] {
            // Writing to memory does not fail.
            drop(member.write_all(part));
        }
        self.bytes = member.finish().unwrap_or_default();
        let member = self.bytes.get(offset..).unwrap_or_default();
        Written { offset: offset as u64, length: member.len() as u64, digest: Digest::of(member), payload }
    }

    fn make_header(&mut self, record: &Record<'_>, block: &Digest, payload: &Digest) {
        self.header.clear();
        self.header.push_str("WARC/1.1\r\n");
        self.field("WARC-Type", record.kind.name());
        self.field("WARC-Record-ID", &format!("<{}>", record.id));
        self.field("WARC-Date", record.date);
        if let Some(target) = record.target {
            self.field("WARC-Target-URI", target);
        }
        for (name, value) in &record.fields {
            self.field(name, value);
        }
        self.field("Content-Type", record.content_type);
        self.field("WARC-Block-Digest", &block.to_string());
        self.field("WARC-Payload-Digest", &payload.to_string());
        self.field("Content-Length", &record.block.len().to_string());
        self.header.push_str("\r\n");
    }

    /// A field; line breaks in a value, which would end it, become spaces.
    fn field(&mut self, name: &str, value: &str) {
        let clean = value.replace(['\r', '\n'], " ");
        self.header.extend([name, ": ", &clean, "\r\n"]);
    }

    /// The file.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}
