//! Whether detector and stream are still what they were (`domain.md` 3.6).

use serde::Serialize;

use crate::estimate::real;

/// The population stability index of two histograms over the same bins: `Σ (p - q) ln(p/q)`. Below 0.1 nothing moved, above
/// 0.25 much did. Half a post is added to every bin so that an empty one does not make it infinite. 0 where either is empty.
#[must_use]
pub fn stability(before: &[u64], after: &[u64]) -> f64 {
    let total = |bins: &[u64]| real(bins.iter().sum::<u64>()) + 0.5 * real(bins.len() as u64);
    if before.iter().all(|n| *n == 0) || after.iter().all(|n| *n == 0) {
        return 0.0;
    }
    let (all_before, all_after) = (total(before), total(after));
    before
        .iter()
        .zip(after)
        .map(|(before, after)| ((real(*before) + 0.5) / all_before, (real(*after) + 0.5) / all_after))
        .map(|(p, q)| (p - q) * (p / q).ln())
        .sum()
}

/// A point of the reliability curve: what the scores promised, and what people said.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Reliability {
    /// Mean score of the posts in the bin.
    pub score: f64,
    /// Share of adverts among their labels.
    pub share: f64,
    /// Weight of the bin: posts that its labels stand for.
    pub weight: f64,
}

/// The reliability curve in tenths of the score, from (score, label, weight); empty tenths are left out.
#[must_use]
pub fn reliability(labels: &[(f64, f64, f64)]) -> Vec<Reliability> {
    const BINS: usize = 10;
    let mut bins = [(0.0, 0.0, 0.0); BINS];
    for &(score, label, weight) in labels {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a bin")]
        let bin = (score.clamp(0.0, 1.0) * 10.0) as usize;
        if let Some((scores, adverts, weights)) = bins.get_mut(bin.min(BINS - 1)) {
            *scores += score * weight;
            *adverts += label * weight;
            *weights += weight;
        }
    }
    bins.iter()
        .filter(|(.., weight)| *weight > 0.0)
        .map(|&(scores, adverts, weight)| Reliability { score: scores / weight, share: adverts / weight, weight })
        .collect()
}

/// The expected calibration error: the mean gap between promise and labels, weighted (Naeini et al. 2015).
#[must_use]
pub fn calibration_error(curve: &[Reliability]) -> f64 {
    let total: f64 = curve.iter().map(|point| point.weight).sum();
    if total > 0.0 { curve.iter().map(|point| point.weight * (point.score - point.share).abs()).sum::<f64>() / total } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stability_is_zero_for_the_same_and_grows() {
        assert!(stability(&[100, 200, 300], &[200, 400, 600]) < 1e-4);
        let (some, much) = (stability(&[100, 100], &[120, 80]), stability(&[100, 100], &[180, 20]));
        assert!(some < 0.1 && much > 0.25, "{some} {much}");
        assert_eq!(stability(&[0, 0], &[1, 2]), 0.0);
    }

    #[test]
    fn a_calibrated_score_has_no_error() {
        let honest: Vec<_> = (0..100).map(|i| (0.25, f64::from(u8::from(i % 4 == 0)), 1.0)).collect();
        assert!(calibration_error(&reliability(&honest)) < 1e-12);
        let boastful: Vec<_> = honest.iter().map(|&(_, label, weight)| (0.95, label, weight)).collect();
        assert!((calibration_error(&reliability(&boastful)) - 0.7).abs() < 1e-12);
    }
}
