//! SHA-256 digests and how they are written: hex, `sha256:<hex>`, base64.

use std::fmt;

use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest. Its text form, also in JSON, is `sha256:<64 hex digits>`, as in WARC 1.1 and WACZ.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// 64 lower-case hex digits.
    pub fn hex(&self) -> String {
        HEXLOWER.encode(&self.0)
    }

    /// Standard base64, as C2SP formats write hashes.
    pub fn base64(&self) -> String {
        BASE64.encode(&self.0)
    }

    /// Reads standard base64; none unless it is exactly 32 bytes in canonical form.
    pub fn from_base64(text: &str) -> Option<Self> {
        Some(Self(BASE64.decode(text.as_bytes()).ok()?.try_into().ok()?))
    }

    /// Reads `sha256:<hex>`; none for any other algorithm, length or case.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix("sha256:")?;
        Some(Self(HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok()?))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("a digest is sha256: and 64 lower-case hex digits"))
    }
}
