//! The door for people: reviewing, accounts and casework, open beside the writer of the stream.

mod accounts;
mod casework;
mod decisions;
mod queue;
mod search;

#[cfg(test)]
mod tests;

use std::path::Path;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use vigie_model::{Timestamp, Versions};

use super::{DATABASE, KEY_FILE, SqliteReader, StoreKey, check_identity, lock, measuring, migrate};
use crate::{Error, GivenLabel, Labelling, Policy, Result};

/// A connection that reads everything and writes what people decide. Any number of them may be open beside one [`super::SqliteStore`]: their
/// transactions are short and touch none of what the stream's writer keeps in memory.
#[derive(Debug)]
pub struct SqliteDesk {
    reader: SqliteReader,
}

impl SqliteDesk {
    /// Opens the store in a folder.
    ///
    /// # Errors
    /// There is none, it is of another profile, or it has to be brought up to date while somebody writes to it.
    pub fn open(dir: &Path, policy: &Policy) -> Result<Self> {
        let path = dir.join(DATABASE);
        if !path.is_file() {
            return Err(Error::NoStore(dir.to_owned()));
        }
        let mut conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        conn.busy_timeout(std::time::Duration::from_secs(10))?;
        conn.pragma_update(None, "foreign_keys", true)?;
        conn.pragma_update(None, "secure_delete", true)?;
        conn.pragma_update(None, "synchronous", "full")?;
        conn.set_prepared_statement_cache_capacity(64);
        if migrate::check_current(&conn).is_err() {
            let _lock = lock(dir)?;
            migrate::migrate(&mut conn)?;
        }
        let key = StoreKey::read(dir)?.ok_or_else(|| Error::KeyMissing(dir.join(KEY_FILE)))?.seeded(policy.sample_seed.as_deref());
        check_identity(&conn, dir, policy, &key)?;
        Ok(Self { reader: SqliteReader { conn, key, linking: policy.linking() } })
    }

    /// The reading half.
    #[must_use]
    pub fn reader(&self) -> &SqliteReader {
        &self.reader
    }

    /// A number that differs once anybody else has written.
    ///
    /// # Errors
    /// The back end fails.
    pub fn data_version(&self) -> Result<i64> {
        Ok(self.conn().pragma_query_value(None, "data_version", |row| row.get(0))?)
    }

    /// Whether a label of the measuring sample is this reviewer's.
    ///
    /// # Errors
    /// The back end fails.
    pub fn label_is_of(&self, number: i64, reviewer: &str) -> Result<bool> {
        let sql = "SELECT count(*) FROM label WHERE id = ?1 AND reviewer = ?2";
        Ok(self.conn().query_row(sql, rusqlite::params![number, reviewer], |row| row.get::<_, i64>(0))? > 0)
    }

    /// Writes a copy of the database and its key into an empty folder while everything goes on, and checks the copy.
    ///
    /// # Errors
    /// The folder is not empty or cannot be written; the copy is damaged.
    pub fn backup(&self, dir: &Path, to: &Path) -> Result<()> {
        let copy = to.join(DATABASE);
        if copy.exists() {
            return Err(Error::Exists(copy));
        }
        super::create_private(to)?;
        self.conn().execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
        let key = to.join(KEY_FILE);
        std::fs::copy(dir.join(KEY_FILE), &key).map_err(Error::file(&key))?;
        verify_database(&copy)
    }

    fn conn(&self) -> &Connection {
        &self.reader.conn
    }

    /// A transaction that has the right to write from its beginning: two people cannot both read first and then collide.
    fn begin(&self) -> Result<Transaction<'_>> {
        Ok(Transaction::new_unchecked(self.conn(), TransactionBehavior::Immediate)?)
    }
}

impl Labelling for SqliteDesk {
    fn note_detector(&mut self, versions: &Versions, now: Timestamp) -> Result<()> {
        measuring::note_detector(self.conn(), versions, now)
    }

    fn add_labels(&mut self, labels: &[(u64, u32, GivenLabel)]) -> Result<Vec<i64>> {
        measuring::add_labels(self.conn(), labels)
    }

    fn withdraw_label(&mut self, number: i64) -> Result<bool> {
        measuring::withdraw_label(self.conn(), number)
    }
}

/// Reads every page of a database and compares its indices with its tables.
///
/// # Errors
/// It cannot be read, or is damaged.
pub fn verify_database(database: &Path) -> Result<()> {
    let conn = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let found: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(Error::damaged(found)) }
}

fn time(seconds: i64) -> Result<Timestamp> {
    Timestamp::from_seconds(seconds).map_err(|_| Error::damaged("a time is out of range"))
}
