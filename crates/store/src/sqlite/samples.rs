//! Drawing the measuring sample while the stream flows: part of the batch's transaction.

use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;
use vigie_measure::{
    CellKey, Network, Tier, UNKNOWN_HOUR,
    sample::{EVERYTHING, Priority, Reservoir},
};
use vigie_model::{Profile, SourceTerms};

use super::finds::kept_text;
use crate::{Entry, Error, Policy, Post, Result, SampleDraft, keys::StoreKey, mask};

/// Which reservoir.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ReservoirKey {
    watch: Box<str>,
    network: Network,
    day: i64,
    tier: Tier,
    repost: bool,
}

/// A reservoir with what has to be written.
#[derive(Debug)]
struct Slot {
    key: ReservoirKey,
    id: Option<i64>,
    reservoir: Reservoir,
    added: Vec<(Priority, u64)>,
    removed: Vec<(Priority, u64)>,
    dirty: bool,
}

/// A post that was drawn in this transaction.
#[derive(Debug)]
struct Pending {
    /// Its place among the batch's entries.
    entry: usize,
    priority: Priority,
    slots: Vec<usize>,
    gone: bool,
}

/// Reservoirs in memory. Owns the tables `reservoir`, `drawn` and `sampled`; bounded by the number of reservoirs and their size.
#[derive(Debug)]
pub(super) struct Samples {
    size: usize,
    limit: usize,
    slots: Vec<Slot>,
    index: FxHashMap<ReservoirKey, usize>,
    pending: FxHashMap<u64, Pending>,
    /// Posts that were put out of a reservoir; those that are in no other are forgotten.
    put_out: Vec<u64>,
}

/// Days since 1970 of an hour.
pub(super) fn day_of(hour: i64) -> i64 {
    if hour == UNKNOWN_HOUR { UNKNOWN_HOUR } else { hour.div_euclid(24) }
}

impl Samples {
    pub(super) fn new(size: usize, limit: usize) -> Self {
        Self { size, limit, slots: Vec::new(), index: FxHashMap::default(), pending: FxHashMap::default(), put_out: Vec::new() }
    }

    /// Makes room before a transaction: everything in memory is written by then.
    pub(super) fn begin(&mut self) {
        if self.slots.len() > self.limit {
            self.slots.clear();
            self.index.clear();
        }
    }

    /// The reservoirs of a cell, one for each of its watches.
    pub(super) fn slots_of(&mut self, conn: &Connection, cell: &CellKey) -> Result<Box<[usize]>> {
        let key =
            |watch: &str| ReservoirKey { watch: watch.into(), network: cell.network, day: day_of(cell.hour), tier: Tier::of(cell.bin), repost: cell.repost };
        cell.watches.names().iter().map(|watch| self.slot(conn, key(watch))).collect()
    }

    fn slot(&mut self, conn: &Connection, key: ReservoirKey) -> Result<usize> {
        if let Some(&at) = self.index.get(&key) {
            return Ok(at);
        }
        let at = self.slots.len();
        self.slots.push(load(conn, key.clone(), self.size)?);
        self.index.insert(key, at);
        Ok(at)
    }

    /// Offers a post to its reservoirs.
    pub(super) fn offer(&mut self, slots: &[usize], priority: Priority, post: u64, entry: usize) {
        let mut taken = Vec::new();
        for &at in slots {
            let Some(slot) = self.slots.get_mut(at) else { continue };
            let Some(out) = slot.reservoir.offer(priority, post) else { continue };
            slot.dirty = true;
            if !out.contains(&post) {
                slot.added.push((priority, post));
                taken.push(at);
            }
            self.put_out.extend(out);
        }
        if !taken.is_empty() {
            self.pending.insert(post, Pending { entry, priority, slots: taken, gone: false });
        }
    }

    /// Takes a post out of its reservoirs, because it is counted elsewhere now.
    pub(super) fn take_out(&mut self, conn: &Connection, priority: Priority, post: u64) -> Result<()> {
        let mut slots = self.pending.remove(&post).map_or(Vec::new(), |pending| pending.slots);
        let stored: Vec<ReservoirKey> = conn
            .prepare_cached("SELECT watch, network, day, tier, repost FROM drawn JOIN reservoir ON reservoir.id = drawn.reservoir WHERE post_key = ?1")?
            .query_map([post.cast_signed()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?
            .map(|row| row.map_err(Error::from).and_then(reservoir_key))
            .collect::<Result<_>>()?;
        for key in stored {
            slots.push(self.slot(conn, key)?);
        }
        for at in slots {
            if let Some(slot) = self.slots.get_mut(at)
                && slot.reservoir.remove(priority, post)
            {
                slot.dirty = true;
                slot.removed.push((priority, post));
            }
        }
        self.put_out.push(post);
        Ok(())
    }

    /// A post is gone: its text goes too, unless the profile works by case.
    pub(super) fn delete(&mut self, conn: &Connection, policy: &Policy, post: u64) -> Result<()> {
        if let Some(pending) = self.pending.get_mut(&post) {
            pending.gone = true;
        }
        let sql = "UPDATE sampled SET gone = 1, text = CASE WHEN ?2 THEN text END WHERE post_key = ?1 AND gone = 0";
        conn.prepare_cached(sql)?.execute(params![post.cast_signed(), policy.profile == Profile::Authority])?;
        Ok(())
    }

    /// Sampled posts of an author that is gone: by the hash in the batch, and by the keyed one in the table.
    pub(super) fn delete_author(&mut self, conn: &Connection, policy: &Policy, (hash, stored): (u64, u64), batch: &crate::Batch) -> Result<()> {
        for pending in self.pending.values_mut() {
            let of_author = |entry: &Entry| matches!(entry, Entry::Post(post) if post.author_hash == hash);
            pending.gone |= batch.entries().get(pending.entry).is_some_and(of_author);
        }
        let sql = "UPDATE sampled SET gone = 1, text = CASE WHEN ?2 THEN text END WHERE author = ?1 AND gone = 0";
        conn.prepare_cached(sql)?.execute(params![stored.cast_signed(), policy.profile == Profile::Authority])?;
        Ok(())
    }

    /// Writes what was changed. Part of every transaction.
    pub(super) fn write_back(&mut self, conn: &Connection, policy: &Policy, key: &StoreKey, batch: &crate::Batch) -> Result<()> {
        for slot in self.slots.iter_mut().filter(|slot| slot.dirty) {
            slot.write(conn)?;
        }
        for (post, pending) in self.pending.drain() {
            let kept = pending.slots.iter().any(|&at| self.slots.get(at).is_some_and(|slot| slot.reservoir.contains(pending.priority, post)));
            if let (true, Some(Entry::Post(entry))) = (kept, batch.entries().get(pending.entry)) {
                insert(conn, policy, key, batch, post, entry, pending.gone)?;
            }
        }
        let mut forget = conn.prepare_cached("DELETE FROM sampled WHERE post_key = ?1 AND NOT EXISTS (SELECT 1 FROM drawn WHERE post_key = ?1)")?;
        for post in self.put_out.drain(..) {
            forget.execute([post.cast_signed()])?;
        }
        Ok(())
    }
}

impl Slot {
    fn write(&mut self, conn: &Connection) -> Result<()> {
        let ReservoirKey { watch, network, day, tier, repost } = &self.key;
        let threshold = self.reservoir.threshold();
        let id = match self.id {
            Some(id) => id,
            None => conn
                .prepare_cached("INSERT INTO reservoir (watch, network, day, tier, repost, threshold) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id")?
                .query_row(params![watch, network.as_str(), day, tier.number(), repost, threshold], |row| row.get(0))?,
        };
        self.id = Some(id);
        conn.prepare_cached("UPDATE reservoir SET threshold = ?2 WHERE id = ?1")?.execute(params![id, threshold])?;
        conn.prepare_cached("DELETE FROM drawn WHERE reservoir = ?1 AND priority >= ?2")?.execute(params![id, threshold])?;
        let mut remove = conn.prepare_cached("DELETE FROM drawn WHERE reservoir = ?1 AND priority = ?2 AND post_key = ?3")?;
        for (priority, post) in self.removed.drain(..) {
            remove.execute(params![id, priority, post.cast_signed()])?;
        }
        let mut add = conn.prepare_cached("INSERT OR IGNORE INTO drawn (reservoir, priority, post_key) VALUES (?1, ?2, ?3)")?;
        for (priority, post) in self.added.drain(..) {
            if self.reservoir.contains(priority, post) {
                add.execute(params![id, priority, post.cast_signed()])?;
            }
        }
        self.dirty = false;
        Ok(())
    }
}

/// Reads a reservoir; one that is not stored yet is empty.
fn load(conn: &Connection, key: ReservoirKey, size: usize) -> Result<Slot> {
    let found: Option<(i64, Priority)> = conn
        .prepare_cached("SELECT id, threshold FROM reservoir WHERE watch = ?1 AND network = ?2 AND day = ?3 AND tier = ?4 AND repost = ?5")?
        .query_row(params![key.watch, key.network.as_str(), key.day, key.tier.number(), key.repost], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (id, threshold) = found.map_or((None, EVERYTHING), |(id, threshold)| (Some(id), threshold));
    let posts: Vec<(Priority, u64)> = conn
        .prepare_cached("SELECT priority, post_key FROM drawn WHERE reservoir = ?1")?
        .query_map([id], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned())))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Slot { key, id, reservoir: Reservoir::new(size, threshold, posts), added: Vec::new(), removed: Vec::new(), dirty: false })
}

fn reservoir_key((watch, network, day, tier, repost): (String, String, i64, u8, bool)) -> Result<ReservoirKey> {
    let network = Network::parse(&network).ok_or_else(|| Error::damaged("unknown network in the sample"))?;
    let tier = Tier::ALL.into_iter().find(|t| t.number() == tier).ok_or_else(|| Error::damaged("unknown tier in the sample"))?;
    Ok(ReservoirKey { watch: watch.into(), network, day, tier, repost })
}

/// Keeps a drawn post, as far as the terms of its source and the profile allow.
fn insert(conn: &Connection, policy: &Policy, key: &StoreKey, batch: &crate::Batch, post_key: u64, post: &Post, gone: bool) -> Result<()> {
    let (Some(draft), Some(cell)) = (&post.sample, batch.cells().get(post.cell as usize)) else { return Ok(()) };
    let terms = policy.terms(cell.network.as_str());
    let author = (post.author_hash != 0 && (terms.store_identifiers || policy.profile == Profile::Research)).then(|| key.author_hash(post.author_hash));
    let text = match &post.find {
        Some(find) => kept_text(find, terms),
        None => sampled_text(draft, terms),
    };
    let text = text.filter(|_| !gone || policy.profile == Profile::Authority);
    conn.prepare_cached(
        "INSERT OR REPLACE INTO sampled (post_key, revision, network, lang, hour, bin, score, author, views, text, taken_at, gone)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        post_key.cast_signed(),
        post.revision,
        cell.network.as_str(),
        cell.lang.as_str(),
        cell.hour,
        cell.bin.number(),
        f64::from(draft.score),
        author.map(u64::cast_signed),
        draft.views,
        text,
        draft.taken_at.seconds(),
        gone,
    ])?;
    Ok(())
}

/// The text of a post that is no find, as far as it may be kept.
fn sampled_text(draft: &SampleDraft, terms: SourceTerms) -> Option<String> {
    match terms {
        SourceTerms { store_text: false, .. } => None,
        SourceTerms { store_identifiers: true, .. } => Some(draft.text.to_string()),
        _ => {
            let names = draft.author_names.iter().map(|name| &**name).chain(draft.contacts.iter().map(|contact| contact.value.as_str()));
            let repeated = names.flat_map(|name| mask::occurrences(&draft.text, name));
            let spans = draft.contacts.iter().map(|contact| contact.start as usize..contact.end as usize);
            Some(mask::mask(&draft.text, spans.chain(repeated).chain(mask::identifier_like(&draft.text))))
        }
    }
}

/// Erases the texts of samples whose retention is over, and the samples that nobody labelled; returns how many posts.
///
/// The threshold of a reservoir falls below what was erased, so that what is left stays a random sample.
pub(super) fn purge(conn: &Connection, before: i64) -> Result<u64> {
    let old = "SELECT post_key FROM sampled WHERE taken_at < ?1 AND NOT EXISTS (SELECT 1 FROM label WHERE label.post_key = sampled.post_key AND withdrawn = 0)";
    conn.execute(
        &format!(
            "UPDATE reservoir SET threshold = least.priority FROM
             (SELECT reservoir, min(priority) AS priority FROM drawn WHERE post_key IN ({old}) GROUP BY reservoir) AS least
             WHERE reservoir.id = least.reservoir AND threshold > least.priority"
        ),
        [before],
    )?;
    conn.execute("DELETE FROM drawn WHERE priority >= (SELECT threshold FROM reservoir WHERE reservoir.id = drawn.reservoir)", [])?;
    let texts = conn.execute("UPDATE sampled SET text = NULL, author = NULL WHERE taken_at < ?1 AND (text IS NOT NULL OR author IS NOT NULL)", [before])?;
    conn.execute("DELETE FROM sampled WHERE NOT EXISTS (SELECT 1 FROM drawn WHERE drawn.post_key = sampled.post_key)", [])?;
    Ok(texts as u64)
}
