//! Line mode: the fast path. The reader only looks for the last line break of each block.

use memchr::{memchr, memrchr};

use super::{
    InputReason,
    block::{Block, Cut, Span, next_line, without_line_end},
    blocks::Shared,
    feed::Feed,
};
use crate::{Position, Problem};

/// Cuts at line breaks.
#[derive(Debug)]
pub(super) struct LineCutter {
    /// The beginning of a line whose end was not read yet.
    carry: Vec<u8>,
    /// Where `carry`, or else the next line, begins.
    at: Position,
    /// The line that is being skipped because it is too long.
    too_long: Option<Problem>,
    /// Whether that line was blank so far: a blank line is no record, however long.
    blank: bool,
    /// Problems that belong to the next block.
    problems: Vec<Problem>,
    finished: bool,
}

impl LineCutter {
    pub(super) fn new(at: Position) -> Self {
        Self { carry: Vec::new(), at, too_long: None, blank: false, problems: Vec::new(), finished: false }
    }

    pub(super) fn next(&mut self, feed: &mut Feed, shared: &mut Shared) -> Option<Block> {
        let start = self.at;
        let mut buf = shared.buffer();
        buf.extend_from_slice(&self.carry);
        self.carry.clear();
        while !self.finished {
            let known = buf.len();
            feed.fill(&mut buf, shared.limits.chunk());
            shared.note_held(buf.capacity().saturating_add(self.carry.capacity()));
            let searched = if self.too_long.is_some() { self.skip(&mut buf) } else { known };
            if let Some(end) = last_line_end(&buf, searched) {
                return Some(self.emit(buf, end, start, shared));
            }
            if feed.ended() {
                return self.finish(buf, start, feed, shared);
            }
            self.check_length(&mut buf, shared);
        }
        None
    }

    /// Begins to skip a line that is too long; all of `buf` is one line without end.
    fn check_length(&mut self, buf: &mut Vec<u8>, shared: &Shared) {
        // One byte more than the limit, because it may be the carriage return of the line break.
        if self.too_long.is_none() && buf.len() > shared.limits.max_record.saturating_add(1) {
            self.too_long = Some(shared.too_long(self.at, buf));
            self.blank = buf.trim_ascii().is_empty();
            self.at = self.at.after(buf);
            buf.clear();
        }
    }

    /// Drops what belongs to the long line. Returns 0: nothing of what is left was searched.
    fn skip(&mut self, buf: &mut Vec<u8>) -> usize {
        let end = memchr(b'\n', buf).map(|end| end + 1);
        let skipped = end.unwrap_or(buf.len());
        let bytes = buf.get(..skipped).unwrap_or_default();
        self.at = self.at.after(bytes);
        self.blank &= bytes.trim_ascii().is_empty();
        buf.drain(..skipped);
        if end.is_some() {
            self.end_of_long_line();
        }
        0
    }

    fn end_of_long_line(&mut self) {
        let problem = self.too_long.take();
        self.problems.extend(problem.filter(|_| !self.blank));
    }

    fn emit(&mut self, mut bytes: Vec<u8>, end: usize, start: Position, shared: &Shared) -> Block {
        self.carry.extend_from_slice(bytes.get(end..).unwrap_or_default());
        bytes.truncate(end);
        let first = self.at;
        self.at = first.after(&bytes);
        let mut problems = std::mem::take(&mut self.problems);
        let skipped_before = start != first;
        let cut = if skipped_before || bytes.len() > shared.limits.max_record { Cut::Spans(spans(&bytes, first, &mut problems, shared)) } else { Cut::Lines };
        Block { bytes, cut, start, after: self.at, problems }
    }

    fn finish(&mut self, rest: Vec<u8>, start: Position, feed: &Feed, shared: &Shared) -> Option<Block> {
        self.finished = true;
        self.end_of_long_line();
        let partial = feed.fault().is_some() && !rest.trim_ascii().is_empty();
        if partial {
            // The length is judged first, so that the size of blocks makes no difference.
            let line = without_line_end(&rest);
            let too_long = line.len() > shared.limits.max_record;
            self.problems.push(if too_long { shared.too_long(self.at, line) } else { shared.problem(self.at, &InputReason::Partial, line) });
        }
        if let Some(reason) = feed.fault() {
            let end = Position { byte: feed.offset(), line: self.at.line };
            self.problems.push(shared.problem(end, reason, b""));
        }
        let (rest, end) = if partial {
            (Vec::new(), 0)
        } else {
            let end = rest.len();
            (rest, end)
        };
        let block = self.emit(rest, end, start, shared);
        (!block.bytes.is_empty() || !block.problems.is_empty()).then_some(block)
    }
}

fn last_line_end(buf: &[u8], searched: usize) -> Option<usize> {
    let found = memrchr(b'\n', buf.get(searched..).unwrap_or_default())?;
    Some(searched.saturating_add(found).saturating_add(1))
}

/// Lists the lines, for blocks in which some may be too long.
fn spans(bytes: &[u8], mut at: Position, problems: &mut Vec<Problem>, shared: &Shared) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut rest = bytes;
    let origin = at.byte;
    while let Some(record) = next_line(&mut rest, &mut at) {
        if record.bytes.len() > shared.limits.max_record {
            problems.push(shared.too_long(record.position, record.bytes));
            continue;
        }
        let start = usize::try_from(record.position.byte.saturating_sub(origin)).unwrap_or(usize::MAX);
        spans.push(Span { start, end: start.saturating_add(record.bytes.len()), position: record.position, event: None });
    }
    spans
}
