//! Finds: what the policy allows to keep of them, and reading them again.

use rusqlite::{Connection, OptionalExtension, Row, params};
use vigie_model::{Band, Profile, SourceTerms, Timestamp, Verdict};

use super::SqliteReader;
use crate::{
    Error, Find, FindDraft, FindFilter, FindRef, Finds, Policy, Result,
    keys::StoreKey,
    mask,
    review::{fold_key, queue_rank},
};

/// Keeps a find, as far as the terms of its source and the profile allow.
pub(super) fn insert(conn: &Connection, policy: &Policy, key: &StoreKey, post_key: u64, draft: &FindDraft, views: Option<u32>) -> Result<()> {
    let network = draft.network.as_str();
    let terms = policy.terms(network);
    let identified = terms.store_identifiers;
    let native_id = if identified { draft.native_id.clone() } else { key.post_pseudonym(network, &draft.native_id) };
    let verdict = kept_verdict(&draft.verdict, terms);
    // What tells authors apart: the id, else the handle, as in `vigie_model::Author::key`.
    let author = if identified { &draft.author_id } else { draft.author_id.as_ref().map_or(&draft.author_handle, |_| &draft.author_id) };
    let author_id = match (author, identified) {
        (Some(id), true) => Some(id.clone()),
        (Some(id), false) if policy.profile == Profile::Research => Some(key.author_pseudonym(network, id)),
        _ => None,
    };
    let only_if = |value: &Option<String>| value.clone().filter(|_| identified);
    let whole = identified && terms.store_text;
    let text = kept_text(draft, terms);
    let tags = kept_tags(draft, terms, text.as_deref());
    // No RETURNING: SQLite would keep a statement journal for it.
    conn.prepare_cached(
            "INSERT INTO find (post_key, network, native_id, pseudonymous, revision, author_id, author_handle, author_name, posted_at, found_at, lang, url, text, tags, media, watches, score, band, label, verdict, canonical, raw, rank, views, fold)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25)",
        )?
        .execute(
            params![
                post_key.cast_signed(), network, native_id, !identified, draft.revision, author_id, only_if(&draft.author_handle), only_if(&draft.author_name),
                draft.posted_at.map(Timestamp::seconds), draft.found_at.seconds(), draft.lang.as_str(), only_if(&draft.url), text, json(&tags), only_if(&draft.media), json(draft.watches.names()),
                f64::from(draft.verdict.score), draft.verdict.band.as_str(), draft.verdict.label.as_str(), json(&verdict), whole.then_some(&draft.canonical), whole.then_some(&draft.raw),
                queue_rank(&draft.verdict, draft.watches.names().len(), views), views, text.as_deref().and_then(fold_key).map(u64::cast_signed),
            ],
        )?;
    let id = conn.last_insert_rowid();
    let mut contact = conn.prepare_cached("INSERT OR IGNORE INTO contact (kind, value, find) VALUES (?1, ?2, ?3)")?;
    for c in &verdict.contacts {
        contact.execute(params![c.kind.as_str(), c.value, id])?;
    }
    Ok(())
}

/// The verdict as far as it may be kept: what a picture says is text like any other.
fn kept_verdict(verdict: &Verdict, terms: SourceTerms) -> Verdict {
    let mut kept = verdict.clone();
    if !terms.store_identifiers {
        kept.contacts = Vec::new();
    }
    if !terms.store_identifiers || !terms.store_text {
        kept.pictures = verdict.pictures.iter().map(vigie_model::PictureFinding::without_identifiers).collect();
    }
    kept
}

/// The text as far as it may be kept: without identifiers, whatever identifies is starred out byte by byte, so that offsets stay.
pub(super) fn kept_text(draft: &FindDraft, terms: SourceTerms) -> Option<String> {
    match terms {
        SourceTerms { store_text: false, .. } => None,
        SourceTerms { store_identifiers: true, .. } => Some(draft.text.clone()),
        _ => Some(masked_text(draft)),
    }
}

/// Masks contacts, every repetition of a contact or of the author's names, and what is an identifier by its form.
fn masked_text(draft: &FindDraft) -> String {
    let contacts = &draft.verdict.contacts;
    let spans = contacts.iter().map(|c| c.start as usize..c.end as usize);
    let author = [&draft.author_id, &draft.author_handle, &draft.author_name];
    let names = contacts.iter().map(|c| &c.value).chain(author.into_iter().flatten());
    let repeated = names.flat_map(|name| mask::occurrences(&draft.text, name));
    mask::mask(&draft.text, spans.chain(repeated).chain(mask::identifier_like(&draft.text)))
}

/// Tags as far as they may be kept: without identifiers, only those that the masked text still has.
fn kept_tags(draft: &FindDraft, terms: SourceTerms, text: Option<&str>) -> Vec<String> {
    match text {
        None => Vec::new(),
        Some(_) if terms.store_identifiers => draft.tags.clone(),
        Some(text) => draft.tags.iter().filter(|tag| text.contains(tag.as_str())).cloned().collect(),
    }
}

fn json<T: serde::Serialize + ?Sized>(value: &T) -> String {
    // Plain data always serialises.
    serde_json::to_string(value).unwrap_or_default()
}

/// A newer revision takes the place of the finds of a post; returns how many.
pub(super) fn supersede(conn: &Connection, post_key: u64, revision: u32) -> Result<u64> {
    let changed = conn
        .prepare_cached("UPDATE find SET superseded_by = ?2 WHERE post_key = ?1 AND superseded_by IS NULL")?
        .execute(params![post_key.cast_signed(), revision])?;
    Ok(changed as u64)
}

/// A post is gone: its finds say so, and lose their content unless the profile works by case. Returns how many.
pub(super) fn delete(conn: &Connection, policy: &Policy, post_key: u64, at: Option<i64>) -> Result<u64> {
    let key = post_key.cast_signed();
    let changed = conn
        .prepare_cached("UPDATE find SET deleted_seen_at = coalesce(?2, unixepoch()) WHERE post_key = ?1 AND deleted_seen_at IS NULL")?
        .execute(params![key, at])?;
    if changed > 0 && policy.profile != Profile::Authority {
        conn.execute("DELETE FROM contact WHERE find IN (SELECT id FROM find WHERE post_key = ?1)", [key])?;
        conn.execute(
            "UPDATE find SET author_id = NULL, author_handle = NULL, author_name = NULL, url = NULL, text = NULL, tags = '[]', media = NULL, canonical = NULL, raw = NULL, fold = NULL,
             verdict = json_remove(json_set(verdict, '$.contacts', json('[]')), '$.pictures') WHERE post_key = ?1",
            [key],
        )?;
    }
    Ok(changed as u64)
}

/// The keys of an author's finds that are not known to be gone.
pub(super) fn of_author(conn: &Connection, network: &str, [id, pseudonym]: [&str; 2]) -> Result<Vec<u64>> {
    let sql = "SELECT DISTINCT post_key FROM find WHERE author_id IN (?1, ?2) AND network = ?3 AND deleted_seen_at IS NULL";
    let mut select = conn.prepare_cached(sql)?;
    let keys = select.query_map([id, pseudonym, network], |row| row.get::<_, i64>(0))?;
    Ok(keys.map(|key| key.map(i64::cast_unsigned)).collect::<rusqlite::Result<_>>()?)
}

/// The columns that [`read`] reads, in its order.
pub(super) const COLUMNS: &str =
    "id, network, native_id, revision, author_id, author_handle, author_name, posted_at, found_at, lang, url, text, tags, watches, verdict, deleted_seen_at";

/// A row as it lies in the table, before its JSON is read.
pub(super) struct Raw {
    find: Find,
    json: [String; 3],
}

pub(super) fn read(row: &Row<'_>, placeholder: &Verdict) -> rusqlite::Result<Raw> {
    let time = |index| row.get::<_, Option<i64>>(index).map(|seconds| seconds.and_then(|s| Timestamp::from_seconds(s).ok()));
    let found_at = time(8)?.ok_or(rusqlite::Error::IntegralValueOutOfRange(8, 0))?;
    Ok(Raw {
        find: Find {
            id: row.get(0)?,
            network: row.get(1)?,
            native_id: row.get(2)?,
            revision: row.get(3)?,
            author_id: row.get(4)?,
            author_handle: row.get(5)?,
            author_name: row.get(6)?,
            posted_at: time(7)?,
            found_at,
            lang: vigie_model::Lang::parse(&row.get::<_, String>(9)?),
            url: row.get(10)?,
            text: row.get(11)?,
            tags: Vec::new(),
            watches: Vec::new(),
            verdict: placeholder.clone(),
            deleted_seen_at: time(15)?,
        },
        json: [row.get(12)?, row.get(13)?, row.get(14)?],
    })
}

impl Raw {
    pub(super) fn complete(self) -> Result<Find> {
        let [tags, watches, verdict] = &self.json;
        let damaged = |error: serde_json::Error| Error::damaged(format!("find {}: {error}", self.find.id));
        Ok(Find {
            tags: serde_json::from_str(tags).map_err(damaged)?,
            watches: serde_json::from_str(watches).map_err(damaged)?,
            verdict: serde_json::from_str(verdict).map_err(damaged)?,
            ..self.find
        })
    }
}

/// Stands in until the row's JSON is read.
pub(super) fn placeholder() -> Verdict {
    let versions = std::sync::Arc::new(vigie_model::Versions { vigie: String::new(), lexicon: String::new(), model: String::new(), rules: None });
    Verdict {
        score: 0.0,
        band: vigie_model::Band::Clear,
        label: vigie_model::Label::Other,
        products: Vec::new(),
        components: Vec::new(),
        contacts: Vec::new(),
        prices: Vec::new(),
        places: Vec::new(),
        reasons: Vec::new(),
        rules: Vec::new(),
        pictures: Vec::new(),
        versions,
    }
}

impl Finds for SqliteReader {
    fn find(&self, reference: &FindRef) -> Result<Option<Find>> {
        let verdict = placeholder();
        let raw = match reference {
            FindRef::Number(id) => self.conn.query_row(&format!("SELECT {COLUMNS} FROM find WHERE id = ?1"), [id], |row| read(row, &verdict)).optional()?,
            FindRef::Native { network, id } => {
                let hashed = self.key.post_pseudonym(network, id);
                let sql = format!("SELECT {COLUMNS} FROM find WHERE network = ?1 AND native_id IN (?2, ?3) ORDER BY revision DESC LIMIT 1");
                self.conn.query_row(&sql, params![network, id, hashed], |row| read(row, &verdict)).optional()?
            }
        };
        raw.map(Raw::complete).transpose()
    }

    fn finds(&self, filter: &FindFilter, limit: usize) -> Result<Vec<Find>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM find WHERE superseded_by IS NULL AND (?1 IS NULL OR network = ?1) AND (?2 IS NULL OR band = ?2)
             AND (?3 IS NULL OR EXISTS (SELECT 1 FROM json_each(watches) WHERE value = ?3)) ORDER BY coalesce(posted_at, found_at) DESC, id DESC LIMIT ?4"
        );
        let verdict = placeholder();
        let mut select = self.conn.prepare(&sql)?;
        let rows = select
            .query_map(params![filter.network, filter.band.map(|b| b.as_str()), filter.watch, i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
                read(row, &verdict)
            })?;
        rows.map(|raw| raw?.complete()).collect()
    }

    fn finds_after(&self, id: i64, band: Band, limit: usize) -> Result<Vec<Find>> {
        let verdict = placeholder();
        let mut select =
            self.conn.prepare_cached(&format!("SELECT {COLUMNS} FROM find WHERE id > ?1 AND band = ?2 AND text IS NOT NULL ORDER BY id LIMIT ?3"))?;
        let rows = select.query_map(params![id, band.as_str(), i64::try_from(limit).unwrap_or(i64::MAX)], |row| read(row, &verdict))?;
        rows.map(|raw| raw?.complete()).collect()
    }
}
