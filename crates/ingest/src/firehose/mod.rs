//! The firehose of the AT protocol, `com.atproto.sync.subscribeRepos`: what a relay or a single server sends, before
//! anybody else has put it into other words.
//!
//! A frame is two DAG-CBOR values, a header and a body. A commit's body carries an archive (CAR) with the records,
//! the tree nodes on the way to them and the commit that the account's key signed. Each operation is told here as the
//! event of Jetstream, version 1, so that one decoder serves both; the frame itself stays the post's original, and with it
//! the signature. See <https://atproto.com/specs/event-stream> and <https://atproto.com/specs/sync>.

mod car;
mod cbor;
mod frame;

pub use frame::{Commit, Frame, Operation};

/// Whether a record is a frame of the firehose and no text: it begins with a map whose first key is `t` or `op`.
/// The first byte can begin no character.
pub(crate) fn is_frame(record: &[u8]) -> bool {
    matches!(record, [0xa1 | 0xa2, 0x61, b't', ..] | [0xa1 | 0xa2, 0x62, b'o', b'p', ..])
}

/// Why a frame or a part of it cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameFault {
    /// A length leads beyond the end.
    #[error("the frame ends too early")]
    Truncated,
    /// Not DAG-CBOR.
    #[error("not DAG-CBOR: {0}")]
    Cbor(&'static str),
    /// Not a CAR file.
    #[error("not a CAR file of version 1: {0}")]
    Car(&'static str),
    /// A field that a message of this kind must have.
    #[error("field `{0}` is missing or of the wrong type")]
    Field(&'static str),
    /// A record is named but not in the archive.
    #[error("block {0} is not in the frame")]
    BlockMissing(Box<str>),
    /// A record is not what its identifier stands for: altered, or damaged.
    #[error("the bytes of block {0} do not have its hash")]
    Hash(Box<str>),
}
