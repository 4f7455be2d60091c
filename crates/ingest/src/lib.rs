//! From files to events: opening and cutting on one reader thread, decoding on as many threads as there are.
//!
//! 1. [`find_inputs`] lists what to read; [`Blocks`] opens one input, undoes gzip or zstd, finds out how its
//!    records are framed and hands out [`Block`]s of whole records. It does as little as possible for each record.
//! 2. [`Decoder`] turns one record into [`vigie_model::Event`]s that borrow from the block.
//!
//! Whatever is wrong with the bytes becomes a located [`Problem`] or [`DecodeProblem`], never a panic and never
//! silence; memory is bounded by [`Limits`]. The formats are described in `docs/formats.md`.

mod decode;
pub mod firehose;
mod import;
mod input;
mod limits;
mod live;
mod position;
mod problem;
mod recognition;

pub use decode::{DecodeProblem, Decoder, ProblemKind, Reason};
pub use import::{ImportFault, ImportOptions, MAX_EXPORT, read_export};
pub use input::{Block, BlockBuilder, Blocks, Input, InputError, InputReason, Record, Records, find_inputs};
pub use limits::Limits;
pub use live::LiveSource;
pub use position::Position;
pub use problem::Problem;
pub use recognition::Recognition;
