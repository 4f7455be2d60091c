//! Reading several runs as one, in which the newest entry of a key counts.

use rusqlite::{CachedStatement, Connection};

use super::{
    Entry,
    run::{Run, damaged, decode, entries},
};
use crate::Result;

/// Chunks read of a run at a time: 64 KiB.
const READ_CHUNKS: i64 = 8;

/// The entries of several runs ascending by key, each key once, from the newest run that has it.
///
/// Works block by block: what is certain to come next of each run is put together and sorted by a stable sort, which finds
/// the ascending stretches and merges them. Takes about 200 KiB of memory a run, whatever the size of the runs.
pub(super) struct Merge<'a> {
    /// Runs that are not exhausted, from old to new.
    heads: Vec<Head<'a>>,
    block: Vec<Entry>,
}

/// The part of a run that was read and not yet served: never empty.
struct Head<'a> {
    select: CachedStatement<'a>,
    next_chunk: i64,
    last_chunk: i64,
    entries: Vec<Entry>,
    served: usize,
}

impl<'a> Merge<'a> {
    /// Runs from old to new.
    pub(super) fn new(conn: &'a Connection, runs: &[Run]) -> Result<Self> {
        let mut heads = Vec::with_capacity(runs.len());
        for run in runs {
            heads.extend(Head::new(conn, run)?);
        }
        Ok(Self { heads, block: Vec::new() })
    }

    /// The next entries, or none at the end.
    pub(super) fn next_block(&mut self) -> Result<&[Entry]> {
        self.block.clear();
        // No run has anything unread up to this key.
        let bound = self.heads.iter().map(Head::last_key).min().unwrap_or_default();
        for head in &mut self.heads {
            head.serve_up_to(bound, &mut self.block);
        }
        self.refill()?;
        // Stable: of equal keys, which came from old to new, the newest stays last.
        self.block.sort_by_key(|entry| entry.key);
        self.block.dedup_by(|next, kept| {
            let same = next.key == kept.key;
            if same {
                *kept = *next;
            }
            same
        });
        Ok(&self.block)
    }

    fn refill(&mut self) -> Result<()> {
        let mut exhausted = false;
        for head in self.heads.iter_mut().filter(|head| head.rest().is_empty()) {
            exhausted |= !head.read()?;
        }
        if exhausted {
            self.heads.retain(|head| !head.rest().is_empty());
        }
        Ok(())
    }
}

impl<'a> Head<'a> {
    /// `None` for a run without entries.
    fn new(conn: &'a Connection, run: &Run) -> Result<Option<Self>> {
        let mut head = Self {
            select: conn.prepare_cached("SELECT entries FROM ledger_chunk WHERE id BETWEEN ?1 AND ?2 ORDER BY id")?,
            next_chunk: run.first_chunk,
            last_chunk: run.last_chunk(),
            entries: Vec::new(),
            served: 0,
        };
        Ok(head.read()?.then_some(head))
    }

    fn rest(&self) -> &[Entry] {
        self.entries.get(self.served..).unwrap_or_default()
    }

    fn last_key(&self) -> u64 {
        self.entries.last().map_or(u64::MAX, |entry| entry.key)
    }

    fn serve_up_to(&mut self, bound: u64, block: &mut Vec<Entry>) {
        let rest = self.rest();
        let (now, _) = rest.split_at(rest.partition_point(|entry| entry.key <= bound));
        block.extend_from_slice(now);
        self.served += now.len();
    }

    /// Reads on; returns whether there was anything left.
    fn read(&mut self) -> Result<bool> {
        self.entries.clear();
        self.served = 0;
        let last = self.last_chunk.min(self.next_chunk + READ_CHUNKS - 1);
        let mut missing = last - self.next_chunk + 1;
        let mut rows = self.select.query([self.next_chunk, last])?;
        while let Some(row) = rows.next()? {
            let chunk = row.get_ref(0)?.as_blob().map_err(|_| damaged())?;
            self.entries.extend(entries(chunk)?.iter().map(decode));
            missing -= 1;
        }
        self.next_chunk = last + 1;
        if missing == 0 { Ok(!self.entries.is_empty()) } else { Err(damaged()) }
    }
}
