//! Writing records.

use std::fmt;

use libdeflater::{CompressionLvl, Compressor};

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

/// A record's identifier made from the capture's and its number: a version 5 UUID (RFC 9562) of `urn:vigie:CAPTURE/NUMBER`, so
/// the same input gives the same file. Not version 8 with SHA-256, since UCO's shapes know versions up to 5 only.
pub fn record_id(capture: &str, number: u32) -> String {
    const URL_NAMESPACE: [u8; 16] = [0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];
    let name = [&URL_NAMESPACE[..], format!("urn:vigie:{capture}/{number}").as_bytes()].concat();
    let mut hash = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &name).as_ref().to_vec();
    for (at, kept, set) in [(6, 0x0f, 0x50), (8, 0x3f, 0x80)] {
        if let Some(byte) = hash.get_mut(at) {
            *byte = (*byte & kept) | set;
        }
    }
    let hex = data_encoding::HEXLOWER.encode(&hash);
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
    format!("urn:uuid:{}-{}-{}-{}-{}", part(0..8), part(8..12), part(12..16), part(16..20), part(20..32))
}

/// Writes records into memory; a capture is bounded by the limits of its collection.
pub struct WarcWriter {
    bytes: Vec<u8>,
    header: String,
    plain: Vec<u8>,
    compressor: Compressor,
}

impl Default for WarcWriter {
    fn default() -> Self {
        let level = CompressionLvl::new(7).unwrap_or_default();
        Self { bytes: Vec::new(), header: String::new(), plain: Vec::new(), compressor: Compressor::new(level) }
    }
}

impl fmt::Debug for WarcWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WarcWriter({} bytes)", self.bytes.len())
    }
}

impl WarcWriter {
    /// Appends a record and says where it lies.
    pub fn write(&mut self, record: &Record<'_>) -> Written {
        let entity = if record.kind.is_http() { entity_offset(record.block).unwrap_or(record.block.len()) } else { 0 };
        let block = Digest::of(record.block);
        let payload = if entity == 0 { block } else { Digest::of(record.block.get(entity..).unwrap_or_default()) };
        self.make_header(record, &block, &payload);
        let offset = self.bytes.len();
        self.plain.clear();
        for part in [self.header.as_bytes(), record.block, b"\r\n\r\n"] {
            self.plain.extend_from_slice(part);
        }
        self.compress();
        let member = self.bytes.get(offset..).unwrap_or_default();
        Written { offset: offset as u64, length: member.len() as u64, digest: Digest::of(member), payload }
    }

    /// Appends `plain` as one gzip member. A record is in memory as a whole, so libdeflate, which needs that, may be used: it is
    /// several times as fast as zlib, and its level 7 gives smaller files than zlib's.
    fn compress(&mut self) {
        let start = self.bytes.len();
        self.bytes.resize(start + self.compressor.gzip_compress_bound(self.plain.len()), 0);
        let room = self.bytes.get_mut(start..).unwrap_or_default();
        // The bound is enough, so this does not fail; an empty member would be noticed when the file is read back.
        let length = self.compressor.gzip_compress(&self.plain, room).unwrap_or(0);
        self.bytes.truncate(start + length);
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
