//! Server-sent events, as a dump of Mastodon's streaming interface holds them.
//!
//! After the HTML standard, section 9.2.6, with three differences: an event that the input's end leaves open is still
//! delivered, an `event:` field ends an event that already has data, and a line that is no field is a problem.

use memchr::memchr;

use super::{
    InputReason,
    block::{Block, Cut, Span, without_line_end},
    blocks::Shared,
    feed::Feed,
};
use crate::{Position, Problem};

/// Puts the data of each event together.
#[derive(Debug)]
pub(super) struct EventCutter {
    /// Lines that were not looked at yet.
    pending: Vec<u8>,
    /// How much of `pending` is known to hold no line break.
    searched: usize,
    /// Where `pending` begins.
    at: Position,
    event: OpenEvent,
    /// Whether the line at the beginning of `pending` is too long and its beginning was dropped already.
    in_long_line: bool,
    finished: bool,
}

/// The event that is being read.
#[derive(Debug)]
struct OpenEvent {
    /// Where its first line begins: the place to resume.
    start: Position,
    name: Vec<u8>,
    data: Vec<u8>,
    /// Where the first data are; `None` before any.
    data_at: Option<Position>,
    too_long: Option<Problem>,
}

impl OpenEvent {
    fn new(start: Position) -> Self {
        Self { start, name: Vec::new(), data: Vec::new(), data_at: None, too_long: None }
    }
}

/// What one block will hold.
#[derive(Debug, Default)]
struct Found {
    bytes: Vec<u8>,
    spans: Vec<Span>,
    problems: Vec<Problem>,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.problems.is_empty()
    }

    fn is_full(&self, chunk: usize) -> bool {
        self.bytes.len() >= chunk || self.spans.len() >= 1 << 15 || self.problems.len() >= 1000
    }
}

impl EventCutter {
    pub(super) fn new(at: Position) -> Self {
        Self { pending: Vec::new(), searched: 0, at, event: OpenEvent::new(at), in_long_line: false, finished: false }
    }

    pub(super) fn next(&mut self, feed: &mut Feed, shared: &mut Shared) -> Option<Block> {
        let start = self.event.start;
        let mut found = Found { bytes: shared.buffer(), ..Found::default() };
        while !self.finished {
            self.take_lines(&mut found, shared);
            if !found.is_empty() {
                break;
            }
            if feed.ended() {
                self.finish(&mut found, feed, shared);
                break;
            }
            self.drop_long_line(shared);
            feed.fill(&mut self.pending, shared.limits.chunk());
            let held = [&self.pending, &self.event.data, &self.event.name, &found.bytes];
            shared.note_held(held.iter().map(|buffer| buffer.capacity()).sum());
        }
        let Found { bytes, spans, problems } = found;
        let any = !spans.is_empty() || !problems.is_empty();
        any.then_some(Block { bytes, cut: Cut::Spans(spans), start, after: self.event.start, problems })
    }

    fn take_lines(&mut self, found: &mut Found, shared: &Shared) {
        let pending = std::mem::take(&mut self.pending);
        let mut taken = 0;
        while !found.is_full(shared.limits.chunk()) {
            let rest = pending.get(taken..).unwrap_or_default();
            let Some(end) = memchr(b'\n', rest.get(self.searched..).unwrap_or_default()) else {
                self.searched = rest.len();
                break;
            };
            let end = self.searched.saturating_add(end).saturating_add(1);
            self.searched = 0;
            self.take_line(rest.get(..end).unwrap_or_default(), found, shared);
            taken = taken.saturating_add(end);
        }
        self.pending = pending;
        self.pending.drain(..taken);
    }

    /// Takes one line with its line break.
    fn take_line(&mut self, line: &[u8], found: &mut Found, shared: &Shared) {
        let here = self.at;
        self.at = here.after(line);
        if std::mem::take(&mut self.in_long_line) {
            return;
        }
        if line.len() > longest_line(shared) {
            self.event.too_long.get_or_insert_with(|| shared.too_long(here, line));
            self.event.data = Vec::new();
            return;
        }
        let content = without_line_end(line);
        let (field, value) = split_field(content);
        match field {
            _ if content.trim_ascii().is_empty() => self.dispatch(self.at, found),
            b"event" => {
                if self.event.data_at.is_some() {
                    self.dispatch(here, found);
                }
                self.set_name(value);
            }
            b"data" => {
                let offset = content.len().saturating_sub(value.len()) as u64;
                self.add_data(value, Position { byte: here.byte.saturating_add(offset), ..here }, shared);
            }
            // A comment, and two fields for reconnecting.
            b"" | b"id" | b"retry" => {}
            _ => {
                self.dispatch(here, found);
                found.problems.push(shared.problem(here, &InputReason::NotAnEventField, content));
                self.event.start = self.at;
            }
        }
    }

    fn set_name(&mut self, value: &[u8]) {
        const LONGEST: usize = 256;
        self.event.name.clear();
        self.event.name.extend_from_slice(value.get(..LONGEST).unwrap_or(value));
    }

    fn add_data(&mut self, value: &[u8], at: Position, shared: &Shared) {
        let event = &mut self.event;
        let separator = usize::from(event.data_at.is_some());
        let data_at = *event.data_at.get_or_insert(at);
        let length = event.data.len().saturating_add(separator).saturating_add(value.len());
        if event.too_long.is_some() {
            return;
        }
        if length > shared.limits.max_record {
            let beginning = if event.data.is_empty() { value } else { &event.data };
            event.too_long = Some(shared.too_long(data_at, beginning));
            event.data = Vec::new();
            return;
        }
        if separator == 1 {
            event.data.push(b'\n');
        }
        event.data.extend_from_slice(value);
    }

    /// Ends the event; the next one begins at `next`.
    fn dispatch(&mut self, next: Position, found: &mut Found) {
        let event = std::mem::replace(&mut self.event, OpenEvent::new(next));
        found.problems.extend(event.too_long);
        let Some(position) = event.data_at else { return };
        if event.data.trim_ascii().is_empty() {
            return;
        }
        let start = found.bytes.len();
        found.bytes.extend_from_slice(&event.data);
        let end = found.bytes.len();
        found.bytes.extend_from_slice(&event.name);
        let name = (!event.name.is_empty()).then_some((end, found.bytes.len()));
        found.spans.push(Span { start, end, position, event: name });
    }

    /// Gives up a line without end that cannot be part of any event.
    fn drop_long_line(&mut self, shared: &Shared) {
        if !self.in_long_line && self.pending.len() > longest_line(shared) {
            let problem = shared.too_long(self.at, &self.pending);
            self.event.too_long.get_or_insert(problem);
            self.event.data = Vec::new();
            self.in_long_line = true;
        }
        if self.in_long_line {
            self.at = self.at.after(&self.pending);
            self.pending.clear();
            self.searched = 0;
        }
    }

    fn finish(&mut self, found: &mut Found, feed: &Feed, shared: &Shared) {
        self.finished = true;
        let rest = std::mem::take(&mut self.pending);
        match feed.fault() {
            None => {
                if !rest.is_empty() {
                    self.take_line(&rest, found, shared);
                }
                self.dispatch(self.at, found);
            }
            Some(reason) => {
                let event = std::mem::replace(&mut self.event, OpenEvent::new(self.at));
                if event.too_long.is_some() {
                    found.problems.extend(event.too_long);
                } else if event.data_at.is_some() || !rest.is_empty() {
                    let bytes = if event.data.is_empty() { &rest } else { &event.data };
                    let at = event.data_at.unwrap_or(event.start);
                    let too_long = bytes.len() > shared.limits.max_record;
                    found.problems.push(if too_long { shared.too_long(at, bytes) } else { shared.problem(at, &InputReason::Partial, bytes) });
                }
                let end = Position { byte: feed.offset(), line: self.at.line };
                found.problems.push(shared.problem(end, reason, b""));
            }
        }
    }
}

/// A record, the name of its field and a line break.
fn longest_line(shared: &Shared) -> usize {
    shared.limits.max_record.saturating_add(64)
}

/// The field's name and its value without the one blank that may precede it; a comment has an empty name.
fn split_field(line: &[u8]) -> (&[u8], &[u8]) {
    let colon = memchr(b':', line).unwrap_or(line.len());
    let (field, value) = line.split_at_checked(colon).unwrap_or((line, b""));
    let value = value.strip_prefix(b":").unwrap_or(value);
    (field, value.strip_prefix(b" ").unwrap_or(value))
}
