//! Folding a text into words, each with the span of the original that it stands for.

use crate::table::{self, Fold};

/// What was noticed while a word was folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WordFlags(u16);

impl WordFlags {
    /// Has a letter.
    pub const LETTER: Self = Self(1);
    /// Has a digit.
    pub const DIGIT: Self = Self(2);
    /// Follows `#`.
    pub const HASHTAG: Self = Self(4);
    /// Follows `@`.
    pub const MENTION: Self = Self(8);
    /// Has a symbol between letters that may stand for a letter: `sh!t`.
    pub const SYMBOL: Self = Self(16);
    /// Had a letter three times or more in a row; two are kept.
    pub const STRETCHED: Self = Self(32);
    /// A pictograph.
    pub const EMOJI: Self = Self(64);
    /// Has a small letter followed by a capital: `LivraisonToulouse`.
    pub const CAMEL: Self = Self(128);
    /// Begins with a capital.
    pub const CAPITAL: Self = Self(256);
    /// Part of a web address.
    pub const LINK: Self = Self(512);
    /// Had letters that were not plain: look-alikes, styled or invisible ones.
    pub const DISGUISED: Self = Self(1024);

    /// Whether any of `flags` is set.
    #[must_use]
    pub fn any(self, flags: Self) -> bool {
        self.0 & flags.0 != 0
    }

    /// Whether all of `flags` are set.
    #[must_use]
    pub fn all(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// These flags and `others`.
    #[must_use]
    pub const fn or(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    fn set(&mut self, flags: Self) {
        self.0 |= flags.0;
    }
}

impl std::ops::BitOr for WordFlags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.or(other)
    }
}

/// A folded word: where it lies in the folded bytes and in the original text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// First byte in [`Folded::bytes`].
    pub from: u32,
    /// One past the last byte there.
    pub to: u32,
    /// First byte in the original.
    pub start: u32,
    /// One past the last byte in the original.
    pub end: u32,
    /// [`word_hash`] of the folded bytes.
    pub hash: u64,
    /// What was noticed.
    pub flags: WordFlags,
}

/// Hash of a folded word: the same on every machine and run; no two words of up to eight bytes share one.
#[must_use]
pub fn word_hash(word: &[u8]) -> u64 {
    let (chunks, rest) = word.as_chunks::<8>();
    let hash = chunks.iter().fold(0, |hash, chunk| hash_chunk(hash, u64::from_le_bytes(*chunk)));
    if rest.is_empty() { hash } else { hash_chunk(hash, padded(rest)) }
}

#[inline]
fn hash_chunk(hash: u64, chunk: u64) -> u64 {
    let mixed = (hash.rotate_left(23) ^ chunk).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ (mixed >> 32)
}

/// The first eight bytes as a number, the first one lowest; zeros where there are fewer.
#[inline]
fn padded(bytes: &[u8]) -> u64 {
    if let Some(chunk) = bytes.first_chunk() {
        return u64::from_le_bytes(*chunk);
    }
    let mut chunk = [0; 8];
    chunk.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    u64::from_le_bytes(chunk)
}

/// A text as words. Reusable: [`Folded::read`] clears and refills it without allocating once it has grown.
#[derive(Debug, Default, Clone)]
pub struct Folded {
    /// The folded words, and room for more.
    buffer: Vec<u8>,
    /// How much of the buffer is in use.
    used: usize,
    words: Vec<Word>,
}

/// What is written to the buffer at once.
const STEP: usize = 8;

/// Each of the eight bytes of a number.
const EACH: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * EACH;

/// The top bit of each byte that is a small ASCII letter or, with the bit of small letters set, a capital one.
#[inline]
fn letters(lower: u64) -> u64 {
    let seven = lower & !HIGH;
    let from_a = seven + (0x80 - 0x61) * EACH;
    let beyond_z = seven + (0x80 - 0x7B) * EACH;
    from_a & !beyond_z & !lower & HIGH
}

/// ASCII characters that end a word whatever stands around them. A colon may open a link; letter symbols may be part of the word.
const SEPARATES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0u8;
    while byte < 0x80 {
        #[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
        let slot = &mut table[byte as usize];
        *slot = !byte.is_ascii_alphanumeric() && !matches!(byte, b':' | b'@' | b'$' | b'!' | b'|' | b'+' | b'*');
        byte += 1;
    }
    table
};

/// U+00C0 to U+00FF folded to one letter; `-` where the fold is not one letter.
const LATIN: &[u8; 64] = b"aaaaaa-ceeeeiiiidnoooooxouuuuy--aaaaaa-ceeeeiiiidnooooo-ouuuuy-y";

/// Symbols that stand for letters between letters.
pub(crate) const LETTER_SYMBOLS: &[u8] = b"@$!|+*";

impl Folded {
    /// The folded words one after the other, without gaps.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.used).unwrap_or_default()
    }

    /// The words in the order of the text.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// The folded bytes of a word of this text.
    #[must_use]
    pub fn word(&self, word: &Word) -> &[u8] {
        self.buffer.get(word.from as usize..word.to as usize).unwrap_or_default()
    }

    /// Folds `text`. Texts are read up to 4 GiB; what lies beyond is ignored.
    pub fn read(&mut self, text: &str) {
        let text = text.get(..text.floor_char_boundary(u32::MAX as usize)).unwrap_or(text);
        self.used = 0;
        self.words.clear();
        self.make_room(text.len());
        Reader { folded: self, open: None, previous: 0, run: 0, link_until: 0, source: text.as_bytes() }.read(text);
    }

    /// Takes letters and digits as they are written, in lower case, and undoes nothing: to measure what [`Folded::read`] brings.
    #[expect(clippy::cast_possible_truncation, reason = "texts are cut at 4 GiB")]
    pub fn read_as_written(&mut self, text: &str) {
        let text = text.get(..text.floor_char_boundary(u32::MAX as usize)).unwrap_or(text);
        let separates = |c: char| !c.is_alphanumeric();
        (self.used, self.words) = (0, Vec::new());
        let mut at = 0;
        for piece in text.split_inclusive(separates) {
            let written = piece.trim_end_matches(separates);
            let lower = written.to_lowercase();
            self.make_room(lower.len());
            let from = self.used;
            if let Some(room) = self.buffer.get_mut(from..from + lower.len()).filter(|room| !room.is_empty()) {
                room.copy_from_slice(lower.as_bytes());
                self.used += lower.len();
                let mut flags = WordFlags::default();
                let seen = [(WordFlags::LETTER, written.contains(char::is_alphabetic)), (WordFlags::DIGIT, written.contains(char::is_numeric))];
                seen.into_iter()
                    .chain([(WordFlags::CAPITAL, written.starts_with(char::is_uppercase))])
                    .filter(|flag| flag.1)
                    .for_each(|flag| flags.set(flag.0));
                let (start, end) = (at as u32, (at + written.len()) as u32);
                self.words.push(Word { from: from as u32, to: self.used as u32, start, end, hash: word_hash(lower.as_bytes()), flags });
            }
            at += piece.len();
        }
    }
}

impl Folded {
    /// Makes room for so many bytes more, and for a step after them.
    fn make_room(&mut self, more: usize) {
        let needed = self.used + more + STEP;
        if self.buffer.len() < needed {
            self.buffer.resize(needed.next_power_of_two(), 0);
        }
    }

    /// Adds the first `count` bytes of a number, the lowest first.
    #[inline]
    fn write(&mut self, bytes: u64, count: usize) {
        if let Some(room) = self.buffer.get_mut(self.used..).and_then(<[u8]>::first_chunk_mut) {
            *room = bytes.to_le_bytes();
            self.used += count;
        }
    }
}

/// A word list entry in folded form: words joined by single spaces. For compiling lexicons.
#[must_use]
pub fn fold_phrase(phrase: &str) -> String {
    let mut folded = Folded::default();
    folded.read(phrase);
    let mut joined = String::with_capacity(folded.used + folded.words.len());
    for word in folded.words() {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(&String::from_utf8_lossy(folded.word(word)));
    }
    joined
}

/// One pass over a text.
struct Reader<'a> {
    folded: &'a mut Folded,
    /// The word being read.
    open: Option<Word>,
    /// The last original byte (0 after a character outside ASCII).
    previous: u8,
    /// How often the last folded letter stands in a row.
    run: u32,
    /// Inside a web address up to here.
    link_until: usize,
    source: &'a [u8],
}

#[expect(clippy::cast_possible_truncation, reason = "the text was cut to 4 GiB")]
impl Reader<'_> {
    fn read(mut self, text: &str) {
        let mut at = 0;
        while let Some(&byte) = self.source.get(at) {
            if byte.is_ascii_alphabetic() {
                at = self.plain_letters(at);
            } else if SEPARATES.get(byte as usize).copied().unwrap_or(false) {
                self.close();
                self.previous = byte;
                at += 1;
            } else if byte < 0x80 {
                self.ascii(byte, at);
                self.previous = byte;
                at += 1;
            } else if let Some(letter) = self.latin_letter(byte, at) {
                self.push(letter, at, at + 2, WordFlags::LETTER);
                self.previous = 0;
                at += 2;
            } else {
                let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
                self.other(c, at);
                self.previous = 0;
                at += c.len_utf8();
            }
        }
        self.close();
    }

    /// The accented letters of Latin-1, which lead all others by far.
    #[inline]
    fn latin_letter(&self, byte: u8, at: usize) -> Option<u8> {
        if byte != 0xC3 {
            return None;
        }
        let second = *self.source.get(at + 1)?;
        LATIN.get((second & 0x3F) as usize).copied().filter(|&letter| letter != b'-')
    }

    /// The fast path: a run of ASCII letters, eight at a time. Gives the position after what was read.
    #[inline]
    fn plain_letters(&mut self, start: usize) -> usize {
        let from = self.folded.used;
        self.folded.make_room(0);
        let (mut at, mut capitals, mut doubled, mut last, mut hash) = (start, 0, 0, self.last_folded(), 0);
        let next = loop {
            let window = padded(self.source.get(at..).unwrap_or_default());
            let lower = window | (0x20 * EACH);
            let run = (!letters(lower) & HIGH).trailing_zeros() as usize / 8;
            let mask = u64::MAX.checked_shr(64 - 8 * run as u32).unwrap_or(0);
            let kept = lower & mask;
            let equal = kept ^ ((kept << 8) | u64::from(last));
            doubled |= equal.wrapping_sub(EACH) & !equal & HIGH & mask;
            capitals |= !window & (0x20 * EACH) & mask;
            self.folded.write(kept, run);
            at += run;
            if run > 0 {
                hash = hash_chunk(hash, kept);
                last = (kept >> (8 * (run - 1))) as u8;
            }
            if run < STEP {
                break (window >> (8 * run)) as u8;
            }
            self.folded.make_room(0);
        };
        let run = self.source.get(start..at).unwrap_or_default();
        if doubled != 0 && (self.open.is_some() || is_stretched(run)) {
            self.folded.used = from;
            return self.letter_by_letter(start, run);
        }
        let camel = capitals != 0 && self.is_camel(run);
        let flags = if camel { WordFlags::LETTER | WordFlags::CAMEL } else { WordFlags::LETTER };
        if let Some(word) = &mut self.open {
            word.end = at as u32;
            word.flags.set(flags);
        } else {
            let word = self.opening(from as u32, start, at, flags);
            if SEPARATES.get(next as usize).copied().unwrap_or(false) && at < self.source.len() {
                self.folded.words.push(Word { to: self.folded.used as u32, hash, ..word });
                self.previous = next;
                return at + 1;
            }
            self.open = Some(word);
        }
        self.run = 1 + u32::from(doubled != 0 && self.folded.bytes().ends_with(&[last, last]));
        self.previous = run.last().copied().unwrap_or(0);
        at
    }

    /// The last folded byte of the word being read; 0 where none is.
    fn last_folded(&self) -> u8 {
        self.open.and(self.folded.bytes().last().copied()).unwrap_or(0)
    }

    /// Whether a capital follows a small letter, in `run` or between it and what stands before it in the word.
    fn is_camel(&self, run: &[u8]) -> bool {
        let joins = self.open.is_some() && self.previous.is_ascii_lowercase() && run.first().is_some_and(u8::is_ascii_uppercase);
        joins || run.array_windows().any(|[a, b]| a.is_ascii_lowercase() && b.is_ascii_uppercase())
    }

    #[cold]
    fn letter_by_letter(&mut self, start: usize, run: &[u8]) -> usize {
        for (offset, &byte) in run.iter().enumerate() {
            self.ascii(byte, start + offset);
            self.previous = byte;
        }
        start + run.len()
    }

    #[inline]
    fn ascii(&mut self, byte: u8, at: usize) {
        if byte.is_ascii_alphanumeric() {
            let folded = byte.to_ascii_lowercase();
            let flags = if folded.is_ascii_digit() { WordFlags::DIGIT } else { WordFlags::LETTER };
            if byte.is_ascii_uppercase() && self.previous.is_ascii_lowercase() && self.open.is_some() {
                self.push(folded, at, at + 1, flags | WordFlags::CAMEL);
            } else {
                self.push(folded, at, at + 1, flags);
            }
        } else if self.is_symbol_in_word(byte, at) {
            self.push(byte, at, at + 1, WordFlags::SYMBOL);
        } else {
            if byte == b':' && self.source.get(at..at + 3) == Some(b"://") {
                self.enter_link(at);
            }
            self.close();
        }
    }

    fn other(&mut self, c: char, at: usize) {
        let end = at + c.len_utf8();
        match table::fold(c) {
            Fold::Nothing => {
                // Part of the word that goes on after it; a mark at the end of a word stays outside.
                if let Some(word) = &mut self.open {
                    word.flags.set(WordFlags::DISGUISED);
                }
            }
            Fold::Gap => self.close(),
            Fold::Ascii(letters) => {
                for &letter in letters.iter().take_while(|&&b| b != 0) {
                    let disguise = if u32::from(c) >= 0x250 { WordFlags::DISGUISED } else { WordFlags::LETTER };
                    self.push(letter, at, end, disguise | if letter.is_ascii_digit() { WordFlags::DIGIT } else { WordFlags::LETTER });
                }
            }
            Fold::Letter => {
                let mut buffer = [0; 4];
                let lower = c.to_lowercase().next().unwrap_or(c);
                self.run = 0;
                for &byte in lower.encode_utf8(&mut buffer).as_bytes() {
                    self.append(byte, at, end, WordFlags::LETTER);
                }
            }
            Fold::Emoji => {
                self.close();
                self.run = 0;
                for &byte in c.encode_utf8(&mut [0; 4]).as_bytes() {
                    self.append(byte, at, end, WordFlags::EMOJI);
                }
                self.close();
            }
        }
    }

    /// Adds a folded ASCII letter, digit or symbol; a letter that stands three times in a row or more is kept twice.
    #[inline]
    fn push(&mut self, byte: u8, start: usize, end: usize, flags: WordFlags) {
        if self.open.is_some() && self.folded.bytes().last() == Some(&byte) && byte.is_ascii_lowercase() {
            self.run += 1;
            if self.run >= 3 {
                if let Some(word) = &mut self.open {
                    word.end = end as u32;
                    word.flags.set(WordFlags::STRETCHED);
                }
                return;
            }
        } else {
            self.run = 1;
        }
        self.append(byte, start, end, flags);
    }

    #[inline]
    fn append(&mut self, byte: u8, start: usize, end: usize, flags: WordFlags) {
        let at = self.folded.used as u32;
        self.folded.make_room(0);
        self.folded.write(byte.into(), 1);
        if let Some(word) = &mut self.open {
            word.end = end as u32;
            word.flags.set(flags);
        } else {
            let word = self.opening(at, start, end, flags);
            self.open = Some(word);
        }
    }

    /// The word that begins at `start`.
    #[inline]
    fn opening(&self, at: u32, start: usize, end: usize, mut flags: WordFlags) -> Word {
        match self.previous {
            b'#' => flags.set(WordFlags::HASHTAG),
            b'@' => flags.set(WordFlags::MENTION),
            _ => {}
        }
        if self.source.get(start).is_some_and(u8::is_ascii_uppercase) {
            flags.set(WordFlags::CAPITAL);
        }
        if start < self.link_until {
            flags.set(WordFlags::LINK);
        }
        Word { from: at, to: at, start: start as u32, end: end as u32, hash: 0, flags }
    }

    #[inline]
    fn close(&mut self) {
        if let Some(mut word) = self.open.take() {
            word.to = self.folded.used as u32;
            word.hash = word_hash(self.folded.word(&word));
            self.folded.words.push(word);
        }
    }

    /// `sh!t`, `$hit`, `m@ria`: a symbol that may stand for a letter, between letters or digits of which one is a letter; `$` also before a letter.
    #[inline]
    fn is_symbol_in_word(&self, byte: u8, at: usize) -> bool {
        let Some(&next) = self.source.get(at + 1) else { return false };
        if !LETTER_SYMBOLS.contains(&byte) || !next.is_ascii_alphanumeric() {
            return false;
        }
        if self.open.is_none() {
            return byte == b'$' && next.is_ascii_alphabetic();
        }
        self.previous.is_ascii_alphanumeric() && (self.previous.is_ascii_alphabetic() || next.is_ascii_alphabetic())
    }

    /// Marks everything up to the next blank as an address; also the scheme, which has just been read.
    fn enter_link(&mut self, at: usize) {
        let rest = self.source.get(at..).unwrap_or_default();
        self.link_until = at + rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        if let Some(word) = &mut self.open {
            word.flags.set(WordFlags::LINK);
        }
    }
}

/// Whether a letter stands three times in a row.
fn is_stretched(run: &[u8]) -> bool {
    run.array_windows().any(|[a, b, c]| a.eq_ignore_ascii_case(b) && b.eq_ignore_ascii_case(c))
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "that spans slice the text is what these tests show")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<(String, String, WordFlags)> {
        let mut folded = Folded::default();
        folded.read(text);
        folded
            .words()
            .iter()
            .map(|w| (String::from_utf8_lossy(folded.word(w)).into_owned(), text[w.start as usize..w.end as usize].to_owned(), w.flags))
            .collect()
    }

    fn plain(text: &str) -> Vec<String> {
        words(text).into_iter().map(|(folded, _, _)| folded).collect()
    }

    #[test]
    fn as_written_undoes_nothing() {
        let mut folded = Folded::default();
        folded.read_as_written("Été: c0ke, ДОМ!");
        let words: Vec<_> = folded.words().iter().map(|word| (std::str::from_utf8(folded.word(word)).unwrap(), word.start, word.end)).collect();
        assert_eq!(words, [("été", 0, 5), ("c0ke", 7, 11), ("дом", 13, 19)]);
        assert_eq!(folded.words()[1].hash, word_hash(b"c0ke"));
    }

    #[test]
    fn folds_case_accents_and_gaps() {
        assert_eq!(plain("Livraison à  DOMICILE, l'été — 24/7!"), ["livraison", "a", "domicile", "l", "ete", "24", "7"]);
        assert_eq!(fold_phrase("Mondial-Relay"), "mondial relay");
    }

    #[test]
    fn undoes_disguises_and_keeps_the_original_span() {
        for (text, folded) in
            [("сосаïnе", "cocaine"), ("ｃｏｋｅ", "coke"), ("𝐜𝐨𝐤𝐞", "coke"), ("co\u{200B}ke", "coke"), ("c\u{336}o\u{336}ke", "coke"), ("beuuuuh", "beuuh")]
        {
            let found = words(text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!((found[0].0.as_str(), found[0].1.as_str()), (folded, text));
        }
    }

    #[test]
    fn notices_tags_links_symbols_and_emoji() {
        let of = |text: &str, flag| words(text).iter().filter(|w| w.2.any(flag)).map(|w| w.0.clone()).collect::<Vec<_>>();
        assert_eq!(of("#shit et @bob", WordFlags::HASHTAG), ["shit"]);
        assert_eq!(of("#shit et @bob", WordFlags::MENTION), ["bob"]);
        assert_eq!(of("sh!t $hit wow! 5$ a@b.fr", WordFlags::SYMBOL), ["sh!t", "$hit", "a@b"]);
        assert_eq!(of("voir https://example.org/beuh-1 fin", WordFlags::LINK), ["https", "example", "org", "beuh", "1"]);
        assert_eq!(of("❄️🌿 ok", WordFlags::EMOJI), ["❄", "🌿"]);
        assert_eq!(of("#LivraisonToulouse iPhone", WordFlags::CAMEL), ["livraisontoulouse", "iphone"]);
    }

    #[test]
    fn the_latin_shortcut_agrees_with_the_table() {
        for (c, &letter) in ('À'..='ÿ').zip(LATIN) {
            let table = match table::fold(c) {
                Fold::Ascii([one, 0, 0]) => one,
                _ => b'-',
            };
            assert_eq!(char::from(letter), char::from(table), "{c}");
        }
    }

    proptest! {
        #[test]
        fn every_word_slices_the_original(text in "\\PC{0,60}|[a-zé❄ #@:/.\u{200B}\u{301}c0!$]{0,60}") {
            let mut folded = Folded::default();
            folded.read(&text);
            let mut last = 0;
            for word in folded.words() {
                prop_assert!(word.start >= last && word.start < word.end && word.from < word.to);
                prop_assert!(text.get(word.start as usize..word.end as usize).is_some());
                last = word.end;
            }
        }

        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,60}") {
            let once = fold_phrase(&text);
            prop_assert_eq!(fold_phrase(&once), once);
        }
    }
}
