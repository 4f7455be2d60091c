use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use super::*;

const DATE: &str = "2026-11-24T10:00:00.000001Z";

fn record<'a>(number: u32, kind: Kind, content_type: &'a str, block: &'a [u8]) -> Record<'a> {
    let target = (kind != Kind::Warcinfo).then_some("https://www.example.org/a?b=1");
    Record { kind, id: record_id("t", number), date: DATE, target, content_type, fields: Vec::new(), block }
}

fn sample() -> Vec<u8> {
    let mut writer = WarcWriter::default();
    writer.write(&record(0, Kind::Warcinfo, "application/warc-fields", b"software: vigie\r\n"));
    writer.write(&record(1, Kind::Response, "application/http; msgtype=response", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x"));
    writer.write(&record(2, Kind::Request, "application/http; msgtype=request", b"GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"));
    writer.write(&record(3, Kind::Resource, "application/json", b"{}"));
    writer.finish()
}

fn member(text: &str) -> Vec<u8> {
    let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
    gz.write_all(text.as_bytes()).unwrap();
    gz.finish().unwrap()
}

#[test]
fn what_is_written_is_read() {
    let records = read_warc(&sample(), &WarcLimits::default()).unwrap();
    assert_eq!(records.iter().map(|r| r.kind.as_str()).collect::<Vec<_>>(), ["warcinfo", "response", "request", "resource"]);
    assert_eq!((records[1].status, records[1].mime.as_deref()), (Some(200), Some("text/html")));
    assert_eq!(records[1].payload, Some(crate::Digest::of(b"<p>x")));
    assert_eq!(records[3].offset + records[3].length, sample().len() as u64);
    assert!(record_id("t", 0).starts_with("urn:uuid:") && record_id("t", 0).len() == 45);
}

#[test]
fn each_fault_is_named() {
    let good = "WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: <urn:x:1>\r\nWARC-Date: 2026-11-24T10:00:00Z\r\nContent-Type: a/b\r\n\
        WARC-Block-Digest: sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb\r\nContent-Length: 1\r\n\r\na\r\n\r\n";
    let check = |text: &str| read_warc(&member(text), &WarcLimits::default());
    check(good).unwrap();
    for (from, to, what) in [
        ("WARC/1.1", "WARC/1.0", "first line"),
        ("WARC-Block-Digest", "X-Block-Digest", "no warc-block-digest"),
        ("sha256:ca", "sha1:ca", "not sha256"),
        ("sha256:ca", "sha256:cb", "not what warc-block-digest says"),
        ("\r\na\r\n", "\r\nab\r\n", "two line ends"),
        ("Content-Length: 1", "Content-Length: 900", "shorter"),
        ("WARC-Date: 2026", "WARC-Date: yesterday", "no time"),
        ("<urn:x:1>", "urn:x:1", "brackets"),
        ("Content-Type: a/b", "WARC-Type: warcinfo", "twice"),
        ("Type: warcinfo", "Type: resource", "no warc-payload-digest"),
        ("Type: warcinfo", "Type: dream", "not known"),
    ] {
        let found = check(&good.replacen(from, to, 1)).unwrap_err();
        assert!(found.what.contains(what), "{from} -> {to}: {found}");
    }
    let twice = [member(good), member(good)].concat();
    assert!(read_warc(&twice, &WarcLimits::default()).unwrap_err().what.contains("earlier record"));
}

#[test]
fn hostile_files_end_in_errors() {
    let bytes = sample();
    for cut in 0..bytes.len() {
        let whole = read_warc(&bytes, &WarcLimits::default()).unwrap().iter().any(|r| r.offset == cut as u64);
        assert_eq!(read_warc(&bytes[..cut], &WarcLimits::default()).is_ok(), whole && cut > 0, "{cut}");
    }
    let bomb = member(&"a".repeat(1 << 20));
    let limits = WarcLimits { record: 1000, ..WarcLimits::default() };
    assert!(read_warc(&bomb, &limits).unwrap_err().what.contains("limit"));
}
