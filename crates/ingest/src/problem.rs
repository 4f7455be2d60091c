//! What was wrong with an input, where, and whether anything was lost.

use std::fmt::{self, Display};

use serde::Serialize;

use crate::{DecodeProblem, Position, ProblemKind};

/// Something in an input that could not be used as it is: one line of the reject file.
///
/// Its `Debug` form tells the size of the record only, so that it may be logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Problem {
    /// Name of the input.
    pub source: String,
    /// Where the record or the damage begins; for a decoding problem, the line of the fault.
    pub position: Position,
    /// Column of the fault, counted in bytes from 1 and from the beginning of the record on the record's first line.
    pub column: Option<usize>,
    /// Whether the post was delivered all the same, without its bad part.
    pub kept: bool,
    /// What is wrong, without any of the post's content.
    pub reason: String,
    /// The record, or its first [`Problem::MAX_BYTES`].
    pub bytes: Vec<u8>,
    /// Whether `bytes` is not the whole record.
    pub truncated: bool,
}

impl Problem {
    /// How much of a record is kept with its problem.
    pub const MAX_BYTES: usize = 64 << 10;

    /// A problem of the input itself: nothing of `bytes` was delivered.
    pub(crate) fn new(source: &str, position: Position, reason: &impl Display, bytes: &[u8]) -> Self {
        let (bytes, truncated) = capped(bytes);
        Self { source: source.to_owned(), position, column: None, kept: false, reason: reason.to_string(), bytes, truncated }
    }

    /// Locates what the decoder said of the record `bytes` that begins at `position`.
    #[must_use]
    pub fn from_decode(source: &str, position: Position, problem: &DecodeProblem, bytes: &[u8]) -> Self {
        let (bytes, truncated) = capped(bytes);
        Self {
            source: source.to_owned(),
            position: Position { line: position.line.saturating_add(problem.line), ..position },
            column: problem.column,
            kept: problem.kind == ProblemKind::Repair,
            reason: problem.to_string(),
            bytes,
            truncated,
        }
    }

    /// The problem as a line of the reject file, without line break (`docs/formats.md`).
    #[must_use]
    pub fn to_json_line(&self) -> String {
        let record = String::from_utf8_lossy(&self.bytes);
        let line = RejectLine {
            source: &self.source,
            line: self.position.line,
            byte: self.position.byte,
            column: self.column,
            kept: self.kept,
            reason: &self.reason,
            record: &record,
            truncated: self.truncated,
        };
        // Strings and numbers always serialise.
        serde_json::to_string(&line).unwrap_or_default()
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = (self.position.line, self.position.byte, self.column);
        let size = self.bytes.len();
        write!(f, "Problem {{ {:?} {at:?} kept: {}, {:?}, {size} bytes }}", self.source, self.kept, self.reason)
    }
}

fn capped(bytes: &[u8]) -> (Vec<u8>, bool) {
    let kept = bytes.get(..Problem::MAX_BYTES).unwrap_or(bytes);
    (kept.to_vec(), kept.len() < bytes.len())
}

#[derive(Serialize)]
struct RejectLine<'a> {
    source: &'a str,
    line: u64,
    byte: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    kept: bool,
    reason: &'a str,
    record: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    truncated: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reason;

    #[test]
    fn a_reject_line_has_the_place_the_reason_and_the_record() {
        let found = DecodeProblem { kind: ProblemKind::Reject, reason: Reason::Syntax("expected `,` or `}`".into()), line: 0, column: Some(7) };
        let problem = Problem::from_decode("a.jsonl", Position { byte: 90, line: 4 }, &found, b"{\"id\":\xff");
        insta::assert_snapshot!(problem.to_json_line(), @r#"{"source":"a.jsonl","line":4,"byte":90,"column":7,"kept":false,"reason":"expected `,` or `}` at column 7","record":"{\"id\":�"}"#);
    }

    #[test]
    fn a_long_record_is_cut_and_says_so() {
        let problem = Problem::new("-", Position::START, &"x", &vec![b'a'; Problem::MAX_BYTES + 1]);
        let line: serde_json::Value = serde_json::from_str(&problem.to_json_line()).unwrap();
        assert_eq!(line["truncated"], true);
        assert_eq!(line["record"].as_str().unwrap().len(), Problem::MAX_BYTES);
    }
}
