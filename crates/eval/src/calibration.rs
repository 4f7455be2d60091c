//! Calibration: whether posts with a score of 0.8 are adverts eight times in ten.

use serde::Serialize;

use crate::{figures::Outcome, interval::Rate};

/// How many bins a reliability table has at most.
const BINS: usize = 10;

/// One bin of scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    /// Adverts among the posts of the bin, before weighing.
    pub adverts: Rate,
    /// Mean score.
    pub score: f64,
    /// Share of adverts.
    pub share: f64,
}

/// Reliability table and calibration error at one prevalence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// Share of adverts that the posts were weighed to.
    pub prevalence: f64,
    /// Expected calibration error: mean distance of share and score over bins of equal mass (Nguyen & O'Connor 2015, Nixon et al. 2019).
    pub error: f64,
    /// In rising order of scores. Equal scores stay in one bin, so there may be fewer bins than ten and their masses may differ.
    pub bins: Vec<Bin>,
}

#[derive(Default)]
struct Filling {
    adverts: Rate,
    mass: f64,
    score: f64,
    advert_mass: f64,
}

impl Filling {
    fn add(&mut self, outcome: &Outcome, weight: f64) {
        self.adverts.count(outcome.advert);
        self.mass += weight;
        self.score += weight * outcome.score;
        self.advert_mass += if outcome.advert { weight } else { 0.0 };
    }

    fn bin(&self) -> Bin {
        Bin { adverts: self.adverts, score: self.score / self.mass, share: self.advert_mass / self.mass }
    }
}

/// The calibration at `prevalence`, or at that of the data; `None` unless there are adverts and others.
#[must_use]
pub fn calibration(outcomes: &[Outcome], prevalence: Option<f64>) -> Option<Calibration> {
    let adverts = outcomes.iter().filter(|outcome| outcome.advert).count();
    let others = outcomes.len() - adverts;
    if adverts == 0 || others == 0 {
        return None;
    }
    let share = prevalence.unwrap_or(adverts as f64 / outcomes.len() as f64);
    let weight = |outcome: &Outcome| if outcome.advert { share / adverts as f64 } else { (1.0 - share) / others as f64 };
    let mut sorted = outcomes.to_vec();
    sorted.sort_by(|a, b| a.score.total_cmp(&b.score));
    let (mut bins, mut error) = (Vec::new(), 0.0);
    let (mut filling, mut before) = (Filling::default(), 0.0);
    for (index, outcome) in sorted.iter().enumerate() {
        filling.add(outcome, weight(outcome));
        let next = sorted.get(index + 1);
        let full = before + filling.mass >= (bins.len() + 1) as f64 / BINS as f64;
        let tied = next.is_some_and(|next| next.score.total_cmp(&outcome.score).is_eq());
        if next.is_none() || (full && !tied) {
            let bin = filling.bin();
            error += filling.mass * (bin.share - bin.score).abs();
            before += filling.mass;
            bins.push(bin);
            filling = Filling::default();
        }
    }
    Some(Calibration { prevalence: share, error, bins })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posts(score: f64, adverts: usize, others: usize) -> impl Iterator<Item = Outcome> {
        (0..adverts + others).map(move |n| Outcome { advert: n < adverts, score, found: false })
    }

    #[test]
    fn shares_that_equal_scores_have_no_error() {
        let outcomes: Vec<Outcome> = posts(0.1, 10, 90).chain(posts(0.9, 90, 10)).collect();
        let calibrated = calibration(&outcomes, None).unwrap();
        assert!(calibrated.error < 1e-12, "{calibrated:?}");
        assert_eq!(calibrated.bins.len(), 2, "equal scores stay together");
        // The same scores are wrong where adverts are rarer.
        let rarer = calibration(&outcomes, Some(0.1)).unwrap();
        assert!(rarer.error > 0.1, "{rarer:?}");
    }

    #[test]
    fn the_error_is_the_mean_distance() {
        let outcomes: Vec<Outcome> = posts(0.2, 50, 50).chain(posts(0.6, 50, 50)).collect();
        assert!((calibration(&outcomes, None).unwrap().error - 0.2).abs() < 1e-12);
        assert_eq!(calibration(&posts(0.2, 0, 50).collect::<Vec<_>>(), None), None);
    }

    #[test]
    fn bins_have_equal_mass() {
        let outcomes: Vec<Outcome> = (0..1000).map(|n| Outcome { advert: n % 2 == 0, score: f64::from(n) / 1000.0, found: false }).collect();
        let bins = calibration(&outcomes, None).unwrap().bins;
        assert_eq!(bins.iter().map(|bin| bin.adverts.whole).collect::<Vec<_>>(), [100; 10]);
    }
}
