//! Networks of accounts: lists, one network with its reasons, its map, and what other programs read.

mod map;
mod text;

use std::collections::BTreeMap;

use serde::Serialize;
use vigie_link::{Account, Bridge, Cluster, Description, Reach, Reason, SignalKind};
use vigie_store::ClusterEvent;

pub use map::network_svg;
pub use text::{network_text, networks_text};

/// What every page and file about a network says of its meaning.
pub(crate) const MEANING: &str = "Accounts of a network share something. This does not say that one person is behind them.";

/// A network as it is published.
#[derive(Debug, Clone, Serialize)]
pub struct NetworkReport {
    /// Its number: lasts while the network grows, merges and splits.
    pub number: u64,
    /// Accounts, grade, reasons.
    #[serde(flatten)]
    pub cluster: Cluster,
    /// Handles of the accounts, where they are known, by network and account.
    #[serde(serialize_with = "by_name")]
    pub handles: BTreeMap<Account, String>,
    /// Counts over its finds.
    pub description: Description,
    /// How far it delivers, as its finds say.
    pub reach: Reach,
    /// Accounts at which it would hang together with others.
    pub bridges: Vec<Bridge>,
    /// What became of it.
    pub history: Vec<ClusterEvent>,
    /// Text templates with their slots shown, by the value of the reason.
    pub templates: BTreeMap<String, String>,
    /// What it means.
    pub meaning: &'static str,
}

fn by_name<S: serde::Serializer>(handles: &BTreeMap<Account, String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(handles.iter().map(|(account, handle)| (format!("{}:{}", account.network, account.key), handle)))
}

impl NetworkReport {
    /// A network without description yet.
    #[must_use]
    pub fn new(number: u64, cluster: Cluster, bridges: Vec<Bridge>, history: Vec<ClusterEvent>) -> Self {
        let description = Description::default();
        let reach = description.reach();
        Self { number, cluster, handles: BTreeMap::new(), description, reach, bridges, history, templates: BTreeMap::new(), meaning: MEANING }
    }

    /// Call it once every find is counted in the description.
    pub fn finish(&mut self) {
        self.description.finish();
        self.reach = self.description.reach();
    }

    /// What people call an account.
    pub(crate) fn name(&self, account: &Account) -> String {
        self.handles.get(account).map_or_else(|| account.key.to_string(), |handle| format!("@{handle}"))
    }

    /// Where it comes in a list: what most people saw first, then what has most adverts. It does not rank persons.
    #[must_use]
    pub fn rank(&self) -> (u64, u64, usize) {
        (self.description.views, self.description.adverts, self.cluster.accounts.len())
    }
}

/// A shared value as it may be shown to people who need not call it.
pub(crate) fn masked(reason: &Reason) -> String {
    match reason.kind {
        SignalKind::Text(_) | SignalKind::Picture(_) => reason.value.chars().take(8).collect(),
        SignalKind::Name(_) => reason.value.to_string(),
        SignalKind::Contact(_) => crate::mask(&reason.value),
    }
}

/// A time as RFC 3339; empty where there is none.
pub(crate) fn time(seconds: Option<i64>) -> String {
    seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()).map_or_else(String::new, |time| time.to_string())
}

/// The day of a time.
pub(crate) fn day(seconds: Option<i64>) -> String {
    time(seconds).chars().take(10).collect()
}
