//! Names of products that are misspelt or have lost their vowels: "prgbln", "codéien", "xaanax".
//!
//! Long and unambiguous names only, and what is found counts as a code word (grade C) in disguise: a likeness alone says
//! little. Likeness is a distance of one edit (insertion, loss, swap or another letter), found by the deletion neighbourhoods of
//! SymSpell (Garbe 2012); a skeleton is a word without its vowels.

use rustc_hash::FxHashMap;
use vigie_text::{Word, WordFlags, word_hash};

/// Shortest name that is recognised by likeness.
const SHORTEST: usize = 6;
/// Shortest skeleton.
const SHORTEST_SKELETON: usize = 4;
/// Longest word that is looked at.
const LONGEST: usize = 24;

/// A name and its entry.
type Name = (Box<[u8]>, u32);

/// Neighbourhoods of names.
#[derive(Debug, Default)]
pub(crate) struct Fuzzy {
    /// Names less one letter, and names: the name and its entry.
    neighbours: FxHashMap<u64, Vec<Name>>,
    skeletons: FxHashMap<u64, u32>,
}

impl Fuzzy {
    /// Adds an unambiguous name of one word.
    pub(crate) fn add(&mut self, name: &[u8], entry: u32) {
        if !name.iter().all(u8::is_ascii_lowercase) || name.len() > LONGEST {
            return;
        }
        let skeleton: Vec<u8> = name.iter().copied().filter(|b| !is_vowel(*b)).collect();
        if name.len() >= 5 && skeleton.len() >= SHORTEST_SKELETON && skeleton.len() < name.len() {
            self.skeletons.entry(word_hash(&skeleton)).or_insert(entry);
        }
        if name.len() >= SHORTEST {
            less_one(name, |shorter| self.neighbours.entry(word_hash(shorter)).or_default().push((name.into(), entry)));
            self.neighbours.entry(word_hash(name)).or_default().push((name.into(), entry));
        }
    }

    /// The entry that a folded word is like.
    pub(crate) fn like(&self, word: &Word, letters: &[u8]) -> Option<u32> {
        let plain = letters.iter().all(u8::is_ascii_lowercase) && !word.flags.any(WordFlags::MENTION | WordFlags::LINK);
        if !plain || !(SHORTEST_SKELETON..=LONGEST).contains(&letters.len()) {
            return None;
        }
        if !letters.iter().copied().any(is_vowel) {
            return self.skeletons.get(&word_hash(letters)).copied();
        }
        if letters.len() + 1 < SHORTEST {
            return None;
        }
        let mut found = self.near(letters, letters);
        less_one(letters, |shorter| found = found.or_else(|| self.near(shorter, letters)));
        found
    }

    fn near(&self, key: &[u8], letters: &[u8]) -> Option<u32> {
        let names = self.neighbours.get(&word_hash(key))?;
        names.iter().find(|(name, _)| is_one_edit(name, letters)).map(|(_, entry)| *entry)
    }
}

fn is_vowel(byte: u8) -> bool {
    matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// Calls `found` with the word less each of its letters but the first, which misspellers keep.
fn less_one(word: &[u8], mut found: impl FnMut(&[u8])) {
    let mut buffer = [0u8; LONGEST];
    let (Some(room), [first, _, rest @ ..]) = (buffer.get_mut(..word.len().saturating_sub(1)), word) else { return };
    room.iter_mut().zip([first].into_iter().chain(rest)).for_each(|(to, from)| *to = *from);
    found(room);
    // The gap moves on by one letter each time.
    for (at, letter) in word.iter().enumerate().take(word.len() - 1).skip(1) {
        if let Some(to) = room.get_mut(at) {
            *to = *letter;
        }
        found(room);
    }
}

/// Whether two different words are one insertion, loss, swap of neighbours or other letter apart.
fn is_one_edit(a: &[u8], b: &[u8]) -> bool {
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (Some(a), Some(b)) = (a.get(same..), b.get(same..)) else { return false };
    match (a, b) {
        ([], []) => false,
        ([_, x @ ..], y) if x == y => true,
        (x, [_, y @ ..]) if x == y => true,
        ([_, x @ ..], [_, y @ ..]) if x == y => true,
        ([p, q, x @ ..], [r, s, y @ ..]) => p == s && q == r && x == y,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use vigie_text::Folded;

    use super::*;

    fn like(text: &str) -> Option<u32> {
        let mut fuzzy = Fuzzy::default();
        for (entry, name) in ["pregabaline", "codeine", "tramadol", "ecstasy", "savonnettes"].iter().enumerate() {
            fuzzy.add(name.as_bytes(), u32::try_from(entry).unwrap());
        }
        let mut folded = Folded::default();
        folded.read(text);
        let word = folded.words()[0];
        fuzzy.like(&word, folded.word(&word))
    }

    #[test]
    fn finds_what_one_edit_hides() {
        for (text, entry) in
            [("prgbln", 0), ("codéien", 1), ("codeinne", 1), ("codine", 1), ("coreine", 1), ("trmdl", 2), ("tramaddol", 2), ("ecstsay", 3), ("svnntts", 4)]
        {
            assert_eq!(like(text), Some(entry), "{text}");
        }
    }

    #[test]
    fn leaves_other_words_alone() {
        for text in ["tramway", "code", "coderai", "modeine", "tsst", "programme", "@codéien"] {
            assert_eq!(like(text), None, "{text}");
        }
    }
}
