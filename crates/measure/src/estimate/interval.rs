//! Intervals for one proportion.

use serde::Serialize;
use statrs::distribution::{Beta, ContinuousCDF, Normal};
use statrs::function::{beta::beta_reg, factorial::ln_binomial};

/// A closed interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

impl Interval {
    /// Everything that a share can be.
    pub const UNIT: Self = Self { low: 0.0, high: 1.0 };

    /// The interval between two bounds.
    #[must_use]
    pub const fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// Distance of the bounds.
    #[must_use]
    pub fn width(self) -> f64 {
        self.high - self.low
    }

    /// Whether the value lies between the bounds.
    #[must_use]
    pub fn contains(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// What of it can be a share.
    #[must_use]
    pub fn clipped(self) -> Self {
        Self { low: self.low.clamp(0.0, 1.0), high: self.high.clamp(0.0, 1.0) }
    }
}

/// The two-sided standard normal quantile: 1.96 for `alpha` = 0.05.
#[must_use]
pub fn z(alpha: f64) -> f64 {
    Normal::standard().inverse_cdf(1.0 - alpha / 2.0)
}

/// The textbook interval `p ± z √(p(1-p)/n)`, clipped. For comparison only: it fails for rare and extreme shares.
#[must_use]
pub fn normal(positive: f64, n: f64, alpha: f64) -> Interval {
    let p = positive / n;
    let half = z(alpha) * (p * (1.0 - p) / n).sqrt();
    Interval::new(p - half, p + half).clipped()
}

/// Wilson's score interval (J. Am. Stat. Assoc. 1927;22:209). Counts need not be whole: effective sizes are allowed.
#[must_use]
pub fn wilson(positive: f64, n: f64, alpha: f64) -> Interval {
    if n <= 0.0 {
        return Interval::UNIT;
    }
    let (z2, p) = (z(alpha).powi(2), positive / n);
    let centre = (positive + z2 / 2.0) / (n + z2);
    let half = (z2 * (p * (1.0 - p) * n + z2 / 4.0)).max(0.0).sqrt() / (n + z2);
    // Rounding may leave a bound a hair beside the 0 or 1 that it is.
    let low = if positive <= 0.0 { 0.0 } else { centre - half };
    let high = if positive >= n { 1.0 } else { centre + half };
    Interval::new(low, high).clipped()
}

/// The exact interval of Clopper and Pearson (Biometrika 1934;26:404). Counts need not be whole (Korn and Graubard 1998).
#[must_use]
pub fn clopper_pearson(positive: f64, n: f64, alpha: f64) -> Interval {
    let quantile = |a: f64, b: f64, p: f64| Beta::new(a, b).map(|beta| beta.inverse_cdf(p));
    let low = if positive <= 0.0 { Ok(0.0) } else { quantile(positive, n - positive + 1.0, alpha / 2.0) };
    let high = if positive >= n { Ok(1.0) } else { quantile(positive + 1.0, n - positive, 1.0 - alpha / 2.0) };
    match (low, high) {
        (Ok(low), Ok(high)) => Interval::new(low, high),
        _ => Interval::UNIT,
    }
}

/// Jeffreys's interval: the quantiles of Beta(x + ½, n - x + ½), its outer bound 0 or 1 where nothing or everything was seen (Brown, Cai
/// and DasGupta, Stat. Sci. 2001;16:101). Counts need not be whole.
#[must_use]
pub fn jeffreys(positive: f64, n: f64, alpha: f64) -> Interval {
    let Ok(beta) = Beta::new(positive.max(0.0) + 0.5, (n - positive).max(0.0) + 0.5) else { return Interval::UNIT };
    let low = if positive <= 0.0 { 0.0 } else { beta.inverse_cdf(alpha / 2.0) };
    let high = if positive >= n { 1.0 } else { beta.inverse_cdf(1.0 - alpha / 2.0) };
    Interval::new(low, high)
}

/// Blaker's exact interval (Can. J. Stat. 2000;28:783): never longer than that of Clopper and Pearson. Bounds to 1e-7; costs
/// O(n) for each of some thousand steps.
#[must_use]
pub fn blaker(positive: u64, n: u64, alpha: f64) -> Interval {
    invert(positive, n, |p| blaker_acceptability(positive, n, p) > alpha)
}

/// Sterne's interval (Biometrika 1954;41:275): the shares under which what was seen is not among the least likely `alpha`.
#[must_use]
pub fn sterne(positive: u64, n: u64, alpha: f64) -> Interval {
    invert(positive, n, |p| {
        let seen = pmf(positive, n, p);
        let as_unlikely: f64 = (0..=n).map(|k| pmf(k, n, p)).filter(|&q| q <= seen * (1.0 + 1e-9)).sum();
        as_unlikely > alpha
    })
}

/// The hull of the shares that a test accepts, searched from both ends towards the share that was seen.
fn invert(positive: u64, n: u64, accepts: impl Fn(f64) -> bool) -> Interval {
    const STEP: f64 = 1e-4;
    const HALVINGS: u32 = 12;
    if n == 0 {
        return Interval::UNIT;
    }
    let seen = real(positive) / real(n);
    let bound = |from: f64, step: f64| {
        let mut p = from;
        while (seen - p) * step > 0.0 && !accepts(p) {
            p += step;
        }
        let (mut outside, mut inside) = (p - step, p);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(outside, inside);
            if accepts(middle) { inside = middle } else { outside = middle }
        }
        inside
    };
    let low = if positive == 0 { 0.0 } else { bound(STEP, STEP) };
    let high = if positive == n { 1.0 } else { bound(1.0 - STEP, -STEP) };
    Interval::new(low, high).clipped()
}

fn blaker_acceptability(positive: u64, n: u64, p: f64) -> f64 {
    let (at_least, at_most) = (upper_tail(positive, n, p), 1.0 - upper_tail(positive + 1, n, p));
    if at_least < at_most {
        // The most that the other tail can hold without exceeding this one.
        let mut sum = 0.0;
        for k in 0..=n {
            let next = sum + pmf(k, n, p);
            if next > at_least * (1.0 + 1e-12) {
                break;
            }
            sum = next;
        }
        at_least + sum
    } else {
        let mut sum = 0.0;
        for k in (0..=n).rev() {
            let next = sum + pmf(k, n, p);
            if next > at_most * (1.0 + 1e-12) {
                break;
            }
            sum = next;
        }
        at_most + sum
    }
}

/// P(X ≥ k) of a binomial count.
fn upper_tail(k: u64, n: u64, p: f64) -> f64 {
    match k {
        0 => 1.0,
        k if k > n => 0.0,
        k => beta_reg(real(k), real(n - k) + 1.0, p),
    }
}

fn pmf(k: u64, n: u64, p: f64) -> f64 {
    (ln_binomial(n, k) + real(k) * p.ln() + real(n - k) * (-p).ln_1p()).exp()
}

/// A count as a real number; counts above 2^53 lose their last digits.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(crate) fn real(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn near(found: Interval, low: f64, high: f64, tolerance: f64) {
        assert!((found.low - low).abs() <= tolerance && (found.high - high).abs() <= tolerance, "{found:?} is not ({low}, {high})");
    }

    /// domain.md 3.4, from statsmodels 0.15: six decimals.
    #[test]
    fn wilson_reference_values() {
        for (x, n, low, high) in [
            (0.0, 100.0, 0.0, 0.036993),
            (1.0, 100.0, 0.001767, 0.054486),
            (8.0, 10.0, 0.490162, 0.943318),
            (10.0, 100.0, 0.055229, 0.174366),
            (80.0, 100.0, 0.711171, 0.866633),
            (3.0, 250.0, 0.004089, 0.034681),
        ] {
            near(wilson(x, n, 0.05), low, high, 1e-6);
        }
    }

    /// domain.md 3.4, from scipy 1.17: six decimals.
    #[test]
    fn clopper_pearson_reference_values() {
        for (x, low, high) in [(0.0, 0.0, 0.036217), (10.0, 0.049005, 0.176223), (80.0, 0.708157, 0.873344)] {
            near(clopper_pearson(x, 100.0, 0.05), low, high, 1e-6);
        }
    }

    /// Brown, Cai and DasGupta (2001), table 5: x = 2 and x = 0 of n = 10, three decimals.
    #[test]
    fn jeffreys_published_values() {
        near(jeffreys(2.0, 10.0, 0.05), 0.044, 0.503, 5e-4);
        near(jeffreys(0.0, 10.0, 0.05), 0.0, 0.217, 5e-4);
    }

    proptest! {
        #[test]
        fn intervals_hold_what_was_seen_and_nest(n in 1u64..60, part in 0.0f64..=1.0) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a test")]
            let x = (part * real(n)) as u64;
            let seen = real(x) / real(n);
            let exact = clopper_pearson(real(x), real(n), 0.05);
            let short = blaker(x, n, 0.05);
            prop_assert!(exact.contains(seen) && wilson(real(x), real(n), 0.05).contains(seen) && sterne(x, n, 0.05).contains(seen));
            prop_assert!(short.low >= exact.low - 1e-6 && short.high <= exact.high + 1e-6, "{short:?} {exact:?}");
        }
    }
}
