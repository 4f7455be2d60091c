//! Names of networks, small enough to be copied and hashed for every post.

use std::fmt;

/// The name of a network: 1 to 32 bytes of `a-z`, `0-9`, `.`, `_`, `-`. Copying costs 32 bytes and no allocation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network([u8; Self::MAX_LEN]);

impl Network {
    const MAX_LEN: usize = 32;

    /// The network of posts whose source does not say.
    pub const UNKNOWN: Self = {
        let mut name = [0; Self::MAX_LEN];
        let (head, _) = name.split_at_mut(7);
        head.copy_from_slice(b"unknown");
        Self(name)
    };

    /// Takes a name; `None` if it is empty, longer than 32 bytes or has other characters (capitals among them).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let allowed = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
        let mut bytes = [0; Self::MAX_LEN];
        let valid = !name.is_empty() && name.bytes().all(|byte| allowed(&byte));
        bytes.get_mut(..name.len()).filter(|_| valid)?.copy_from_slice(name.as_bytes());
        Some(Self(bytes))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let len = self.0.iter().position(|&byte| byte == 0).unwrap_or(Self::MAX_LEN);
        self.0.get(..len).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or("unknown")
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_valid_names_and_refuses_others() {
        for name in ["x", "bluesky", "a.b_c-9", "abcdefghijklmnopqrstuvwxyz012345"] {
            assert_eq!(Network::parse(name).map(|n| n.to_string()).as_deref(), Some(name));
        }
        for name in ["", "X", "a b", "é", "a\0", "abcdefghijklmnopqrstuvwxyz0123456"] {
            assert_eq!(Network::parse(name), None, "{name:?}");
        }
        assert_eq!(Network::parse("unknown"), Some(Network::UNKNOWN));
    }

    #[test]
    fn sorts_like_text() {
        let mut names: Vec<_> = ["x", "ab", "a", "abc"].iter().map(|n| Network::parse(n).unwrap()).collect();
        names.sort();
        assert_eq!(names.iter().map(Network::as_str).collect::<Vec<_>>(), ["a", "ab", "abc", "x"]);
    }
}
