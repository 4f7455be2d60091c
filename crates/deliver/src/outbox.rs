//! Delivering what is due.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

use vigie_model::Timestamp;
use vigie_store::{Casework, Settled};

use crate::{Attempt, Channels, Payload};

/// Two senders at once.
#[derive(Debug, thiserror::Error)]
pub enum Delivery {
    /// Another process delivers.
    #[error("another vigie is delivering from {}: wait for it to end", .0.display())]
    Busy(PathBuf),
    /// The lock.
    #[error("cannot lock {}: {source}", path.display())]
    Lock {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] vigie_store::Error),
}

/// When to try again: twice as long after each attempt, up to a longest pause, and not for ever.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// Seconds after the first attempt.
    pub first: i64,
    /// Longest pause, in seconds.
    pub longest: i64,
    /// Attempts after which a person has to look.
    pub attempts: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: 60, longest: 6 * 3600, attempts: 12 }
    }
}

impl Backoff {
    fn after(self, attempts: u32) -> i64 {
        let doublings = attempts.saturating_sub(1).min(30);
        self.first.saturating_mul(1 << doublings).min(self.longest)
    }
}

/// A message and how it ended.
#[derive(Debug)]
pub struct Sent {
    /// Its document.
    pub document: String,
    /// Its channel.
    pub channel: String,
    /// What became of it.
    pub settled: Settled,
}

/// Delivers every message that is due, each at most once. One sender at a time: a lock file in `folder` sees to it.
///
/// # Errors
/// Another sender is at work, or the store fails; what was sent until then is written down.
pub fn deliver_due(
    desk: &mut dyn Casework,
    channels: &Channels,
    backoff: Backoff,
    folder: &Path,
    now: &dyn Fn() -> Timestamp,
    report: &mut dyn FnMut(&Sent),
) -> Result<(), Delivery> {
    let _lock = lock(folder)?;
    desk.recover(now())?;
    while let Some(message) = desk.claim(now())? {
        let payload = message.payload.as_deref().and_then(|text| serde_json::from_str::<Payload>(text).ok());
        let attempt = match (payload, channels.get(&message.channel)) {
            (Some(payload), Ok(channel)) => channel.send(&message.key, &payload),
            (None, _) => Attempt::Refused("its content is not kept any more".into()),
            (_, Err(error)) => Attempt::NotDelivered(error.to_string()),
        };
        let settled = settle(attempt, message.attempts, backoff, now());
        desk.settle(message.id, &settled, now())?;
        report(&Sent { document: message.document, channel: message.channel, settled });
    }
    Ok(())
}

fn settle(attempt: Attempt, attempts: u32, backoff: Backoff, now: Timestamp) -> Settled {
    match attempt {
        Attempt::Delivered(receipt) => Settled::Delivered(receipt),
        Attempt::Refused(problem) => Settled::Refused(problem),
        Attempt::Unknown(problem) => Settled::Uncertain(problem),
        Attempt::NotDelivered(problem) if attempts >= backoff.attempts => Settled::Refused(format!("given up after {attempts} attempts: {problem}")),
        Attempt::NotDelivered(problem) => {
            let next_at = Timestamp::from_seconds(now.seconds() + backoff.after(attempts)).unwrap_or(now);
            Settled::Retry { next_at, problem }
        }
    }
}

fn lock(folder: &Path) -> Result<File, Delivery> {
    let path = folder.join("outbox.lock");
    let file = File::options().create(true).write(true).truncate(false).open(&path).map_err(|source| Delivery::Lock { path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Delivery::Busy(path)),
        Err(TryLockError::Error(source)) => Err(Delivery::Lock { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end() {
        let backoff = Backoff::default();
        assert_eq!([1, 2, 3, 9, 10, 40].map(|attempts| backoff.after(attempts)), [60, 120, 240, 15_360, 21_600, 21_600]);
        let now = Timestamp::parse("2026-11-24T10:00:00Z").unwrap();
        assert!(matches!(settle(Attempt::NotDelivered("x".into()), 11, backoff, now), Settled::Retry { .. }));
        assert!(matches!(settle(Attempt::NotDelivered("x".into()), 12, backoff, now), Settled::Refused(_)));
    }
}
