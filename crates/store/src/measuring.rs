//! Measuring: the sample that people read, their labels, and the counts that it stands for.

use serde::Serialize;
use vigie_measure::{Network, ScoreBin, Tier, sample::Priority};
use vigie_model::{Label, Lang, Product, Timestamp, Versions};

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
    /// When it was read from its source.
    pub taken_at: Timestamp,
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
    /// Distinct texts and authors of the domain's posts that repeat no other.
    pub distinct: DistinctCounts,
}

/// Distinct counts: exact up to 256, then with a standard error of 2.3 %.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct DistinctCounts {
    pub texts: u64,
    pub advert_texts: u64,
    pub authors: u64,
    pub advert_authors: u64,
}

/// From when on a version of the detector judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DetectorRun {
    /// First scan with it.
    pub since: Timestamp,
    /// The version.
    pub versions: Versions,
}

/// Counts of one watch on one network in one hour, reposts left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct WatchHour {
    pub network: Network,
    /// Hours since 1970 (UTC).
    pub hour: i64,
    pub posts: u64,
    pub adverts: u64,
    pub advert_authors: u64,
    pub advert_texts: u64,
}

/// What an episode needs of an advert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdvertFind {
    /// When it was posted.
    pub posted_at: Timestamp,
    /// Product classes.
    pub products: Vec<Product>,
    /// Whether it has a promotion (component K14).
    pub promotion: bool,
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

    /// Counts by the hour, by network and then by time; hours without posts are left out, and so are posts without a time.
    ///
    /// # Errors
    /// The back end fails.
    fn watch_hours(&self, domain: &Domain) -> Result<Vec<WatchHour>>;

    /// Adverts of a watch on a network that were posted in these hours (both included), by time; at most `limit`.
    ///
    /// # Errors
    /// The back end fails.
    fn advert_finds(&self, watch: &str, network: Network, hours: (i64, i64), limit: usize) -> Result<Vec<AdvertFind>>;

    /// The store's key of a post that a source names, to import labels by.
    fn post_key(&self, network: &str, id: &str) -> u64;

    /// Commitments to the denominators, one an hour.
    ///
    /// # Errors
    /// The back end fails.
    fn denominator_roots(&self) -> Result<Vec<DenominatorRoot>>;

    /// The detectors that judged, oldest first.
    ///
    /// # Errors
    /// The back end fails.
    fn detector_runs(&self) -> Result<Vec<DetectorRun>>;

    /// First 16 hexadecimal digits of a fingerprint of the seed of all samples: stores with the same one draw the same posts.
    fn seed_fingerprint(&self) -> String;
}

/// Writing labels, and what figures have to be read with.
pub trait Labelling {
    /// Notes that this detector judges from now on, if it is another one than before.
    ///
    /// # Errors
    /// The back end fails.
    fn note_detector(&mut self, versions: &Versions, now: Timestamp) -> Result<()>;

    /// Adds labels of posts, each named by the store's key and its revision: all or none. Returns their numbers.
    ///
    /// # Errors
    /// The back end fails.
    fn add_labels(&mut self, labels: &[(u64, u32, GivenLabel)]) -> Result<Vec<i64>>;

    /// Marks a label as withdrawn. Returns whether there was one.
    ///
    /// # Errors
    /// The back end fails.
    fn withdraw_label(&mut self, number: i64) -> Result<bool>;
}
