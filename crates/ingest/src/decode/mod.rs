//! From one record to events. A module a format, all of one shape: `decode(source, out)`.
//!
//! `dispatch` chooses the format by a record's own top-level keys. The neutral form is tried first and without a
//! look at the keys, because most records of most users are in it.

mod common;
mod dispatch;
mod entity;
mod escape;
mod firehose;
mod html;
mod jetstream;
mod mastodon;
mod neutral;
mod out;
mod reason;
mod scalar;
mod time;
mod x;

use std::borrow::Cow;

pub use reason::{DecodeProblem, ProblemKind, Reason};
use vigie_model::Event;

use self::out::{Out, Source};
use crate::Limits;

/// HTML as text, for exports that hold it.
pub(crate) fn html_to_text(html: &str) -> String {
    html::to_text(html).into_owned()
}

/// Decodes records. Without state: share it between threads, and decode in any order.
#[derive(Debug, Clone)]
pub struct Decoder {
    max_record: usize,
}

impl Decoder {
    /// A decoder within these limits.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self { max_record: limits.max_record }
    }

    /// Gives the events of one record to `sink` and appends what is wrong with it to `problems`.
    ///
    /// `event` is the name of the server-sent event that carried the record ([`crate::Record::event`]). An envelope
    /// or an array gives an event for each element. Every record gives at least one event or one problem of kind
    /// [`ProblemKind::Reject`]; [`Event::Ignored`] counts as an event. Time is linear in the record, and the events of
    /// neutral records without escapes borrow everything.
    pub fn decode(&self, record: &[u8], event: Option<&str>, problems: &mut Vec<DecodeProblem>, sink: &mut impl FnMut(Event<'_>)) {
        let before = problems.len();
        let mut events = 0_usize;
        let mut counting = |event: Event<'_>| {
            events = events.saturating_add(1);
            sink(event);
        };
        self.decode_counted(record, event, problems, &mut counting);
        let new = problems.get(before..).unwrap_or_default();
        if events == 0 && new.iter().any(|problem| problem.kind == ProblemKind::Reject) {
            drop_repairs(problems, before);
        }
    }

    fn decode_counted(&self, record: &[u8], event: Option<&str>, problems: &mut Vec<DecodeProblem>, sink: &mut dyn FnMut(Event<'_>)) {
        if record.len() > self.max_record {
            return Out::new("", problems, sink).reject(Reason::RecordTooLong { limit: self.max_record }, None);
        }
        if crate::firehose::is_frame(record) {
            return firehose::decode(record, &mut Out::new("", problems, sink));
        }
        let (utf8, bad_byte) = match std::str::from_utf8(record) {
            Ok(text) => (Cow::Borrowed(text), None),
            Err(error) => (String::from_utf8_lossy(record), Some(error.valid_up_to())),
        };
        let (json, lone) = escape::replace_lone_surrogates(&utf8);
        let mut out = Out::new(&json, problems, sink);
        if let Some(at) = bad_byte {
            out.repair_at(Reason::InvalidUtf8, at);
        }
        if let Some(at) = lone {
            out.repair_at(Reason::LoneSurrogate, at);
        }
        dispatch::decode(Source { json: &json, raw: record }, event, &mut out);
    }
}

/// Nothing was delivered, so nothing was repaired.
fn drop_repairs(problems: &mut Vec<DecodeProblem>, from: usize) {
    let mut index = 0;
    problems.retain(|problem| {
        index += 1;
        index <= from || problem.kind == ProblemKind::Reject
    });
}
