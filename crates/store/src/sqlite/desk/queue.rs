//! The queue: what a person may decide next, and claims.

use rusqlite::{OptionalExtension, Row, Transaction, named_params, params};
use vigie_model::Timestamp;

use super::{super::finds, SqliteDesk};
use crate::{Error, Exposure, QueueFilter, Reader, Result, ReviewItem, ReviewState, UserId, sqlite::SECONDS_A_DAY};

/// A pause of so many seconds is a break.
const BREAK: i64 = 600;

/// Finds that anybody may still decide: the words of the index `find_queue`.
const OPEN: &str = "state != 'settled' AND superseded_by IS NULL AND deleted_seen_at IS NULL AND text IS NOT NULL";

/// Those among them that this reader may decide and did not pass on.
const MINE: &str = "(state != 'dispute' OR :senior) AND NOT EXISTS (
    SELECT 1 FROM decision AS said WHERE said.find = find.id AND said.post_key = find.post_key AND said.user = :user AND said.kind IN ('label', 'too_hard')
    AND NOT EXISTS (SELECT 1 FROM decision AS undo WHERE undo.undoes = said.id))";

const CHOSEN: &str = "(:network IS NULL OR network = :network) AND (:watch IS NULL OR EXISTS (SELECT 1 FROM json_each(watches) WHERE value = :watch))
    AND (:spared = '[]' OR NOT EXISTS (SELECT 1 FROM json_each(verdict, '$.products') WHERE value IN (SELECT value FROM json_each(:spared))))";

/// The first of those that are alike stands for all.
const LEADING: &str = "NOT EXISTS (SELECT 1 FROM find AS copy WHERE find.state = 'waiting' AND copy.fold = find.fold AND copy.state = 'waiting'
    AND copy.superseded_by IS NULL AND copy.deleted_seen_at IS NULL AND (copy.rank > find.rank OR (copy.rank = find.rank AND copy.id < find.id)))";

const FREE: &str = "NOT EXISTS (SELECT 1 FROM claim WHERE claim.find = find.id AND claim.user != :user AND claim.until > :now)";

/// Columns of a [`ReviewItem`] after those of its find; `:now` says which claims still hold.
const BESIDE: &str = "state, answer, views,
    (SELECT count(*) FROM find AS copy WHERE copy.fold = find.fold AND copy.id != find.id AND copy.state = 'waiting' AND copy.superseded_by IS NULL AND copy.deleted_seen_at IS NULL),
    (SELECT user FROM claim WHERE claim.find = find.id AND until > :now),
    (SELECT name FROM user WHERE user.id = (SELECT user FROM claim WHERE claim.find = find.id AND until > :now))";

impl SqliteDesk {
    pub(super) fn queue_items(&self, reader: Reader, filter: &QueueFilter, limit: usize, now: Timestamp) -> Result<Vec<ReviewItem>> {
        let sql = format!("{} WHERE {OPEN} AND {MINE} AND {CHOSEN} AND {LEADING} ORDER BY rank DESC, id LIMIT :limit", select());
        let mut select = self.conn().prepare_cached(&sql)?;
        let mut rows = select.query(named_params! {
            ":senior": reader.senior, ":user": reader.user.0, ":network": filter.network, ":watch": filter.watch, ":spared": spared(filter),
            ":now": now.seconds(), ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
        })?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            items.push(item(row)?);
        }
        Ok(items)
    }

    pub(super) fn claim_find(&self, reader: Reader, filter: &QueueFilter, find: Option<i64>, now: Timestamp, until: Timestamp) -> Result<Option<i64>> {
        let tx = self.begin()?;
        tx.execute("DELETE FROM claim WHERE until <= ?1", [now.seconds()])?;
        let held = held(&tx, reader.user)?;
        let found = match find {
            Some(id) => open_to(&tx, reader, id)?.filter(|_| !claimed_by_other(&tx, reader.user, id, now)),
            None => match held {
                Some(id) if first(&tx, reader, filter, Some(id), now)?.is_some() => Some(id),
                _ => first(&tx, reader, filter, None, now)?,
            },
        };
        tx.execute("DELETE FROM claim WHERE user = ?1", [reader.user.0])?;
        if let Some(id) = found {
            tx.execute("INSERT INTO claim (find, user, until) VALUES (?1, ?2, ?3)", params![id, reader.user.0, until.seconds()])?;
            if held != Some(id) {
                note_exposure(&tx, reader.user, now)?;
            }
        }
        tx.commit()?;
        Ok(found)
    }

    pub(super) fn one_item(&self, find: i64, now: Timestamp) -> Result<Option<ReviewItem>> {
        let sql = format!("{} WHERE id = :find", select());
        let mut select = self.conn().prepare_cached(&sql)?;
        let mut rows = select.query(named_params! { ":find": find, ":now": now.seconds() })?;
        rows.next()?.map(item).transpose()
    }

    pub(super) fn exposure_of(&self, user: UserId, now: Timestamp) -> Result<Exposure> {
        let row = self
            .conn()
            .query_row("SELECT shown, last_at, work_from FROM exposure WHERE user = ?1 AND day = ?2", params![user.0, day(now)], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
            })
            .optional()?;
        Ok(row.map_or_else(Exposure::default, |(shown, last, from)| {
            let working = now.seconds() - last < BREAK;
            Exposure { shown: shown.unsigned_abs(), minutes: if working { (now.seconds() - from).unsigned_abs() / 60 } else { 0 } }
        }))
    }
}

/// The beginning of every query for items.
pub(super) fn select() -> String {
    format!("SELECT {}, {BESIDE} FROM find", finds::COLUMNS)
}

/// Reads a row of [`select`].
pub(super) fn item(row: &Row<'_>) -> Result<ReviewItem> {
    let find = finds::read(row, &finds::placeholder())?.complete()?;
    let state: String = row.get(16)?;
    let claim: Option<i64> = row.get(20)?;
    let name: Option<String> = row.get(21)?;
    Ok(ReviewItem {
        find,
        state: ReviewState::parse(&state).ok_or_else(|| Error::damaged("unknown state of a find"))?,
        answer: row.get(17)?,
        views: row.get::<_, Option<i64>>(18)?.and_then(|views| u32::try_from(views).ok()),
        alike: row.get::<_, i64>(19)?.unsigned_abs(),
        claimed_by: claim.map(UserId).zip(name),
    })
}

fn spared(filter: &QueueFilter) -> String {
    // Plain data always serialises.
    serde_json::to_string(&filter.spared).unwrap_or_else(|_| "[]".to_owned())
}

fn held(tx: &Transaction<'_>, user: UserId) -> Result<Option<i64>> {
    Ok(tx.query_row("SELECT find FROM claim WHERE user = ?1", [user.0], |row| row.get(0)).optional()?)
}

/// The find if this reader may decide it.
pub(super) fn open_to(tx: &Transaction<'_>, reader: Reader, find: i64) -> Result<Option<i64>> {
    let sql = format!("SELECT id FROM find WHERE id = :find AND {OPEN} AND {MINE}");
    let parameters = named_params! { ":find": find, ":senior": reader.senior, ":user": reader.user.0 };
    Ok(tx.prepare_cached(&sql)?.query_row(parameters, |row| row.get(0)).optional()?)
}

/// Whether somebody else reads it; a back end that fails is taken for a yes.
pub(super) fn claimed_by_other(tx: &Transaction<'_>, user: UserId, find: i64, now: Timestamp) -> bool {
    tx.query_row("SELECT count(*) FROM claim WHERE find = ?1 AND user != ?2 AND until > ?3", params![find, user.0, now.seconds()], |row| row.get::<_, i64>(0))
        .map_or(true, |claims| claims > 0)
}

/// The first find of the queue that is free, or the one named if it is in this part of the queue.
fn first(tx: &Transaction<'_>, reader: Reader, filter: &QueueFilter, only: Option<i64>, now: Timestamp) -> Result<Option<i64>> {
    let sql = format!(
        "SELECT id FROM find WHERE {OPEN} AND (:only IS NULL OR id = :only) AND {MINE} AND {CHOSEN} AND (:only IS NOT NULL OR {LEADING}) AND {FREE} ORDER BY rank DESC, id LIMIT 1"
    );
    let parameters = named_params! {
        ":only": only, ":senior": reader.senior, ":user": reader.user.0, ":network": filter.network, ":watch": filter.watch, ":spared": spared(filter),
        ":now": now.seconds(),
    };
    Ok(tx.prepare_cached(&sql)?.query_row(parameters, |row| row.get(0)).optional()?)
}

fn day(now: Timestamp) -> i64 {
    now.seconds().div_euclid(SECONDS_A_DAY)
}

/// One find more was shown; after a break, work begins anew.
fn note_exposure(tx: &Transaction<'_>, user: UserId, now: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO exposure (user, day, shown, last_at, work_from) VALUES (?1, ?2, 1, ?3, ?3)
         ON CONFLICT DO UPDATE SET shown = shown + 1, work_from = CASE WHEN ?3 - last_at >= ?4 THEN ?3 ELSE work_from END, last_at = ?3",
        params![user.0, day(now), now.seconds(), BREAK],
    )?;
    Ok(())
}
