//! Exact search for all PDQ hashes within 31 bits of a given one.
//!
//! A hash is cut into 16 parts of 16 bits. If two hashes differ in at most 31 bits, then some part differs in at most 1 (pigeonhole: 16
//! parts with 2 each make 32), and more: there is a part from which on *every* chain of following parts, taken around, keeps to its share of
//! the 31 bits (the pigeonring of J. Qin and C. Xiao, "Pigeonring: A Principle for Faster Thresholded Similarity Search", VLDB 2018).
//! So a table for each part is asked for the 17 values within 1 bit, and beside each entry of a table lies the following part: two
//! parts may differ in no more than 3 bits together. Nearly all candidates fall there, without a look at their hash. Nothing is missed,
//! whatever the hashes are like.
//!
//! Hashes live in segments that never change: what is added waits in a short list that is scanned, and becomes a segment when
//! it is long; segments of similar sizes are merged. What is deleted is marked, and dropped with the next merge.

mod segment;

use crate::pdq::{MATCH_DISTANCE, PdqHash};
use segment::Segment;

/// Entries that are scanned rather than indexed.
const TAIL: usize = 4096;

/// A segment is merged into its predecessor if that is less than so many times as long.
const RATIO: usize = 4;

/// A found entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Neighbour {
    /// In how many bits it differs.
    pub distance: u32,
    /// What it was inserted with.
    pub id: u32,
    /// Its hash.
    pub hash: PdqHash,
}

/// An index of hashes, exact within [`MATCH_DISTANCE`]. Memory: at most 121 bytes a hash, and 4 MiB for each segment (a handful).
#[derive(Debug, Default)]
pub struct HashIndex {
    segments: Vec<Segment>,
    tail: Vec<Entry>,
}

/// A hash and what it was inserted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    hash: PdqHash,
    id: u32,
}

impl HashIndex {
    /// An index of many hashes at once.
    #[must_use]
    pub fn build(entries: impl IntoIterator<Item = (PdqHash, u32)>) -> Self {
        let mut entries: Vec<Entry> = entries.into_iter().map(|(hash, id)| Entry { hash, id }).collect();
        if entries.len() <= TAIL {
            return Self { segments: Vec::new(), tail: entries };
        }
        let mut segments = Vec::new();
        while !entries.is_empty() {
            let rest = entries.split_off(entries.len().min(segment::MOST));
            segments.push(Segment::build(&entries));
            entries = rest;
        }
        Self { segments, tail: Vec::new() }
    }

    /// Adds a hash. The same hash may be there under several ids.
    pub fn insert(&mut self, hash: PdqHash, id: u32) {
        self.tail.push(Entry { hash, id });
        if self.tail.len() > TAIL {
            self.pack();
        }
    }

    /// Removes the entries with this hash and id; says whether there were any.
    pub fn remove(&mut self, hash: &PdqHash, id: u32) -> bool {
        let before = self.tail.len();
        self.tail.retain(|entry| entry.id != id || entry.hash != *hash);
        let in_tail = self.tail.len() < before;
        let in_segments = self.segments.iter_mut().filter_map(|segment| segment.remove(hash, id).then_some(())).count() > 0;
        in_tail || in_segments
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tail.len() + self.segments.iter().map(Segment::living).sum::<usize>()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory that the entries take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.tail.capacity() * size_of::<Entry>() + self.segments.iter().map(Segment::bytes).sum::<usize>()
    }

    /// All entries that differ in at most `radius` bits, nearest first; a radius above [`MATCH_DISTANCE`] is taken for that.
    #[must_use]
    pub fn within(&self, hash: &PdqHash, radius: u32) -> Vec<Neighbour> {
        let radius = radius.min(MATCH_DISTANCE);
        let mut found = Vec::new();
        for segment in &self.segments {
            segment.within(hash, radius, &mut found);
        }
        let near = |entry: &Entry| Some(Neighbour { distance: hash.distance(&entry.hash), id: entry.id, hash: entry.hash }).filter(|n| n.distance <= radius);
        found.extend(self.tail.iter().filter_map(near));
        found.sort_unstable();
        found
    }

    /// All entries, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (PdqHash, u32)> + '_ {
        self.entries().map(|entry| (entry.hash, entry.id))
    }

    fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        self.segments.iter().flat_map(Segment::entries).chain(self.tail.iter().copied())
    }

    /// Makes a segment of what waits, together with the segments that are not much longer.
    fn pack(&mut self) {
        let mut entries = std::mem::take(&mut self.tail);
        while let Some(last) = self.segments.pop_if(|last| last.living() < RATIO * entries.len() && last.living() + entries.len() <= segment::MOST) {
            entries.extend(last.entries());
        }
        self.segments.push(Segment::build(&entries));
    }
}
