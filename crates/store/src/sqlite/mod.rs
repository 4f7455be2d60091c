//! The embedded back end: one SQLite database in WAL mode, one writer.

mod commit;
mod denominator;
mod desk;
mod dump;
mod episodes;
mod figures;
mod finds;
mod linking;
mod measuring;
mod migrate;
mod purge;
mod rollups;
mod samples;

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use tempfile::TempDir;
use vigie_model::Timestamp;

use crate::{
    Batch, Cursor, Error, Ingest, Limits, LinkingScope, Policy, PurgeReport, Receipt, Result, Totals, Upkeep,
    keys::{KEY_FILE, StoreKey},
    ledger::Ledger,
};
use rollups::Rollups;
use samples::Samples;

pub use desk::{SqliteDesk, verify_database};

const DATABASE: &str = "vigie.db";
const LOCK: &str = "vigie.lock";
const SECONDS_A_DAY: i64 = 86_400;

/// A store open for reading; several may be open beside a writer.
#[derive(Debug)]
pub struct SqliteReader {
    conn: Connection,
    key: StoreKey,
    linking: LinkingScope,
}

/// The store open for writing: one at a time.
#[derive(Debug)]
pub struct SqliteStore {
    reader: SqliteReader,
    dir: PathBuf,
    policy: Policy,
    limits: Limits,
    ledger: Ledger,
    rollups: Rollups,
    samples: Samples,
    /// Held as long as the store is open.
    _lock: File,
    /// Removed with everything in it when the store is dropped.
    _temporary: Option<TempDir>,
}

impl SqliteReader {
    /// Opens the store in a folder for reading.
    ///
    /// # Errors
    /// There is none, it is of another profile, or of a version that this Vigie cannot read.
    pub fn open(dir: &Path, policy: &Policy) -> Result<Self> {
        let path = dir.join(DATABASE);
        if !path.is_file() {
            return Err(Error::NoStore(dir.to_owned()));
        }
        let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        conn.busy_timeout(std::time::Duration::from_secs(5))?;
        migrate::check_current(&conn)?;
        let key = StoreKey::read(dir)?.ok_or_else(|| Error::KeyMissing(dir.join(KEY_FILE)))?.seeded(policy.sample_seed.as_deref());
        check_identity(&conn, dir, policy, &key)?;
        Ok(Self { conn, key, linking: policy.linking() })
    }
}

impl SqliteStore {
    /// Opens the store in a folder for writing; creates folder, key and database where they are missing.
    ///
    /// # Errors
    /// Another process writes to it, it is of another profile or a later version, or the system refuses.
    pub fn open(dir: &Path, policy: &Policy) -> Result<Self> {
        Self::open_with(dir, policy, Limits::default(), None)
    }

    /// Opens with other bounds on memory and disk.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_within(dir: &Path, policy: &Policy, limits: Limits) -> Result<Self> {
        Self::open_with(dir, policy, limits, None)
    }

    /// A store in a temporary folder, for a dry run; removed when it is dropped.
    ///
    /// # Errors
    /// The temporary folder cannot be written.
    pub fn temporary(policy: &Policy) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("vigie-").tempdir().map_err(Error::file(std::env::temp_dir()))?;
        let dir = folder.path().to_owned();
        Self::open_with(&dir, policy, Limits::default(), Some(folder))
    }

    fn open_with(dir: &Path, policy: &Policy, limits: Limits, temporary: Option<TempDir>) -> Result<Self> {
        policy.check()?;
        create_private(dir)?;
        let lock = lock(dir)?;
        let path = dir.join(DATABASE);
        let exists = path.is_file();
        let key = match StoreKey::read(dir)? {
            Some(key) => key,
            None if exists => return Err(Error::KeyMissing(dir.join(KEY_FILE))),
            None => StoreKey::create(dir)?,
        }
        .seeded(policy.sample_seed.as_deref());
        let mut conn = Connection::open(&path)?;
        configure(&conn, &limits, temporary.is_some())?;
        migrate::migrate(&mut conn)?;
        identify(&conn, policy, &key)?;
        check_identity(&conn, dir, policy, &key)?;
        record_overrides(&conn, policy)?;
        let ledger = Ledger::load(&conn, limits.ledger_memory)?;
        let rollups = Rollups::new(limits.cached_strata);
        let samples = Samples::new(limits.reservoir, limits.cached_reservoirs);
        Ok(Self {
            reader: SqliteReader { conn, key, linking: policy.linking() },
            dir: dir.to_owned(),
            policy: policy.clone(),
            limits,
            ledger,
            rollups,
            samples,
            _lock: lock,
            _temporary: temporary,
        })
    }

    /// The reading half.
    #[must_use]
    pub fn reader(&self) -> &SqliteReader {
        &self.reader
    }

    /// The store's folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Everything in memory is read anew: it may tell of a transaction that was rolled back.
    fn forget(&mut self) -> Result<()> {
        self.rollups = Rollups::new(self.limits.cached_strata);
        self.samples = Samples::new(self.limits.reservoir, self.limits.cached_reservoirs);
        self.ledger = Ledger::load(&self.reader.conn, self.limits.ledger_memory)?;
        Ok(())
    }
}

/// Creates a folder that only its owner may enter; one that exists is left as it is.
fn create_private(dir: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(dir).map_err(Error::file(dir))
}

/// The folder's advisory lock.
fn lock(dir: &Path) -> Result<File> {
    let path = dir.join(LOCK);
    let file = File::options().create(true).write(true).truncate(false).open(&path).map_err(Error::file(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(dir.to_owned())),
        Err(TryLockError::Error(error)) => Err(Error::file(path)(error)),
    }
}

fn configure(conn: &Connection, limits: &Limits, temporary: bool) -> Result<()> {
    let cache_kib = i64::try_from(limits.page_cache / 1024).unwrap_or(16 * 1024);
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    // A chunk of the ledger fills one page. Has no effect on a database that exists.
    conn.pragma_update(None, "page_size", 8_192)?;
    conn.pragma_update(None, "journal_mode", "wal")?;
    // What is erased is overwritten: deleted and expired finds may not be read from the file.
    conn.pragma_update(None, "secure_delete", true)?;
    // What is committed survives a power cut; a dry run's store does not have to.
    conn.pragma_update(None, "synchronous", if temporary { "off" } else { "full" })?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "cache_size", -cache_kib)?;
    conn.pragma_update(None, "temp_store", "file")?;
    conn.pragma_update(None, "wal_autocheckpoint", 2_000)?;
    if let Some(bytes) = limits.max_bytes {
        let page: i64 = conn.pragma_query_value(None, "page_size", |row| row.get(0))?;
        conn.pragma_update(None, "max_page_count", i64::try_from(bytes).unwrap_or(i64::MAX) / page)?;
    }
    conn.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Writes profile and key check into a new database.
fn identify(conn: &Connection, policy: &Policy, key: &StoreKey) -> Result<()> {
    let mut insert = conn.prepare("INSERT OR IGNORE INTO meta (name, value) VALUES (?1, ?2)")?;
    insert.execute(params!["profile", policy.profile.as_str()])?;
    insert.execute(params!["key_check", key.check_value()])?;
    insert.execute(params!["sample_seed", key.seed_fingerprint()])?;
    Ok(())
}

fn check_identity(conn: &Connection, dir: &Path, policy: &Policy, key: &StoreKey) -> Result<()> {
    let meta = |name: &str| conn.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get::<_, String>(0));
    let stored = meta("profile")?;
    if stored != policy.profile.as_str() {
        return Err(Error::other_profile(dir.to_owned(), stored, policy.profile));
    }
    if meta("key_check")? != key.check_value() {
        return Err(Error::KeyMismatch(dir.join(KEY_FILE)));
    }
    if meta("sample_seed")? != key.seed_fingerprint() {
        return Err(Error::OtherSeed(dir.to_owned()));
    }
    Ok(())
}

/// Notes each override of source terms with its legal basis, once for each wording.
fn record_overrides(conn: &Connection, policy: &Policy) -> Result<()> {
    for lifted in &policy.overrides {
        conn.execute(
            "INSERT INTO audit (event, network, detail) SELECT 'terms_override', ?1, ?2
             WHERE NOT EXISTS (SELECT 1 FROM audit WHERE event = 'terms_override' AND network = ?1 AND detail = ?2)",
            params![lifted.network, lifted.basis],
        )?;
    }
    Ok(())
}

impl Ingest for SqliteStore {
    fn cursor(&self, source: &str) -> Result<Option<Cursor>> {
        self.reader.cursor(source)
    }

    fn commit(&mut self, batch: &Batch) -> Result<Receipt> {
        match self.commit_batch(batch) {
            Ok(receipt) => Ok(receipt),
            Err(error) => {
                self.forget()?;
                Err(error)
            }
        }
    }
}

impl SqliteReader {
    fn cursor(&self, source: &str) -> Result<Option<Cursor>> {
        let sql = "SELECT head, byte, line, rejects_len, finished, records, posts, deletes, ignored, repairs, problems FROM cursor WHERE source = ?1";
        let read = |row: &rusqlite::Row<'_>| {
            let number = |index| row.get::<_, i64>(index).map(i64::cast_unsigned);
            Ok(Cursor {
                source: source.to_owned(),
                head: number(0)?,
                byte: number(1)?,
                line: number(2)?,
                rejects_len: number(3)?,
                finished: row.get(4)?,
                totals: Totals { records: number(5)?, posts: number(6)?, deletes: number(7)?, ignored: number(8)?, repairs: number(9)?, problems: number(10)? },
            })
        };
        Ok(self.conn.query_row(sql, [source], read).optional()?)
    }
}

impl Upkeep for SqliteStore {
    fn purge(&mut self, now: Timestamp) -> Result<PurgeReport> {
        let report = self.purge_in_transaction(now);
        match report {
            // The log still has the pages as they were.
            Ok(_) => self.reader.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?,
            Err(_) => self.forget()?,
        }
        report
    }

    fn dump(&self, out: &mut dyn std::io::Write) -> Result<()> {
        dump::dump(&self.reader.conn, out)
    }
}

impl SqliteStore {
    fn purge_in_transaction(&mut self, now: Timestamp) -> Result<PurgeReport> {
        let retention = self.policy.retention;
        let before = |days: u32| now.seconds() - i64::from(days) * SECONDS_A_DAY;
        let tx = self.reader.conn.unchecked_transaction()?;
        let mut finds = tx.execute(
            "DELETE FROM find WHERE reviewed_at IS NULL AND found_at < ?1
             AND NOT EXISTS (SELECT 1 FROM hold WHERE kind = 'find' AND subject = CAST(find.id AS TEXT) AND released_at IS NULL)",
            [before(retention.find_days)],
        )? as u64;
        if self.policy.profile != vigie_model::Profile::Authority {
            finds += tx.execute(
                "DELETE FROM find WHERE reviewed_at < ?1
                 AND NOT EXISTS (SELECT 1 FROM hold WHERE kind = 'find' AND subject = CAST(find.id AS TEXT) AND released_at IS NULL)",
                [before(retention.confirmed_days)],
            )? as u64;
        }
        linking::forget_without_finds(&tx)?;
        linking::forget_apart_before(&tx, before(retention.ledger_days))?;
        let samples = samples::purge(&tx, before(retention.find_days))?;
        let ledger = self.ledger.forget_before(&tx, before(retention.ledger_days).div_euclid(SECONDS_A_DAY))?;
        self.samples = Samples::new(self.limits.reservoir, self.limits.cached_reservoirs);
        if finds + ledger + samples > 0 {
            tx.execute(
                "INSERT INTO audit (at, event, detail) VALUES (?1, 'purge', ?2)",
                params![now.seconds(), format!("finds {finds}, ledger entries {ledger}, samples {samples}")],
            )?;
        }
        tx.commit()?;
        Ok(PurgeReport { finds, ledger, samples })
    }
}
