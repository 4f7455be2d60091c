//! Which accounts belong together, and why one may say so: pure functions over finds.
//!
//! A find is turned into an [`Observation`] by [`observe`]: the contacts that its author *offers*, a fingerprint of its text, its pictures.
//! A [`Linker`] gathers observations and [`Linker::solve`] makes clusters of accounts of them. The result is a function of the set of
//! observations and of the [`Plan`]: neither order nor repetition changes it.
//!
//! What is guarded against, and where:
//!
//! | guard | where |
//! | --- | --- |
//! | help lines, emergency numbers, news and platform domains | [`AllowList`], at [`observe`] |
//! | contacts that are quoted, denounced or listed in a directory | [`observe`] |
//! | values that many hold, numbers that were given to somebody else | `holders` |
//! | one medium signal; two that travel together; copied adverts with another number | `pairs` |
//! | accounts that post for several | `cluster`: cut vertices of the graph of contact groups (Hopcroft and Tarjan 1973) |
//! | what a person took apart | `cluster`: forbidden pairs |
//!
//! A cluster is a statement that accounts *share something*. It never says that they are one person.

mod allow;
mod blocks;
mod cluster;
mod describe;
mod history;
mod holders;
mod interner;
mod linker;
mod near;
mod observe;
mod pairs;
mod plan;
mod signal;
mod solution;
mod support;
mod template;
mod union_find;

pub use allow::{AllowList, AllowListError};
pub use describe::{Description, FindFacts, PriceRange, Reach};
pub use history::{Change, carry_over};
pub use linker::Linker;
pub use observe::{FindView, Observation, Picture, observe};
pub use plan::{Guards, Plan};
pub use signal::{Signal, SignalKind, Strength};
pub use solution::{Account, Bridge, Cluster, Grade, Reason, Solution};
pub use template::Template;
