//! Migrations: numbered, forward only, each with the checksum that it had when it ran.

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::{Error, Result, keys::hex};

/// In order; never changed once released.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_start.sql"),
    include_str!("../../migrations/0002_measure.sql"),
    include_str!("../../migrations/0003_console.sql"),
    include_str!("../../migrations/0004_networks.sql"),
    include_str!("../../migrations/0005_reports.sql"),
    include_str!("../../migrations/0007_accounts.sql"),
];

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (
    version INTEGER PRIMARY KEY,
    sha256  TEXT NOT NULL,
    at      INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT";

/// Brings a database up to date.
pub(super) fn migrate(conn: &mut Connection) -> Result<()> {
    conn.execute_batch(TABLE)?;
    let done = applied(conn)?;
    for (version, sql) in (1u32..).zip(MIGRATIONS).skip(done as usize) {
        let tx = conn.transaction()?;
        tx.execute_batch(sql)?;
        tx.execute("INSERT INTO migration (version, sha256) VALUES (?1, ?2)", params![version, checksum(sql)])?;
        tx.commit()?;
    }
    Ok(())
}

/// Refuses a database that is not of this version.
pub(super) fn check_current(conn: &Connection) -> Result<()> {
    let (found, known) = (applied(conn)?, known());
    if found < known { Err(Error::OlderDatabase { found, known }) } else { Ok(()) }
}

fn known() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

/// How many migrations ran, after their checksums were compared.
fn applied(conn: &Connection) -> Result<u32> {
    let exists: Option<i64> = conn.query_row("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migration'", [], |row| row.get(0)).optional()?;
    if exists.is_none() {
        return Ok(0);
    }
    let found: u32 = conn.query_row("SELECT coalesce(max(version), 0) FROM migration", [], |row| row.get(0))?;
    if found > known() {
        return Err(Error::NewerDatabase { found, known: known() });
    }
    for (version, sql) in (1u32..).zip(MIGRATIONS).take(found as usize) {
        let stored: Option<String> = conn.query_row("SELECT sha256 FROM migration WHERE version = ?1", [version], |row| row.get(0)).optional()?;
        if stored.as_deref() != Some(&checksum(sql)) {
            return Err(Error::MigrationChanged { version });
        }
    }
    Ok(found)
}

fn checksum(sql: &str) -> String {
    hex(&Sha256::digest(sql))
}
