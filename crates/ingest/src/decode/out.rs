//! Where the formats put what they find.

use memchr::{memchr_iter, memrchr};
use serde::Deserialize;
use serde_json::value::RawValue;
use vigie_model::Event;

use super::{DecodeProblem, ProblemKind, Reason, reason::Fault};

/// A JSON object and the bytes to keep as its original.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) json: &'a str,
    pub(super) raw: &'a [u8],
}

impl<'a> From<&'a RawValue> for Source<'a> {
    fn from(value: &'a RawValue) -> Self {
        Self { json: value.get(), raw: value.get().as_bytes() }
    }
}

/// Takes events and problems of one record.
pub(super) struct Out<'o> {
    /// The whole record, in which the parts that faults speak of are located.
    whole: &'o str,
    problems: &'o mut Vec<DecodeProblem>,
    sink: &'o mut dyn FnMut(Event<'_>),
}

impl<'o> Out<'o> {
    pub(super) fn new(whole: &'o str, problems: &'o mut Vec<DecodeProblem>, sink: &'o mut dyn FnMut(Event<'_>)) -> Self {
        Self { whole, problems, sink }
    }

    pub(super) fn event(&mut self, event: Event<'_>) {
        (self.sink)(event);
    }

    /// The post is delivered without something.
    pub(super) fn repair(&mut self, reason: Reason) {
        self.push(ProblemKind::Repair, reason, None);
    }

    /// Like [`Out::repair`], with the byte of the record.
    pub(super) fn repair_at(&mut self, reason: Reason, byte: usize) {
        let place = self.place_of(byte);
        self.push(ProblemKind::Repair, reason, Some(place));
    }

    /// Nothing is delivered.
    pub(super) fn reject(&mut self, reason: Reason, place: Option<(usize, usize)>) {
        self.push(ProblemKind::Reject, reason, place);
    }

    /// Nothing is delivered for `part`, in which the fault is.
    pub(super) fn reject_part(&mut self, fault: Fault, part: &str) {
        let place = fault.place.and_then(|place| self.place_in(part, place));
        self.reject(fault.reason, place);
    }

    /// Reads an optional part; if that fails, the post goes without it.
    pub(super) fn part<'a, T: Deserialize<'a>>(&mut self, field: &'static str, raw: Option<&'a RawValue>) -> Option<T> {
        match serde_json::from_str(raw?.get()) {
            Ok(part) => Some(part),
            Err(_) => {
                self.repair(Reason::WrongType { field, expected: "what the format says" });
                None
            }
        }
    }

    fn push(&mut self, kind: ProblemKind, reason: Reason, place: Option<(usize, usize)>) {
        let line = place.map_or(0, |(line, _)| line.saturating_sub(1) as u64);
        self.problems.push(DecodeProblem { kind, reason, line, column: place.map(|(_, column)| column) });
    }

    /// Line and column, from 1, of a byte of the record.
    fn place_of(&self, byte: usize) -> (usize, usize) {
        let before = self.whole.as_bytes().get(..byte).unwrap_or_default();
        let line_start = memrchr(b'\n', before).map_or(0, |end| end + 1);
        (memchr_iter(b'\n', before).count() + 1, byte.saturating_sub(line_start) + 1)
    }

    /// Turns a place within a part of the record into one of the record; `None` if the part lies elsewhere.
    fn place_in(&self, part: &str, (line, column): (usize, usize)) -> Option<(usize, usize)> {
        let offset = part.as_ptr().addr().checked_sub(self.whole.as_ptr().addr())?;
        if offset.checked_add(part.len())? > self.whole.len() {
            return None;
        }
        let (first_line, first_column) = self.place_of(offset);
        Some(if line == 1 { (first_line, first_column + column - 1) } else { (first_line + line - 1, column) })
    }
}
