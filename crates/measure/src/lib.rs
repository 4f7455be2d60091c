//! Counting: the cells into which every post falls, and mergeable distinct counts. Pure functions and plain data, no I/O.
//!
//! - [`CellKey`] names the cell of the cross-classified count that a post belongs to; counts per cell are commutative sums.
//! - [`ScoreBin`] is the finest thing kept of a score, and knows its band, so shares follow from bins alone.
//! - [`Sketch`] counts distinct texts or authors in bounded space and merges without coordination.
//! - [`post_key`], [`text_hash`] and [`author_hash`] are the hashes that ledgers and sketches are fed with.

mod bin;
mod cell;
mod hash;
mod network;
mod sketch;
mod watches;

pub use bin::ScoreBin;
pub use cell::{CellKey, StratumKey, UNKNOWN_HOUR, hour_of};
pub use hash::{author_hash, post_key, text_hash};
pub use network::Network;
pub use sketch::{Sketch, SketchError};
pub use watches::WatchSet;
