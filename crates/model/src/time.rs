//! Points in time, as seconds since 1970 in UTC.

use std::fmt;

/// A point in time: whole seconds since 1970-01-01 00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Why a time stamp was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableTime {
    /// Not a date and time of RFC 3339.
    #[error("not an RFC 3339 date and time")]
    Syntax,
    /// Readable, but no post can have been written then.
    #[error("outside the years 1990 to 2099")]
    Range,
}

impl Timestamp {
    /// 1990-01-01: no network of interest is older.
    pub const EARLIEST: Self = Self(631_152_000);
    /// 2100-01-01.
    const END: i64 = 4_102_444_800;

    /// From seconds since 1970.
    ///
    /// # Errors
    /// [`UnreadableTime::Range`] outside the years 1990 to 2099.
    pub fn from_seconds(seconds: i64) -> Result<Self, UnreadableTime> {
        if (Self::EARLIEST.0..Self::END).contains(&seconds) { Ok(Self(seconds)) } else { Err(UnreadableTime::Range) }
    }

    /// Reads RFC 3339, with any offset and any fraction of a second (the fraction is dropped).
    ///
    /// # Errors
    /// [`UnreadableTime`] says whether the form or the year is at fault.
    pub fn parse(text: &str) -> Result<Self, UnreadableTime> {
        // Expanded years ("+275760-…", the last date of JavaScript) are valid ISO 8601 and always out of range.
        if text.starts_with(['+', '-']) && text.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
            return Err(UnreadableTime::Range);
        }
        let parsed: jiff::Timestamp = text.parse().map_err(|_| UnreadableTime::Syntax)?;
        Self::from_seconds(parsed.as_second())
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// Hours since 1970: the finest time unit that roll-ups keep.
    #[must_use]
    pub fn hour(self) -> i64 {
        self.0.div_euclid(3600)
    }
}

/// As RFC 3339.
impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// RFC 3339 in UTC.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(time) => write!(f, "{time}"),
            Err(_) => f.write_str("?"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_offsets_and_fractions() {
        let utc = Timestamp::parse("2026-11-24T05:23:00Z").unwrap();
        assert_eq!(Timestamp::parse("2026-11-24T06:23:00.999+01:00"), Ok(utc));
        assert_eq!(utc.to_string(), "2026-11-24T05:23:00Z");
        assert_eq!(utc.hour() * 3600 + 23 * 60, utc.seconds());
    }

    #[test]
    fn refuses_impossible_years() {
        for text in ["0000-01-01T00:00:00Z", "+275760-09-13T00:00:00.000Z", "1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z"] {
            assert_eq!(Timestamp::parse(text), Err(UnreadableTime::Range), "{text}");
        }
        for text in ["", "yesterday", "2026-13-01T00:00:00Z", "2026-11-24"] {
            assert_eq!(Timestamp::parse(text), Err(UnreadableTime::Syntax), "{text}");
        }
    }
}
