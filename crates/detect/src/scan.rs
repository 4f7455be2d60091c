//! The first pass over a text: which phrases of the lexicon and of the watches occur in it.

use vigie_text::{Folded, Word, WordFlags, spellings, word_hash};

use crate::{fuzzy::Fuzzy, phrases::Phrases};

/// An entry found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Number of the entry.
    pub(crate) entry: u32,
    /// First byte in the original.
    pub(crate) start: u32,
    /// One past the last byte.
    pub(crate) end: u32,
    /// Number of words.
    pub(crate) words: u8,
    /// Written so as to hide: leet, stretched, spaced out, look-alike letters.
    pub(crate) disguised: bool,
    /// Only like the entry.
    pub(crate) misspelt: bool,
    /// In a hashtag.
    pub(crate) tagged: bool,
    /// The word begins with a capital.
    pub(crate) capital: bool,
    /// A pictograph.
    pub(crate) emoji: bool,
}

/// Words that join others in run-together hashtags and mean nothing there.
const JOINTS: &[&[u8]] = &[
    b"a", b"au", b"de", b"du", b"des", b"la", b"le", b"les", b"et", b"en", b"sur", b"the", b"in", b"to", b"and", b"of", b"el", b"y", b"di", b"e", b"und",
    b"in", b"pas", b"cher", b"top", b"best", b"plan", b"france",
];

/// Shortest hashtag that is taken apart.
const TAG_LENGTH: usize = 7;

/// Longest one; longer ones are no words.
const TAG_LIMIT: usize = 64;

/// Words that are more than plain letters: worth a second look if they are no entry as they stand.
const SPECIAL: WordFlags = WordFlags::SYMBOL.or(WordFlags::DIGIT).or(WordFlags::STRETCHED).or(WordFlags::HASHTAG);

/// Finds names that are misspelt, among the words that hold no hit.
pub(crate) fn misspelt(fuzzy: &Fuzzy, folded: &Folded, hits: &mut Vec<Hit>) {
    let known = hits.len();
    for word in folded.words() {
        let hit = hits.iter().take(known).any(|hit| hit.start < word.end && word.start < hit.end);
        if let Some(entry) = fuzzy.like(word, folded.word(word)).filter(|_| !hit) {
            push(hits, &[entry], (word.start, word.end), 1, true, word.flags);
            if let Some(last) = hits.last_mut() {
                last.misspelt = true;
            }
        }
    }
}

/// Finds words that were broken over hashtags or lines: "#be #uh", "co\nke".
pub(crate) fn broken(phrases: &Phrases, folded: &Folded, text: &str, hits: &mut Vec<Hit>) {
    let known = hits.len();
    let mut joined = Vec::with_capacity(LONGEST_BROKEN);
    for (index, first) in folded.words().iter().enumerate() {
        joined.clear();
        joined.extend_from_slice(folded.word(first));
        let mut last = first;
        for next in folded.words().iter().skip(index + 1).take(MOST_PIECES - 1) {
            if !is_break(last, next, text) || joined.len() + folded.word(next).len() > LONGEST_BROKEN {
                break;
            }
            joined.extend_from_slice(folded.word(next));
            last = next;
            let covered = hits.iter().take(known).any(|hit| hit.start < last.end && first.start < hit.end);
            if !covered && joined.len() >= SHORTEST_BROKEN {
                push(hits, phrases.word(&joined), (first.start, last.end), 1, true, first.flags);
            }
        }
    }
}

/// Pieces that a word is broken into at most, and the length of the words looked for.
const MOST_PIECES: usize = 4;
const SHORTEST_BROKEN: usize = 4;
const LONGEST_BROKEN: usize = 16;

/// Whether two words may be pieces of one: short hashtags one after the other, or the end of a line between them.
fn is_break(left: &Word, right: &Word, text: &str) -> bool {
    let between = text.get(left.end as usize..right.start as usize).unwrap_or_default();
    let tags = left.flags.any(WordFlags::HASHTAG) && right.flags.any(WordFlags::HASHTAG) && between.trim() == "#";
    let short = left.to - left.from <= 8 && right.to - right.from <= 8;
    short && (tags || between.trim_matches([' ', '-', '#']) == "\n")
}

/// Finds all hits of a text.
pub(crate) fn scan(phrases: &Phrases, folded: &Folded, hits: &mut Vec<Hit>) {
    hits.clear();
    let mut spaced = 0;
    for (index, word) in folded.words().iter().enumerate() {
        let found = phrases.may_start(word.hash) && at_word(phrases, folded, hits, index, word);
        if !found && word.flags.any(SPECIAL) {
            disguised(phrases, folded, hits, word);
            if word.flags.any(WordFlags::HASHTAG) {
                hashtag(phrases, folded, hits, word);
            }
        }
        if word.to - word.from == 1 && !word.flags.any(WordFlags::DIGIT) {
            spaced += 1;
        } else if spaced > 0 {
            spaced_out(phrases, folded, hits, index, spaced);
            spaced = 0;
        }
    }
    spaced_out(phrases, folded, hits, folded.words().len(), spaced);
}

/// Phrases that begin with this word as it stands.
fn at_word(phrases: &Phrases, folded: &Folded, hits: &mut Vec<Hit>, index: usize, word: &Word) -> bool {
    if word.flags.any(WordFlags::MENTION | WordFlags::LINK) {
        return false;
    }
    let Some(rest) = folded.words().get(index..) else { return false };
    let before = hits.len();
    phrases.at(rest.iter().map(|word| word.hash), |words, entries| {
        let Some(last) = folded.words().get(index + words - 1) else { return };
        let disguised = word.flags.any(WordFlags::DISGUISED);
        push(hits, entries, (word.start, last.end), words, disguised, word.flags);
    });
    hits.len() > before
}

fn push(hits: &mut Vec<Hit>, entries: &[u32], (start, end): (u32, u32), words: usize, disguised: bool, flags: WordFlags) {
    let words = u8::try_from(words).unwrap_or(u8::MAX);
    hits.extend(entries.iter().map(|&entry| Hit {
        entry,
        start,
        end,
        words,
        disguised,
        misspelt: false,
        tagged: flags.any(WordFlags::HASHTAG),
        capital: flags.any(WordFlags::CAPITAL),
        emoji: flags.any(WordFlags::EMOJI),
    }));
}

/// A single word in leet or with stretched letters; and the parts of words joined by a symbol ("weed+coke").
#[inline]
fn disguised(phrases: &Phrases, folded: &Folded, hits: &mut Vec<Hit>, word: &Word) {
    let flags = word.flags;
    let leet = flags.any(WordFlags::SYMBOL) || flags.all(WordFlags::LETTER | WordFlags::DIGIT);
    let stretched = flags.any(WordFlags::STRETCHED);
    if !(leet || stretched) || flags.any(WordFlags::MENTION | WordFlags::LINK) {
        return;
    }
    let bytes = folded.word(word);
    let before = hits.len();
    spellings(bytes, stretched, &mut |spelling| {
        if spelling.len() >= 3 {
            let entries = phrases.word(spelling);
            if hits.len() == before {
                push(hits, entries, (word.start, word.end), 1, true, flags);
            }
        }
    });
    if flags.any(WordFlags::SYMBOL) && hits.len() == before {
        let mut at = 0;
        for part in bytes.split(|b| !b.is_ascii_alphanumeric()) {
            push(hits, phrases.word(part), within(word, at, part.len()), 1, false, flags);
            at += part.len() + 1;
        }
    }
}

/// The original span of a part of a word: exact where every folded byte is one original byte, else the whole word.
fn within(word: &Word, at: usize, length: usize) -> (u32, u32) {
    let (Ok(at), Ok(length)) = (u32::try_from(at), u32::try_from(length)) else { return (word.start, word.end) };
    if word.end - word.start == word.to - word.from { (word.start + at, word.start + at + length) } else { (word.start, word.end) }
}

/// "c o k e", "b.e.u.h": single letters in a row, read as one word. `end` is the word after the last letter.
fn spaced_out(phrases: &Phrases, folded: &Folded, hits: &mut Vec<Hit>, end: usize, count: usize) {
    if !(3..=16).contains(&count) {
        return;
    }
    let Some(letters) = folded.words().get(end - count..end) else { return };
    let mut joined = [0u8; 16];
    for (to, letter) in joined.iter_mut().zip(letters) {
        *to = folded.word(letter).first().copied().unwrap_or(0);
    }
    // The longest word first; then on after it.
    let mut from = 0;
    while from + 3 <= count {
        let length = (3..=count - from).rev().find(|length| joined.get(from..from + length).is_some_and(|word| !phrases.word(word).is_empty()));
        let Some(length) = length else {
            from += 1;
            continue;
        };
        if let (Some(word), Some(first), Some(last)) = (joined.get(from..from + length), letters.get(from), letters.get(from + length - 1)) {
            push(hits, phrases.word(word), (first.start, last.end), 1, true, first.flags);
        }
        from += length;
    }
}

/// "#LivraisonToulouse", "#beuhtoulouse": a run-together hashtag, taken apart if all of it is made of known words.
fn hashtag(phrases: &Phrases, folded: &Folded, hits: &mut Vec<Hit>, word: &Word) {
    let bytes = folded.word(word);
    if !(TAG_LENGTH..=TAG_LIMIT).contains(&bytes.len()) {
        return;
    }
    // Fewest parts from each position to the end: (parts, length of the first part); a known word counts 2, a joint 3.
    let mut best = [(u16::MAX, 0usize); TAG_LIMIT + 1];
    if let Some(end) = best.get_mut(bytes.len()) {
        *end = (0, 0);
    }
    for from in (0..bytes.len()).rev() {
        let mut choice = (u16::MAX, 0);
        for length in 1..=bytes.len() - from {
            let Some((rest, _)) = best.get(from + length).copied().filter(|(parts, _)| *parts < u16::MAX) else { continue };
            let Some(part) = bytes.get(from..from + length) else { continue };
            let cost = if length >= 3 && phrases.begins(part) {
                2
            } else if JOINTS.contains(&part) {
                3
            } else {
                continue;
            };
            if rest + cost <= choice.0 {
                choice = (rest + cost, length);
            }
        }
        if let Some(slot) = best.get_mut(from) {
            *slot = choice;
        }
    }
    if best.first().is_none_or(|(parts, _)| *parts == u16::MAX) {
        return;
    }
    let mut parts: [(usize, usize); TAG_LIMIT] = [(0, 0); TAG_LIMIT];
    let mut count = 0;
    let mut from = 0;
    while let (Some(&(_, length)), Some(slot)) = (best.get(from).filter(|(_, length)| *length > 0), parts.get_mut(count)) {
        *slot = (from, length);
        count += 1;
        from += length;
    }
    let parts = parts.get(..count).unwrap_or_default();
    for (first, &(at, _)) in parts.iter().enumerate() {
        let rest = parts.iter().skip(first).map(|&(at, length)| word_hash(bytes.get(at..at + length).unwrap_or_default()));
        phrases.at(rest, |words, entries| {
            let end = parts.get(first + words - 1).map_or(at, |&(at, length)| at + length);
            push(hits, entries, within(word, at, end - at), words, false, word.flags);
        });
    }
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "that spans slice the text is what these tests show")]
mod tests {
    use super::*;

    const WORDS: &[&str] = &["coke", "beuh", "livraison", "livraison a domicile", "toulouse", "shit", "weed", "domicile"];

    fn found(text: &str) -> Vec<(&'static str, String)> {
        let mut phrases = Phrases::new();
        for (entry, phrase) in (0..).zip(WORDS) {
            phrases.add(phrase.split(' ').map(str::as_bytes), entry);
        }
        let (mut folded, mut hits) = (Folded::default(), Vec::new());
        folded.read(text);
        scan(&phrases, &folded, &mut hits);
        hits.iter().map(|hit| (WORDS[hit.entry as usize], text[hit.start as usize..hit.end as usize].to_owned())).collect()
    }

    #[test]
    fn finds_words_however_hidden() {
        for text in ["coke", "C0KE", "c o k e", "c.o.k.e", "c-o-k-e", "cokeee", "сoke", "co\u{200B}ke", "#coke", "ｃｏｋｅ"] {
            assert_eq!(found(&format!("la {text}, oui")).first().map(|f| f.0), Some("coke"), "{text}");
        }
        assert_eq!(found("w33d sh!t $hit"), [("weed", "w33d".into()), ("shit", "sh!t".into()), ("shit", "$hit".into())]);
        assert_eq!(found("weed+coke|beuh"), [("weed", "weed".into()), ("coke", "coke".into()), ("beuh", "beuh".into())]);
    }

    #[test]
    fn takes_hashtags_apart() {
        assert_eq!(found("#LivraisonToulouse"), [("livraison", "Livraison".into()), ("toulouse", "Toulouse".into())]);
        assert_eq!(found("#livraisonadomicile")[1], ("livraison a domicile", "livraisonadomicile".into()));
        assert!(found("#beuhtiful").is_empty());
    }

    #[test]
    fn joins_what_was_broken() {
        let mut phrases = Phrases::new();
        for (entry, phrase) in (0..).zip(WORDS) {
            phrases.add(phrase.split(' ').map(str::as_bytes), entry);
        }
        let (mut folded, mut hits) = (Folded::default(), Vec::new());
        for (text, expected) in [("#be #uh dispo", Some("#be #uh")), ("du co\nke ce soir", Some("co\nke")), ("be uh", None), ("#toulouse #shit", None)] {
            folded.read(text);
            hits.clear();
            broken(&phrases, &folded, text, &mut hits);
            let found = hits.first().map(|hit| &text[hit.start as usize..hit.end as usize]);
            assert_eq!(found, expected.map(|e| e.trim_start_matches('#')), "{text:?}");
        }
    }

    #[test]
    fn whole_words_only() {
        assert!(found("cokerie shitake @coke https://example.org/coke").is_empty());
    }
}
