//! Raw rates per watch, network and day from the roll-ups: as table, JSON or CSV.

use std::fmt::Write;

use serde::Serialize;
use vigie_store::ShareRow;

use crate::{
    Comparison, Language, RAW_RATE, ShareFigure, comparisons,
    summary::{grouped, rate},
};

/// Name of the line that counts every post read, whatever its watches.
const EVERYTHING: &str = "(all posts)";

#[derive(Serialize)]
struct ShareDocument<'a> {
    rung: &'static str,
    note: &'static str,
    rows: Vec<ShareLine<'a>>,
    /// Estimates, one a watch, with their recipes.
    shares: &'a [ShareFigure],
    /// The estimates compared, each with each.
    comparisons: Vec<Comparison>,
}

#[derive(Serialize)]
struct ShareLine<'a> {
    /// Null for all posts.
    watch: Option<&'a str>,
    network: &'a str,
    day: &'a str,
    posts: u64,
    adverts: u64,
    review: u64,
    raw_rate: Option<f64>,
    reposts: u64,
    advert_reposts: u64,
    distinct_texts: u64,
    distinct_advert_texts: u64,
    authors: u64,
    advert_authors: u64,
}

fn line(row: &ShareRow) -> ShareLine<'_> {
    ShareLine {
        watch: row.watch.as_deref(),
        network: &row.network,
        day: &row.day,
        posts: row.posts,
        adverts: row.adverts,
        review: row.review,
        raw_rate: rate(row.adverts, row.posts),
        reposts: row.reposts,
        advert_reposts: row.advert_reposts,
        distinct_texts: row.distinct_texts,
        distinct_advert_texts: row.distinct_advert_texts,
        authors: row.authors,
        advert_authors: row.advert_authors,
    }
}

/// The raw rows, and the estimates with their recipes, as one JSON document.
#[must_use]
pub fn share_json(rows: &[ShareRow], shares: &[ShareFigure]) -> String {
    let document =
        ShareDocument { rung: "E0 classify-and-count", note: RAW_RATE, rows: rows.iter().map(line).collect(), shares, comparisons: comparisons(shares) };
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// The rows as CSV (RFC 4180), with a header.
#[must_use]
pub fn share_csv(rows: &[ShareRow]) -> String {
    let mut out = String::from(
        "watch,network,day,posts,adverts,review,raw_rate_not_an_estimate,reposts,advert_reposts,distinct_texts,distinct_advert_texts,authors,advert_authors\r\n",
    );
    for row in rows {
        let watch = row.watch.as_deref().unwrap_or(EVERYTHING);
        let rate = rate(row.adverts, row.posts).map_or(String::new(), |rate| format!("{rate:.6}"));
        let _ = write!(out, "{},{},{},", field(watch), field(&row.network), row.day);
        let _ = write!(out, "{},{},{},{rate},{},{},", row.posts, row.adverts, row.review, row.reposts, row.advert_reposts);
        let _ = write!(out, "{},{},{},{}\r\n", row.distinct_texts, row.distinct_advert_texts, row.authors, row.advert_authors);
    }
    out
}

/// Quoted where it has to be; a leading sign that a spreadsheet takes for a formula is defused.
pub(crate) fn field(value: &str) -> String {
    let defused = if value.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{value}") } else { value.to_owned() };
    if defused.contains([',', '"', '\n', '\r']) { format!("\"{}\"", defused.replace('"', "\"\"")) } else { defused }
}

/// The rows as a table for the terminal.
#[must_use]
pub fn share_table(rows: &[ShareRow], language: Language) -> String {
    if rows.is_empty() {
        return language.pick("no posts are counted yet: run `vigie scan` first\n", "aucune publication comptée : lancez d’abord « vigie scan »\n").to_owned();
    }
    let width = rows.iter().map(|r| name(r).chars().count()).max().unwrap_or(0).max(5);
    let networks = rows.iter().map(|r| r.network.chars().count()).max().unwrap_or(0).max(7);
    let mut out = format!(
        "{}\n\n",
        language.pick("Share of adverts: raw detector rate, not an estimate", "Part des annonces : taux brut du détecteur, pas une estimation")
    );
    let heads = (
        language.pick("watch", "veille"),
        language.pick("network", "réseau"),
        language.pick("day", "jour"),
        language.pick("posts", "publ."),
        language.pick("adverts", "annonces"),
        language.pick("rate", "taux"),
        language.pick("texts", "textes"),
        language.pick("authors", "auteurs"),
    );
    let _ = writeln!(
        out,
        "{:<width$}  {:<networks$}  {:<10}  {:>9}  {:>9}  {:>7}  {:>15}  {:>15}",
        heads.0, heads.1, heads.2, heads.3, heads.4, heads.5, heads.6, heads.7
    );
    for row in rows {
        let rate = rate(row.adverts, row.posts).map_or_else(|| "–".to_owned(), |rate| format!("{:.1} %", rate * 100.0));
        let of = |part: u64, whole: u64| format!("{}/{}", grouped(part), grouped(whole));
        let _ = writeln!(
            out,
            "{:<width$}  {:<networks$}  {:<10}  {:>9}  {:>9}  {rate:>7}  {:>15}  {:>15}",
            name(row),
            row.network,
            row.day,
            grouped(row.posts),
            grouped(row.adverts),
            of(row.distinct_advert_texts, row.distinct_texts),
            of(row.advert_authors, row.authors)
        );
    }
    out
}

fn name(row: &ShareRow) -> &str {
    row.watch.as_deref().unwrap_or(EVERYTHING)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(watch: Option<&str>, day: &str, posts: u64, adverts: u64) -> ShareRow {
        ShareRow {
            watch: watch.map(Into::into),
            network: "x".into(),
            day: day.into(),
            posts,
            adverts,
            review: 1,
            reposts: 2,
            advert_reposts: 1,
            distinct_texts: posts,
            distinct_advert_texts: adverts,
            authors: posts,
            advert_authors: adverts,
        }
    }

    #[test]
    fn every_form_says_that_it_is_no_estimate() {
        let rows = [
            row(None, "2026-11-01", 30, 9),
            row(Some("Lorient"), "2026-11-01", 10, 8),
            row(Some("Lorient"), "2026-11-02", 5, 4),
            row(Some("=a,\"b\""), "2026-11-01", 20, 1),
        ];
        insta::assert_snapshot!("table", share_table(&rows, Language::English));
        insta::assert_snapshot!("csv", share_csv(&rows));
        assert!(share_json(&rows, &[]).contains("not an estimate"));
    }
}
