//! The cross-classification that posts are counted in.

use vigie_model::{Lang, Timestamp};

use crate::{Network, ScoreBin, WatchSet};

/// The hour of posts whose time is not known. No real hour has this value.
pub const UNKNOWN_HOUR: i64 = i64::MIN;

/// Hours since 1970 of a time, or [`UNKNOWN_HOUR`].
#[must_use]
pub fn hour_of(time: Option<Timestamp>) -> i64 {
    time.map_or(UNKNOWN_HOUR, Timestamp::hour)
}

/// The cell that a post is counted in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellKey {
    /// Watches that the post matched.
    pub watches: WatchSet,
    /// Network.
    pub network: Network,
    /// Language of the text.
    pub lang: Lang,
    /// Hours since 1970 (UTC) of the time of posting, or [`UNKNOWN_HOUR`].
    pub hour: i64,
    /// Band and score.
    pub bin: ScoreBin,
    /// Whether the post repeats another; shares count these apart.
    pub repost: bool,
}

impl CellKey {
    /// What remains when the verdict and the repost mark are left out: where distinct counts are kept.
    #[must_use]
    pub fn stratum(&self) -> StratumKey {
        StratumKey { watches: self.watches.clone(), network: self.network, lang: self.lang, hour: self.hour }
    }
}

/// All cells that differ in the score bin and the repost mark only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StratumKey {
    /// Watches that the posts matched.
    pub watches: WatchSet,
    /// Network.
    pub network: Network,
    /// Language of the texts.
    pub lang: Lang,
    /// Hours since 1970 (UTC), or [`UNKNOWN_HOUR`].
    pub hour: i64,
}
