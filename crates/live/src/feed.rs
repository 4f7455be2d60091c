//! Between a source's server and the pipeline: messages become blocks, the cursor is kept, losses are waited out.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use vigie_ingest::{Block, BlockBuilder, LiveSource, Position};

use crate::{Backoff, Loss};

/// What happens to a connection, for whoever keeps a log.
#[derive(Debug)]
pub enum Happening<'a> {
    /// Connected; messages after the cursor were asked for, or those from now on.
    Connected {
        /// The cursor.
        cursor: Option<u64>,
    },
    /// Not connected, or no longer.
    Lost {
        /// Why.
        loss: &'a Loss,
        /// How long it is until the next attempt.
        wait: Duration,
    },
    /// Money was reserved or given back, for a source that is paid by what it reads.
    Spent {
        /// What was spent and what is left.
        spending: crate::Spending,
    },
}

/// Is told what happens to the connection of the source of that name.
pub type Listener = Arc<dyn Fn(&str, &Happening<'_>) + Send + Sync>;

/// How long a read waits: what a source needs at most to notice that it shall stop, and what a message waits for
/// others to share its block.
pub(crate) const TICK: Duration = Duration::from_millis(200);
/// Messages and bytes of a block, about.
const BLOCK_MESSAGES: usize = 1_000;
const BLOCK_BYTES: usize = 512 << 10;

/// What one kind of source does with its server.
pub(crate) trait Session: Send {
    /// Connects and hands messages to `feed` until the connection is lost; `Ok` when the feed is over.
    fn session(&mut self, feed: &mut Feed<'_>) -> Result<(), Loss>;

    /// Told of each loss before the wait.
    fn lost(&mut self, _loss: &Loss, _feed: &mut Feed<'_>) {}
}

/// A live source: one thread that connects, reads, hands on blocks, and begins again.
#[expect(missing_debug_implementations, reason = "holds functions")]
pub struct Source {
    name: String,
    backoff: Backoff,
    listener: Listener,
    session: Box<dyn Session>,
}

impl Source {
    pub(crate) fn new(name: &str, backoff: Backoff, listener: Listener, session: impl Session + 'static) -> Self {
        Self { name: name.to_owned(), backoff, listener, session: Box::new(session) }
    }
}

impl LiveSource for Source {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&mut self, from: Option<Position>, deliver: &mut dyn FnMut(Block) -> bool, stop: &AtomicBool) {
        let from = from.unwrap_or(Position { byte: 0, line: 0 });
        let mut feed = Feed {
            name: &self.name,
            listener: &self.listener,
            deliver,
            stop,
            block: BlockBuilder::new(from),
            after: from,
            since: None,
            closed: false,
            progress: false,
        };
        let mut failures = 0_u32;
        while !feed.is_over() {
            let end = self.session.session(&mut feed);
            // What came before a loss counts; the server is asked only for what follows.
            feed.flush();
            let Err(loss) = end else { continue };
            if std::mem::take(&mut feed.progress) {
                failures = 0;
            }
            self.session.lost(&loss, &mut feed);
            failures = failures.saturating_add(1);
            let wait = self.backoff.wait(failures).max(loss.retry_after().unwrap_or_default());
            (self.listener)(&self.name, &Happening::Lost { loss: &loss, wait });
            feed.pause(wait);
        }
    }
}

/// Takes the messages of a source.
pub(crate) struct Feed<'a> {
    pub(crate) name: &'a str,
    listener: &'a Listener,
    deliver: &'a mut dyn FnMut(Block) -> bool,
    stop: &'a AtomicBool,
    block: BlockBuilder,
    /// What follows the last message that was taken.
    after: Position,
    /// When the oldest message of the block came.
    since: Option<Instant>,
    /// Nobody listens any more.
    closed: bool,
    /// Whether anything was handed on since the last loss.
    progress: bool,
}

impl Feed<'_> {
    /// Whether nothing more is wanted.
    pub(crate) fn is_over(&self) -> bool {
        self.closed || self.stop.load(Ordering::Relaxed)
    }

    /// The cursor to go on from.
    pub(crate) fn cursor(&self) -> Option<u64> {
        (self.after.byte > 0).then_some(self.after.byte)
    }

    /// Says that the server answers.
    pub(crate) fn connected(&self, cursor: Option<u64>) {
        (self.listener)(self.name, &Happening::Connected { cursor });
    }

    /// Says that money was spent.
    pub(crate) fn spent(&self, spending: crate::Spending) {
        (self.listener)(self.name, &Happening::Spent { spending });
    }

    /// Takes a message with its cursor. A cursor is never turned back: what is delivered again, or late, is older.
    pub(crate) fn record(&mut self, bytes: &[u8], cursor: u64) {
        self.advance(cursor);
        if !bytes.trim_ascii().is_empty() {
            self.block.record(bytes, self.after);
            self.since.get_or_insert_with(Instant::now);
        }
    }

    /// Takes a server-sent event.
    pub(crate) fn event(&mut self, name: &str, data: &[u8], cursor: u64) {
        self.advance(cursor);
        if !data.trim_ascii().is_empty() {
            self.block.event(name, data, self.after);
            self.since.get_or_insert_with(Instant::now);
        }
    }

    /// Counts a message.
    fn advance(&mut self, cursor: u64) {
        self.after.line = self.after.line.saturating_add(1);
        self.after.byte = self.after.byte.max(cursor);
    }

    /// Reports what the source could not deliver.
    pub(crate) fn problem(&mut self, reason: &impl std::fmt::Display) {
        self.block.problem(self.name, self.after, reason, b"");
        self.since.get_or_insert_with(Instant::now);
    }

    /// Sets the cursor although the server has not delivered up to it: what lies between is given up or not wanted.
    pub(crate) fn set_cursor(&mut self, cursor: u64) {
        self.flush();
        self.after.byte = cursor;
        let fresh = BlockBuilder::new(self.after);
        self.block = fresh;
    }

    /// Hands the block on if it is full or has waited long enough; whether more is wanted.
    pub(crate) fn tick(&mut self) -> bool {
        let full = self.block.records() >= BLOCK_MESSAGES || self.block.len() >= BLOCK_BYTES;
        if full || self.since.is_some_and(|since| since.elapsed() >= TICK) {
            self.flush();
        }
        !self.is_over()
    }

    /// Hands on what there is. Waits while the pipeline is busy: then the source must not read on.
    pub(crate) fn flush(&mut self) {
        self.since = None;
        if !self.block.is_empty() && !self.closed {
            let block = std::mem::replace(&mut self.block, BlockBuilder::new(self.after));
            self.progress = true;
            self.closed = !(self.deliver)(block.finish(self.after));
        }
    }

    /// Waits, or until nothing more is wanted.
    pub(crate) fn pause(&mut self, wait: Duration) {
        self.flush();
        let begun = Instant::now();
        while !self.is_over() {
            let left = wait.saturating_sub(begun.elapsed());
            if left.is_zero() {
                break;
            }
            std::thread::sleep(left.min(TICK));
        }
    }
}
