//! The store: posts counted once, finds kept as far as the policy allows, everything in one transaction a batch.
//!
//! Start with the ports ([`Ingest`], [`Finds`], [`Figures`], [`Measuring`], [`Labelling`], [`Review`], [`Accounts`], [`Linking`],
//! [`Upkeep`]), which say what a back end owes; [`SqliteStore`]
//! is the embedded one; [`SqliteDesk`] is its door for people, open beside it. `ledger` knows which posts were counted.

mod accounts;
mod batch;
mod casework;
mod error;
mod keys;
mod ledger;
mod linking;
mod mask;
mod measuring;
mod policy;
mod ports;
mod review;
mod sqlite;

pub use accounts::{Accounts, Added, ApiToken, AuditLine, Credentials, Role, SecretHash, User, UserId, UserSettings};
pub use batch::{Batch, Cursor, Deletion, Departure, Entry, FindDraft, Outcome, Post, Receipt, SampleDraft, Totals};
pub use casework::{
    Act, AuditEntry, Casework, Clocks, Document, DocumentDraft, Event, EventDraft, GivenOut, HoldSubject, LabelDraft, Message, MessageDraft, MessageState,
    Purged, Settled,
};
pub use error::{Error, Result};
pub use keys::{random_key, write_private};
pub use linking::{AccountRef, ClusterChange, ClusterEvent, LinkableFind, Linking, LinkingUpkeep, RecordedCluster};
pub use mask::without_identifiers;
pub use measuring::{
    AdvertFind, DenominatorRoot, DetectorRun, DistinctCounts, Domain, DomainCell, DomainSample, GivenLabel, Labelling, Measuring, SampledPost, WatchHour,
};
pub use policy::{Limits, LinkingScope, Policy, Retention, TermsOverride};
pub use ports::{Counts, Figures, Find, FindFilter, FindRef, Finds, Ingest, NotAFind, PurgeReport, ShareFilter, ShareRow, Upkeep};
pub use review::{
    Decided, Decision, Exposure, Hearing, QueueFilter, Reader, Review, ReviewItem, ReviewState, Ruling, Search, Step, Waiting, answer_of, fold_key, queue_rank,
};
pub use sqlite::{SqliteDesk, SqliteReader, SqliteStore, verify_database};
