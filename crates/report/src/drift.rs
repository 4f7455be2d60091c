//! Drift: score stability between two spans, detection rates, and calibration by language.

use std::{collections::BTreeMap, fmt::Write};

use serde::Serialize;
use vigie_measure::{
    ScoreBin, Tier, UNKNOWN_HOUR,
    drift::{Reliability, calibration_error, reliability, stability},
    share::Answer,
};
use vigie_model::{Band, Timestamp};
use vigie_store::{DetectorRun, DomainCell, DomainSample};

use crate::{Language, figure::drawn, summary::grouped};

/// What moved within a watch.
#[derive(Debug, Clone, Serialize)]
pub struct DriftReport {
    /// The watch.
    pub watch: String,
    /// First day of the later span, YYYY-MM-DD; none without posts whose time is known.
    pub later_since: Option<String>,
    /// Posts of the earlier and the later span.
    pub posts: (u64, u64),
    /// Population stability index of the scores; above 0.25 much moved.
    pub stability: f64,
    /// Part of the posts that the detector calls adverts, before and after.
    pub hit_rates: (Option<f64>, Option<f64>),
    /// Adverts among the labels of the low tier: what the detector misses. Labels, adverts.
    pub low_tier: (u64, u64),
    /// Calibration by language, of languages with labels.
    pub calibration: BTreeMap<String, Calibration>,
    /// Detectors that judged.
    pub detectors: Vec<DetectorRun>,
}

/// How well scores and labels agree. Labels weigh alike here: this compares languages, it estimates no share.
#[derive(Debug, Clone, Serialize)]
pub struct Calibration {
    /// Labels.
    pub labels: u64,
    /// Expected calibration error.
    pub error: f64,
    /// The reliability curve.
    pub curve: Vec<Reliability>,
}

/// Compares what was posted before a day with what was posted from then on; the middle of the hours seen if no day is named.
#[must_use]
pub fn drift_report(watch: &str, sample: &DomainSample, since: Option<&str>, detectors: &[DetectorRun]) -> DriftReport {
    let known = || sample.cells.iter().filter(|cell| cell.hour != UNKNOWN_HOUR);
    let named = since.and_then(|day| Timestamp::parse(&format!("{day}T00:00:00Z")).ok()).map(Timestamp::hour);
    let middle = known().map(|cell| cell.hour).min().zip(known().map(|cell| cell.hour).max()).map(|(first, last)| first.midpoint(last).div_euclid(24) * 24);
    let limit = named.or(middle);
    let (before, after): (Vec<&DomainCell>, Vec<&DomainCell>) = known().partition(|cell| limit.is_some_and(|limit| cell.hour < limit));
    DriftReport {
        watch: watch.to_owned(),
        later_since: limit.map(|hour| crate::figure::day(hour.div_euclid(24))),
        posts: (sum(&before), sum(&after)),
        stability: stability(&histogram(&before), &histogram(&after)),
        hit_rates: (hit_rate(&before), hit_rate(&after)),
        low_tier: low_tier(sample),
        calibration: calibration(sample),
        detectors: detectors.to_vec(),
    }
}

fn sum(cells: &[&DomainCell]) -> u64 {
    cells.iter().map(|cell| cell.posts).sum()
}

fn histogram(cells: &[&DomainCell]) -> [u64; ScoreBin::COUNT as usize] {
    let mut bins = [0; ScoreBin::COUNT as usize];
    for cell in cells {
        if let Some(bin) = bins.get_mut(usize::from(cell.bin.number())) {
            *bin += cell.posts;
        }
    }
    bins
}

fn hit_rate(cells: &[&DomainCell]) -> Option<f64> {
    let adverts = cells.iter().filter(|cell| cell.bin.band() == Band::Advert).map(|cell| cell.posts).sum();
    crate::summary::rate(adverts, sum(cells))
}

fn low_tier(sample: &DomainSample) -> (u64, u64) {
    let drawn = drawn(&sample.posts);
    let answers = || drawn.iter().filter(|post| Tier::of(post.bin) == Tier::Low).filter_map(|post| post.answer);
    (answers().count() as u64, answers().filter(|answer| *answer == Answer::Advert).count() as u64)
}

fn calibration(sample: &DomainSample) -> BTreeMap<String, Calibration> {
    let mut by_lang: BTreeMap<String, Vec<(f64, f64, f64)>> = BTreeMap::new();
    for (post, drawn) in sample.posts.iter().zip(drawn(&sample.posts)) {
        if let Some(answer) = drawn.answer.filter(|answer| *answer != Answer::Undecided) {
            by_lang.entry(post.lang.as_str().to_owned()).or_default().push((post.score, f64::from(u8::from(answer == Answer::Advert)), 1.0));
        }
    }
    by_lang
        .into_iter()
        .map(|(lang, labels)| {
            let curve = reliability(&labels);
            (lang, Calibration { labels: labels.len() as u64, error: calibration_error(&curve), curve })
        })
        .collect()
}

/// The report for the terminal.
#[must_use]
pub fn drift_text(report: &DriftReport, language: Language) -> String {
    let Some(since) = &report.later_since else { return String::new() };
    let rate = |rate: Option<f64>| rate.map_or_else(|| "–".to_owned(), |rate| format!("{:.1} %", rate * 100.0));
    let moved = match report.stability {
        s if s > 0.25 => language.pick("much moved", "fort changement"),
        s if s > 0.1 => language.pick("something moved", "changement modéré"),
        _ => language.pick("nothing moved", "rien n’a bougé"),
    };
    let (before, after) = (grouped(report.posts.0), grouped(report.posts.1));
    let mut out = match language {
        Language::English => {
            format!("{}: {before} posts before {since}, {after} from then on\n  scores: stability index {:.3}, {moved}\n", report.watch, report.stability)
        }
        Language::French => format!(
            "{} : {before} publications avant le {since}, {after} depuis\n  scores : indice de stabilité {:.3}, {moved}\n",
            report.watch, report.stability
        ),
    };
    let (labels, missed) = report.low_tier;
    // Writing to a string cannot fail.
    let _ = writeln!(out, "  {}: {} → {}", language.pick("detector's rate", "taux du détecteur"), rate(report.hit_rates.0), rate(report.hit_rates.1));
    let _ = writeln!(out, "  {}: {missed} / {labels}", language.pick("adverts among low scores read", "annonces parmi les scores bas lus"));
    for (lang, calibration) in &report.calibration {
        let _ = writeln!(
            out,
            "  {} {lang}: {:.2} ({} {})",
            language.pick("calibration error", "erreur de calibration"),
            calibration.error,
            calibration.labels,
            language.pick("labels", "lectures")
        );
    }
    for run in report.detectors.iter().skip(1) {
        let _ = writeln!(out, "  ! {} {}: {}", language.pick("the detector changed on", "le détecteur a changé le"), run.since, run.versions.model);
    }
    out
}
