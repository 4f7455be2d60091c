//! Operating profiles and source terms: what may be kept (`domain.md` 4.4 and 4.5).

use serde::{Deserialize, Serialize};

/// The operating profile, a hard choice at set-up. The store applies it to everything it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Competent authority (police, prosecutor's office).
    Authority,
    /// Platform, or a processor that moderates on a platform's behalf.
    Platform,
    /// Research or public-health observatory: no personal data.
    Research,
    /// Private monitor or city desk: personal data for the life of a notice.
    Monitor,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 4] = [Self::Authority, Self::Platform, Self::Research, Self::Monitor];

    /// The profile as it is written in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Platform => "platform",
            Self::Research => "research",
            Self::Monitor => "monitor",
        }
    }
}

/// What the terms of a source allow to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceTerms {
    /// The text of a find may be kept.
    pub store_text: bool,
    /// Identifiers may be kept: the author's handle, contacts, links.
    pub store_identifiers: bool,
}

impl SourceTerms {
    /// The terms of a network, narrowed by the profile.
    ///
    /// X forbids deriving or storing the alleged commission of a crime about a user and allows aggregates, whatever the profile;
    /// the research profile keeps no identifiers from anywhere.
    #[must_use]
    pub fn of(network: &str, profile: Profile) -> Self {
        let aggregate_only = network == "x";
        Self { store_text: !aggregate_only, store_identifiers: !aggregate_only && profile != Profile::Research }
    }
}
