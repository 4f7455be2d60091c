//! What keeps the look-up of new posts away from the disk.

/// A split-block Bloom filter: a probe reads 32 bytes and takes no branch.
///
/// As in Putze, Sanders and Singler, "Cache-, hash- and space-efficient Bloom filters" (2007), and in Apache Parquet, a key
/// sets one bit in each of eight words of one block. Blocks ascend with keys, so sorted probes walk through memory in order.
/// It never denies a key that is there; of foreign keys, 1 in 60 passes at 10 bits a key, 1 in 400 at 14.
#[derive(Debug)]
pub(super) struct Filter {
    blocks: Vec<Block>,
}

/// Aligned, so that no probe touches two cache lines.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
struct Block([u32; 8]);

/// 128 GiB. Keeps the arithmetic of [`Filter::block_of`] within 64 bits.
const MAX_BLOCKS: usize = 1 << 32;

impl Filter {
    /// An empty filter of that size, rounded up to a block.
    pub(super) fn with_bytes(bytes: usize) -> Self {
        Self { blocks: vec![Block([0; 8]); bytes.div_ceil(size_of::<Block>()).clamp(1, MAX_BLOCKS)] }
    }

    /// Bytes that a filter for so many keys should take.
    pub(super) fn bytes_for(keys: u64, bits_a_key: u64) -> usize {
        let blocks = keys.saturating_mul(bits_a_key).div_ceil(8 * size_of::<Block>() as u64).max(1);
        usize::try_from(blocks).unwrap_or(MAX_BLOCKS).min(MAX_BLOCKS) * size_of::<Block>()
    }

    /// Bytes that this one takes.
    pub(super) fn bytes(&self) -> usize {
        self.blocks.len() * size_of::<Block>()
    }

    /// Adds a key.
    #[inline]
    pub(super) fn insert(&mut self, key: u64) {
        let at = self.block_of(key);
        let Some(Block(words)) = self.blocks.get_mut(at) else { return };
        for (word, bit) in words.iter_mut().zip(bits(key)) {
            *word |= 1 << bit;
        }
    }

    /// Whether the key may have been added.
    #[inline]
    pub(super) fn may_contain(&self, key: u64) -> bool {
        let Some(Block(words)) = self.blocks.get(self.block_of(key)) else { return true };
        words.iter().zip(bits(key)).fold(1, |all, (word, bit)| all & (word >> bit)) == 1
    }

    /// The leading 32 bits of the key, scaled to the number of blocks.
    #[inline]
    fn block_of(&self, key: u64) -> usize {
        usize::try_from(((key >> 32) * self.blocks.len() as u64) >> 32).unwrap_or_default()
    }
}

/// One bit number for each word, from the 40 last bits of the key: the leading bits, which choose the block, tell less.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "five bits each")]
fn bits(key: u64) -> [u32; 8] {
    std::array::from_fn(|word| (key >> (5 * word)) as u32 & 31)
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::xxh3_64;

    use super::*;

    #[test]
    fn denies_no_key_and_passes_few_others() {
        const KEYS: u64 = 100_000;
        let hash = |number: u64| xxh3_64(&number.to_le_bytes());
        for (bits_a_key, allowed) in [(10, 20_000), (14, 3_000), (20, 400)] {
            let mut filter = Filter::with_bytes(Filter::bytes_for(KEYS, bits_a_key));
            (0..KEYS).for_each(|number| filter.insert(hash(number)));
            assert!((0..KEYS).all(|number| filter.may_contain(hash(number))));
            let passed = (KEYS..11 * KEYS).filter(|&number| filter.may_contain(hash(number))).count();
            assert!(passed < allowed, "{passed} of a million foreign keys passed at {bits_a_key} bits");
            assert_eq!(filter.bytes(), Filter::bytes_for(KEYS, bits_a_key));
        }
    }

    #[test]
    fn works_for_any_key_and_size() {
        for bytes in [0, 1, 33] {
            let mut filter = Filter::with_bytes(bytes);
            for key in [0, 1, u64::MAX, 1 << 32] {
                filter.insert(key);
                assert!(filter.may_contain(key));
            }
        }
        assert_eq!(Filter::bytes_for(u64::MAX, 10), 32 << 32);
    }
}
