//! Where something is in an input.

use serde::{Deserialize, Serialize};

/// A place in the decompressed bytes of an input.
///
/// The position after a block is also the cursor: opening the input there gives exactly what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Bytes before it, a byte-order mark included.
    pub byte: u64,
    /// Line, counted from 1.
    pub line: u64,
}

impl Position {
    /// The beginning.
    pub const START: Self = Self { byte: 0, line: 1 };

    /// The position after `bytes`, when they begin here.
    #[must_use]
    pub(crate) fn after(self, bytes: &[u8]) -> Self {
        let lines = memchr::memchr_iter(b'\n', bytes).count();
        Self { byte: self.byte.saturating_add(bytes.len() as u64), line: self.line.saturating_add(lines as u64) }
    }
}

impl Default for Position {
    fn default() -> Self {
        Self::START
    }
}
