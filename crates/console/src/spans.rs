//! A post's text in pieces, each with the component that it is part of. Posts are hostile: nothing in them may steer the page.

use vigie_model::{Component, ComponentKind};
use vigie_report::{Language, visible};
use vigie_store::{Find, without_identifiers};

/// Longest text shown, in bytes; the rest is left to the network's own page.
const SHOWN: usize = 6_000;
/// Most components marked.
const MARKS: usize = 300;

/// A stretch of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    /// Name and family of the component, if it is part of one.
    pub(crate) mark: Option<Mark>,
}

/// How a component is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) kind: ComponentKind,
    pub(crate) name: &'static str,
}

impl Mark {
    /// The class that colours it: seven families, for twenty-one colours tell nobody anything.
    pub(crate) fn family(self) -> &'static str {
        use ComponentKind as K;
        match self.kind {
            K::Product => "product",
            K::Offer | K::Promotion | K::Sample | K::Wholesale => "offer",
            K::Quantity | K::Price | K::Payment => "price",
            K::Delivery | K::MeetUp | K::Postal | K::Hours | K::Area => "delivery",
            K::Contact | K::ChannelPointer => "contact",
            K::Quality | K::Guarantee | K::Vouch => "praise",
            K::CarrierTags | K::Recruiting | K::Disclaimer => "around",
        }
    }
}

/// The text of a find as it may be shown: without contacts and names unless they were asked for.
pub(crate) fn shown_text(find: &Find, revealed: bool) -> Option<String> {
    let text = find.text.as_deref()?;
    if revealed {
        return Some(text.to_owned());
    }
    let names = [&find.author_handle, &find.author_name, &find.author_id].into_iter().flat_map(|name| name.as_deref());
    Some(without_identifiers(text, &find.verdict.contacts, names))
}

/// Cuts a text at the borders of its components. Where components lie within each other, the shorter one counts.
pub(crate) fn pieces(text: &str, components: &[Component], language: Language) -> Vec<Piece> {
    let end = text.floor_char_boundary(SHOWN);
    let shown = text.get(..end).unwrap_or(text);
    let marks: Vec<&Component> = components.iter().take(MARKS).collect();
    let borders = marks.iter().flat_map(|c| [c.start as usize, c.end as usize]).filter(|at| *at < shown.len() && shown.is_char_boundary(*at));
    let mut cuts: Vec<usize> = borders.chain([0, shown.len()]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut pieces: Vec<Piece> = Vec::new();
    for (from, to) in cuts.iter().zip(cuts.iter().skip(1)) {
        let covering = marks.iter().filter(|c| c.start as usize <= *from && *to <= c.end as usize).min_by_key(|c| c.end - c.start);
        let mark = covering.map(|c| Mark { kind: c.kind, name: language.component(c.kind) });
        push(&mut pieces, shown.get(*from..*to).unwrap_or_default(), mark);
    }
    if end < text.len() {
        push(&mut pieces, " […]", None);
    }
    pieces
}

/// Adds a stretch; one with the mark of the last goes on with it.
fn push(pieces: &mut Vec<Piece>, text: &str, mark: Option<Mark>) {
    let text: String = text.chars().map(|c| if c == '\n' { c } else { masked(visible(c)) }).collect();
    match pieces.last_mut().filter(|last| last.mark == mark) {
        Some(last) => last.text.push_str(&text),
        None => pieces.push(Piece { text, mark }),
    }
}

/// What was starred out, as dots: stars belong to the language of adverts.
fn masked(c: char) -> char {
    if c == '*' { '•' } else { c }
}

/// The marks of a text, each once, in the order of the text.
pub(crate) fn legend(pieces: &[Piece]) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for mark in pieces.iter().filter_map(|piece| piece.mark) {
        if !marks.contains(&mark) {
            marks.push(mark);
        }
    }
    marks
}

/// The beginning of a text on one line.
pub(crate) fn excerpt(text: &str, characters: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line: String = words.join(" ").chars().map(|c| masked(visible(c))).take(characters + 1).collect();
    if line.chars().count() > characters { line.chars().take(characters).collect::<String>() + "…" } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(kind: ComponentKind, start: u32, end: u32) -> Component {
        Component { kind, start, end }
    }

    #[test]
    fn components_within_each_other_are_cut() {
        let text = "beuh dispo été";
        let found = pieces(text, &[component(ComponentKind::Offer, 0, 10), component(ComponentKind::Product, 0, 4)], Language::English);
        let shown: Vec<_> = found.iter().map(|p| (p.text.as_str(), p.mark.map(|m| m.kind))).collect();
        assert_eq!(shown, [("beuh", Some(ComponentKind::Product)), (" dispo", Some(ComponentKind::Offer)), (" été", None)]);
        assert_eq!(legend(&found).len(), 2);
    }

    #[test]
    fn wrong_offsets_and_hostile_characters_do_no_harm() {
        let text = "é\u{202E}\u{0}x";
        let found = pieces(text, &[component(ComponentKind::Offer, 1, 400), component(ComponentKind::Product, 3, 2)], Language::English);
        let all: String = found.iter().map(|p| p.text.as_str()).collect();
        assert_eq!(all, "é�␀x");
        let long = "a".repeat(SHOWN * 2);
        let found = pieces(&long, &[], Language::English);
        assert!(found[0].text.len() <= SHOWN + " […]".len());
    }
}
