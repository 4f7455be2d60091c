//! How likely a count at least as great is.

use statrs::function::{beta::beta_reg, gamma::gamma_lr};

use crate::estimate::real;

/// P(X ≥ `adverts`) if each of `posts` is an advert with probability `share`: the test of adverts given posts.
#[must_use]
pub fn binomial_tail(adverts: u64, posts: u64, share: f64) -> f64 {
    match (adverts, share) {
        (0, _) => 1.0,
        (x, _) if x > posts => 0.0,
        (_, share) if share <= 0.0 => 0.0,
        (_, share) if share >= 1.0 => 1.0,
        (x, share) => beta_reg(real(x), real(posts - x) + 1.0, share),
    }
}

/// P(X ≥ `count`) of a Poisson count with this mean.
#[must_use]
pub fn poisson_tail(count: u64, mean: f64) -> f64 {
    match count {
        0 => 1.0,
        _ if mean <= 0.0 => 0.0,
        count => gamma_lr(real(count), mean),
    }
}

/// P(X ≥ `count`) of a negative binomial count with this mean and variance; Poisson where the variance is no greater than the mean.
#[must_use]
pub fn negative_binomial_tail(count: u64, mean: f64, variance: f64) -> f64 {
    if count == 0 || mean <= 0.0 || variance <= mean {
        return poisson_tail(count, mean);
    }
    let size = mean * mean / (variance - mean);
    beta_reg(real(count), size, 1.0 - size / (size + mean))
}

/// Kulldorff's Poisson log-likelihood ratio of a zone with `count` adverts where `expected` were, out of `total`
/// (Commun. Stat. 1997;26:1481). 0 for a zone with no excess.
#[must_use]
pub fn kulldorff_llr(count: f64, expected: f64, total: f64) -> f64 {
    if count <= expected {
        return 0.0;
    }
    let outside = total - count;
    count * (count / expected).ln() + if outside > 0.0 { outside * (outside / (total - expected)).ln() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// domain.md 3.4: seven digits.
    #[test]
    fn poisson_reference_values() {
        for (count, mean, expected) in [(12, 4.0, 9.152_291e-4), (25, 10.0, 4.694_939e-5), (5, 0.5, 1.721_156e-4)] {
            assert!((poisson_tail(count, mean) / expected - 1.0).abs() < 1e-6, "{count} {mean}");
        }
    }

    /// domain.md 3.4: nine decimals.
    #[test]
    fn kulldorff_reference_values() {
        assert!((kulldorff_llr(30.0, 10.0, 200.0) - 14.050_010_691).abs() < 1e-9);
        assert!((kulldorff_llr(12.0, 4.0, 100.0) - 5.526_346_289).abs() < 1e-9);
        assert_eq!(kulldorff_llr(3.0, 4.0, 100.0), 0.0);
    }

    #[test]
    fn tails_of_small_counts_by_hand() {
        assert!((binomial_tail(2, 3, 0.5) - 0.5).abs() < 1e-12);
        assert_eq!((binomial_tail(0, 3, 0.5), binomial_tail(4, 3, 0.5), binomial_tail(1, 3, 0.0)), (1.0, 0.0, 0.0));
        // Mean 1 and variance 2 is the geometric count: P(X ≥ 3) = 1/8.
        assert!((negative_binomial_tail(3, 1.0, 2.0) - 0.125).abs() < 1e-12);
    }
}
