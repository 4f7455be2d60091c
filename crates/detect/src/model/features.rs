//! What the models look at: hashed words, letters and context of a text.
//!
//! Two views. *Words*: every word, pair of words and run of four letters as they stand. *Context*: the same words and pairs
//! with everything masked that names what is sold, to whom one writes, for how much and where: what surrounds a sale looks
//! like a sale, whatever the code word (the delexicalised view of JEDIS, Song et al. 2025, arXiv:2503.14926).

use vigie_text::{Folded, Word, WordFlags};

use crate::{entities::Entities, evidence::Evidence};

/// Buckets that features are hashed into, for each view.
pub const BUCKETS: usize = 1 << 17;

/// What stands in the place of a masked word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u64)]
enum Mask {
    Product = 0x51,
    Emoji,
    Contact,
    Price,
    Quantity,
    Place,
    Link,
    Mention,
    Good,
    Start,
    End,
}

const SALT_NUMBER: u64 = 0xD6E8_FEB8_6659_FD93;
const SALT_TAG: u64 = 0xC2B2_AE3D_27D4_EB4F;

const SALT_OUTLINE: u64 = 0x8CB9_2BA7_2F3D_8DD7;

/// One feature out of two, in order.
#[inline]
fn mix(a: u64, b: u64) -> u64 {
    let product = (a.rotate_left(23) ^ b).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    product ^ (product >> 32)
}

/// The bucket of a well mixed feature: its top bits.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "17 bits are left")]
fn bucket(feature: u64) -> u32 {
    (feature >> (64 - BUCKETS.trailing_zeros())) as u32
}

/// The bucket of a small number.
#[inline]
fn bucket_of(number: u64) -> u32 {
    bucket(number.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// A number as its length, every other word as itself.
#[inline]
fn identity(word: &Word) -> u64 {
    let digits = word.flags.any(WordFlags::DIGIT) && !word.flags.any(WordFlags::LETTER);
    if digits { mix(SALT_NUMBER, u64::from((word.to - word.from).min(9))) } else { word.hash }
}

/// The last few words, so that "ja ja ja ja" counts once.
#[derive(Debug, Default)]
struct Recent {
    words: [u64; 4],
    next: usize,
}

impl Recent {
    /// Whether the word is among the last few; remembers it.
    #[inline]
    fn holds(&mut self, word: u64) -> bool {
        let held = self.words.contains(&word);
        if let Some(slot) = self.words.get_mut(self.next % 4) {
            *slot = word;
        }
        self.next += 1;
        held
    }
}

/// The words view: calls `word` for words and pairs, `letters` for runs of four letters.
#[inline]
pub(crate) fn words(folded: &Folded, mut word: impl FnMut(u32), mut letters: impl FnMut(u32)) {
    let mut previous = Mask::Start as u64;
    let mut recent = Recent::default();
    for token in folded.words() {
        if token.flags.any(WordFlags::LINK | WordFlags::MENTION) {
            previous = Mask::Link as u64;
            continue;
        }
        let this = identity(token);
        if recent.holds(this) {
            continue;
        }
        word(bucket(this));
        word(bucket(mix(previous, this)));
        if token.flags.any(WordFlags::HASHTAG) {
            word(bucket(mix(SALT_TAG, this)));
        }
        previous = this;
        runs_of_letters(folded.word(token), &mut letters);
    }
    word(bucket(mix(previous, Mask::End as u64)));
}

/// Runs of four letters of a word, its ends marked.
#[inline]
fn runs_of_letters(word: &[u8], letters: &mut impl FnMut(u32)) {
    let (first, rest) = word.split_at(word.len().min(2));
    let mut run = first.iter().fold(u32::from(b'^'), |run, &byte| (run << 8) | u32::from(byte));
    if word.len() < 2 {
        return;
    }
    for &byte in rest.iter().chain(b"$") {
        run = (run << 8) | u32::from(byte);
        letters(bucket_of(run.into()));
    }
}

/// What is masked in a text, in the order of its spans.
#[derive(Debug, Default)]
pub(crate) struct Masks(Vec<(u32, u32, Mask)>);

impl Masks {
    /// Masks what the evidence found.
    pub(crate) fn read(&mut self, evidence: &Evidence) {
        let Entities { contacts, prices, quantities, .. } = &evidence.entities;
        let of = |mask: Mask| move |span: (u32, u32)| (span.0, span.1, mask);
        self.0.clear();
        self.0.extend(contacts.iter().map(|c| (c.start, c.end)).map(of(Mask::Contact)));
        self.0.extend(prices.iter().map(|p| (p.start, p.end)).map(of(Mask::Price)));
        self.0.extend(quantities.iter().copied().map(of(Mask::Quantity)));
        self.0.extend(evidence.places.iter().map(|p| (p.1, p.2)).map(of(Mask::Place)));
        let drugs = evidence.products.iter().filter(|p| p.class.is_drug());
        self.0.extend(drugs.map(|p| (p.start, p.end, if p.emoji { Mask::Emoji } else { Mask::Product })));
        self.0.retain(|m| m.0 < m.1);
        self.0.sort_unstable_by_key(|m| (m.0, std::cmp::Reverse(m.1), m.2));
    }
}

/// The outline of a text: the signs in their order, as if a sentence were written in them. The same in every language.
#[derive(Debug, Default)]
pub(crate) struct Outline(Vec<(u32, u32, u64)>);

impl Outline {
    /// Draws the outline of what the evidence found, with everything that is masked.
    pub(crate) fn read(&mut self, evidence: &Evidence, masks: &Masks) {
        self.0.clear();
        self.0.extend(masks.0.iter().map(|&(start, end, mask)| (start, end, mask as u64)));
        self.0.extend(evidence.cues.iter().map(|&(kind, strength, start, end)| (start, end, 0x100 + 2 * kind as u64 + strength as u64)));
        self.0.extend(evidence.contexts.iter().map(|&(label, strength, start, end)| (start, end, 0x200 + 2 * label as u64 + strength as u64)));
        self.0.extend(evidence.goods.iter().map(|&(start, end)| (start, end, Mask::Good as u64)));
        self.0.sort_unstable();
        self.0.dedup_by_key(|sign| sign.2);
    }
}

/// Calls `feature` for the signs of an outline, their pairs and triples.
pub(crate) fn outline(outline: &Outline, mut feature: impl FnMut(u32)) {
    let (mut before, mut previous) = (0, Mask::Start as u64);
    for this in outline.0.iter().map(|sign| sign.2).chain([Mask::End as u64]) {
        feature(bucket(mix(SALT_OUTLINE, this)));
        feature(bucket(mix(mix(SALT_OUTLINE, previous), this)));
        feature(bucket(mix(mix(mix(SALT_OUTLINE, before), previous), this)));
        (before, previous) = (previous, this);
    }
}

/// The context view: calls `feature` for words, pairs and triples with the masks in place.
pub(crate) fn context(folded: &Folded, masks: &Masks, mut feature: impl FnMut(u32)) {
    let (mut before, mut previous) = (0, Mask::Start as u64);
    let mut recent = Recent::default();
    let mut push = |this: u64| {
        if recent.holds(this) && this > Mask::End as u64 {
            return;
        }
        feature(bucket(mix(SALT_TAG, this)));
        feature(bucket(mix(previous, this)));
        feature(bucket(mix(mix(before, previous), this)));
        (before, previous) = (previous, this);
    };
    let mut masks = masks.0.iter().peekable();
    let mut covered_to = 0;
    for word in folded.words() {
        while let Some(&&(start, end, mask)) = masks.peek().filter(|m| m.0 < word.end) {
            masks.next();
            if start >= covered_to {
                covered_to = end;
                push(mask as u64);
            }
        }
        if word.start >= covered_to {
            push(visible(word));
        }
    }
    push(Mask::End as u64);
}

/// A word that is not masked.
fn visible(word: &Word) -> u64 {
    if word.flags.any(WordFlags::LINK) {
        Mask::Link as u64
    } else if word.flags.any(WordFlags::MENTION) {
        Mask::Mention as u64
    } else {
        identity(word)
    }
}
