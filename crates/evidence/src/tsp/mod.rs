//! RFC 3161 time stamps: making a query, and verifying a reply without a network.

mod asn1;
mod cms;
mod query;
mod x509;

pub use cms::{Stamp, verify_response};
pub use query::{query, token_granted};
pub use x509::Roots;

use thiserror::Error;

/// Longest reply that is read, in bytes. Real ones have 2 to 8 KiB.
pub const MAX_RESPONSE: usize = 64 * 1024;

/// Why a reply proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StampError {
    /// Not the structure of RFC 3161.
    #[error("not a time stamp reply: {0}")]
    Malformed(&'static str),
    /// The authority said no.
    #[error("the time stamp authority refused (status {0})")]
    Refused(u8),
    /// It is about other bytes.
    #[error("the time stamp is of another content")]
    OtherContent,
    /// A signature, hash or certificate does not hold.
    #[error("the time stamp is forged or damaged: {0}")]
    Invalid(&'static str),
    /// Sound, but with an algorithm that this program does not have.
    #[error("the time stamp uses {0}, which is not supported")]
    Unsupported(&'static str),
    /// The chain does not end in a trusted root.
    #[error("the time stamp authority's certificate does not lead to a trusted root: {0}")]
    Untrusted(&'static str),
}

#[cfg(test)]
mod tests;
