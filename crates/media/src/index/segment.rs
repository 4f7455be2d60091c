//! A set of hashes that does not grow, with a table for each part.

use super::{Entry, Neighbour};
use crate::pdq::PdqHash;

/// Parts of a hash.
const PARTS: usize = 16;

/// Values of a part.
const VALUES: usize = 1 << 16;

/// Entries of a segment: positions have three bytes.
pub(super) const MOST: usize = 1 << 24;

/// Entries that are compared at a time.
const WINDOW: usize = 16;

/// Values that are asked of a table: the part itself, and with each of its bits flipped.
const PROBES: usize = 17;

/// The place of an entry in its segment.
type Position = [u8; 3];

/// The parts of a hash.
type Parts = [u16; PARTS];

fn parts(hash: &PdqHash) -> Parts {
    let (pairs, _) = hash.bytes().as_chunks::<2>();
    std::array::from_fn(|i| pairs.get(i).map_or(0, |pair| u16::from_be_bytes(*pair)))
}

#[expect(clippy::cast_possible_truncation, reason = "a segment has at most 2^24 entries")]
fn position(place: usize) -> Position {
    let [low, middle, high, _] = (place as u32).to_le_bytes();
    [low, middle, high]
}

fn place([low, middle, high]: Position) -> usize {
    u32::from_le_bytes([low, middle, high, 0]) as usize
}

/// The value itself for probe 0, then with one bit after the other flipped.
fn flipped(value: u16, probe: usize) -> u16 {
    if probe == 0 { value } else { value ^ (1 << (probe - 1)) }
}

/// Entries grouped by the value of one part.
#[derive(Debug)]
struct Table {
    /// Where the group of each value starts; one more for the end.
    starts: Box<[u32]>,
    /// The following part of each entry.
    following: Box<[u16]>,
    /// The entries themselves.
    positions: Box<[Position]>,
}

impl Table {
    /// Groups by counting.
    fn build(entries: &[Entry], part: usize) -> Self {
        let of = |entry: &Entry| {
            let parts = parts(&entry.hash);
            (parts.get(part).copied().unwrap_or_default(), parts.get((part + 1) % PARTS).copied().unwrap_or_default())
        };
        let mut starts = vec![0u32; VALUES + 1];
        for entry in entries {
            if let Some(count) = starts.get_mut(usize::from(of(entry).0) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        // Behind the last entry there is room for a whole window.
        let mut following = vec![0u16; entries.len() + WINDOW];
        let mut positions = vec![[0u8; 3]; entries.len() + WINDOW];
        for (number, entry) in entries.iter().enumerate() {
            let (value, after) = of(entry);
            let Some(at) = next.get_mut(usize::from(value)) else { continue };
            if let (Some(following), Some(slot)) = (following.get_mut(*at as usize), positions.get_mut(*at as usize)) {
                *following = after;
                *slot = position(number);
            }
            *at += 1;
        }
        Self { starts: starts.into(), following: following.into(), positions: positions.into() }
    }

    /// Where the entries of a value lie.
    fn group(&self, value: u16) -> (usize, usize) {
        match self.starts.get(usize::from(value)..).and_then(<[u32]>::first_chunk) {
            Some([from, to]) => (*from as usize, *to as usize),
            None => (0, 0),
        }
    }

    /// Brings the beginning of a group into the cache; the result has no meaning.
    fn touch(&self, (from, to): (usize, usize)) -> u16 {
        let at = |place: usize| self.following.get(place).copied().unwrap_or_default();
        at(from) ^ at(to)
    }

    /// Calls `candidate` with the entries of a group whose following part differs from `following` in at most `spare` bits, and perhaps with
    /// others: the last window may reach into the next group, which keeps it free of branches.
    #[inline]
    fn probe(&self, (from, to): (usize, usize), following: u16, spare: u32, mut candidate: impl FnMut(usize)) {
        for at in (from..to).step_by(WINDOW) {
            let Some(near) = self.following.get(at..).and_then(<[u16]>::first_chunk::<WINDOW>) else { return };
            // Mostly nothing is near; the compiler makes vector code of this.
            let any = near.iter().fold(false, |any, other| any | ((other ^ following).count_ones() <= spare));
            if any {
                let positions = self.positions.get(at..).unwrap_or_default();
                let hits = near.iter().zip(positions).filter(|(other, _)| (*other ^ following).count_ones() <= spare);
                hits.for_each(|(_, position)| candidate(place(*position)));
            }
        }
    }
}

/// A set of hashes with their tables.
#[derive(Debug)]
pub(super) struct Segment {
    hashes: Box<[PdqHash]>,
    ids: Box<[u32]>,
    tables: Box<[Table]>,
    /// A bit for each deleted entry; empty while there is none.
    dead: Vec<u64>,
    living: usize,
}

impl Segment {
    /// Of at most [`MOST`] entries.
    pub(super) fn build(entries: &[Entry]) -> Self {
        Self {
            hashes: entries.iter().map(|entry| entry.hash).collect(),
            ids: entries.iter().map(|entry| entry.id).collect(),
            tables: (0..PARTS).map(|part| Table::build(entries, part)).collect(),
            dead: Vec::new(),
            living: entries.len(),
        }
    }

    pub(super) fn living(&self) -> usize {
        self.living
    }

    pub(super) fn bytes(&self) -> usize {
        let tables: usize = self.tables.iter().map(|t| size_of_val(&*t.starts) + size_of_val(&*t.following) + size_of_val(&*t.positions)).sum();
        size_of_val(&*self.hashes) + size_of_val(&*self.ids) + tables + self.dead.len() * size_of::<u64>()
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        let all = self.hashes.iter().zip(&self.ids).enumerate();
        all.filter(|(place, _)| !self.is_dead(*place)).map(|(_, (hash, id))| Entry { hash: *hash, id: *id })
    }

    fn is_dead(&self, place: usize) -> bool {
        self.dead.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    /// Appends the entries within `radius` bits, each once.
    pub(super) fn within(&self, hash: &PdqHash, radius: u32, found: &mut Vec<Neighbour>) {
        let parts = parts(hash);
        // All tables first, then all beginnings of groups, then the groups: so that the memory is asked for many places at once.
        let groups: [[(usize, usize); PROBES]; PARTS] = std::array::from_fn(|number| {
            let (Some(table), Some(value)) = (self.tables.get(number), parts.get(number)) else { return [(0, 0); PROBES] };
            std::array::from_fn(|probe| table.group(flipped(*value, probe)))
        });
        let tables = || self.tables.iter().zip(&groups);
        std::hint::black_box(tables().flat_map(|(table, groups)| groups.iter().map(|group| table.touch(*group))).fold(0, |a, b| a ^ b));
        let mut places = Vec::new();
        let mut check = |place: usize| {
            if self.hashes.get(place).is_some_and(|other| hash.distance(other) <= radius) {
                places.push(place);
            }
        };
        for (number, (table, groups)) in tables().enumerate() {
            let following = parts.get((number + 1) % PARTS).copied().unwrap_or_default();
            // The shares of 31 bits in 16 parts: 1 in a part, 3 in two that follow one another.
            for (probe, group) in groups.iter().enumerate() {
                table.probe(*group, following, if probe == 0 { 3 } else { 2 }, &mut check);
            }
        }
        places.sort_unstable();
        places.dedup();
        found.extend(places.into_iter().filter(|place| !self.is_dead(*place)).filter_map(|place| self.neighbour(place, hash)));
    }

    fn neighbour(&self, place: usize, of: &PdqHash) -> Option<Neighbour> {
        let hash = *self.hashes.get(place)?;
        Some(Neighbour { distance: of.distance(&hash), id: *self.ids.get(place)?, hash })
    }

    /// Marks the entries with this hash and id as deleted.
    pub(super) fn remove(&mut self, hash: &PdqHash, id: u32) -> bool {
        let parts = parts(hash);
        let (Some(table), [value, following, ..]) = (self.tables.first(), parts) else { return false };
        let mut places = Vec::new();
        table.probe(table.group(value), following, 0, |place| places.push(place));
        places.sort_unstable();
        places.dedup();
        places.retain(|place| self.hashes.get(*place) == Some(hash) && self.ids.get(*place) == Some(&id) && !self.is_dead(*place));
        if !places.is_empty() && self.dead.is_empty() {
            self.dead = vec![0; self.hashes.len().div_ceil(64)];
        }
        for place in &places {
            if let Some(word) = self.dead.get_mut(place / 64) {
                *word |= 1 << (place % 64);
            }
        }
        self.living -= places.len();
        !places.is_empty()
    }
}
