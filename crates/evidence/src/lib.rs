//! Sealed captures that anybody can verify without Vigie.
mod digest;
pub mod durable;
pub mod log;
pub mod tlog;

pub use digest::Digest;
