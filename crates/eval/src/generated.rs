//! Posts of the synthetic stream as samples.

use serde::{Deserialize, Serialize};
use vigie_model::{Band, Label, Lang, Timestamp};
use vigie_testkit::{LabelledPost, Stream, StreamPlan};

use crate::{
    interval::Rate,
    sample::{Sample, Scorer},
};

/// Seed of the posts that are measured on; no training uses it.
pub const EVALUATION_SEED: u64 = 20_261_124;

/// The fields of a neutral line that are not in its truth.
#[derive(Deserialize)]
struct Line {
    text: String,
    created_at: Option<String>,
}

/// That many posts of the stream. The seller stands for the author, so that all accounts of a seller are one cluster.
///
/// These figures say that the software works, not how well it detects: the wording is our own grammar's.
pub fn generated(posts: u64, seed: u64) -> impl Iterator<Item = Sample> {
    Stream::new(StreamPlan { seed, posts, ..StreamPlan::default() }).filter_map(sample)
}

/// False alarms among generated ordinary posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Ordinary {
    /// Taken for adverts.
    pub advert: Rate,
    /// In the band `review`.
    pub review: Rate,
}

/// Judges that many generated posts that have nothing to do with drugs; memory does not grow with their number.
#[must_use]
pub fn ordinary(posts: u64, seed: u64, scorer: &Scorer<'_>) -> Ordinary {
    let mut counts = Ordinary::default();
    // More than half of the stream are such posts.
    let ordinary = generated(posts.saturating_mul(2), seed).filter(|sample| sample.label == Label::Other);
    for sample in ordinary.take(usize::try_from(posts).unwrap_or(usize::MAX)) {
        let band = scorer.judge(&sample.post()).band;
        counts.advert.count(band == Band::Advert);
        counts.review.count(band == Band::Review);
    }
    counts
}

fn sample(post: LabelledPost) -> Option<Sample> {
    let LabelledPost { line, truth } = post;
    let line: Line = serde_json::from_str(&line).ok()?;
    Some(Sample {
        id: Some(truth.id),
        lang: Lang::parse(truth.lang),
        products: truth.products.iter().filter_map(|code| code.parse().ok()).collect(),
        author: truth.seller.map(|seller| seller.to_string()),
        time: line.created_at.and_then(|time| Timestamp::parse(&time).ok()),
        network: None,
        source: Some("generated".to_owned()),
        obfuscation: truth.obfuscations.first().map(|trick| trick.as_str().to_owned()),
        ..Sample::new(line.text, Lang::UNKNOWN, truth.label.as_str().parse().ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Truth;

    #[test]
    fn every_post_of_the_stream_becomes_a_sample() {
        let samples: Vec<Sample> = generated(2000, EVALUATION_SEED).collect();
        assert_eq!(samples.len(), 2000);
        let adverts = samples.iter().filter(|s| s.truth() == Truth::Advert).count();
        assert!(adverts > 50 && samples.iter().all(|s| s.time.is_some()));
        assert!(samples.iter().filter(|s| s.label == Label::Advert).all(|s| !s.products.is_empty()));
        // Reposts by others have no seller; their texts join them to the seller's posts.
        assert!(samples.iter().filter(|s| s.author.is_some()).count() * 2 > adverts);
    }

    #[test]
    fn ordinary_posts_are_as_many_as_asked_for() {
        let rival = crate::rival::crude_rival();
        let counts = ordinary(3000, EVALUATION_SEED, &rival);
        assert_eq!((counts.advert.whole, counts.review.whole), (3000, 3000));
        assert!(counts.advert.part < 30);
    }
}
