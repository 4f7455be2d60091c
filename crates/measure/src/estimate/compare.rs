//! Comparing shares.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal};

use super::interval::{Interval, real};

/// The difference of two shares.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// First less second.
    pub difference: f64,
    /// Its interval.
    pub interval: Interval,
}

/// The difference of two independent shares from their own intervals: Newcombe's method 10 (Stat. Med. 1998;17:873) where these
/// are Wilson's.
#[must_use]
pub fn newcombe(first: (f64, Interval), second: (f64, Interval)) -> Difference {
    let ((p, a), (q, b)) = (first, second);
    let difference = p - q;
    let below = ((p - a.low).powi(2) + (b.high - q).powi(2)).sqrt();
    let above = ((a.high - p).powi(2) + (q - b.low).powi(2)).sqrt();
    Difference { difference, interval: Interval::new(difference - below, difference + above) }
}

/// How likely a difference at least as great is if the shares are the same: the two-sided p of `difference / se`.
#[must_use]
pub fn two_proportion_p(difference: f64, se: f64) -> f64 {
    if se <= 0.0 {
        return if difference == 0.0 { 1.0 } else { 0.0 };
    }
    2.0 * (1.0 - Normal::standard().cdf((difference / se).abs()))
}

/// Turns p-values into q-values, in the same order: calling everything with `q <= 0.05` a discovery is wrong in 5 % of them at
/// most, on average (Benjamini and Hochberg, J. R. Stat. Soc. B 1995;57:289). O(n log n).
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = p_values.iter().copied().enumerate().collect();
    order.sort_unstable_by(|a, b| b.1.total_cmp(&a.1));
    let total = real(p_values.len() as u64);
    let mut out = vec![1.0; p_values.len()];
    let mut least = 1.0f64;
    for (rank, (index, p)) in (1..=p_values.len() as u64).rev().zip(order) {
        least = least.min(p * total / real(rank));
        if let Some(q) = out.get_mut(index) {
            *q = least;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::interval::wilson;

    /// Newcombe (1998), table II, (a) 56/70 - 48/80 and (b) 9/10 - 3/10: four decimals.
    #[test]
    fn newcombe_published_examples() {
        let of = |x: f64, n: f64| (x / n, wilson(x, n, 0.05));
        for (a, b, low, high) in [((56.0, 70.0), (48.0, 80.0), 0.0524, 0.3339), ((9.0, 10.0), (3.0, 10.0), 0.1705, 0.8090)] {
            let found = newcombe(of(a.0, a.1), of(b.0, b.1)).interval;
            assert!((found.low - low).abs() < 5e-5 && (found.high - high).abs() < 5e-5, "{found:?}");
        }
    }

    /// The paper's example: 15 p-values, of which four are discoveries at 0.05.
    #[test]
    fn benjamini_hochberg_published_example() {
        let p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0];
        let q = benjamini_hochberg(&p);
        assert_eq!(q.iter().filter(|&&q| q <= 0.05).count(), 4);
        let mut shuffled = p;
        shuffled.reverse();
        let mut back = benjamini_hochberg(&shuffled);
        back.reverse();
        assert_eq!(q, back);
        assert!(benjamini_hochberg(&[]).is_empty());
    }

    #[test]
    fn a_difference_of_two_errors_is_significant() {
        assert!((two_proportion_p(1.96, 1.0) - 0.05).abs() < 1e-4);
    }
}
