//! What a store may keep, for how long, and how much memory it may use.

use vigie_model::{Profile, SourceTerms};

use crate::{Error, Result};

/// What may be kept. The profile is written into the database at creation and cannot be changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The operating profile.
    pub profile: Profile,
    /// How long things are kept.
    pub retention: Retention,
    /// Networks whose own terms do not bind this customer, each with the legal basis. Each is recorded in the audit table.
    pub overrides: Vec<TermsOverride>,
    /// Seed of the measuring sample, fixed at creation: with the same one, every store draws the same posts. None: the store's secret
    /// key, so that nobody without it can foresee which posts will be drawn.
    pub sample_seed: Option<String>,
}

/// How long things are kept; applied by `purge`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Days since it was found that a find is kept that nobody confirmed as an advert.
    pub find_days: u32,
    /// Days since people confirmed it that an advert is kept; the authority profile keeps it by case.
    pub confirmed_days: u32,
    /// Days since its commit that a post is remembered as counted. A post delivered again after that counts again.
    pub ledger_days: u32,
}

/// Lifts the terms of one network. What the profile itself forbids stays forbidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermsOverride {
    /// Network, as in the posts.
    pub network: String,
    /// The law or contract that allows it; may not be empty.
    pub basis: String,
}

/// Bounds on memory and disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes for the filters that answer "never counted" without reading the database, at 2.5 bytes a post: 48 MiB serve
    /// 20 million posts. Posts beyond are looked up in the database: slower, and still exact.
    pub ledger_memory: usize,
    /// Bytes of database pages kept in memory.
    pub page_cache: usize,
    /// Strata whose sketches are kept in memory, at most 8.2 KiB each.
    pub cached_strata: usize,
    /// Posts in each reservoir of the measuring sample: one for each watch, network, day and tier.
    pub reservoir: usize,
    /// Reservoirs kept in memory between transactions.
    pub cached_reservoirs: usize,
    /// Bytes that the database file may grow to; reaching them is the error [`Error::DiskFull`].
    pub max_bytes: Option<u64>,
}

impl Policy {
    /// The default retention and no overrides.
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        Self { profile, retention: Retention::default(), overrides: Vec::new(), sample_seed: None }
    }

    /// What may be kept of posts from this network.
    #[must_use]
    pub fn terms(&self, network: &str) -> SourceTerms {
        if self.overrides.iter().any(|lifted| lifted.network == network) {
            return SourceTerms::of("", self.profile);
        }
        SourceTerms::of(network, self.profile)
    }

    /// How far accounts may be linked (`domain.md` 4.4).
    #[must_use]
    pub fn linking(&self) -> LinkingScope {
        match self.profile {
            Profile::Authority => LinkingScope::Everywhere,
            Profile::Platform => LinkingScope::WithinNetwork,
            Profile::Research | Profile::Monitor => LinkingScope::Off,
        }
    }

    /// # Errors
    /// [`Error::NoLegalBasis`] if an override names none.
    pub(crate) fn check(&self) -> Result<()> {
        match self.overrides.iter().find(|lifted| lifted.basis.trim().is_empty()) {
            Some(lifted) => Err(Error::NoLegalBasis(lifted.network.clone())),
            None => Ok(()),
        }
    }
}

/// How far accounts may be linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkingScope {
    /// Accounts of all networks with one another.
    Everywhere,
    /// Accounts of the same network only.
    WithinNetwork,
    /// Not at all.
    Off,
}

impl Default for Retention {
    fn default() -> Self {
        Self { find_days: 30, confirmed_days: 180, ledger_days: 400 }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { ledger_memory: 48 << 20, page_cache: 16 << 20, cached_strata: 2_048, reservoir: 128, cached_reservoirs: 4_096, max_bytes: None }
    }
}
