//! Measuring: the sample that people read, their labels, and the counts that it stands for.

use serde::Serialize;
use vigie_measure::{Network, ScoreBin, Tier, sample::Priority};
use vigie_model::{Label, Lang, Timestamp};

use crate::Result;

/// What a share is asked of. Whole days in UTC by the time of posting.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Domain {
    /// The watch.
    pub watch: String,
    /// This network only.
    pub network: Option<String>,
    /// First day, YYYY-MM-DD.
    pub since: Option<String>,
    /// Last day.
    pub until: Option<String>,
    /// Whether posts that repeat another count.
    pub reposts: bool,
}

/// Posts of a domain that are alike as far as roll-ups tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DomainCell {
    /// Band and score.
    pub bin: ScoreBin,
    /// Language.
    pub lang: Lang,
    /// Network.
    pub network: Network,
    /// Hours since 1970 (UTC), or [`vigie_measure::UNKNOWN_HOUR`].
    pub hour: i64,
    /// Posts.
    pub posts: u64,
    /// Views of those whose views are known.
    pub views: u64,
    /// How many those are.
    pub viewed: u64,
}

/// A label, as a person gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenLabel {
    /// Who.
    pub reviewer: String,
    /// What.
    pub label: Label,
    /// When.
    pub at: Timestamp,
}

/// A post in the measuring sample.
#[derive(Debug, Clone, PartialEq)]
pub struct SampledPost {
    /// The store's key of it.
    pub key: u64,
    /// Its place in the draw.
    pub priority: Priority,
    /// Which state of the post was drawn.
    pub revision: u32,
    /// Network.
    pub network: Network,
    /// Language.
    pub lang: Lang,
    /// Hours since 1970 (UTC).
    pub hour: i64,
    /// Band and score.
    pub bin: ScoreBin,
    /// The detector's score.
    pub score: f64,
    /// A keyed hash of its author, where that may be kept.
    pub author: Option<u64>,
    /// How often it had been seen.
    pub views: Option<u64>,
    /// Its text, where that may be kept.
    pub text: Option<String>,
    /// Whether it was deleted before somebody read it.
    pub gone: bool,
    /// Labels of this state of it, oldest first.
    pub labels: Vec<GivenLabel>,
}

/// The sample of a domain with what it stands for.
#[derive(Debug, Clone, Default)]
pub struct DomainSample {
    /// All posts of the domain.
    pub cells: Vec<DomainCell>,
    /// For each tier: posts of the domain with a priority below it are all in the sample.
    pub thresholds: [Priority; Tier::ALL.len()],
    /// Posts of the sample, in order of priority.
    pub posts: Vec<SampledPost>,
    /// Days of the domain on which posts were counted before samples were drawn.
    pub unsampled_days: u64,
}

/// The commitment to the posts of one hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DenominatorRoot {
    /// Hours since 1970 (UTC) of the time of posting.
    pub hour: i64,
    /// Posts committed to, revisions counted each.
    pub posts: u64,
    /// SHA-256 chain over their commitments, hexadecimal.
    pub root: String,
}

/// Reading what shares are estimated from.
pub trait Measuring {
    /// The sample of a domain with labels and counts. Memory grows with the domain's cells and its sample, both bounded by
    /// configuration.
    ///
    /// # Errors
    /// The back end fails.
    fn domain_sample(&self, domain: &Domain) -> Result<DomainSample>;

    /// The store's key of a post that a source names, to import labels by.
    fn post_key(&self, network: &str, id: &str) -> u64;

    /// Commitments to the denominators, one an hour.
    ///
    /// # Errors
    /// The back end fails.
    fn denominator_roots(&self) -> Result<Vec<DenominatorRoot>>;

    /// First 16 hexadecimal digits of a fingerprint of the seed of all samples: stores with the same one draw the same posts.
    fn seed_fingerprint(&self) -> String;
}

/// Writing labels.
pub trait Labelling {
    /// Adds a label; returns its number.
    ///
    /// # Errors
    /// The back end fails.
    fn add_label(&mut self, key: u64, revision: u32, given: &GivenLabel) -> Result<i64>;

    /// Marks a label as withdrawn. Returns whether there was one.
    ///
    /// # Errors
    /// The back end fails.
    fn withdraw_label(&mut self, number: i64) -> Result<bool>;
}
