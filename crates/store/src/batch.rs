//! What one transaction brings: cursors, cells, entries, and what comes back.

use rustc_hash::FxHashMap;
use vigie_measure::{CellKey, Network, WatchSet};
use vigie_model::{Contact, Lang, Revision, Timestamp, Verdict};

/// Everything of one transaction, in the order of the stream.
///
/// Fill one for each block, append the blocks in order, set the cursor that follows the last one, commit, and
/// [`Batch::clear`] to use the memory again. Holds at most 2^32 - 1 entries.
#[derive(Debug, Default)]
pub struct Batch {
    cells: Vec<CellKey>,
    index: FxHashMap<CellKey, u32>,
    entries: Vec<Entry>,
    cursors: Vec<Cursor>,
}

impl Batch {
    /// An empty batch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The batch's number for a cell, for [`Post::cell`]. Costs one hash; clones the key only the first time.
    pub fn cell(&mut self, key: &CellKey) -> u32 {
        if let Some(&number) = self.index.get(key) {
            return number;
        }
        let number = u32::try_from(self.cells.len()).unwrap_or(u32::MAX);
        self.cells.push(key.clone());
        self.index.insert(key.clone(), number);
        number
    }

    /// Adds a post.
    pub fn post(&mut self, post: Post) {
        self.entries.push(Entry::Post(post));
    }

    /// Adds a deletion.
    pub fn delete(&mut self, network: Network, id: impl Into<Box<str>>) {
        self.entries.push(Entry::Delete(Box::new(Deletion { network, id: id.into() })));
    }

    /// Adds the end of an account.
    pub fn account_gone(&mut self, network: Network, author: impl Into<Box<str>>) {
        self.entries.push(Entry::AccountGone(Box::new(Departure { network, author: author.into() })));
    }

    /// Adds everything of another batch after what is here, and leaves that one empty with its memory.
    pub fn append(&mut self, other: &mut Self) {
        let numbers: Vec<u32> = other.cells.iter().map(|key| self.cell(key)).collect();
        self.entries.extend(other.entries.drain(..).map(|entry| match entry {
            Entry::Post(post) => {
                // A number that the other batch did not give stays one that this batch did not give.
                let cell = numbers.get(post.cell as usize).copied().unwrap_or(u32::MAX);
                Entry::Post(Post { cell, ..post })
            }
            other => other,
        }));
        for cursor in other.cursors.drain(..) {
            self.set_cursor(cursor);
        }
        other.clear();
    }

    /// Says how far its source is read once this batch is committed; takes the place of an earlier cursor of that source.
    /// A batch may end several sources, so that many small files share one transaction.
    pub fn set_cursor(&mut self, cursor: Cursor) {
        self.cursors.retain(|have| have.source != cursor.source);
        self.cursors.push(cursor);
    }

    /// Empties it and keeps the memory.
    pub fn clear(&mut self) {
        self.cells.clear();
        self.index.clear();
        self.entries.clear();
        self.cursors.clear();
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are neither entries nor cursors.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.cursors.is_empty()
    }

    /// The cells, in the order of their numbers.
    #[must_use]
    pub fn cells(&self) -> &[CellKey] {
        &self.cells
    }

    /// The entries, in the order of the stream.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The cursors.
    #[must_use]
    pub fn cursors(&self) -> &[Cursor] {
        &self.cursors
    }
}

/// What one record of the stream does to the store.
#[derive(Debug)]
pub enum Entry {
    /// A post, or a new revision of one.
    Post(Post),
    /// A post is gone.
    Delete(Box<Deletion>),
    /// An account is gone, and its posts with it.
    AccountGone(Box<Departure>),
}

/// An account that its network took down, or that its owner closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// Network.
    pub network: Network,
    /// The network's identifier of the author.
    pub author: Box<str>,
}

/// A post to be counted, and kept if it is a find.
#[derive(Debug)]
pub struct Post {
    /// [`vigie_measure::post_key`] of its network and id.
    pub key: u64,
    /// Which state of the post.
    pub revision: Revision,
    /// The batch's number for its cell, from [`Batch::cell`].
    pub cell: u32,
    /// [`vigie_measure::text_hash`] of its normalised text.
    pub text_hash: u64,
    /// [`vigie_measure::author_hash`] of its author, 0 if unknown.
    pub author_hash: u64,
    /// What to keep, if it is a find.
    pub find: Option<Box<FindDraft>>,
    /// What to keep if it is drawn into a measuring sample; for posts that match a watch.
    pub sample: Option<Box<SampleDraft>>,
}

/// A post that may be drawn into a measuring sample. The store keeps of it what the policy allows.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleDraft {
    /// When it was read.
    pub taken_at: Timestamp,
    /// The detector's score.
    pub score: f32,
    /// The text for people to read.
    pub text: Box<str>,
    /// Identifier, handle and name of the author: only to hide them in the text where they may not be kept.
    pub author_names: Vec<Box<str>>,
    /// Contacts in the text, for the same use; needed where the profile keeps no identifiers.
    pub contacts: Vec<Contact>,
    /// How often it had been seen when it was collected, where the source says so.
    pub views: Option<u32>,
}

/// A post that its network says is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// Network.
    pub network: Network,
    /// The network's identifier.
    pub id: Box<str>,
}

/// A find as the detector hands it over. The store keeps of it what the policy allows.
#[derive(Debug, Clone, PartialEq)]
pub struct FindDraft {
    /// Network.
    pub network: Network,
    /// The network's identifier.
    pub native_id: String,
    /// Which state of the post.
    pub revision: Revision,
    /// The network's identifier of the author.
    pub author_id: Option<String>,
    /// Handle without `@`.
    pub author_handle: Option<String>,
    /// Display name.
    pub author_name: Option<String>,
    /// When it was posted.
    pub posted_at: Option<Timestamp>,
    /// When Vigie found it.
    pub found_at: Timestamp,
    /// Language.
    pub lang: Lang,
    /// Public address.
    pub url: Option<String>,
    /// The text that the verdict's offsets refer to.
    pub text: String,
    /// Hashtags without `#`.
    pub tags: Vec<String>,
    /// JSON array of [`vigie_model::NeutralMedia`].
    pub media: Option<String>,
    /// The record as received.
    pub raw: Vec<u8>,
    /// Watches that it matched.
    pub watches: WatchSet,
    /// What the detector says.
    pub verdict: Verdict,
    /// The post in the neutral form, one line of JSON.
    pub canonical: String,
}

/// How far a source is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor {
    /// Name of the source.
    pub source: String,
    /// Fingerprint of its beginning, to notice that another file has its name now.
    pub head: u64,
    /// Bytes of the decompressed stream that are dealt with.
    pub byte: u64,
    /// Lines that are dealt with.
    pub line: u64,
    /// Length of the reject file at this point: what it is cut to on resuming.
    pub rejects_len: u64,
    /// Whether the source was read to its end.
    pub finished: bool,
    /// Sums so far.
    pub totals: Totals,
}

/// What a source delivered so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Records read.
    pub records: u64,
    /// Posts in them, repeated ones included.
    pub posts: u64,
    /// Deletions.
    pub deletes: u64,
    /// Events that are none of our business.
    pub ignored: u64,
    /// Posts taken with a part left out.
    pub repairs: u64,
    /// Records refused.
    pub problems: u64,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Counted for the first time.
    New,
    /// Counted already in this revision; nothing changed.
    Known,
    /// A newer revision: counted in its new cell instead of the old one.
    Edited,
    /// An older revision than the one counted; nothing changed.
    Stale,
    /// A deletion of a find.
    Deleted,
    /// A deletion of something that is no find; nothing changed.
    NotFound,
}

/// What a commit did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Posts counted for the first time.
    pub new: u64,
    /// Posts that were known.
    pub known: u64,
    /// Posts that moved to another cell, or were found to be edited.
    pub edited: u64,
    /// Revisions older than the one counted.
    pub stale: u64,
    /// Finds kept.
    pub finds_new: u64,
    /// Finds whose place a newer revision took.
    pub finds_superseded: u64,
    /// Finds whose post was deleted.
    pub deleted: u64,
    /// What became of each entry, in the batch's order.
    pub outcomes: Vec<Outcome>,
}

#[cfg(test)]
mod tests {
    use vigie_measure::{ScoreBin, UNKNOWN_HOUR};
    use vigie_model::Band;

    use super::*;

    fn cell(hour: i64) -> CellKey {
        let bin = ScoreBin::new(Band::Clear, 0.0);
        CellKey { watches: WatchSet::NONE, network: Network::UNKNOWN, lang: Lang::UNKNOWN, hour, bin, repost: false }
    }

    fn block(hours: &[i64]) -> Batch {
        let mut batch = Batch::new();
        for &hour in hours {
            let cell = batch.cell(&cell(hour));
            batch.post(Post { key: hour.cast_unsigned(), revision: 0, cell, text_hash: 0, author_hash: 0, find: None, sample: None });
        }
        batch
    }

    #[test]
    fn appending_keeps_the_order_and_every_posts_cell() {
        let mut batch = block(&[1, 2]);
        let mut second = block(&[3, 2, UNKNOWN_HOUR]);
        second.set_cursor(Cursor { source: "a".into(), byte: 5, ..Cursor::default() });
        batch.append(&mut second);
        assert!(second.is_empty());
        batch.set_cursor(Cursor { source: "a".into(), byte: 9, ..Cursor::default() });
        let hours: Vec<i64> = batch
            .entries()
            .iter()
            .map(|entry| match entry {
                Entry::Post(post) => batch.cells()[post.cell as usize].hour,
                Entry::Delete(_) | Entry::AccountGone(_) => 0,
            })
            .collect();
        assert_eq!(hours, [1, 2, 3, 2, UNKNOWN_HOUR]);
        assert_eq!(batch.cells().len(), 4);
        assert_eq!(batch.cursors().iter().map(|cursor| cursor.byte).collect::<Vec<_>>(), [9]);
        assert!(size_of::<Entry>() <= 56);
    }
}
