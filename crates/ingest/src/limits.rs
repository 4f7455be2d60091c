//! What one input may cost.

/// Bounds of memory and work for one input. Nothing an input contains can exceed them.
///
/// A [`crate::Blocks`] holds at most about `2 × (max_record + block)` bytes, plus the blocks that the caller keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest record, in bytes. A longer one is skipped and reported once.
    pub max_record: usize,
    /// Greatest ratio of decompressed to compressed bytes, judged once 256 MiB were produced.
    pub max_expansion: u64,
    /// Greatest window of a zstd frame, as a power of two.
    pub zstd_window_log: u32,
    /// How many bytes to read at a time: the usual size of a block.
    pub block: usize,
}

impl Limits {
    /// From this many decompressed bytes on, the expansion is judged.
    pub(crate) const EXPANSION_JUDGED_FROM: u64 = 256 << 20;

    /// The block size that is really used: a block of a few bytes would only cost time.
    pub(crate) fn chunk(&self) -> usize {
        self.block.max(64)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_record: 8 << 20, max_expansion: 500, zstd_window_log: 25, block: 1 << 20 }
    }
}
