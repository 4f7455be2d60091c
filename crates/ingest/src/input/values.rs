//! Value mode: JSON values one after the other, pretty-printed or not, alone or as elements of arrays.
//!
//! Brackets, commas and white space between records carry no meaning here, so the cutter needs no memory of what came
//! before: it can resume between any two records, and an array streams element by element.

use memchr::memchr;

use super::{
    InputReason,
    block::{Block, Cut, Span},
    blocks::Shared,
    feed::Feed,
    scanner::{Scanner, Step},
};
use crate::{Position, Problem};

/// A block is handed out early once it has so many records or problems, whatever their size.
const MOST_SPANS: usize = 1 << 15;
const MOST_PROBLEMS: usize = 1000;

/// Cuts at the ends of JSON values.
#[derive(Debug)]
pub(super) struct ValueCutter {
    carry: Vec<u8>,
    /// Index of the next byte to look at.
    next: usize,
    locator: Locator,
    state: State,
    /// How many blanks stand between the last line break and `next`, if nothing else does.
    indent: Option<usize>,
    /// Arrays entered less arrays left.
    arrays: i64,
    /// Whether brackets may have been opened before the position that was resumed at.
    resumed: bool,
    finished: bool,
}

#[derive(Debug, Default)]
enum State {
    /// Between records.
    #[default]
    Between,
    /// Within a record.
    Open(Item),
    /// After something broken: looking for a line that could begin a record.
    Lost(Lost),
}

#[derive(Debug)]
struct Item {
    start: usize,
    position: Position,
    indent: usize,
    scanner: Scanner,
    /// Set once the record is too long; its bytes are not kept from then on.
    too_long: Option<Problem>,
}

impl Item {
    /// The problem of a value that is no record: its length is judged first, so that the size of blocks makes no difference.
    fn into_problem(self, end: usize, buf: &[u8], reason: &InputReason, shared: &Shared) -> Problem {
        let bytes = buf.get(self.start..end).unwrap_or_default();
        match self.too_long {
            Some(problem) => problem,
            None if bytes.len() > shared.limits.max_record => shared.too_long(self.position, bytes),
            None => shared.problem(self.position, reason, bytes),
        }
    }
}

#[derive(Debug)]
struct Lost {
    problem: Problem,
    indent: usize,
}

/// What one block will hold.
#[derive(Debug, Default)]
struct Found {
    spans: Vec<Span>,
    problems: Vec<Problem>,
}

impl Found {
    fn is_full(&self) -> bool {
        self.spans.len() >= MOST_SPANS || self.problems.len() >= MOST_PROBLEMS
    }

    fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.problems.is_empty()
    }
}

/// Tells the position of an index in a buffer whose beginning moves on.
#[derive(Debug)]
struct Locator {
    index: usize,
    position: Position,
}

impl Locator {
    /// Asked for ascending indexes only.
    fn at(&mut self, buf: &[u8], index: usize) -> Position {
        self.position = self.position.after(buf.get(self.index..index).unwrap_or_default());
        self.index = self.index.max(index);
        self.position
    }
}

impl ValueCutter {
    /// `resumed` tells that there is input before `at`, `line_begins` that a line begins there.
    pub(super) fn new(at: Position, resumed: bool, line_begins: bool) -> Self {
        Self {
            carry: Vec::new(),
            next: 0,
            locator: Locator { index: 0, position: at },
            state: State::Between,
            indent: line_begins.then_some(0),
            arrays: 0,
            resumed,
            finished: false,
        }
    }

    pub(super) fn next(&mut self, feed: &mut Feed, shared: &mut Shared) -> Option<Block> {
        let mut found = Found::default();
        let mut buf = shared.buffer();
        buf.extend_from_slice(&self.carry);
        self.carry.clear();
        let start = self.safe_position(&buf);
        while !self.finished {
            self.scan(&buf, &mut found, shared);
            let scanned = self.next >= buf.len();
            if scanned && feed.ended() {
                self.finish(&buf, &mut found, feed, shared);
                break;
            }
            if !found.is_empty() {
                break;
            }
            self.release(&mut buf, shared);
            feed.fill(&mut buf, shared.limits.chunk());
            shared.note_held(buf.capacity().saturating_add(self.carry.capacity()));
        }
        (!found.is_empty()).then(|| self.emit(buf, found, start))
    }

    /// Where resuming gives the same records and problems as going on: before the blanks that begin a line, because
    /// the indentation of a record tells where the next one may begin if it is broken.
    fn safe_position(&mut self, buf: &[u8]) -> Position {
        let (position, indent) = match &self.state {
            State::Between => (self.locator.at(buf, self.next), self.indent.unwrap_or(0)),
            State::Open(item) => (item.position, item.indent),
            State::Lost(lost) => (lost.problem.position, lost.indent),
        };
        Position { byte: position.byte.saturating_sub(indent as u64), ..position }
    }

    fn emit(&mut self, mut bytes: Vec<u8>, found: Found, start: Position) -> Block {
        let after = self.safe_position(&bytes);
        let kept_from = self.kept_from();
        self.locator.at(&bytes, kept_from);
        self.carry.extend_from_slice(bytes.get(kept_from..).unwrap_or_default());
        bytes.truncate(kept_from);
        self.rebase(kept_from);
        Block { bytes, cut: Cut::Spans(found.spans), start, after, problems: found.problems }
    }

    /// Drops the bytes that no record needs any more.
    fn release(&mut self, buf: &mut Vec<u8>, shared: &Shared) {
        if let State::Open(item) = &mut self.state {
            let so_far = buf.get(item.start..).unwrap_or_default();
            if item.too_long.is_none() && so_far.len() > shared.limits.max_record {
                item.too_long = Some(shared.too_long(item.position, so_far));
            }
        }
        let kept_from = self.kept_from();
        self.locator.at(buf, kept_from);
        buf.drain(..kept_from);
        self.rebase(kept_from);
    }

    fn kept_from(&self) -> usize {
        match &self.state {
            State::Open(item) if item.too_long.is_none() => item.start,
            _ => self.next,
        }
    }

    fn rebase(&mut self, dropped: usize) {
        self.next = self.next.saturating_sub(dropped);
        self.locator.index = self.locator.index.saturating_sub(dropped);
        if let State::Open(item) = &mut self.state {
            item.start = item.start.saturating_sub(dropped);
        }
    }

    fn scan(&mut self, buf: &[u8], found: &mut Found, shared: &Shared) {
        while self.next < buf.len() && !found.is_full() {
            match std::mem::take(&mut self.state) {
                State::Between => self.between(buf, found, shared),
                State::Open(item) => self.within(item, buf, found, shared),
                State::Lost(lost) => self.lost(lost, buf, found),
            }
        }
    }

    /// Takes one byte between records.
    fn between(&mut self, buf: &[u8], found: &mut Found, shared: &Shared) {
        match buf.get(self.next).copied().unwrap_or_default() {
            b'\n' => self.indent = Some(0),
            b' ' | b'\t' | b'\r' => self.indent = self.indent.map(|blanks| blanks + 1),
            b',' => self.indent = None,
            b'[' => {
                self.arrays += 1;
                self.indent = None;
            }
            b']' if self.resumed || self.arrays > 0 => {
                self.arrays -= 1;
                self.indent = None;
            }
            bracket @ (b']' | b'}') => {
                let reason = InputReason::UnexpectedClosing(char::from(bracket));
                found.problems.push(shared.problem(self.locator.at(buf, self.next), &reason, &[bracket]));
                self.indent = None;
            }
            _ => return self.begin_item(buf),
        }
        self.next += 1;
    }

    fn begin_item(&mut self, buf: &[u8]) {
        let indent = self.indent.take().unwrap_or(0);
        let position = self.locator.at(buf, self.next);
        self.state = State::Open(Item { start: self.next, position, indent, scanner: Scanner::default(), too_long: None });
    }

    fn within(&mut self, mut item: Item, buf: &[u8], found: &mut Found, shared: &Shared) {
        match item.scanner.scan(buf.get(self.next..).unwrap_or_default()) {
            Step::More => {
                self.next = buf.len();
                self.state = State::Open(item);
            }
            Step::Closed(length) => {
                self.next = self.next.saturating_add(length);
                end_item(item, self.next, buf, found, shared);
            }
            Step::Broken(length, reason) => {
                self.next = self.next.saturating_add(length);
                self.indent = item.scanner.indent();
                let indent = item.indent;
                self.state = State::Lost(Lost { problem: item.into_problem(self.next, buf, &reason, shared), indent });
            }
        }
    }

    /// Looks for a line that begins like the broken record's own.
    fn lost(&mut self, lost: Lost, buf: &[u8], found: &mut Found) {
        while let Some(&byte) = buf.get(self.next) {
            match byte {
                b'{' | b'[' if self.indent == Some(lost.indent) => return found.problems.push(lost.problem),
                b'\n' => self.indent = Some(0),
                b' ' | b'\t' | b'\r' if self.indent.is_some() => self.indent = self.indent.map(|blanks| blanks + 1),
                _ => {
                    self.indent = None;
                    let rest = buf.get(self.next..).unwrap_or_default();
                    self.next = self.next.saturating_add(memchr(b'\n', rest).unwrap_or(rest.len()));
                    continue;
                }
            }
            self.next += 1;
        }
        self.state = State::Lost(lost);
    }

    fn finish(&mut self, buf: &[u8], found: &mut Found, feed: &Feed, shared: &Shared) {
        self.finished = true;
        let end = self.locator.at(buf, self.next);
        let cut_off = feed.fault().is_some();
        match std::mem::take(&mut self.state) {
            State::Open(item) => {
                let reason = if cut_off {
                    InputReason::Partial
                } else if item.scanner.is_bracketed() {
                    InputReason::Unclosed
                } else {
                    InputReason::NotAnObject
                };
                found.problems.push(item.into_problem(buf.len(), buf, &reason, shared));
            }
            State::Lost(lost) => found.problems.push(lost.problem),
            State::Between if self.arrays > 0 && !cut_off => {
                found.problems.push(shared.problem(end, &InputReason::UnclosedArray, b""));
            }
            State::Between => {}
        }
        if let Some(reason) = feed.fault() {
            let end = Position { byte: feed.offset(), line: end.line };
            found.problems.push(shared.problem(end, reason, b""));
        }
    }
}

/// Sorts a complete value: a record, a value that is none, or one that is too long.
fn end_item(item: Item, end: usize, buf: &[u8], found: &mut Found, shared: &Shared) {
    let length = end.saturating_sub(item.start);
    if item.too_long.is_none() && length <= shared.limits.max_record && item.scanner.is_bracketed() {
        found.spans.push(Span { start: item.start, end, position: item.position, event: None });
    } else {
        found.problems.push(item.into_problem(end, buf, &InputReason::NotAnObject, shared));
    }
}
