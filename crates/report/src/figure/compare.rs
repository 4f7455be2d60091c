//! Networks and watches compared.

use std::fmt::Write;

use serde::Serialize;
use vigie_measure::estimate::{Interval, benjamini_hochberg, newcombe, two_proportion_p, z};

use super::{ShareFigure, text};
use crate::Language;

/// The difference of two shares, in the order of the figures.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// Watch and network of the first.
    pub first: (String, Option<String>),
    /// Watch and network of the second.
    pub second: (String, Option<String>),
    /// First share less the second.
    pub difference: f64,
    /// Its interval (Newcombe's method on the shares' own intervals).
    pub interval: Interval,
    /// Two-sided p of no difference, from the half of that interval towards 0.
    pub p: f64,
    /// The same with the false discoveries controlled over all comparisons (Benjamini and Hochberg).
    pub q: f64,
}

/// Compares all figures that have an estimate to show, each with each. O(figures²).
#[must_use]
pub fn comparisons(figures: &[ShareFigure]) -> Vec<Comparison> {
    let shown: Vec<(&ShareFigure, f64, Interval)> = figures
        .iter()
        .filter(|figure| figure.posts.suppressed.is_none())
        .filter_map(|figure| Some((figure, figure.posts.share?, figure.posts.interval?)))
        .collect();
    let mut out = Vec::new();
    for (at, (a, p, own)) in shown.iter().enumerate() {
        for (b, q, other) in shown.iter().skip(at + 1) {
            let found = newcombe((*p, *own), (*q, *other));
            // The half towards no difference, so that p and interval say the same.
            let half = if found.difference > 0.0 { found.difference - found.interval.low } else { found.interval.high - found.difference };
            let se = half / z(a.plan.alpha);
            let name = |figure: &ShareFigure| (figure.domain.watch.clone(), figure.domain.network.clone());
            let p = two_proportion_p(found.difference, se);
            out.push(Comparison { first: name(a), second: name(b), difference: found.difference, interval: found.interval, p, q: 1.0 });
        }
    }
    let q_values = benjamini_hochberg(&out.iter().map(|comparison| comparison.p).collect::<Vec<_>>());
    for (comparison, q) in out.iter_mut().zip(q_values) {
        comparison.q = q;
    }
    out
}

/// The comparisons for the terminal: those that are no chance first.
#[must_use]
pub fn comparisons_text(comparisons: &[Comparison], language: Language) -> String {
    let mut sorted: Vec<&Comparison> = comparisons.iter().collect();
    sorted.sort_by(|a, b| a.q.total_cmp(&b.q));
    let mut out = String::new();
    for Comparison { first, second, interval, q, .. } in sorted {
        let name = |(watch, network): &(String, Option<String>)| network.as_ref().map_or_else(|| watch.clone(), |network| format!("{watch}/{network}"));
        let points = |share: f64| text::percent(share, 1, language).replace('%', language.pick("points", "points"));
        let verdict = if *q <= 0.05 { "" } else { language.pick(" (may be chance)", " (peut être le hasard)") };
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{} − {}: {} {} {} {}, q {}{verdict}",
            name(first),
            name(second),
            language.pick("between", "entre"),
            points(interval.low),
            language.pick("and", "et"),
            points(interval.high),
            if *q < 0.001 { "< 0.001".to_owned() } else { format!("{q:.3}") }
        );
    }
    out
}
