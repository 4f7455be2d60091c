//! Group commit: many threads append, one writes, and all that wait share its syncs.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread::JoinHandle,
};

use super::{Log, LogError};
use crate::tlog::TlogProof;

/// Entries in one commit at most; bounds memory together with the entry limit.
const MAX_BATCH: usize = 4096;
/// Jobs that may wait; more block their senders.
const MAX_WAITING: usize = 8192;

/// Where an entry came to stand.
#[derive(Debug, Clone)]
pub struct Appended {
    /// Its place, from 0.
    pub index: u64,
    /// The signed checkpoint that covers it.
    pub checkpoint: Arc<str>,
}

struct Waiting {
    entry: Vec<u8>,
    reply: Sender<Result<Appended, Arc<LogError>>>,
}

enum Job {
    Append(Waiting),
    Prove { index: u64, reply: Sender<Result<TlogProof, Arc<LogError>>> },
}

/// A log with a writer thread of its own. Dropping it writes what waits and closes the log.
#[derive(Debug)]
pub struct Committer {
    queue: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Committer {
    /// Starts the writer.
    pub fn new(log: Log) -> Self {
        let (queue, jobs) = sync_channel(MAX_WAITING);
        let thread = std::thread::spawn(move || work(log, &jobs));
        Self { queue: Some(queue), thread: Some(thread) }
    }

    /// Appends an entry and waits until it is durable.
    ///
    /// # Errors
    /// The log's; shared by all entries of the batch.
    pub fn append(&self, entry: Vec<u8>) -> Result<Appended, Arc<LogError>> {
        if entry.len() > super::MAX_STATEMENT {
            return Err(Arc::new(LogError::TooLong(entry.len())));
        }
        self.ask(|reply| Job::Append(Waiting { entry, reply }))
    }

    /// The proof of an entry under the checkpoint in force. Asked here and not of the files, which the writer replaces.
    ///
    /// # Errors
    /// The log's.
    pub fn prove(&self, index: u64) -> Result<TlogProof, Arc<LogError>> {
        self.ask(|reply| Job::Prove { index, reply })
    }

    fn ask<T>(&self, job: impl FnOnce(Sender<Result<T, Arc<LogError>>>) -> Job) -> Result<T, Arc<LogError>> {
        let stopped = || Arc::new(LogError::Stopped);
        let (reply, answer) = channel();
        self.queue.as_ref().ok_or_else(stopped)?.send(job(reply)).map_err(|_| stopped())?;
        answer.recv().map_err(|_| stopped())?
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the writer has already been reported to those who waited.
            drop(thread.join());
        }
    }
}

fn work(mut log: Log, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut batch = Vec::new();
        let mut proofs = Vec::new();
        for job in std::iter::once(first).chain(jobs.try_iter().take(MAX_BATCH - 1)) {
            match job {
                Job::Append(waiting) => batch.push(waiting),
                Job::Prove { index, reply } => proofs.push((index, reply)),
            }
        }
        commit(&mut log, &batch);
        for (index, reply) in proofs {
            // Whoever no longer waits needs no answer.
            drop(reply.send(log.proof(index).map_err(Arc::new)));
        }
    }
}

fn commit(log: &mut Log, batch: &[Waiting]) {
    let entries: Vec<&[u8]> = batch.iter().map(|waiting| waiting.entry.as_slice()).collect();
    let result = log.append(&entries).map_err(Arc::new);
    let checkpoint: Arc<str> = log.checkpoint().into();
    for (offset, waiting) in (0..).zip(batch) {
        let answer = result.as_ref().map(|places| Appended { index: places.start + offset, checkpoint: Arc::clone(&checkpoint) }).map_err(Arc::clone);
        drop(waiting.reply.send(answer));
    }
}
