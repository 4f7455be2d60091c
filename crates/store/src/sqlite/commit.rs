//! Committing a batch: every post is looked up in the ledger and counted once, in its latest revision.

use rusqlite::{Connection, params};
use rustc_hash::FxHashMap;
use vigie_measure::{CellKey, author_hash, post_key};
use vigie_model::Band;

use super::{SECONDS_A_DAY, SqliteStore, denominator::Denominators, finds, rollups::Counted};
use crate::{
    Batch, Cursor, Departure, Entry, Error, Outcome, Post, Receipt, Result,
    ledger::{self, Place},
};

/// The state of one post during a commit.
#[derive(Debug, Clone, Copy)]
struct Slot {
    place: Option<Place>,
    changed: bool,
}

/// The posts of a batch by key: ascending keys, their state, and for each entry which of them it is about.
struct Slots {
    keys: Vec<u64>,
    slots: Vec<Slot>,
    of_entry: Vec<u32>,
}

/// What a commit gathers on its way through the entries.
struct Progress<'b> {
    batch: &'b Batch,
    /// What is known of each cell of the batch, once used.
    cells: Vec<Option<Counted>>,
    /// Reservoirs of each cell of the batch, once used.
    reservoirs: Vec<Option<Box<[usize]>>>,
    /// Change of the counts of each cell in the database.
    deltas: FxHashMap<u32, Delta>,
    denominators: Denominators,
    receipt: Receipt,
    now_day: i64,
}

/// Change of a cell's counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Delta {
    posts: i64,
    views: i64,
    viewed: i64,
}

impl SqliteStore {
    pub(super) fn commit_batch(&mut self, batch: &Batch) -> Result<Receipt> {
        if u32::try_from(batch.len()).is_err() {
            return Err(Error::BatchTooLarge(batch.len()));
        }
        self.reader.conn.execute_batch("BEGIN IMMEDIATE")?;
        let done = self.apply(batch).and_then(|receipt| {
            self.reader.conn.execute_batch("COMMIT")?;
            Ok(receipt)
        });
        if done.is_err() && !self.reader.conn.is_autocommit() {
            self.reader.conn.execute_batch("ROLLBACK")?;
        }
        done
    }

    fn apply(&mut self, batch: &Batch) -> Result<Receipt> {
        self.rollups.make_room();
        let mut slots = self.slots(batch)?;
        self.samples.begin();
        let mut progress = Progress {
            batch,
            cells: vec![None; batch.cells().len()],
            reservoirs: vec![None; batch.cells().len()],
            deltas: FxHashMap::default(),
            denominators: Denominators::default(),
            receipt: Receipt::default(),
            now_day: 0,
        };
        progress.receipt.outcomes.reserve(batch.len());
        for (index, entry) in batch.entries().iter().enumerate() {
            let outcome = match entry {
                Entry::Post(post) => {
                    let Some(slot) = slots.of_entry.get(index).and_then(|&at| slots.slots.get_mut(at as usize)) else { continue };
                    self.post(index, post, slot, &mut progress)?
                }
                Entry::Delete(deletion) => {
                    let key = self.reader.key.post_key(post_key(deletion.network, &deletion.id));
                    let at = deletion_time(batch);
                    self.samples.delete(&self.reader.conn, &self.policy, key)?;
                    if finds::delete(&self.reader.conn, &self.policy, key, at)? > 0 { Outcome::Deleted } else { Outcome::NotFound }
                }
                Entry::AccountGone(departure) => self.account_gone(departure, batch)?,
            };
            progress.note(outcome);
        }
        self.finish(&slots, progress)
    }

    /// Everything that is kept of an account's posts goes the way of a deleted post. Counts stay.
    fn account_gone(&mut self, departure: &Departure, batch: &Batch) -> Result<Outcome> {
        let network = departure.network.as_str();
        let hash = author_hash(departure.network, &departure.author);
        let stored = self.reader.key.author_hash(hash);
        self.samples.delete_author(&self.reader.conn, &self.policy, (hash, stored), batch)?;
        let names = [&*departure.author, &*self.reader.key.author_pseudonym(network, &departure.author)];
        let mut gone = 0;
        for key in finds::of_author(&self.reader.conn, network, names)? {
            gone += finds::delete(&self.reader.conn, &self.policy, key, deletion_time(batch))?;
        }
        Ok(if gone > 0 { Outcome::Deleted } else { Outcome::NotFound })
    }

    /// Looks all posts of the batch up at once.
    fn slots(&self, batch: &Batch) -> Result<Slots> {
        let mut order: Vec<(u64, u32)> = (0u32..)
            .zip(batch.entries())
            .filter_map(|(index, entry)| match entry {
                Entry::Post(post) => Some((self.reader.key.post_key(post.key), index)),
                Entry::Delete(_) | Entry::AccountGone(_) => None,
            })
            .collect();
        order.sort_unstable();
        let mut out = Slots { keys: Vec::with_capacity(order.len()), slots: Vec::new(), of_entry: vec![u32::MAX; batch.len()] };
        for (key, index) in order {
            if out.keys.last() != Some(&key) {
                out.keys.push(key);
            }
            let slot = u32::try_from(out.keys.len() - 1).unwrap_or(u32::MAX);
            if let Some(of_entry) = out.of_entry.get_mut(index as usize) {
                *of_entry = slot;
            }
        }
        out.slots = self.ledger.look_up(&self.reader.conn, &out.keys)?.into_iter().map(|place| Slot { place, changed: false }).collect();
        Ok(out)
    }

    fn post(&mut self, index: usize, post: &Post, slot: &mut Slot, progress: &mut Progress<'_>) -> Result<Outcome> {
        match slot.place {
            Some(counted) if post.revision == counted.revision => return Ok(Outcome::Known),
            Some(counted) if post.revision < counted.revision => return Ok(Outcome::Stale),
            _ => {}
        }
        let batch = progress.batch;
        let Some(key) = batch.cells().get(post.cell as usize) else {
            return Err(Error::NoSuchCell { entry: index, cell: post.cell, cells: batch.cells().len() });
        };
        let conn = &self.reader.conn;
        let known = progress.cells.get(post.cell as usize).copied().flatten();
        let counted = match known {
            Some(counted) => counted,
            None => self.rollups.cell(conn, key)?,
        };
        if let Some(slot) = progress.cells.get_mut(post.cell as usize) {
            *slot = Some(counted);
        }
        if !key.repost {
            let sketches = self.rollups.sketches(counted)?;
            let (text, author) = (self.reader.key.text_hash(post.text_hash), self.reader.key.author_hash(post.author_hash));
            let advert = key.bin.band() == Band::Advert;
            sketches.texts.insert(text);
            if advert {
                sketches.advert_texts.insert(text);
            }
            if post.author_hash != 0 {
                sketches.authors.insert(author);
                if advert {
                    sketches.advert_authors.insert(author);
                }
            }
        }
        let cell = counted.cell;
        let previous = slot.place.replace(Place { revision: post.revision, cell });
        slot.changed = true;
        let post_key = self.reader.key.post_key(post.key);
        let delta = progress.deltas.entry(cell).or_default();
        delta.posts += 1;
        if let (None, Some(views)) = (previous, post.sample.as_ref().and_then(|sample| sample.views)) {
            delta.views += i64::from(views);
            delta.viewed += 1;
        }
        progress
            .denominators
            .add(conn, &self.reader.key, key.hour, |store_key, root| store_key.chain(root, post_key, post.revision, post.text_hash, key.bin.number()))?;
        if let Some(previous) = previous {
            progress.deltas.entry(previous.cell).or_default().posts -= 1;
            progress.receipt.finds_superseded += finds::supersede(conn, post_key, post.revision)?;
            self.samples.take_out(conn, self.reader.key.priority(post.key), post_key)?;
        }
        if let Some(draft) = &post.find {
            let views = post.sample.as_ref().and_then(|sample| sample.views);
            finds::insert(conn, &self.policy, &self.reader.key, post_key, draft, views)?;
            progress.receipt.finds_new += 1;
            progress.now_day = progress.now_day.max(draft.found_at.seconds().div_euclid(SECONDS_A_DAY));
        }
        if post.sample.is_some() && !key.watches.is_empty() {
            self.draw(index, post, post_key, key, progress)?;
        }
        Ok(if previous.is_some() { Outcome::Edited } else { Outcome::New })
    }

    /// Offers a post to the reservoirs of its cell.
    fn draw(&mut self, index: usize, post: &Post, post_key: u64, key: &CellKey, progress: &mut Progress<'_>) -> Result<()> {
        let Some(reservoirs) = progress.reservoirs.get_mut(post.cell as usize) else { return Ok(()) };
        let slots = match reservoirs {
            Some(slots) => slots,
            None => reservoirs.insert(self.samples.slots_of(&self.reader.conn, key)?),
        };
        self.samples.offer(slots, self.reader.key.priority(post.key), post_key, index);
        Ok(())
    }

    fn finish(&mut self, slots: &Slots, progress: Progress<'_>) -> Result<Receipt> {
        let conn = &self.reader.conn;
        let changed: Vec<ledger::Entry> = slots
            .keys
            .iter()
            .zip(&slots.slots)
            .filter(|(_, slot)| slot.changed)
            .filter_map(|(&key, slot)| Some(ledger::Entry { key, place: slot.place? }))
            .collect();
        let today = if progress.now_day > 0 { progress.now_day } else { conn.query_row("SELECT unixepoch() / 86400", [], |row| row.get(0))? };
        // Ledger entries are keyed hashes: overwriting merged runs would double their cost and protect nobody.
        conn.pragma_update(None, "secure_delete", false)?;
        let appended = self.ledger.append(conn, &changed, today);
        conn.pragma_update(None, "secure_delete", true)?;
        appended?;
        let mut update = conn.prepare_cached("UPDATE cell SET posts = posts + ?2, views = views + ?3, viewed = viewed + ?4 WHERE id = ?1")?;
        for (cell, delta) in progress.deltas.iter().filter(|(_, delta)| **delta != Delta::default()) {
            update.execute(params![cell, delta.posts, delta.views, delta.viewed])?;
        }
        self.rollups.write_back(conn)?;
        self.samples.write_back(conn, &self.policy, &self.reader.key, progress.batch)?;
        progress.denominators.write_back(conn)?;
        for cursor in progress.batch.cursors() {
            write_cursor(conn, cursor)?;
        }
        Ok(progress.receipt)
    }
}

impl Progress<'_> {
    fn note(&mut self, outcome: Outcome) {
        let receipt = &mut self.receipt;
        match outcome {
            Outcome::New => receipt.new += 1,
            Outcome::Known => receipt.known += 1,
            Outcome::Edited => receipt.edited += 1,
            Outcome::Stale => receipt.stale += 1,
            Outcome::Deleted => receipt.deleted += 1,
            Outcome::NotFound => {}
        }
        receipt.outcomes.push(outcome);
    }
}

/// When the batch's deletions were seen: the time of any of its finds, else now (none: the database's clock decides).
fn deletion_time(batch: &Batch) -> Option<i64> {
    batch.entries().iter().find_map(|entry| match entry {
        Entry::Post(post) => post.find.as_ref().map(|find| find.found_at.seconds()),
        Entry::Delete(_) | Entry::AccountGone(_) => None,
    })
}

fn write_cursor(conn: &Connection, cursor: &Cursor) -> Result<()> {
    let Cursor { source, head, byte, line, rejects_len, finished, totals } = cursor;
    let signed = |value: &u64| value.cast_signed();
    conn.prepare_cached("INSERT OR REPLACE INTO cursor (source, head, byte, line, rejects_len, finished, records, posts, deletes, ignored, repairs, problems) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")?.execute(params![
        source, signed(head), signed(byte), signed(line), signed(rejects_len), finished,
        signed(&totals.records), signed(&totals.posts), signed(&totals.deletes), signed(&totals.ignored), signed(&totals.repairs), signed(&totals.problems),
    ])?;
    Ok(())
}
