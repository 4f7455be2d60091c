//! A stream with what was read ahead of it, and how it ended.

use std::io::Read;

use super::{InputReason, stream::Stream};

/// What a pipe holds, as a rule: asking for more at a time only costs clearing the buffer.
const LIVE_READ: usize = 64 << 10;

/// Hands out decompressed bytes in pieces, and remembers the end and the reason for it.
pub(super) struct Feed {
    stream: Stream,
    /// Bytes already read from the stream in order to recognise the framing.
    ahead: Vec<u8>,
    /// Hand out what has come rather than wait for a whole block.
    live: bool,
    offset: u64,
    ended: bool,
    fault: Option<InputReason>,
}

impl Feed {
    pub(super) fn new(stream: Stream, live: bool) -> Self {
        Self { stream, ahead: Vec::new(), live, offset: 0, ended: false, fault: None }
    }

    /// Whether everything was handed out.
    pub(super) fn ended(&self) -> bool {
        self.ended && self.ahead.is_empty()
    }

    /// Why the stream broke off, if it did, once everything before that was handed out.
    pub(super) fn fault(&self) -> Option<&InputReason> {
        self.fault.as_ref().filter(|_| self.ahead.is_empty())
    }

    /// How many bytes were read from the stream, from the very beginning of the input.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Appends about `want` bytes; fewer if live or at the end.
    pub(super) fn fill(&mut self, buf: &mut Vec<u8>, want: usize) {
        if !self.ahead.is_empty() {
            buf.append(&mut self.ahead);
        } else if !self.ended {
            self.read(buf, want);
        }
    }

    /// Reads ahead, without handing out, until `enough` says so, `most` bytes are there or the stream ends.
    pub(super) fn peek(&mut self, most: usize, mut enough: impl FnMut(&[u8], bool) -> bool) {
        let mut ahead = std::mem::take(&mut self.ahead);
        while !self.ended && ahead.len() < most {
            let missing = most.saturating_sub(ahead.len());
            self.read(&mut ahead, missing);
            if enough(&ahead, self.ended) {
                break;
            }
        }
        self.ahead = ahead;
    }

    /// What [`Feed::peek`] read.
    pub(super) fn ahead(&self) -> &[u8] {
        &self.ahead
    }

    /// Leaves out the first `bytes` of what was read ahead.
    pub(super) fn drop_ahead(&mut self, bytes: usize) {
        self.ahead.drain(..bytes.min(self.ahead.len()));
    }

    /// Goes on at byte `byte` of the decompressed input, which is not the first, and returns the byte before it.
    /// Only right after the stream was opened and peeked into.
    pub(super) fn skip_to(&mut self, byte: u64) -> Option<u8> {
        let before = byte.saturating_sub(1);
        match self.stream.seek(before) {
            Ok(true) => {
                self.ahead.clear();
                self.offset = before;
                self.ended = false;
                self.fault = None;
            }
            Ok(false) => self.discard(before),
            Err(reason) => self.stop(reason),
        }
        if self.ahead.is_empty() && !self.ended {
            let mut ahead = Vec::new();
            self.read(&mut ahead, 1);
            self.ahead = ahead;
        }
        let last = self.ahead.first().copied();
        self.drop_ahead(1);
        if last.is_none() && self.fault.is_none() {
            self.stop(InputReason::ShorterThanCursor);
        }
        last
    }

    fn discard(&mut self, byte: u64) {
        let peeked = usize::try_from(byte).unwrap_or(usize::MAX).min(self.ahead.len());
        self.ahead.drain(..peeked);
        let mut scratch = Vec::new();
        while self.ahead.is_empty() && !self.ended && self.offset < byte {
            scratch.clear();
            let want = usize::try_from(byte - self.offset).unwrap_or(usize::MAX).min(1 << 16);
            self.read(&mut scratch, want);
        }
    }

    /// Ends the feed here for `reason`.
    pub(super) fn stop(&mut self, reason: InputReason) {
        self.ahead.clear();
        self.ended = true;
        self.fault = Some(reason);
    }

    fn read(&mut self, buf: &mut Vec<u8>, want: usize) {
        let before = buf.len();
        let want = if self.live { want.min(LIVE_READ) } else { want };
        if buf.capacity().saturating_sub(before) < want {
            // By half as much again: enough not to copy a long record over and over, and still bounded.
            buf.reserve_exact(want.max(before / 2));
        }
        let result = if self.live { read_once(&mut self.stream, buf, want) } else { self.stream.by_ref().take(want as u64).read_to_end(buf) };
        let read = buf.len().saturating_sub(before);
        self.offset = self.offset.saturating_add(read as u64);
        match result {
            Ok(_) => self.ended = read == 0,
            Err(error) => {
                self.ended = true;
                self.fault = Some(self.stream.explain(&error));
            }
        }
    }
}

fn read_once(stream: &mut Stream, buf: &mut Vec<u8>, want: usize) -> std::io::Result<usize> {
    let before = buf.len();
    buf.resize(before.saturating_add(want), 0);
    let read = loop {
        match stream.read(buf.get_mut(before..).unwrap_or_default()) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            other => break other,
        }
    };
    buf.truncate(before.saturating_add(*read.as_ref().unwrap_or(&0)));
    read
}
