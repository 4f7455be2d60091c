//! Erasing by class and clock; a legal hold wins. Statistics survive: who was noticed, when, with what outcome, without identifiers.

use rusqlite::{Transaction, params};
use sha2::{Digest, Sha256};
use vigie_model::Timestamp;

use super::SECONDS_A_DAY;
use crate::{Clocks, Purged, Result, keys::hex};

/// One class: what is past its clock, and how it is erased.
struct Class {
    name: &'static str,
    days: u32,
    /// Gives name and whether it is held, of everything before ?1 (and ?2).
    select: &'static str,
    before: [i64; 2],
    erase: &'static [&'static str],
}

const HELD_FIND: &str = "SELECT CAST(id AS TEXT), EXISTS (SELECT 1 FROM hold WHERE kind = 'find' AND subject = CAST(find.id AS TEXT) AND released_at IS NULL)
    FROM find WHERE reviewed_at IS NULL AND found_at < ?1 AND ?2 IS NOT NULL ORDER BY id";

const HELD_DOCUMENT: &str = "SELECT id, EXISTS (SELECT 1 FROM hold WHERE kind = 'document' AND subject = document.id AND released_at IS NULL)
    FROM document WHERE body IS NOT NULL
    AND ((SELECT max(at) FROM document_event WHERE document = document.id) < ?1 OR created_at < ?2) ORDER BY id";

const AUDIT: &str = "SELECT CAST(id AS TEXT), 0 FROM audit WHERE at < ?1 AND ?2 IS NOT NULL AND event NOT IN ('purge', 'terms_override') ORDER BY id";

fn classes(clocks: &Clocks, now: Timestamp) -> [Class; 3] {
    let before = |days: u32| now.seconds() - i64::from(days) * SECONDS_A_DAY;
    [
        Class {
            name: "finds",
            days: clocks.find_days,
            select: HELD_FIND,
            before: [before(clocks.find_days); 2],
            erase: &["DELETE FROM find WHERE id = CAST(?1 AS INTEGER)"],
        },
        Class {
            name: "documents",
            days: clocks.answered_days,
            select: HELD_DOCUMENT,
            before: [before(clocks.answered_days), before(clocks.document_days)],
            erase: &[
                "UPDATE document_event SET detail = NULL WHERE document = ?1",
                "UPDATE outbox SET payload = NULL, problem = NULL, receipt = NULL, state = iif(state = 'queued', 'cancelled', state) WHERE document = ?1",
                "UPDATE document SET body = NULL, account = NULL WHERE id = ?1",
            ],
        },
        Class {
            name: "audit",
            days: clocks.audit_days,
            select: AUDIT,
            before: [before(clocks.audit_days); 2],
            erase: &["DELETE FROM audit WHERE id = CAST(?1 AS INTEGER)"],
        },
    ]
}

/// Counts, or erases and writes the proof into the audit log, in one transaction.
pub(super) fn purge(tx: Transaction<'_>, clocks: &Clocks, now: Timestamp, erase: bool) -> Result<Vec<Purged>> {
    let done = classes(clocks, now).iter().map(|class| purge_class(&tx, class, now, erase)).collect::<Result<Vec<_>>>()?;
    tx.commit()?;
    Ok(done)
}

fn purge_class(tx: &Transaction<'_>, class: &Class, now: Timestamp, erase: bool) -> Result<Purged> {
    let mut select = tx.prepare(class.select)?;
    let rows = select.query_map(class.before, |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?)))?;
    let (mut purged, mut names) = (Purged { class: class.name, days: class.days, count: 0, held: 0, sha256: String::new() }, Sha256::new());
    for row in rows.collect::<rusqlite::Result<Vec<_>>>()? {
        let (name, held) = row;
        if held {
            purged.held += 1;
            continue;
        }
        purged.count += 1;
        names.update(name.as_bytes());
        names.update(b"\n");
        for sql in class.erase.iter().filter(|_| erase) {
            tx.prepare_cached(sql)?.execute([&name])?;
        }
    }
    purged.sha256 = hex(&names.finalize());
    if erase && purged.count > 0 {
        let proof = serde_json::to_string(&purged).unwrap_or_default();
        tx.execute("INSERT INTO audit (at, event, detail) VALUES (?1, 'purge', ?2)", params![now.seconds(), proof])?;
    }
    Ok(purged)
}
