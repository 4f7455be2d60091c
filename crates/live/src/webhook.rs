//! The webhook: records that others send, signed, acknowledged only when they are committed.
//!
//! A request is signed like this (the form that payment services have made usual):
//! `Vigie-Signature: t=SECONDS,v1=HEX` with `HEX` = HMAC-SHA-256(secret, `SECONDS` + `.` + body), RFC 2104. What is older or newer than
//! [`TOLERANCE`] is refused, and so is what came before within it: so a request that somebody recorded is of no use to him.
//! Whoever got no answer signs anew; posts that come twice are counted once.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    time::{Duration, Instant},
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{
    Backoff, Listener, Loss, Secret, SettingsError, Source,
    feed::{Feed, Session, TICK},
};

/// How far the sender's clock may be from ours, in seconds.
pub const TOLERANCE: i64 = 300;
/// Longest body, in bytes.
pub const MAX_BODY: usize = 4 << 20;
/// Requests that wait to be taken; more are refused, so that the sender slows down.
const WAITING: usize = 16;
/// How long a sender waits for the commit.
const COMMIT: Duration = Duration::from_secs(30);
/// Shortest secret, in bytes (NIST SP 800-107: half the length of the hash at the least).
const MIN_SECRET: usize = 16;

/// Why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No signature, or none that can be read.
    #[error("the header Vigie-Signature must be t=SECONDS,v1=HEX")]
    Unsigned,
    /// Signed with another secret, or changed since.
    #[error("the signature does not fit the body")]
    Forged,
    /// Signed too long ago, or in the future.
    #[error("the signature's time is more than 300 s from ours")]
    Untimely,
    /// The same request came before.
    #[error("this request came before; sign anew to send it again")]
    Replayed,
    /// Longer than [`MAX_BODY`].
    #[error("the body is longer than 4 MiB; send less at a time")]
    TooLong,
    /// No record in it.
    #[error("the body has no line")]
    Empty,
    /// The pipeline is busy, or nobody reads the source.
    #[error("busy; send it again later")]
    Busy,
    /// Not committed in time: it may still be. Sending it again does no harm.
    #[error("not committed yet; send it again later")]
    Pending,
}

impl Refusal {
    /// The HTTP status that says it.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Unsigned | Self::Forged | Self::Untimely => 401,
            Self::Replayed => 409,
            Self::TooLong => 413,
            Self::Empty => 400,
            Self::Busy | Self::Pending => 503,
        }
    }
}

/// What comes through the door.
struct Delivery {
    body: Vec<u8>,
    /// Is told the cursor with which it will be committed.
    ticket: SyncSender<u64>,
}

/// Where requests are handed in. Whoever runs a web server calls [`Door::receive`] from a thread that may wait.
#[derive(Clone)]
pub struct Door(Arc<Inner>);

struct Inner {
    secret: Secret,
    inbox: SyncSender<Delivery>,
    /// How far the source is committed.
    committed: Mutex<u64>,
    news: Condvar,
    seen: Mutex<Seen>,
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Door")
    }
}

/// Makes the source of that name and the door to it.
///
/// # Errors
/// The secret is too short.
pub fn webhook(name: &str, secret: Secret, listener: Listener) -> Result<(Source, Door), SettingsError> {
    if secret.reveal().len() < MIN_SECRET {
        return Err(SettingsError::Missing("a secret of at least 16 characters"));
    }
    let (inbox, deliveries) = sync_channel(WAITING);
    let inner = Inner { secret, inbox, committed: Mutex::new(0), news: Condvar::new(), seen: Mutex::default() };
    let source = Source::new(name, Backoff::default(), listener, Inbox { deliveries });
    Ok((source, Door(Arc::new(inner))))
}

impl Door {
    /// Takes the body of a `POST /ingest/v1/posts`, lines of JSON, and returns when they are committed: how many lines there were.
    /// `now` is the present in seconds since 1970.
    ///
    /// # Errors
    /// [`Refusal`]; except for [`Refusal::Pending`] nothing was taken.
    pub fn receive(&self, signature: Option<&str>, body: &[u8], now: i64) -> Result<usize, Refusal> {
        if body.len() > MAX_BODY {
            return Err(Refusal::TooLong);
        }
        let mark = self.check(signature, body, now)?;
        let lines = lines(body).count();
        if lines == 0 {
            return Err(Refusal::Empty);
        }
        if !lock(&self.0.seen).note(now, mark) {
            return Err(Refusal::Replayed);
        }
        let done = self.hand_in(body);
        if done.is_err() {
            lock(&self.0.seen).forget(now, mark);
        }
        done.map(|()| lines)
    }

    /// Says how far the source is committed.
    pub fn committed(&self, cursor: u64) {
        *lock(&self.0.committed) = cursor;
        self.0.news.notify_all();
    }

    fn check(&self, signature: Option<&str>, body: &[u8], now: i64) -> Result<[u8; 32], Refusal> {
        let (time, given) = parse(signature.ok_or(Refusal::Unsigned)?).ok_or(Refusal::Unsigned)?;
        let mut mac = keyed(&self.0.secret).ok_or(Refusal::Forged)?;
        mac.update(format!("{time}.").as_bytes());
        mac.update(body);
        mac.verify_slice(&given).map_err(|_| Refusal::Forged)?;
        if (now - time).abs() > TOLERANCE { Err(Refusal::Untimely) } else { Ok(given) }
    }

    fn hand_in(&self, body: &[u8]) -> Result<(), Refusal> {
        let (ticket, number) = sync_channel(1);
        let delivery = Delivery { body: body.to_vec(), ticket };
        self.0.inbox.try_send(delivery).map_err(|error| match error {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => Refusal::Busy,
        })?;
        let deadline = Instant::now() + COMMIT;
        let number = number.recv_timeout(COMMIT).map_err(|_| Refusal::Pending)?;
        let mut committed = lock(&self.0.committed);
        while *committed < number {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Refusal::Pending);
            }
            committed = self.0.news.wait_timeout(committed, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(())
    }
}

/// The value of `Vigie-Signature` for a body, for senders written in Rust.
#[must_use]
pub fn sign(secret: &Secret, time: i64, body: &[u8]) -> Option<String> {
    let mut mac = keyed(secret)?;
    mac.update(format!("{time}.").as_bytes());
    mac.update(body);
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("t={time},v1={hex}"))
}

fn keyed(secret: &Secret) -> Option<Hmac<Sha256>> {
    Hmac::new_from_slice(secret.reveal().as_bytes()).ok()
}

fn parse(signature: &str) -> Option<(i64, [u8; 32])> {
    let mut parts = signature.split(',').map(str::trim);
    let time = parts.next()?.strip_prefix("t=")?.parse().ok()?;
    let hex = parts.next()?.strip_prefix("v1=")?;
    let mut bytes = [0; 32];
    if hex.len() != 64 || parts.next().is_some() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some((time, bytes))
}

fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Signatures seen, by the second in which they came: forgotten when they are too old to be taken at all.
#[derive(Default)]
struct Seen(BTreeMap<i64, HashSet<[u8; 32]>>);

impl Seen {
    /// Whether it is new. Only holders of the secret get here, and the waiting room bounds how many.
    fn note(&mut self, now: i64, mark: [u8; 32]) -> bool {
        // A signature is valid from TOLERANCE before its time to TOLERANCE after it.
        self.0 = self.0.split_off(&(now - 2 * TOLERANCE));
        if self.0.values().any(|seen| seen.contains(&mark)) {
            return false;
        }
        self.0.entry(now).or_default().insert(mark)
    }

    fn forget(&mut self, now: i64, mark: [u8; 32]) {
        if let Some(seen) = self.0.get_mut(&now) {
            seen.remove(&mark);
        }
    }
}

/// The reading side.
struct Inbox {
    deliveries: Receiver<Delivery>,
}

impl Session for Inbox {
    fn session(&mut self, feed: &mut Feed<'_>) -> Result<(), Loss> {
        feed.connected(feed.cursor());
        while feed.tick() {
            match self.deliveries.recv_timeout(TICK) {
                Ok(delivery) => take(&delivery, feed),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(Loss::Closed),
            }
        }
        Ok(())
    }
}

/// A delivery is a step of the cursor, and its last line carries it: so it is committed as a whole.
fn take(delivery: &Delivery, feed: &mut Feed<'_>) {
    let number = feed.cursor().unwrap_or(0).saturating_add(1);
    let mut rest = lines(&delivery.body).peekable();
    while let Some(line) = rest.next() {
        feed.record(line, if rest.peek().is_none() { number } else { 0 });
    }
    feed.flush();
    // Whoever waits no longer will send it again.
    let _gone = delivery.ticket.send(number);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door() -> (Source, Door, Secret) {
        let secret = Secret::new("demo-secret-fictif").unwrap();
        let (source, door) = webhook("hook", secret.clone(), Arc::new(|_: &str, _: &crate::Happening<'_>| {})).unwrap();
        (source, door, secret)
    }

    #[test]
    fn only_what_is_signed_now_is_taken() {
        let (source, door, secret) = door();
        let (now, body) = (1_785_000_000, b"{\"id\":\"1\",\"text\":\"bonjour\"}\n".as_slice());
        let at = |time| sign(&secret, time, body).unwrap();
        let check = |signature: Option<&str>, body: &[u8]| door.check(signature, body, now).err();
        assert_eq!(check(Some(&at(now)), body), None);
        assert_eq!(check(Some(&at(now - 301)), body), Some(Refusal::Untimely));
        assert_eq!(check(Some(&at(now + 301)), body), Some(Refusal::Untimely));
        assert_eq!(check(Some(&at(now)), b"{}"), Some(Refusal::Forged));
        assert_eq!(check(Some(&at(now).replace("t=1785000000", "t=1785000001")), body), Some(Refusal::Forged));
        for bad in ["", "t=1", "t=x,v1=00", "v1=00,t=1", "t=1,v1=é"] {
            assert_eq!(check(Some(bad), body), Some(Refusal::Unsigned), "{bad}");
        }
        assert_eq!(check(None, body), Some(Refusal::Unsigned));
        assert_eq!(door.receive(Some(&sign(&secret, now, b" \n").unwrap()), b" \n", now), Err(Refusal::Empty));
        assert_eq!(door.receive(None, &vec![b' '; MAX_BODY + 1], now), Err(Refusal::TooLong));
        drop(source);
        assert_eq!(door.receive(Some(&at(now)), body, now), Err(Refusal::Busy), "and not a replay afterwards");
        assert_eq!(door.receive(Some(&at(now)), body, now), Err(Refusal::Busy));
    }

    #[test]
    fn a_signature_is_good_once_for_as_long_as_it_is_valid() {
        let mut seen = Seen::default();
        assert!(seen.note(1_000, [1; 32]) && !seen.note(1_000, [1; 32]) && !seen.note(1_600, [1; 32]));
        assert!(seen.note(1_601, [1; 32]), "by then its time is refused");
        seen.forget(1_601, [1; 32]);
        assert!(seen.note(1_601, [1; 32]));
    }

    /// RFC 4231, test case 2, with our prefix taken into the key's message: the same construction by hand.
    #[test]
    fn the_signature_is_hmac_sha_256() {
        let secret = Secret::new("Jefe").unwrap();
        let mut mac = keyed(&secret).unwrap();
        mac.update(b"what do ya want for nothing?");
        let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
