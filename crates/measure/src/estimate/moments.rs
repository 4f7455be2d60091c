//! Mean and variance of many numbers, fast and without cancellation.

/// Count, mean and sum of squared deviations; merges like a roll-up (Chan, Golub and LeVeque 1979).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    /// How many numbers.
    pub n: f64,
    /// Their mean.
    pub mean: f64,
    /// Sum of squared deviations from the mean.
    pub squares: f64,
}

/// Numbers summed side by side, so that the processor adds several at once.
const LANES: usize = 8;

impl Moments {
    /// Of these numbers: two passes, O(n).
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        Self::of_map(values, |value| value)
    }

    /// Of a function of these numbers.
    #[must_use]
    pub fn of_map(values: &[f64], map: impl Fn(f64) -> f64) -> Self {
        if values.is_empty() {
            return Self::default();
        }
        let n = real(values.len());
        let mean = sum(values, &map) / n;
        let squares = sum(values, |value| (map(value) - mean).powi(2));
        Self { n, mean, squares }
    }

    /// Of one number that occurs so many times.
    #[must_use]
    pub fn of_constant(value: f64, times: f64) -> Self {
        Self { n: times, mean: value, squares: 0.0 }
    }

    /// Of both sets of numbers together.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        let n = self.n + other.n;
        if n == 0.0 {
            return self;
        }
        let gap = other.mean - self.mean;
        Self { n, mean: self.mean + gap * other.n / n, squares: self.squares + other.squares + gap * gap * self.n * other.n / n }
    }

    /// Variance with divisor `n - ddof`.
    #[must_use]
    pub fn variance(&self, ddof: f64) -> f64 {
        self.squares / (self.n - ddof)
    }
}

/// Sum of a function, in lanes.
pub(super) fn sum(values: &[f64], map: impl Fn(f64) -> f64) -> f64 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += map(value);
        }
    }
    lanes.iter().sum::<f64>() + rest.iter().map(|&value| map(value)).sum::<f64>()
}

/// Sum of a function of pairs, in lanes.
pub(super) fn sum_pairs(left: &[f64], right: &[f64], map: impl Fn(f64, f64) -> f64) -> f64 {
    let ((left, left_rest), (right, right_rest)) = (left.as_chunks::<LANES>(), right.as_chunks::<LANES>());
    let mut lanes = [0.0; LANES];
    for (left, right) in left.iter().zip(right) {
        for (lane, (&a, &b)) in lanes.iter_mut().zip(left.iter().zip(right)) {
            *lane += map(a, b);
        }
    }
    lanes.iter().sum::<f64>() + left_rest.iter().zip(right_rest).map(|(&a, &b)| map(a, b)).sum::<f64>()
}

#[expect(clippy::cast_precision_loss, reason = "lengths are far below 2^53")]
pub(super) fn real(len: usize) -> f64 {
    len as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn merging_is_the_same_as_counting_together(values in prop::collection::vec(-1e3f64..1e3, 2..80), cut in 0usize..80) {
            let (left, right) = values.split_at(cut.min(values.len()));
            let (whole, merged) = (Moments::of(&values), Moments::of(left).merged(Moments::of(right)));
            let direct = values.iter().sum::<f64>() / real(values.len());
            prop_assert!((whole.mean - direct).abs() < 1e-9);
            prop_assert!((whole.mean - merged.mean).abs() < 1e-9 && (whole.squares - merged.squares).abs() < 1e-6 * (1.0 + whole.squares));
        }
    }
}
