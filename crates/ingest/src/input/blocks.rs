//! From an input to its blocks.

use std::{
    fmt,
    fs::File,
    io::{self, Read},
    sync::mpsc::Receiver,
};

use super::{
    Block, Input, InputError, InputReason,
    block::Cut,
    events::EventCutter,
    feed::Feed,
    frames::FrameCutter,
    lines::LineCutter,
    sniff::{self, Framing, Look},
    stream::{Raw, Stream},
    values::ValueCutter,
};
use crate::{Limits, Position, Problem, import};

/// The blocks of one input, in order. An iterator that may also be given buffers back.
///
/// Reading stops at the first damage to the stream, which is the last problem of the last block. Nothing is read
/// before the first block is asked for.
pub struct Blocks {
    state: State,
    start: Position,
    shared: Shared,
}

enum State {
    Unopened {
        raw: Raw,
        live: bool,
    },
    Open(Box<(Feed, Cutter)>),
    /// Made on a thread of its own.
    Export(Receiver<Block>),
    Finished,
}

struct Beginning {
    at: Position,
    /// Whether there is input before `at`.
    resumed: bool,
    line_begins: bool,
}

enum Cutter {
    Lines(LineCutter),
    Values(ValueCutter),
    Events(EventCutter),
    Frames(FrameCutter),
}

/// What all ways of cutting need.
#[derive(Debug)]
pub(super) struct Shared {
    source: String,
    pub(super) limits: Limits,
    spare: Vec<Vec<u8>>,
    peak: usize,
}

impl Shared {
    /// Buffers kept for reuse, at most.
    const SPARE: usize = 8;

    pub(super) fn problem(&self, position: Position, reason: &InputReason, bytes: &[u8]) -> Problem {
        Problem::new(&self.source, position, reason, bytes)
    }

    /// The problem of a record that is too long; `bytes` are its first ones.
    pub(super) fn too_long(&self, position: Position, bytes: &[u8]) -> Problem {
        let limit = self.limits.max_record;
        let beginning = bytes.get(..limit).unwrap_or(bytes);
        Problem { truncated: true, ..self.problem(position, &InputReason::RecordTooLong { limit }, beginning) }
    }

    /// An empty buffer.
    pub(super) fn buffer(&mut self) -> Vec<u8> {
        self.spare.pop().unwrap_or_default()
    }

    /// Notes how many bytes a cutter holds.
    pub(super) fn note_held(&mut self, bytes: usize) {
        self.peak = self.peak.max(bytes);
    }
}

impl Blocks {
    /// Opens an input at `start`: [`Position::START`], or what [`Block::after`] said when it was read before.
    ///
    /// Resuming seeks in plain files; compressed and other inputs are read and discarded up to there.
    ///
    /// # Errors
    /// [`InputError`] if there is no such file or the system refuses to open it.
    pub fn open(input: &Input, limits: &Limits, start: Position) -> Result<Self, InputError> {
        let (raw, live) = match input {
            Input::Export(path, options) => {
                let shared = Shared { source: input.name(), limits: *limits, spare: Vec::new(), peak: 0 };
                return Ok(Self { state: State::Export(import::open(path, options, start)?), start, shared });
            }
            Input::Stdin => (Raw::Other(Box::new(io::stdin())), true),
            Input::File(path) => {
                let at_path = |source| InputError::at(path, source);
                let file = File::open(path).map_err(at_path)?;
                let live = !file.metadata().map_err(at_path)?.is_file();
                (Raw::File(file), live)
            }
        };
        Ok(Self::new(input.name(), raw, live, limits, start))
    }

    /// Reads from anything; `name` is what problems call it.
    pub fn from_read(name: impl Into<String>, reader: impl Read + Send + 'static, limits: &Limits, start: Position) -> Self {
        Self::new(name.into(), Raw::Other(Box::new(reader)), false, limits, start)
    }

    /// Like [`Blocks::from_read`] for a source that is still being written: a block is handed out as soon as one
    /// read brought whole records, not only when it is full.
    pub fn from_live_read(name: impl Into<String>, reader: impl Read + Send + 'static, limits: &Limits, start: Position) -> Self {
        Self::new(name.into(), Raw::Other(Box::new(reader)), true, limits, start)
    }

    fn new(source: String, raw: Raw, live: bool, limits: &Limits, start: Position) -> Self {
        let shared = Shared { source, limits: *limits, spare: Vec::new(), peak: 0 };
        Self { state: State::Unopened { raw, live }, start, shared }
    }

    /// The name of the input.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.shared.source
    }

    /// The next block, or `None` at the end.
    pub fn next_block(&mut self) -> Option<Block> {
        if matches!(self.state, State::Unopened { .. })
            && let Some(problem) = self.begin()
        {
            return Some(self.only_problem(problem));
        }
        if let State::Export(blocks) = &self.state {
            return blocks.recv().ok();
        }
        let State::Open(open) = &mut self.state else { return None };
        let (feed, cutter) = &mut **open;
        let block = match cutter {
            Cutter::Lines(lines) => lines.next(feed, &mut self.shared),
            Cutter::Values(values) => values.next(feed, &mut self.shared),
            Cutter::Events(events) => events.next(feed, &mut self.shared),
            Cutter::Frames(frames) => frames.next(feed, &mut self.shared),
        };
        if block.is_none() {
            self.state = State::Finished;
        }
        block
    }

    /// Gives the buffer of a block back for reuse.
    pub fn recycle(&mut self, mut buffer: Vec<u8>) {
        let usual = self.shared.limits.chunk().saturating_mul(2);
        if self.shared.spare.len() < Shared::SPARE && buffer.capacity() <= usual {
            buffer.clear();
            self.shared.spare.push(buffer);
        }
    }

    /// The most bytes that were ever buffered at once, handed-out blocks not counted.
    #[must_use]
    pub fn peak_buffered(&self) -> usize {
        self.shared.peak
    }

    /// Starts the decompression and chooses the framing. Returns why there is nothing to read, if so.
    fn begin(&mut self) -> Option<Problem> {
        let State::Unopened { raw, live } = std::mem::replace(&mut self.state, State::Finished) else { return None };
        let stream = match Stream::open(raw, &self.shared.limits) {
            Ok(stream) => stream,
            Err(error) => return Some(self.shared.problem(self.start, &InputReason::Unreadable(error.kind()), b"")),
        };
        let mut feed = Feed::new(stream, live);
        feed.peek(sniff::MOST, |ahead, complete| sniff::look(ahead, complete) != Look::NeedMore);
        let framing = match sniff::look(feed.ahead(), true) {
            Look::NotText(name) => return Some(self.shared.problem(Position::START, &InputReason::NotText(name), b"")),
            Look::Text(framing) => framing,
            // Only an incomplete look asks for more.
            Look::NeedMore => Framing::Lines,
        };
        let Beginning { at, resumed, line_begins } = self.beginning(&mut feed);
        let cutter = match framing {
            Framing::Lines => Cutter::Lines(LineCutter::new(at)),
            Framing::Values => Cutter::Values(ValueCutter::new(at, resumed, line_begins)),
            Framing::Events => Cutter::Events(EventCutter::new(at)),
            Framing::Frames => Cutter::Frames(FrameCutter::new(at)),
        };
        self.state = State::Open(Box::new((feed, cutter)));
        None
    }

    /// Goes to where the first record may begin.
    fn beginning(&self, feed: &mut Feed) -> Beginning {
        let bom = if feed.ahead().starts_with(sniff::BOM) { sniff::BOM.len() } else { 0 };
        let first = Position { byte: bom as u64, line: 1 };
        if self.start.byte <= first.byte {
            feed.drop_ahead(bom);
            return Beginning { at: first, resumed: false, line_begins: true };
        }
        let before = feed.skip_to(self.start.byte);
        Beginning { at: self.start, resumed: true, line_begins: before == Some(b'\n') }
    }

    fn only_problem(&self, problem: Problem) -> Block {
        Block { bytes: Vec::new(), cut: Cut::Lines, start: self.start, after: problem.position.max(self.start), problems: vec![problem] }
    }
}

impl Iterator for Blocks {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        self.next_block()
    }
}

impl fmt::Debug for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocks").field("source", &self.shared.source).field("start", &self.start).finish_non_exhaustive()
    }
}
