//! One run over inputs: a reader thread, a pool of workers, and the calling thread as the only writer.
//!
//! Blocks are numbered as they are read and committed in that order, whole blocks at a time, together with the cursor:
//! whatever happens in between, the next run goes on after the last committed block. All channels are bounded, so the
//! memory of a run does not depend on its inputs.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Write},
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use crossbeam_channel::{Receiver, Sender, bounded};
use vigie_detect::Detector;
use vigie_ingest::{Block, Blocks, Decoder, Input, InputError, Limits, Position};
use vigie_model::Timestamp;
use vigie_rules::LiveRules;
use vigie_store::{Batch, Cursor, Ingest};
use xxhash_rust::xxh3::xxh3_64;

use crate::{
    assess::{Assessed, Now, Shared, VerdictWriter, Worker},
    pictures::Pictures,
    rejects::{Rejects, RejectsTo},
    summary::{Contacts, Summary, Tally},
};

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An input cannot be opened.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The store refused or failed; everything before the current batch is stored.
    #[error(transparent)]
    Store(#[from] vigie_store::Error),
    /// The reject file cannot be written.
    #[error("cannot write the reject file: {0}")]
    Rejects(#[source] io::Error),
    /// The file of verdicts cannot be written.
    #[error("cannot write the verdicts: {0}")]
    Verdicts(#[source] io::Error),
    /// A worker failed on a block: a fault of Vigie, not of the input.
    #[error("internal error in the block of {source_name} that begins at line {line}: please report it; what came before is stored")]
    Internal {
        /// Name of the input.
        source_name: String,
        /// First line of the block.
        line: u64,
    },
    /// The system gives no more threads.
    #[error("cannot start a thread: {0}")]
    Thread(#[source] io::Error),
}

/// How to run.
#[expect(missing_debug_implementations, reason = "holds an open output")]
pub struct Plan {
    /// What to read, in order.
    pub inputs: Vec<Input>,
    /// Bounds for reading.
    pub limits: Limits,
    /// Workers.
    pub threads: NonZero<usize>,
    /// Posts in a transaction, about.
    pub batch: usize,
    /// Time of the run.
    pub now: Timestamp,
    /// Where rejects go.
    pub rejects: RejectsTo,
    /// Whether the rejected records themselves may be kept, or only their places and reasons.
    pub keep_rejected_records: bool,
    /// Whether contacts are looked for in clear posts of watches too, so that the store can hide them in the sample: costs a second look
    /// at each. Needed where the profile keeps no identifiers.
    pub find_contacts_in_samples: bool,
    /// Where a line for every post goes, and what writes it. Such a run reads every input from its beginning.
    pub verdicts: Option<(VerdictWriter, Box<dyn Write>)>,
    /// Reads the pictures of posts; none: they are not looked at.
    pub pictures: Option<Arc<dyn Pictures>>,
}

/// Told how the run gets on.
pub trait Progress: Sync {
    /// So many more bytes of an input were read and committed or queued.
    fn read(&self, bytes: u64);
}

/// A rejected record says nothing about a file until there are so many of them and no post.
const UNRECOGNISED_AFTER: u64 = 100;

/// Problems kept to be shown.
const EXAMPLES: usize = 5;

/// A block on its way to a worker.
pub(crate) struct Work {
    pub(crate) number: u64,
    pub(crate) input: usize,
    pub(crate) last: bool,
    pub(crate) block: Block,
}

/// What became of a block: assessed, or the name of its input and its first line where the worker failed.
pub(crate) type Outcome = Result<Box<Assessed>, (String, u64)>;

/// The reader's ends of the channels.
struct Outlets {
    work: Sender<Work>,
    tokens: Sender<()>,
    spare: Receiver<Vec<u8>>,
}

/// What the threads tell one another besides blocks.
struct Signals<'a> {
    stop: &'a AtomicBool,
    /// Inputs up to this number are given up: nothing in them was recognised.
    abandoned: AtomicUsize,
}

/// Runs a plan. Rules whose packs change meanwhile are taken up after a commit. `stop` may be set at any time: what was read until then is committed, and the next run goes on from there.
///
/// # Errors
/// [`Error`]; what was committed before stays, and the next run goes on after it.
pub fn run(plan: Plan, detector: &Detector, rules: &LiveRules, store: &mut dyn Ingest, progress: &dyn Progress, stop: &AtomicBool) -> Result<Summary, Error> {
    let starts = starts(&plan, store)?;
    let resumed = plan
        .inputs
        .iter()
        .zip(&starts)
        .filter(|(_, start)| start.position != Position::START)
        .map(|(input, start)| (input.name(), start.position.line))
        .collect();
    let decoder = Decoder::new(&plan.limits);
    let pictures = plan.pictures.clone();
    let shared = Shared {
        detector,
        decoder: &decoder,
        rules,
        now: Now::Fixed(plan.now),
        verdict_line: plan.verdicts.as_ref().map(|(writer, _)| *writer),
        find_contacts: plan.find_contacts_in_samples,
        pictures: pictures.as_deref(),
    };
    let signals = Signals { stop, abandoned: AtomicUsize::new(0) };
    let (work_out, work_in) = bounded::<Work>(plan.threads.get() + 1);
    let (done_out, done_in) = bounded::<(u64, Outcome)>(plan.threads.get() + 1);
    // One token for each block under way, so that blocks cannot pile up behind a slow one.
    let (token_out, token_in) = bounded::<()>(plan.threads.get() * 4 + 4);
    let (spare_out, spare_in) = bounded::<Vec<u8>>(plan.threads.get() * 2 + 4);
    let (inputs, limits, threads) = (plan.inputs.clone(), plan.limits, plan.threads);
    let names: Vec<String> = inputs.iter().map(Input::name).collect();
    thread::scope(|scope| {
        let (signals, inputs, names, limits, starts) = (&signals, &inputs, &names, &limits, &starts);
        // The reader owns the sender: when it ends, the workers do.
        let reader = thread::Builder::new()
            .name("reader".into())
            .spawn_scoped(scope, move || read(inputs, limits, starts, &Outlets { work: work_out, tokens: token_out, spare: spare_in }, signals, progress))
            .map_err(Error::Thread)?;
        for number in 0..threads.get() {
            let (work_in, done_out, spare_out) = (work_in.clone(), done_out.clone(), spare_out.clone());
            thread::Builder::new()
                .name(format!("worker-{number}"))
                .spawn_scoped(scope, move || work(shared, names, &work_in, &done_out, &spare_out))
                .map_err(Error::Thread)?;
        }
        drop((work_in, done_out, spare_out));
        let mut writer = Writer::new(plan, starts, store, signals, (detector, rules))?;
        let written = writer.run(&done_in, &token_in);
        drop((done_in, token_in)); // workers and reader end, also after an error
        let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        written?;
        read?;
        Ok(writer.finish(resumed))
    })
}

/// Where an input is to be begun.
struct Start {
    head: u64,
    position: Position,
    rejects_len: u64,
}

/// An input that was interrupted is resumed if it still begins with the same bytes.
fn starts(plan: &Plan, store: &dyn Ingest) -> Result<Vec<Start>, Error> {
    plan.inputs
        .iter()
        .map(|input| {
            let fresh = |head| Start { head, position: Position::START, rejects_len: 0 };
            let (Input::File(path) | Input::Export(path, _)) = input else { return Ok(fresh(0)) };
            let head = head(path).map_err(|source| InputError::Unreadable { path: path.clone(), source })?;
            let cursor = store.cursor(&source_key(input))?.filter(|cursor| plan.verdicts.is_none() && !cursor.finished && cursor.head == head);
            Ok(cursor.map_or(fresh(head), |cursor| Start {
                head,
                position: Position { byte: cursor.byte, line: cursor.line },
                rejects_len: cursor.rejects_len,
            }))
        })
        .collect()
}

/// What the store calls an input: its absolute path, so that it is found again from another folder.
fn source_key(input: &Input) -> String {
    match input {
        Input::Stdin => "-".to_owned(),
        Input::File(path) => absolute(path),
        Input::Export(path, _) => format!("export:{}", absolute(path)),
    }
}

fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

/// Fingerprint of the first bytes of a file.
fn head(path: &Path) -> io::Result<u64> {
    if !path.metadata()?.is_file() {
        return Ok(0);
    }
    let mut bytes = Vec::with_capacity(4096);
    File::open(path)?.take(4096).read_to_end(&mut bytes)?;
    Ok(xxh3_64(&bytes))
}

/// The reader thread: one block ahead, so that the last block of an input is known as such.
fn read(inputs: &[Input], limits: &Limits, starts: &[Start], outlets: &Outlets, signals: &Signals<'_>, progress: &dyn Progress) -> Result<(), Error> {
    let mut number = 0;
    for (index, (input, start)) in inputs.iter().zip(starts).enumerate() {
        if signals.stop.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut blocks = Blocks::open(input, limits, start.position)?;
        let mut held: Option<Block> = None;
        loop {
            if signals.stop.load(Ordering::Relaxed) {
                break;
            }
            outlets.spare.try_iter().for_each(|buffer| blocks.recycle(buffer));
            let next = if signals.abandoned.load(Ordering::Relaxed) > index { None } else { blocks.next_block() };
            let ended = next.is_none();
            if let Some(block) = std::mem::replace(&mut held, next) {
                progress.read(block.len() as u64);
                let sent = outlets.tokens.send(()).is_ok() && outlets.work.send(Work { number, input: index, last: ended, block }).is_ok();
                if !sent {
                    return Ok(()); // the writer gave up
                }
                number += 1;
            }
            if ended {
                break;
            }
        }
    }
    Ok(())
}

/// A worker thread; `names` are those of the inputs.
pub(crate) fn work(shared: Shared<'_>, names: &[String], work: &Receiver<Work>, done: &Sender<(u64, Outcome)>, spare: &Sender<Vec<u8>>) {
    let mut worker = Worker::new(shared);
    for Work { number, input, last, mut block } in work {
        let source = names.get(input).map(String::as_str).unwrap_or_default();
        let line = block.start().line;
        // A panic is our fault: it ends the run with what came before it stored, not the process.
        let assessed = catch_unwind(AssertUnwindSafe(|| worker.assess(input, source, last, &mut block))).map(Box::new).map_err(|_| (source.to_owned(), line));
        // Full or gone: then the buffer is simply freed.
        drop(spare.try_send(block.into_buffer()));
        if done.send((number, assessed)).is_err() {
            return;
        }
    }
}

/// The writer: puts blocks back into order and commits them.
struct Writer<'a> {
    plan: Plan,
    starts: &'a [Start],
    store: &'a mut dyn Ingest,
    signals: &'a Signals<'a>,
    judges: (&'a Detector, &'a LiveRules),
    rejects: Rejects,
    batch: Batch,
    /// The input under way, and what was seen of it.
    input: Option<usize>,
    input_rejects: u64,
    recognised: bool,
    /// Where the batch ends.
    position: Position,
    uncommitted: bool,
    finished_inputs: usize,
    tally: Tally,
    contacts: Contacts,
    summary: Counts,
}

#[derive(Default)]
struct Counts {
    new: u64,
    known: u64,
    edited: u64,
    finds: u64,
    bytes: u64,
    examples: Vec<vigie_ingest::Problem>,
    rules_reloaded: u64,
    rule_faults: Vec<String>,
}

impl<'a> Writer<'a> {
    fn new(plan: Plan, starts: &'a [Start], store: &'a mut dyn Ingest, signals: &'a Signals<'a>, judges: (&'a Detector, &'a LiveRules)) -> Result<Self, Error> {
        let rejects = Rejects::new(plan.rejects.clone()).map_err(Error::Rejects)?;
        Ok(Self {
            plan,
            starts,
            store,
            signals,
            judges,
            rejects,
            batch: Batch::default(),
            input: None,
            input_rejects: 0,
            recognised: false,
            position: Position::START,
            uncommitted: false,
            finished_inputs: 0,
            tally: Tally::default(),
            contacts: Contacts::default(),
            summary: Counts::default(),
        })
    }

    fn run(&mut self, done: &Receiver<(u64, Outcome)>, tokens: &Receiver<()>) -> Result<(), Error> {
        let mut waiting = BTreeMap::new();
        let mut next = 0;
        for (number, assessed) in done {
            waiting.insert(number, assessed);
            while let Some(assessed) = waiting.remove(&next) {
                next += 1;
                // Nobody waits for it once the reader has ended.
                let _ended = tokens.try_recv().is_err();
                match assessed {
                    Ok(assessed) => self.take(*assessed)?,
                    Err((source_name, line)) => return Err(Error::Internal { source_name, line }),
                }
            }
        }
        // Interrupted: what is complete is kept.
        if self.uncommitted { self.commit(false) } else { Ok(()) }
    }

    /// Adds a block to the batch.
    fn take(&mut self, mut block: Assessed) -> Result<(), Error> {
        if self.input != Some(block.input) {
            self.begin(block.input)?;
        }
        if self.signals.abandoned.load(Ordering::Relaxed) > block.input && !self.recognised {
            return if block.last { self.end() } else { Ok(()) };
        }
        self.recognise(&mut block);
        self.tally.add(&block.tally);
        self.contacts.merge(block.contacts);
        self.summary.bytes += block.after.byte.saturating_sub(block.start.byte);
        for problem in block.problems {
            self.rejects.write(&problem, self.plan.keep_rejected_records).map_err(Error::Rejects)?;
            if self.summary.examples.len() < EXAMPLES {
                self.summary.examples.push(problem);
            }
        }
        if let Some((_, out)) = &mut self.plan.verdicts {
            out.write_all(&block.verdict_lines).map_err(Error::Verdicts)?;
        }
        self.batch.append(&mut block.batch);
        self.position = block.after;
        self.uncommitted = true;
        if block.last {
            self.end()
        } else if self.batch.len() >= self.plan.batch {
            self.commit(false)
        } else {
            Ok(())
        }
    }

    fn begin(&mut self, input: usize) -> Result<(), Error> {
        self.input = Some(input);
        self.recognised = false;
        self.input_rejects = 0;
        let keep = self.starts.get(input).map_or(0, |start| start.rejects_len);
        self.recognised = keep > 0 || self.starts.get(input).is_some_and(|start| start.position != Position::START);
        let source = self.plan.inputs.get(input).map(source_key).unwrap_or_default();
        self.rejects.begin(&source, keep).map_err(Error::Rejects)
    }

    /// Gives up an input that is no file of posts, after the first so many rejects.
    fn recognise(&mut self, block: &mut Assessed) {
        let tally = &block.tally;
        self.recognised |= tally.all.posts + tally.ignored + tally.deletes > 0;
        if self.recognised {
            return;
        }
        let room = UNRECOGNISED_AFTER.saturating_sub(self.input_rejects);
        self.input_rejects += block.tally.rejected;
        if block.tally.rejected >= room {
            let source = self.plan.inputs.get(block.input).map(Input::name).unwrap_or_default();
            block.problems.truncate(usize::try_from(room).unwrap_or(usize::MAX));
            block.problems.push(vigie_ingest::Recognition::new(UNRECOGNISED_AFTER).problem(&source, block.after));
            block.tally.rejected = block.problems.len() as u64;
            self.signals.abandoned.store(block.input + 1, Ordering::Relaxed);
        }
    }

    fn end(&mut self) -> Result<(), Error> {
        self.finished_inputs += 1;
        self.commit(true)
    }

    /// One transaction: cursor, counts, finds. Rejects and verdict lines are on the disk before it.
    fn commit(&mut self, finished: bool) -> Result<(), Error> {
        if let Some((_, out)) = &mut self.plan.verdicts {
            out.flush().map_err(Error::Verdicts)?;
        }
        let rejects_len = self.rejects.sync().map_err(Error::Rejects)?;
        let Some((input, start)) = self.input.and_then(|n| self.plan.inputs.get(n).zip(self.starts.get(n))) else { return Ok(()) };
        let Position { byte, line } = self.position;
        self.batch.set_cursor(Cursor { source: source_key(input), head: start.head, byte, line, rejects_len, finished, ..Cursor::default() });
        let receipt = self.store.commit(&self.batch)?;
        self.summary.new += receipt.new;
        self.summary.known += receipt.known + receipt.stale;
        self.summary.edited += receipt.edited;
        self.summary.finds += receipt.finds_new;
        self.batch.clear();
        self.uncommitted = false;
        self.refresh_rules();
        Ok(())
    }

    /// Changed rules are used from the next block on; faulty ones are reported, and the old ones stay in use.
    fn refresh_rules(&mut self) {
        let (detector, rules) = self.judges;
        match rules.refresh(detector) {
            Ok(changed) => self.summary.rules_reloaded += u64::from(changed),
            Err(fault) if self.summary.rule_faults.len() < EXAMPLES => self.summary.rule_faults.push(fault.to_string()),
            Err(_) => {}
        }
    }

    fn finish(self, resumed: Vec<(String, u64)>) -> Summary {
        let stopped = self.finished_inputs < self.plan.inputs.len() && self.signals.stop.load(Ordering::Relaxed);
        let stopped_at = stopped.then(|| {
            let input = self.input.and_then(|n| self.plan.inputs.get(n)).or(self.plan.inputs.first());
            (input.map(Input::name).unwrap_or_default(), self.position.line)
        });
        Summary {
            all: self.tally.all,
            watches: (0u16..)
                .zip(self.judges.0.watches())
                .map(|(n, watch)| (watch.name.clone(), self.tally.watches.get(&n).copied().unwrap_or_default()))
                .collect(),
            rejected: self.tally.rejected,
            repaired: self.tally.repaired,
            ignored: self.tally.ignored,
            deletes: self.tally.deletes,
            new: self.summary.new,
            known: self.summary.known,
            edited: self.summary.edited,
            finds: self.summary.finds,
            pictures: self.tally.pictures,
            contacts: self.contacts.top(10),
            rules: self.tally.rules.counts().map(|(name, count)| (name.to_owned(), count)).collect(),
            rules_reloaded: self.summary.rules_reloaded,
            rule_faults: self.summary.rule_faults,
            examples: self.summary.examples,
            stopped_at,
            resumed,
            inputs: self.plan.inputs.len(),
            bytes: self.summary.bytes,
        }
    }
}
