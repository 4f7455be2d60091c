//! Sealed captures that anybody can verify without Vigie.
mod digest;
pub mod durable;
pub mod http;
pub mod log;
pub mod surt;
pub mod tlog;
pub mod tsp;
pub mod wacz;
pub mod warc;

pub use digest::Digest;
