//! Time-based one-time passwords (RFC 6238): SHA-1, six digits, thirty seconds, as every authenticator app has them.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Length of a secret, as RFC 4226 recommends.
pub(crate) const SECRET_BYTES: usize = 20;
const STEP_SECONDS: i64 = 30;

/// The time step whose code this is: now (seconds since 1970), or one step before or after, for clocks that differ.
pub(crate) fn matching_step(secret: &[u8], typed: &str, now: i64) -> Option<u64> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let step = u64::try_from(now / STEP_SECONDS).ok()?;
    (step.saturating_sub(1)..=step + 1).find(|step| super::same(&code(secret, *step), &typed))
}

fn code(secret: &[u8], step: u64) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest.last().copied().unwrap_or(0) & 15);
    let word = digest.iter().skip(offset).take(4).fold(0u32, |word, byte| (word << 8) | u32::from(*byte));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// The secret as people type it: base 32 in groups of four.
pub(crate) fn shown_secret(secret: &[u8]) -> String {
    let letters: Vec<char> = BASE32_NOPAD.encode(secret).chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The address that sets up an authenticator app.
pub(crate) fn uri(secret: &[u8], name: &str) -> String {
    let safe: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("otpauth://totp/Vigie:{safe}?secret={}&issuer=Vigie", BASE32_NOPAD.encode(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the SHA-1 column; six digits instead of eight.
    #[test]
    fn gives_the_codes_of_the_rfc() {
        let secret = b"12345678901234567890";
        for (seconds, expected) in [(59u64, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")] {
            assert_eq!(code(secret, seconds / 30), expected);
        }
    }

    #[test]
    fn accepts_one_step_of_drift() {
        let secret = b"12345678901234567890";
        assert_eq!(matching_step(secret, "287 082", 59), Some(1));
        assert_eq!(matching_step(secret, "287082", 89), Some(1));
        assert_eq!(matching_step(secret, "287082", 120), None);
        assert_eq!(matching_step(secret, "", 59), None);
    }
}
