//! Precision, recall and their kin, at the prevalence of the data or at any other.

use serde::Serialize;

/// What figures are computed from: the truth of a post, its score, and whether it was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Whether it is an advert.
    pub advert: bool,
    /// Between 0 and 1.
    pub score: f64,
    /// Whether the scorer calls it an advert.
    pub found: bool,
}

/// The figures at one prevalence. `None` where nothing defines them: no advert, no other post, nothing found.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Figures {
    /// Share of adverts that precision, F1 and average precision are worked out for.
    pub prevalence: Option<f64>,
    /// Of what was found, the share that is an advert.
    pub precision: Option<f64>,
    /// Of the adverts, the share that was found.
    pub recall: Option<f64>,
    /// Of the other posts, the share that was found.
    pub false_positive_rate: Option<f64>,
    /// Harmonic mean of precision and recall.
    pub f1: Option<f64>,
    /// Area under precision over recall, by steps (as in scikit-learn): quality of the order of scores, whatever the threshold.
    pub average_precision: Option<f64>,
    /// Greatest recall of any threshold whose precision is at least 0.95.
    pub recall_at_precision_95: Option<f64>,
}

/// The precision that [`Figures::recall_at_precision_95`] asks for.
const PRECISION: f64 = 0.95;

/// Outcomes in falling order of their scores: sorted once, weighed often.
#[derive(Debug, Clone)]
pub struct Ranking {
    outcomes: Vec<Outcome>,
    /// For each outcome its place in the order that was given.
    places: Vec<usize>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Mass {
    adverts: f64,
    others: f64,
}

impl Mass {
    fn add(&mut self, advert: bool, weight: f64) {
        *(if advert { &mut self.adverts } else { &mut self.others }) += weight;
    }

    /// Precision of what has this mass, and its share of all adverts.
    fn precision(self) -> Option<f64> {
        ratio(self.adverts, self.adverts + self.others)
    }
}

fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

impl Ranking {
    /// Sorts outcomes; O(n log n).
    #[must_use]
    pub fn new(outcomes: &[Outcome]) -> Self {
        let mut places: Vec<usize> = (0..outcomes.len()).collect();
        let score = |place: &usize| outcomes.get(*place).map_or(0.0, |outcome| outcome.score);
        places.sort_by(|a, b| score(b).total_cmp(&score(a)));
        Self { outcomes: places.iter().filter_map(|place| outcomes.get(*place).copied()).collect(), places }
    }

    /// The figures with every post counted once; O(n).
    #[must_use]
    pub fn figures(&self, prevalence: Option<f64>) -> Figures {
        self.weighted(prevalence, |_| 1.0)
    }

    /// The figures with the post at each place of the given order counted `weight` times, then adverts and others weighed so that
    /// adverts have the share `prevalence` (`None`: the share that they have); O(n).
    #[must_use]
    pub fn weighted(&self, prevalence: Option<f64>, weight: impl Fn(usize) -> f64) -> Figures {
        let mut all = Mass::default();
        self.each(&weight, |outcome, weight| all.add(outcome.advert, weight));
        let Some(share) = prevalence.or_else(|| all.precision()) else { return Figures::default() };
        // Scales each side to its share, so that masses are shares of the whole.
        let (of_advert, of_other) = (ratio(share, all.adverts).unwrap_or(0.0), ratio(1.0 - share, all.others).unwrap_or(0.0));
        let scaled = |outcome: &Outcome, weight: f64| weight * if outcome.advert { of_advert } else { of_other };
        let (mut found, mut found_share) = (Mass::default(), Mass::default());
        self.each(&weight, |outcome, weight| {
            if outcome.found {
                found.add(outcome.advert, weight);
                found_share.add(outcome.advert, scaled(outcome, weight));
            }
        });
        // Without adverts or without others nothing can be said of another prevalence than that of the data.
        let defined = prevalence.is_none() || (all.adverts > 0.0 && all.others > 0.0);
        let precision = found_share.precision().filter(|_| defined);
        let recall = ratio(found.adverts, all.adverts);
        let curve = (all.adverts > 0.0 && defined).then(|| self.curve(share, |outcome, place| scaled(outcome, weight(place))));
        Figures {
            prevalence: Some(share),
            precision,
            recall,
            false_positive_rate: ratio(found.others, all.others),
            f1: f1(precision, recall),
            average_precision: curve.map(|curve| curve.0),
            recall_at_precision_95: curve.map(|curve| curve.1),
        }
    }

    fn each(&self, weight: &impl Fn(usize) -> f64, mut take: impl FnMut(&Outcome, f64)) {
        for (outcome, place) in self.outcomes.iter().zip(&self.places) {
            take(outcome, weight(*place));
        }
    }

    /// Average precision, and the greatest recall at [`PRECISION`]; equal scores are one step.
    fn curve(&self, share: f64, mass: impl Fn(&Outcome, usize) -> f64) -> (f64, f64) {
        let (mut above, mut area, mut best, mut before) = (Mass::default(), 0.0, 0.0_f64, 0.0);
        let mut posts = self.outcomes.iter().zip(&self.places).peekable();
        while let Some((outcome, place)) = posts.next() {
            above.add(outcome.advert, mass(outcome, *place));
            if posts.peek().is_some_and(|(next, _)| next.score.total_cmp(&outcome.score).is_eq()) {
                continue;
            }
            let (Some(precision), recall) = (above.precision(), (above.adverts / share).min(1.0)) else { continue };
            area += (recall - before) * precision;
            before = recall;
            if precision >= PRECISION {
                best = best.max(recall);
            }
        }
        (area, best)
    }
}

/// Harmonic mean; nothing found of some adverts is 0.
fn f1(precision: Option<f64>, recall: Option<f64>) -> Option<f64> {
    let recall = recall?;
    match precision {
        Some(precision) if precision + recall > 0.0 => Some(2.0 * precision * recall / (precision + recall)),
        _ => Some(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(advert: bool, score: f64) -> Outcome {
        Outcome { advert, score, found: score >= 0.5 }
    }

    fn close(a: Option<f64>, b: f64) -> bool {
        a.is_some_and(|a| (a - b).abs() < 1e-12)
    }

    /// The example of scikit-learn's documentation of `average_precision_score`: 0.8333…
    #[test]
    fn average_precision_is_that_of_scikit_learn() {
        let ranking = Ranking::new(&[outcome(false, 0.1), outcome(false, 0.4), outcome(true, 0.35), outcome(true, 0.8)]);
        assert!(close(ranking.figures(None).average_precision, 0.833_333_333_333_333_3));
    }

    /// Section 0 of `domain.md`: sensitivity 0.90 and specificity 0.98 give a precision of 12 % at 0.3 %, 83 % at 10 %, 99 % at 80 %.
    #[test]
    fn precision_depends_on_the_prevalence() {
        let adverts = (0..100).map(|n| outcome(true, if n < 90 { 0.9 } else { 0.1 }));
        let others = (0..100).map(|n| outcome(false, if n < 2 { 0.8 } else { 0.1 }));
        let ranking = Ranking::new(&adverts.chain(others).collect::<Vec<_>>());
        for (prevalence, precision) in [(0.003, 0.119), (0.1, 0.833), (0.8, 0.994)] {
            let figures = ranking.figures(Some(prevalence));
            assert!((figures.precision.unwrap() - precision).abs() < 0.001, "{figures:?}");
            assert!(close(figures.recall, 0.9) && close(figures.false_positive_rate, 0.02));
        }
        assert!(close(ranking.figures(None).prevalence, 0.5));
        assert!(close(ranking.figures(Some(0.1)).recall_at_precision_95, 0.9), "the two others have lower scores");
    }

    #[test]
    fn what_nothing_defines_is_none() {
        let others = Ranking::new(&[outcome(false, 0.1), outcome(false, 0.7)]).figures(None);
        assert_eq!((others.recall, others.f1, others.average_precision), (None, None, None));
        assert!(close(others.false_positive_rate, 0.5) && close(others.precision, 0.0));
        let nothing_found = Ranking::new(&[outcome(true, 0.1), outcome(false, 0.1)]).figures(None);
        assert_eq!((nothing_found.precision, nothing_found.f1), (None, Some(0.0)));
        assert_eq!(Ranking::new(&[]).figures(None), Figures::default());
        let one_sided = Ranking::new(&[outcome(true, 0.9)]).figures(Some(0.1));
        assert_eq!((one_sided.precision, one_sided.average_precision), (None, None), "without others no precision at 10 %");
    }

    #[test]
    fn weights_are_repetitions() {
        let posts = [outcome(true, 0.9), outcome(false, 0.7), outcome(true, 0.2), outcome(false, 0.1)];
        let twice: Vec<Outcome> = posts.iter().chain(posts.get(1..3).unwrap()).copied().collect();
        let weighted = Ranking::new(&posts).weighted(None, |place| if (1..3).contains(&place) { 2.0 } else { 1.0 });
        assert_eq!(weighted, Ranking::new(&twice).figures(None));
    }
}
