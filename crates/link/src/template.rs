//! Fingerprints of texts: what stays when numbers, places, prices and contacts change.

use std::ops::Range;

use vigie_model::{ComponentKind, Verdict};
use vigie_text::{Folded, WordFlags};

/// Hashes of a fingerprint.
pub(crate) const HASHES: usize = 32;
/// A text with fewer words that are not slots is a slogan that anybody may write.
const FEWEST_WORDS: usize = 8;
/// Stands for everything that changes from post to post.
const SLOT: u64 = 0x5107;
/// Words in a shingle.
const SHINGLE: usize = 3;

/// MinHash (Broder 1997) over the three-word shingles of a folded text, slots in place of numbers, places, prices, contacts and links,
/// without hashtags. The share of equal hashes estimates the Jaccard similarity of the shingles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Template(pub(crate) [u32; HASHES]);

impl Template {
    /// The fingerprint of a text; none where it is too short to say anything.
    #[must_use]
    pub fn of(text: &str, verdict: &Verdict, folded: &mut Folded) -> Option<Self> {
        folded.read(text);
        let slots = slots(verdict);
        let mut tokens = Vec::with_capacity(folded.words().len());
        let mut plain = 0;
        for word in folded.words().iter().filter(|word| !word.flags.any(WordFlags::HASHTAG)) {
            let varies =
                word.flags.any(WordFlags::DIGIT | WordFlags::LINK | WordFlags::MENTION) || slots.iter().any(|slot| overlaps(slot, word.start, word.end));
            if !varies {
                plain += 1;
                tokens.push(word.hash);
            } else if tokens.last() != Some(&SLOT) {
                tokens.push(SLOT);
            }
        }
        (plain >= FEWEST_WORDS).then(|| Self::of_tokens(&tokens))
    }

    fn of_tokens(tokens: &[u64]) -> Self {
        let mut least = [u32::MAX; HASHES];
        for shingle in tokens.windows(SHINGLE.min(tokens.len())) {
            let mut hash = shingle.iter().fold(0, |hash, &token| mix(hash ^ token));
            for slot in &mut least {
                hash = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(0xD1B5_4A32_D192_ED03);
                *slot = (*slot).min(high(hash ^ (hash >> 29)));
            }
        }
        Self(least)
    }

    /// How many of the [`HASHES`] hashes two fingerprints share.
    pub(crate) fn agreement(&self, other: &Self) -> usize {
        self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count()
    }

    /// A text with its slots shown: what changes from post to post is replaced by `[…]`.
    #[must_use]
    pub fn show(text: &str, verdict: &Verdict) -> String {
        let mut slots = slots(verdict);
        slots.sort_by_key(|slot| (slot.start, slot.end));
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for slot in slots {
            let (start, end) = (text.floor_char_boundary(slot.start as usize), text.ceil_char_boundary(slot.end as usize));
            if end <= at {
                continue;
            }
            if start >= at {
                out.push_str(text.get(at..start).unwrap_or_default());
                out.push_str("[…]");
            }
            at = end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }
}

/// Where a text says what changes from post to post.
fn slots(verdict: &Verdict) -> Vec<Range<u32>> {
    use ComponentKind as K;
    let varying = |kind| matches!(kind, K::Contact | K::Price | K::Quantity | K::Area | K::Hours);
    // Some spans of contacts are only the call to make contact; those of a single place or number are what varies.
    let components = verdict.components.iter().filter(|component| varying(component.kind)).map(|component| component.start..component.end);
    components
        .chain(verdict.contacts.iter().map(|contact| contact.start..contact.end))
        .chain(verdict.prices.iter().map(|price| price.start..price.end))
        .collect()
}

fn overlaps(slot: &Range<u32>, start: u32, end: u32) -> bool {
    slot.start < end && start < slot.end
}

fn mix(word: u64) -> u64 {
    let mixed = (word ^ (word >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    mixed ^ (mixed >> 32)
}

fn high(word: u64) -> u32 {
    u32::try_from(word >> 32).unwrap_or(u32::MAX)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;

    use vigie_model::{Band, Label, Versions};

    use super::*;

    pub(crate) fn verdict() -> Verdict {
        Verdict {
            score: 0.9,
            band: Band::Advert,
            label: Label::Advert,
            products: Vec::new(),
            components: Vec::new(),
            contacts: Vec::new(),
            prices: Vec::new(),
            places: Vec::new(),
            reasons: Vec::new(),
            rules: Vec::new(),
            pictures: Vec::new(),
            versions: Arc::new(Versions { vigie: String::new(), lexicon: String::new(), model: String::new(), rules: None }),
        }
    }

    fn of(text: &str) -> Option<Template> {
        Template::of(text, &verdict(), &mut Folded::default())
    }

    const ADVERT: &str = "Nouvelle récolte arrivée ce matin, qualité vérifiée, je livre partout en ville avant minuit, prix 50€, appelle le 06 39 98 00 12";

    #[test]
    fn numbers_and_tags_do_not_matter_and_words_do() {
        let first = of(ADVERT).unwrap();
        let same = of(&ADVERT.replace("50€", "70€").replace("00 12", "77 31").replace("06", "#promo 06")).unwrap();
        assert_eq!(first, same);
        let longer = of(&format!("{ADVERT} et bonne journée")).unwrap();
        assert!(first.agreement(&longer) > 20, "{}", first.agreement(&longer));
        let other = of("Bonjour la team, je propose du choix varié et des petits prix toute la semaine, contacte moi en privé pour le menu complet").unwrap();
        assert!(first.agreement(&other) < 6, "{}", first.agreement(&other));
    }

    #[test]
    fn slogans_have_no_fingerprint() {
        assert_eq!(of("Livraison rapide, service discret, satisfait ou remboursé"), None);
        assert_eq!(of(""), None);
    }

    #[test]
    fn slots_are_shown() {
        let contact = vigie_model::Contact { kind: vigie_model::ContactKind::Phone, value: "+33639980012".into(), start: 4, end: 18 };
        let verdict = Verdict { contacts: vec![contact], ..verdict() };
        assert_eq!(Template::show("tel 06 39 98 00 12 é", &verdict), "tel […] é");
        // Offsets that are not this text's.
        assert_eq!(Template::show("é", &verdict), "é[…]");
    }
}
