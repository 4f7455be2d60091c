//! A quick look at how words begin: whether a list has a word with the same first three letters.

/// A set of beginnings of three letters `a` to `z`, of two where a word has no third.
#[derive(Debug)]
pub(super) struct Beginnings([u64; LENGTH.div_ceil(64)]);

/// 26 letters and "no letter", three times.
const LENGTH: usize = 27 * 27 * 27;

/// 0 to 25 for letters, 26 for anything else.
#[inline]
fn index(c: char) -> usize {
    (u32::from(c).wrapping_sub(u32::from('a')).min(26)) as usize
}

#[inline]
fn number(first: char, second: char, third: char) -> usize {
    let (second, third) = if second.is_ascii_lowercase() { (index(second), index(third)) } else { (26, 26) };
    (index(first) * 27 + second) * 27 + third
}

impl Beginnings {
    /// Beginnings of the words of a list.
    pub(super) fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut bits = [0; LENGTH.div_ceil(64)];
        for word in words {
            let mut letters = word.chars().chain([' ', ' ']);
            let number = number(letters.next().unwrap_or(' '), letters.next().unwrap_or(' '), letters.next().unwrap_or(' '));
            if let Some(slot) = bits.get_mut(number / 64) {
                *slot |= 1u64 << (number % 64);
            }
        }
        Self(bits)
    }

    /// Whether a word of the list begins so; whatever is no letter counts as the end of the word.
    #[inline]
    pub(super) fn may_be(&self, first: char, second: char, third: char) -> bool {
        let number = number(first, second, third);
        self.0.get(number / 64).is_some_and(|slot| slot >> (number % 64) & 1 == 1)
    }
}
