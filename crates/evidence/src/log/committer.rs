//! Group commit: many threads append, one writes, and all that wait share its syncs.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread::JoinHandle,
};

use super::{Log, LogError};

/// Entries in one commit at most; bounds memory together with the entry limit.
const MAX_BATCH: usize = 4096;
/// Entries that may wait; more block their senders.
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

/// A log with a writer thread of its own. Dropping it writes what waits and closes the log.
#[derive(Debug)]
pub struct Committer {
    queue: Option<SyncSender<Waiting>>,
    thread: Option<JoinHandle<()>>,
}

impl Committer {
    /// Starts the writer.
    pub fn new(log: Log) -> Self {
        let (queue, waiting) = sync_channel(MAX_WAITING);
        let thread = std::thread::spawn(move || write_batches(log, &waiting));
        Self { queue: Some(queue), thread: Some(thread) }
    }

    /// Appends an entry and waits until it is durable.
    ///
    /// # Errors
    /// The log's; shared by all entries of the batch.
    pub fn append(&self, entry: Vec<u8>) -> Result<Appended, Arc<LogError>> {
        let stopped = || Arc::new(LogError::Stopped);
        if entry.len() > super::MAX_STATEMENT {
            return Err(Arc::new(LogError::TooLong(entry.len())));
        }
        let (reply, answer) = channel();
        self.queue.as_ref().ok_or_else(stopped)?.send(Waiting { entry, reply }).map_err(|_| stopped())?;
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

fn write_batches(mut log: Log, waiting: &Receiver<Waiting>) {
    while let Ok(first) = waiting.recv() {
        let mut batch = vec![first];
        batch.extend(waiting.try_iter().take(MAX_BATCH - 1));
        let entries: Vec<&[u8]> = batch.iter().map(|waiting| waiting.entry.as_slice()).collect();
        let result = log.append(&entries).map_err(Arc::new);
        let checkpoint: Arc<str> = log.checkpoint().into();
        for (offset, waiting) in (0..).zip(&batch) {
            let answer = result.as_ref().map(|places| Appended { index: places.start + offset, checkpoint: Arc::clone(&checkpoint) }).map_err(Arc::clone);
            // Whoever no longer waits needs no answer.
            drop(waiting.reply.send(answer));
        }
    }
}
