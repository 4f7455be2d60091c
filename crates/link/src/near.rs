//! Near-duplicates without comparing everything with everything: locality-sensitive hashing with bounded buckets.

use crate::{Picture, Template, template::HASHES, union_find::UnionFind};

/// Hashes of a fingerprint that must agree for a bucket.
const ROWS: usize = 4;
/// Hashes that must agree in two texts that are nearly the same: an estimated similarity of 0.65.
const AGREEMENT: usize = 21;
/// Bits in which two PDQ hashes of nearly the same picture may differ, as its authors advise.
const PDQ_DISTANCE: u32 = 31;
/// In a bucket each entry is compared with so many that follow it in order: what floods a bucket costs no more than its length.
const COMPARED: usize = 8;

/// Groups of texts that are nearly the same: for each the least number of its group. A function of the set of texts: `order` must sort them.
pub(crate) fn texts(texts: &[Template], order: &[u32]) -> Vec<u32> {
    let mut sets = UnionFind::new(texts.len());
    for band in 0..HASHES / ROWS {
        let bucket =
            |text: &Template| text.0.get(band * ROWS..(band + 1) * ROWS).map_or(0, |rows| rows.iter().fold(0u64, |hash, &row| mix(hash ^ u64::from(row))));
        join(texts, order, bucket, |a, b| a.agreement(b) >= AGREEMENT, &mut sets);
    }
    (0u32..).zip(texts).map(|(number, _)| sets.find(number)).collect()
}

/// Groups of pictures that are nearly the same, as for [`texts`]. Files are the same only if their digests are.
pub(crate) fn pictures(pictures: &[Picture], order: &[u32]) -> Vec<u32> {
    let mut sets = UnionFind::new(pictures.len());
    let pdq: Vec<u32> = order.iter().copied().filter(|&number| matches!(pictures.get(number as usize), Some(Picture::Pdq(_)))).collect();
    for band in 0..16u32 {
        let bucket = |picture: &Picture| match picture {
            Picture::Pdq(words) => words.get(band as usize / 4).map_or(0, |word| word >> (band % 4 * 16) & 0xffff),
            Picture::Sha256(_) => 0,
        };
        join(pictures, &pdq, bucket, |a, b| distance(a, b) <= PDQ_DISTANCE, &mut sets);
    }
    (0u32..).zip(pictures).map(|(number, _)| sets.find(number)).collect()
}

fn distance(a: &Picture, b: &Picture) -> u32 {
    match (a, b) {
        (Picture::Pdq(a), Picture::Pdq(b)) => a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum(),
        _ => u32::MAX,
    }
}

/// Compares what falls into the same bucket, each entry with those next to it in order, and joins what is alike.
fn join<T>(items: &[T], order: &[u32], bucket: impl Fn(&T) -> u64, alike: impl Fn(&T, &T) -> bool, sets: &mut UnionFind) {
    let keyed = order.iter().enumerate().filter_map(|(place, &number)| Some((bucket(items.get(number as usize)?), place, number)));
    let mut keyed: Vec<(u64, usize, u32)> = keyed.collect();
    keyed.sort_unstable();
    for (at, &(key, _, number)) in keyed.iter().enumerate() {
        let Some(item) = items.get(number as usize) else { continue };
        for &(other_key, _, other) in keyed.iter().skip(at + 1).take(COMPARED) {
            if other_key != key {
                break;
            }
            if sets.find(number) != sets.find(other) && items.get(other as usize).is_some_and(|other| alike(item, other)) {
                sets.union(number, other);
            }
        }
    }
}

fn mix(word: u64) -> u64 {
    let mixed = (word ^ (word >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    mixed ^ (mixed >> 32)
}

/// Numbers in the order of their values.
pub(crate) fn order<T: Ord>(values: &[T]) -> Vec<u32> {
    let mut numbers: Vec<u32> = (0..u32::try_from(values.len()).unwrap_or(u32::MAX)).collect();
    numbers.sort_unstable_by_key(|&number| values.get(number as usize));
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_that_differ_in_few_bits_are_one_group() {
        let base = [0x0123_4567_89ab_cdef; 4];
        let near = [base[0] ^ 0xff, base[1] ^ 0xff00, base[2], base[3] ^ 1];
        let far = [!base[0], base[1], base[2] ^ 0xffff, base[3]];
        let pictures_ = [Picture::Pdq(base), Picture::Pdq(far), Picture::Pdq(near), Picture::Sha256([1; 16]), Picture::Sha256([2; 16])];
        assert_eq!(pictures(&pictures_, &order(&pictures_)), [0, 1, 0, 3, 4]);
    }

    #[test]
    fn a_flooded_bucket_costs_no_more_than_its_length() {
        // All agree in three bands, and in nothing else.
        let flood: Vec<Template> = (0u32..20_000)
            .map(|n| {
                let mut hashes = [7; HASHES];
                hashes.iter_mut().enumerate().skip(12).for_each(|(at, hash)| *hash = u32::try_from(at).unwrap_or(0) * 1_000_003 + n);
                Template(hashes)
            })
            .collect();
        let groups = texts(&flood, &order(&flood));
        assert!(groups.iter().enumerate().all(|(n, group)| n == *group as usize));
    }
}
