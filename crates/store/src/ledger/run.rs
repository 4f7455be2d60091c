//! One sorted run: writing it, and finding a key in it.

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::{Entry, Filter, Place, merge::Merge};
use crate::{Error, Result};

/// Bytes of a stored entry.
const ENTRY_LEN: usize = 16;
/// Entries of a full chunk: as many as fill a database page of 8 KiB with its row.
const CHUNK_ENTRIES: u64 = 508;
const CHUNK_LEN: usize = 508 * ENTRY_LEN;

/// A sorted run in the database.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) id: i64,
    /// How often its entries were merged.
    pub(super) tier: u32,
    /// Number of entries.
    pub(super) posts: u64,
    /// Days since 1970 of the newest commit in it.
    pub(super) newest_day: i64,
    /// Id of its first chunk; the others follow without gap.
    pub(super) first_chunk: i64,
    /// In memory only.
    pub(super) filter: Option<Filter>,
}

impl Run {
    /// Frees the filter's memory.
    pub(super) fn without_filter(self) -> Self {
        Self { filter: None, ..self }
    }

    /// Bytes of a filter for so many entries.
    pub(super) fn filter_bytes(posts: u64) -> usize {
        /// Enough, as only keys get here that passed the filter over all runs.
        const BITS_A_KEY: u64 = 10;
        Filter::bytes_for(posts, BITS_A_KEY)
    }

    /// Calls the function for each key.
    pub(super) fn for_each_key(&self, conn: &Connection, mut visit: impl FnMut(u64)) -> Result<()> {
        let mut entries = Merge::new(conn, std::slice::from_ref(self))?;
        loop {
            match entries.next_block()? {
                [] => return Ok(()),
                block => block.iter().for_each(|entry| visit(entry.key)),
            }
        }
    }

    /// Deletes it from the database.
    pub(super) fn delete(&self, conn: &Connection) -> Result<()> {
        conn.prepare_cached("DELETE FROM ledger_chunk WHERE id BETWEEN ?1 AND ?2")?.execute(params![self.first_chunk, self.last_chunk()])?;
        conn.prepare_cached("DELETE FROM ledger_run WHERE id = ?1")?.execute([self.id])?;
        Ok(())
    }

    pub(super) fn last_chunk(&self) -> i64 {
        self.first_chunk + self.chunks().cast_signed() - 1
    }

    fn chunks(&self) -> u64 {
        self.posts.div_ceil(CHUNK_ENTRIES)
    }
}

/// Finds keys in a run. Ascending keys are found fastest: the chunk read last is kept.
pub(super) struct RunReader<'a> {
    run: &'a Run,
    select: CachedStatement<'a>,
    chunk: Vec<u8>,
    /// Number of the chunk held, from 0.
    number: Option<u64>,
}

impl<'a> RunReader<'a> {
    pub(super) fn new(conn: &'a Connection, run: &'a Run) -> Result<Self> {
        let select = conn.prepare_cached("SELECT entries FROM ledger_chunk WHERE id = ?1")?;
        Ok(Self { run, select, chunk: Vec::new(), number: None })
    }

    /// Where the post with this key is counted, if the run has it.
    #[inline]
    pub(super) fn find(&mut self, key: u64) -> Result<Option<Place>> {
        match &self.run.filter {
            Some(filter) if !filter.may_contain(key) => Ok(None),
            _ => self.search(key),
        }
    }

    /// Interpolation search among the chunks, which takes two reads or so as keys are uniformly distributed, with
    /// bisection if they are not; then binary search within the chunk.
    fn search(&mut self, key: u64) -> Result<Option<Place>> {
        const INTERPOLATIONS: u32 = 4;
        let mut bounds = Bounds { chunks: 0..self.run.chunks(), keys: 0..=u64::MAX };
        if let Some(number) = self.number {
            bounds.narrow(key, number, self.first_and_last()?);
        }
        let mut reads = 0;
        while !bounds.chunks.is_empty() {
            let guess = if reads < INTERPOLATIONS { bounds.interpolate(key) } else { bounds.middle() };
            self.load(guess)?;
            if bounds.narrow(key, guess, self.first_and_last()?) {
                return self.search_chunk(key);
            }
            reads += 1;
        }
        Ok(None)
    }

    fn search_chunk(&self, key: u64) -> Result<Option<Place>> {
        let entries = entries(&self.chunk)?;
        let found = entries.binary_search_by_key(&key, |bytes| decode(bytes).key);
        Ok(found.ok().and_then(|at| entries.get(at)).map(|bytes| decode(bytes).place))
    }

    fn first_and_last(&self) -> Result<(u64, u64)> {
        match entries(&self.chunk)? {
            [first, .., last] => Ok((decode(first).key, decode(last).key)),
            [only] => Ok((decode(only).key, decode(only).key)),
            [] => Err(damaged()),
        }
    }

    fn load(&mut self, number: u64) -> Result<()> {
        if self.number == Some(number) {
            return Ok(());
        }
        self.number = None;
        let chunk = &mut self.chunk;
        let id = self.run.first_chunk + number.cast_signed();
        let read = self.select.query_row([id], |row| {
            chunk.clear();
            chunk.extend_from_slice(row.get_ref(0)?.as_blob()?);
            Ok(())
        });
        read.optional()?.ok_or_else(damaged)?;
        self.number = Some(number);
        Ok(())
    }
}

/// What is known of where a key can be.
struct Bounds {
    /// Chunks that can have it.
    chunks: std::ops::Range<u64>,
    /// Keys that those chunks can have.
    keys: std::ops::RangeInclusive<u64>,
}

impl Bounds {
    /// Takes into account what a chunk begins and ends with; returns whether the key can only be in that chunk.
    fn narrow(&mut self, key: u64, chunk: u64, (first, last): (u64, u64)) -> bool {
        if key < first {
            self.chunks.end = chunk;
            self.keys = *self.keys.start()..=first;
        } else if key > last {
            self.chunks.start = chunk + 1;
            self.keys = last..=*self.keys.end();
        } else {
            self.chunks = chunk..chunk + 1;
            return true;
        }
        false
    }

    fn interpolate(&self, key: u64) -> u64 {
        let (low, high) = (*self.keys.start(), *self.keys.end());
        let chunks = u128::from(self.chunks.end - self.chunks.start);
        let span = u128::from(high.saturating_sub(low)) + 1;
        let steps = chunks * u128::from(key.saturating_sub(low)) / span;
        u64::try_from(steps).unwrap_or_default().min(self.chunks.end - self.chunks.start - 1) + self.chunks.start
    }

    fn middle(&self) -> u64 {
        self.chunks.start.midpoint(self.chunks.end)
    }
}

/// Writes a run.
pub(super) struct RunWriter<'a> {
    conn: &'a Connection,
    insert: CachedStatement<'a>,
    chunk: Vec<u8>,
    first_chunk: i64,
    next_chunk: i64,
    posts: u64,
    filter: Option<Filter>,
}

impl<'a> RunWriter<'a> {
    /// A writer of at most so many entries.
    pub(super) fn new(conn: &'a Connection, posts: u64, with_filter: bool) -> Result<Self> {
        let first_chunk = conn.prepare_cached("SELECT coalesce(max(id), 0) + 1 FROM ledger_chunk")?.query_row([], |row| row.get(0))?;
        Ok(Self {
            conn,
            insert: conn.prepare_cached("INSERT INTO ledger_chunk (id, entries) VALUES (?1, ?2)")?,
            chunk: Vec::with_capacity(CHUNK_LEN),
            first_chunk,
            next_chunk: first_chunk,
            posts: 0,
            filter: with_filter.then(|| Filter::with_bytes(Run::filter_bytes(posts))),
        })
    }

    /// Adds the next entries; keys must ascend.
    pub(super) fn push(&mut self, mut entries: &[Entry]) -> Result<()> {
        self.posts += entries.len() as u64;
        if let Some(filter) = &mut self.filter {
            entries.iter().for_each(|entry| filter.insert(entry.key));
        }
        while !entries.is_empty() {
            let room = (CHUNK_LEN - self.chunk.len()) / ENTRY_LEN;
            let (now, rest) = entries.split_at(room.min(entries.len()));
            self.chunk.extend(now.iter().flat_map(|entry| encode(*entry)));
            entries = rest;
            if self.chunk.len() >= CHUNK_LEN {
                self.write_chunk()?;
            }
        }
        Ok(())
    }

    /// Writes what is left and records the run.
    pub(super) fn finish(mut self, tier: u32, newest_day: i64) -> Result<Run> {
        if !self.chunk.is_empty() {
            self.write_chunk()?;
        }
        self.conn.prepare_cached("INSERT INTO ledger_run (tier, posts, newest_day, first_chunk) VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            tier,
            self.posts.cast_signed(),
            newest_day,
            self.first_chunk
        ])?;
        let id = self.conn.last_insert_rowid();
        Ok(Run { id, tier, posts: self.posts, newest_day, first_chunk: self.first_chunk, filter: self.filter })
    }

    fn write_chunk(&mut self) -> Result<()> {
        self.insert.execute(params![self.next_chunk, self.chunk])?;
        self.next_chunk += 1;
        self.chunk.clear();
        Ok(())
    }
}

/// The stored entries of a chunk.
pub(super) fn entries(chunk: &[u8]) -> Result<&[[u8; ENTRY_LEN]]> {
    match chunk.as_chunks::<ENTRY_LEN>() {
        (entries, []) if !entries.is_empty() => Ok(entries),
        _ => Err(damaged()),
    }
}

pub(super) fn decode(bytes: &[u8; ENTRY_LEN]) -> Entry {
    let word = u128::from_le_bytes(*bytes);
    #[expect(clippy::cast_possible_truncation, reason = "takes the word apart")]
    Entry { key: word as u64, place: Place { revision: (word >> 64) as u32, cell: (word >> 96) as u32 } }
}

fn encode(entry: Entry) -> [u8; ENTRY_LEN] {
    let Entry { key, place: Place { revision, cell } } = entry;
    (u128::from(key) | u128::from(revision) << 64 | u128::from(cell) << 96).to_le_bytes()
}

pub(super) fn damaged() -> Error {
    Error::damaged("a ledger chunk is missing or has the wrong size")
}
