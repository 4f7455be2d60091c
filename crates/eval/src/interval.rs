//! Intervals: Wilson's for a proportion, and the cluster bootstrap for everything else.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::figures::{Figures, Ranking};

/// A 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A proportion with what it was counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Rate {
    /// How many.
    pub part: usize,
    /// Of how many.
    pub whole: usize,
}

/// Quantile of the normal distribution for 95 %.
const Z: f64 = 1.959_963_984_540_054;

impl Rate {
    /// Counts one more.
    pub fn count(&mut self, part: bool) {
        self.whole += 1;
        self.part += usize::from(part);
    }

    /// Adds the counts of another rate.
    pub fn add(&mut self, other: Self) {
        self.whole += other.whole;
        self.part += other.part;
    }

    /// The proportion; `None` of nothing.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        (self.whole > 0).then(|| self.part as f64 / self.whole as f64)
    }

    /// Wilson's score interval (J. Am. Stat. Assoc. 22 (1927) 209): sensible for few cases and for proportions near 0 and 1.
    #[must_use]
    pub fn wilson(self) -> Interval {
        let Some(p) = self.value() else { return Interval { low: 0.0, high: 1.0 } };
        let n = self.whole as f64;
        let (centre, spread) = (p + Z * Z / (2.0 * n), Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt());
        let scale = 1.0 + Z * Z / n;
        // At 0 and 1 the formula gives 0 and 1 but for rounding.
        Interval {
            low: if self.part == 0 { 0.0 } else { ((centre - spread) / scale).max(0.0) },
            high: if self.part == self.whole { 1.0 } else { ((centre + spread) / scale).min(1.0) },
        }
    }
}

/// How intervals are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resampling {
    /// Decides every draw.
    pub seed: u64,
    /// How often all clusters are drawn anew.
    pub times: usize,
}

impl Default for Resampling {
    fn default() -> Self {
        Self { seed: 1, times: 1000 }
    }
}

/// Intervals of [`Figures`]. `None` where the figure is undefined, or where no draw differs (all right or all wrong): then the
/// bootstrap knows no uncertainty, and Wilson's interval on the number of clusters has to stand in.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct FigureIntervals {
    /// Of the precision.
    pub precision: Option<Interval>,
    /// Of the recall.
    pub recall: Option<Interval>,
    /// Of the false-positive rate.
    pub false_positive_rate: Option<Interval>,
    /// Of F1.
    pub f1: Option<Interval>,
    /// Of the average precision.
    pub average_precision: Option<Interval>,
    /// Of the recall at a precision of 0.95.
    pub recall_at_precision_95: Option<Interval>,
}

/// The percentile cluster bootstrap (Davison & Hinkley 1997, section 3.8): whole clusters are drawn with replacement, since posts of one
/// account or template err together. `clusters` gives the cluster of each outcome, numbered from 0.
#[must_use]
pub fn bootstrap(ranking: &Ranking, clusters: &[usize], prevalence: Option<f64>, plan: Resampling) -> FigureIntervals {
    let count = clusters.iter().max().map_or(0, |last| last + 1);
    let mut rng = ChaCha8Rng::seed_from_u64(plan.seed);
    let mut drawn = vec![0.0; count];
    let mut replicas = Vec::with_capacity(plan.times);
    for _ in 0..plan.times {
        drawn.fill(0.0);
        for _ in 0..count {
            if let Some(times) = drawn.get_mut(rng.random_range(0..count)) {
                *times += 1.0;
            }
        }
        replicas.push(ranking.weighted(prevalence, |place| clusters.get(place).and_then(|cluster| drawn.get(*cluster)).copied().unwrap_or(0.0)));
    }
    let of = |figure: fn(&Figures) -> Option<f64>| percentiles(replicas.iter().filter_map(figure).collect());
    FigureIntervals {
        precision: of(|f| f.precision),
        recall: of(|f| f.recall),
        false_positive_rate: of(|f| f.false_positive_rate),
        f1: of(|f| f.f1),
        average_precision: of(|f| f.average_precision),
        recall_at_precision_95: of(|f| f.recall_at_precision_95),
    }
}

fn percentiles(mut values: Vec<f64>) -> Option<Interval> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let at = |per_mille: usize| values.get(last * per_mille / 1000).copied();
    let (low, high) = (at(25)?, at(975)?);
    // Less is rounding.
    (high - low > 1e-9).then_some(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::Outcome;

    /// Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3 (score without continuity correction).
    #[test]
    fn wilson_gives_published_values() {
        for (part, whole, low, high) in [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)] {
            let interval = Rate { part, whole }.wilson();
            assert!((interval.low - low).abs() < 5e-5 && (interval.high - high).abs() < 5e-5, "{part}/{whole}: {interval:?}");
        }
        assert_eq!(Rate { part: 20, whole: 20 }.wilson().high, 1.0);
        assert_eq!(Rate::default().wilson(), Interval { low: 0.0, high: 1.0 });
    }

    fn outcomes() -> Vec<Outcome> {
        (0..200).map(|n| Outcome { advert: n % 2 == 0, score: f64::from(n % 10) / 10.0, found: n % 10 >= 5 }).collect()
    }

    #[test]
    fn clusters_widen_the_interval() {
        let ranking = Ranking::new(&outcomes());
        let single: Vec<usize> = (0..200).collect();
        // Posts of one cluster err alike: the last digit decides.
        let tens: Vec<usize> = (0..200).map(|n| n % 10).collect();
        let width = |clusters: &[usize]| bootstrap(&ranking, clusters, None, Resampling::default()).recall.map(|i| i.high - i.low).unwrap();
        assert!(width(&tens) > 2.0 * width(&single));
    }

    #[test]
    fn the_seed_decides() {
        let ranking = Ranking::new(&outcomes());
        let clusters: Vec<usize> = (0..200).map(|n| n / 4).collect();
        let draw = |seed| bootstrap(&ranking, &clusters, Some(0.1), Resampling { seed, times: 200 });
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn without_errors_there_is_no_bootstrap_interval() {
        let perfect: Vec<Outcome> = (0..20).map(|n| Outcome { advert: n < 10, score: if n < 10 { 0.9 } else { 0.1 }, found: n < 10 }).collect();
        let clusters: Vec<usize> = (0..20).collect();
        let intervals = bootstrap(&Ranking::new(&perfect), &clusters, Some(0.1), Resampling::default());
        assert_eq!((intervals.recall, intervals.precision), (None, None));
        assert_eq!(bootstrap(&Ranking::new(&[]), &[], None, Resampling::default()), FigureIntervals::default());
    }
}
