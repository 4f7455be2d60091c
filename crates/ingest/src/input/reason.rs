//! What can be wrong with an input before its records are looked into.

use std::io;

/// Why a part of an input gave no records.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputReason {
    /// A record exceeds [`crate::Limits::max_record`].
    #[error("record is longer than {limit} bytes")]
    RecordTooLong {
        /// The limit.
        limit: usize,
    },
    /// The stream failed in the middle of this record.
    #[error("record is cut off by the end of the stream")]
    Partial,
    /// A JSON value is still open where the input ends.
    #[error("JSON value is not closed at the end of the input")]
    Unclosed,
    /// A JSON array is still open where the input ends; its elements were delivered.
    #[error("JSON array is not closed at the end of the input")]
    UnclosedArray,
    /// An opening bracket where JSON cannot have one: the value before it was never closed.
    #[error("unexpected `{0}`: the value before it is not closed")]
    UnexpectedOpening(char),
    /// A closing bracket that closes nothing.
    #[error("unexpected `{0}`")]
    UnexpectedClosing(char),
    /// A line break within a JSON string.
    #[error("line break inside a JSON string")]
    LineBreakInString,
    /// A number, string or word where an object should be.
    #[error("expected a JSON object")]
    NotAnObject,
    /// A line in a stream of server-sent events that is none of their fields.
    #[error("line is not a field of server-sent events")]
    NotAnEventField,
    /// The system cannot read the input.
    #[error("cannot read on: {0}")]
    Unreadable(io::ErrorKind),
    /// Compressed data end in the middle.
    #[error("{format} data end too early")]
    Truncated {
        /// "gzip" or "zstd".
        format: &'static str,
    },
    /// Compressed data are not valid.
    #[error("{format} data are damaged")]
    Damaged {
        /// "gzip" or "zstd".
        format: &'static str,
    },
    /// A zstd frame needs more memory than [`crate::Limits::zstd_window_log`] grants.
    #[error("zstd window is larger than 2^{log} bytes")]
    Window {
        /// The limit.
        log: u32,
    },
    /// More than [`crate::Limits::max_expansion`] times as many bytes came out as went in.
    #[error("decompressed size suspicious: more than {limit} times the compressed size")]
    Expansion {
        /// The limit.
        limit: u64,
    },
    /// The input is no text at all.
    #[error("not text: looks like {0}")]
    NotText(&'static str),
    /// The input ends before the position to resume at.
    #[error("input is shorter than the position to resume at; it was replaced or cut")]
    ShorterThanCursor,
    /// Nothing but rejects at the beginning.
    #[error("no posts recognised in the first {lines} lines")]
    NoPosts {
        /// How many were looked at.
        lines: u64,
    },
}
