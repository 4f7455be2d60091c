//! Passwords, second factor, sessions, limits.

mod limit;
mod password;
mod session;
mod totp;

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use vigie_store::SecretHash;

pub(crate) use limit::Limiter;
pub(crate) use password::{ACCEPTED_LENGTH, Hashing, acceptable};
pub(crate) use session::{Seat, clear_cookie, cookie, reader, session_token};
pub(crate) use totp::{SECRET_BYTES, matching_step, shown_secret, uri};

/// A secret of 256 random bits, in characters that fit a cookie and an address.
pub(crate) fn random_token() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

/// What the store keeps of a secret.
pub(crate) fn hash_of(secret: &str) -> SecretHash {
    Sha256::digest(secret).into()
}

/// Whether two secrets are the same, in a time that says nothing of where they differ: their hashes are compared.
pub(crate) fn same(one: &str, other: &str) -> bool {
    hash_of(one) == hash_of(other)
}
