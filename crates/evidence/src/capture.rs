//! From what was collected to a WARC file: pure, the same input gives the same bytes.

use serde_json::json;

use crate::warc::{Kind, Record, WarcWriter, record_id};

/// One HTTP exchange as it went over the wire.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The whole URL.
    pub url: String,
    /// When the response began, RFC 3339 in UTC with microseconds.
    pub date: String,
    /// Address that was connected to.
    pub address: String,
    /// The request's bytes.
    pub request: Vec<u8>,
    /// Status line, header and entity, without transfer coding.
    pub response: Vec<u8>,
    /// The server's certificates as DER, leaf first; empty for plain HTTP.
    pub certificates: Vec<Vec<u8>>,
}

/// Bytes that did not come over HTTP: the post from a stream, a file.
#[derive(Debug, Clone)]
pub struct Item {
    /// What it is: `post`, `media-1`.
    pub role: String,
    /// Media type.
    pub content_type: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// Everything that was collected for one exhibit.
#[derive(Debug, Clone)]
pub struct Capture {
    /// Random identifier, letters, digits and `-`.
    pub exhibit: String,
    /// When it was collected, RFC 3339 in UTC with microseconds.
    pub at: String,
    /// Name and version of the program.
    pub software: String,
    /// Who captured; goes into the opening, not into the log.
    pub actor: String,
    /// The post first, then media.
    pub items: Vec<Item>,
    /// Pages and media that were fetched.
    pub exchanges: Vec<Exchange>,
    /// Verdict and circumstances, as JSON.
    pub about: serde_json::Value,
}

impl Capture {
    /// The WARC file.
    pub fn warc(&self) -> Vec<u8> {
        let mut writer = WarcWriter::default();
        let mut number = 0;
        let mut next_id = || {
            number += 1;
            record_id(&self.exhibit, number)
        };
        let info = format!(
            "software: {}\r\nformat: WARC File Format 1.1\r\nconformsTo: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n",
            self.software
        );
        writer.write(&self.record(Kind::Warcinfo, next_id(), None, "application/warc-fields", info.as_bytes()));
        for item in &self.items {
            let target = format!("urn:vigie:{}:{}", self.exhibit, item.role);
            writer.write(&self.record(Kind::Resource, next_id(), Some(&target), &item.content_type, &item.bytes));
        }
        for exchange in &self.exchanges {
            let (response, request) = (next_id(), next_id());
            let address = || vec![("WARC-IP-Address", exchange.address.clone())];
            let date = exchange.date.as_str();
            let of = |kind, id, content_type, block| Record { date, fields: address(), ..self.record(kind, id, Some(&exchange.url), content_type, block) };
            writer.write(&of(Kind::Response, response.clone(), "application/http; msgtype=response", &exchange.response));
            let mut asked = of(Kind::Request, request, "application/http; msgtype=request", &exchange.request);
            asked.fields.push(("WARC-Concurrent-To", format!("<{response}>")));
            writer.write(&asked);
        }
        let about = self.about().to_string();
        let target = format!("urn:vigie:{}:capture", self.exhibit);
        writer.write(&self.record(Kind::Metadata, next_id(), Some(&target), "application/json", about.as_bytes()));
        writer.finish()
    }

    /// What Vigie says of the capture: circumstances, certificates of the servers, verdict.
    fn about(&self) -> serde_json::Value {
        let tls: Vec<_> = self.exchanges.iter().map(|exchange| json!({ "url": exchange.url, "certificates": certificates(exchange) })).collect();
        json!({ "exhibit": self.exhibit, "at": self.at, "software": self.software, "tls": tls, "about": self.about })
    }

    fn record<'a>(&'a self, kind: Kind, id: String, target: Option<&'a str>, content_type: &'a str, block: &'a [u8]) -> Record<'a> {
        Record { kind, id, date: &self.at, target, content_type, fields: Vec::new(), block }
    }
}

fn certificates(exchange: &Exchange) -> Vec<String> {
    exchange.certificates.iter().map(|der| data_encoding::BASE64.encode(der)).collect()
}
