//! Decisions: rows that are only added, and the state that follows from them.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use vigie_measure::share::Answer;
use vigie_model::{Label, Timestamp};

use super::{
    SqliteDesk,
    queue::{claimed_by_other, open_to},
    time,
};
use crate::{
    Decided, Decision, Error, Exposure, Hearing, QueueFilter, Reader, Result, Review, ReviewItem, ReviewState, Ruling, Search, Step, UserId, Waiting,
    answer_of, review::DOUBLE_ONE_IN,
};

/// A step can be taken back for so many seconds.
const UNDO_WITHIN: i64 = 1_800;

impl Review for SqliteDesk {
    fn queue(&self, reader: Reader, filter: &QueueFilter, limit: usize, now: Timestamp) -> Result<Vec<ReviewItem>> {
        self.queue_items(reader, filter, limit, now)
    }

    fn claim(&mut self, reader: Reader, filter: &QueueFilter, find: Option<i64>, now: Timestamp, until: Timestamp) -> Result<Option<i64>> {
        self.claim_find(reader, filter, find, now, until)
    }

    fn release(&mut self, user: UserId) -> Result<()> {
        self.conn().execute("DELETE FROM claim WHERE user = ?1", [user.0])?;
        Ok(())
    }

    fn decide(&mut self, reader: Reader, find: i64, ruling: &Ruling, now: Timestamp) -> Result<Decided> {
        let tx = self.begin()?;
        if find_key(&tx, find)?.is_none() {
            return Ok(Decided::NoFind);
        }
        if claimed_by_other(&tx, reader.user, find, now) {
            return Ok(Decided::ClaimedByOther);
        }
        if open_to(&tx, reader, find)?.is_none() {
            return Ok(Decided::NotOpen);
        }
        let along = if ruling.all { alike(&tx, reader, find, now)? } else { Vec::new() };
        label(&tx, reader.user, find, ruling, None, now)?;
        for copy in &along {
            label(&tx, reader.user, *copy, ruling, Some(find), now)?;
        }
        tx.commit()?;
        Ok(Decided::Done(1 + along.len() as u64))
    }

    fn too_hard(&mut self, user: UserId, find: i64, now: Timestamp) -> Result<bool> {
        let tx = self.begin()?;
        let Some(post_key) = find_key(&tx, find)? else { return Ok(false) };
        tx.execute(
            "INSERT INTO decision (find, post_key, user, kind, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![find, post_key, user.0, Step::TooHard.as_str(), now.seconds()],
        )?;
        tx.execute("DELETE FROM claim WHERE user = ?1", [user.0])?;
        tx.commit()?;
        Ok(true)
    }

    fn undo(&mut self, user: UserId, now: Timestamp) -> Result<Option<i64>> {
        let tx = self.begin()?;
        let Some((lead, at)) = last_step(&tx, user, now)? else { return Ok(None) };
        for (id, find, post_key) in steps_of(&tx, user, lead, at)? {
            tx.execute(
                "INSERT INTO decision (find, post_key, user, kind, undoes, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![find, post_key, user.0, Step::Undo.as_str(), id, now.seconds()],
            )?;
            refresh(&tx, find, now)?;
        }
        tx.commit()?;
        Ok(Some(lead))
    }

    fn appeal(&mut self, user: UserId, find: i64, reason: &str, now: Timestamp) -> Result<bool> {
        let tx = self.begin()?;
        let settled: Option<i64> = tx.query_row("SELECT post_key FROM find WHERE id = ?1 AND state = 'settled'", [find], |row| row.get(0)).optional()?;
        let Some(post_key) = settled else { return Ok(false) };
        tx.execute(
            "INSERT INTO decision (find, post_key, user, kind, reason, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![find, post_key, user.0, Step::Appeal.as_str(), cut(reason), now.seconds()],
        )?;
        refresh(&tx, find, now)?;
        tx.commit()?;
        Ok(true)
    }

    fn item(&self, find: i64, now: Timestamp) -> Result<Option<ReviewItem>> {
        self.one_item(find, now)
    }

    fn history(&self, find: i64) -> Result<Vec<Decision>> {
        let sql = format!("{DECISIONS} WHERE decision.find = ?1 AND decision.post_key = (SELECT post_key FROM find WHERE id = ?1) ORDER BY decision.id");
        let mut select = self.conn().prepare_cached(&sql)?;
        let mut rows = select.query([find])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(decision(row)?);
        }
        Ok(all)
    }

    fn decisions(&self, before: Option<i64>, limit: usize) -> Result<Vec<Decision>> {
        let sql = format!("{DECISIONS} WHERE decision.id < ?1 ORDER BY decision.id DESC LIMIT ?2");
        let mut select = self.conn().prepare_cached(&sql)?;
        let mut rows = select.query(params![before.unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX)])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(decision(row)?);
        }
        Ok(all)
    }

    fn search(&self, search: &Search, limit: usize, now: Timestamp) -> Result<Vec<ReviewItem>> {
        self.search_items(search, limit, now)
    }

    fn waiting(&self) -> Result<Waiting> {
        self.count_waiting()
    }

    fn exposure(&self, user: UserId, now: Timestamp) -> Result<Exposure> {
        self.exposure_of(user, now)
    }
}

const DECISIONS: &str =
    "SELECT decision.id, find, user.name, kind, label, reason, undoes, led_by, at, user.id FROM decision JOIN user ON user.id = decision.user";

fn decision(row: &Row<'_>) -> Result<Decision> {
    let label: Option<String> = row.get(4)?;
    Ok(Decision {
        id: row.get(0)?,
        find: row.get(1)?,
        user: row.get(2)?,
        user_id: UserId(row.get(9)?),
        kind: Step::parse(&row.get::<_, String>(3)?).ok_or_else(|| Error::damaged("unknown kind of decision"))?,
        label: label.map(|label| label.parse().map_err(|_| Error::damaged("unknown label"))).transpose()?,
        reason: row.get(5)?,
        undoes: row.get(6)?,
        led_by: row.get(7)?,
        at: time(row.get(8)?)?,
    })
}

fn find_key(tx: &Transaction<'_>, find: i64) -> Result<Option<i64>> {
    Ok(tx.query_row("SELECT post_key FROM find WHERE id = ?1", [find], |row| row.get(0)).optional()?)
}

fn cut(reason: &str) -> String {
    reason.trim().chars().take(Ruling::REASON).collect()
}

/// Waiting finds with the same folded text that nobody else reads and that this person may decide.
fn alike(tx: &Transaction<'_>, reader: Reader, find: i64, now: Timestamp) -> Result<Vec<i64>> {
    let mut select = tx.prepare_cached(
        "SELECT id FROM find WHERE state = 'waiting' AND superseded_by IS NULL AND deleted_seen_at IS NULL AND fold = (SELECT fold FROM find WHERE id = ?1) AND id != ?1",
    )?;
    let found: Vec<i64> = select.query_map([find], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let mut open = Vec::with_capacity(found.len());
    for copy in found {
        if !claimed_by_other(tx, reader.user, copy, now) && open_to(tx, reader, copy)?.is_some() {
            open.push(copy);
        }
    }
    Ok(open)
}

/// Adds a label and works out what follows.
fn label(tx: &Transaction<'_>, user: UserId, find: i64, ruling: &Ruling, led_by: Option<i64>, now: Timestamp) -> Result<()> {
    let reason = ruling.reason.as_deref().map(cut).filter(|reason| !reason.is_empty());
    tx.prepare_cached(
        "INSERT INTO decision (find, post_key, user, kind, label, reason, led_by, at) SELECT id, post_key, ?2, 'label', ?3, ?4, ?5, ?6 FROM find WHERE id = ?1",
    )?
    .execute(params![find, user.0, ruling.label.as_str(), reason, led_by, now.seconds()])?;
    tx.prepare_cached("DELETE FROM claim WHERE find = ?1")?.execute([find])?;
    refresh(tx, find, now)
}

/// The person's last step that stands and may be taken back: its leading find and its time.
fn last_step(tx: &Transaction<'_>, user: UserId, now: Timestamp) -> Result<Option<(i64, i64)>> {
    let sql = "SELECT coalesce(led_by, find), at FROM decision AS said WHERE user = ?1 AND kind IN ('label', 'too_hard') AND at >= ?2
         AND NOT EXISTS (SELECT 1 FROM decision AS undo WHERE undo.undoes = said.id) ORDER BY id DESC LIMIT 1";
    Ok(tx.query_row(sql, params![user.0, now.seconds() - UNDO_WITHIN], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Everything that belongs to one step: number, find, key.
fn steps_of(tx: &Transaction<'_>, user: UserId, lead: i64, at: i64) -> Result<Vec<(i64, i64, i64)>> {
    let mut select = tx.prepare(
        "SELECT id, find, post_key FROM decision AS said WHERE user = ?1 AND at = ?3 AND kind IN ('label', 'too_hard') AND (led_by = ?2 OR (find = ?2 AND led_by IS NULL))
         AND NOT EXISTS (SELECT 1 FROM decision AS undo WHERE undo.undoes = said.id)",
    )?;
    let rows = select.query_map(params![user.0, lead, at], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Works out the state of a find from its decisions.
fn refresh(tx: &Transaction<'_>, find: i64, now: Timestamp) -> Result<()> {
    let Some(post_key) = find_key(tx, find)? else { return Ok(()) };
    let appeal: Option<i64> = tx
        .prepare_cached("SELECT max(id) FROM decision WHERE find = ?1 AND post_key = ?2 AND kind = 'appeal'")?
        .query_row(params![find, post_key], |row| row.get(0))?;
    let votes = votes_since(tx, find, post_key, appeal.unwrap_or(0))?;
    let drawn = post_key % DOUBLE_ONE_IN == 0;
    let (state, answer) = Hearing { votes: &votes, drawn, appealed: appeal.is_some() }.state();
    let reviewed = (state == ReviewState::Settled && answer == Some(Answer::Advert)).then(|| now.seconds());
    tx.prepare_cached("UPDATE find SET state = ?2, answer = ?3, reviewed_at = ?4 WHERE id = ?1")?.execute(params![
        find,
        state.as_str(),
        answer.map(|answer| match answer {
            Answer::Advert => "advert",
            Answer::Other => "other",
            Answer::Undecided => "undecided",
        }),
        reviewed
    ])?;
    Ok(())
}

/// The standing votes after a row; each person has at most one.
fn votes_since(tx: &Transaction<'_>, find: i64, post_key: i64, after: i64) -> Result<Vec<Answer>> {
    let mut select = tx.prepare_cached(
        "SELECT label FROM decision AS said WHERE find = ?1 AND post_key = ?2 AND id > ?3 AND kind = 'label'
         AND NOT EXISTS (SELECT 1 FROM decision AS undo WHERE undo.undoes = said.id) ORDER BY id",
    )?;
    let labels = select.query_map(params![find, post_key, after], |row| row.get::<_, String>(0))?;
    labels
        .map(|label| {
            let label: Label = label?.parse().map_err(|_| Error::damaged("unknown label"))?;
            Ok(answer_of(label))
        })
        .collect()
}
