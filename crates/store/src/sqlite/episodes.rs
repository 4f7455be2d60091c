//! Counts by the hour and adverts by time, for episodes.

use rusqlite::{Connection, params};
use vigie_measure::{Network, ScoreBin, UNKNOWN_HOUR};
use vigie_model::{Band, ComponentKind, Timestamp, Verdict};

use super::{
    measuring::{DAYS, network},
    rollups::{Sketches, decode, sketch_blobs},
};
use crate::{AdvertFind, Domain, Error, Result, WatchHour};

pub(super) fn watch_hours(conn: &Connection, domain: &Domain) -> Result<Vec<WatchHour>> {
    let sql = format!(
        "SELECT network, hour, texts, authors, advert_texts, advert_authors, id, (hour - ((hour % 24) + 24) % 24) / 24 AS day FROM stratum
         WHERE hour != ?4 AND stratum.id IN (SELECT stratum FROM stratum_watch WHERE watch = ?1) AND {DAYS} AND (?5 IS NULL OR network = ?5) ORDER BY network, hour"
    );
    let mut cells = conn.prepare("SELECT bin, posts FROM cell WHERE stratum = ?1 AND repost = 0 AND posts > 0")?;
    let mut select = conn.prepare(&sql)?;
    let mut rows = select.query(params![domain.watch, domain.since, domain.until, UNKNOWN_HOUR, domain.network])?;
    let mut out: Vec<(WatchHour, Sketches)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (network, hour) = (network(row, 0)?, row.get(1)?);
        if out.last().is_none_or(|(last, _)| (last.network, last.hour) != (network, hour)) {
            out.push((WatchHour { network, hour, posts: 0, adverts: 0, advert_authors: 0, advert_texts: 0 }, Sketches::default()));
        }
        let Some((sums, sketches)) = out.last_mut() else { continue };
        sketches.merge(&decode(&sketch_blobs(row, 2)?)?);
        let mut counts = cells.query([row.get::<_, i64>(6)?])?;
        while let Some(cell) = counts.next()? {
            let bin = ScoreBin::from_number(cell.get(0)?).ok_or_else(|| Error::damaged("unknown score bin"))?;
            let posts = cell.get::<_, i64>(1)?.cast_unsigned();
            sums.posts += posts;
            sums.adverts += if bin.band() == Band::Advert { posts } else { 0 };
        }
    }
    let counted = |(sums, sketches): (WatchHour, Sketches)| WatchHour {
        advert_authors: sketches.advert_authors.count(),
        advert_texts: sketches.advert_texts.count(),
        ..sums
    };
    Ok(out.into_iter().map(counted).filter(|hour| hour.posts > 0).collect())
}

pub(super) fn advert_finds(conn: &Connection, watch: &str, network: Network, (first, last): (i64, i64), limit: usize) -> Result<Vec<AdvertFind>> {
    let mut select = conn.prepare(
        "SELECT posted_at, verdict FROM find WHERE superseded_by IS NULL AND network = ?2 AND band = 'advert' AND posted_at >= ?3 AND posted_at < ?4
         AND EXISTS (SELECT 1 FROM json_each(watches) WHERE value = ?1) ORDER BY posted_at LIMIT ?5",
    )?;
    let (from, to) = (first.saturating_mul(3_600), last.saturating_add(1).saturating_mul(3_600));
    let mut rows = select.query(params![watch, network.as_str(), from, to, i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut finds = Vec::new();
    while let Some(row) = rows.next()? {
        let posted_at = Timestamp::from_seconds(row.get(0)?).map_err(|_| Error::damaged("a find's time is out of range"))?;
        let verdict: Verdict = serde_json::from_str(&row.get::<_, String>(1)?).map_err(|error| Error::damaged(error.to_string()))?;
        let promotion = verdict.components.iter().any(|component| component.kind == ComponentKind::Promotion);
        finds.push(AdvertFind { posted_at, products: verdict.products, promotion });
    }
    Ok(finds)
}
