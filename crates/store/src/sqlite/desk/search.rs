//! Searching finds, and counting those that wait.

use rusqlite::named_params;
use vigie_model::Timestamp;

use super::{
    SqliteDesk,
    queue::{item, select},
};
use crate::{Result, ReviewItem, Search, Waiting};

/// Most words of a search that count.
const WORDS: usize = 12;

/// Finds that a search takes into the full text before it looks; a console does so all the time.
const CATCH_UP: usize = 2_000;

impl SqliteDesk {
    /// Takes the next finds into the full text, oldest first; returns how many there were. A find whose text is gone by then is left out.
    ///
    /// # Errors
    /// The back end fails.
    pub fn index_texts(&self, limit: usize) -> Result<usize> {
        let next = "SELECT id, text FROM find WHERE id > (SELECT coalesce(max(id), 0) FROM find_text_docsize) AND text IS NOT NULL ORDER BY id LIMIT ?1";
        if self.conn().query_row(&format!("SELECT count(*) FROM ({next})"), [1], |row| row.get::<_, i64>(0))? == 0 {
            return Ok(0);
        }
        let tx = self.begin()?;
        let done = tx.execute(&format!("INSERT INTO find_text (rowid, text) {next}"), [i64::try_from(limit).unwrap_or(i64::MAX)])?;
        tx.commit()?;
        Ok(done)
    }

    pub(super) fn search_items(&self, search: &Search, limit: usize, now: Timestamp) -> Result<Vec<ReviewItem>> {
        let words = search.words.as_deref().map(match_of).filter(|words| !words.is_empty());
        if words.is_some() {
            self.index_texts(CATCH_UP)?;
        }
        let sql = format!(
            "{} WHERE superseded_by IS NULL AND id < :before AND (:words IS NULL OR id IN (SELECT rowid FROM find_text WHERE find_text MATCH :words))
             AND (:network IS NULL OR network = :network) AND (:band IS NULL OR band = :band) AND (:state IS NULL OR state = :state)
             AND (:watch IS NULL OR EXISTS (SELECT 1 FROM json_each(watches) WHERE value = :watch)) ORDER BY id DESC LIMIT :limit",
            select()
        );
        let mut select = self.conn().prepare_cached(&sql)?;
        let mut rows = select.query(named_params! {
            ":before": search.before.unwrap_or(i64::MAX), ":words": words, ":network": search.network, ":band": search.band.map(|band| band.as_str()),
            ":state": search.state.map(|state| state.as_str()), ":watch": search.watch, ":limit": i64::try_from(limit).unwrap_or(i64::MAX), ":now": now.seconds(),
        })?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(item(row)?);
        }
        Ok(found)
    }

    pub(super) fn count_waiting(&self) -> Result<Waiting> {
        let mut select = self.conn().prepare_cached(
            "SELECT state, count(*) FROM find INDEXED BY find_queue WHERE state != 'settled' AND superseded_by IS NULL AND deleted_seen_at IS NULL AND text IS NOT NULL
             GROUP BY state",
        )?;
        let mut rows = select.query([])?;
        let mut counts = Waiting::default();
        while let Some(row) = rows.next()? {
            let count = row.get::<_, i64>(1)?.unsigned_abs();
            match row.get::<_, String>(0)?.as_str() {
                "waiting" => counts.waiting = count,
                "second" => counts.second = count,
                _ => counts.dispute = count,
            }
        }
        counts.settled = self.conn().query_row("SELECT count(*) FROM find WHERE state = 'settled'", [], |row| row.get::<_, i64>(0))?.unsigned_abs();
        Ok(counts)
    }
}

/// The words as a query of FTS5: each in quotation marks, so that nothing in them is an operator; the last letters may be missing.
fn match_of(words: &str) -> String {
    let quoted = |word: &str| format!("\"{}\"*", word.replace('"', ""));
    let readable = words.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric));
    readable.take(WORDS).map(quoted).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_people_type_is_no_query_language() {
        assert_eq!(super::match_of("beuh OR \"dispo\" -x (**) NEAR("), "\"beuh\"* \"OR\"* \"dispo\"* \"-x\"* \"NEAR(\"*");
        assert_eq!(super::match_of(" ** \" "), "");
    }
}
