//! What sellers do to words so that word lists miss them (`domain.md` section 2.6).

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::grammar::{Draft, Mark};

/// One transformation of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Obfuscation {
    /// `c0k3`, `sh!t`.
    Leet,
    /// `c o k e`.
    Spacing,
    /// `c.o.k.e`, also with hyphens, stars and underscores.
    Dots,
    /// An invisible character between letters.
    ZeroWidth,
    /// A soft hyphen between letters.
    SoftHyphen,
    /// Cyrillic and Greek letters that look Latin.
    Homoglyph,
    /// Full-width letters.
    FullWidth,
    /// Mathematical bold, script or sans-serif letters.
    MathLetters,
    /// Combining marks over or through letters.
    Combining,
    /// `beuuuuh`.
    Repeats,
    /// `ckn`: vowels within the word left out.
    VowelDrop,
    /// Keycap digits in telephone numbers.
    EmojiDigits,
    /// Digits written as words.
    NumberWords,
    /// `#beuhtoulouse`: words joined to one hashtag.
    HashtagJoining,
    /// The whole text in capitals.
    UpperCase,
    /// A letter swapped, doubled or lost.
    Typo,
}

impl Obfuscation {
    /// Every transformation.
    pub const ALL: &'static [Self] = &[
        Self::Leet,
        Self::Spacing,
        Self::Dots,
        Self::ZeroWidth,
        Self::SoftHyphen,
        Self::Homoglyph,
        Self::FullWidth,
        Self::MathLetters,
        Self::Combining,
        Self::Repeats,
        Self::VowelDrop,
        Self::EmojiDigits,
        Self::NumberWords,
        Self::HashtagJoining,
        Self::UpperCase,
        Self::Typo,
    ];

    /// The transformation as it is written in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Leet => "leet",
            Self::Spacing => "spacing",
            Self::Dots => "dots",
            Self::ZeroWidth => "zero_width",
            Self::SoftHyphen => "soft_hyphen",
            Self::Homoglyph => "homoglyph",
            Self::FullWidth => "full_width",
            Self::MathLetters => "math_letters",
            Self::Combining => "combining",
            Self::Repeats => "repeats",
            Self::VowelDrop => "vowel_drop",
            Self::EmojiDigits => "emoji_digits",
            Self::NumberWords => "number_words",
            Self::HashtagJoining => "hashtag_joining",
            Self::UpperCase => "upper_case",
            Self::Typo => "typo",
        }
    }

    /// One of those that change product words.
    pub(crate) fn of_words(rng: &mut ChaCha8Rng) -> Self {
        const WORDS: [Obfuscation; 14] = [
            Obfuscation::Leet,
            Obfuscation::Spacing,
            Obfuscation::Dots,
            Obfuscation::ZeroWidth,
            Obfuscation::SoftHyphen,
            Obfuscation::Homoglyph,
            Obfuscation::FullWidth,
            Obfuscation::MathLetters,
            Obfuscation::Combining,
            Obfuscation::Repeats,
            Obfuscation::VowelDrop,
            Obfuscation::HashtagJoining,
            Obfuscation::UpperCase,
            Obfuscation::Typo,
        ];
        WORDS.get(rng.random_range(0..WORDS.len())).copied().unwrap_or(Self::Leet)
    }
}

/// Applies a transformation to the marked words (or the whole text) and notes it if anything changed.
pub(crate) fn apply(trick: Obfuscation, draft: &mut Draft, place: &str, rng: &mut ChaCha8Rng) {
    let before = draft.text.len();
    let changed = match trick {
        Obfuscation::UpperCase => upper(draft),
        Obfuscation::EmojiDigits | Obfuscation::NumberWords => false,
        _ => rewrite(draft, |word, out| transform(trick, word, place, out, rng)),
    };
    debug_assert!(changed || draft.text.len() == before);
    if changed {
        draft.add_trick(trick);
    }
}

/// Rewrites each marked word; keeps the marks on the new words.
fn rewrite(draft: &mut Draft, mut change: impl FnMut(&str, &mut String)) -> bool {
    let mut marks = draft.marks.clone();
    marks.sort_by_key(|mark| (mark.start, mark.end));
    let mut out = String::with_capacity(draft.text.len() * 2);
    let mut kept = Vec::with_capacity(marks.len());
    let mut done = 0;
    for mark in marks {
        let (Some(before), Some(word)) = (draft.text.get(done..mark.start), draft.text.get(mark.start..mark.end)) else { continue };
        out.push_str(before);
        let start = out.len();
        change(word, &mut out);
        kept.push(Mark { start, end: out.len(), product: mark.product });
        done = mark.end;
    }
    out.push_str(draft.text.get(done..).unwrap_or_default());
    let changed = out != draft.text;
    if changed {
        draft.text = out;
        draft.marks = kept;
    }
    changed
}

pub(crate) fn transform(trick: Obfuscation, word: &str, place: &str, out: &mut String, rng: &mut ChaCha8Rng) {
    match trick {
        Obfuscation::Leet => leet(word, out, rng),
        Obfuscation::Spacing => between(word, " ", out),
        Obfuscation::Dots => between(word, pick(&[".", ".", "-", "*", "_"], rng), out),
        Obfuscation::ZeroWidth => between(word, pick(&["\u{200b}", "\u{200d}", "\u{2060}"], rng), out),
        Obfuscation::SoftHyphen => between(word, "\u{ad}", out),
        Obfuscation::Homoglyph => out.extend(word.chars().map(lookalike)),
        Obfuscation::FullWidth => out.extend(word.chars().map(|c| shifted(c, 0xfee0))),
        Obfuscation::MathLetters => {
            let base = if rng.random_ratio(1, 2) { 0x1_d400 } else { 0x1_d5d4 };
            out.extend(word.chars().map(|c| mathematical(c, base)));
        }
        Obfuscation::Combining => {
            let mark = if rng.random_ratio(1, 2) { '\u{336}' } else { '\u{308}' };
            for c in word.chars() {
                out.push(c);
                if c.is_alphabetic() {
                    out.push(mark);
                }
            }
        }
        Obfuscation::Repeats => repeats(word, out, rng),
        Obfuscation::VowelDrop => vowel_drop(word, out),
        Obfuscation::HashtagJoining => joined(word, place, out, rng),
        Obfuscation::Typo => typo(word, out, rng),
        Obfuscation::UpperCase | Obfuscation::EmojiDigits | Obfuscation::NumberWords => out.push_str(word),
    }
}

fn pick<'a>(all: &[&'a str], rng: &mut ChaCha8Rng) -> &'a str {
    all.get(rng.random_range(0..all.len().max(1))).copied().unwrap_or("")
}

fn leet(word: &str, out: &mut String, rng: &mut ChaCha8Rng) {
    let all = rng.random_ratio(1, 2);
    let mut changed = false;
    for c in word.chars() {
        let new = match c.to_ascii_lowercase() {
            'a' => '4',
            'e' | 'é' => '3',
            'i' => '!',
            'o' => '0',
            's' => '$',
            't' if all => '7',
            _ => c,
        };
        let take = new != c && (all || !changed);
        changed |= take;
        out.push(if take { new } else { c });
    }
}

fn between(word: &str, separator: &str, out: &mut String) {
    let mut previous = false;
    for c in word.chars() {
        if previous && c.is_alphanumeric() {
            out.push_str(separator);
        }
        previous = c.is_alphanumeric();
        out.push(c);
    }
}

fn lookalike(c: char) -> char {
    match c {
        'a' => 'а',
        'c' => 'с',
        'e' => 'е',
        'i' => 'і',
        'o' => 'ο',
        'p' => 'р',
        's' => 'ѕ',
        'x' => 'х',
        'y' => 'у',
        'A' => 'А',
        'B' => 'В',
        'C' => 'С',
        'H' => 'Н',
        'K' => 'К',
        'M' => 'М',
        'T' => 'Т',
        'X' => 'Х',
        other => other,
    }
}

fn shifted(c: char, by: u32) -> char {
    if c.is_ascii_graphic() { char::from_u32(u32::from(c) + by).unwrap_or(c) } else { c }
}

fn mathematical(c: char, base: u32) -> char {
    let offset = match c {
        'A'..='Z' => u32::from(c) - u32::from('A'),
        'a'..='z' => u32::from(c) - u32::from('a') + 26,
        _ => return c,
    };
    char::from_u32(base + offset).unwrap_or(c)
}

fn is_vowel(c: char) -> bool {
    "aeiouyéèêëàâïîôöùûAEIOUY".contains(c)
}

fn repeats(word: &str, out: &mut String, rng: &mut ChaCha8Rng) {
    let last = word.char_indices().filter(|(_, c)| is_vowel(*c)).map(|(at, _)| at).next_back();
    for (at, c) in word.char_indices() {
        out.push(c);
        if Some(at) == last {
            out.extend(std::iter::repeat_n(c, rng.random_range(2..6)));
        }
    }
}

fn vowel_drop(word: &str, out: &mut String) {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let consonants = word.chars().filter(|c| c.is_alphabetic() && !is_vowel(*c)).count();
    if letters < 4 || consonants < 3 {
        out.push_str(word);
        return;
    }
    out.extend(word.chars().enumerate().filter(|(at, c)| *at == 0 || !is_vowel(*c)).map(|(_, c)| c));
}

fn joined(word: &str, place: &str, out: &mut String, rng: &mut ChaCha8Rng) {
    let letters: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
    if letters.is_empty() {
        out.push_str(word);
        return;
    }
    if out.ends_with('#') {
        out.pop();
    }
    let place: String = place.chars().filter(|c| c.is_alphanumeric()).collect();
    match rng.random_range(0..5_u8) {
        0 => out.extend(["#", &letters, &place]),
        1 => out.extend(["#livraison", &letters]),
        2 => out.extend(["#plan", &letters, "24"]),
        3 => out.extend(["#", &letters, "dispo"]),
        _ => out.extend(["#", &place.to_lowercase(), &letters.to_lowercase()]),
    }
}

/// Swaps, doubles or loses one letter of a word of at least four.
pub(crate) fn typo(word: &str, out: &mut String, rng: &mut ChaCha8Rng) {
    let letters = word.chars().count();
    if letters < 4 {
        out.push_str(word);
        return;
    }
    let at = rng.random_range(1..letters - 1);
    let kind = rng.random_range(0..3_u8);
    let mut held = None;
    for (index, c) in word.chars().enumerate() {
        if index != at {
            out.push(c);
            out.extend(held.take());
            continue;
        }
        match kind {
            0 => held = Some(c),
            1 => out.extend([c, c]),
            _ => {}
        }
    }
    out.extend(held);
}

/// Capitals, but not within handles and links, which would no longer work.
fn upper(draft: &mut Draft) -> bool {
    let mut out = String::with_capacity(draft.text.len());
    for token in draft.text.split_inclusive(char::is_whitespace) {
        if token.contains(['/', '@', '_']) || draft.contacts.iter().any(|contact| token.contains(contact.value.as_str())) {
            out.push_str(token);
        } else {
            out.extend(token.chars().flat_map(char::to_uppercase));
        }
    }
    let changed = out != draft.text;
    draft.text = out;
    draft.marks.clear();
    changed
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn changed(trick: Obfuscation) -> String {
        let text = "dispo cocaïne ce soir".to_owned();
        let mut draft = Draft { text, marks: vec![Mark { start: 6, end: 14, product: 4 }], ..Draft::default() };
        apply(trick, &mut draft, "Toulouse", &mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!(draft.tricks, [trick]);
        draft.text
    }

    #[test]
    fn each_trick_changes_the_word_only() {
        assert_eq!(changed(Obfuscation::Spacing), "dispo c o c a ï n e ce soir");
        assert_eq!(changed(Obfuscation::SoftHyphen), "dispo c\u{ad}o\u{ad}c\u{ad}a\u{ad}ï\u{ad}n\u{ad}e ce soir");
        assert_eq!(changed(Obfuscation::VowelDrop), "dispo ccn ce soir");
        assert_eq!(changed(Obfuscation::UpperCase), "DISPO COCAÏNE CE SOIR");
        assert_eq!(changed(Obfuscation::FullWidth), "dispo ｃｏｃａïｎｅ ce soir");
        for trick in [Obfuscation::Leet, Obfuscation::Homoglyph, Obfuscation::MathLetters, Obfuscation::Typo, Obfuscation::HashtagJoining] {
            let text = changed(trick);
            assert!(text.starts_with("dispo ") && text.ends_with(" ce soir"), "{text}");
        }
    }
}
