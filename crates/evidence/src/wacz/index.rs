//! CDXJ indexes: one line a record, sorted, in gzip blocks with an index of their own (`cdxj-gzip-1.0`).

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read as _, Write as _},
};

use flate2::{Compression, bufread::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};

use crate::{Digest, surt::surt, warc::ReadRecord};

/// Lines of a block, as the reference indexer has them.
const BLOCK_LINES: usize = 300;
/// Longest index that is read, in bytes.
const MAX_INDEX: u64 = 64 << 20;

/// What the index says of a record; all numbers are text, as in the reference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Indexed {
    /// Target URI.
    pub url: String,
    /// Media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    /// HTTP status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Payload digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Length of the record in the file.
    pub length: String,
    /// Place of the record in the file.
    pub offset: String,
    /// Name of the file in `archive/`.
    pub filename: String,
    /// SHA-256 of the record as it lies in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_digest: Option<String>,
}

/// The line of a record; none for records that are not indexed.
pub fn cdxj_line(record: &ReadRecord, filename: &str) -> Option<String> {
    if !matches!(record.kind.as_str(), "response" | "resource" | "revisit" | "metadata") {
        return None;
    }
    let entry = indexed(record, filename)?;
    let json = serde_json::to_string(&entry).ok()?;
    Some(format!("{} {} {json}\n", surt(&entry.url), short_time(&record.date)))
}

fn indexed(record: &ReadRecord, filename: &str) -> Option<Indexed> {
    Some(Indexed {
        url: record.target.clone()?,
        mime: record.mime.as_deref().and_then(|mime| mime.split([';', ' ']).next()).map(str::to_owned),
        status: record.status.map(|status| status.to_string()),
        digest: record.payload.map(|digest| digest.to_string()),
        length: record.length.to_string(),
        offset: record.offset.to_string(),
        filename: filename.to_owned(),
        record_digest: Some(record.digest.to_string()),
    })
}

/// `20261124100000` of an RFC 3339 time.
fn short_time(date: &str) -> String {
    date.chars().filter(char::is_ascii_digit).take(14).collect()
}

/// `index.cdx.gz` and `index.idx` from lines in any order.
pub fn compress_index(mut lines: Vec<String>) -> (Vec<u8>, Vec<u8>) {
    lines.sort();
    let mut data = Vec::new();
    let mut idx = String::from("!meta 0 {\"format\": \"cdxj-gzip-1.0\", \"filename\": \"index.cdx.gz\"}\n");
    for block in lines.chunks(BLOCK_LINES) {
        let offset = data.len();
        let mut gz = GzEncoder::new(std::mem::take(&mut data), Compression::new(6));
        // Writing to memory does not fail.
        drop(gz.write_all(block.concat().as_bytes()));
        data = gz.finish().unwrap_or_default();
        let bytes = data.get(offset..).unwrap_or_default();
        let key = block.first().and_then(|line| line.split(" {").next()).unwrap_or_default();
        let (length, digest) = (bytes.len(), Digest::of(bytes));
        idx += &format!("{key} {{\"offset\": {offset}, \"length\": {length}, \"digest\": \"{digest}\", \"filename\": \"index.cdx.gz\"}}\n");
    }
    (data, idx.into_bytes())
}

/// Compares an index with the records: each response, resource and revisit must be in it, and each line must be true.
///
/// # Errors
/// What is missing, invented, or out of order.
pub fn check_index(cdx: &[u8], idx: Option<&[u8]>, archives: &BTreeMap<String, Vec<ReadRecord>>) -> Result<BTreeSet<String>, String> {
    let text = inflate(cdx)?;
    if let Some(idx) = idx {
        check_blocks(cdx, idx, &text)?;
    }
    let mut expected: BTreeMap<(String, String), &ReadRecord> = BTreeMap::new();
    for (filename, records) in archives {
        expected.extend(records.iter().map(|record| ((filename.clone(), record.offset.to_string()), record)));
    }
    let (mut urls, mut previous) = (BTreeSet::new(), String::new());
    for (number, line) in text.lines().enumerate() {
        let wrong = |what: &str| format!("line {}: {what}", number + 1);
        let key = line.split(" {").next().unwrap_or_default();
        let json = line.get(key.len()..).ok_or_else(|| wrong("no JSON"))?;
        let entry: Indexed = serde_json::from_str(json.trim()).map_err(|_| wrong("no CDXJ entry"))?;
        if key < previous.as_str() {
            return Err(wrong("out of order"));
        }
        key.clone_into(&mut previous);
        let record = expected.remove(&(entry.filename.clone(), entry.offset.clone())).ok_or_else(|| wrong("no such record, or a second line for it"))?;
        let truth = indexed(record, &entry.filename).ok_or_else(|| wrong("a record without target"))?;
        if !agrees(&entry, &truth) || key != format!("{} {}", surt(&truth.url), short_time(&record.date)) {
            return Err(wrong("not what the record says"));
        }
        urls.insert(entry.url);
    }
    match expected.values().find(|record| matches!(record.kind.as_str(), "response" | "resource" | "revisit")) {
        Some(record) => Err(format!("the record at byte {} is not in it", record.offset)),
        None => Ok(urls),
    }
}

/// What an entry states must be true; it may state less, except for the place and the digests.
fn agrees(entry: &Indexed, truth: &Indexed) -> bool {
    let same = |stated: &Option<String>, true_one: &Option<String>| stated.is_none() || stated == true_one;
    (&entry.url, &entry.length) == (&truth.url, &truth.length)
        && (entry.digest == truth.digest || truth.digest.is_none())
        && same(&entry.record_digest, &truth.record_digest)
        && same(&entry.status, &truth.status)
        && (same(&entry.mime, &truth.mime) || entry.mime.as_deref() == Some("warc/revisit"))
}

fn inflate(cdx: &[u8]) -> Result<String, String> {
    let mut text = String::new();
    let mut rest = cdx;
    while !rest.is_empty() {
        let mut decoder = GzDecoder::new(rest);
        let left = MAX_INDEX - text.len() as u64;
        (&mut decoder).take(left).read_to_string(&mut text).map_err(|error| format!("not gzip or not text: {error}"))?;
        if text.len() as u64 == MAX_INDEX {
            return Err(format!("longer than {MAX_INDEX} bytes, the limit"));
        }
        rest = decoder.into_inner();
    }
    Ok(text)
}

#[derive(Deserialize)]
struct Block {
    offset: usize,
    length: usize,
    digest: Option<String>,
}

/// The blocks that `index.idx` lists must be all of `index.cdx.gz`, with their digests and first keys.
fn check_blocks(cdx: &[u8], idx: &[u8], text: &str) -> Result<(), String> {
    let idx = std::str::from_utf8(idx).map_err(|_| "index.idx is not text")?;
    let mut end = 0;
    for line in idx.lines().filter(|line| !line.starts_with('!')) {
        let wrong = || format!("index.idx does not describe index.cdx.gz at byte {end}");
        let key = line.split(" {").next().unwrap_or_default();
        let block: Block = line.get(key.len()..).and_then(|json| serde_json::from_str(json.trim()).ok()).ok_or_else(wrong)?;
        let bytes = cdx.get(block.offset..block.offset.saturating_add(block.length)).ok_or_else(wrong)?;
        let digest_holds = block.digest.is_none_or(|digest| digest == Digest::of(bytes).to_string());
        if block.offset != end || !digest_holds || !text.lines().any(|line| line.starts_with(key)) {
            return Err(wrong());
        }
        end += block.length;
    }
    if end == cdx.len() { Ok(()) } else { Err("index.idx does not cover index.cdx.gz".into()) }
}
