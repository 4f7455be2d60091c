//! How long to wait before the next attempt.

use std::time::Duration;

/// Exponential back-off with full jitter: a random share of a span that doubles with every failure.
///
/// After Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015: clients that lost the same server
/// at the same moment do not come back at the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The span after the first failure.
    pub first: Duration,
    /// The span is never longer.
    pub most: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), most: Duration::from_secs(120) }
    }
}

impl Backoff {
    /// The wait after so many failures in a row, counted from 1; never less than a tenth of the span.
    pub(crate) fn wait(&self, failures: u32) -> Duration {
        let span = self.first.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(self.most);
        // Without randomness of the system the wait is the whole span.
        let share = getrandom::u32().map_or(1.0, |random| f64::from(random) / f64::from(u32::MAX));
        span.mul_f64(0.1 + 0.9 * share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_double_up_to_the_limit() {
        let backoff = Backoff { first: Duration::from_millis(100), most: Duration::from_secs(5) };
        for (failures, span) in [(1, 100), (2, 200), (3, 400), (6, 3_200), (7, 5_000), (u32::MAX, 5_000)] {
            for _ in 0..20 {
                let wait = backoff.wait(failures);
                assert!((span / 10..=span).contains(&u64::try_from(wait.as_millis()).unwrap()), "{failures}: {wait:?}");
            }
        }
    }
}
