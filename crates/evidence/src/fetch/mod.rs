//! Fetching a public page or medium as evidence: every byte of both messages, the address, the certificates.
//!
//! An own HTTP/1.1 client, because libraries give away neither the header's bytes nor the address; it speaks no more than GET
//! and POST. It connects only to the address that it has checked, follows few redirects, checks each, and has limits on time
//! and size, so that a post's link cannot reach into the operator's network.

mod message;
mod stamper;

use std::{
    io::{Read, Write},
    net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _},
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, pki_types::ServerName};
use thiserror::Error;
use url::{Host, Url};

pub use stamper::HttpStamper;
use vigie_net::is_public;

use crate::capture::Exchange;

/// Bounds of one fetch.
#[derive(Debug, Clone)]
pub struct FetchLimits {
    /// Largest response, in bytes.
    pub bytes: usize,
    /// Time for everything, redirects included.
    pub time: Duration,
    /// Redirects that are followed.
    pub redirects: usize,
    /// Addresses that may be connected to although they are not public.
    pub allowed: Vec<IpAddr>,
    /// Any address may be connected to: for authorities that the operator names.
    pub any_address: bool,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self { bytes: 32 << 20, time: Duration::from_secs(30), redirects: 4, allowed: Vec::new(), any_address: false }
    }
}

/// Why nothing was fetched. The address of a post is personal data, so messages name the host only.
#[derive(Debug, Error)]
pub enum FetchError {
    /// Not a URL that can be fetched.
    #[error("not an http or https URL without user name")]
    Url,
    /// The name does not resolve.
    #[error("{0} has no address: {1}")]
    Name(String, std::io::Error),
    /// All its addresses are private, reserved or special.
    #[error("{0} leads to an address that is not public; allow it under [evidence] allow_addresses if it is meant")]
    Private(String),
    /// The connection.
    #[error("connection to {0}: {1}")]
    Connection(String, std::io::Error),
    /// TLS.
    #[error("TLS with {0}: {1}")]
    Tls(String, rustls::Error),
    /// Not HTTP/1.1, or broken.
    #[error("{0} does not answer in HTTP/1.1: {1}")]
    Message(String, &'static str),
    /// Larger than the limit.
    #[error("the answer of {0} is larger than {1} bytes")]
    TooLarge(String, usize),
    /// Redirected too often.
    #[error("{0} redirects too often")]
    Redirects(String),
}

/// Fetches within limits.
#[derive(Debug)]
pub struct Fetcher {
    limits: FetchLimits,
    tls: Arc<ClientConfig>,
}

/// A request of this client.
struct Request<'a> {
    url: &'a Url,
    host: String,
    bytes: Vec<u8>,
}

impl Fetcher {
    /// A client that trusts the public web's certificate authorities.
    ///
    /// # Errors
    /// The TLS library refuses its own defaults.
    pub fn new(limits: FetchLimits) -> Result<Self, FetchError> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|error| FetchError::Tls("any host".into(), error))?.with_root_certificates(roots).with_no_client_auth();
        Ok(Self { limits, tls: Arc::new(config) })
    }

    /// Gets a URL and what it redirects to: one exchange each. `now` gives the time as RFC 3339 with microseconds.
    ///
    /// # Errors
    /// The first step that fails.
    pub fn get(&self, url: &str, now: &dyn Fn() -> String) -> Result<Vec<Exchange>, FetchError> {
        let deadline = Instant::now() + self.limits.time;
        let mut next = Url::parse(url).map_err(|_| FetchError::Url)?;
        let mut exchanges = Vec::new();
        for _ in 0..=self.limits.redirects {
            let request = Request::new("GET", &next, "", &[])?;
            let exchange = self.exchange(&request, deadline, now)?;
            let target = message::redirect(&exchange.response).and_then(|location| next.join(&location).ok());
            exchanges.push(exchange);
            match target {
                Some(target) => next = target,
                None => return Ok(exchanges),
            }
        }
        Err(FetchError::Redirects(host_of(&next)))
    }

    /// Posts a body and gives the answer's entity if its status is 200.
    ///
    /// # Errors
    /// Any step, or another status.
    pub fn post(&self, url: &str, content_type: &str, body: &[u8]) -> Result<Vec<u8>, FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::Url)?;
        let request = Request::new("POST", &url, content_type, body)?;
        let exchange = self.exchange(&request, Instant::now() + self.limits.time, &String::new)?;
        message::entity_of_success(&exchange.response).ok_or_else(|| FetchError::Message(request.host, "its status is not 200"))
    }

    fn exchange(&self, request: &Request<'_>, deadline: Instant, now: &dyn Fn() -> String) -> Result<Exchange, FetchError> {
        let address = self.address(request)?;
        let left = |deadline: Instant| deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        let failed = |error| FetchError::Connection(request.host.clone(), error);
        let stream = TcpStream::connect_timeout(&address, left(deadline)).map_err(failed)?;
        let stream = Timed { stream, deadline };
        let (response, certificates, date) = if request.url.scheme() == "https" {
            let mut tls = self.start_tls(request, stream)?;
            tls.write_all(&request.bytes).map_err(failed)?;
            let (response, date) = self.read(request, &mut tls, now)?;
            let chain = tls.conn.peer_certificates().unwrap_or_default();
            (response, chain.iter().map(|cert| cert.to_vec()).collect(), date)
        } else {
            let mut plain = stream;
            plain.write_all(&request.bytes).map_err(failed)?;
            let (response, date) = self.read(request, &mut plain, now)?;
            (response, Vec::new(), date)
        };
        Ok(Exchange { url: request.url.to_string(), date, address: address.ip().to_string(), request: request.bytes.clone(), response, certificates })
    }

    /// An address that may be connected to. The connection is made to it and not to the name, which might resolve anew.
    fn address(&self, request: &Request<'_>) -> Result<SocketAddr, FetchError> {
        let port = request.url.port_or_known_default().ok_or(FetchError::Url)?;
        let addresses = match request.url.host().ok_or(FetchError::Url)? {
            Host::Ipv4(ip) => vec![SocketAddr::new(ip.into(), port)],
            Host::Ipv6(ip) => vec![SocketAddr::new(ip.into(), port)],
            Host::Domain(name) => (name, port).to_socket_addrs().map_err(|error| FetchError::Name(request.host.clone(), error))?.collect(),
        };
        let allowed = |ip: IpAddr| self.limits.any_address || is_public(ip) || self.limits.allowed.contains(&ip);
        addresses.into_iter().find(|address| allowed(address.ip())).ok_or_else(|| FetchError::Private(request.host.clone()))
    }

    fn start_tls(&self, request: &Request<'_>, stream: Timed) -> Result<StreamOwned<ClientConnection, Timed>, FetchError> {
        let name = ServerName::try_from(request.host.clone()).map_err(|_| FetchError::Url)?;
        let connection = ClientConnection::new(Arc::clone(&self.tls), name).map_err(|error| FetchError::Tls(request.host.clone(), error))?;
        Ok(StreamOwned::new(connection, stream))
    }

    fn read(&self, request: &Request<'_>, stream: &mut dyn Read, now: &dyn Fn() -> String) -> Result<(Vec<u8>, String), FetchError> {
        let failed = |error| FetchError::Connection(request.host.clone(), error);
        let (mut raw, mut date) = (Vec::new(), String::new());
        let mut part = vec![0; 16 * 1024];
        loop {
            let count = match stream.read(&mut part) {
                Ok(count) => count,
                // Servers that end without closing TLS properly; what came is judged by its own length.
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => 0,
                Err(error) => return Err(failed(error)),
            };
            if date.is_empty() {
                date = now();
            }
            raw.extend_from_slice(part.get(..count).unwrap_or_default());
            if raw.len() > self.limits.bytes {
                return Err(FetchError::TooLarge(request.host.clone(), self.limits.bytes));
            }
            match message::complete(&raw, count == 0, self.limits.bytes) {
                Ok(Some(response)) => return Ok((response, date)),
                Ok(None) => {}
                Err(what) => return Err(FetchError::Message(request.host.clone(), what)),
            }
        }
    }
}

impl<'a> Request<'a> {
    fn new(method: &str, url: &'a Url, content_type: &str, body: &[u8]) -> Result<Self, FetchError> {
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Url);
        }
        let host = host_of(url);
        let authority = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: vigie/{} (evidence capture)\r\nAccept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n",
            env!("CARGO_PKG_VERSION")
        );
        if method == "POST" {
            head += &format!("Content-Type: {content_type}\r\nContent-Length: {}\r\n", body.len());
        }
        Ok(Self { url, host, bytes: [head.as_bytes(), b"\r\n", body].concat() })
    }
}

fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned()
}

/// A connection that gives up at a deadline, however slowly the other side trickles.
struct Timed {
    stream: TcpStream,
    deadline: Instant,
}

impl Timed {
    fn left(&self) -> std::io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(std::io::ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(buffer)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests;
