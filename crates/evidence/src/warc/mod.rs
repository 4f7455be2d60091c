//! WARC 1.1 (ISO 28500:2017): one gzip member a record, SHA-256 digests on each, standard fields only.

mod read;
mod write;

pub use read::{ReadRecord, WarcLimits, WarcProblem, read_warc};
pub use write::{Kind, Record, WarcWriter, Written, record_id};

/// End of the HTTP header in a block of `application/http`: the offset of the entity.
pub fn entity_offset(block: &[u8]) -> Option<usize> {
    block.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

#[cfg(test)]
mod tests;
