//! Committing to the denominator: one hash chain an hour, so that nobody can say later that posts were left out or the sample was chosen.

use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;

use crate::{Error, Result, keys::StoreKey};

/// The roots that a transaction changes.
#[derive(Debug, Default)]
pub(super) struct Denominators(FxHashMap<i64, (i64, [u8; 32])>);

impl Denominators {
    /// Adds a post to its hour; `chain` gives the root after it.
    pub(super) fn add(&mut self, conn: &Connection, key: &StoreKey, hour: i64, chain: impl Fn(&StoreKey, &[u8; 32]) -> [u8; 32]) -> Result<()> {
        let (posts, root) = match self.0.entry(hour) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => entry.insert(load(conn, hour)?),
        };
        *posts += 1;
        *root = chain(key, root);
        Ok(())
    }

    /// Writes what was changed. Part of every transaction.
    pub(super) fn write_back(&self, conn: &Connection) -> Result<()> {
        let mut write = conn.prepare_cached("INSERT OR REPLACE INTO denominator (hour, posts, root) VALUES (?1, ?2, ?3)")?;
        for (hour, (posts, root)) in &self.0 {
            write.execute(params![hour, posts, root])?;
        }
        Ok(())
    }
}

/// The root of an hour; zeros for one without posts.
fn load(conn: &Connection, hour: i64) -> Result<(i64, [u8; 32])> {
    let found = conn
        .prepare_cached("SELECT posts, root FROM denominator WHERE hour = ?1")?
        .query_row([hour], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))
        .optional()?;
    match found {
        Some((posts, root)) => Ok((posts, root.try_into().map_err(|_| Error::damaged("a denominator's root has another length"))?)),
        None => Ok((0, [0; 32])),
    }
}
