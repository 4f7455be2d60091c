//! Posts of the synthetic stream as samples.

use serde::Deserialize;
use vigie_model::{Lang, Timestamp};
use vigie_testkit::{LabelledPost, Stream, StreamPlan};

use crate::sample::Sample;

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
        assert!(samples.iter().filter(|s| s.label == vigie_model::Label::Advert).all(|s| !s.products.is_empty()));
        // Reposts by others have no seller; their texts join them to the seller's posts.
        assert!(samples.iter().filter(|s| s.author.is_some()).count() * 2 > adverts);
    }
}
