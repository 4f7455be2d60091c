//! A text as normalised characters, for reading numbers, prices and handles.

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::table::{self, Fold};

/// One normalised character and the bytes of the original that it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyph {
    /// Lower case; full-width, styled, circled, superscript and keycap forms, letters with accents, look-alike letters
    /// and digits of other scripts as plain characters (only `à`, a word of its own, stays); any blank as a space.
    pub c: char,
    /// First byte in the original.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A text as normalised characters; invisible ones are left out, punctuation is kept. Reusable.
#[derive(Debug, Default, Clone)]
pub struct Glyphs(Vec<Glyph>);

impl Glyphs {
    /// Reads a text; replaces what was read before.
    #[expect(clippy::cast_possible_truncation, reason = "texts are limited to far less than 4 GiB")]
    pub fn read(&mut self, text: &str) {
        self.0.clear();
        self.0.reserve(text.len());
        for (start, original) in text.char_indices() {
            let (start, end) = (start as u32, (start + original.len_utf8()) as u32);
            if original.is_ascii() {
                let c = if original.is_ascii_whitespace() && original != '\n' { ' ' } else { original.to_ascii_lowercase() };
                self.0.push(Glyph { c, start, end });
            } else {
                self.read_other(original, start, end);
            }
        }
    }

    fn read_other(&mut self, original: char, start: u32, end: u32) {
        if matches!(u32::from(original), 0xAD | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2064 | 0x2066..=0x2069 | 0x20E3 | 0xFE00..=0xFE0F | 0xFEFF | 0x300..=0x36F)
        {
            // Invisible: belongs to the character before it.
            if let Some(last) = self.0.last_mut() {
                last.end = end;
            }
            return;
        }
        if original.is_whitespace() {
            self.0.push(Glyph { c: ' ', start, end });
            return;
        }
        // Letters with accents, by far the most of what is outside ASCII, need no normaliser.
        let first = plain(original);
        if first.is_ascii_alphanumeric() {
            self.0.push(Glyph { c: first.to_ascii_lowercase(), start, end });
            return;
        }
        let mut buffer = [0; 4];
        let normal = ComposingNormalizerBorrowed::new_nfkc();
        // A capital may look like another letter than its small form does: "Т" like "T", "т" like none.
        for c in normal.normalize(original.encode_utf8(&mut buffer)).chars().map(plain).flat_map(char::to_lowercase).map(plain) {
            self.0.push(Glyph { c, start, end });
        }
    }

    /// The characters in the order of the text.
    #[must_use]
    pub fn as_slice(&self) -> &[Glyph] {
        &self.0
    }
}

/// The ASCII letter or digit that a character looks like or stands for; the character itself if there is none.
fn plain(c: char) -> char {
    if c.is_ascii() || matches!(c, 'à' | 'À') {
        return c;
    }
    if let Some(value) = digit_value(u32::from(c)) {
        return char::from_digit(value, 10).unwrap_or(c);
    }
    match table::fold(c) {
        Fold::Ascii([letter, 0, 0]) if letter.is_ascii_alphanumeric() => char::from(letter),
        _ => c,
    }
}

/// Arabic, Persian and Devanagari digits, and the circled ones that NFKC leaves alone.
fn digit_value(code: u32) -> Option<u32> {
    const ZEROS: [u32; 3] = [0x660, 0x6F0, 0x966];
    const ONES: [u32; 4] = [0x2776, 0x2780, 0x278A, 0x24F5];
    let from_zero = ZEROS.iter().map(|zero| code.wrapping_sub(*zero)).find(|value| *value <= 9);
    let from_one = || ONES.iter().map(|one| code.wrapping_sub(*one).wrapping_add(1)).find(|value| (1..=9).contains(value));
    from_zero.or_else(from_one).or_else(|| matches!(code, 0x24FF | 0x1F10B | 0x1F10C).then_some(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keycaps_and_full_width_digits_are_digits() {
        let mut glyphs = Glyphs::default();
        glyphs.read("0️⃣６\u{A0}¹½ €");
        assert_eq!(glyphs.as_slice().iter().map(|g| g.c).collect::<String>(), "06 11⁄2 €");
        assert_eq!((glyphs.as_slice()[0].start, glyphs.as_slice()[0].end), (0, 7));
    }

    #[test]
    fn look_alikes_are_plain() {
        let mut glyphs = Glyphs::default();
        glyphs.read("Télé à ѕnар ❶⓿٣ 🅾️");
        assert_eq!(glyphs.as_slice().iter().map(|g| g.c).collect::<String>(), "tele à snap 103 o");
    }

    proptest! {
        #[test]
        fn spans_slice_the_original(text in "\\PC{0,60}") {
            let mut glyphs = Glyphs::default();
            glyphs.read(&text);
            for glyph in glyphs.as_slice() {
                prop_assert!(text.get(glyph.start as usize..glyph.end as usize).is_some_and(|s| !s.is_empty()));
            }
        }
    }
}
