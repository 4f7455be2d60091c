//! The ledger: which posts were counted, in which revision and which cell. Exact, for many million posts, in bounded memory.
//!
//! It is a log-structured merge tree (O'Neil et al. 1996) with tiered merging, inside the database's transactions:
//! - a commit appends one *run*: its entries of 16 bytes, sorted by key, in chunks that each fill one database page;
//! - eight runs of a tier are merged into one of the next, streaming, and the newest entry of a key wins;
//! - one [`Filter`] over all runs denies nearly all new posts, and one for each run says which run has a known one.
//!
//! Keys must be uniformly distributed, which the store's keyed hash sees to: filters and the search without them rely on
//! that for speed, never for correctness.
//!
//! A batch of n new posts costs n probes of the filter, and each entry is written once a tier: 3 times for 12 million posts
//! in batches of 32,768. A known post costs some probes and about two reads of a page.

mod filter;
mod merge;
mod run;
#[cfg(test)]
mod tests;

use rusqlite::Connection;

use crate::Result;
use filter::Filter;
use merge::Merge;
use run::{Run, RunReader, RunWriter};

/// Runs of one tier that are merged into one of the next.
const FAN_OUT: usize = 8;

/// Bits a post that the filter over all runs should have at least: 1 in 400 new posts is looked up in vain.
const SEEN_BITS: u64 = 14;

/// One post: 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The post's key.
    pub(crate) key: u64,
    /// Where it is counted.
    pub(crate) place: Place,
}

/// Where a post is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The revision counted.
    pub(crate) revision: u32,
    /// Id of the cell.
    pub(crate) cell: u32,
}

/// The runs of a database, with filters as good as memory allows. Owns the tables `ledger_run` and `ledger_chunk`.
///
/// After a transaction that wrote through it was rolled back, it must be loaded anew.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// From old to new.
    runs: Vec<Run>,
    /// Over the keys of all runs.
    seen: Filter,
    /// Bytes that the filters may take together.
    memory: usize,
}

impl Ledger {
    /// Reads the list of runs and all keys: 16 bytes a post.
    pub(crate) fn load(conn: &Connection, memory: usize) -> Result<Self> {
        let mut ledger = Self::without_filters(conn)?;
        ledger.memory = memory;
        ledger.seen = Filter::with_bytes(ledger.seen_bytes());
        let Self { runs, seen, .. } = &mut ledger;
        let mut free = memory.saturating_sub(seen.bytes());
        for run in runs.iter_mut().rev() {
            let rest = free.checked_sub(Run::filter_bytes(run.posts));
            let mut filter = rest.map(|_| Filter::with_bytes(Run::filter_bytes(run.posts)));
            run.for_each_key(conn, |key| {
                seen.insert(key);
                filter.iter_mut().for_each(|filter| filter.insert(key));
            })?;
            run.filter = filter;
            free = rest.unwrap_or(0);
        }
        Ok(ledger)
    }

    /// Reads the list of runs only: enough for [`Ledger::for_each`] and [`Ledger::forget_before`].
    pub(crate) fn without_filters(conn: &Connection) -> Result<Self> {
        let mut select = conn.prepare("SELECT id, tier, posts, newest_day, first_chunk FROM ledger_run ORDER BY tier DESC, id")?;
        let runs = select
            .query_map([], |row| {
                Ok(Run {
                    id: row.get(0)?,
                    tier: row.get(1)?,
                    posts: row.get::<_, i64>(2)?.cast_unsigned(),
                    newest_day: row.get(3)?,
                    first_chunk: row.get(4)?,
                    filter: None,
                })
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self { runs, seen: Filter::with_bytes(0), memory: 0 })
    }

    /// Where the posts with these keys are counted. The keys must ascend; the answers are in their order.
    pub(crate) fn look_up(&self, conn: &Connection, keys: &[u64]) -> Result<Vec<Option<Place>>> {
        let mut places = vec![None; keys.len()];
        let mut wanted: Vec<_> = keys.iter().zip(&mut places).filter(|(key, _)| self.seen.may_contain(**key)).collect();
        for run in self.runs.iter().rev() {
            let mut reader = RunReader::new(conn, run)?;
            for (key, place) in &mut wanted {
                **place = reader.find(**key)?;
            }
            wanted.retain(|(_, place)| place.is_none());
        }
        Ok(places)
    }

    /// Adds entries, which take the place of older ones with the same keys. The keys must ascend, each once.
    pub(crate) fn append(&mut self, conn: &Connection, entries: &[Entry], day: i64) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let posts = entries.len() as u64;
        let with_filter = self.make_room(posts);
        let mut writer = RunWriter::new(conn, posts, with_filter)?;
        writer.push(entries)?;
        entries.iter().for_each(|entry| self.seen.insert(entry.key));
        self.runs.push(writer.finish(0, day)?);
        self.merge_full_tiers(conn)?;
        self.grow_seen(conn)
    }

    /// Forgets all runs whose newest entry was committed before that day; returns how many entries went.
    pub(crate) fn forget_before(&mut self, conn: &Connection, day: i64) -> Result<u64> {
        let (old, kept) = std::mem::take(&mut self.runs).into_iter().partition(|run| run.newest_day < day);
        self.runs = kept;
        let old: Vec<Run> = old;
        for run in &old {
            run.delete(conn)?;
        }
        Ok(old.iter().map(|run| run.posts).sum())
    }

    /// Calls the function for each post that is counted, ascending by key.
    pub(crate) fn for_each(&self, conn: &Connection, mut visit: impl FnMut(Entry)) -> Result<()> {
        let mut merge = Merge::new(conn, &self.runs)?;
        loop {
            match merge.next_block()? {
                [] => return Ok(()),
                block => block.iter().copied().for_each(&mut visit),
            }
        }
    }

    /// Merges the newest tier while it is full. Runs are ordered by tier, so its runs are the last ones.
    fn merge_full_tiers(&mut self, conn: &Connection) -> Result<()> {
        while let Some(tier) = self.runs.last().map(|run| run.tier) {
            let start = self.runs.partition_point(|run| run.tier > tier);
            if self.runs.len() - start < FAN_OUT {
                break;
            }
            let full: Vec<Run> = self.runs.drain(start..).map(Run::without_filter).collect();
            let merged = self.merge(conn, &full, tier + 1)?;
            self.runs.push(merged);
        }
        Ok(())
    }

    fn merge(&mut self, conn: &Connection, full: &[Run], tier: u32) -> Result<Run> {
        let posts = full.iter().map(|run| run.posts).sum();
        let with_filter = self.make_room(posts);
        let mut writer = RunWriter::new(conn, posts, with_filter)?;
        let mut merge = Merge::new(conn, full)?;
        loop {
            match merge.next_block()? {
                [] => break,
                block => writer.push(block)?,
            }
        }
        for run in full {
            run.delete(conn)?;
        }
        let newest_day = full.iter().map(|run| run.newest_day).max().unwrap_or_default();
        writer.finish(tier, newest_day)
    }

    /// Builds the filter over all runs anew where it became too small and may be larger.
    fn grow_seen(&mut self, conn: &Connection) -> Result<()> {
        let bytes = self.seen_bytes();
        if bytes <= self.seen.bytes() || Filter::bytes_for(self.posts(), SEEN_BITS) <= self.seen.bytes() {
            return Ok(());
        }
        self.seen = Filter::with_bytes(bytes);
        self.make_room(0);
        for run in &self.runs {
            run.for_each_key(conn, |key| self.seen.insert(key))?;
        }
        Ok(())
    }

    /// The size that the filter over all runs should have: room for three times as many posts again, within half the memory.
    fn seen_bytes(&self) -> usize {
        Filter::bytes_for(self.posts().max(1 << 14) * 4, SEEN_BITS).min(self.memory / 2)
    }

    fn posts(&self) -> u64 {
        self.runs.iter().map(|run| run.posts).sum()
    }

    /// Drops filters of runs, the oldest first, until one for so many posts fits; returns whether it can.
    fn make_room(&mut self, posts: u64) -> bool {
        let wanted = self.seen.bytes() + if posts == 0 { 0 } else { Run::filter_bytes(posts) };
        let mut used: usize = self.runs.iter().filter_map(|run| run.filter.as_ref()).map(Filter::bytes).sum();
        for run in &mut self.runs {
            if used + wanted <= self.memory {
                break;
            }
            used -= run.filter.take().map_or(0, |filter| filter.bytes());
        }
        used + wanted <= self.memory
    }
}
