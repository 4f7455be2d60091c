//! Dumps of a firehose: binary frames, each after its length in four bytes, the lowest first.
//!
//! A frame counts as a line in positions.

use super::{
    InputReason,
    block::{Block, Cut, Span},
    blocks::Shared,
    feed::Feed,
};
use crate::{Position, Problem};

/// Bytes of a length.
const PREFIX: usize = 4;

/// Cuts at the lengths.
#[derive(Debug)]
pub(super) struct FrameCutter {
    /// What was read and not handed out: the beginning of a frame.
    carry: Vec<u8>,
    /// Where `carry` begins.
    at: Position,
    /// The frame that is being passed over because it is too long, and how much of it is still to come.
    too_long: Option<(Problem, u64)>,
    finished: bool,
}

/// What one block will hold.
#[derive(Debug, Default)]
struct Found {
    spans: Vec<Span>,
    problems: Vec<Problem>,
    /// Bytes that are dealt with.
    taken: usize,
}

impl FrameCutter {
    pub(super) fn new(at: Position) -> Self {
        Self { carry: Vec::new(), at, too_long: None, finished: false }
    }

    pub(super) fn next(&mut self, feed: &mut Feed, shared: &mut Shared) -> Option<Block> {
        let start = self.at;
        let mut bytes = shared.buffer();
        bytes.append(&mut self.carry);
        let mut found = Found::default();
        while !self.finished {
            self.cut(&bytes, &mut found, shared);
            if !(found.spans.is_empty() && found.problems.is_empty()) {
                break;
            }
            // Parts of a frame that is passed over.
            bytes.drain(..std::mem::take(&mut found.taken));
            if feed.ended() {
                self.finish(&bytes, &mut found, feed, shared);
                break;
            }
            feed.fill(&mut bytes, shared.limits.chunk());
            shared.note_held(bytes.capacity());
        }
        let Found { spans, problems, taken } = found;
        self.carry.extend_from_slice(bytes.get(taken..).unwrap_or_default());
        bytes.truncate(taken);
        (!spans.is_empty() || !problems.is_empty()).then_some(Block { bytes, cut: Cut::Spans(spans), start, after: self.at, problems })
    }

    /// Finds the whole frames.
    fn cut(&mut self, bytes: &[u8], found: &mut Found, shared: &Shared) {
        loop {
            let rest = bytes.get(found.taken..).unwrap_or_default();
            if let Some((problem, left)) = self.too_long.take() {
                let now = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                self.advance(now, found);
                let left = left.saturating_sub(now as u64);
                if left > 0 {
                    self.too_long = Some((problem, left));
                    return;
                }
                self.at.line = self.at.line.saturating_add(1);
                found.problems.push(problem);
                continue;
            }
            let Some((prefix, rest)) = rest.split_first_chunk::<PREFIX>() else { return };
            let length = u32::from_le_bytes(*prefix);
            if u64::from(length) > shared.limits.max_record as u64 {
                let problem = shared.too_long(self.at, rest.get(..Problem::MAX_BYTES).unwrap_or(rest));
                self.too_long = Some((problem, u64::from(length).saturating_add(PREFIX as u64)));
                continue;
            }
            let Some(frame) = usize::try_from(length).ok().and_then(|length| rest.get(..length)) else { return };
            let position = self.at;
            let start = found.taken.saturating_add(PREFIX);
            self.advance(PREFIX.saturating_add(frame.len()), found);
            self.at.line = self.at.line.saturating_add(1);
            found.spans.push(Span { start, end: found.taken, position, event: None });
        }
    }

    fn advance(&mut self, bytes: usize, found: &mut Found) {
        found.taken = found.taken.saturating_add(bytes);
        self.at.byte = self.at.byte.saturating_add(bytes as u64);
    }

    fn finish(&mut self, rest: &[u8], found: &mut Found, feed: &Feed, shared: &Shared) {
        self.finished = true;
        found.problems.extend(self.too_long.take().map(|(problem, _)| problem));
        if !rest.is_empty() {
            found.problems.push(shared.problem(self.at, &InputReason::Partial, rest));
        }
        if let Some(reason) = feed.fault() {
            let end = Position { byte: feed.offset(), line: self.at.line };
            found.problems.push(shared.problem(end, reason, b""));
        }
    }
}
