//! Clusters of posts that are not independent of each other: same author, or nearly the same text.

use rustc_hash::{FxHashMap, FxHashSet};
use vigie_text::Folded;
use xxhash_rust::xxh3::xxh3_64;

use crate::sample::Sample;

/// Bytes of a shingle of folded text.
const SHINGLE: usize = 5;
/// Bands of the signature; texts that share a band are compared.
const BANDS: usize = 16;
/// Hashes in a band. 16 bands of 4 catch a similarity of 0.7 with a chance of 99 %, one of 0.3 with 12 %.
const ROWS: usize = 4;
/// Estimated Jaccard similarity from which texts are near-duplicates.
const SIMILAR: f64 = 0.7;
/// Texts of a band that a new text is compared with at most, so that a million copies stay linear.
const COMPARED: usize = 8;

type Signature = [u32; BANDS * ROWS];

/// Clusters numbered from 0 in the order of their first posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clusters {
    /// For each sample the number of its cluster.
    pub of: Vec<usize>,
    /// How many there are.
    pub count: usize,
}

/// Joins near-duplicates, and samples of one author, to clusters. What is joined to the same post is joined to each other.
///
/// Near-duplicates by `MinHash` (Broder 1997) over runs of five folded characters with all digits alike, so that a template with another
/// price or number is the same template. O(n) time, 256 bytes a distinct text.
#[must_use]
pub fn clusters(samples: &[Sample]) -> Clusters {
    let mut sets = Sets::new(samples.len());
    join_authors(samples, &mut sets);
    join_near_duplicates(samples, &mut sets);
    sets.number()
}

fn join_authors(samples: &[Sample], sets: &mut Sets) {
    let mut first = FxHashMap::default();
    for (place, sample) in samples.iter().enumerate() {
        let Some(author) = sample.author.as_deref() else { continue };
        let seen = *first.entry((sample.network.as_deref(), author)).or_insert(place);
        sets.join(seen, place);
    }
}

fn join_near_duplicates(samples: &[Sample], sets: &mut Sets) {
    let mut folded = Folded::default();
    let mut same: FxHashMap<u64, usize> = FxHashMap::default();
    let mut signatures: Vec<(usize, Signature)> = Vec::new();
    let mut bands: FxHashMap<(usize, u64), Vec<usize>> = FxHashMap::default();
    for (place, sample) in samples.iter().enumerate() {
        let text = template(&sample.text, &mut folded);
        let seen = *same.entry(xxh3_64(&text)).or_insert(place);
        if seen != place {
            sets.join(seen, place);
            continue;
        }
        let signature = signature(&text);
        let number = signatures.len();
        for (band, rows) in signature.chunks(ROWS).enumerate() {
            let key = rows.iter().fold(0, |key, row| mix(key ^ u64::from(*row)));
            let known = bands.entry((band, key)).or_default();
            for (other, theirs) in known.iter().filter_map(|other| signatures.get(*other)) {
                if similarity(&signature, theirs) >= SIMILAR {
                    sets.join(*other, place);
                }
            }
            if known.len() < COMPARED {
                known.push(number);
            }
        }
        signatures.push((place, signature));
    }
}

/// The folded text with every digit as `0`: equal for texts that differ in case, accents, punctuation and numbers.
pub(crate) fn template(text: &str, folded: &mut Folded) -> Vec<u8> {
    folded.read(text);
    folded.bytes().iter().map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte }).collect()
}

fn signature(text: &[u8]) -> Signature {
    let shingles: FxHashSet<u64> = if text.len() < SHINGLE { [xxh3_64(text)].into_iter().collect() } else { text.windows(SHINGLE).map(xxh3_64).collect() };
    let mut least = [u32::MAX; BANDS * ROWS];
    for shingle in shingles {
        let mut state = shingle;
        for slot in &mut least {
            state = mix(state);
            // The upper half of a well-mixed hash.
            *slot = (*slot).min((state >> 32).try_into().unwrap_or(u32::MAX));
        }
    }
    least
}

/// `SplitMix64`.
pub(crate) fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn similarity(a: &Signature, b: &Signature) -> f64 {
    a.iter().zip(b).filter(|(a, b)| a == b).count() as f64 / a.len() as f64
}

/// Disjoint sets with path halving.
struct Sets(Vec<usize>);

impl Sets {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn root(&mut self, mut at: usize) -> usize {
        loop {
            let above = self.0.get(at).copied().unwrap_or(at);
            if above == at {
                return at;
            }
            let next = self.0.get(above).copied().unwrap_or(above);
            if let Some(link) = self.0.get_mut(at) {
                *link = next;
            }
            at = next;
        }
    }

    /// The earlier root stays, so that numbers follow the order of the posts.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(link) = self.0.get_mut(a.max(b)) {
            *link = a.min(b);
        }
    }

    fn number(mut self) -> Clusters {
        let mut numbers = FxHashMap::default();
        let of = (0..self.0.len())
            .map(|place| {
                let (root, next) = (self.root(place), numbers.len());
                *numbers.entry(root).or_insert(next)
            })
            .collect();
        Clusters { of, count: numbers.len() }
    }
}

#[cfg(test)]
mod tests {
    use vigie_model::{Label, Lang};

    use super::*;

    fn sample(text: &str, author: Option<&str>) -> Sample {
        Sample { author: author.map(str::to_owned), ..Sample::new(text, Lang::parse("fr"), Label::Other) }
    }

    #[test]
    fn templates_with_other_numbers_are_one_cluster() {
        let samples = [
            sample("Arrivage ce soir sur Rennes, 50 le lot, appelle le 06 39 98 00 01, livraison rapide et discrète", None),
            sample("Le marché de Noël ouvre samedi à Rennes, venez nombreux avec vos enfants", None),
            sample("ARRIVAGE ce soir sur Rennes : 60 le lot, appelle le 06 39 98 00 77, livraison rapide et discrete !!", None),
            sample("Arrivage ce soir sur Rennes, 50 le lot, appelle le 06 39 98 00 01, livraison très rapide et discrète", None),
        ];
        assert_eq!(clusters(&samples), Clusters { of: vec![0, 1, 0, 0], count: 2 });
    }

    #[test]
    fn authors_join_and_chains_join() {
        let a = "un texte assez long que deux comptes différents publient au même moment";
        let samples = [sample(a, Some("one")), sample(a, Some("two")), sample("tout autre chose, sans aucun rapport", Some("two")), sample("bonjour", None)];
        assert_eq!(clusters(&samples).of, [0, 0, 0, 1]);
        let apart = [
            Sample { network: Some("x".into()), ..sample("bonjour à tous", Some("one")) },
            Sample { network: Some("mastodon".into()), ..sample("bonsoir la compagnie", Some("one")) },
        ];
        assert_eq!(clusters(&apart).count, 2, "the same name on another network is another author");
    }

    #[test]
    fn unlike_texts_stay_apart() {
        let words = ["marée", "vélo", "pluie", "clef", "train", "soupe", "lampe", "forêt", "piano", "neige", "pont"];
        let samples: Vec<Sample> = (0..300_u64)
            .map(|n| {
                let text: Vec<&str> = (0..12).map(|k| words[usize::try_from(mix(n * 31 + k) % 11).unwrap()]).collect();
                sample(&text.join(" "), None)
            })
            .collect();
        assert!(clusters(&samples).count > 280);
        assert_eq!(clusters(&[]), Clusters { of: vec![], count: 0 });
    }
}
