//! The AT protocol's firehose: each operation on a post, put into the words of Jetstream.

use super::{
    Reason, common, jetstream,
    out::{Out, Source},
};
use crate::firehose::{Commit, Frame, FrameFault};
use vigie_model::Event;

/// Decodes a frame. The frame with its signed commit is the original of each of its posts.
pub(super) fn decode(frame: &[u8], out: &mut Out<'_>) {
    match Frame::parse(frame) {
        Ok(Frame::Commit(commit)) => decode_commit(&commit, frame, out),
        Ok(other @ Frame::Other { kind: "#account", .. }) => decode_account(&other, frame, out),
        Ok(Frame::Other { .. }) => out.event(Event::Ignored),
        Ok(Frame::Error { name }) => out.reject(Reason::SourceError(common::words(name)), None),
        Err(fault) => out.reject(fault.into(), None),
    }
}

/// Whether an account is still there.
fn decode_account(account: &Frame<'_>, frame: &[u8], out: &mut Out<'_>) {
    match account.to_jetstream() {
        Ok(events) if events.is_empty() => out.event(Event::Ignored),
        Ok(events) => events.iter().for_each(|json| deliver(json, frame, out)),
        Err(fault) => out.reject(fault.into(), None),
    }
}

fn decode_commit(commit: &Commit<'_>, frame: &[u8], out: &mut Out<'_>) {
    let posts: Vec<_> = commit.operations.iter().filter(|operation| operation.collection == jetstream::POSTS).collect();
    if posts.is_empty() {
        return out.event(Event::Ignored);
    }
    let archive = match commit.archive() {
        Ok(archive) => archive,
        Err(fault) => return out.reject(fault.into(), None),
    };
    for operation in posts {
        match commit.event(operation, &archive) {
            Ok(json) => deliver(&json, frame, out),
            Err(fault) => out.reject(fault.into(), None),
        }
    }
}

fn deliver(json: &str, frame: &[u8], out: &mut Out<'_>) {
    if let Err(fault) = jetstream::decode_v1(Source { json, raw: frame }, out) {
        // Places in the event mean nothing in the frame.
        out.reject(fault.reason, None);
    }
}

impl From<FrameFault> for Reason {
    fn from(fault: FrameFault) -> Self {
        Self::Frame(fault)
    }
}
