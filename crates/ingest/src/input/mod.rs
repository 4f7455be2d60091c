//! Opening and cutting: from files to blocks of whole records.

mod block;
mod blocks;
mod build;
mod events;
mod feed;
mod find;
mod frames;
mod lines;
mod reason;
mod scanner;
mod sniff;
mod stream;
mod values;

pub use block::{Block, Record, Records};
pub use blocks::Blocks;
pub use build::BlockBuilder;
pub use find::{Input, InputError, find_inputs};
pub use reason::InputReason;
