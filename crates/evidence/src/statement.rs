//! What is logged: statements of salted commitments, never content. And the opening that shows what a statement is about.
//!
//! A commitment is HMAC-SHA-256 of a role and a digest, with a salt that only the opening holds. Without the opening nobody can
//! test a guess against the log; so removing opening and content erases them, while the log stays valid.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use thiserror::Error;

use crate::Digest;

/// Kinds of statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// An exhibit was captured and sealed.
    Capture,
    /// Its content was erased.
    Purge,
    /// It must not be erased until released.
    Hold,
    /// The hold was lifted.
    Release,
    /// A copy was given out.
    Export,
    /// A reviewer decided.
    Decision,
    /// Counts of measured posts: the denominator of a share.
    Measure,
}

/// A log entry. Its JSON, with fields in this (alphabetical) order and without spaces, is canonical (RFC 8785 for these values).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// When, RFC 3339 in UTC, by the clock of whoever states it.
    pub at: String,
    /// Role → salted commitment in hex.
    pub commitments: BTreeMap<String, String>,
    /// What happened.
    pub event: Event,
    /// The exhibit's random identifier.
    pub exhibit: String,
    /// Version of this form: 1.
    pub v: u32,
    /// Program, model, lexicon, rules → version in force.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub versions: BTreeMap<String, String>,
}

/// What opens a statement: the salt and what the commitments commit to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Role → digest of the content.
    pub digests: BTreeMap<String, Digest>,
    /// The exhibit.
    pub exhibit: String,
    /// 32 random bytes in hex.
    pub salt: String,
    /// Role → plain text whose SHA-256 stands under the same role in `digests`: who, why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, String>,
}

/// Why a statement and its opening do not fit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OpeningError {
    /// Not such JSON.
    #[error("{0} cannot be read: {1}")]
    Unreadable(&'static str, String),
    /// Not canonical: another text with the same meaning.
    #[error("the log entry is not in canonical form")]
    NotCanonical,
    /// Another exhibit, or a role too many or too few.
    #[error("the opening is of another log entry")]
    Other,
    /// A commitment is of another digest.
    #[error("the log entry does not commit to this {0}")]
    Commitment(String),
}

impl Statement {
    /// A statement and the opening for it.
    pub fn new(
        event: Event,
        exhibit: &str,
        at: &str,
        salt: [u8; 32],
        mut digests: BTreeMap<String, Digest>,
        texts: BTreeMap<String, String>,
    ) -> (Self, Opening) {
        digests.extend(texts.iter().map(|(role, text)| (role.clone(), Digest::of(text.as_bytes()))));
        let commitments = digests.iter().map(|(role, digest)| (role.clone(), commitment(&salt, role, digest))).collect();
        let statement = Self { at: at.to_owned(), commitments, event, exhibit: exhibit.to_owned(), v: 1, versions: BTreeMap::new() };
        (statement, Opening { digests, exhibit: exhibit.to_owned(), salt: HEXLOWER.encode(&salt), texts })
    }

    /// The bytes that are logged.
    ///
    /// # Errors
    /// None for these types.
    pub fn entry(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// Reads a log entry, which must be canonical.
    ///
    /// # Errors
    /// It is not such an entry.
    pub fn parse(entry: &[u8]) -> Result<Self, OpeningError> {
        let statement: Self = serde_json::from_slice(entry).map_err(|error| OpeningError::Unreadable("the log entry", error.to_string()))?;
        if statement.v == 1 && statement.entry().is_ok_and(|own| own == entry) { Ok(statement) } else { Err(OpeningError::NotCanonical) }
    }

    /// Whether the opening opens every commitment, and no other.
    ///
    /// # Errors
    /// The first that it does not.
    pub fn check(&self, opening: &Opening) -> Result<(), OpeningError> {
        if opening.exhibit != self.exhibit || !opening.digests.keys().eq(self.commitments.keys()) {
            return Err(OpeningError::Other);
        }
        let salt = HEXLOWER.decode(opening.salt.as_bytes()).map_err(|_| OpeningError::Other)?;
        for (role, digest) in &opening.digests {
            let stated = self.commitments.get(role);
            let text_fits = opening.texts.get(role).is_none_or(|text| Digest::of(text.as_bytes()) == *digest);
            if stated != Some(&commitment(&salt, role, digest)) || !text_fits {
                return Err(OpeningError::Commitment(role.clone()));
            }
        }
        if opening.texts.keys().all(|role| opening.digests.contains_key(role)) { Ok(()) } else { Err(OpeningError::Other) }
    }
}

impl Opening {
    /// Reads an opening.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, OpeningError> {
        serde_json::from_slice(bytes).map_err(|error| OpeningError::Unreadable("the opening", error.to_string()))
    }
}

fn commitment(salt: &[u8], role: &str, digest: &Digest) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(salt) else { return String::new() };
    mac.update(role.as_bytes());
    mac.update(&[0]);
    mac.update(&digest.0);
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_open_and_hide() {
        let digests = BTreeMap::from([("warc".to_owned(), Digest::of(b"warc"))]);
        let texts = BTreeMap::from([("actor".to_owned(), "demo".to_owned())]);
        let (statement, opening) = Statement::new(Event::Capture, "x1", "2026-11-24T10:00:00Z", [1; 32], digests.clone(), texts.clone());
        let entry = statement.entry().unwrap();
        assert_eq!(Statement::parse(&entry).unwrap(), statement);
        statement.check(&opening).unwrap();
        let text = String::from_utf8(entry).unwrap();
        assert!(!text.contains("demo") && !text.contains(&Digest::of(b"warc").hex()));
        assert!(Statement::parse(text.replace(":1", ": 1").as_bytes()).is_err());
        let (_, other) = Statement::new(Event::Capture, "x1", "2026-11-24T10:00:00Z", [2; 32], digests, texts);
        assert_eq!(statement.check(&other), Err(OpeningError::Commitment("actor".into())));
        let renamed = Opening { texts: BTreeMap::from([("actor".to_owned(), "other".to_owned())]), ..opening };
        assert_eq!(statement.check(&renamed), Err(OpeningError::Commitment("actor".into())));
    }
}
