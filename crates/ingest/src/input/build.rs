//! Blocks of records that come one at a time.

use std::fmt::Display;

use super::block::{Block, Cut, Span};
use crate::{Position, Problem};

/// Puts a block together, for sources that are no stream of bytes.
#[derive(Debug)]
pub struct BlockBuilder {
    bytes: Vec<u8>,
    spans: Vec<Span>,
    problems: Vec<Problem>,
    start: Position,
}

impl BlockBuilder {
    /// An empty block that begins at `start`.
    #[must_use]
    pub fn new(start: Position) -> Self {
        Self { bytes: Vec::new(), spans: Vec::new(), problems: Vec::new(), start }
    }

    /// Adds a record. Copies it.
    pub fn record(&mut self, record: &[u8], position: Position) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(record);
        self.spans.push(Span { start, end: self.bytes.len(), position, event: None });
    }

    /// Adds the data of a server-sent event with its name. Copies both.
    pub fn event(&mut self, name: &str, data: &[u8], position: Position) {
        self.record(data, position);
        let start = self.bytes.len();
        self.bytes.extend_from_slice(name.as_bytes());
        if let Some(span) = self.spans.last_mut() {
            span.event = Some((start, self.bytes.len()));
        }
    }

    /// Adds a problem of the source itself: what gave no record.
    pub fn problem(&mut self, source: &str, position: Position, reason: &impl Display, bytes: &[u8]) {
        self.problems.push(Problem::new(source, position, reason, bytes));
    }

    /// Bytes of all records so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Number of records so far.
    #[must_use]
    pub fn records(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are neither records nor problems.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.problems.is_empty()
    }

    /// The block; whoever has dealt with it goes on at `after`.
    #[must_use]
    pub fn finish(self, after: Position) -> Block {
        Block { bytes: self.bytes, cut: Cut::Spans(self.spans), start: self.start, after, problems: self.problems }
    }
}
