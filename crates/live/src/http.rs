//! HTTP/1.1 for reading interfaces: checked addresses, checked redirects, limits, and answers that do not end.
//!
//! Own code, because a stream must be left within a second when it is told to stop, and because the address that was
//! checked is the one to connect to. It speaks GET and POST, and one request a connection (RFC 9112).

use std::{
    io::{ErrorKind, Read as _, Write as _},
    time::{Duration, Instant},
};

use tungstenite::http::Uri;
use url::Url;

use crate::{
    Loss, Secret, Settings,
    dial::{PATIENCE, Socket, dial},
    feed::TICK,
    socket::is_timeout,
};

/// Longest header, in bytes, and most fields.
const MAX_HEADER: usize = 64 << 10;
const MAX_FIELDS: usize = 128;
const MAX_REDIRECTS: usize = 3;
/// How long an answer that ends may take in all.
const ANSWER: Duration = Duration::from_secs(60);

/// Status and fields.
type Head = (u16, Vec<(String, String)>);

/// A client for one source.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    allow_private: bool,
    token: Option<Secret>,
    max_answer: usize,
}

/// An answer whose body is still to come.
pub(crate) struct Answer {
    pub(crate) status: u16,
    fields: Vec<(String, String)>,
    pub(crate) body: Body,
}

/// An answer that is there.
pub(crate) struct Page {
    pub(crate) status: u16,
    fields: Vec<(String, String)>,
    pub(crate) bytes: Vec<u8>,
}

impl Client {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self { allow_private: settings.allow_private, token: settings.token.clone(), max_answer: settings.max_message }
    }

    /// Gets an address and what it redirects to; the token goes to its own origin only.
    pub(crate) fn get(&self, url: &Url, fields: &[(&str, &str)]) -> Result<Answer, Loss> {
        let mut at = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let answer = self.ask("GET", &at, fields, b"", at.origin() == url.origin())?;
            let moved = matches!(answer.status, 301 | 302 | 303 | 307 | 308);
            let Some(target) = answer.field("location").filter(|_| moved).and_then(|location| at.join(location).ok()) else { return Ok(answer) };
            if target.scheme() != "https" && at.scheme() == "https" {
                return Err(Loss::Answer("it redirects to an address without encryption"));
            }
            at = target;
        }
        Err(Loss::Answer("it redirects too often"))
    }

    /// Gets an answer that ends, whole.
    pub(crate) fn page(&self, url: &Url, fields: &[(&str, &str)]) -> Result<Page, Loss> {
        self.whole(self.get(url, fields)?)
    }

    /// Posts a JSON document and gives the whole answer.
    pub(crate) fn post(&self, url: &Url, json: &[u8]) -> Result<Page, Loss> {
        self.whole(self.ask("POST", url, &[("Content-Type", "application/json")], json, true)?)
    }

    fn whole(&self, mut answer: Answer) -> Result<Page, Loss> {
        let deadline = Instant::now() + ANSWER;
        let mut bytes = Vec::new();
        while let Some(part) = answer.body.read()? {
            bytes.extend_from_slice(&part);
            if bytes.len() > self.max_answer {
                return Err(Loss::TooLong(self.max_answer));
            }
            if Instant::now() > deadline {
                return Err(Loss::Silent(ANSWER));
            }
        }
        Ok(Page { status: answer.status, fields: answer.fields, bytes })
    }

    fn ask(&self, method: &str, url: &Url, fields: &[(&str, &str)], body: &[u8], trusted: bool) -> Result<Answer, Loss> {
        let uri: Uri = url.as_str().parse().map_err(|_| Loss::Answer("it names an address that is none"))?;
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
            return Err(Loss::Answer("it names an address that is not of the web"));
        }
        let mut socket = dial(&uri, self.allow_private)?;
        socket.set_read_timeout(TICK).map_err(broken)?;
        let request = self.request(method, url, fields, body, trusted);
        socket.write_all(&request).and_then(|()| socket.flush()).map_err(broken)?;
        let mut body = Body { socket, buffer: Vec::new(), framing: Framing::Close, heard: Instant::now() };
        let (status, fields) = body.head()?;
        Ok(Answer { status, fields, body })
    }

    fn request(&self, method: &str, url: &Url, fields: &[(&str, &str)], body: &[u8], trusted: bool) -> Vec<u8> {
        let host = url.host_str().unwrap_or_default();
        let authority = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: vigie/{}\r\nAccept-Encoding: identity\r\nConnection: close\r\n",
            env!("CARGO_PKG_VERSION")
        );
        for (name, value) in fields {
            head += &format!("{name}: {value}\r\n");
        }
        if let Some(token) = self.token.as_ref().filter(|_| trusted) {
            head += &format!("Authorization: Bearer {}\r\n", token.reveal());
        }
        if method == "POST" {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        [head.as_bytes(), b"\r\n", body].concat()
    }
}

impl Answer {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        field(&self.fields, name)
    }

    /// The answer if it is the one hoped for, else why not.
    pub(crate) fn ok(self) -> Result<Self, Loss> {
        if self.status == 200 { Ok(self) } else { Err(refused(self.status, &self.fields)) }
    }
}

impl Page {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        field(&self.fields, name)
    }

    /// The page if it is the one hoped for, else why not.
    pub(crate) fn ok(self) -> Result<Self, Loss> {
        if matches!(self.status, 200 | 201) { Ok(self) } else { Err(refused(self.status, &self.fields)) }
    }

    /// How long to wait before asking again, where the server says that no more requests are left.
    pub(crate) fn rest(&self) -> Option<Duration> {
        let none_left = ["x-ratelimit-remaining", "x-rate-limit-remaining"].iter().any(|name| self.field(name) == Some("0"));
        if none_left { Some(reset(&self.fields).unwrap_or(Duration::from_secs(60))) } else { None }
    }

    /// The address of that relation in the `Link` field (RFC 8288).
    pub(crate) fn link(&self, relation: &str) -> Option<&str> {
        self.field("link")?.split(',').find_map(|link| {
            let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
            let wanted = |parameter: &str| parameter.trim().strip_prefix("rel=").is_some_and(|rel| rel.trim_matches('"') == relation);
            parameters.split(';').any(wanted).then_some(target)
        })
    }
}

fn field<'f>(fields: &'f [(String, String)], name: &str) -> Option<&'f str> {
    fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

fn refused(status: u16, fields: &[(String, String)]) -> Loss {
    let seconds = field(fields, "retry-after").and_then(|value| value.trim().parse().ok()).map(Duration::from_secs);
    let retry_after = seconds.or_else(|| reset(fields).filter(|_| status == 429));
    Loss::Refused { status, retry_after }
}

/// How long it is until requests are allowed again: Mastodon names a time, X the second since 1970.
fn reset(fields: &[(String, String)]) -> Option<Duration> {
    let value = field(fields, "x-ratelimit-reset").or(field(fields, "x-rate-limit-reset"))?.trim();
    let at = value.parse().ok().or_else(|| vigie_model::Timestamp::parse(value).ok().map(|time| time.seconds()))?;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
    Some(Duration::from_secs(u64::try_from(at).ok()?.saturating_sub(now).saturating_add(1)))
}

fn broken(error: impl std::borrow::Borrow<std::io::Error>) -> Loss {
    Loss::Broken(error.borrow().kind().to_string())
}

/// A body as it comes.
pub(crate) struct Body {
    socket: Socket,
    /// What was read and not handed on.
    buffer: Vec<u8>,
    framing: Framing,
    heard: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    /// So many bytes are to come.
    Length(u64),
    /// The size of a chunk is to come; in the middle, the end of the last one before it.
    ChunkSize { first: bool },
    /// So many bytes of a chunk are to come.
    Chunk(u64),
    /// Until the connection ends.
    Close,
    /// All is there.
    Done,
}

impl Body {
    /// Reads on until something is there; none at the end. Gives up after [`PATIENCE`].
    pub(crate) fn read(&mut self) -> Result<Option<Vec<u8>>, Loss> {
        loop {
            match self.poll(PATIENCE)? {
                Polled::Part(part) => return Ok(Some(part)),
                Polled::Nothing => {}
                Polled::End => return Ok(None),
            }
        }
    }

    /// What there is, waiting for a tick at most. Gives up when nothing has come for `silence`.
    pub(crate) fn poll(&mut self, silence: Duration) -> Result<Polled, Loss> {
        if let Some(polled) = self.take()? {
            return Ok(polled);
        }
        if self.fill()? {
            return Ok(self.take()?.unwrap_or(Polled::Nothing));
        }
        let silent = self.heard.elapsed();
        if silent > silence { Err(Loss::Silent(silent)) } else { Ok(Polled::Nothing) }
    }

    /// Reads from the connection; whether anything came.
    fn fill(&mut self) -> Result<bool, Loss> {
        let mut part = [0; 16 << 10];
        let count = match self.socket.read(&mut part) {
            Ok(count) => count,
            Err(error) if is_timeout(error.kind()) => return Ok(false),
            // Servers that end without closing TLS properly: the framing tells whether all is there.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => 0,
            Err(error) => return Err(broken(error)),
        };
        if count == 0 {
            return match self.framing {
                Framing::Close if self.buffer.is_empty() => {
                    self.framing = Framing::Done;
                    Ok(true)
                }
                Framing::Close => Ok(true),
                _ => Err(Loss::Broken("cut off".to_owned())),
            };
        }
        self.heard = Instant::now();
        self.buffer.extend_from_slice(part.get(..count).unwrap_or_default());
        Ok(true)
    }

    /// The next part of what was read.
    fn take(&mut self) -> Result<Option<Polled>, Loss> {
        loop {
            match self.framing {
                Framing::Done => return Ok(Some(Polled::End)),
                Framing::Length(0) => self.framing = Framing::Done,
                Framing::Chunk(0) => self.framing = Framing::ChunkSize { first: false },
                Framing::ChunkSize { first } => {
                    if !self.take_size(first)? {
                        return Ok(None);
                    }
                }
                _ if self.buffer.is_empty() => return Ok(None),
                Framing::Close => return Ok(Some(Polled::Part(std::mem::take(&mut self.buffer)))),
                Framing::Length(left) => return Ok(Some(self.split(left, Framing::Length))),
                Framing::Chunk(left) => return Ok(Some(self.split(left, Framing::Chunk))),
            }
        }
    }

    fn split(&mut self, left: u64, framing: fn(u64) -> Framing) -> Polled {
        let count = self.buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let rest = self.buffer.split_off(count);
        self.framing = framing(left.saturating_sub(count as u64));
        Polled::Part(std::mem::replace(&mut self.buffer, rest))
    }

    /// Takes the line with a chunk's size; whether it was there. After the last chunk come fields that nobody needs.
    fn take_size(&mut self, first: bool) -> Result<bool, Loss> {
        let skip = if first { 0 } else { 2 };
        let Some(rest) = self.buffer.get(skip..) else { return Ok(false) };
        let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") else {
            return if rest.len() > 1024 { Err(Loss::Answer("its chunks are broken")) } else { Ok(false) };
        };
        let line = rest.get(..end).and_then(|line| std::str::from_utf8(line).ok()).unwrap_or_default();
        let size = line.split(';').next().map(str::trim).and_then(|size| u64::from_str_radix(size, 16).ok());
        let between = self.buffer.get(..skip) == Some(if first { b"" } else { b"\r\n" });
        let size = size.filter(|_| between).ok_or(Loss::Answer("its chunks are broken"))?;
        self.buffer.drain(..skip + end + 2);
        self.framing = if size == 0 { Framing::Done } else { Framing::Chunk(size) };
        Ok(true)
    }

    /// Reads the header.
    fn head(&mut self) -> Result<Head, Loss> {
        loop {
            if let Some(head) = self.take_head()? {
                return Ok(head);
            }
            let before = self.buffer.len();
            let came = self.fill()?;
            if came && self.buffer.len() == before {
                return Err(Loss::Closed);
            }
            if !came && self.heard.elapsed() > PATIENCE {
                return Err(Loss::Silent(self.heard.elapsed()));
            }
        }
    }

    fn take_head(&mut self) -> Result<Option<Head>, Loss> {
        let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let mut head = httparse::Response::new(&mut fields);
        let length = match head.parse(&self.buffer).map_err(|_| Loss::Answer("it is no HTTP"))? {
            httparse::Status::Complete(length) => length,
            httparse::Status::Partial if self.buffer.len() > MAX_HEADER => return Err(Loss::TooLong(MAX_HEADER)),
            httparse::Status::Partial => return Ok(None),
        };
        let status = head.code.unwrap_or_default();
        let owned = |field: &httparse::Header<'_>| (field.name.to_owned(), String::from_utf8_lossy(field.value).into_owned());
        let fields: Vec<(String, String)> = head.headers.iter().map(owned).collect();
        self.buffer.drain(..length);
        if (100..200).contains(&status) {
            return self.take_head();
        }
        self.framing = framing(status, &fields)?;
        Ok(Some((status, fields)))
    }
}

/// How the body ends (RFC 9112 section 6.3).
fn framing(status: u16, fields: &[(String, String)]) -> Result<Framing, Loss> {
    if matches!(status, 204 | 304) {
        return Ok(Framing::Done);
    }
    if let Some(coding) = field(fields, "transfer-encoding") {
        let chunked = coding.trim().eq_ignore_ascii_case("chunked");
        return if chunked { Ok(Framing::ChunkSize { first: true }) } else { Err(Loss::Answer("it has an unknown transfer coding")) };
    }
    let mut lengths = fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-length")).map(|(_, value)| value.trim().parse());
    match (lengths.next(), lengths.next()) {
        (None, _) => Ok(Framing::Close),
        (Some(Ok(length)), None) => Ok(Framing::Length(length)),
        _ => Err(Loss::Answer("it has a broken content-length")),
    }
}

/// What came of waiting for a tick.
pub(crate) enum Polled {
    /// Bytes.
    Part(Vec<u8>),
    /// Nothing yet.
    Nothing,
    /// The end.
    End,
}
