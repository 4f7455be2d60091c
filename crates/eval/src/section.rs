//! All figures of one data set: [`evaluate`].

use serde::Serialize;
use vigie_model::{Band, Product};

use crate::{
    calibration::{Calibration, calibration},
    cluster::{Clusters, clusters},
    figures::{Figures, Outcome, Ranking},
    interval::{FigureIntervals, Interval, Rate, Resampling, bootstrap},
    sample::{Answer, Sample, Scorer, Truth},
    slices::{Slice, slices},
};

/// Whether names and ids that a data set's owner chose are shown. Code lists (languages, labels, product classes) always are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// For the owner's eyes, and for public data.
    Shown,
    /// "source 1", "class 2": nothing that could be a handle or a text leaves.
    Numbered,
}

/// How to evaluate.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Prevalences beside that of the data.
    pub prevalences: Vec<f64>,
    /// Draws of the bootstrap.
    pub resampling: Resampling,
    /// What may be shown.
    pub names: Names,
}

impl Default for Options {
    fn default() -> Self {
        Self { prevalences: vec![0.01, 0.1, 0.8], resampling: Resampling::default(), names: Names::Numbered }
    }
}

/// Figures of one scorer at one prevalence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FigureRow {
    /// Name of the scorer.
    pub scorer: String,
    /// Whether the prevalence is that of the data.
    pub of_data: bool,
    /// The figures.
    pub figures: Figures,
    /// Their intervals, for the first scorer only.
    pub intervals: Option<FigureIntervals>,
}

/// The product classes that were named for the adverts that were found.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ProductFigures {
    /// Adverts that were found and whose classes the data name.
    pub adverts: usize,
    /// Of the classes that were named, those that are right.
    pub precision: Rate,
    /// Of the classes that there are, those that were named.
    pub recall: Rate,
    /// Micro-averaged F1.
    pub f1: Option<f64>,
}

/// A post that the first scorer judged wrongly, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// The id that the data give it, or its number from 1.
    pub id: String,
    /// "not found" or "taken for an advert".
    pub what: &'static str,
    /// Its label.
    pub label: &'static str,
}

/// Of a post that is no advert and was called one.
pub(crate) const TAKEN: &str = "taken for an advert";

/// All figures of one data set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// Posts that count.
    pub posts: usize,
    /// Of these, adverts.
    pub adverts: usize,
    /// Undecided posts, which count nowhere.
    pub undecided: usize,
    /// Clusters of author or near-duplicate text: the effective number of observations.
    pub clusters: usize,
    /// Scorers at prevalences; the first scorer is the one under test.
    pub rows: Vec<FigureRow>,
    /// Other posts in the band `review`: what a person looks at in vain.
    pub review_of_others: Rate,
    /// Adverts in the band `review`: not found, but not lost.
    pub review_of_adverts: Rate,
    /// Reliability at the data's prevalence, then at 10 %.
    pub calibrations: Vec<Calibration>,
    /// By language, label, product and so on.
    pub slices: Vec<Slice>,
    /// Product classes.
    pub products: ProductFigures,
    /// Errors of the first scorer by id; only where names are shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wrong: Vec<Wrong>,
}

/// Decided samples with what the first scorer says of them.
pub(crate) struct Judged<'a> {
    pub(crate) samples: Vec<&'a Sample>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) learnt: Option<Vec<bool>>,
}

impl Judged<'_> {
    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        outcomes(&self.samples, &self.answers)
    }
}

pub(crate) fn outcomes(samples: &[&Sample], answers: &[Answer]) -> Vec<Outcome> {
    let outcome =
        |(sample, answer): (&&Sample, &Answer)| Outcome { advert: sample.truth() == Truth::Advert, score: answer.score, found: answer.band == Band::Advert };
    samples.iter().zip(answers).map(outcome).collect()
}

/// Judges all samples with each scorer and works out every figure. `learnt` says whether a text was in the training data, where known.
#[must_use]
pub fn evaluate(samples: &[Sample], scorers: &[Scorer<'_>], learnt: Option<&dyn Fn(&Sample) -> bool>, options: &Options) -> Section {
    let all = clusters(samples);
    let decided: Vec<(&Sample, usize)> = samples.iter().zip(all.of).filter(|(sample, _)| sample.truth() != Truth::Undecided).collect();
    let (kept, of): (Vec<&Sample>, Vec<usize>) = decided.into_iter().unzip();
    let of = renumbered(&of);
    let mut judged: Option<Judged<'_>> = None;
    let mut rows = Vec::new();
    for scorer in scorers {
        let answers: Vec<Answer> = kept.iter().map(|sample| scorer.judge(&sample.post())).collect();
        rows.extend(figure_rows(scorer, &outcomes(&kept, &answers), judged.is_none().then_some(&of), options));
        if judged.is_none() {
            judged = Some(Judged { samples: kept.clone(), answers, learnt: learnt.map(|learnt| kept.iter().map(|sample| learnt(sample)).collect()) });
        }
    }
    let judged = judged.unwrap_or(Judged { samples: Vec::new(), answers: Vec::new(), learnt: None });
    let outcomes = judged.outcomes();
    Section {
        posts: kept.len(),
        adverts: kept.iter().filter(|sample| sample.truth() == Truth::Advert).count(),
        undecided: samples.len() - kept.len(),
        clusters: of.count,
        rows,
        review_of_others: review(&judged, false),
        review_of_adverts: review(&judged, true),
        calibrations: [None, Some(0.1)].iter().filter_map(|prevalence| calibration(&outcomes, *prevalence)).collect(),
        slices: slices(&judged, options.names),
        products: product_figures(&judged),
        wrong: if options.names == Names::Shown { wrong(&judged) } else { Vec::new() },
    }
}

/// Numbers without gaps after undecided samples were left out.
fn renumbered(of: &[usize]) -> Clusters {
    let mut numbers = rustc_hash::FxHashMap::default();
    let of = of
        .iter()
        .map(|cluster| {
            let next = numbers.len();
            *numbers.entry(*cluster).or_insert(next)
        })
        .collect();
    Clusters { of, count: numbers.len() }
}

fn figure_rows(scorer: &Scorer<'_>, outcomes: &[Outcome], clusters: Option<&Clusters>, options: &Options) -> Vec<FigureRow> {
    let ranking = Ranking::new(outcomes);
    let row = |prevalence: Option<f64>| {
        let figures = ranking.figures(prevalence);
        let intervals = clusters.map(|clusters| intervals(&ranking, outcomes, clusters, prevalence, &figures, options.resampling));
        FigureRow { scorer: scorer.name.clone(), of_data: prevalence.is_none(), figures, intervals }
    };
    std::iter::once(None).chain(options.prevalences.iter().copied().map(Some)).map(row).collect()
}

/// Bootstrap intervals; where no draw differs, Wilson's on the number of clusters, and for the precision what follows from those.
pub(crate) fn intervals(
    ranking: &Ranking,
    outcomes: &[Outcome],
    clusters: &Clusters,
    prevalence: Option<f64>,
    figures: &Figures,
    plan: Resampling,
) -> FigureIntervals {
    let mut intervals = bootstrap(ranking, &clusters.of, prevalence, plan);
    let of_side = |advert: bool| {
        let mut of: Vec<usize> = outcomes.iter().zip(&clusters.of).filter(|(outcome, _)| outcome.advert == advert).map(|(_, cluster)| *cluster).collect();
        of.sort_unstable();
        of.dedup();
        of.len()
    };
    let wilson = |value: Option<f64>, whole: usize| value.map(|value| Rate { part: if value > 0.5 { whole } else { 0 }, whole }.wilson());
    intervals.recall = intervals.recall.or_else(|| wilson(figures.recall, of_side(true)));
    intervals.false_positive_rate = intervals.false_positive_rate.or_else(|| wilson(figures.false_positive_rate, of_side(false)));
    if intervals.precision.is_none() && figures.precision.is_some() {
        intervals.precision = figures.prevalence.and_then(|share| precision_interval(share, intervals.recall?, intervals.false_positive_rate?));
    }
    intervals
}

/// Precision at both ends of recall and false-positive rate.
fn precision_interval(share: f64, recall: Interval, false_positives: Interval) -> Option<Interval> {
    let precision = |recall: f64, rate: f64| {
        let (right, wrong) = (share * recall, (1.0 - share) * rate);
        (right + wrong > 0.0).then(|| right / (right + wrong))
    };
    Some(Interval { low: precision(recall.low, false_positives.high)?, high: precision(recall.high, false_positives.low)? })
}

fn review(judged: &Judged<'_>, adverts: bool) -> Rate {
    let mut rate = Rate::default();
    for (sample, answer) in judged.samples.iter().zip(&judged.answers) {
        if (sample.truth() == Truth::Advert) == adverts {
            rate.count(answer.band == Band::Review);
        }
    }
    rate
}

fn product_figures(judged: &Judged<'_>) -> ProductFigures {
    let mut figures = ProductFigures::default();
    for (sample, answer) in judged.samples.iter().zip(&judged.answers) {
        if sample.truth() != Truth::Advert || answer.band != Band::Advert || sample.products.is_empty() {
            continue;
        }
        figures.adverts += 1;
        let drugs = |products: &[Product]| products.iter().copied().filter(|product| product.is_drug()).collect::<Vec<_>>();
        let (named, there) = (drugs(&answer.products), drugs(&sample.products));
        named.iter().for_each(|product| figures.precision.count(there.contains(product)));
        there.iter().for_each(|product| figures.recall.count(named.contains(product)));
    }
    let (right, all) = (figures.precision.part + figures.recall.part, figures.precision.whole + figures.recall.whole);
    figures.f1 = Rate { part: right, whole: all }.value();
    figures
}

fn wrong(judged: &Judged<'_>) -> Vec<Wrong> {
    let mut out = Vec::new();
    for (number, (sample, answer)) in (1_usize..).zip(judged.samples.iter().zip(&judged.answers)) {
        let what = match (sample.truth() == Truth::Advert, answer.band == Band::Advert) {
            (true, false) => "not found",
            (false, true) => TAKEN,
            _ => continue,
        };
        out.push(Wrong { id: sample.id.clone().unwrap_or_else(|| format!("#{number}")), what, label: sample.label.as_str() });
    }
    out
}

#[cfg(test)]
mod tests {
    use vigie_model::{Label, Lang};

    use super::*;
    use crate::rival::{crude_rival, majority};

    fn samples() -> Vec<Sample> {
        let sample = |text: &str, label, source: &str| Sample {
            source: Some(source.into()),
            author: Some(format!("{source}-{}", text.len() % 3)),
            id: Some(text.len().to_string()),
            ..Sample::new(text, Lang::parse("fr"), label)
        };
        vec![
            sample("beuh dispo, 50 €, mp", Label::Advert, "@secret_handle"),
            sample("proto dispo ce soir, tu m'écris", Label::Advert, "@secret_handle"),
            sample("la coke à 50 € le gramme selon la police", Label::News, "b"),
            sample("bonjour à tous", Label::Other, "b"),
            sample("on ne sait pas", Label::Ambiguous, "b"),
        ]
    }

    #[test]
    fn everything_is_worked_out_for_every_scorer() {
        let section = evaluate(&samples(), &[crude_rival(), majority()], None, &Options::default());
        assert_eq!((section.posts, section.adverts, section.undecided), (4, 2, 1));
        assert_eq!(section.rows.len(), 8, "two scorers at the data's prevalence and three others");
        let first = &section.rows[0];
        assert!(first.of_data && first.figures.prevalence == Some(0.5) && first.figures.recall == Some(0.5) && first.figures.precision == Some(0.5));
        assert!(first.intervals.is_some() && section.rows[4].intervals.is_none());
        assert_eq!(section.rows[4].figures.recall, Some(0.0));
    }

    #[test]
    fn what_can_be_sent_back_holds_nothing_of_the_posts() {
        let json = serde_json::to_string(&evaluate(&samples(), &[crude_rival()], None, &Options::default())).unwrap();
        for secret in ["secret_handle", "dispo", "\"20\""] {
            assert!(!json.contains(secret), "{secret} in {json}");
        }
        let shown = evaluate(&samples(), &[crude_rival()], None, &Options { names: Names::Shown, ..Options::default() });
        assert_eq!(shown.wrong.iter().map(|w| w.what).collect::<Vec<_>>(), ["not found", TAKEN]);
    }

    #[test]
    fn precision_without_errors_still_has_an_interval() {
        let perfect: Vec<Sample> = samples().into_iter().take(4).filter(|s| s.label != Label::News && !s.text.contains("proto")).collect();
        let section = evaluate(&perfect, &[crude_rival()], None, &Options::default());
        let precision = section.rows[0].intervals.and_then(|i| i.precision).unwrap();
        assert!(precision.low < 0.6 && precision.high == 1.0, "{precision:?}");
    }
}
