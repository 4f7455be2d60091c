//! argon2id (RFC 9106), with the parameters that OWASP names: 19 MiB, two passes, one lane.

use std::sync::LazyLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};

/// Characters of a password.
pub(crate) const ACCEPTED_LENGTH: std::ops::RangeInclusive<usize> = 12..=200;

/// Hashes and checks passwords; each takes tens of milliseconds on purpose.
pub(crate) struct Hashing;

/// Stands in for the hash of somebody who does not exist, so that both take the same time.
static NOBODY: LazyLock<String> = LazyLock::new(|| Hashing::hash("nobody has this password").unwrap_or_default());

impl Hashing {
    /// The hash in PHC form.
    pub(crate) fn hash(password: &str) -> vigie_store::Result<String> {
        let failed = |error: argon2::password_hash::Error| vigie_store::Error::Backend(error.to_string().into());
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(|error| vigie_store::Error::Backend(Box::new(error)))?;
        let salt = SaltString::encode_b64(&salt).map_err(failed)?;
        Ok(Argon2::default().hash_password(password.as_bytes(), &salt).map_err(failed)?.to_string())
    }

    /// Whether the password is that of the hash; with no hash, false after as long a time.
    pub(crate) fn check(password: &str, hash: Option<&str>) -> bool {
        let right = PasswordHash::new(hash.unwrap_or(&NOBODY)).is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
        right && hash.is_some()
    }
}

/// Whether a new password will do: long, and not the person's name or one letter repeated. No other rules (NIST SP 800-63B).
pub(crate) fn acceptable(password: &str, name: &str) -> bool {
    let mut letters = password.chars();
    let first = letters.next();
    ACCEPTED_LENGTH.contains(&password.chars().count()) && letters.any(|c| Some(c) != first) && !password.eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_knows_its_password_alone() {
        let hash = Hashing::hash("correct horse battery").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(Hashing::check("correct horse battery", Some(&hash)));
        assert!(!Hashing::check("correct horse batterz", Some(&hash)));
        assert!(!Hashing::check("nobody has this password", None));
        assert!(!Hashing::check("x", Some("not a hash")));
    }

    #[test]
    fn short_passwords_and_names_are_refused() {
        assert!(acceptable("twelve chars", "anna"));
        assert!(!acceptable("eleven char", "anna"));
        assert!(!acceptable("aaaaaaaaaaaaaaaa", "anna"));
        assert!(!acceptable("Anna.Exemple1", "anna.exemple1"));
    }
}
