//! The 256 bits, how they are written and compared.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Bits of a hash.
const BITS: u32 = 256;

/// A hash of a picture of ordinary structure has 128 bits set, because bits are cut at the median; few may deviate through ties.
const BALANCE: u32 = 16;

/// A PDQ hash; written as 64 hexadecimal digits, the highest bit first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PdqHash([u8; 32]);

/// A text that is no PDQ hash.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a PDQ hash has 64 hexadecimal digits, this has {length} characters{hint}", hint = if *.length == 64 { ", some of them no such digits" } else { "" })]
pub struct HashSyntaxError {
    /// Length of the text in bytes.
    length: usize,
}

impl PdqHash {
    /// A hash of these bytes, the highest bit first.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A hash of bits, the lowest first.
    pub(super) fn from_bits(bits: impl Iterator<Item = bool>) -> Self {
        let mut bytes = [0; 32];
        for (number, bit) in bits.enumerate() {
            if let Some(byte) = 31usize.checked_sub(number / 8).and_then(|at| bytes.get_mut(at)) {
                *byte |= u8::from(bit) << (number % 8);
            }
        }
        Self(bytes)
    }

    /// The bytes, the highest bit first.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// In how many bits two hashes differ.
    #[must_use]
    pub fn distance(&self, other: &Self) -> u32 {
        let words = self.0.as_chunks::<8>().0.iter().zip(other.0.as_chunks::<8>().0);
        words.map(|(a, b)| (u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b)).count_ones()).sum()
    }

    /// Whether about half of the bits are set. Others are of blank pictures, whose hashes match one another whatever they show.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        let ones: u32 = self.0.iter().map(|byte| byte.count_ones()).sum();
        ones.abs_diff(BITS / 2) <= BALANCE
    }
}

impl fmt::Display for PdqHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PdqHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PdqHash {
    type Err = HashSyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || HashSyntaxError { length: text.len() };
        let decoded = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).map_err(|_| wrong())?;
        Ok(Self(decoded.try_into().map_err(|_| wrong())?))
    }
}

impl TryFrom<String> for PdqHash {
    type Error = HashSyntaxError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PdqHash> for String {
    fn from(hash: PdqHash) -> Self {
        hash.to_string()
    }
}
