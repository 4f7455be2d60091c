//! What the rest of Vigie asks of a store, by use case. Plain data in and out; every back end passes the same suite.

use std::io::Write;

use serde::Serialize;
use vigie_model::{Band, Lang, Timestamp, Verdict};

use crate::{Batch, Cursor, Receipt, Result};

/// Taking in a stream.
pub trait Ingest {
    /// How far a source was read.
    ///
    /// # Errors
    /// The back end fails.
    fn cursor(&self, source: &str) -> Result<Option<Cursor>>;

    /// One transaction: counts, ledger, finds, deletions and cursors of the batch, all or nothing. The batch stays as it is,
    /// so that it may be committed again after an error.
    ///
    /// A post is counted once, in its latest revision; how the stream is cut into batches makes no difference.
    ///
    /// # Errors
    /// [`crate::Error`]; then nothing of the batch is stored.
    fn commit(&mut self, batch: &Batch) -> Result<Receipt>;
}

/// Reading finds.
pub trait Finds {
    /// One find with everything that is kept of it.
    ///
    /// # Errors
    /// The back end fails.
    fn find(&self, reference: &FindRef) -> Result<Option<Find>>;

    /// The latest finds, newest first.
    ///
    /// # Errors
    /// The back end fails.
    fn finds(&self, filter: &FindFilter, limit: usize) -> Result<Vec<Find>>;

    /// Finds of a band whose text is kept and that were stored after the one with this number, in the order of their numbers; newer revisions are finds of their own.
    ///
    /// # Errors
    /// The back end fails.
    fn finds_after(&self, id: i64, band: Band, limit: usize) -> Result<Vec<Find>>;
}

/// Reading figures.
pub trait Figures {
    /// Counts per watch, network and day, from the roll-ups; and for each network and day those of all posts.
    ///
    /// # Errors
    /// The back end fails.
    fn share(&self, filter: &ShareFilter) -> Result<Vec<ShareRow>>;

    /// How much there is.
    ///
    /// # Errors
    /// The back end fails.
    fn counts(&self) -> Result<Counts>;
}

/// Keeping the store in order.
pub trait Upkeep {
    /// Erases what the retention says. Figures stay.
    ///
    /// # Errors
    /// The back end fails.
    fn purge(&mut self, now: Timestamp) -> Result<PurgeReport>;

    /// Everything that the store means, as JSON lines in a fixed order: equal for two stores with the same key that were fed
    /// the same stream, however it was cut. The time of finding is left out.
    ///
    /// # Errors
    /// The back end or the output fails.
    fn dump(&self, out: &mut dyn Write) -> Result<()>;
}

/// Names a find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FindRef {
    /// By its number in this store.
    Number(i64),
    /// By network and the network's identifier (or what stands for it).
    Native {
        /// Network.
        network: String,
        /// Identifier.
        id: String,
    },
}

impl std::str::FromStr for FindRef {
    type Err = NotAFind;

    fn from_str(text: &str) -> std::result::Result<Self, NotAFind> {
        if let Ok(number) = text.parse() {
            return Ok(Self::Number(number));
        }
        let (network, id) = text.split_once(':').ok_or(NotAFind)?;
        Ok(Self::Native { network: network.to_owned(), id: id.to_owned() })
    }
}

/// Neither a number nor network:id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a find is named by its number, or by network:id")]
pub struct NotAFind;

/// Which finds are wanted; what is not filled in does not restrict.
#[derive(Debug, Clone, Default)]
pub struct FindFilter {
    /// Of this watch.
    pub watch: Option<String>,
    /// On this network.
    pub network: Option<String>,
    /// In this band.
    pub band: Option<Band>,
}

/// A find as it is kept.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "as in `FindDraft`; none where the policy forbids it")]
pub struct Find {
    /// Number in this store.
    pub id: i64,
    pub network: String,
    /// The network's identifier, or a keyed hash in its place.
    pub native_id: String,
    pub revision: u32,
    pub author_id: Option<String>,
    pub author_handle: Option<String>,
    pub author_name: Option<String>,
    pub posted_at: Option<Timestamp>,
    pub found_at: Timestamp,
    pub lang: Lang,
    pub url: Option<String>,
    pub text: Option<String>,
    pub tags: Vec<String>,
    pub watches: Vec<String>,
    pub verdict: Verdict,
    /// When the network said that the post is gone.
    pub deleted_seen_at: Option<Timestamp>,
}

/// Which figures are wanted; what is not filled in does not restrict.
#[derive(Debug, Clone, Default)]
pub struct ShareFilter {
    /// This watch only.
    pub watch: Option<String>,
    /// This network only.
    pub network: Option<String>,
    /// First day, YYYY-MM-DD in UTC.
    pub since: Option<String>,
    /// Last day.
    pub until: Option<String>,
}

/// Counts of one watch on one network on one day. Reposts are counted apart.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct ShareRow {
    /// None: all posts, whatever their watches.
    pub watch: Option<String>,
    pub network: String,
    /// YYYY-MM-DD in UTC, or "unknown".
    pub day: String,
    pub posts: u64,
    pub adverts: u64,
    pub review: u64,
    pub reposts: u64,
    pub advert_reposts: u64,
    pub distinct_texts: u64,
    pub distinct_advert_texts: u64,
    pub authors: u64,
    pub advert_authors: u64,
}

/// How much a store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Posts counted, reposts included.
    pub posts: u64,
    /// Finds kept, superseded ones included.
    pub finds: u64,
}

/// What a purge erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PurgeReport {
    /// Finds.
    pub finds: u64,
    /// Entries of the ledger.
    pub ledger: u64,
    /// Texts of the measuring sample.
    pub samples: u64,
}
