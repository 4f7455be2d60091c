//! Prediction-powered inference of a mean (rung E3): Angelopoulos et al., Science 2023;382:669, and PPI++, arXiv:2311.01453.

use serde::Serialize;

use super::{
    interval::{Interval, z},
    moments::{Moments, real, sum_pairs},
};

/// How much the scores count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lambda {
    /// What gives the shortest interval (PPI++), between 0 and 1.
    Tuned,
    /// This much: 1 is PPI, 0 leaves the scores out.
    Fixed(f64),
}

/// Why there is no estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PpiError {
    /// Labels and their scores belong together.
    #[error("{labels} labels with {scores} scores: each label needs one")]
    Unpaired {
        /// Labels given.
        labels: usize,
        /// Scores given.
        scores: usize,
    },
    /// Variances need two of each.
    #[error("{labelled} labelled and {unlabelled} unlabelled posts: at least two of each are needed")]
    TooFew {
        /// Labelled posts.
        labelled: usize,
        /// Unlabelled posts.
        unlabelled: usize,
    },
}

/// A mean by prediction-powered inference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PpiEstimate {
    /// The estimate.
    pub mean: f64,
    /// Its standard error.
    pub se: f64,
    /// How much the scores counted.
    pub lambda: f64,
    /// The interval, not clipped.
    pub interval: Interval,
}

/// Mean of `labels`, helped by scores of the same posts and of others without a label. Divisors as in `ppi_py` 0.2: populations
/// for variances, `n + N - 1` for the pooled variance behind λ. Coverage never depends on the scores being good. O(n + N).
///
/// # Errors
/// [`PpiError`] where labels and scores do not pair up, or are too few.
pub fn ppi_mean(labels: &[f64], scores: &[f64], unlabelled: &[f64], lambda: Lambda, alpha: f64) -> Result<PpiEstimate, PpiError> {
    if labels.len() != scores.len() {
        return Err(PpiError::Unpaired { labels: labels.len(), scores: scores.len() });
    }
    if labels.len() < 2 || unlabelled.len() < 2 {
        return Err(PpiError::TooFew { labelled: labels.len(), unlabelled: unlabelled.len() });
    }
    let n = real(labels.len());
    let (y, f, rest) = (Moments::of(labels), Moments::of(scores), Moments::of(unlabelled));
    let covariance = sum_pairs(labels, scores, |label, score| (label - y.mean) * (score - f.mean)) / n;
    let lambda = match lambda {
        Lambda::Fixed(lambda) => lambda,
        Lambda::Tuned => tuned(covariance, f, rest),
    };
    // Var(Y - λf), from its parts where that loses nothing, else from the residuals themselves.
    let mean = lambda * rest.mean + y.mean - lambda * f.mean;
    let residual = sum_pairs(labels, scores, |label, score| ((label - y.mean) - lambda * (score - f.mean)).powi(2)) / n;
    let se = (lambda * lambda * rest.variance(0.0) / rest.n + residual / n).sqrt();
    let half = z(alpha) * se;
    Ok(PpiEstimate { mean, se, lambda, interval: Interval::new(mean - half, mean + half) })
}

/// The λ of the shortest interval: `Cov(Y, f) / ((1 + n/N) Var(f))`, between 0 and 1; 0 where all scores are the same.
fn tuned(covariance: f64, labelled: Moments, unlabelled: Moments) -> f64 {
    let pooled = labelled.merged(unlabelled).variance(1.0);
    if pooled <= 0.0 {
        return 0.0;
    }
    (covariance / ((1.0 + labelled.n / unlabelled.n) * pooled)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const Y: [f64; 10] = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0];
    const F: [f64; 10] = [0.9, 0.2, 0.1, 0.8, 0.3, 0.05, 0.1, 0.6, 0.4, 0.05];
    const U: [f64; 20] = [0.1, 0.2, 0.05, 0.9, 0.8, 0.1, 0.3, 0.05, 0.15, 0.2, 0.7, 0.1, 0.05, 0.1, 0.2, 0.6, 0.3, 0.1, 0.05, 0.95];

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
    }

    /// domain.md 3.4: nine decimals.
    #[test]
    fn toy_reference_values() {
        for (lambda, mean, low, high) in [(0.0, 0.3, 0.015_974_235, 0.584_025_765), (1.0, 0.25, 0.059_343_754, 0.440_656_246)] {
            let found = ppi_mean(&Y, &F, &U, Lambda::Fixed(lambda), 0.05).unwrap();
            near(found.mean, mean);
            near(found.interval.low, low);
            near(found.interval.high, high);
        }
        let tuned = ppi_mean(&Y, &F, &U, Lambda::Tuned, 0.05).unwrap();
        near(tuned.lambda, 0.894_509_562);
        near(tuned.mean, 0.255_274_522);
        near(tuned.se, 0.097_001_262);
        near(tuned.interval.low, 0.065_155_543);
        near(tuned.interval.high, 0.445_393_501);
        let narrower = ppi_mean(&Y, &F, &U, Lambda::Tuned, 0.10).unwrap().interval;
        near(narrower.low, 0.095_721_645);
        near(narrower.high, 0.414_827_399);
    }

    #[test]
    fn refuses_what_has_no_variance() {
        assert!(matches!(ppi_mean(&Y, &F[1..], &U, Lambda::Tuned, 0.05), Err(PpiError::Unpaired { .. })));
        assert!(matches!(ppi_mean(&Y[..1], &F[..1], &U, Lambda::Tuned, 0.05), Err(PpiError::TooFew { .. })));
    }

    /// The unit property of `ppi_py`: Y ~ N(0, 1), f = Y + 2, f̃ = 2 everywhere gives a point estimate of 0 with λ = 1, and
    /// intervals that cover 0 in at least 1 - α - 0.1 of 100 trials.
    #[test]
    fn unit_property() {
        use crate::random::Random;
        let mut random = Random::new(7);
        for alpha in [0.5, 0.2, 0.1, 0.05, 0.01] {
            let mut covered = 0.0;
            for _ in 0..100 {
                let y: Vec<f64> = (0..1000).map(|_| random.normal()).collect();
                let f: Vec<f64> = y.iter().map(|y| y + 2.0).collect();
                let found = ppi_mean(&y, &f, &[2.0; 10_000], Lambda::Fixed(1.0), alpha).unwrap();
                assert!(found.mean.abs() < 1e-12);
                let scored: Vec<f64> = (0..10_000).map(|_| random.normal() + 2.0).collect();
                let found = ppi_mean(&y, &f, &scored, Lambda::Tuned, alpha).unwrap();
                covered += f64::from(u8::from(found.interval.contains(0.0))) / 100.0;
            }
            assert!(covered >= 1.0 - alpha - 0.1, "{covered} at {alpha}");
        }
    }
}
