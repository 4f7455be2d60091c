//! What linking says.

use serde::Serialize;

use crate::{SignalKind, Strength};

/// An account, by its network and what tells accounts of that network apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Account {
    /// Network.
    pub network: Box<str>,
    /// The id, else the handle.
    #[serde(rename = "account")]
    pub key: Box<str>,
}

/// How sure a statement is that accounts share something that links them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// They share something that does not link: shown for a person to judge.
    Possible,
    /// Rests on finds that nobody has confirmed yet as adverts, or on several medium signals.
    Probable,
    /// Adverts of each account offer the same contact.
    Observed,
}

impl Grade {
    /// The grade as it is written in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Probable => "probable",
            Self::Observed => "observed",
        }
    }
}

/// Everything that linking says, in an order that does not depend on that of the observations.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Solution {
    /// Every account is in exactly one; sorted by their first accounts.
    pub clusters: Vec<Cluster>,
    /// Accounts at which clusters would hang together, sorted.
    pub bridges: Vec<Bridge>,
}

/// Accounts that share something.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cluster {
    /// Sorted, at least one.
    pub accounts: Vec<Account>,
    /// The least grade by which an account belongs to it; none for an account alone.
    pub grade: Option<Grade>,
    /// What its accounts share, the strongest first.
    pub reasons: Vec<Reason>,
    /// Larger than a network may be without somebody looking at it.
    pub to_split: bool,
}

/// "These accounts share this."
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// What kind of thing.
    pub kind: SignalKind,
    /// The thing; for texts and pictures the name of their group.
    pub value: Box<str>,
    /// How much it says alone.
    pub strength: Strength,
    /// How sure.
    pub grade: Grade,
    /// Rarity: logarithm of all accounts over those that hold it.
    pub weight: f64,
    /// Who, sorted.
    pub accounts: Vec<Account>,
    /// In which finds, ascending; none for names.
    pub finds: Vec<i64>,
    /// First use, seconds since 1970.
    pub first_seen: Option<i64>,
    /// Last use.
    pub last_seen: Option<i64>,
}

/// An account that shares something with several clusters, which share nothing with each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Bridge {
    /// The account.
    #[serde(flatten)]
    pub account: Account,
    /// For each cluster that it touches, one of its accounts.
    pub sides: Vec<Account>,
}
