//! Time stamps over HTTP (RFC 3161 section 3.4), from several authorities, each tried twice.

use super::{FetchError, FetchLimits, Fetcher};
use crate::{
    Digest,
    tsp::{MAX_RESPONSE, Roots, query, verify_response},
    vault::Stamper,
};

/// Asks authorities by URL.
#[derive(Debug)]
pub struct HttpStamper {
    urls: Vec<String>,
    roots: Option<(String, Roots)>,
    fetcher: Fetcher,
}

impl HttpStamper {
    /// Authorities that the operator named, and their root certificates as PEM.
    ///
    /// # Errors
    /// As for [`Fetcher::new`].
    pub fn new(urls: Vec<String>, roots: Option<(String, Roots)>) -> Result<Self, FetchError> {
        let limits = FetchLimits { bytes: MAX_RESPONSE, time: std::time::Duration::from_secs(10), redirects: 0, any_address: true, allowed: Vec::new() };
        Ok(Self { urls, roots, fetcher: Fetcher::new(limits)? })
    }

    fn ask(&self, url: &str, digest: &Digest) -> Result<Vec<u8>, String> {
        let mut nonce = [0; 8];
        getrandom::fill(&mut nonce).map_err(|error| error.to_string())?;
        let question = query(digest, u64::from_be_bytes(nonce));
        let answer = self.fetcher.post(url, "application/timestamp-query", &question).map_err(|error| error.to_string())?;
        verify_response(&answer, digest, self.roots.as_ref().map(|(_, roots)| roots)).map_err(|error| format!("{url}: {error}"))?;
        Ok(answer)
    }
}

impl Stamper for HttpStamper {
    fn stamp(&self, digest: &Digest) -> (Vec<Vec<u8>>, Vec<String>) {
        let (mut stamps, mut missing) = (Vec::new(), Vec::new());
        if self.urls.is_empty() {
            missing.push("no time stamp authority is configured".into());
        }
        for url in &self.urls {
            match self.ask(url, digest).or_else(|_| self.ask(url, digest)) {
                Ok(stamp) => stamps.push(stamp),
                Err(why) => missing.push(why),
            }
        }
        (stamps, missing)
    }

    fn roots(&self) -> Option<&str> {
        self.roots.as_ref().map(|(pem, _)| pem.as_str())
    }
}
