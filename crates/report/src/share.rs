//! Shares per watch, network and day from the roll-ups: as table, JSON, CSV or picture.

use std::fmt::Write;

use serde::Serialize;
use vigie_store::ShareRow;

use crate::{
    Language, RAW_RATE,
    summary::{grouped, rate},
};

/// Name of the line that counts every post read, whatever its watches.
const EVERYTHING: &str = "(all posts)";

#[derive(Serialize)]
struct ShareDocument<'a> {
    rung: &'static str,
    note: &'static str,
    rows: Vec<ShareLine<'a>>,
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

/// The rows as one JSON document.
#[must_use]
pub fn share_json(rows: &[ShareRow]) -> String {
    let document = ShareDocument { rung: "E0 classify-and-count", note: RAW_RATE, rows: rows.iter().map(line).collect() };
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
fn field(value: &str) -> String {
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

/// One watch over the days, all networks together.
struct Series<'a> {
    name: &'a str,
    /// Day, posts, adverts.
    days: Vec<(&'a str, u64, u64)>,
}

fn series(rows: &[ShareRow]) -> Vec<Series<'_>> {
    let mut out: Vec<Series<'_>> = Vec::new();
    for row in rows.iter().filter(|row| row.watch.is_some()) {
        let index = out.iter().position(|s| s.name == name(row)).unwrap_or_else(|| {
            out.push(Series { name: name(row), days: Vec::new() });
            out.len() - 1
        });
        let Some(series) = out.get_mut(index) else { continue };
        match series.days.iter_mut().find(|day| day.0 == row.day) {
            Some(day) => {
                day.1 += row.posts;
                day.2 += row.adverts;
            }
            None => series.days.push((&row.day, row.posts, row.adverts)),
        }
    }
    for series in &mut out {
        series.days.sort_unstable();
    }
    out
}

/// Height of one watch's panel, and sizes within it, in pixels.
const PANEL: usize = 120;
const LEFT: usize = 200;
const BARS: usize = 640;

/// The shares as a picture: a panel a watch, a bar a day, every bar on the same scale of 0 to 100 %.
#[must_use]
pub fn share_svg(rows: &[ShareRow], language: Language) -> String {
    let all = series(rows);
    let height = 56 + all.len().max(1) * PANEL;
    let width = LEFT + BARS + 30;
    let title = language.pick("Share of adverts per watch and day", "Part des annonces par veille et par jour");
    let note = language.pick("raw detector rate, not an estimate", "taux brut du détecteur, pas une estimation");
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"t d\" font-family=\"system-ui, sans-serif\" font-size=\"12\">\n\
         <title id=\"t\">{title}</title>\n<desc id=\"d\">{note}</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"16\" y=\"26\" font-size=\"16\" font-weight=\"600\" fill=\"#1b1b1b\">{title}</text>\n<text x=\"16\" y=\"44\" fill=\"#595959\">{note}</text>\n"
    );
    for (index, series) in all.iter().enumerate() {
        panel(series, 56 + index * PANEL, &mut out);
    }
    if all.is_empty() {
        let _ = writeln!(
            out,
            "<text x=\"16\" y=\"84\" fill=\"#1b1b1b\">{}</text>",
            language.pick("no watch has posts yet", "aucune veille n’a encore de publications")
        );
    }
    out.push_str("</svg>\n");
    out
}

fn panel(series: &Series<'_>, top: usize, out: &mut String) {
    let plot = PANEL - 40;
    let base = top + 8 + plot;
    let (posts, adverts) = series.days.iter().fold((0, 0), |sum, day| (sum.0 + day.1, sum.1 + day.2));
    let total = rate(adverts, posts).unwrap_or(0.0) * 100.0;
    let _ = writeln!(out, "<text x=\"16\" y=\"{}\" font-weight=\"600\" fill=\"#1b1b1b\">{}</text>", top + 24, escape(series.name));
    let _ = writeln!(out, "<text x=\"16\" y=\"{}\" fill=\"#595959\">{total:.1} % · {} / {}</text>", top + 42, grouped(adverts), grouped(posts));
    for (percent, y) in [(0, base), (50, base - plot / 2), (100, base - plot)] {
        let _ = writeln!(
            out,
            "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{y}\" y2=\"{y}\" stroke=\"#d9d9d9\"/><text x=\"{}\" y=\"{}\" text-anchor=\"end\" font-size=\"10\" fill=\"#595959\">{percent} %</text>",
            LEFT + BARS,
            LEFT - 6,
            y + 4
        );
    }
    let slot = (BARS / series.days.len().max(1)).clamp(1, 106);
    let label_every = (60 / slot).max(1);
    for (index, (day, posts, adverts)) in series.days.iter().enumerate() {
        let share = rate(*adverts, *posts).unwrap_or(0.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "pixels")]
        let bar = (share * plot as f64).round() as usize;
        let x = LEFT + index * slot;
        if x + slot > LEFT + BARS {
            break;
        }
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{}\" width=\"{}\" height=\"{bar}\" fill=\"#b3261e\"><title>{day}: {:.1} % ({adverts} / {posts})</title></rect>",
            base - bar,
            slot.saturating_sub(1).max(1),
            share * 100.0
        );
        if index % label_every == 0 {
            let short = day.get(5..).unwrap_or(day);
            let _ = writeln!(out, "<text x=\"{x}\" y=\"{}\" font-size=\"10\" fill=\"#595959\">{short}</text>", base + 14);
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
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
        insta::assert_snapshot!("svg", share_svg(&rows, Language::French));
        assert!(share_json(&rows).contains("not an estimate"));
    }
}
