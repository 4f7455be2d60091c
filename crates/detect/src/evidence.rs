//! From hits to evidence: which products, components and contexts a text really holds.

use vigie_model::{Component, ComponentKind, Grade, Label, Lang, Product};

use crate::{
    entities::Entities,
    lexicon::{Entry, Meaning, PlaceEntry, Strength},
    scan::Hit,
};

/// A product term that stands for the product here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProductFound {
    pub(crate) class: Product,
    /// After language and doubts were weighed.
    pub(crate) grade: Grade,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) tagged: bool,
    pub(crate) disguised: bool,
    pub(crate) emoji: bool,
}

impl ProductFound {
    /// A word taken for a product, to see what the context makes of it.
    pub(crate) fn supposed(start: u32, end: u32) -> Self {
        Self { class: Product::CannabisHerb, grade: Grade::C, start, end, tagged: false, disguised: false, emoji: false }
    }
}

/// What a text holds, before it is weighed.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    pub(crate) products: Vec<ProductFound>,
    /// A doubt of some product term occurs.
    pub(crate) doubted: bool,
    /// Cues: component, strength, span.
    pub(crate) cues: Vec<(ComponentKind, Strength, u32, u32)>,
    /// Distinct context phrases: label, strength, span.
    pub(crate) contexts: Vec<(Label, Strength, u32, u32)>,
    /// Numbers of places with their spans.
    pub(crate) places: Vec<(u32, u32, u32)>,
    /// Spans of legal goods.
    pub(crate) goods: Vec<(u32, u32)>,
    pub(crate) entities: Entities,
    /// Number of hashtags.
    pub(crate) hashtags: usize,
    /// Number of words.
    pub(crate) words: usize,
    /// Every product stands between quotation marks.
    pub(crate) quoted: bool,
    /// The text asks something.
    pub(crate) question: bool,
}

/// Weighs the hits of a text in a language against one another.
pub(crate) fn weigh(text: &str, hits: &[Hit], entries: &[Entry], places: &[PlaceEntry], lang: Lang) -> Evidence {
    let mut out = Evidence::default();
    let meaning = |hit: &Hit| entries.get(hit.entry as usize).map(|entry| (entry.meaning, entry.lang));
    for hit in hits {
        let Some((meaning, of)) = meaning(hit) else { continue };
        match meaning {
            Meaning::Product { class, grade, term } => {
                if covered(hit, hits, entries) || is_unit_or_elision(text, hit) {
                    continue;
                }
                let doubted = hits
                    .iter()
                    .any(|h| entries.get(h.entry as usize).is_some_and(|e| e.meaning == Meaning::Doubt(term)) && (h.start >= hit.end || h.end <= hit.start));
                out.doubted |= doubted;
                let mut grade = Some(if hit.misspelt { Grade::C } else { grade });
                if is_foreign(of, lang) {
                    grade = grade.and_then(lower);
                }
                if doubted {
                    grade = grade.and_then(lower);
                }
                if let Some(grade) = grade {
                    out.products.push(ProductFound {
                        class,
                        grade,
                        start: hit.start,
                        end: hit.end,
                        tagged: hit.tagged,
                        disguised: hit.disguised,
                        emoji: hit.emoji,
                    });
                }
            }
            // A word in disguise is a product or nothing: "sh!t" hides, "d1spo" and other leet of everyday words is noise.
            Meaning::Cue(kind, strength) if !hit.disguised || hit.words > 1 => out.cues.push((kind, strength, hit.start, hit.end)),
            Meaning::Context(label, strength) if !(is_foreign(of, lang) && strength == Strength::Weak) => {
                out.contexts.push((label, strength, hit.start, hit.end));
            }
            Meaning::Good if !hit.disguised => out.goods.push((hit.start, hit.end)),
            Meaning::Place(number) if places.get(number as usize).is_some_and(|place| !place.ambiguous || hit.capital || hit.tagged) => {
                out.places.push((number, hit.start, hit.end));
            }
            _ => {}
        }
    }
    out.products.sort_by_key(|p| (p.start, p.end, p.grade, p.class));
    out.products.dedup_by_key(|p| (p.start, p.end, p.class));
    let quotes = quotations(text);
    out.quoted =
        !quotes.is_empty() && out.products.iter().filter(|p| p.class.is_drug()).all(|p| quotes.iter().any(|&(from, to)| from <= p.start && p.end <= to));
    out.question = text.contains('?');
    one_per_span(&mut out.cues);
    one_per_span(&mut out.contexts);
    out
}

/// Spans between quotation marks.
fn quotations(text: &str) -> Vec<(u32, u32)> {
    let mut out = Vec::new();
    let mut open: Option<(char, usize)> = None;
    for (at, c) in text.char_indices() {
        match (open, c) {
            (Some((close, from)), c) if c == close => {
                if let (Ok(from), Ok(to)) = (u32::try_from(from), u32::try_from(at)) {
                    out.push((from, to));
                }
                open = None;
            }
            (None, '«') => open = Some(('»', at)),
            (None, '“') => open = Some(('”', at)),
            (None, '„') => open = Some(('“', at)),
            (None, '"') => open = Some(('"', at)),
            _ => {}
        }
    }
    out
}

/// Keeps one find per span and code, the stronger; and drops those inside a longer one of the same code.
fn one_per_span<K: Copy + Ord>(found: &mut Vec<(K, Strength, u32, u32)>) {
    found.sort_by_key(|&(code, strength, start, end)| (code, start, std::cmp::Reverse(end), strength == Strength::Weak));
    let mut kept: Vec<(K, Strength, u32, u32)> = Vec::with_capacity(found.len());
    for &item in found.iter() {
        match kept.last_mut() {
            Some(last) if last.0 == item.0 && item.2 < last.3 && item.3 <= last.3 => {
                if item.1 == Strength::Strong {
                    last.1 = Strength::Strong;
                }
            }
            _ => kept.push(item),
        }
    }
    *found = kept;
}

/// Whether a collision, or a longer product term, covers the hit.
fn covered(hit: &Hit, hits: &[Hit], entries: &[Entry]) -> bool {
    hits.iter().any(|other| {
        let covers = other.start <= hit.start && hit.end <= other.end;
        let longer = other.end - other.start > hit.end - hit.start;
        covers
            && match entries.get(other.entry as usize).map(|e| e.meaning) {
                Some(Meaning::Collision) => true,
                Some(Meaning::Product { .. }) => longer,
                _ => false,
            }
    })
}

/// A single letter that is the unit of a number ("10 g"), an elided word ("c'est") or half of a pair ("T&C").
fn is_unit_or_elision(text: &str, hit: &Hit) -> bool {
    if hit.end - hit.start != 1 {
        return false;
    }
    let before = text.get(..hit.start as usize).unwrap_or_default().trim_end_matches(' ');
    let after = text.get(hit.end as usize..).unwrap_or_default();
    before.ends_with(|c: char| c.is_ascii_digit() || matches!(c, '\'' | '’' | '&')) || after.starts_with(['\'', '’', '&'])
}

/// A term of another language than the text's; English terms are at home everywhere.
fn is_foreign(term: Lang, text: Lang) -> bool {
    term != text && term != Lang::UNKNOWN && text != Lang::UNKNOWN && term.as_str() != "en"
}

fn lower(grade: Grade) -> Option<Grade> {
    match grade {
        Grade::A => Some(Grade::B),
        Grade::B => Some(Grade::C),
        Grade::C => None,
    }
}

impl Evidence {
    /// Forgets letters that turned out to be the unit of a price or quantity ("10€ le g").
    pub(crate) fn drop_units(&mut self, text: &str) {
        let entities = &self.entities;
        let measured = |p: &ProductFound| {
            entities
                .prices
                .iter()
                .map(|price| (price.start, price.end))
                .chain(entities.quantities.iter().copied())
                .any(|(start, end)| start <= p.start && p.end <= end)
        };
        let ends_in_a_letter =
            |p: &ProductFound| text.get(p.start as usize..p.end as usize).is_some_and(|term| term.rsplit(' ').next().is_some_and(|word| word.len() == 1));
        self.products.retain(|p| !(ends_in_a_letter(p) && measured(p)));
    }

    /// Strongest cue of a component.
    pub(crate) fn cue(&self, kind: ComponentKind) -> Option<Strength> {
        let mut of_kind = self.cues.iter().filter(|c| c.0 == kind).map(|c| c.1);
        let first = of_kind.next()?;
        Some(if first == Strength::Strong || of_kind.any(|s| s == Strength::Strong) { Strength::Strong } else { Strength::Weak })
    }

    /// Distinct classes among the products that satisfy a condition.
    pub(crate) fn classes(&self, accept: impl Fn(&ProductFound) -> bool) -> Vec<Product> {
        let mut classes: Vec<_> = self.products.iter().filter(|p| accept(p)).map(|p| p.class).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }

    /// Distinct classes of drugs among the emoji.
    pub(crate) fn emoji_classes(&self) -> usize {
        if self.products.iter().any(|p| p.emoji) { self.classes(|p| p.emoji && p.class.is_drug()).len() } else { 0 }
    }

    /// Takes over what only the source's list of tags names: products and places without a span.
    pub(crate) fn absorb_tags(&mut self, tags: &Self) {
        for product in &tags.products {
            if !self.products.iter().any(|p| p.class == product.class) {
                self.products.push(ProductFound { start: 0, end: 0, tagged: true, ..*product });
            }
        }
        for &(place, ..) in &tags.places {
            if !self.places.iter().any(|p| p.0 == place) {
                self.places.push((place, 0, 0));
            }
        }
    }

    /// All components that have a span, in the order of the text.
    pub(crate) fn components(&self) -> Vec<Component> {
        let span = |kind, start, end| Component { kind, start, end };
        let mut out: Vec<_> = self.products.iter().filter(|p| p.class.is_drug()).map(|p| span(ComponentKind::Product, p.start, p.end)).collect();
        out.extend(self.cues.iter().map(|&(kind, _, start, end)| span(kind, start, end)));
        out.extend(self.places.iter().map(|&(_, start, end)| span(ComponentKind::Area, start, end)));
        out.extend(self.entities.contacts.iter().map(|c| span(ComponentKind::Contact, c.start, c.end)));
        out.extend(self.entities.prices.iter().map(|p| span(ComponentKind::Price, p.start, p.end)));
        out.extend(self.entities.hours.iter().map(|&(start, end)| span(ComponentKind::Hours, start, end)));
        out.extend(self.entities.quantities.iter().map(|&(start, end)| span(ComponentKind::Quantity, start, end)));
        out.retain(|c| c.start < c.end);
        out.sort_unstable_by_key(|c| (c.start, c.end, c.kind));
        out.dedup();
        out
    }
}
