//! Flash sales: runs of hours with more adverts than the posts explain.

use std::{collections::BTreeMap, fmt::Write};

use serde::Serialize;
use vigie_measure::{
    Network,
    burst::{Episode, EpisodePlan, Hour, find_episodes, kleinberg, spread_ties},
};
use vigie_model::Product;
use vigie_store::{AdvertFind, Domain, WatchHour};

use crate::{Language, summary::grouped, xml::escape};

/// An episode as it is published.
#[derive(Debug, Clone, Serialize)]
pub struct EpisodeReport {
    /// The watch.
    pub watch: String,
    /// The network.
    pub network: String,
    /// First hour, RFC 3339.
    pub start_time: String,
    /// End of the last hour.
    pub end_time: String,
    /// Hour with the most adverts.
    pub peak_time: String,
    /// The test: hours, counts, usual share, p and q.
    #[serde(flatten)]
    pub episode: Episode,
    /// Which test it was, and against what.
    pub test: &'static str,
    /// What makes an episode.
    pub plan: EpisodePlan,
    /// Greatest number of accounts in one of its hours.
    pub accounts: u64,
    /// Greatest number of distinct texts in one of its hours.
    pub texts: u64,
    /// Product classes of its adverts that are still kept, and how many have each.
    pub products: BTreeMap<&'static str, u64>,
    /// Its adverts that are still kept, and how many have a promotion (K14).
    pub finds: u64,
    /// See `finds`.
    pub promotions: u64,
    /// Highest level of Kleinberg's bursts among them (s = 2, γ = 1); none without finds.
    pub kleinberg_level: Option<u8>,
}

/// Adverts of an episode that are looked at.
const MOST_FINDS: usize = 10_000;
const TEST: &str = "exact binomial tail of the hour's adverts given its posts, against the share of the series' other hours; Benjamini-Hochberg over all hours";

/// Finds the episodes of several domains at once, so that false discoveries are controlled over all of them. `finds` gives the adverts of
/// a watch on a network in a span of hours.
///
/// # Errors
/// Those of `finds`.
pub fn episode_reports<E>(
    hours: &[(Domain, Vec<WatchHour>)],
    plan: &EpisodePlan,
    mut finds: impl FnMut(&str, Network, (i64, i64), usize) -> Result<Vec<AdvertFind>, E>,
) -> Result<Vec<EpisodeReport>, E> {
    let series: Vec<(&str, &[WatchHour])> =
        hours.iter().flat_map(|(domain, hours)| hours.chunk_by(|a, b| a.network == b.network).map(|hours| (domain.watch.as_str(), hours))).collect();
    let counted: Vec<Vec<Hour>> = series.iter().map(|(_, hours)| hours.iter().map(hour).collect()).collect();
    let mut out = Vec::new();
    for episode in find_episodes(&counted, plan) {
        let Some((watch, hours)) = series.get(episode.series) else { continue };
        let Some(network) = hours.first().map(|hour| hour.network) else { continue };
        let finds = finds(watch, network, (episode.start, episode.end), MOST_FINDS)?;
        out.push(report(watch, network, hours, episode, &finds, plan));
    }
    Ok(out)
}

fn hour(hour: &WatchHour) -> Hour {
    Hour { hour: hour.hour, posts: hour.posts, adverts: hour.adverts, accounts: hour.advert_authors, texts: hour.advert_texts }
}

fn report(watch: &str, network: Network, hours: &[WatchHour], episode: Episode, finds: &[AdvertFind], plan: &EpisodePlan) -> EpisodeReport {
    let within = || hours.iter().filter(|hour| (episode.start..=episode.end).contains(&hour.hour));
    let mut products: BTreeMap<&'static str, u64> = BTreeMap::new();
    for product in finds.iter().flat_map(|find| &find.products) {
        *products.entry(Product::as_str(*product)).or_default() += 1;
    }
    let seconds: Vec<i64> = finds.iter().map(|find| find.posted_at.seconds()).collect();
    EpisodeReport {
        watch: watch.to_owned(),
        network: network.to_string(),
        start_time: time(episode.start),
        end_time: time(episode.end + 1),
        peak_time: time(episode.peak),
        accounts: within().map(|hour| hour.advert_authors).max().unwrap_or(0),
        texts: within().map(|hour| hour.advert_texts).max().unwrap_or(0),
        products,
        finds: finds.len() as u64,
        promotions: finds.iter().filter(|find| find.promotion).count() as u64,
        kleinberg_level: kleinberg(&spread_ties(&seconds), 2.0, 1.0).ok().and_then(|levels| levels.into_iter().max()),
        test: TEST,
        plan: *plan,
        episode,
    }
}

fn time(hour: i64) -> String {
    jiff::Timestamp::from_second(hour.saturating_mul(3_600)).map_or_else(|_| "?".to_owned(), |time| time.to_string())
}

/// The episodes for the terminal.
#[must_use]
pub fn episodes_text(episodes: &[EpisodeReport], language: Language) -> String {
    if episodes.is_empty() {
        return language
            .pick("no hour has more adverts than its posts explain\n", "aucune heure n’a plus d’annonces que ses publications n’en expliquent\n")
            .to_owned();
    }
    let mut out = String::new();
    for report in episodes {
        let Episode { adverts, posts, usual, q, gaps, .. } = report.episode;
        let products: Vec<String> = report.products.iter().map(|(product, count)| format!("{product} {count}")).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{} · {} · {} – {}, {} {}",
            report.watch,
            report.network,
            report.start_time,
            report.end_time,
            language.pick("peak", "pic"),
            report.peak_time
        );
        let (adverts, posts, usual) = (grouped(adverts), grouped(posts), format!("{:.1} %", usual * 100.0));
        let _ = match language {
            Language::English => writeln!(
                out,
                "  {adverts} adverts of {posts} posts, usually {usual}; q {q:.1e}; up to {} accounts and {} texts an hour; {} of {} with a promotion; {}",
                report.accounts,
                report.texts,
                report.promotions,
                report.finds,
                products.join(", ")
            ),
            Language::French => writeln!(
                out,
                "  {adverts} annonces sur {posts} publications, d’habitude {usual} ; q {q:.1e} ; jusqu’à {} comptes et {} textes par heure ; {} sur {} avec promotion ; {}",
                report.accounts,
                report.texts,
                report.promotions,
                report.finds,
                products.join(", ")
            ),
        };
        if gaps > 0 {
            let _ = writeln!(out, "  ! {gaps} {}", language.pick("hours within it were not collected", "heures de cette période n’ont pas été collectées"));
        }
    }
    out
}

/// Sizes of the picture in pixels.
const PANEL: f64 = 110.0;
const PLOT: f64 = 64.0;
const LEFT: f64 = 170.0;
const WIDTH: f64 = 700.0;

/// The hours of each series with its episodes marked: posts in grey, adverts dark, episodes framed, hours without posts hatched.
#[must_use]
pub fn episodes_svg(hours: &[(Domain, Vec<WatchHour>)], episodes: &[EpisodeReport], language: Language) -> String {
    let series: Vec<(&str, &[WatchHour])> = hours
        .iter()
        .flat_map(|(domain, hours)| hours.chunk_by(|a, b| a.network == b.network).map(|hours| (domain.watch.as_str(), hours)))
        .filter(|(watch, hours)| {
            episodes.iter().any(|report| report.watch == *watch && hours.first().is_some_and(|hour| hour.network.as_str() == report.network))
        })
        .collect();
    let height = 64.0 + PANEL * real(series.len().max(1) as u64);
    let (title, note) = (
        language.pick("Flash sales: adverts given posts, by the hour", "Ventes éclair : annonces rapportées aux publications, par heure"),
        language.pick(
            "grey: posts · dark: adverts · frame: episode · hatched: nothing collected",
            "gris : publications · foncé : annonces · cadre : épisode · hachuré : rien de collecté",
        ),
    );
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{height}\" viewBox=\"0 0 {w} {height}\" role=\"img\" aria-labelledby=\"t d\" font-family=\"system-ui, sans-serif\" font-size=\"12\">\n\
         <title id=\"t\">{title}</title>\n<desc id=\"d\">{note}</desc>\n\
         <defs><pattern id=\"gap\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><path d=\"M0 6L6 0\" stroke=\"#9a9a9a\"/></pattern></defs>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n<text x=\"16\" y=\"26\" font-size=\"16\" font-weight=\"600\">{title}</text>\n<text x=\"16\" y=\"44\" font-size=\"11\" fill=\"#595959\">{note}</text>\n",
        w = LEFT + WIDTH + 30.0
    );
    for (index, (watch, hours)) in series.iter().enumerate() {
        panel(watch, hours, episodes, 64.0 + PANEL * real(index as u64), &mut out);
    }
    out.push_str("</svg>\n");
    out
}

fn panel(watch: &str, hours: &[WatchHour], episodes: &[EpisodeReport], top: f64, out: &mut String) {
    let (Some(first), Some(last)) = (hours.first(), hours.last()) else { return };
    let base = top + 12.0 + PLOT;
    let slot = WIDTH / real((last.hour - first.hour + 1).unsigned_abs());
    let most = real(hours.iter().map(|hour| hour.posts).max().unwrap_or(1).max(1));
    let x = |hour: i64| LEFT + real((hour - first.hour).unsigned_abs()) * slot;
    let _ = writeln!(out, "<text x=\"16\" y=\"{:.1}\" font-weight=\"600\">{}</text>", top + 24.0, escape(watch));
    let _ = writeln!(out, "<text x=\"16\" y=\"{:.1}\" font-size=\"11\" fill=\"#595959\">{}</text>", top + 40.0, first.network);
    let mut next = first.hour;
    for hour in hours {
        if hour.hour > next {
            let gap = x(hour.hour) - x(next);
            let _ = writeln!(out, "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{gap:.1}\" height=\"{PLOT}\" fill=\"url(#gap)\"/>", x(next), base - PLOT);
        }
        next = hour.hour + 1;
        for (count, colour) in [(hour.posts, "#c9c9c9"), (hour.adverts, "#0b5394")] {
            let tall = real(count) / most * PLOT;
            let _ = writeln!(
                out,
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{tall:.1}\" fill=\"{colour}\"/>",
                x(hour.hour),
                base - tall,
                slot.max(0.5)
            );
        }
    }
    for report in episodes.iter().filter(|report| report.watch == watch && report.network == first.network.as_str()) {
        let wide = x(report.episode.end + 1) - x(report.episode.start);
        let _ = writeln!(
            out,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"none\" stroke=\"#1b1b1b\"><title>{} – {}</title></rect>",
            x(report.episode.start),
            base - PLOT - 2.0,
            wide.max(2.0),
            PLOT + 4.0,
            report.start_time,
            report.end_time
        );
    }
    let _ =
        writeln!(out, "<text x=\"{LEFT}\" y=\"{:.1}\" font-size=\"10\" fill=\"#595959\">{} – {}</text>", base + 14.0, time(first.hour), time(last.hour + 1));
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn real(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use vigie_model::Timestamp;

    use super::*;

    fn hours() -> Vec<(Domain, Vec<WatchHour>)> {
        let network = Network::parse("bluesky").unwrap();
        let hour =
            |hour, posts, adverts| WatchHour { network, hour: 490_000 + hour, posts, adverts, advert_authors: adverts.min(4), advert_texts: adverts.min(3) };
        let mut hours: Vec<WatchHour> = (0..80i64).map(|h| hour(h, 40, 2)).collect();
        hours[50] = hour(50, 45, 20);
        hours[51] = hour(51, 45, 25);
        hours.remove(20);
        vec![(Domain { watch: "Lorient".into(), ..Domain::default() }, hours)]
    }

    #[test]
    fn an_episode_is_told_with_its_test() {
        let finds = |_: &str, _, (first, _): (i64, i64), _| {
            let find = |second| AdvertFind {
                posted_at: Timestamp::from_seconds(first * 3_600 + second).unwrap(),
                products: vec![Product::Cocaine],
                promotion: second % 2 == 0,
            };
            Ok::<_, Infallible>((0..20).map(find).collect())
        };
        let Ok(found) = episode_reports(&hours(), &EpisodePlan::default(), finds);
        insta::assert_snapshot!("text", episodes_text(&found, Language::French));
        insta::assert_snapshot!("svg", episodes_svg(&hours(), &found, Language::English));
        assert_eq!((found[0].promotions, found[0].products["COC-P"]), (10, 20));
    }
}
