//! The index finds what a scan finds: no more, no less.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_possible_truncation, clippy::print_stdout, reason = "a test fails by panicking")]

use proptest::prelude::*;
use vigie_media::{index::HashIndex, pdq::PdqHash};

/// Numbers that look random (SplitMix64), so that a test needs no more than a seed.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn hash(&mut self) -> PdqHash {
        let mut bytes = [0; 32];
        bytes.chunks_mut(8).for_each(|chunk| chunk.copy_from_slice(&self.next().to_le_bytes()));
        PdqHash::new(bytes)
    }

    /// The hash with exactly `bits` bits flipped.
    fn near(&mut self, hash: PdqHash, bits: usize) -> PdqHash {
        let mut places: Vec<usize> = (0..256).collect();
        let mut bytes = *hash.bytes();
        for _ in 0..bits {
            let place = places.swap_remove((self.next() % places.len() as u64) as usize);
            bytes[place / 8] ^= 1 << (place % 8);
        }
        PdqHash::new(bytes)
    }
}

fn scan(all: &[(PdqHash, u32)], query: &PdqHash, radius: u32) -> Vec<(u32, u32)> {
    let mut found: Vec<(u32, u32)> = all.iter().map(|(hash, id)| (query.distance(hash), *id)).filter(|(distance, _)| *distance <= radius).collect();
    found.sort_unstable();
    found
}

fn ask(index: &HashIndex, query: &PdqHash, radius: u32) -> Vec<(u32, u32)> {
    index.within(query, radius).iter().map(|found| (found.distance, found.id)).collect()
}

#[test]
fn every_hash_at_the_farthest_distance_is_found_and_none_beyond() {
    let mut numbers = Numbers(1);
    let all: Vec<(PdqHash, u32)> = (0..20_000).map(|id| (numbers.hash(), id)).collect();
    let index = HashIndex::build(all.iter().copied());
    for id in (0..20_000).step_by(37) {
        let at_31 = numbers.near(all[id].0, 31);
        assert!(ask(&index, &at_31, 31).contains(&(31, id as u32)));
        let at_32 = numbers.near(all[id].0, 32);
        assert!(!index.within(&at_32, 31).iter().any(|found| found.id == id as u32));
    }
}

/// The worst case of the pigeonhole: the differing bits spread over the parts as evenly as they can.
#[test]
fn bits_that_are_spread_evenly_over_all_parts_are_found() {
    let mut numbers = Numbers(2);
    let all: Vec<(PdqHash, u32)> = (0..6_000).map(|id| (numbers.hash(), id)).collect();
    let index = HashIndex::build(all.iter().copied());
    for spared in 0..16 {
        for (hash, id) in all.iter().take(50) {
            let mut bytes = *hash.bytes();
            for part in 0..16 {
                bytes[part * 2] ^= 1 << (numbers.next() % 8);
                bytes[part * 2 + 1] ^= if part == spared { 0 } else { 1 << (numbers.next() % 8) };
            }
            assert!(ask(&index, &PdqHash::new(bytes), 31).contains(&(31, *id)), "part {spared}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Clusters, as of pictures that are posted again and again; added one by one, some deleted.
    #[test]
    fn inserting_and_deleting_leaves_what_a_scan_sees(seed: u64, clusters in 1usize..40, radius in 0u32..=31) {
        let mut numbers = Numbers(seed);
        let centres: Vec<PdqHash> = (0..clusters).map(|_| numbers.hash()).collect();
        let mut index = HashIndex::default();
        let mut all = Vec::new();
        for id in 0..9_500 {
            let bits = (numbers.next() % 40) as usize;
            let hash = numbers.near(centres[id as usize % clusters], bits);
            index.insert(hash, id);
            all.push((hash, id));
        }
        for id in (0..9_500).step_by(3).rev() {
            let (hash, id) = all.remove(id);
            prop_assert!(index.remove(&hash, id));
            prop_assert!(!index.remove(&hash, id));
        }
        prop_assert_eq!(index.len(), all.len());
        for centre in centres.iter().take(5) {
            prop_assert_eq!(ask(&index, centre, radius), scan(&all, centre, radius));
        }
    }
}
