//! The web console: where people look, decide and stay well.
//!
//! Start with [`Console::new`] and [`Console::serve`]. Every address is a row of `routes::ROUTES` with what it takes to use it, so that no page exists
//! without a permission; `access` guards them all. Pages are rendered on the server and work without scripts; the store is reached through its
//! ports only ([`vigie_store::Review`], [`vigie_store::Accounts`], [`vigie_store::Measuring`]).

mod access;
mod api;
mod app;
mod assets;
mod auth;
pub mod backtest;
mod error;
mod guard;
mod kept;
mod pages;
mod pool;
mod routes;
mod spans;
pub mod tasks;

pub use api::openapi;
pub use app::{Console, Site, SourceHealth};
pub use error::Error;

#[cfg(test)]
mod tests;
