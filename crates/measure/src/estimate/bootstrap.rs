//! The cluster bootstrap: what the interval is if the accounts, not only the posts, are seen as a draw.

use super::{Interval, interval::real};
use crate::random::Random;

/// A labelled post for [`cluster_bootstrap`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clustered {
    /// Who posted it; equal numbers stand for the same account.
    pub cluster: u64,
    /// Which stratum, by its place in the weights.
    pub stratum: usize,
    /// 1 for an advert, 0 for another post.
    pub label: f64,
}

/// The percentile interval of the stratified share when accounts are drawn with replacement, and the variance of that draw.
/// A stratum that a draw left empty keeps its own share. None with fewer than two accounts. O(replicates × labels).
#[must_use]
pub fn cluster_bootstrap(weights: &[f64], labels: &[Clustered], replicates: usize, seed: u64, alpha: f64) -> Option<(Interval, f64)> {
    let clusters = by_cluster(labels);
    if clusters.len() < 2 || replicates < 2 {
        return None;
    }
    let own = shares(weights.len(), labels.iter());
    let mut random = Random::new(seed);
    let mut draws: Vec<f64> = (0..replicates)
        .map(|_| {
            let drawn = (0..clusters.len()).filter_map(|_| clusters.get(random.below(clusters.len())));
            let drawn = shares(weights.len(), drawn.flatten());
            weights.iter().zip(drawn.iter().zip(&own)).map(|(weight, (drawn, own))| weight * drawn.or(*own).unwrap_or(0.0)).sum()
        })
        .collect();
    draws.sort_unstable_by(f64::total_cmp);
    let mean = draws.iter().sum::<f64>() / real(replicates as u64);
    let variance = draws.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / real(replicates as u64 - 1);
    Some((Interval::new(quantile(&draws, alpha / 2.0), quantile(&draws, 1.0 - alpha / 2.0)), variance))
}

fn by_cluster(labels: &[Clustered]) -> Vec<Vec<Clustered>> {
    let mut sorted = labels.to_vec();
    sorted.sort_unstable_by_key(|label| label.cluster);
    sorted.chunk_by(|a, b| a.cluster == b.cluster).map(<[_]>::to_vec).collect()
}

/// Share of adverts in each stratum; none where there is no label.
fn shares<'a>(strata: usize, labels: impl Iterator<Item = &'a Clustered>) -> Vec<Option<f64>> {
    let mut sums = vec![(0.0, 0.0); strata];
    for label in labels {
        if let Some((positive, n)) = sums.get_mut(label.stratum) {
            *positive += label.label;
            *n += 1.0;
        }
    }
    sums.into_iter().map(|(positive, n)| (n > 0.0).then(|| positive / n)).collect()
}

/// The value below which a part of the sorted values lies.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index between 0 and the length")]
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let at = (part * real(last as u64)).round() as usize;
    sorted.get(at.min(last)).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(same_account: u64) -> Vec<Clustered> {
        (0..200).map(|i| Clustered { cluster: i / same_account, stratum: 0, label: f64::from(u8::from((i / same_account).is_multiple_of(4))) }).collect()
    }

    /// Posts of one account that are all alike: the design effect is the number of posts per account.
    #[test]
    fn accounts_that_repeat_themselves_widen_the_interval() {
        let (_, alone) = cluster_bootstrap(&[1.0], &labels(1), 2_000, 1, 0.05).unwrap();
        let (_, five) = cluster_bootstrap(&[1.0], &labels(5), 2_000, 1, 0.05).unwrap();
        assert!((alone - 0.25 * 0.75 / 200.0).abs() < 1e-4, "{alone}");
        assert!((five / alone - 5.0).abs() < 0.7, "{}", five / alone);
    }

    #[test]
    fn is_a_function_of_the_seed() {
        let draw = |seed| cluster_bootstrap(&[1.0], &labels(5), 100, seed, 0.05);
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
        assert_eq!(cluster_bootstrap(&[1.0], &labels(200), 100, 3, 0.05), None, "one account");
    }
}
