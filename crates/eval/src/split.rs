//! Splits that do not leak: by cluster (author and near-duplicates), and in time.

use vigie_text::Folded;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::{
    cluster::{Clusters, template},
    sample::Sample,
};

/// Which part of a split a sample belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// To learn from.
    Train,
    /// To measure on.
    Test,
    /// Neither: a later post of an author or template that is learnt from.
    Dropped,
}

/// How to split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SplitPlan {
    /// Decides for clusters without times.
    pub seed: u64,
    /// Share of posts that the test side should have, roughly: clusters are not cut.
    pub test_share: f64,
}

impl Default for SplitPlan {
    fn default() -> Self {
        Self { seed: 1, test_share: 0.3 }
    }
}

/// Splits samples so that no cluster is on both sides and, where the posts have times, all of the test side is later than all of the
/// training side. Clusters without any time are dealt by a hash of their texts, so adding data moves no old cluster whose posts stay the same.
///
/// A cluster that begins before the cut and goes on after it is learnt from until the cut; its later posts are dropped.
#[must_use]
pub fn split(samples: &[Sample], clusters: &Clusters, plan: SplitPlan) -> Vec<Side> {
    let spans = spans(samples, clusters, plan.seed);
    let cut = cut(&spans, samples, clusters, plan.test_share);
    let side = |(sample, cluster): (&Sample, &usize)| match spans.get(*cluster) {
        Some(Span { first: Some(first), .. }) if *first >= cut => Side::Test,
        // A post without time in a cluster that has some: nobody knows on which side of the cut it is.
        Some(Span { first: Some(_), .. }) => match sample.time {
            Some(time) if time.seconds() < cut => Side::Train,
            _ => Side::Dropped,
        },
        Some(Span { first: None, draw }) if *draw < plan.test_share => Side::Test,
        _ => Side::Train,
    };
    samples.iter().zip(&clusters.of).map(side).collect()
}

/// What decides for a cluster.
#[derive(Clone, Copy)]
struct Span {
    /// Time of its first post.
    first: Option<i64>,
    /// Between 0 and 1, drawn by its texts.
    draw: f64,
}

fn spans(samples: &[Sample], clusters: &Clusters, seed: u64) -> Vec<Span> {
    let mut spans = vec![Span { first: None, draw: 1.0 }; clusters.count];
    let mut folded = Folded::default();
    for (sample, cluster) in samples.iter().zip(&clusters.of) {
        let Some(span) = spans.get_mut(*cluster) else { continue };
        let time = sample.time.map(vigie_model::Timestamp::seconds);
        span.first = span.first.into_iter().chain(time).min();
        let hash = xxh3_64_with_seed(&template(&sample.text, &mut folded), seed);
        // The least of the hashes would favour the test side in large clusters; mixing it once more makes it even.
        span.draw = span.draw.min((hash >> 11) as f64 / (1_u64 << 53) as f64);
    }
    for span in &mut spans {
        span.draw = (crate::cluster::mix(span.draw.to_bits()) >> 11) as f64 / (1_u64 << 53) as f64;
    }
    spans
}

/// The time from which a cluster that begins there is tested on: late enough that the test side has about its share.
fn cut(spans: &[Span], samples: &[Sample], clusters: &Clusters, share: f64) -> i64 {
    let mut firsts: Vec<i64> =
        samples.iter().zip(&clusters.of).filter(|(sample, _)| sample.time.is_some()).filter_map(|(_, cluster)| spans.get(*cluster)?.first).collect();
    firsts.sort_unstable();
    let wanted = (firsts.len() as f64 * share).round();
    let mut at = i64::MAX;
    for (later, first) in firsts.iter().rev().enumerate() {
        if later as f64 >= wanted {
            break;
        }
        at = *first;
    }
    at
}

#[cfg(test)]
mod tests {
    use vigie_model::{Label, Lang, Timestamp};

    use super::*;
    use crate::cluster::clusters;

    fn sample(number: i64, author: Option<i64>, time: Option<i64>) -> Sample {
        let word =
            |k: i64| ["alpha", "bravo", "delta", "tango", "sierra", "oscar", "kilo", "lima", "papa", "romeo"][usize::try_from((number / k) % 10).unwrap()];
        let text = format!("{} {} {} {} {}", word(1), word(10), word(100), word(1000), word(7));
        Sample {
            author: author.map(|a| a.to_string()),
            time: time.map(|t| Timestamp::from_seconds(1_700_000_000 + t).unwrap()),
            ..Sample::new(text, Lang::parse("en"), Label::Other)
        }
    }

    /// Checks what a split must never break, and gives the share of the test side.
    fn check(samples: &[Sample], plan: SplitPlan) -> f64 {
        let clusters = clusters(samples);
        let sides = split(samples, &clusters, plan);
        let on = |side| sides.iter().zip(samples).zip(&clusters.of).filter(move |((s, _), _)| **s == side).map(|((_, sample), c)| (sample, *c));
        for (_, tested) in on(Side::Test) {
            assert!(on(Side::Train).all(|(_, trained)| trained != tested), "a cluster on both sides");
        }
        let last = on(Side::Train).filter_map(|(s, _)| s.time).max();
        let first = on(Side::Test).filter_map(|(s, _)| s.time).min();
        assert!(last.zip(first).is_none_or(|(last, first)| last < first), "{last:?} {first:?}");
        on(Side::Test).count() as f64 / samples.len() as f64
    }

    #[test]
    fn by_account_and_time() {
        // 40 authors, each posting over a while; authors begin one after the other.
        let samples: Vec<Sample> = (0..400).map(|n| sample(n, Some(n / 10), Some((n / 10) * 100 + (n % 10) * 15))).collect();
        let share = check(&samples, SplitPlan::default());
        assert!((0.2..0.4).contains(&share), "{share}");
    }

    #[test]
    fn by_text_where_there_are_no_times() {
        let samples: Vec<Sample> = (0..1000).map(|n| sample(n * 7, None, None)).collect();
        let share = check(&samples, SplitPlan { seed: 3, test_share: 0.3 });
        assert!((0.2..0.4).contains(&share), "{share}");
    }

    #[test]
    fn does_not_depend_on_the_order() {
        let samples: Vec<Sample> = (0..300).map(|n| sample(n * 7, None, None)).collect();
        let sides = |samples: &[Sample]| {
            let mut sides: Vec<(String, bool)> =
                split(samples, &clusters(samples), SplitPlan::default()).iter().zip(samples).map(|(side, s)| (s.text.clone(), *side == Side::Test)).collect();
            sides.sort();
            sides
        };
        let reversed: Vec<Sample> = samples.iter().rev().cloned().collect();
        assert_eq!(sides(&samples), sides(&reversed));
    }

    #[test]
    fn extremes() {
        let samples: Vec<Sample> = (0..50).map(|n| sample(n * 7, Some(n), Some(n))).collect();
        assert_eq!(check(&samples, SplitPlan { seed: 1, test_share: 0.0 }), 0.0);
        assert_eq!(check(&samples, SplitPlan { seed: 1, test_share: 1.0 }), 1.0);
        assert!(split(&[], &clusters(&[]), SplitPlan::default()).is_empty());
    }
}
