//! What a reader meets.

use crate::estimate::real;

/// The chance that at least one of the first `n` posts that a reader of a keyword sees is an advert.
///
/// The reader comes at a time drawn like the posts, and sees `n` posts of that hour in random order; an hour with fewer posts is
/// seen whole. Hours are (posts, adverts); adverts may be fractions, from an estimate. 0 without posts. O(hours · n).
#[must_use]
pub fn exposure(hours: &[(u64, f64)], n: u64) -> f64 {
    let total: f64 = hours.iter().map(|(posts, _)| real(*posts)).sum();
    if total == 0.0 {
        return 0.0;
    }
    hours.iter().map(|&(posts, adverts)| real(posts) / total * meets_one(posts, adverts.clamp(0.0, real(posts)), n.min(posts))).sum()
}

/// One less the hypergeometric chance of none: `Π (posts - adverts - i) / (posts - i)`.
fn meets_one(posts: u64, adverts: f64, n: u64) -> f64 {
    1.0 - (0..n).map(|i| ((real(posts) - adverts - real(i)) / (real(posts) - real(i))).max(0.0)).product::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        assert!((exposure(&[(10, 1.0)], 3) - 0.3).abs() < 1e-12, "one advert in ten posts, three seen");
        assert!((exposure(&[(10, 1.0), (30, 0.0)], 3) - 0.075).abs() < 1e-12, "a quarter of the readers come in the first hour");
        assert_eq!(exposure(&[(2, 1.0)], 20), 1.0, "the hour is seen whole");
        assert_eq!(exposure(&[], 20), 0.0);
    }
}
