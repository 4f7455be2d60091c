//! A run that does not end: live sources, the same workers, one writer, one transaction a batch with the cursors of all
//! sources that brought something.
//!
//! Blocks of all sources are numbered in one sequence and committed in it. A source's cursor is stored with what came before
//! it; after a crash the source delivers again what was not committed, and the ledger knows what it has counted.

use std::{
    collections::BTreeMap,
    num::NonZero,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use vigie_detect::Detector;
use vigie_ingest::{Block, Decoder, Limits, LiveSource, Position};
use vigie_model::Timestamp;
use vigie_rules::LiveRules;
use vigie_store::{Batch, Cursor, Ingest, Upkeep};

use crate::{
    assess::{Assessed, Now, Shared},
    rejects::{Rejects, RejectsTo},
    scan::{Error, Outcome, Work, work},
};

/// How to watch.
#[expect(missing_debug_implementations, reason = "holds a function")]
pub struct WatchPlan {
    /// Bounds for records.
    pub limits: Limits,
    /// Workers.
    pub threads: NonZero<usize>,
    /// Posts in a transaction, at most about.
    pub batch: usize,
    /// The longest time that something delivered stays uncommitted, if the store keeps up.
    pub commit_every: Duration,
    /// Where rejects go.
    pub rejects: RejectsTo,
    /// Whether the rejected records themselves may be kept, or only their places and reasons.
    pub keep_rejected_records: bool,
    /// As in [`crate::Plan::find_contacts_in_samples`].
    pub find_contacts_in_samples: bool,
    /// Tells the present, for finds and for the retention.
    pub clock: Box<dyn Fn() -> Timestamp + Sync>,
}

/// What a source brought since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct SourceState {
    /// Its name.
    pub name: String,
    /// The committed cursor.
    pub cursor: u64,
    /// Posts, repeated ones included.
    pub posts: u64,
    /// Of these, adverts.
    pub adverts: u64,
    /// Of these, posts to review.
    pub review: u64,
    /// Deletions.
    pub deletes: u64,
    /// Well-formed messages that are no posts.
    pub ignored: u64,
    /// Records refused, and gaps of the source.
    pub rejected: u64,
    /// Posts taken without a bad part.
    pub repaired: u64,
}

/// Told after each commit.
pub trait Observer: Sync {
    /// `states` has all sources in their order; `new` is how many posts this commit counted for the first time.
    fn committed(&self, states: &[SourceState], new: u64);
}

/// How often the retention is applied.
const PURGE_EVERY: Duration = Duration::from_secs(86_400);

/// The entry to the pipeline, shared by all sources.
struct Intake {
    work: Sender<Work>,
    tokens: Sender<()>,
    /// The next block's number; held while it is sent, so that numbers have no gaps.
    number: Mutex<u64>,
}

impl Intake {
    fn send(&self, input: usize, block: Block) -> bool {
        if self.tokens.send(()).is_err() {
            return false; // the writer gave up
        }
        let mut number = self.number.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = self.work.send(Work { number: *number, input, last: false, block }).is_ok();
        *number += 1;
        sent
    }
}

/// Runs the sources until `stop` is set; what was delivered until then is committed.
///
/// # Errors
/// [`Error`]; what was committed before stays, and the next run goes on after it.
pub fn watch<S: Ingest + Upkeep>(
    plan: &WatchPlan,
    sources: Vec<Box<dyn LiveSource>>,
    detector: &Detector,
    rules: &LiveRules,
    store: &mut S,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<Vec<SourceState>, Error> {
    let cursors = sources.iter().map(|source| store.cursor(&store_key(source.name()))).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<String> = sources.iter().map(|source| source.name().to_owned()).collect();
    let decoder = Decoder::new(&plan.limits);
    let shared = Shared {
        detector,
        decoder: &decoder,
        rules,
        now: Now::Clock(&*plan.clock),
        verdict_line: None,
        find_contacts: plan.find_contacts_in_samples,
        pictures: None,
    };
    let (work_out, work_in) = bounded::<Work>(plan.threads.get() + 1);
    let (done_out, done_in) = bounded::<(u64, Outcome)>(plan.threads.get() + 1);
    let (token_out, token_in) = bounded::<()>(plan.threads.get() * 4 + 4);
    // Blocks of live sources are small and their buffers are freed: nobody takes them back.
    let (spare_out, _) = bounded::<Vec<u8>>(0);
    let mut writer = Writer::new(plan, &names, &cursors, store, observer)?;
    thread::scope(|scope| {
        let names = &names;
        let intake = std::sync::Arc::new(Intake { work: work_out, tokens: token_out, number: Mutex::new(0) });
        for (index, (mut source, cursor)) in sources.into_iter().zip(&cursors).enumerate() {
            let intake = std::sync::Arc::clone(&intake);
            let from = cursor.as_ref().map(|cursor| Position { byte: cursor.byte, line: cursor.line });
            spawn(scope, &format!("source-{index}"), move || source.run(from, &mut |block| intake.send(index, block), stop))?;
        }
        drop(intake);
        for number in 0..plan.threads.get() {
            let (work_in, done_out, spare_out) = (work_in.clone(), done_out.clone(), spare_out.clone());
            spawn(scope, &format!("worker-{number}"), move || work(shared, names, &work_in, &done_out, &spare_out))?;
        }
        drop((work_in, done_out, spare_out));
        let written = writer.run(&done_in, &token_in);
        if written.is_err() {
            stop.store(true, Ordering::Relaxed);
        }
        drop((done_in, token_in)); // sources and workers end, also after an error
        written
    })?;
    Ok(writer.states)
}

/// What the store calls a live source: no path begins like this.
fn store_key(name: &str) -> String {
    format!("live:{name}")
}

fn spawn<'scope>(scope: &'scope thread::Scope<'scope, '_>, name: &str, run: impl FnOnce() + Send + 'scope) -> Result<(), Error> {
    thread::Builder::new().name(name.into()).spawn_scoped(scope, run).map(drop).map_err(Error::Thread)
}

struct Writer<'a, S> {
    plan: &'a WatchPlan,
    store: &'a mut S,
    observer: &'a dyn Observer,
    states: Vec<SourceState>,
    rejects: Vec<Rejects>,
    /// How far each source is in the batch.
    positions: Vec<Option<Position>>,
    batch: Batch,
    /// When the oldest block of the batch came.
    since: Option<Instant>,
    purged: Instant,
}

impl<'a, S: Ingest + Upkeep> Writer<'a, S> {
    fn new(plan: &'a WatchPlan, names: &[String], cursors: &[Option<Cursor>], store: &'a mut S, observer: &'a dyn Observer) -> Result<Self, Error> {
        let mut rejects = Vec::new();
        for (name, cursor) in names.iter().zip(cursors) {
            let mut of_source = Rejects::new(plan.rejects.clone()).map_err(Error::Rejects)?;
            of_source.begin(&store_key(name), cursor.as_ref().map_or(0, |cursor| cursor.rejects_len)).map_err(Error::Rejects)?;
            rejects.push(of_source);
        }
        let state = |(name, cursor): (&String, &Option<Cursor>)| SourceState {
            name: name.clone(),
            cursor: cursor.as_ref().map_or(0, |cursor| cursor.byte),
            ..SourceState::default()
        };
        let states = names.iter().zip(cursors).map(state).collect();
        let positions = vec![None; names.len()];
        Ok(Self { plan, store, observer, states, rejects, positions, batch: Batch::default(), since: None, purged: Instant::now() })
    }

    fn run(&mut self, done: &Receiver<(u64, Outcome)>, tokens: &Receiver<()>) -> Result<(), Error> {
        let mut waiting = BTreeMap::new();
        let mut next = 0;
        loop {
            match done.recv_timeout(self.patience()) {
                Ok((number, outcome)) => drop(waiting.insert(number, outcome)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            while let Some(outcome) = waiting.remove(&next) {
                next += 1;
                // Nobody waits for it once the sources have ended.
                let _ended = tokens.try_recv().is_err();
                let block = outcome.map_err(|(source_name, line)| Error::Internal { source_name, line })?;
                self.take(*block)?;
            }
            if self.batch.len() >= self.plan.batch || self.patience().is_zero() {
                self.commit()?;
            }
        }
        self.commit()
    }

    /// How long the batch may still wait.
    fn patience(&self) -> Duration {
        self.since.map_or(PURGE_EVERY, |since| self.plan.commit_every.saturating_sub(since.elapsed()))
    }

    /// Adds a block to the batch.
    fn take(&mut self, mut block: Assessed) -> Result<(), Error> {
        let (Some(state), Some(rejects)) = (self.states.get_mut(block.input), self.rejects.get_mut(block.input)) else { return Ok(()) };
        for problem in &block.problems {
            rejects.write(problem, self.plan.keep_rejected_records).map_err(Error::Rejects)?;
        }
        let tally = &block.tally;
        state.posts += tally.all.posts;
        state.adverts += tally.all.adverts;
        state.review += tally.all.review;
        state.deletes += tally.deletes;
        state.ignored += tally.ignored;
        state.rejected += tally.rejected;
        state.repaired += tally.repaired;
        if let Some(position) = self.positions.get_mut(block.input) {
            *position = Some(block.after);
        }
        self.batch.append(&mut block.batch);
        self.since.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// One transaction: the cursors of all sources that brought something, counts, finds. Rejects are on the disk before it.
    fn commit(&mut self) -> Result<(), Error> {
        if self.since.take().is_none() {
            return Ok(());
        }
        for ((state, rejects), position) in self.states.iter_mut().zip(&mut self.rejects).zip(&mut self.positions) {
            let Some(Position { byte, line }) = position.take() else { continue };
            let rejects_len = rejects.sync().map_err(Error::Rejects)?;
            state.cursor = byte;
            self.batch.set_cursor(Cursor { source: store_key(&state.name), byte, line, rejects_len, ..Cursor::default() });
        }
        let receipt = self.store.commit(&self.batch)?;
        self.batch.clear();
        self.observer.committed(&self.states, receipt.new);
        if self.purged.elapsed() >= PURGE_EVERY {
            self.purged = Instant::now();
            self.store.purge((self.plan.clock)())?;
        }
        Ok(())
    }
}
