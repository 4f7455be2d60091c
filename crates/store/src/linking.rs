//! The ports of linking: what may be linked, and what was made of it.

use serde::Serialize;
use vigie_model::{Timestamp, Verdict};

use crate::Result;

/// Reading for linking.
pub trait Linking {
    /// Hands over every find whose author may be linked, in the order of numbers; superseded ones are left out. Memory does not grow
    /// with their number. Says how many finds have no author that may be linked.
    ///
    /// # Errors
    /// [`crate::Error::LinkingOff`] where the profile forbids linking; the back end fails.
    fn linkable(&self, each: &mut dyn FnMut(LinkableFind)) -> Result<u64>;

    /// The clusters as they were recorded last, by number, members sorted.
    ///
    /// # Errors
    /// As [`Linking::linkable`].
    fn clusters(&self) -> Result<Vec<RecordedCluster>>;

    /// The least number that no cluster ever had.
    ///
    /// # Errors
    /// The back end fails.
    fn next_cluster(&self) -> Result<u64>;

    /// What became of a cluster, oldest first.
    ///
    /// # Errors
    /// The back end fails.
    fn cluster_history(&self, cluster: u64) -> Result<Vec<ClusterEvent>>;

    /// Pairs of accounts that a person took apart.
    ///
    /// # Errors
    /// As [`Linking::linkable`].
    fn apart(&self) -> Result<Vec<(AccountRef, AccountRef)>>;
}

/// Keeping what linking made.
pub trait LinkingUpkeep {
    /// Makes these the clusters, in one transaction; what is not among them has ended.
    ///
    /// # Errors
    /// As [`Linking::linkable`].
    fn record_clusters(&mut self, clusters: &[RecordedCluster], events: &[ClusterChange], at: Timestamp) -> Result<()>;

    /// Remembers that an account is not to be linked with others.
    ///
    /// # Errors
    /// As [`Linking::linkable`].
    fn take_apart(&mut self, account: &AccountRef, others: &[AccountRef], person: &str, reason: &str, at: Timestamp) -> Result<()>;
}

/// An account: its network and what tells accounts of that network apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct AccountRef {
    /// Network.
    pub network: String,
    /// The id, else the handle.
    pub account: String,
}

/// A find as linking sees it.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "as in `Find`")]
pub struct LinkableFind {
    pub id: i64,
    pub account: AccountRef,
    pub author_handle: Option<String>,
    pub author_name: Option<String>,
    pub posted_at: Option<Timestamp>,
    pub found_at: Timestamp,
    pub url: Option<String>,
    pub text: Option<String>,
    /// JSON array of [`vigie_model::NeutralMedia`].
    pub media: Option<String>,
    pub verdict: Verdict,
    /// Whether it repeats a post of somebody else.
    pub repost: bool,
    pub views: Option<u64>,
    pub deleted_seen_at: Option<Timestamp>,
}

impl LinkableFind {
    /// When it was posted, or found where that is unknown.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.posted_at.unwrap_or(self.found_at)
    }
}

/// A cluster of accounts with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedCluster {
    /// Lasts as long as the cluster does.
    pub number: u64,
    /// Sorted.
    pub accounts: Vec<AccountRef>,
}

/// Something that became of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClusterChange {
    /// Which one.
    pub cluster: u64,
    /// `made`, `changed`, `merged`, `split` or `ended`.
    pub event: &'static str,
    /// The cluster that it went into, or came from.
    pub other: Option<u64>,
    /// How many accounts it has then.
    pub accounts: usize,
}

/// A [`ClusterChange`] as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClusterEvent {
    /// When it was noticed.
    pub at: Timestamp,
    /// As in [`ClusterChange`].
    pub event: String,
    /// As in [`ClusterChange`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<u64>,
    /// As in [`ClusterChange`].
    pub accounts: u64,
}
