//! Languages as primary subtags.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A language: the primary subtag of BCP 47 in lower case ("fr", "gsw"), or "und" where it is not known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lang([u8; 3]);

impl Lang {
    /// Not determined.
    pub const UNKNOWN: Self = Self(*b"und");

    /// Takes the primary subtag of a tag such as "fr", "pt-BR" or "zh_Hant"; anything else is [`Lang::UNKNOWN`].
    #[must_use]
    pub fn parse(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().as_bytes();
        let mut code = [0u8; 3];
        if !(2..=3).contains(&primary.len()) || !primary.iter().all(u8::is_ascii_alphabetic) {
            return Self::UNKNOWN;
        }
        for (to, from) in code.iter_mut().zip(primary) {
            *to = from.to_ascii_lowercase();
        }
        Self(code)
    }

    /// The code, two or three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let code = self.0.strip_suffix(&[0]).unwrap_or(&self.0);
        std::str::from_utf8(code).unwrap_or("und")
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Lang {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Lang {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::parse(&std::borrow::Cow::<str>::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_primary_subtag() {
        for (tag, code) in [("fr", "fr"), ("pt-BR", "pt"), ("zh_Hant", "zh"), ("GSW", "gsw"), ("", "und"), ("français", "und")] {
            assert_eq!(Lang::parse(tag).as_str(), code, "{tag}");
        }
    }
}
