//! What each character outside ASCII folds to.
//!
//! Worked out from Unicode's own data: NFKC (UAX #15) for styled, full-width and accented letters, and the
//! confusables of UTS #39 for look-alikes from other scripts.

use std::sync::OnceLock;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use unicode_security::confusable_detection::skeleton;

/// What a character becomes in folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    /// Invisible or combining: as if it were not there.
    Nothing,
    /// Not part of a word.
    Gap,
    /// One to three ASCII letters or digits, padded with NUL.
    Ascii([u8; 3]),
    /// A letter of another script: kept as it is.
    Letter,
    /// A pictograph: a word of its own.
    Emoji,
}

/// A block of 256 characters, worked out when the first of them is met: most texts need three or four.
type Block = [Fold; 256];

static BLOCKS: [OnceLock<Box<Block>>; 0x1D8] = [const { OnceLock::new() }; 0x1D8];

/// What a character outside ASCII folds to.
#[inline]
pub(crate) fn fold(c: char) -> Fold {
    let code = u32::from(c);
    if code < 0x1_0000 || STYLED_LETTERS.contains(&code) {
        return from_block(code);
    }
    match code {
        0x1_F130..=0x1_F149 => letter(code - 0x1_F130),
        0x1_F150..=0x1_F169 => letter(code - 0x1_F150),
        0x1_F170..=0x1_F189 => letter(code - 0x1_F170),
        0x1_F1E6..=0x1_F1FF => Fold::Gap,                           // regional indicators: flags
        0x1_F3FB..=0x1_F3FF | 0xE_0000..=0xE_0FFF => Fold::Nothing, // skin tones, tags, variation selectors
        0x1_F000..=0x1_FAFF => Fold::Emoji,
        _ if c.is_alphanumeric() => Fold::Letter,
        _ => Fold::Gap,
    }
}

/// Mathematical alphanumeric symbols.
const STYLED_LETTERS: std::ops::Range<u32> = 0x1_D400..0x1_D800;

#[inline]
fn from_block(code: u32) -> Fold {
    let Some(block) = BLOCKS.get((code >> 8) as usize) else { return Fold::Gap };
    block.get_or_init(|| derive_block(code & !0xFF)).get((code & 0xFF) as usize).copied().unwrap_or(Fold::Gap)
}

#[cold]
fn derive_block(first: u32) -> Box<Block> {
    let mut block = [Fold::Nothing; 256];
    for (fold, code) in block.iter_mut().zip(first..) {
        *fold = char::from_u32(code).map_or(Fold::Nothing, derive);
    }
    Box::new(block)
}

/// The n-th letter of the alphabet.
fn letter(n: u32) -> Fold {
    u8::try_from(n).map_or(Fold::Gap, |n| Fold::Ascii([b'a' + n.min(25), 0, 0]))
}

/// Works out the fold of one character from Unicode's data.
fn derive(c: char) -> Fold {
    if is_invisible(c) {
        return Fold::Nothing;
    }
    if is_pictograph(c) {
        return Fold::Emoji;
    }
    let special = match c {
        'œ' | 'Œ' => "oe",
        'æ' | 'Æ' => "ae",
        'ß' | 'ẞ' => "ss",
        'ø' | 'Ø' => "o",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'ł' | 'Ł' => "l",
        'ħ' | 'Ħ' => "h",
        'þ' | 'Þ' => "th",
        'ı' => "i",
        _ => "",
    };
    ascii(special).or_else(|| ascii(&base_letters(c))).or_else(|| ascii(&look_alike(c))).unwrap_or(if c.is_alphanumeric() { Fold::Letter } else { Fold::Gap })
}

/// Lower case, compatibility-normalised, without combining marks.
fn base_letters(c: char) -> String {
    let styled = ComposingNormalizerBorrowed::new_nfkc().normalize(c.encode_utf8(&mut [0; 4])).to_lowercase();
    DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(styled.chars()).filter(|&c| !is_invisible(c)).collect()
}

/// The Latin letters that a letter of another script looks like, if it looks like some.
fn look_alike(c: char) -> String {
    let lower: String = c.to_lowercase().collect();
    // Upper-case look-alikes of other scripts often have lower-case forms that look different (Н, Р, В): try the letter as it is first.
    [skeleton(c.encode_utf8(&mut [0; 4])).collect::<String>(), skeleton(&lower).collect()]
        .into_iter()
        .map(|s| s.to_lowercase().replace("rn", "m"))
        .find(|s| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric()))
        .unwrap_or_default()
}

/// A fold to one to three ASCII letters or digits.
fn ascii(text: &str) -> Option<Fold> {
    let mut out = [0u8; 3];
    let fits = (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then(|| {
        for (to, from) in out.iter_mut().zip(text.bytes()) {
            *to = from.to_ascii_lowercase();
        }
        Fold::Ascii(out)
    })
}

/// Default-ignorable code points and combining marks (also the enclosing keycap).
fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F | 0x202A..=0x202E
        | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFF8
        | 0x300..=0x36F | 0x483..=0x489 | 0x591..=0x5BD | 0x610..=0x61A | 0x64B..=0x65F | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE20..=0xFE2F)
}

/// Pictographs of the basic plane that are written as emoji.
fn is_pictograph(c: char) -> bool {
    matches!(u32::from(c), 0x231A | 0x231B | 0x2328 | 0x23CF | 0x23E9..=0x23FA | 0x25AA..=0x25AB | 0x25B6 | 0x25C0 | 0x25FB..=0x25FE
        | 0x2600..=0x27BF | 0x2934 | 0x2935 | 0x2B05..=0x2B07 | 0x2B1B | 0x2B1C | 0x2B50 | 0x2B55 | 0x3030 | 0x303D | 0x3297 | 0x3299)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(c: char) -> String {
        match fold(c) {
            Fold::Nothing => "-".into(),
            Fold::Gap => " ".into(),
            Fold::Ascii(bytes) => String::from_utf8_lossy(&bytes).trim_end_matches('\0').into(),
            Fold::Letter => c.into(),
            Fold::Emoji => "emoji".into(),
        }
    }

    #[test]
    fn folds_what_sellers_hide_behind() {
        let expected = [
            ('é', "e"),
            ('Ç', "c"),
            ('œ', "oe"),
            ('ß', "ss"),
            ('ñ', "n"), // accents
            ('с', "c"),
            ('о', "o"),
            ('е', "e"),
            ('К', "k"),
            ('Н', "h"),
            ('ο', "o"),
            ('Α', "a"), // Cyrillic, Greek
            ('ｃ', "c"),
            ('０', "0"),
            ('𝐜', "c"),
            ('𝓴', "k"),
            ('ⓚ', "k"),
            ('🅺', "k"),
            ('ᵏ', "k"), // styled
            ('\u{200B}', "-"),
            ('\u{AD}', "-"),
            ('\u{202E}', "-"),
            ('\u{301}', "-"),
            ('\u{FE0F}', "-"),
            ('\u{20E3}', "-"), // invisible
            ('❄', "emoji"),
            ('🌿', "emoji"),
            ('⛄', "emoji"),
            ('\u{A0}', " "),
            ('—', " "),
            ('«', " "),
            ('€', " "),
            ('ж', "ж"),
            ('م', "م"),
            ('雪', "雪"),
        ];
        for (c, folded) in expected {
            assert_eq!(to(c), folded, "{c:?} U+{:04X}", u32::from(c));
        }
    }
}
