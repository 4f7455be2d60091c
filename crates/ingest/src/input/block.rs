//! A piece of an input that holds whole records.

use memchr::memchr;

use crate::{Position, Problem};

/// Whole records, and where they came from.
#[derive(Debug)]
pub struct Block {
    pub(super) bytes: Vec<u8>,
    pub(super) cut: Cut,
    pub(super) start: Position,
    pub(super) after: Position,
    pub(super) problems: Vec<Problem>,
}

/// How the records lie in the bytes of a block.
#[derive(Debug)]
pub(super) enum Cut {
    /// One a line: found by whoever uses them, not by the reader.
    Lines,
    /// As listed.
    Spans(Vec<Span>),
}

/// A record within the bytes of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) position: Position,
    /// Where the name of the event is, for server-sent events.
    pub(super) event: Option<(usize, usize)>,
}

/// One record, still in the bytes of its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'b> {
    /// The record without its line break; never blank.
    pub bytes: &'b [u8],
    /// Where its first byte is.
    pub position: Position,
    /// The name of the server-sent event that carried it.
    pub event: Option<&'b str>,
}

impl Block {
    /// The records in their order. In line mode the lines are searched here, so call it where there is time.
    #[must_use]
    pub fn records(&self) -> Records<'_> {
        Records {
            bytes: &self.bytes,
            at: match &self.cut {
                Cut::Lines => At::Line { rest: &self.bytes, position: self.start },
                Cut::Spans(spans) => At::Span(spans.iter()),
            },
        }
    }

    /// Where the block begins.
    #[must_use]
    pub fn start(&self) -> Position {
        self.start
    }

    /// Where to resume when all records and problems of this block are dealt with.
    #[must_use]
    pub fn after(&self) -> Position {
        self.after
    }

    /// What between [`Block::start`] and [`Block::after`] gave no record.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Takes the problems out of the block.
    #[must_use]
    pub fn take_problems(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.problems)
    }

    /// Number of bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are no bytes; there may be problems all the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The buffer, for [`crate::Blocks::recycle`].
    #[must_use]
    pub fn into_buffer(self) -> Vec<u8> {
        self.bytes
    }
}

/// The records of a block.
#[derive(Debug, Clone)]
pub struct Records<'b> {
    bytes: &'b [u8],
    at: At<'b>,
}

#[derive(Debug, Clone)]
enum At<'b> {
    Line { rest: &'b [u8], position: Position },
    Span(std::slice::Iter<'b, Span>),
}

impl<'b> Iterator for Records<'b> {
    type Item = Record<'b>;

    fn next(&mut self) -> Option<Record<'b>> {
        match &mut self.at {
            At::Line { rest, position } => next_line(rest, position),
            At::Span(spans) => {
                let span = spans.next()?;
                let name = span.event.and_then(|(start, end)| self.bytes.get(start..end));
                Some(Record {
                    bytes: self.bytes.get(span.start..span.end).unwrap_or_default(),
                    position: span.position,
                    event: name.and_then(|name| std::str::from_utf8(name).ok()),
                })
            }
        }
    }
}

/// The next line that is not blank.
pub(super) fn next_line<'b>(rest: &mut &'b [u8], position: &mut Position) -> Option<Record<'b>> {
    loop {
        if rest.is_empty() {
            return None;
        }
        let here = *position;
        let end = memchr(b'\n', rest);
        let (line, others) = rest.split_at_checked(end.map_or(rest.len(), |end| end + 1)).unwrap_or((rest, b""));
        *rest = others;
        position.byte = position.byte.saturating_add(line.len() as u64);
        position.line = position.line.saturating_add(u64::from(end.is_some()));
        let bytes = without_line_end(line);
        if !bytes.trim_ascii_start().is_empty() {
            return Some(Record { bytes, position: here, event: None });
        }
    }
}

pub(super) fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
