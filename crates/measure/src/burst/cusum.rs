//! Cumulative sums, for slow rises.

/// `S_t = max(0, S_{t-1} + x_t - k)` of a series (Page, Biometrika 1954;41:100). A gap in collection (`None`) leaves the sum as it is:
/// it is neither a rise nor a fall.
#[must_use]
pub fn cusum(series: &[Option<f64>], k: f64) -> Vec<Option<f64>> {
    let mut sum = 0.0f64;
    series
        .iter()
        .map(|value| {
            value.map(|value| {
                sum = (sum + value - k).max(0.0);
                sum
            })
        })
        .collect()
}

/// The reference value between two Poisson means: `(μ1 - μ0) / ln(μ1/μ0)` (Lucas, Technometrics 1985;27:129).
#[must_use]
pub fn poisson_reference(usual: f64, raised: f64) -> f64 {
    (raised - usual) / (raised / usual).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// domain.md 3.4.
    #[test]
    fn cusum_reference_values() {
        let k = poisson_reference(4.0, 8.0);
        assert!((k - 5.770_780_164).abs() < 1e-9);
        let series = [3.0, 4.0, 2.0, 5.0, 3.0, 9.0, 11.0, 12.0, 4.0, 3.0].map(Some);
        let expected = [0.0, 0.0, 0.0, 0.0, 0.0, 3.22922, 8.45844, 14.68766, 12.916879, 10.146099];
        for (found, expected) in cusum(&series, k).into_iter().zip(expected) {
            assert!((found.unwrap() - expected).abs() < 1e-5);
        }
    }

    #[test]
    fn a_gap_is_no_zero() {
        assert_eq!(cusum(&[Some(3.0), None, Some(3.0)], 1.0), [Some(2.0), None, Some(4.0)]);
    }
}
