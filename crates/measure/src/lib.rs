//! Measuring: the cells into which every post falls, mergeable distinct counts, shares with intervals, bursts and drift. Pure functions
//! and plain data, no I/O.
//!
//! - [`CellKey`] names the cell of the cross-classified count that a post belongs to; counts per cell are commutative sums.
//! - [`ScoreBin`] is the finest thing kept of a score, and knows its band, so shares follow from bins alone.
//! - [`Sketch`] counts distinct texts or authors in bounded space and merges without coordination.
//! - [`estimate`] turns counts, labels and scores into shares with intervals; [`exposure`] into what a reader meets.
//! - [`burst`] finds flash sales in counts by the hour; [`drift`] says whether detector and stream are still what they were.
//! - [`post_key`], [`text_hash`] and [`author_hash`] are the hashes that ledgers and sketches are fed with.

mod bin;
pub mod burst;
mod cell;
pub mod drift;
pub mod estimate;
mod exposure;
mod hash;
mod network;
pub mod random;
pub mod sample;
pub mod share;
mod sketch;
mod watches;

pub use bin::ScoreBin;
pub use cell::{CellKey, StratumKey, UNKNOWN_HOUR, hour_of};
pub use exposure::exposure;
pub use hash::{author_hash, post_key, text_hash};
pub use network::Network;
pub use sample::Tier;
pub use sketch::{Sketch, SketchError};
pub use watches::WatchSet;
