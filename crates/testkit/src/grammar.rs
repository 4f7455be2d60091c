//! A small text grammar: vocabulary files in, posts out.
//!
//! A vocabulary file is a list of rules: a header `[name]` or `[name *weight]`, then one alternative a line
//! (`*3 text` counts three times). `\n` is a line feed, `//` starts a comment line. Within braces:
//!
//! | form | meaning |
//! | --- | --- |
//! | `{name}` | any alternative of the rule |
//! | `{?name}` | the rule or nothing |
//! | `{~name}` | the rule, drawn anew for each post of a seller, not once for a template |
//! | `{a\|b\|}` | one of these, may be nested |
//! | `{#10-90/5}` | a number |
//! | `{$city}` | a fact of the scene: see [`Slot`] |
//!
//! What a rule named after a product code writes is marked as that product. Rules whose name starts with `ad.`,
//! `look.` or `topic.` are the starting points.

use std::{collections::HashMap, sync::LazyLock};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::{
    Label,
    cities::Place,
    contacts::{Contact, Identity},
    label::{Product, product_of},
    obfuscate::Obfuscation,
    prices,
};

/// Languages of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lang {
    Fr,
    En,
    Es,
    It,
    De,
    Nl,
}

impl Lang {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
            Self::Es => "es",
            Self::It => "it",
            Self::De => "de",
            Self::Nl => "nl",
        }
    }

    /// The rules of the language.
    pub(crate) fn grammar(self) -> &'static Grammar {
        match self {
            Self::Fr => &FR,
            Self::En => &EN,
            Self::Es => &ES,
            Self::It => &IT,
            Self::De => &DE,
            Self::Nl => &NL,
        }
    }

    /// "à", "in": before the name of a town.
    fn preposition(self) -> &'static str {
        match self {
            Self::Fr => "à ",
            Self::It => "a ",
            Self::Es => "en ",
            Self::En | Self::De | Self::Nl => "in ",
        }
    }
}

macro_rules! vocabulary {
    ($($grammar:ident = $($file:literal)+;)+) => {
        $(static $grammar: LazyLock<Grammar> =
            LazyLock::new(|| Grammar::read(&[$(include_str!(concat!("vocabulary/", $file, ".txt"))),+]));)+
    };
}

vocabulary! {
    FR = "fr/adverts" "fr/products" "fr/ordinary" "fr/ordinary_more" "fr/lookalikes" "fr/lookalikes_trade";
    EN = "en/adverts" "en/products" "en/ordinary" "en/lookalikes";
    ES = "es/adverts" "es/others";
    IT = "it/adverts" "it/others";
    DE = "de/adverts" "de/others";
    NL = "nl/adverts" "nl/others";
}

/// A fact of the scene that the grammar can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    City,
    InCity,
    CityTag,
    District,
    Club,
    ClubTag,
    Code,
    Product(u8),
    Emoji(u8),
    Quantity(u8),
    PriceList(u8),
    Phone,
    Landline,
    WhatsAppLink,
    Snapchat,
    Telegram,
    Instagram,
    Email,
    Mention,
    Link,
}

impl Slot {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "city" => Self::City,
            "in" => Self::InCity,
            "tag" => Self::CityTag,
            "place" => Self::District,
            "club" => Self::Club,
            "clubtag" => Self::ClubTag,
            "code" => Self::Code,
            "P1" => Self::Product(0),
            "P2" => Self::Product(1),
            "P3" => Self::Product(2),
            "E1" => Self::Emoji(0),
            "E2" => Self::Emoji(1),
            "E3" => Self::Emoji(2),
            "Q1" => Self::Quantity(0),
            "Q2" => Self::Quantity(1),
            "Q3" => Self::Quantity(2),
            "L1" => Self::PriceList(0),
            "L2" => Self::PriceList(1),
            "L3" => Self::PriceList(2),
            "phone" => Self::Phone,
            "landline" => Self::Landline,
            "wame" => Self::WhatsAppLink,
            "snap" => Self::Snapchat,
            "tg" => Self::Telegram,
            "insta" => Self::Instagram,
            "email" => Self::Email,
            "mention" => Self::Mention,
            "link" => Self::Link,
            _ => return None,
        })
    }
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Rule(usize),
    Maybe(usize),
    Anew(usize),
    Number { low: u32, steps: u32, step: u32 },
    Slot(Slot),
}

#[derive(Debug, Default)]
struct Rule {
    mark: Option<Product>,
    alternatives: Vec<Vec<Piece>>,
}

/// A starting point: the rule and, for look-alikes, the label of what it writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    pub(crate) name: &'static str,
    pub(crate) label: Option<Label>,
    rule: usize,
    weight: u32,
}

/// The rules of one language.
#[derive(Debug, Default)]
pub(crate) struct Grammar {
    rules: Vec<Rule>,
    names: HashMap<&'static str, usize>,
    pub(crate) adverts: Starts,
    pub(crate) lookalikes: Starts,
    pub(crate) topics: Starts,
    products: [Option<usize>; 16],
    emoji: [Option<usize>; 16],
    problems: Vec<String>,
}

/// Starting points of one kind, with weights.
#[derive(Debug, Default)]
pub(crate) struct Starts {
    all: Vec<Start>,
    total: u32,
}

impl Starts {
    fn push(&mut self, start: Start) {
        self.total += start.weight;
        self.all.push(start);
    }

    /// Any of them by weight; `None` if there are none.
    pub(crate) fn pick(&self, rng: &mut ChaCha8Rng) -> Option<Start> {
        if self.total == 0 {
            return None;
        }
        let mut left = rng.random_range(0..self.total);
        self.all.iter().copied().find(|start| {
            let found = left < start.weight;
            left = left.saturating_sub(start.weight);
            found
        })
    }

    pub(crate) fn named(&self, name: &str) -> Option<Start> {
        self.all.iter().copied().find(|start| start.name == name)
    }
}

impl Grammar {
    fn read(files: &[&'static str]) -> Self {
        let mut grammar = Self::default();
        let mut bodies: Vec<(usize, u32, &'static str)> = Vec::new();
        for file in files {
            let mut current = None;
            for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with("//")) {
                if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                    current = Some(grammar.declare(header));
                } else if let Some(rule) = current {
                    let (times, text) = weighted(line);
                    bodies.push((rule, times, text));
                }
            }
        }
        for (rule, times, text) in bodies {
            for _ in 0..times {
                let pieces = grammar.pieces(text);
                if let Some(rule) = grammar.rules.get_mut(rule) {
                    rule.alternatives.push(pieces);
                }
            }
        }
        grammar
    }

    fn declare(&mut self, header: &'static str) -> usize {
        let (name, weight) = match header.split_once(" *") {
            Some((name, weight)) => (name, weight.parse().unwrap_or(1)),
            None => (header, 1),
        };
        if let Some(known) = self.names.get(name) {
            return *known;
        }
        let rule = self.rules.len();
        let (code, table) = match name.strip_prefix("e.") {
            Some(code) => (code, &mut self.emoji),
            None => (name, &mut self.products),
        };
        let mark = product_of(code);
        if let Some(entry) = mark.and_then(|product| table.get_mut(usize::from(product))) {
            *entry = Some(rule);
        }
        self.rules.push(Rule { mark, alternatives: Vec::new() });
        self.names.insert(name, rule);
        let label = name.strip_prefix("look.").and_then(|rest| Label::from_name(rest.split('.').next().unwrap_or(rest)));
        let start = Start { name, label, rule, weight };
        if name.starts_with("ad.") {
            self.adverts.push(start);
        } else if name.starts_with("topic.") {
            self.topics.push(start);
        } else if name.starts_with("look.") {
            if label.is_none() {
                self.problems.push(format!("no label in {name}"));
            }
            self.lookalikes.push(start);
        }
        rule
    }

    fn pieces(&mut self, text: &'static str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            push_text(&mut pieces, before);
            let Some((inside, after)) = closing(after) else {
                self.problems.push(format!("unclosed brace: {text}"));
                return pieces;
            };
            let piece = self.piece(inside);
            pieces.push(piece);
            rest = after;
        }
        push_text(&mut pieces, rest);
        pieces
    }

    fn piece(&mut self, inside: &'static str) -> Piece {
        let alternatives = split_top(inside);
        if alternatives.len() > 1 {
            let alternatives = alternatives.into_iter().map(|text| self.pieces(text)).collect();
            self.rules.push(Rule { mark: None, alternatives });
            return Piece::Rule(self.rules.len() - 1);
        }
        if let Some(range) = inside.strip_prefix('#') {
            return self.number(range);
        }
        if let Some(name) = inside.strip_prefix('$') {
            return match Slot::named(name) {
                Some(slot) => Piece::Slot(slot),
                None => self.problem(format!("unknown slot {name}")),
            };
        }
        let (kind, name) = match inside.split_at_checked(1) {
            Some((kind @ ("?" | "~"), name)) => (kind, name),
            _ => ("", inside),
        };
        let Some(rule) = self.names.get(name).copied() else {
            return self.problem(format!("unknown rule {name}"));
        };
        match kind {
            "?" => Piece::Maybe(rule),
            "~" => Piece::Anew(rule),
            _ => Piece::Rule(rule),
        }
    }

    fn number(&mut self, range: &str) -> Piece {
        let (range, step) = range.split_once('/').unwrap_or((range, "1"));
        let parsed = range.split_once('-').and_then(|(low, high)| Some((low.parse::<u32>().ok()?, high.parse::<u32>().ok()?, step.parse::<u32>().ok()?)));
        match parsed {
            Some((low, high, step)) if step > 0 && low <= high => Piece::Number { low, steps: (high - low) / step, step },
            _ => self.problem(format!("bad number {range}")),
        }
    }

    fn problem(&mut self, what: String) -> Piece {
        self.problems.push(what);
        Piece::Text(String::new())
    }

    /// The rule of that name, as a starting point.
    pub(crate) fn rule(&self, name: &'static str) -> Option<Start> {
        self.names.get(name).map(|rule| Start { name, label: None, rule: *rule, weight: 1 })
    }
}

fn weighted(line: &'static str) -> (u32, &'static str) {
    line.strip_prefix('*').and_then(|rest| rest.split_once(' ')).and_then(|(times, text)| Some((times.parse().ok()?, text))).unwrap_or((1, line))
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece::Text(text.replace("\\n", "\n")));
    }
}

/// Splits at the brace that closes the one already read.
fn closing(text: &'static str) -> Option<(&'static str, &'static str)> {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some((text.get(..at)?, text.get(at + 1..)?)),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Splits at bars that are not within inner braces.
fn split_top(text: &'static str) -> Vec<&'static str> {
    let mut depth = 0_i32;
    text.split(|c| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        c == '|' && depth == 0
    })
    .collect()
}

/// Who writes where about what.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) lang: Lang,
    pub(crate) place: Place,
    pub(crate) products: [Product; 3],
    pub(crate) identity: &'a Identity,
}

/// Bytes of a draft that name a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) product: Product,
}

/// A text in the making.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    pub(crate) text: String,
    pub(crate) marks: Vec<Mark>,
    pub(crate) contacts: Vec<Contact>,
    pub(crate) tricks: Vec<Obfuscation>,
}

impl Draft {
    pub(crate) fn add_contact(&mut self, contact: Contact) {
        if !self.contacts.contains(&contact) {
            self.contacts.push(contact);
        }
    }

    pub(crate) fn add_trick(&mut self, trick: Obfuscation) {
        if !self.tricks.contains(&trick) {
            self.tricks.push(trick);
        }
    }
}

/// Rules may nest this deep; no vocabulary comes near it.
const DEEPEST: u32 = 40;

/// Writes one text: `fixed` decides all but what is marked as drawn anew.
pub(crate) struct Writer<'a> {
    pub(crate) scene: &'a Scene<'a>,
    pub(crate) fixed: &'a mut ChaCha8Rng,
    pub(crate) anew: &'a mut ChaCha8Rng,
}

impl Writer<'_> {
    pub(crate) fn write(&mut self, start: Start, draft: &mut Draft) {
        self.rule(start.rule, draft, false, 0);
    }

    fn rule(&mut self, index: usize, draft: &mut Draft, anew: bool, depth: u32) {
        let grammar = self.scene.lang.grammar();
        let Some(rule) = grammar.rules.get(index) else { return };
        if rule.alternatives.is_empty() || depth > DEEPEST {
            return;
        }
        let start = draft.text.len();
        let pick = self.rng(anew).random_range(0..rule.alternatives.len());
        for piece in rule.alternatives.get(pick).into_iter().flatten() {
            self.piece(piece, draft, anew, depth);
        }
        if let Some(product) = rule.mark {
            draft.marks.push(Mark { start, end: draft.text.len(), product });
        }
    }

    fn rng(&mut self, anew: bool) -> &mut ChaCha8Rng {
        if anew { self.anew } else { self.fixed }
    }

    fn piece(&mut self, piece: &Piece, draft: &mut Draft, anew: bool, depth: u32) {
        match piece {
            Piece::Text(text) => draft.text.push_str(text),
            Piece::Rule(rule) => self.rule(*rule, draft, anew, depth + 1),
            Piece::Maybe(rule) => {
                if self.rng(anew).random_ratio(1, 2) {
                    self.rule(*rule, draft, anew, depth + 1);
                }
            }
            Piece::Anew(rule) => self.rule(*rule, draft, true, depth + 1),
            Piece::Number { low, steps, step } => {
                let number = low + self.rng(anew).random_range(0..=*steps) * step;
                crate::write::number(&mut draft.text, number.into());
            }
            Piece::Slot(slot) => self.slot(*slot, draft, anew, depth),
        }
    }

    fn slot(&mut self, slot: Slot, draft: &mut Draft, anew: bool, depth: u32) {
        let scene = self.scene;
        let grammar = scene.lang.grammar();
        let product = |n: u8| scene.products.get(usize::from(n)).copied().unwrap_or_default();
        match slot {
            Slot::City => draft.text.push_str(scene.place.name),
            Slot::InCity => {
                draft.text.push_str(scene.lang.preposition());
                draft.text.push_str(scene.place.name);
            }
            Slot::CityTag => {
                draft.text.push('#');
                if self.rng(anew).random_ratio(1, 3) {
                    draft.text.extend(scene.place.name.chars().flat_map(char::to_lowercase));
                } else {
                    draft.text.push_str(scene.place.name);
                }
            }
            Slot::District => draft.text.push_str(choose(scene.place.district, self.rng(anew))),
            Slot::Club => draft.text.push_str(choose(scene.place.club, self.rng(anew))),
            Slot::ClubTag => {
                let name = scene.place.club.first().copied().unwrap_or("");
                draft.text.extend(name.chars().filter(|c| c.is_alphanumeric()));
            }
            Slot::Code => draft.text.push_str(scene.place.code),
            Slot::Product(n) => {
                if let Some(rule) = grammar.products.get(usize::from(product(n))).copied().flatten() {
                    self.rule(rule, draft, anew, depth + 1);
                }
            }
            Slot::Emoji(n) => {
                if let Some(rule) = grammar.emoji.get(usize::from(product(n))).copied().flatten() {
                    self.rule(rule, draft, anew, depth + 1);
                }
            }
            Slot::Quantity(n) => prices::quantity(&mut draft.text, product(n), scene, self.rng(anew)),
            Slot::PriceList(n) => prices::list(&mut draft.text, product(n), scene, self.rng(anew)),
            Slot::Phone => scene.identity.write_phone(draft, scene.lang, self.rng(anew)),
            Slot::Landline => scene.identity.write_landline(draft),
            Slot::WhatsAppLink => scene.identity.write_whatsapp_link(draft),
            Slot::Snapchat => scene.identity.write_handle(draft, "snapchat"),
            Slot::Telegram => scene.identity.write_handle(draft, "telegram"),
            Slot::Instagram => scene.identity.write_handle(draft, "instagram"),
            Slot::Email => scene.identity.write_email(draft),
            Slot::Mention => {
                let seed = self.rng(anew).random();
                draft.text.push('@');
                crate::contacts::person_handle(&mut draft.text, seed);
            }
            Slot::Link => {
                let rng = self.rng(anew);
                draft.text.push_str(choose(&["https://example.org/", "https://example.net/", "example.org/", "https://www.example.com/"], rng));
                draft.text.push_str(choose(&["a", "p", "actu", "article", "event", "v", "n", "shop"], rng));
                draft.text.push('/');
                crate::write::number(&mut draft.text, rng.random_range(100..99_999));
            }
        }
    }
}

/// One of a few words.
pub(crate) fn choose(words: &[&'static str], rng: &mut ChaCha8Rng) -> &'static str {
    if words.is_empty() { "" } else { words.get(rng.random_range(0..words.len())).copied().unwrap_or("") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANGS: [Lang; 6] = [Lang::Fr, Lang::En, Lang::Es, Lang::It, Lang::De, Lang::Nl];

    #[test]
    fn vocabularies_are_sound() {
        for lang in LANGS {
            let grammar = lang.grammar();
            assert!(grammar.problems.is_empty(), "{}: {:?}", lang.code(), grammar.problems);
            for (name, rule) in &grammar.names {
                assert!(!grammar.rules[*rule].alternatives.is_empty(), "{}: {name} is empty", lang.code());
            }
        }
    }

    #[test]
    fn every_language_names_every_product() {
        for lang in LANGS {
            let grammar = lang.grammar();
            for product in 0..16 {
                assert!(grammar.products[product].is_some() && grammar.emoji[product].is_some(), "{} {product}", lang.code());
            }
            assert!(grammar.adverts.named("ad.flash").is_some() && grammar.adverts.named("ad.scam").is_some(), "{}", lang.code());
            assert!(grammar.rule("fresh").is_some(), "{}", lang.code());
            assert!(grammar.topics.all.len() >= 8 && grammar.lookalikes.all.len() >= 10, "{}", lang.code());
        }
    }
}
