//! The store: posts counted once, finds kept as far as the policy allows, everything in one transaction a batch.
//!
//! Start with the ports ([`Ingest`], [`Finds`], [`Figures`], [`Measuring`], [`Labelling`], [`Upkeep`]), which say what a back end owes; [`SqliteStore`]
//! is the embedded one. `ledger` knows which posts were counted.

mod batch;
mod error;
mod keys;
mod ledger;
mod mask;
mod measuring;
mod policy;
mod ports;
mod sqlite;

pub use batch::{Batch, Cursor, Deletion, Departure, Entry, FindDraft, Outcome, Post, Receipt, SampleDraft, Totals};
pub use error::{Error, Result};
pub use mask::without_identifiers;
pub use measuring::{
    AdvertFind, DenominatorRoot, DetectorRun, DistinctCounts, Domain, DomainCell, DomainSample, GivenLabel, Labelling, Measuring, SampledPost, WatchHour,
};
pub use policy::{Limits, Policy, Retention, TermsOverride};
pub use ports::{Counts, Figures, Find, FindFilter, FindRef, Finds, Ingest, NotAFind, PurgeReport, ShareFilter, ShareRow, Upkeep};
pub use sqlite::{SqliteReader, SqliteStore};
