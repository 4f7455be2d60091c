//! Every transformation of `domain.md` section 2.6, applied to a given text: one at a time, for measuring what each costs.
//!
//! The stream draws from [`crate::Obfuscation`]; this list is wider, and changes nothing of what the stream writes.

use std::ops::Range;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::{
    contacts::number_words,
    disguise_words::{DIGITS, EMOJI, EQUIVALENTS, REVERSED, VERLAN},
    grammar::Lang,
    obfuscate::{Obfuscation, transform},
};

macro_rules! disguises {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// One way to hide words or numbers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum Disguise {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)+
        }

        impl Disguise {
            /// Every disguise.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The disguise as it is written in files.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

disguises! {
    /// `c0k3`, `sh!t`.
    Leet = "leet",
    /// `c o k e`.
    Spaces = "spaces",
    /// `c.o.k.e`, also with hyphens, stars and underscores.
    Dots = "dots",
    /// Zero-width characters between letters.
    ZeroWidth = "zero_width",
    /// Soft hyphens between letters.
    SoftHyphen = "soft_hyphen",
    /// Cyrillic letters that look Latin.
    Cyrillic = "cyrillic",
    /// Greek letters that look Latin.
    Greek = "greek",
    /// Full-width letters.
    FullWidth = "full_width",
    /// Mathematical letters.
    Mathematical = "mathematical",
    /// Combining marks over or through letters.
    CombiningMarks = "combining_marks",
    /// `beuuuuh`.
    Repeats = "repeats",
    /// `keuco` for `coke`, where the form is known.
    Verlan = "verlan",
    /// `kokain` for `cocaine`.
    Phonetic = "phonetic",
    /// `ckn`, of words with three consonants or more: less is left of others than anybody can read.
    VowelsDropped = "vowels_dropped",
    /// A letter swapped, doubled or lost.
    Typo = "typo",
    /// An emoji for the word.
    EmojiWord = "emoji_word",
    /// Squared or regional-indicator letters.
    EmojiLetters = "emoji_letters",
    /// `#be #uh`.
    HashtagSplit = "hashtag_split",
    /// `#BeuhDispo`: the word and its neighbour as one hashtag.
    CamelHashtag = "camel_hashtag",
    /// A word split over lines.
    SplitLines = "split_lines",
    /// Left-to-right and right-to-left marks between letters.
    DirectionMarks = "direction_marks",
    /// The word written backwards under a right-to-left override.
    Override = "rtl_override",
    /// The whole text in capitals.
    Capitals = "capitals",
    /// Words of the trade in another language.
    CodeMixing = "code_mixing",
    /// Keycap digits in telephone numbers.
    Keycaps = "phone_keycaps",
    /// Telephone numbers in words.
    NumberWords = "phone_words",
    /// Telephone numbers backwards, and saying so.
    Reversed = "phone_reversed",
    /// `0 6 3 9`.
    SpacedDigits = "phone_spaced",
    /// Full-width or mathematical digits.
    ScriptDigits = "phone_scripts",
    /// `O6` and `l2`: letters for 0 and 1.
    LetterDigits = "phone_letters",
}

impl Disguise {
    /// Whether it changes telephone numbers rather than words.
    #[must_use]
    pub fn of_phones(self) -> bool {
        matches!(self, Self::Keycaps | Self::NumberWords | Self::Reversed | Self::SpacedDigits | Self::ScriptDigits | Self::LetterDigits)
    }

    /// Whether it changes only the words that it is given.
    #[must_use]
    pub fn of_words(self) -> bool {
        !self.of_phones() && !matches!(self, Self::Capitals | Self::CodeMixing)
    }

    /// The text with `words` (byte ranges, ascending, apart) or its telephone numbers disguised; `None` where nothing changes.
    /// The same seed gives the same text.
    #[must_use]
    pub fn apply(self, text: &str, words: &[Range<usize>], lang: &str, seed: u64) -> Option<String> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let out = match self {
            Self::Capitals => capitals(text),
            Self::CodeMixing => code_mixing(text, lang),
            Self::CamelHashtag => rewrite(text, &with_neighbours(text, words), |word, out| out.push_str(&camel(word))),
            _ if self.of_phones() => rewrite(text, &phones(text), |phone, out| self.phone(phone, lang, out, &mut rng)),
            _ => rewrite(text, words, |word, out| self.word(word, lang, out, &mut rng)),
        };
        (out != text).then_some(out)
    }

    fn word(self, word: &str, lang: &str, out: &mut String, rng: &mut ChaCha8Rng) {
        if let Some(trick) = self.of_stream() {
            transform(trick, word, "", out, rng);
            return;
        }
        match self {
            Self::Cyrillic => out.extend(word.chars().map(|c| alike(c, "aceiopsxyABCEHIKMOPSTX", "асеіорѕхуАВСЕНІКМОРЅТХ"))),
            Self::Greek => out.extend(word.chars().map(|c| alike(c, "oviuaABEHIKMNOPTXYZ", "ονιυαΑΒΕΗΙΚΜΝΟΡΤΧΥΖ"))),
            Self::Verlan => out.push_str(if lang == "fr" { listed(VERLAN, word) } else { word }),
            Self::Phonetic => phonetic(word, out),
            Self::EmojiWord => out.push_str(EMOJI.iter().find(|(_, names)| names.contains(&plain(word).as_str())).map_or(word, |(emoji, _)| emoji)),
            Self::EmojiLetters => emoji_letters(word, out, rng),
            Self::HashtagSplit => halves(word, out, |first, second| format!("#{first} #{second}")),
            Self::SplitLines => halves(word, out, |first, second| format!("{first}\n{second}")),
            Self::DirectionMarks => out.extend(word.chars().flat_map(|c| [c, '\u{200e}', '\u{200f}'])),
            Self::Override => {
                out.push('\u{202e}');
                out.extend(word.chars().rev());
                out.push('\u{202c}');
            }
            _ => out.push_str(word),
        }
    }

    /// The stream's transformation that is the same.
    fn of_stream(self) -> Option<Obfuscation> {
        Some(match self {
            Self::Leet => Obfuscation::Leet,
            Self::Spaces => Obfuscation::Spacing,
            Self::Dots => Obfuscation::Dots,
            Self::ZeroWidth => Obfuscation::ZeroWidth,
            Self::SoftHyphen => Obfuscation::SoftHyphen,
            Self::FullWidth => Obfuscation::FullWidth,
            Self::Mathematical => Obfuscation::MathLetters,
            Self::CombiningMarks => Obfuscation::Combining,
            Self::Repeats => Obfuscation::Repeats,
            Self::VowelsDropped => Obfuscation::VowelDrop,
            Self::Typo => Obfuscation::Typo,
            _ => return None,
        })
    }

    fn phone(self, phone: &str, lang: &str, out: &mut String, rng: &mut ChaCha8Rng) {
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        match self {
            Self::Keycaps => out.extend(digits.chars().flat_map(|digit| [digit, '\u{fe0f}', '\u{20e3}'])),
            Self::NumberWords if lang == "fr" && digits.len().is_multiple_of(2) => number_words(out, &digits, Lang::Fr),
            Self::NumberWords => out.push_str(&in_words(&digits, lang)),
            Self::Reversed => {
                out.extend(digits.chars().rev());
                out.push_str(REVERSED.iter().find(|(code, _)| *code == lang).map_or(" (backwards)", |(_, hint)| hint));
            }
            Self::SpacedDigits => out.push_str(&digits.chars().map(String::from).collect::<Vec<_>>().join(" ")),
            Self::ScriptDigits => {
                let zero = if rng.random_ratio(1, 2) { 0xff10 } else { 0x1_d7ce };
                out.extend(digits.chars().filter_map(|digit| char::from_u32(zero + digit.to_digit(10)?)));
            }
            Self::LetterDigits => out.extend(phone.chars().map(|c| match c {
                '0' => 'O',
                '1' => 'l',
                other => other,
            })),
            _ => out.push_str(phone),
        }
    }
}

/// Changes the given ranges and keeps everything between them.
fn rewrite(text: &str, ranges: &[Range<usize>], mut change: impl FnMut(&str, &mut String)) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut done = 0;
    for range in ranges {
        let (Some(before), Some(word)) = (text.get(done..range.start), text.get(range.clone())) else { continue };
        out.push_str(before);
        change(word, &mut out);
        done = range.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// Lower case without the accents of the six languages.
fn plain(word: &str) -> String {
    word.to_lowercase()
        .chars()
        .map(|c| match c {
            'à' | 'á' | 'â' | 'ä' => 'a',
            'è' | 'é' | 'ê' | 'ë' => 'e',
            'ì' | 'í' | 'î' | 'ï' => 'i',
            'ò' | 'ó' | 'ô' | 'ö' => 'o',
            'ù' | 'ú' | 'û' | 'ü' => 'u',
            other => other,
        })
        .collect()
}

fn listed<'a>(list: &[(&str, &'a str)], word: &'a str) -> &'a str {
    let plain = plain(word);
    list.iter().find(|(from, _)| *from == plain).map_or(word, |(_, to)| to)
}

fn alike(c: char, from: &str, to: &str) -> char {
    from.chars().zip(to.chars()).find(|(latin, _)| *latin == c).map_or(c, |(_, other)| other)
}

/// Spelt as it sounds: k for c and qu, z for s between vowels, f for ph, no silent e, no h after k.
fn phonetic(word: &str, out: &mut String) {
    let letters: Vec<char> = plain(word).chars().collect();
    let mut at = 0;
    while let Some(&c) = letters.get(at) {
        let next = letters.get(at + 1).copied();
        let (written, taken) = match (c, next) {
            ('c', Some('h')) => ("ch", 2),
            ('c', Some('e' | 'i' | 'y')) => ("s", 1),
            ('c', Some('k')) | ('q', Some('u')) => ("k", 2),
            ('c', _) => ("k", 1),
            ('p', Some('h')) => ("f", 2),
            ('e', None) if letters.len() > 4 => ("", 1),
            _ => ("", 0),
        };
        out.push_str(written);
        if taken == 0 {
            out.push(c);
        }
        at += taken.max(1);
    }
}

fn emoji_letters(word: &str, out: &mut String, rng: &mut ChaCha8Rng) {
    let first = if rng.random_ratio(1, 2) { 0x1_f170 } else { 0x1_f1e6 };
    for c in plain(word).chars() {
        let letter = c.is_ascii_lowercase().then(|| char::from_u32(first + u32::from(c) - u32::from('a'))).flatten();
        out.push(letter.unwrap_or(c));
    }
}

/// Both halves of a word of four letters or more.
fn halves(word: &str, out: &mut String, join: impl Fn(&str, &str) -> String) {
    let letters = word.chars().count();
    let middle = word.char_indices().nth(letters / 2).map_or(word.len(), |(at, _)| at);
    match word.split_at_checked(middle) {
        Some((first, second)) if letters >= 4 && !word.contains(char::is_whitespace) => out.push_str(&join(first, second)),
        _ => out.push_str(word),
    }
}

/// Each range with the word after it, where one follows on the same line.
fn with_neighbours(text: &str, words: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for word in words {
        if out.last().is_some_and(|last| last.end > word.start) {
            continue;
        }
        let after = text.get(word.end..).unwrap_or_default();
        let next = after.strip_prefix(' ').map_or(0, |rest| rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len()));
        out.push(word.start..if next > 1 { word.end + 1 + next } else { word.end });
    }
    out
}

fn camel(words: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    };
    let parts: Vec<String> = words.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).map(capital).collect();
    match parts.as_slice() {
        [] => words.to_owned(),
        [one] => format!("#Plan{one}"),
        many => format!("#{}", many.concat()),
    }
}

/// Capitals, but not within handles and links, which would no longer work.
fn capitals(text: &str) -> String {
    let token = |token: &str| if token.contains(['/', '@', '_']) { token.to_owned() } else { token.to_uppercase() };
    text.split_inclusive(char::is_whitespace).map(token).collect()
}

/// Words of the trade in English, or in French where the text is English.
fn code_mixing(text: &str, lang: &str) -> String {
    let column = |code: &str| ["en", "fr", "es", "it", "de", "nl"].iter().position(|known| *known == code);
    let Some(from) = column(lang) else { return text.to_owned() };
    let to = usize::from(from == 0);
    let swap = |word: &str| {
        let plain = plain(word);
        let row = EQUIVALENTS.iter().find(|row| row.get(from).is_some_and(|w| *w == plain));
        row.and_then(|row| row.get(to)).map_or_else(|| word.to_owned(), |w| (*w).to_owned())
    };
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(|c: char| !c.is_alphabetic()) {
        let word = part.trim_end_matches(|c: char| !c.is_alphabetic());
        out.push_str(&swap(word));
        out.push_str(part.get(word.len()..).unwrap_or_default());
    }
    out
}

/// Digit by digit.
fn in_words(digits: &str, lang: &str) -> String {
    let names = DIGITS.iter().find(|(code, _)| *code == lang).or(DIGITS.first());
    let name = |digit: char| names.and_then(|(_, names)| names.get(usize::try_from(digit.to_digit(10)?).ok()?)).copied();
    digits.chars().filter_map(name).collect::<Vec<_>>().join(" ")
}

/// Runs of nine to fifteen digits with at most one separator between two of them.
fn phones(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    // Where the run is, and how many digits it has.
    let mut run: Option<(Range<usize>, usize)> = None;
    let mut close = |run: Option<(Range<usize>, usize)>| out.extend(run.filter(|(_, digits)| (9..=15).contains(digits)).map(|(range, _)| range));
    for (at, c) in text.char_indices() {
        match (&mut run, c) {
            (Some((range, digits)), '0'..='9') => (range.end, *digits) = (at + 1, *digits + 1),
            (None, '0'..='9') => run = Some((at..at + 1, 1)),
            (None, '+') => run = Some((at..at + 1, 0)),
            (Some((range, _)), ' ' | '.' | '-' | '/') if range.end == at => {}
            (Some(_), _) => close(run.take()),
            (None, _) => {}
        }
    }
    close(run);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Coke et weed dispo ce soir, livraison, appelle 06 39 98 12 34";

    fn disguised(disguise: Disguise) -> String {
        disguise.apply(TEXT, &[0..4, 8..12], "fr", 1).unwrap_or_default()
    }

    #[test]
    fn each_does_what_it_says() {
        for (disguise, expected) in [
            (Disguise::Spaces, "C o k e et w e e d dispo ce soir, livraison, appelle 06 39 98 12 34"),
            (Disguise::Cyrillic, "Соkе et wееd dispo ce soir, livraison, appelle 06 39 98 12 34"),
            (Disguise::Verlan, "keuco et weed dispo ce soir, livraison, appelle 06 39 98 12 34"),
            (Disguise::Phonetic, "koke et weed dispo ce soir, livraison, appelle 06 39 98 12 34"),
            (Disguise::EmojiWord, "❄️ et 🌿 dispo ce soir, livraison, appelle 06 39 98 12 34"),
            (Disguise::HashtagSplit, "#Co #ke et #we #ed dispo ce soir, livraison, appelle 06 39 98 12 34"),
            (Disguise::CamelHashtag, "#CokeEt #WeedDispo ce soir, livraison, appelle 06 39 98 12 34"),
            (Disguise::SplitLines, "Co\nke et we\ned dispo ce soir, livraison, appelle 06 39 98 12 34"),
            (Disguise::Override, "\u{202e}ekoC\u{202c} et \u{202e}deew\u{202c} dispo ce soir, livraison, appelle 06 39 98 12 34"),
            (Disguise::Capitals, "COKE ET WEED DISPO CE SOIR, LIVRAISON, APPELLE 06 39 98 12 34"),
            (Disguise::CodeMixing, "Coke et weed available ce soir, delivery, appelle 06 39 98 12 34"),
            (Disguise::NumberWords, "Coke et weed dispo ce soir, livraison, appelle zéro six trente-neuf quatre-vingt-dix-huit douze trente-quatre"),
            (Disguise::Reversed, "Coke et weed dispo ce soir, livraison, appelle 4321899360 (à l'envers)"),
            (Disguise::SpacedDigits, "Coke et weed dispo ce soir, livraison, appelle 0 6 3 9 9 8 1 2 3 4"),
            (Disguise::LetterDigits, "Coke et weed dispo ce soir, livraison, appelle O6 39 98 l2 34"),
        ] {
            assert_eq!(disguised(disguise), expected, "{disguise:?}");
        }
    }

    #[test]
    fn all_change_the_text_and_the_seed_decides() {
        for disguise in Disguise::ALL {
            let words = [0..4, 8..12];
            let changed =
                if *disguise == Disguise::VowelsDropped { disguise.apply("cristal y polen", &[0..7, 10..15], "es", 1) } else { Some(disguised(*disguise)) };
            assert!(changed.is_some_and(|text| !text.is_empty()), "{disguise:?}");
            assert_eq!(disguise.apply(TEXT, &words, "fr", 9), disguise.apply(TEXT, &words, "fr", 9));
            assert_eq!(disguise.apply("", &[], "fr", 1), None);
            assert_eq!(disguise.apply("3 mots ici", &[], "it", 1).is_some(), *disguise == Disguise::Capitals, "{disguise:?}");
        }
        assert_eq!(Disguise::Leet.apply("été", &[1..2, 40..50], "fr", 1), None, "ranges that fit no text are left alone");
    }

    #[test]
    fn numbers_are_found_and_prices_are_not() {
        let found = |text: &str| phones(text).into_iter().filter_map(|range| text.get(range).map(str::to_owned)).collect::<Vec<_>>();
        assert_eq!(found("appelle +33 6 39 98 12 34 ou 0639981234."), ["+33 6 39 98 12 34", "0639981234"]);
        assert_eq!(found("1g 50, 2g 90, 5g 200, le 24/11 à 18h30"), Vec::<String>::new());
    }
}
