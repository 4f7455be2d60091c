//! Casework in SQLite. Its tables are not cached by the writer of the stream, so that a second connection may write them.

use rusqlite::{Connection, OptionalExtension, Row, params};
use vigie_model::Timestamp;

use super::SqliteDesk;
use crate::{
    Act, AuditEntry, Casework, Clocks, Document, DocumentDraft, Error, Event, EventDraft, GivenOut, HoldSubject, LabelDraft, Message, MessageDraft,
    MessageState, Purged, Result, Settled,
};

impl SqliteDesk {
    /// The identifier of a find in the DSA Transparency Database (PUID): the same find has the same one, and nobody without the store's key
    /// can tell from it which post it is.
    #[must_use]
    pub fn puid(&self, find: &crate::Find) -> String {
        self.reader.key.post_pseudonym("puid", &format!("{}:{}", find.network, find.native_id))
    }
}

fn time(row: &Row<'_>, index: usize) -> rusqlite::Result<Timestamp> {
    optional_time(row, index)?.ok_or(rusqlite::Error::IntegralValueOutOfRange(index, 0))
}

fn optional_time(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(index)?.and_then(|seconds| Timestamp::from_seconds(seconds).ok()))
}

const DOCUMENT: &str = "SELECT id, kind, receiver, account, body, created_at, created_by, signed_at, signed_by, posts, grounds FROM document";

fn read_document(row: &Row<'_>) -> rusqlite::Result<Document> {
    Ok(Document {
        id: row.get(0)?,
        kind: row.get(1)?,
        receiver: row.get(2)?,
        account: row.get(3)?,
        body: row.get(4)?,
        created_at: time(row, 5)?,
        created_by: row.get(6)?,
        signed_at: optional_time(row, 7)?,
        signed_by: row.get(8)?,
        posts: row.get::<_, i64>(9)?.cast_unsigned(),
        grounds: row.get(10)?,
    })
}

const MESSAGE: &str = "SELECT id, key, document, channel, payload, state, attempts, next_at, released_by, problem, receipt FROM outbox";

fn read_message(row: &Row<'_>) -> rusqlite::Result<Message> {
    let state: String = row.get(5)?;
    Ok(Message {
        id: row.get(0)?,
        key: row.get(1)?,
        document: row.get(2)?,
        channel: row.get(3)?,
        payload: row.get(4)?,
        state: MessageState::parse(&state).ok_or(rusqlite::Error::InvalidQuery)?,
        attempts: row.get(6)?,
        next_at: time(row, 7)?,
        released_by: row.get(8)?,
        problem: row.get(9)?,
        receipt: row.get(10)?,
    })
}

fn add_event(conn: &Connection, document: &str, event: &str, outcome: Option<&str>, act: &Act) -> Result<()> {
    conn.execute(
        "INSERT INTO document_event (document, at, by, event, outcome, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![document, act.at.seconds(), act.by, event, outcome, act.reason],
    )?;
    Ok(())
}

fn wrong_state(id: &str, why: &'static str) -> Error {
    Error::DocumentState { id: id.to_owned(), why }
}

fn body_for(conn: &Connection, id: &str) -> Result<(bool, bool)> {
    let found = conn.query_row("SELECT signed_at IS NOT NULL, body IS NOT NULL FROM document WHERE id = ?1", [id], |row| Ok((row.get(0)?, row.get(1)?)));
    found.optional()?.ok_or_else(|| wrong_state(id, "there is no such document"))
}

fn require_unsigned(conn: &Connection, id: &str) -> Result<()> {
    match body_for(conn, id)? {
        (true, _) => Err(wrong_state(id, "it is signed, and what is signed does not change: withdraw it and draft anew")),
        (false, false) => Err(wrong_state(id, "it was withdrawn or its retention is over")),
        (false, true) => Ok(()),
    }
}

impl Casework for SqliteDesk {
    fn create(&mut self, draft: &DocumentDraft) -> Result<()> {
        let tx = self.begin()?;
        tx.execute(
            "INSERT INTO document (id, kind, receiver, account, body, created_at, created_by, posts, grounds) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                draft.id,
                draft.kind,
                draft.receiver,
                draft.account,
                draft.body,
                draft.act.at.seconds(),
                draft.act.by,
                i64::try_from(draft.finds.len()).unwrap_or(i64::MAX),
                draft.grounds
            ],
        )?;
        for find in &draft.finds {
            let other = "SELECT document FROM document_find WHERE find = ?1 AND receiver = ?2 AND kind = ?3";
            let other: Option<String> = tx.query_row(other, params![find, draft.receiver, draft.kind], |row| row.get(0)).optional()?;
            if let Some(document) = other {
                return Err(Error::AlreadyReported { find: *find, document });
            }
            tx.execute(
                "INSERT INTO document_find (find, receiver, kind, document) VALUES (?1, ?2, ?3, ?4)",
                params![find, draft.receiver, draft.kind, draft.id],
            )?;
        }
        add_event(&tx, &draft.id, "created", None, &draft.act)?;
        Ok(tx.commit()?)
    }

    fn document(&self, id: &str) -> Result<Option<Document>> {
        Ok(self.reader.conn.query_row(&format!("{DOCUMENT} WHERE id = ?1"), [id], read_document).optional()?)
    }

    fn documents(&self, kind: Option<&str>) -> Result<Vec<Document>> {
        let mut select = self.reader.conn.prepare(&format!("{DOCUMENT} WHERE ?1 IS NULL OR kind = ?1 ORDER BY created_at DESC, id"))?;
        let rows = select.query_map([kind], read_document)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn rewrite(&mut self, id: &str, body: &str, act: &Act) -> Result<()> {
        let tx = self.begin()?;
        require_unsigned(&tx, id)?;
        tx.execute("UPDATE document SET body = ?2 WHERE id = ?1", params![id, body])?;
        add_event(&tx, id, "edited", None, act)?;
        Ok(tx.commit()?)
    }

    fn sign(&mut self, id: &str, body: &str, act: &Act) -> Result<()> {
        let tx = self.begin()?;
        require_unsigned(&tx, id)?;
        tx.execute("UPDATE document SET body = ?2, signed_at = ?3, signed_by = ?4 WHERE id = ?1", params![id, body, act.at.seconds(), act.by])?;
        add_event(&tx, id, "signed", None, act)?;
        Ok(tx.commit()?)
    }

    fn withdraw(&mut self, id: &str, act: &Act) -> Result<()> {
        let tx = self.begin()?;
        body_for(&tx, id)?;
        let left = "SELECT EXISTS (SELECT 1 FROM outbox WHERE document = ?1 AND state IN ('sending', 'delivered', 'uncertain'))";
        if tx.query_row(left, [id], |row| row.get::<_, bool>(0))? {
            return Err(wrong_state(id, "it has left, or may have left"));
        }
        tx.execute("UPDATE outbox SET state = 'cancelled', payload = NULL, settled_at = ?2 WHERE document = ?1", params![id, act.at.seconds()])?;
        tx.execute("DELETE FROM document_find WHERE document = ?1", [id])?;
        tx.execute("UPDATE document SET body = NULL, account = NULL WHERE id = ?1", [id])?;
        add_event(&tx, id, "withdrawn", None, act)?;
        Ok(tx.commit()?)
    }

    fn free(&mut self, id: &str, finds: &[i64], act: &Act) -> Result<()> {
        let tx = self.begin()?;
        body_for(&tx, id)?;
        for find in finds {
            tx.execute("DELETE FROM document_find WHERE document = ?1 AND find = ?2", params![id, find])?;
        }
        add_event(&tx, id, "freed", None, act)?;
        Ok(tx.commit()?)
    }

    fn finds_of(&self, id: &str) -> Result<Vec<i64>> {
        let mut select = self.reader.conn.prepare("SELECT find FROM document_find WHERE document = ?1 ORDER BY find")?;
        let rows = select.query_map([id], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn record(&mut self, id: &str, event: &EventDraft) -> Result<()> {
        let tx = self.begin()?;
        body_for(&tx, id)?;
        add_event(&tx, id, &event.event, event.outcome.as_deref(), &event.act)?;
        Ok(tx.commit()?)
    }

    fn events(&self, id: Option<&str>) -> Result<Vec<Event>> {
        let sql = "SELECT document, at, by, event, outcome, detail FROM document_event WHERE ?1 IS NULL OR document = ?1 ORDER BY id";
        let mut select = self.reader.conn.prepare(sql)?;
        let rows = select.query_map([id], |row| {
            Ok(Event { document: row.get(0)?, at: time(row, 1)?, by: row.get(2)?, event: row.get(3)?, outcome: row.get(4)?, detail: row.get(5)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn release(&mut self, message: &MessageDraft) -> Result<bool> {
        let tx = self.begin()?;
        if !body_for(&tx, &message.document)?.0 {
            return Err(wrong_state(&message.document, "it is not signed: a named person has to sign it first"));
        }
        let at = message.act.at.seconds();
        let added = tx.execute(
            "INSERT OR IGNORE INTO outbox (key, document, channel, repeatable, payload, state, next_at, released_at, released_by)
             VALUES (?1, ?2, ?3, ?4, ?5, 'queued', ?6, ?6, ?7)",
            params![message.key, message.document, message.channel, message.repeatable, message.payload, at, message.act.by],
        )?;
        if added > 0 {
            add_event(&tx, &message.document, "released", Some(&message.channel), &message.act)?;
        }
        tx.commit()?;
        Ok(added > 0)
    }

    fn claim(&mut self, now: Timestamp) -> Result<Option<Message>> {
        let tx = self.begin()?;
        let sql = format!("{MESSAGE} WHERE state = 'queued' AND next_at <= ?1 ORDER BY next_at, id LIMIT 1");
        let next = tx.query_row(&sql, [now.seconds()], read_message).optional()?;
        if let Some(message) = &next {
            tx.execute("UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id = ?1", [message.id])?;
        }
        tx.commit()?;
        Ok(next.map(|message| Message { attempts: message.attempts + 1, state: MessageState::Sending, ..message }))
    }

    fn settle(&mut self, id: i64, settled: &Settled, at: Timestamp) -> Result<()> {
        let tx = self.begin()?;
        let (state, problem, receipt, next_at) = match settled {
            Settled::Delivered(receipt) => (MessageState::Delivered, None, receipt.as_deref(), None),
            Settled::Retry { next_at, problem } => (MessageState::Queued, Some(problem.as_str()), None, Some(next_at.seconds())),
            Settled::Refused(problem) => (MessageState::Refused, Some(problem.as_str()), None, None),
            Settled::Uncertain(problem) => (MessageState::Uncertain, Some(problem.as_str()), None, None),
            Settled::Cancelled(problem) => (MessageState::Cancelled, Some(problem.as_str()), None, None),
        };
        let sql = "UPDATE outbox SET state = ?2, problem = ?3, receipt = coalesce(?4, receipt), next_at = coalesce(?5, next_at), settled_at = ?6
                   WHERE id = ?1 AND state IN ('sending', 'uncertain', 'queued') RETURNING document, channel";
        let row = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        let found = tx.query_row(sql, params![id, state.as_str(), problem, receipt, next_at, at.seconds()], row).optional()?;
        if let Some((document, channel)) = found.filter(|_| state != MessageState::Queued) {
            let act = Act { by: channel, reason: problem.or(receipt).map(str::to_owned), at };
            add_event(&tx, &document, state.as_str(), None, &act)?;
        }
        Ok(tx.commit()?)
    }

    fn recover(&mut self, now: Timestamp) -> Result<u64> {
        let tx = self.begin()?;
        let problem = "the sender died while it was sending";
        let again = tx.execute(
            "UPDATE outbox SET state = 'queued', problem = ?1, next_at = ?2 WHERE state = 'sending' AND repeatable = 1",
            params![problem, now.seconds()],
        )?;
        let unknown =
            tx.execute("UPDATE outbox SET state = 'uncertain', problem = ?1, settled_at = ?2 WHERE state = 'sending'", params![problem, now.seconds()])?;
        tx.commit()?;
        Ok((again + unknown) as u64)
    }

    fn outbox(&self) -> Result<Vec<Message>> {
        let mut select = self.reader.conn.prepare(&format!("{MESSAGE} ORDER BY id"))?;
        let rows = select.query_map([], read_message)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn hold(&mut self, subject: &HoldSubject, place: bool, act: &Act) -> Result<()> {
        let tx = self.begin()?;
        let (kind, name) = match subject {
            HoldSubject::Find(id) => ("find", id.to_string()),
            HoldSubject::Document(id) => ("document", id.clone()),
        };
        let (at, reason) = (act.at.seconds(), act.reason.clone().unwrap_or_default());
        if place {
            tx.execute("INSERT INTO hold (kind, subject, at, by, reason) VALUES (?1, ?2, ?3, ?4, ?5)", params![kind, name, at, act.by, reason])?;
        } else {
            let sql = "UPDATE hold SET released_at = ?3, released_by = ?4 WHERE kind = ?1 AND subject = ?2 AND released_at IS NULL";
            tx.execute(sql, params![kind, name, at, act.by])?;
        }
        let event = if place { "hold" } else { "hold_released" };
        let detail = format!("{kind} {name} by {}: {reason}", act.by);
        tx.execute("INSERT INTO audit (at, event, detail) VALUES (?1, ?2, ?3)", params![at, event, detail])?;
        Ok(tx.commit()?)
    }

    fn purge_casework(&mut self, clocks: &Clocks, now: Timestamp, erase: bool) -> Result<Vec<Purged>> {
        super::super::purge::purge(self.begin()?, clocks, now, erase)
    }

    fn audit(&mut self, event: &str, network: Option<&str>, detail: &str, at: Timestamp) -> Result<()> {
        let sql = "INSERT INTO audit (at, event, network, detail) VALUES (?1, ?2, ?3, ?4)";
        self.reader.conn.execute(sql, params![at.seconds(), event, network, detail])?;
        Ok(())
    }

    fn audit_log(&self) -> Result<Vec<AuditEntry>> {
        let mut select = self.reader.conn.prepare("SELECT at, event, network, detail FROM audit ORDER BY id")?;
        let rows = select.query_map([], |row| Ok(AuditEntry { at: time(row, 0)?, event: row.get(1)?, network: row.get(2)?, detail: row.get(3)? }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn give_label(&mut self, label: &LabelDraft) -> Result<i64> {
        let sql = "INSERT INTO label_given (at, by, uri, val, neg, label) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING seq";
        let row = params![label.act.at.seconds(), label.act.by, label.uri, label.val, label.neg, label.label];
        Ok(self.reader.conn.query_row(sql, row, |row| row.get(0))?)
    }

    fn labels_after(&self, seq: i64, limit: usize) -> Result<Vec<GivenOut>> {
        let mut select = self.reader.conn.prepare_cached("SELECT seq, label FROM label_given WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = select.query_map([seq, limit], |row| Ok(GivenOut { seq: row.get(0)?, label: row.get(1)? }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn last_label(&self) -> Result<i64> {
        Ok(self.reader.conn.query_row("SELECT coalesce(max(seq), 0) FROM label_given", [], |row| row.get(0))?)
    }
}
