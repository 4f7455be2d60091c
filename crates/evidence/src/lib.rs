//! Sealed captures that anybody can verify without Vigie.
pub mod capture;
pub mod case_uco;
mod digest;
pub mod durable;
pub mod fetch;
pub mod http;
pub mod log;
pub mod receipt;
pub mod statement;
pub mod surt;
pub mod tlog;
pub mod tsp;
pub mod vault;
pub mod verify;
pub mod wacz;
pub mod warc;

pub use digest::Digest;
