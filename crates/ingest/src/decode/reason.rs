//! What can be wrong with a record.

use std::fmt;

use serde_json::error::Category;

/// Something wrong with a record, and whether its post was delivered all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeProblem {
    /// Whether something was delivered.
    pub kind: ProblemKind,
    /// What is wrong.
    pub reason: Reason,
    /// Line of the fault within the record: 0 is the record's first line.
    pub line: u64,
    /// Column of the fault in its line, in bytes from 1; on the first line counted from the beginning of the record.
    pub column: Option<usize>,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// Nothing was delivered for this record, or for this element of it.
    Reject,
    /// The post was delivered without its bad part.
    Repair,
}

/// Why a record or a part of it was not used. No message quotes the record, but for unreadable dates.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Not JSON.
    #[error("{0}")]
    Syntax(Box<str>),
    /// JSON, but no object.
    #[error("expected a JSON object")]
    NotAnObject,
    /// An object of no known format.
    #[error("no known format: neither `id` and `text` nor the fields of a known source")]
    Unrecognised,
    /// A required field is not there.
    #[error("field `{0}` is missing")]
    Missing(&'static str),
    /// A field holds something else than it should.
    #[error("field `{field}` is not {expected}")]
    WrongType {
        /// Which field.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// Some value within the record holds something else than it should.
    #[error("a value has the wrong type")]
    UnexpectedType,
    /// A field stands there twice.
    #[error("field `{0}` appears twice")]
    Duplicate(Box<str>),
    /// A field that must not be empty.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// A field exceeds its limit.
    #[error("`{field}` is longer than {limit} bytes")]
    TooLong {
        /// Which field.
        field: &'static str,
        /// The limit.
        limit: usize,
    },
    /// An identifier with control characters.
    #[error("`{0}` contains a control character")]
    ControlCharacter(&'static str),
    /// A list has more elements than are kept.
    #[error("`{field}` has more than {limit} elements; the others are left out")]
    TooMany {
        /// Which field.
        field: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Not the name of a network.
    #[error("`network` is not 1 to 32 letters, digits, `.`, `_` or `-`")]
    Network,
    /// Not a time.
    #[error("{field} {} is not an RFC 3339 date and time", Quoted(.value))]
    TimeSyntax {
        /// Which field.
        field: &'static str,
        /// What it says.
        value: Box<str>,
    },
    /// A time at which no post was written.
    #[error("{field} {} outside the years 1990 to 2099", Quoted(.value))]
    TimeRange {
        /// Which field.
        field: &'static str,
        /// What it says.
        value: Box<str>,
    },
    /// Bytes that are not UTF-8.
    #[error("invalid UTF-8, replaced by U+FFFD")]
    InvalidUtf8,
    /// Half of an escaped surrogate pair.
    #[error("lone surrogate escape, replaced by U+FFFD")]
    LoneSurrogate,
    /// X: a post that its own edit history does not list.
    #[error("`edit_history_tweet_ids` does not list the post; taken as not edited")]
    EditHistory,
    /// Bluesky: a revision that is no TID.
    #[error("`rev` is not a TID; the server's time stands for it")]
    Tid,
    /// Bluesky: a frame of the firehose that is broken, or a record whose bytes are not those that were signed.
    #[error(transparent)]
    Frame(crate::firehose::FrameFault),
    /// The source itself reports an error; posts may be missing from here on.
    #[error("the source reports an error: {0}")]
    SourceError(Box<str>),
    /// The record exceeds [`crate::Limits::max_record`].
    #[error("record is longer than {limit} bytes")]
    RecordTooLong {
        /// The limit.
        limit: usize,
    },
}

/// A date in quotation marks, unless it is long or does not look like one: then it could be anything, and stays out of logs.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let like_a_date = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | ':' | '.' | 'T' | 't' | 'Z' | 'z' | ' ');
        if self.0.len() <= 40 && self.0.chars().all(like_a_date) { write!(f, "\"{}\"", self.0) } else { f.write_str("\"…\"") }
    }
}

impl fmt::Display for DecodeProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reason)?;
        match self.column {
            Some(column) if self.line > 0 => write!(f, " at line {} of the record, column {column}", self.line.saturating_add(1)),
            Some(column) => write!(f, " at column {column}"),
            None => Ok(()),
        }
    }
}

/// A reason with its place in the JSON text that was being read.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) reason: Reason,
    /// Line and column from 1, as `serde_json` counts.
    pub(super) place: Option<(usize, usize)>,
}

impl From<Reason> for Fault {
    fn from(reason: Reason) -> Self {
        Self { reason, place: None }
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        let message = error.to_string();
        let message = message.rfind(" at line ").and_then(|end| message.get(..end)).unwrap_or(&message);
        let reason = match error.classify() {
            // These messages name fields of ours; those of all other wrong types quote the value.
            Category::Data => match message.strip_prefix("duplicate field `") {
                Some(name) => Reason::Duplicate(name.trim_end_matches('`').into()),
                None => Reason::UnexpectedType,
            },
            Category::Io | Category::Syntax | Category::Eof => Reason::Syntax(message.into()),
        };
        let place = (error.line() > 0).then(|| (error.line(), error.column().max(1)));
        Self { reason, place }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(json: &str) -> Fault {
        #[derive(Debug, serde::Deserialize)]
        #[expect(dead_code, reason = "only its errors matter")]
        struct Small {
            id: u32,
        }
        Fault::from(serde_json::from_str::<Small>(json).unwrap_err())
    }

    #[test]
    fn messages_do_not_quote_the_record() {
        assert_eq!(fault(r#"{"id":"secret"}"#).reason, Reason::UnexpectedType);
        assert_eq!(fault(r#"{"id":1,"id":2}"#).reason, Reason::Duplicate("id".into()));
        assert_eq!(fault("{\"id\":1 \"b\"}").reason.to_string(), "expected `,` or `}`");
        assert_eq!(fault("{\"id\":1 \"b\"}").place, Some((1, 9)));
    }

    #[test]
    fn only_dates_are_quoted() {
        let range = |value: &str| Reason::TimeRange { field: "created_at", value: value.into() }.to_string();
        assert_eq!(range("0000-01-01T00:00:00Z"), "created_at \"0000-01-01T00:00:00Z\" outside the years 1990 to 2099");
        assert_eq!(range("call 06"), "created_at \"…\" outside the years 1990 to 2099");
    }

    #[test]
    fn the_column_is_told_in_words() {
        let mut problem = DecodeProblem { kind: ProblemKind::Reject, reason: Reason::Syntax("expected `,` or `}`".into()), line: 0, column: Some(212) };
        assert_eq!(problem.to_string(), "expected `,` or `}` at column 212");
        problem.line = 2;
        assert_eq!(problem.to_string(), "expected `,` or `}` at line 3 of the record, column 212");
    }
}
