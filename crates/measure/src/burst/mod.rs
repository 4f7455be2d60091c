//! Bursts: flash sales among the posts of a watch (`domain.md` 3.5).
//!
//! A flash sale is a burst of adverts *given* the posts; a match day makes the posts jump, not the share. So hours are tested on
//! [`binomial_tail`] with false-discovery control ([`find_episodes`]). [`kleinberg`] labels episodes afterwards, [`cusum`] finds slow rises.

mod cusum;
mod episode;
mod kleinberg;
mod tails;

pub use cusum::{cusum, poisson_reference};
pub use episode::{Episode, EpisodePlan, Hour, find_episodes};
pub use kleinberg::{KleinbergError, kleinberg, levels_to_runs, spread_ties};
pub use tails::{binomial_tail, kulldorff_llr, negative_binomial_tail, poisson_tail};
