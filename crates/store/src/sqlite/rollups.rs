//! Cells and strata of the roll-ups: their numbers, and the sketches that were touched lately.

use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;
use vigie_measure::{CellKey, Sketch, StratumKey};

use crate::{Error, Result};

/// The distinct counts of a stratum.
#[derive(Debug, Default)]
pub(super) struct Sketches {
    pub(super) texts: Sketch,
    pub(super) authors: Sketch,
    pub(super) advert_texts: Sketch,
    pub(super) advert_authors: Sketch,
}

#[derive(Debug)]
struct Stratum {
    id: i64,
    sketches: Sketches,
    dirty: bool,
}

/// A cell's number in the database, and its stratum's place in [`Rollups`] until the next [`Rollups::make_room`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    pub(super) cell: u32,
    stratum: usize,
}

/// Numbers and sketches in memory. Owns the tables `stratum` and `cell`; bounded by `limit` and the strata of one batch.
#[derive(Debug)]
pub(super) struct Rollups {
    strata: Vec<Stratum>,
    index: FxHashMap<StratumKey, usize>,
    cells: FxHashMap<CellKey, Counted>,
    limit: usize,
}

impl Rollups {
    pub(super) fn new(limit: usize) -> Self {
        Self { strata: Vec::new(), index: FxHashMap::default(), cells: FxHashMap::default(), limit }
    }

    /// Forgets what the database has as well, if there is too much of it. For the beginning of a transaction.
    pub(super) fn make_room(&mut self) {
        if self.strata.len() >= self.limit {
            *self = Self::new(self.limit);
        }
    }

    /// The number of a cell; made where there is none.
    pub(super) fn cell(&mut self, conn: &Connection, key: &CellKey) -> Result<Counted> {
        if let Some(&counted) = self.cells.get(key) {
            return Ok(counted);
        }
        let (place, stratum) = self.stratum(conn, &key.stratum())?;
        let (bin, repost) = (key.bin.number(), key.repost);
        let found: Option<u32> = conn
            .prepare_cached("SELECT id FROM cell WHERE stratum = ?1 AND bin = ?2 AND repost = ?3")?
            .query_row(params![stratum, bin, repost], |row| row.get(0))
            .optional()?;
        let cell = match found {
            Some(id) => id,
            None => conn
                .prepare_cached("INSERT INTO cell (stratum, bin, repost) VALUES (?1, ?2, ?3) RETURNING id")?
                .query_row(params![stratum, bin, repost], |row| row.get(0))?,
        };
        let counted = Counted { cell, stratum: place };
        self.cells.insert(key.clone(), counted);
        Ok(counted)
    }

    /// The sketches of a cell's stratum, to be changed.
    pub(super) fn sketches(&mut self, counted: Counted) -> Result<&mut Sketches> {
        let stratum = self.strata.get_mut(counted.stratum).ok_or_else(|| Error::damaged("a stratum vanished from memory"))?;
        stratum.dirty = true;
        Ok(&mut stratum.sketches)
    }

    /// Place and number of a stratum.
    fn stratum(&mut self, conn: &Connection, key: &StratumKey) -> Result<(usize, i64)> {
        let place = match self.index.get(key) {
            Some(&place) => place,
            None => {
                self.strata.push(load(conn, key)?);
                self.index.insert(key.clone(), self.strata.len() - 1);
                self.strata.len() - 1
            }
        };
        let stratum = self.strata.get(place).ok_or_else(|| Error::damaged("a stratum vanished from memory"))?;
        Ok((place, stratum.id))
    }

    /// Writes what was changed. Part of every transaction.
    pub(super) fn write_back(&mut self, conn: &Connection) -> Result<()> {
        let mut update = conn.prepare_cached("UPDATE stratum SET texts = ?2, authors = ?3, advert_texts = ?4, advert_authors = ?5 WHERE id = ?1")?;
        for stratum in self.strata.iter_mut().filter(|s| s.dirty) {
            let Sketches { texts, authors, advert_texts, advert_authors } = &stratum.sketches;
            update.execute(params![stratum.id, texts.to_bytes(), authors.to_bytes(), advert_texts.to_bytes(), advert_authors.to_bytes()])?;
            stratum.dirty = false;
        }
        Ok(())
    }
}

/// Reads a stratum, or makes it.
fn load(conn: &Connection, key: &StratumKey) -> Result<Stratum> {
    let watches = watches_json(key);
    let found = conn
        .prepare_cached("SELECT id, texts, authors, advert_texts, advert_authors FROM stratum WHERE network = ?1 AND hour = ?2 AND lang = ?3 AND watches = ?4")?
        .query_row(params![key.network.as_str(), key.hour, key.lang.as_str(), watches], |row| Ok((row.get(0)?, sketch_blobs(row, 1)?)))
        .optional()?;
    if let Some((id, blobs)) = found {
        return Ok(Stratum { id, sketches: decode(&blobs)?, dirty: false });
    }
    let empty = Sketch::default().to_bytes();
    let id: i64 = conn
        .prepare_cached("INSERT INTO stratum (watches, network, lang, hour, texts, authors, advert_texts, advert_authors) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5, ?5) RETURNING id")?
        .query_row(params![watches, key.network.as_str(), key.lang.as_str(), key.hour, empty], |row| row.get(0))?;
    let mut of_watch = conn.prepare_cached("INSERT INTO stratum_watch (watch, stratum) VALUES (?1, ?2)")?;
    for watch in key.watches.names() {
        of_watch.execute(params![watch, id])?;
    }
    Ok(Stratum { id, sketches: Sketches::default(), dirty: false })
}

fn watches_json(key: &StratumKey) -> String {
    // A list of strings always serialises.
    serde_json::to_string(key.watches.names()).unwrap_or_default()
}

/// The four blobs of a row, from a column on.
pub(super) fn sketch_blobs(row: &rusqlite::Row<'_>, from: usize) -> rusqlite::Result<[Vec<u8>; 4]> {
    Ok([row.get(from)?, row.get(from + 1)?, row.get(from + 2)?, row.get(from + 3)?])
}

pub(super) fn decode(blobs: &[Vec<u8>; 4]) -> Result<Sketches> {
    let [texts, authors, advert_texts, advert_authors] = blobs;
    let read = |blob: &[u8]| Sketch::from_bytes(blob).map_err(|error| Error::damaged(error.to_string()));
    Ok(Sketches { texts: read(texts)?, authors: read(authors)?, advert_texts: read(advert_texts)?, advert_authors: read(advert_authors)? })
}

impl Sketches {
    pub(super) fn merge(&mut self, other: &Self) {
        self.texts.merge(&other.texts);
        self.authors.merge(&other.authors);
        self.advert_texts.merge(&other.advert_texts);
        self.advert_authors.merge(&other.advert_authors);
    }
}
