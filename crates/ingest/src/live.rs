//! What the pipeline asks of a source that does not end.

use std::sync::atomic::AtomicBool;

use crate::{Block, Position};

/// A live source: it yields blocks, each with the cursor that follows it, and deals with lost connections itself.
///
/// Of a live source's [`Position`], `byte` is the cursor that its server understands and `line` the number of the message.
pub trait LiveSource: Send {
    /// Its name, under which the store keeps the cursor.
    fn name(&self) -> &str;

    /// Delivers blocks until `stop` is set or `deliver` says that nobody listens any more. Starts after `from`, which is what
    /// was committed; `deliver` blocks while the pipeline is busy, and then the source must not read on.
    fn run(&mut self, from: Option<Position>, deliver: &mut dyn FnMut(Block) -> bool, stop: &AtomicBool);
}
