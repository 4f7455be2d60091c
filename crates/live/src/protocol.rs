//! What differs between the streams: the request, the cursor of a message, and messages about the stream itself.

use serde::Deserialize;
use vigie_ingest::firehose::Frame;

/// Which stream a server offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// Jetstream, version 1: JSON; the cursor is a time in microseconds.
    Jetstream,
    /// Jetstream, version 2 (`network.bsky.jetstream.subscribeEvents`): JSON; the cursor is a number.
    Jetstream2,
    /// `com.atproto.sync.subscribeRepos` of a relay or a single server: CBOR with signed commits; the cursor is a number.
    Firehose,
}

/// What a message says about the stream rather than about a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// Older messages than asked for are gone; the stream goes on.
    Gap,
    /// The cursor is ahead of the server: it is another one, or was reset.
    FutureCursor,
    /// The server ends the stream for another reason.
    Ended(String),
}

/// A time cursor is taken back by so much, because the times of messages are not quite in order.
const OVERLAP_MICROS: u64 = 5_000_000;

/// Errors and notices stand at the beginning of a frame.
const HEAD: usize = 256;

impl Protocol {
    /// The path and query that name the stream of posts, for servers given without one.
    pub(crate) fn default_path(self) -> &'static str {
        match self {
            Self::Jetstream => "/subscribe?wantedCollections=app.bsky.feed.post",
            Self::Jetstream2 => "/xrpc/network.bsky.jetstream.subscribeEvents?collections=app.bsky.feed.post",
            Self::Firehose => "/xrpc/com.atproto.sync.subscribeRepos",
        }
    }

    /// Name of the subprotocol to ask for.
    pub(crate) fn subprotocol(self) -> Option<&'static str> {
        (self == Self::Jetstream2).then_some("xrpc.v1.json")
    }

    /// What to ask for, so that nothing after `cursor` is missed.
    pub(crate) fn requested(self, cursor: u64) -> u64 {
        if self == Self::Jetstream { cursor.saturating_sub(OVERLAP_MICROS) } else { cursor }
    }

    /// The cursor of a message; none for messages that do not move the stream.
    pub(crate) fn cursor(self, message: &[u8]) -> Option<u64> {
        match self {
            Self::Jetstream => serde_json::from_slice::<MessageV1>(message).ok()?.time_us,
            Self::Jetstream2 => serde_json::from_slice::<MessageV2>(message).ok()?.payload?.seq,
            Self::Firehose => Frame::parse(message).ok()?.seq().and_then(|seq| u64::try_from(seq).ok()),
        }
    }

    /// Whether a message is about the stream itself.
    pub(crate) fn notice(self, message: &[u8]) -> Option<Notice> {
        match self {
            Self::Jetstream => None,
            Self::Jetstream2 => notice_v2(message),
            Self::Firehose => match Frame::parse(message).ok()? {
                Frame::Error { name: "FutureCursor" } => Some(Notice::FutureCursor),
                Frame::Error { name } => Some(Notice::Ended(name.to_owned())),
                frame => frame.is_outdated_cursor().then_some(Notice::Gap),
            },
        }
    }
}

fn notice_v2(message: &[u8]) -> Option<Notice> {
    let head = message.get(..HEAD).unwrap_or(message);
    let has = |needle: &[u8]| head.windows(needle.len()).any(|window| window == needle);
    if !has(b"\"error\"") && !has(b"#info\"") {
        return None;
    }
    let message: MessageV2 = serde_json::from_slice(message).ok()?;
    if message.kind == "error" {
        let name = message.error.unwrap_or_else(|| "unnamed".to_owned());
        return Some(if name == "FutureCursor" { Notice::FutureCursor } else { Notice::Ended(name) });
    }
    let payload = message.payload?;
    (payload.kind.ends_with("#info") && payload.name.as_deref() == Some("OutdatedCursor")).then_some(Notice::Gap)
}

#[derive(Deserialize)]
struct MessageV1 {
    time_us: Option<u64>,
}

#[derive(Deserialize)]
struct MessageV2 {
    #[serde(rename = "$type", default)]
    kind: String,
    error: Option<String>,
    payload: Option<PayloadV2>,
}

#[derive(Deserialize)]
struct PayloadV2 {
    #[serde(rename = "$type", default)]
    kind: String,
    seq: Option<u64>,
    name: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_and_notices() {
        use Protocol::{Firehose, Jetstream, Jetstream2};
        assert_eq!(Jetstream.cursor(br#"{"did":"d","time_us":1783175888085434,"kind":"commit"}"#), Some(1_783_175_888_085_434));
        assert_eq!(Jetstream.requested(1_783_175_888_085_434), 1_783_175_883_085_434);
        let commit = br##"{"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#commit","seq":9}}"##;
        assert_eq!((Jetstream2.cursor(commit), Jetstream2.notice(commit)), (Some(9), None));
        assert_eq!(Jetstream2.notice(br#"{"$type":"error","error":"ConsumerTooSlow"}"#), Some(Notice::Ended("ConsumerTooSlow".into())));
        let outdated = br##"{"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#info","name":"OutdatedCursor"}}"##;
        assert_eq!((Jetstream2.cursor(outdated), Jetstream2.notice(outdated)), (None, Some(Notice::Gap)));
        assert_eq!(Firehose.notice(b"\xa1\x62op\x20\xa1\x65error\x6cFutureCursor"), Some(Notice::FutureCursor));
        assert_eq!(Firehose.notice(b"\xa2\x61t\x65#info\x62op\x01\xa1\x64name\x6eOutdatedCursor"), Some(Notice::Gap));
        assert_eq!(Firehose.cursor(b"\xa2\x61t\x68#account\x62op\x01\xa2\x63seq\x07\x63did\x61d"), Some(7));
        for protocol in [Jetstream, Jetstream2, Firehose] {
            assert_eq!((protocol.cursor(b"\xff{"), protocol.notice(b"\xff{")), (None, None));
        }
    }
}
