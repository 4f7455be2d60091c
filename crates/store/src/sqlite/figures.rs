//! Shares from the roll-ups, one network and day at a time, so that memory does not grow with the history.

use std::collections::BTreeMap;

use rusqlite::params;
use vigie_measure::{ScoreBin, UNKNOWN_HOUR};
use vigie_model::Band;

use super::{
    SqliteReader,
    rollups::{Sketches, decode, sketch_blobs},
};
use crate::{Counts, Error, Figures, Result, ShareFilter, ShareRow};

/// Sums of one watch on one network and day.
#[derive(Default)]
struct Sums {
    posts: u64,
    adverts: u64,
    review: u64,
    reposts: u64,
    advert_reposts: u64,
    sketches: Sketches,
}

/// One stratum with its counts by bin.
struct Stratum {
    watches: Vec<String>,
    network: String,
    day: String,
    sketches: Sketches,
    /// Bin, repost, posts.
    cells: Vec<(ScoreBin, bool, u64)>,
}

impl Figures for SqliteReader {
    fn share(&self, filter: &ShareFilter) -> Result<Vec<ShareRow>> {
        let mut out = Vec::new();
        let mut group: Option<(String, String, BTreeMap<Option<String>, Sums>)> = None;
        self.for_each_stratum(filter, |stratum| {
            if group.as_ref().is_none_or(|(network, day, _)| *network != stratum.network || *day != stratum.day) {
                flush(group.take(), filter, &mut out);
                group = Some((stratum.network.clone(), stratum.day.clone(), BTreeMap::new()));
            }
            if let Some((_, _, sums)) = &mut group {
                for watch in std::iter::once(None).chain(stratum.watches.iter().cloned().map(Some)) {
                    sums.entry(watch).or_default().add(&stratum);
                }
            }
        })?;
        flush(group, filter, &mut out);
        out.sort_by(|a, b| (&a.watch, &a.network, &a.day).cmp(&(&b.watch, &b.network, &b.day)));
        Ok(out)
    }

    fn counts(&self) -> Result<Counts> {
        let count = |sql: &str| self.conn.query_row(sql, [], |row| row.get::<_, i64>(0)).map(i64::cast_unsigned);
        Ok(Counts { posts: count("SELECT coalesce(sum(posts), 0) FROM cell")?, finds: count("SELECT count(*) FROM find")? })
    }
}

impl SqliteReader {
    fn for_each_stratum(&self, filter: &ShareFilter, mut visit: impl FnMut(Stratum)) -> Result<()> {
        let mut strata = self.conn.prepare(
            "SELECT id, watches, network, CASE WHEN hour = ?1 THEN 'unknown' ELSE date(hour * 3600, 'unixepoch') END AS day, texts, authors, advert_texts, advert_authors
             FROM stratum WHERE (?5 IS NULL OR id IN (SELECT stratum FROM stratum_watch WHERE watch = ?5)) AND (?2 IS NULL OR network = ?2) AND (?3 IS NULL OR (day != 'unknown' AND day >= ?3)) AND (?4 IS NULL OR day <= ?4) ORDER BY network, hour, id",
        )?;
        let mut cells = self.conn.prepare("SELECT bin, repost, posts FROM cell WHERE stratum = ?1 AND posts > 0")?;
        let mut rows = strata.query(params![UNKNOWN_HOUR, filter.network, filter.since, filter.until, filter.watch])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let watches: String = row.get(1)?;
            let counts = cells.query_map([id], |cell| Ok((cell.get::<_, u8>(0)?, cell.get(1)?, cell.get::<_, i64>(2)?.cast_unsigned())))?;
            let counts = counts.map(|cell| {
                cell.map_err(Error::from).and_then(|(bin, repost, posts)| {
                    ScoreBin::from_number(bin).map(|bin| (bin, repost, posts)).ok_or_else(|| Error::damaged("unknown score bin"))
                })
            });
            visit(Stratum {
                watches: serde_json::from_str(&watches).map_err(|error| Error::damaged(error.to_string()))?,
                network: row.get(2)?,
                day: row.get(3)?,
                sketches: decode(&sketch_blobs(row, 4)?)?,
                cells: counts.collect::<Result<_>>()?,
            });
        }
        Ok(())
    }
}

impl Sums {
    fn add(&mut self, stratum: &Stratum) {
        for &(bin, repost, posts) in &stratum.cells {
            let advert = bin.band() == Band::Advert;
            if repost {
                self.reposts += posts;
                self.advert_reposts += if advert { posts } else { 0 };
                continue;
            }
            self.posts += posts;
            match bin.band() {
                Band::Advert => self.adverts += posts,
                Band::Review => self.review += posts,
                Band::Clear => {}
            }
        }
        self.sketches.merge(&stratum.sketches);
    }
}

fn flush(group: Option<(String, String, BTreeMap<Option<String>, Sums>)>, filter: &ShareFilter, out: &mut Vec<ShareRow>) {
    let Some((network, day, sums)) = group else { return };
    for (watch, sums) in sums {
        if filter.watch.is_some() && watch != filter.watch {
            continue;
        }
        let Sums { posts, adverts, review, reposts, advert_reposts, sketches } = sums;
        // An estimate of distinct ones may exceed the count that it is of by its error.
        out.push(ShareRow {
            watch,
            network: network.clone(),
            day: day.clone(),
            posts,
            adverts,
            review,
            reposts,
            advert_reposts,
            distinct_texts: sketches.texts.count().min(posts),
            distinct_advert_texts: sketches.advert_texts.count().min(adverts),
            authors: sketches.authors.count().min(posts),
            advert_authors: sketches.advert_authors.count().min(adverts),
        });
    }
}
