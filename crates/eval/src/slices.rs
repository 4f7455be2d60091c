//! Figures of parts of a data set: by language, label, product, source and so on.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Serialize;
use vigie_testkit::Disguise;

use crate::{
    calibration::calibration,
    figures::{Outcome, Ranking},
    interval::Rate,
    sample::Sample,
    section::{Judged, Names},
};

/// One part of a data set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slice {
    /// "language", "label", "product", "network", "source", "class", "obfuscation", "training".
    pub by: &'static str,
    /// Which part.
    pub name: String,
    /// Adverts that were found.
    pub recall: Rate,
    /// Other posts that were taken for adverts.
    pub false_positives: Rate,
    /// Share of adverts in this part, at which `precision` and `f1` hold.
    pub prevalence: Option<f64>,
    /// At that prevalence.
    pub precision: Option<f64>,
    /// At that prevalence.
    pub f1: Option<f64>,
    /// Recall at a precision of 0.95 if one post in ten were an advert.
    pub recall_at_precision_95_at_10: Option<f64>,
    /// Calibration error at the part's prevalence.
    pub calibration_error: Option<f64>,
    /// Calibration error if one post in ten were an advert, which is what scores are calibrated for.
    pub calibration_error_at_10: Option<f64>,
    /// The false-positive rate is surely above twice that of all posts (lower end of Wilson's interval): a group is treated worse.
    pub alarm: bool,
}

/// Networks whose names are no secret.
const NETWORKS: [&str; 12] =
    ["x", "twitter", "instagram", "snapchat", "facebook", "tinder", "whatsapp", "telegram", "tiktok", "bluesky", "mastodon", "unknown"];

/// Something to slice by: the values that a sample has.
struct Key {
    by: &'static str,
    values: fn(&Sample) -> Vec<Cow<'_, str>>,
    /// Whether a value may be shown in any case.
    public: fn(&str) -> bool,
    /// Whether the values come from a code list, and not from whoever made the data.
    coded: bool,
}

const KEYS: [Key; 7] = [
    Key { by: "language", values: |sample| vec![sample.language()], public: |_| true, coded: true },
    Key { by: "label", values: |sample| vec![sample.label.as_str().into()], public: |_| true, coded: true },
    Key { by: "product", values: |sample| sample.products.iter().map(|product| product.as_str().into()).collect(), public: |_| true, coded: true },
    Key { by: "network", values: |sample| of(sample.network.as_deref()), public: |name| NETWORKS.contains(&name), coded: false },
    Key { by: "source", values: |sample| of(sample.source.as_deref()), public: |_| false, coded: false },
    Key { by: "class", values: |sample| of(sample.class.as_deref()), public: |_| false, coded: false },
    Key {
        by: "obfuscation",
        values: |sample| of(sample.obfuscation.as_deref()),
        public: |name| Disguise::ALL.iter().any(|known| known.as_str() == name),
        coded: false,
    },
];

fn of(value: Option<&str>) -> Vec<Cow<'_, str>> {
    value.map(Cow::from).into_iter().collect()
}

/// All slices, by key and then by size.
pub(crate) fn slices(judged: &Judged<'_>, names: Names) -> Vec<Slice> {
    let outcomes = judged.outcomes();
    let overall = rates(&outcomes).1.value().unwrap_or(0.0);
    let mut out = Vec::new();
    for key in &KEYS {
        let mut parts: BTreeMap<Cow<'_, str>, Vec<Outcome>> = BTreeMap::new();
        for (sample, outcome) in judged.samples.iter().zip(&outcomes) {
            for value in (key.values)(sample) {
                parts.entry(value).or_default().push(*outcome);
            }
        }
        let mut parts: Vec<_> = if key.coded { parts.into_iter().collect() } else { without_tail(parts) };
        parts.sort_by_key(|(_, outcomes)| std::cmp::Reverse(outcomes.len()));
        for (number, (value, outcomes)) in (1..).zip(&parts) {
            let shown = names == Names::Shown || value == SMALL_ONES || (key.public)(value);
            let name = if shown { value.to_string() } else { format!("{} {number}", key.by) };
            out.push(slice(key.by, name, outcomes, overall));
        }
    }
    out.extend(by_training(judged, &outcomes, overall));
    out
}

/// Parts of fewer posts say next to nothing, and could point to a person.
const SMALL: usize = 30;

/// Joins all small parts to one.
fn without_tail(parts: BTreeMap<Cow<'_, str>, Vec<Outcome>>) -> Vec<(Cow<'_, str>, Vec<Outcome>)> {
    let (small, mut kept): (Vec<_>, Vec<_>) = parts.into_iter().partition(|(_, outcomes)| outcomes.len() < SMALL);
    if !small.is_empty() {
        kept.push((SMALL_ONES.into(), small.into_iter().flat_map(|(_, outcomes)| outcomes).collect()));
    }
    kept
}

/// Name of the part that all small ones are joined to.
const SMALL_ONES: &str = "all with fewer than 30 posts";

/// Texts that were learnt from, and those that were not.
fn by_training(judged: &Judged<'_>, outcomes: &[Outcome], overall: f64) -> Vec<Slice> {
    let Some(learnt) = &judged.learnt else { return Vec::new() };
    let part = |wanted: bool| outcomes.iter().zip(learnt).filter(|(_, learnt)| **learnt == wanted).map(|(outcome, _)| *outcome).collect::<Vec<_>>();
    [("held out", part(false)), ("learnt from", part(true))]
        .into_iter()
        .filter(|(_, outcomes)| !outcomes.is_empty())
        .map(|(name, outcomes)| slice("training", name.to_owned(), &outcomes, overall))
        .collect()
}

/// Adverts found, and others found.
fn rates(outcomes: &[Outcome]) -> (Rate, Rate) {
    let (mut recall, mut false_positives) = (Rate::default(), Rate::default());
    for outcome in outcomes {
        (if outcome.advert { &mut recall } else { &mut false_positives }).count(outcome.found);
    }
    (recall, false_positives)
}

pub(crate) fn slice(by: &'static str, name: String, outcomes: &[Outcome], overall: f64) -> Slice {
    let (recall, false_positives) = rates(outcomes);
    let ranking = Ranking::new(outcomes);
    let figures = ranking.figures(None);
    Slice {
        by,
        name,
        recall,
        false_positives,
        prevalence: figures.prevalence,
        precision: figures.precision,
        f1: figures.f1,
        recall_at_precision_95_at_10: ranking.figures(Some(0.1)).recall_at_precision_95,
        calibration_error: calibration(outcomes, None).map(|calibration| calibration.error),
        calibration_error_at_10: calibration(outcomes, Some(0.1)).map(|calibration| calibration.error),
        alarm: false_positives.whole > 0 && false_positives.wilson().low > 2.0 * overall,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_parts_are_joined() {
        let part = |size: usize| vec![Outcome { advert: true, score: 0.5, found: true }; size];
        let parts = BTreeMap::from([("a".into(), part(40)), ("b".into(), part(3)), ("c".into(), part(2))]);
        let sizes: Vec<(String, usize)> = without_tail(parts).into_iter().map(|(name, outcomes)| (name.into_owned(), outcomes.len())).collect();
        assert_eq!(sizes, [("a".to_owned(), 40), (SMALL_ONES.to_owned(), 5)]);
    }

    #[test]
    fn a_group_that_is_treated_worse_is_noticed() {
        let others = |found: usize, all: usize| (0..all).map(|n| Outcome { advert: false, score: 0.0, found: n < found }).collect::<Vec<_>>();
        assert!(slice("source", "a".into(), &others(20, 100), 0.05).alarm);
        assert!(!slice("source", "a".into(), &others(2, 10), 0.05).alarm, "two of ten may be chance");
    }
}
