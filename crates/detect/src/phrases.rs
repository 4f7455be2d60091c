//! The word automaton: every phrase of the lexicon in one structure, matched in one pass over the words of a text.
//!
//! A trie whose edges are whole words (by 64-bit hash), with a filter in front (a blocked Bloom filter) that rejects most words of ordinary
//! posts after one load. Time is linear in the words; the longest phrase bounds the look-ahead.

use rustc_hash::{FxBuildHasher, FxHashMap};
use vigie_text::word_hash;

/// Where a phrase has been read to.
#[derive(Debug, Clone, Copy)]
struct Node {
    state: u32,
    /// Index into `outputs`, or `NONE`.
    output: u32,
}

const NONE: u32 = u32::MAX;
const ROOT: u32 = 0;
/// Blocks of 64 bits of the filter in front: 32 KB.
const BLOCKS: usize = 1 << 12;

/// Phrases compiled for matching. Each phrase carries the numbers of the entries that it stands for.
#[derive(Debug)]
pub(crate) struct Phrases {
    edges: FxHashMap<u64, Node>,
    outputs: Vec<Vec<u32>>,
    starts: Vec<u64>,
    states: u32,
}

impl Phrases {
    pub(crate) fn new() -> Self {
        Self { edges: FxHashMap::with_hasher(FxBuildHasher), outputs: Vec::new(), starts: vec![0; BLOCKS], states: 1 }
    }

    /// Adds a phrase of folded words that stands for `entry`.
    pub(crate) fn add<'w>(&mut self, words: impl Iterator<Item = &'w [u8]>, entry: u32) {
        let mut state = ROOT;
        let mut last = None;
        for word in words {
            let hash = word_hash(word);
            if state == ROOT {
                let (block, bits) = Self::filter(hash);
                if let Some(block) = self.starts.get_mut(block) {
                    *block |= bits;
                }
            }
            let key = edge(state, hash);
            let states = &mut self.states;
            let node = self.edges.entry(key).or_insert_with(|| {
                *states += 1;
                Node { state: *states - 1, output: NONE }
            });
            state = node.state;
            last = Some(key);
        }
        let Some(node) = last.and_then(|key| self.edges.get_mut(&key)) else { return };
        if node.output == NONE {
            node.output = u32::try_from(self.outputs.len()).unwrap_or(NONE);
            self.outputs.push(Vec::new());
        }
        if let Some(entries) = self.outputs.get_mut(node.output as usize)
            && !entries.contains(&entry)
        {
            entries.push(entry);
        }
    }

    /// Where the filter has a word: the block, and two bits in it.
    #[inline]
    fn filter(hash: u64) -> (usize, u64) {
        ((hash >> 32) as usize & (BLOCKS - 1), 1 << (hash & 63) | 1 << (hash >> 6 & 63))
    }

    /// Whether a phrase may begin with this word; says no for most words.
    #[inline]
    pub(crate) fn may_start(&self, hash: u64) -> bool {
        let (block, bits) = Self::filter(hash);
        self.starts.get(block).is_some_and(|block| block & bits == bits)
    }

    /// Calls `found(words, entries)` for each phrase that begins with the first of `words`, shortest first.
    #[inline]
    pub(crate) fn at(&self, words: impl Iterator<Item = u64>, mut found: impl FnMut(usize, &[u32])) {
        let mut state = ROOT;
        for (read, hash) in words.enumerate() {
            let Some(node) = self.edges.get(&edge(state, hash)) else { return };
            if let Some(entries) = self.outputs.get(node.output as usize) {
                found(read + 1, entries);
            }
            state = node.state;
        }
    }

    /// The entries of a single word.
    pub(crate) fn word(&self, word: &[u8]) -> &[u32] {
        let hash = word_hash(word);
        if !self.may_start(hash) {
            return &[];
        }
        self.edges.get(&edge(ROOT, hash)).and_then(|node| self.outputs.get(node.output as usize)).map_or(&[], Vec::as_slice)
    }

    /// Whether the word begins a phrase or is one.
    pub(crate) fn begins(&self, word: &[u8]) -> bool {
        let hash = word_hash(word);
        self.may_start(hash) && self.edges.contains_key(&edge(ROOT, hash))
    }

    /// Number of states.
    pub(crate) fn states(&self) -> u32 {
        self.states
    }
}

/// The key of an edge: from which state, by which word.
#[inline]
fn edge(state: u32, hash: u64) -> u64 {
    hash ^ u64::from(state).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_phrase_from_a_word_on() {
        let mut phrases = Phrases::new();
        for (entry, phrase) in ["livraison", "livraison a domicile", "livraison rapide", "beuh"].iter().enumerate() {
            phrases.add(phrase.split(' ').map(str::as_bytes), u32::try_from(entry).unwrap());
        }
        let mut found = Vec::new();
        phrases.at("livraison a domicile discrete".split(' ').map(|w| word_hash(w.as_bytes())), |n, entries| found.push((n, entries.to_vec())));
        assert_eq!(found, [(1, vec![0]), (3, vec![1])]);
        assert_eq!(phrases.word(b"beuh"), [3]);
        assert!(phrases.word(b"domicile").is_empty() && !phrases.begins(b"domicile") && phrases.begins(b"livraison"));
    }
}
