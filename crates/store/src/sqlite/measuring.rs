//! Reading the measuring sample, and writing labels.

use rusqlite::{Connection, Row, params};
use rustc_hash::FxHashMap;
use vigie_measure::{
    Network, ScoreBin, Tier, UNKNOWN_HOUR, post_key,
    sample::{EVERYTHING, Priority},
};
use vigie_model::{Label, Lang, Timestamp, Versions};

use super::{
    SqliteReader, SqliteStore, episodes,
    rollups::{Sketches, decode, sketch_blobs},
};
use crate::{
    AdvertFind, DenominatorRoot, DetectorRun, DistinctCounts, Domain, DomainCell, DomainSample, Error, GivenLabel, Labelling, Measuring, Result, SampledPost,
    WatchHour, keys::hex,
};

/// The days of a domain as SQL, for a column of days since 1970: parameters 2 (first day), 3 (last day).
pub(super) const DAYS: &str =
    "(?2 IS NULL OR (day != ?4 AND date(day * 86400, 'unixepoch') >= ?2)) AND (?3 IS NULL OR (day != ?4 AND date(day * 86400, 'unixepoch') <= ?3))";

impl Measuring for SqliteReader {
    fn domain_sample(&self, domain: &Domain) -> Result<DomainSample> {
        let cells = self.domain_cells(domain)?;
        let (thresholds, posts) = self.domain_posts(domain)?;
        let unsampled_days = self.unsampled_days(domain)?;
        Ok(DomainSample { cells, thresholds, posts, unsampled_days, distinct: self.distinct(domain)? })
    }

    fn watch_hours(&self, domain: &Domain) -> Result<Vec<WatchHour>> {
        episodes::watch_hours(&self.conn, domain)
    }

    fn advert_finds(&self, watch: &str, network: Network, hours: (i64, i64), limit: usize) -> Result<Vec<AdvertFind>> {
        episodes::advert_finds(&self.conn, watch, network, hours, limit)
    }

    fn post_key(&self, network: &str, id: &str) -> u64 {
        self.key.post_key(post_key(Network::parse(network).unwrap_or(Network::UNKNOWN), id))
    }

    fn denominator_roots(&self) -> Result<Vec<DenominatorRoot>> {
        let mut select = self.conn.prepare("SELECT hour, posts, root FROM denominator ORDER BY hour")?;
        let rows = select.query_map([], |row| {
            Ok(DenominatorRoot { hour: row.get(0)?, posts: row.get::<_, i64>(1)?.cast_unsigned(), root: hex(&row.get::<_, Vec<u8>>(2)?) })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn detector_runs(&self) -> Result<Vec<DetectorRun>> {
        let mut select = self.conn.prepare("SELECT since, vigie, lexicon, model, rules FROM detector ORDER BY id")?;
        let rows =
            select.query_map([], |row| Ok((row.get(0)?, Versions { vigie: row.get(1)?, lexicon: row.get(2)?, model: row.get(3)?, rules: row.get(4)? })))?;
        rows.map(|row| {
            let (since, versions) = row?;
            Ok(DetectorRun { since: Timestamp::from_seconds(since).map_err(|_| Error::damaged("a detector's time is out of range"))?, versions })
        })
        .collect()
    }

    fn seed_fingerprint(&self) -> String {
        self.key.seed_fingerprint()
    }
}

impl SqliteReader {
    fn domain_cells(&self, domain: &Domain) -> Result<Vec<DomainCell>> {
        let sql = format!(
            "SELECT bin, lang, network, hour, sum(posts), sum(views), sum(viewed), CASE WHEN hour = ?4 THEN ?4 ELSE (hour - ((hour % 24) + 24) % 24) / 24 END AS day
             FROM stratum JOIN cell ON cell.stratum = stratum.id
             WHERE posts > 0 AND stratum.id IN (SELECT stratum FROM stratum_watch WHERE watch = ?1) AND {DAYS} AND (?5 IS NULL OR network = ?5) AND (repost = 0 OR ?6)
             GROUP BY bin, lang, network, hour ORDER BY hour, network, lang, bin"
        );
        let mut select = self.conn.prepare(&sql)?;
        let mut rows = select.query(params![domain.watch, domain.since, domain.until, UNKNOWN_HOUR, domain.network, domain.reposts])?;
        let mut cells = Vec::new();
        while let Some(row) = rows.next()? {
            let count = |index| row.get::<_, i64>(index).map(i64::cast_unsigned);
            cells.push(DomainCell {
                bin: bin(row, 0)?,
                lang: Lang::parse(&row.get::<_, String>(1)?),
                network: network(row, 2)?,
                hour: row.get(3)?,
                posts: count(4)?,
                views: count(5)?,
                viewed: count(6)?,
            });
        }
        Ok(cells)
    }

    fn distinct(&self, domain: &Domain) -> Result<DistinctCounts> {
        let sql = format!(
            "SELECT texts, authors, advert_texts, advert_authors, CASE WHEN hour = ?4 THEN ?4 ELSE (hour - ((hour % 24) + 24) % 24) / 24 END AS day
             FROM stratum WHERE stratum.id IN (SELECT stratum FROM stratum_watch WHERE watch = ?1) AND {DAYS} AND (?5 IS NULL OR network = ?5)"
        );
        let mut select = self.conn.prepare(&sql)?;
        let mut rows = select.query(params![domain.watch, domain.since, domain.until, UNKNOWN_HOUR, domain.network])?;
        let mut all = Sketches::default();
        while let Some(row) = rows.next()? {
            all.merge(&decode(&sketch_blobs(row, 0)?)?);
        }
        let Sketches { texts, authors, advert_texts, advert_authors } = all;
        Ok(DistinctCounts { texts: texts.count(), advert_texts: advert_texts.count(), authors: authors.count(), advert_authors: advert_authors.count() })
    }

    /// Thresholds of the tiers, and the posts below them.
    fn domain_posts(&self, domain: &Domain) -> Result<([Priority; Tier::ALL.len()], Vec<SampledPost>)> {
        let filter = format!("watch = ?1 AND {DAYS} AND (?5 IS NULL OR reservoir.network = ?5) AND (repost = 0 OR ?6)");
        let parameters = params![domain.watch, domain.since, domain.until, UNKNOWN_HOUR, domain.network, domain.reposts];
        let mut thresholds = [EVERYTHING; Tier::ALL.len()];
        let mut select = self.conn.prepare(&format!("SELECT tier, min(threshold) FROM reservoir WHERE {filter} GROUP BY tier"))?;
        let mut rows = select.query(parameters)?;
        while let Some(row) = rows.next()? {
            if let Some(threshold) = thresholds.get_mut(usize::from(row.get::<_, u8>(0)?)) {
                *threshold = row.get(1)?;
            }
        }
        let labels = self.labels()?;
        let mut select = self.conn.prepare(&format!(
            "SELECT sampled.post_key, priority, revision, sampled.network, lang, hour, bin, score, author, views, text, gone, taken_at
             FROM reservoir JOIN drawn ON drawn.reservoir = reservoir.id JOIN sampled ON sampled.post_key = drawn.post_key
             WHERE {filter} ORDER BY priority, sampled.post_key"
        ))?;
        let mut rows = select.query(parameters)?;
        let mut posts = Vec::new();
        while let Some(row) = rows.next()? {
            let mut post = sampled_post(row)?;
            let threshold = thresholds.get(usize::from(Tier::of(post.bin).number())).copied().unwrap_or(0);
            if post.priority < threshold {
                post.labels = labels.get(&(post.key, post.revision)).cloned().unwrap_or_default();
                posts.push(post);
            }
        }
        Ok((thresholds, posts))
    }

    /// Labels that stand, by post and revision.
    fn labels(&self) -> Result<FxHashMap<(u64, u32), Vec<GivenLabel>>> {
        let mut select = self.conn.prepare("SELECT post_key, revision, reviewer, label, at FROM label WHERE withdrawn = 0 ORDER BY id")?;
        let mut rows = select.query([])?;
        let mut labels: FxHashMap<(u64, u32), Vec<GivenLabel>> = FxHashMap::default();
        while let Some(row) = rows.next()? {
            let label: String = row.get(3)?;
            let label: Label = label.parse().map_err(|_| Error::damaged("unknown label"))?;
            let at = Timestamp::from_seconds(row.get(4)?).map_err(|_| Error::damaged("a label's time is out of range"))?;
            let key = (row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?);
            labels.entry(key).or_default().push(GivenLabel { reviewer: row.get(2)?, label, at });
        }
        Ok(labels)
    }

    fn unsampled_days(&self, domain: &Domain) -> Result<u64> {
        let sql = format!("SELECT count(*) FROM unsampled_day WHERE ?1 IS NOT NULL AND {DAYS}");
        let days: i64 = self.conn.query_row(&sql, params![domain.watch, domain.since, domain.until, UNKNOWN_HOUR], |row| row.get(0))?;
        Ok(days.cast_unsigned())
    }
}

fn sampled_post(row: &Row<'_>) -> Result<SampledPost> {
    Ok(SampledPost {
        key: row.get::<_, i64>(0)?.cast_unsigned(),
        priority: row.get(1)?,
        revision: row.get(2)?,
        network: network(row, 3)?,
        lang: Lang::parse(&row.get::<_, String>(4)?),
        hour: row.get(5)?,
        bin: bin(row, 6)?,
        score: row.get(7)?,
        author: row.get::<_, Option<i64>>(8)?.map(i64::cast_unsigned),
        views: row.get::<_, Option<i64>>(9)?.map(i64::cast_unsigned),
        text: row.get(10)?,
        gone: row.get(11)?,
        taken_at: Timestamp::from_seconds(row.get(12)?).map_err(|_| Error::damaged("a sample's time is out of range"))?,
        labels: Vec::new(),
    })
}

fn bin(row: &Row<'_>, index: usize) -> Result<ScoreBin> {
    ScoreBin::from_number(row.get(index)?).ok_or_else(|| Error::damaged("unknown score bin"))
}

pub(super) fn network(row: &Row<'_>, index: usize) -> Result<Network> {
    Network::parse(&row.get::<_, String>(index)?).ok_or_else(|| Error::damaged("unknown network"))
}

impl Labelling for SqliteStore {
    fn note_detector(&mut self, versions: &Versions, now: Timestamp) -> Result<()> {
        note_detector(&self.reader.conn, versions, now)
    }

    fn add_labels(&mut self, labels: &[(u64, u32, GivenLabel)]) -> Result<Vec<i64>> {
        add_labels(&self.reader.conn, labels)
    }

    fn withdraw_label(&mut self, number: i64) -> Result<bool> {
        withdraw_label(&self.reader.conn, number)
    }
}

pub(super) fn note_detector(conn: &Connection, versions: &Versions, now: Timestamp) -> Result<()> {
    let Versions { vigie, lexicon, model, rules } = versions;
    conn.execute(
        "INSERT INTO detector (since, vigie, lexicon, model, rules) SELECT ?1, ?2, ?3, ?4, ?5
         WHERE (SELECT vigie || char(0) || lexicon || char(0) || model || char(0) || coalesce(rules, '') FROM detector ORDER BY id DESC LIMIT 1)
         IS NOT ?2 || char(0) || ?3 || char(0) || ?4 || char(0) || coalesce(?5, '')",
        params![now.seconds(), vigie, lexicon, model, rules],
    )?;
    Ok(())
}

pub(super) fn add_labels(conn: &Connection, labels: &[(u64, u32, GivenLabel)]) -> Result<Vec<i64>> {
    let tx = conn.unchecked_transaction()?;
    let mut numbers = Vec::with_capacity(labels.len());
    {
        let mut insert = tx.prepare_cached("INSERT INTO label (post_key, revision, reviewer, label, at) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id")?;
        for (key, revision, given) in labels {
            let values = params![key.cast_signed(), revision, given.reviewer, given.label.as_str(), given.at.seconds()];
            numbers.push(insert.query_row(values, |row| row.get(0))?);
        }
    }
    tx.commit()?;
    Ok(numbers)
}

pub(super) fn withdraw_label(conn: &Connection, number: i64) -> Result<bool> {
    Ok(conn.execute("UPDATE label SET withdrawn = 1 WHERE id = ?1 AND withdrawn = 0", [number])? > 0)
}
