//! Reading records strictly: what the public validators let pass is a problem here.

use std::{collections::HashMap, io::Read as _};

use flate2::bufread::GzDecoder;
use thiserror::Error;

use super::entity_offset;
use crate::Digest;

/// Bounds on what is read.
#[derive(Debug, Clone, Copy)]
pub struct WarcLimits {
    /// Longest decompressed record, in bytes.
    pub record: u64,
    /// Sum of all decompressed records, in bytes.
    pub total: u64,
    /// Most records.
    pub records: usize,
}

impl Default for WarcLimits {
    fn default() -> Self {
        Self { record: 256 << 20, total: 1 << 30, records: 100_000 }
    }
}

/// What is wrong with a WARC file, and at which byte of it the record begins.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("WARC record at byte {offset}: {what}")]
pub struct WarcProblem {
    /// Where the record begins in the (compressed) file.
    pub offset: u64,
    /// What is wrong.
    pub what: String,
}

/// A record that holds what it says.
#[derive(Debug, Clone)]
pub struct ReadRecord {
    /// Where it begins in the file.
    pub offset: u64,
    /// Length of its gzip member.
    pub length: u64,
    /// SHA-256 of its gzip member.
    pub digest: Digest,
    /// `WARC-Type`.
    pub kind: String,
    /// `WARC-Record-ID` with its brackets.
    pub id: String,
    /// `WARC-Date`.
    pub date: String,
    /// `WARC-Target-URI`.
    pub target: Option<String>,
    /// `Content-Type`, of the HTTP message for responses and requests.
    pub mime: Option<String>,
    /// HTTP status of a response.
    pub status: Option<u16>,
    /// Digest of the payload as the record states it.
    pub payload: Option<Digest>,
    /// The content.
    pub block: Vec<u8>,
}

/// Reads a WARC file whose records are gzip members of their own.
///
/// # Errors
/// The first record that breaks the standard, has no SHA-256 digests, or is not what its digests say.
pub fn read_warc(bytes: &[u8], limits: &WarcLimits) -> Result<Vec<ReadRecord>, WarcProblem> {
    let mut records: Vec<ReadRecord> = Vec::new();
    let mut payloads: HashMap<String, Option<Digest>> = HashMap::new();
    let (mut rest, mut total) = (bytes, 0_u64);
    while !rest.is_empty() {
        let offset = (bytes.len() - rest.len()) as u64;
        let problem = |what: String| WarcProblem { offset, what };
        if records.len() >= limits.records {
            return Err(problem(format!("more than {} records", limits.records)));
        }
        let plain = member(&mut rest, limits.record.min(limits.total - total)).map_err(problem)?;
        total += plain.len() as u64;
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let compressed = bytes.get(start..bytes.len() - rest.len()).unwrap_or_default();
        let mut record = parse(&plain, &payloads).map_err(problem)?;
        record.offset = offset;
        record.length = compressed.len() as u64;
        record.digest = Digest::of(compressed);
        if records.is_empty() && record.kind != "warcinfo" {
            return Err(problem("the first record is no warcinfo".into()));
        }
        if payloads.insert(record.id.clone(), record.payload).is_some() {
            return Err(problem("its identifier is that of an earlier record".into()));
        }
        records.push(record);
    }
    if records.is_empty() { Err(WarcProblem { offset: 0, what: "no record".into() }) } else { Ok(records) }
}

/// Decompresses the next member of at most `limit` bytes.
fn member(rest: &mut &[u8], limit: u64) -> Result<Vec<u8>, String> {
    let mut decoder = GzDecoder::new(*rest);
    let mut plain = Vec::new();
    (&mut decoder).take(limit + 1).read_to_end(&mut plain).map_err(|error| format!("no sound gzip member: {error}"))?;
    if plain.len() as u64 > limit {
        return Err(format!("longer than {limit} bytes, the limit"));
    }
    *rest = decoder.into_inner();
    Ok(plain)
}

/// Header fields, lower-case names.
struct Fields<'a>(Vec<(String, &'a str)>);

impl<'a> Fields<'a> {
    fn parse(header: &'a str, first: &str) -> Result<Self, String> {
        let mut lines = header.split("\r\n");
        if lines.next() != Some(first) {
            return Err(format!("its first line is not {first}"));
        }
        let fields = lines.map(|line| {
            let (name, value) = line.split_once(':')?;
            let sound = !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic()) && !value.contains(['\r', '\n']);
            sound.then(|| (name.to_ascii_lowercase(), value.trim()))
        });
        fields.collect::<Option<Vec<_>>>().map(Self).ok_or_else(|| "a broken header field".into())
    }

    /// A field that may stand once at most.
    fn get(&self, name: &str) -> Result<Option<&'a str>, String> {
        let mut values = self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| *value);
        let value = values.next();
        if values.next().is_some() { Err(format!("{name} stands twice")) } else { Ok(value) }
    }

    fn need(&self, name: &str) -> Result<&'a str, String> {
        self.get(name)?.ok_or_else(|| format!("no {name}"))
    }

    fn digest(&self, name: &str) -> Result<Option<Digest>, String> {
        self.get(name)?.map(|value| Digest::parse(value).ok_or_else(|| format!("{name} is not sha256 in hex"))).transpose()
    }
}

fn parse(plain: &[u8], earlier: &HashMap<String, Option<Digest>>) -> Result<ReadRecord, String> {
    let end = entity_offset(plain).ok_or("its header does not end")?;
    let header = plain.get(..end - 4).and_then(|bytes| std::str::from_utf8(bytes).ok()).ok_or("its header is not UTF-8")?;
    let fields = Fields::parse(header, "WARC/1.1")?;
    let length: usize = fields.need("content-length")?.parse().map_err(|_| "content-length is no number")?;
    let body = plain.get(end..).unwrap_or_default();
    let (block, tail) = body.split_at_checked(length).ok_or("it is shorter than content-length")?;
    if tail != b"\r\n\r\n" {
        return Err("after its block stands more or less than two line ends".into());
    }
    let stated = fields.digest("warc-block-digest")?.ok_or("no warc-block-digest")?;
    if Digest::of(block) != stated {
        return Err("its block is not what warc-block-digest says".into());
    }
    let kind = fields.need("warc-type")?;
    let payload = payload_digest(&fields, kind, block, earlier)?;
    let http = matches!(kind, "request" | "response" | "revisit").then(|| http_header(block)).flatten();
    Ok(ReadRecord {
        offset: 0,
        length: 0,
        digest: stated,
        kind: kind.to_owned(),
        id: record_identifier(fields.need("warc-record-id")?)?,
        date: date(fields.need("warc-date")?)?,
        target: target(&fields, kind)?,
        mime: http.as_ref().map_or_else(|| fields.get("content-type").map(|value| value.map(str::to_owned)), |http| Ok(http.1.clone()))?,
        status: http.and_then(|http| http.0),
        payload,
        block: block.to_vec(),
    })
}

fn record_identifier(id: &str) -> Result<String, String> {
    let inner = id.strip_prefix('<').and_then(|id| id.strip_suffix('>'));
    if inner.is_some_and(|id| id.contains(':') && !id.contains(char::is_whitespace)) {
        Ok(id.to_owned())
    } else {
        Err("warc-record-id is no URI in brackets".into())
    }
}

fn date(text: &str) -> Result<String, String> {
    let sound = text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok();
    if sound { Ok(text.to_owned()) } else { Err("warc-date is no time in UTC".into()) }
}

fn target(fields: &Fields<'_>, kind: &str) -> Result<Option<String>, String> {
    let target = fields.get("warc-target-uri")?;
    match kind {
        "warcinfo" => Ok(target.map(str::to_owned)),
        "request" | "response" | "resource" | "metadata" | "revisit" | "conversion" => {
            target.map(str::to_owned).map(Some).ok_or_else(|| "no warc-target-uri".into())
        }
        _ => Err("a type of record that is not known".into()),
    }
}

/// The stated payload digest, checked. A `revisit` must state the digest of the earlier record that it refers to.
fn payload_digest(fields: &Fields<'_>, kind: &str, block: &[u8], earlier: &HashMap<String, Option<Digest>>) -> Result<Option<Digest>, String> {
    let stated = fields.digest("warc-payload-digest")?;
    if kind == "revisit" {
        let id = fields.need("warc-refers-to").map_err(|_| "a revisit that does not say of which record")?;
        let original = earlier.get(id).ok_or("a revisit of a record that is not in the file before it")?;
        return if stated.is_some() && stated == *original { Ok(stated) } else { Err("a revisit whose digest is not that of its original".into()) };
    }
    let http = matches!(kind, "request" | "response") && fields.need("content-type")?.starts_with("application/http");
    let Some(stated) = stated else {
        return if matches!(kind, "response" | "resource" | "request") { Err("no warc-payload-digest".into()) } else { Ok(None) };
    };
    let entity = if http { block.get(entity_offset(block).ok_or("no end of the HTTP header")?..).unwrap_or_default() } else { block };
    let decoded = if http && is_chunked(block) { crate::http::dechunk(entity, entity.len()) } else { None };
    if Digest::of(entity) == stated || decoded.is_some_and(|bytes| Digest::of(&bytes) == stated) {
        Ok(Some(stated))
    } else {
        Err("its payload is not what warc-payload-digest says".into())
    }
}

fn is_chunked(block: &[u8]) -> bool {
    let header = block.get(..entity_offset(block).unwrap_or(0)).unwrap_or_default();
    String::from_utf8_lossy(header)
        .to_ascii_lowercase()
        .lines()
        .any(|line| line.strip_prefix("transfer-encoding:").is_some_and(|value| value.contains("chunked")))
}

/// Status (of a response) and media type of an HTTP message.
fn http_header(block: &[u8]) -> Option<(Option<u16>, Option<String>)> {
    let header = String::from_utf8_lossy(block.get(..entity_offset(block)?)?).into_owned();
    let mut lines = header.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/").and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let mime =
        lines.find_map(|line| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-type"))).map(|(_, value)| value.trim().to_owned());
    Some((status, mime))
}
