//! What a condition needs of a post before it can hold, read from its tree.
//!
//! Asking is much cheaper than evaluating CEL, and most conditions need a word that a post does not have. A need errs on one side
//! only: where it is not met the condition does not hold; where it is met, CEL decides.

use std::cell::OnceCell;

use aho_corasick::{AhoCorasick, MatchKind};
use cel::{
    IdedExpr,
    common::ast::{CallExpr, Expr, LiteralValue},
};
use vigie_model::Verdict;
use vigie_text::Folded;

/// A list of the verdict whose length conditions ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    Products,
    Contacts,
    Prices,
    Components,
}

/// What must be so, at least.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Need {
    /// Nothing that could be asked without evaluating the condition.
    Nothing,
    All(Vec<Self>),
    Any(Vec<Self>),
    /// One of the phrases with these numbers is said.
    Said(Vec<usize>),
    /// The verdict has this component.
    Component(String),
    /// The verdict names this class of products.
    Product(String),
    /// The list has an element.
    Some(List),
    /// The verdict's band is this one, or is not.
    Band(String, bool),
    /// The verdict's label is this one.
    Label(String),
}

/// The phrases that the needs of all rules name, and what finds them.
#[derive(Debug, Default)]
pub(crate) struct Phrases {
    all: Vec<String>,
    finder: Option<AhoCorasick>,
}

impl Phrases {
    fn number(&mut self, phrase: &str) -> usize {
        self.all.iter().position(|known| known == phrase).unwrap_or_else(|| {
            self.all.push(phrase.to_owned());
            self.all.len() - 1
        })
    }

    /// Makes the finder once all needs are read. Without one (too many phrases for it) all phrases count as said.
    pub(crate) fn finish(&mut self) {
        self.finder = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&self.all).ok();
    }

    fn said_in(&self, folded: &Folded) -> Vec<bool> {
        let Some(finder) = &self.finder else { return vec![true; self.all.len()] };
        let mut said = vec![false; self.all.len()];
        let mut words = Vec::with_capacity(folded.bytes().len() + folded.words().len() + 1);
        words.push(b' ');
        for word in folded.words() {
            words.extend_from_slice(folded.word(word));
            words.push(b' ');
        }
        for found in finder.find_overlapping_iter(&words) {
            if let Some(said) = said.get_mut(found.pattern().as_usize()) {
                *said = true;
            }
        }
        said
    }
}

/// A post, to be asked.
pub(crate) struct Asked<'a> {
    pub(crate) verdict: &'a Verdict,
    pub(crate) folded: &'a Folded,
    pub(crate) phrases: &'a Phrases,
    said: OnceCell<Vec<bool>>,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(verdict: &'a Verdict, folded: &'a Folded, phrases: &'a Phrases) -> Self {
        Self { verdict, folded, phrases, said: OnceCell::new() }
    }

    fn said(&self, phrase: usize) -> bool {
        self.said.get_or_init(|| self.phrases.said_in(self.folded)).get(phrase).copied().unwrap_or(true)
    }
}

impl Need {
    /// What a condition needs; its phrases are folded already.
    pub(crate) fn read(node: &IdedExpr, phrases: &mut Phrases) -> Self {
        match &node.expr {
            Expr::Call(call) => Self::of_call(call, phrases),
            _ => Self::Nothing,
        }
    }

    fn of_call(call: &CallExpr, phrases: &mut Phrases) -> Self {
        match (call.func_name.as_str(), call.args.as_slice()) {
            ("_&&_", parts) => Self::all(parts.iter().map(|part| Self::read(part, phrases))),
            ("_||_", parts) => Self::any(parts.iter().map(|part| Self::read(part, phrases))),
            ("_==_", [left, right]) => Self::of_value(left, right, true),
            ("_!=_", [left, right]) => Self::of_value(left, right, false),
            ("@in", [element, list]) => Self::of_element(element, list),
            ("_>_", [left, right]) => Self::of_length(left, right, 0),
            ("_>=_", [left, right]) => Self::of_length(left, right, 1),
            ("says" | "says_any", [argument]) => Self::of_phrases(argument, phrases),
            _ => Self::Nothing,
        }
    }

    fn all(parts: impl Iterator<Item = Self>) -> Self {
        let mut parts: Vec<Self> = parts.filter(|part| *part != Self::Nothing).collect();
        // What looks through the text comes last.
        parts.sort_by_key(Self::is_dear);
        if parts.is_empty() { Self::Nothing } else { Self::All(parts) }
    }

    fn any(parts: impl Iterator<Item = Self>) -> Self {
        let mut parts: Vec<Self> = parts.collect();
        parts.sort_by_key(Self::is_dear);
        if parts.contains(&Self::Nothing) { Self::Nothing } else { Self::Any(parts) }
    }

    fn is_dear(&self) -> bool {
        match self {
            Self::Said(_) => true,
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::is_dear),
            _ => false,
        }
    }

    /// `band == 'advert'`, `label == 'recruitment'`.
    fn of_value(left: &IdedExpr, right: &IdedExpr, equal: bool) -> Self {
        match (name(left), literal(right), equal) {
            (Some("band"), Some(band), equal) => Self::Band(band, equal),
            (Some("label"), Some(label), true) => Self::Label(label),
            _ => Self::Nothing,
        }
    }

    /// `'K19' in components`.
    fn of_element(element: &IdedExpr, list: &IdedExpr) -> Self {
        match (literal(element), name(list)) {
            (Some(kind), Some("components")) => Self::Component(kind),
            (Some(class), Some("products")) => Self::Product(class),
            _ => Self::Nothing,
        }
    }

    /// `prices.size() > 0`, `prices.size() >= 3`: at least one where `least` or more are asked for.
    fn of_length(left: &IdedExpr, right: &IdedExpr, least: i64) -> Self {
        let (Expr::Call(call), Expr::Literal(LiteralValue::Int(number))) = (&left.expr, &right.expr) else { return Self::Nothing };
        let list = match call.target.as_deref().and_then(name) {
            Some("products") => List::Products,
            Some("contacts") => List::Contacts,
            Some("prices") => List::Prices,
            Some("components") => List::Components,
            _ => return Self::Nothing,
        };
        if call.func_name == "size" && *number.inner() >= least { Self::Some(list) } else { Self::Nothing }
    }

    fn of_phrases(argument: &IdedExpr, phrases: &mut Phrases) -> Self {
        let alone = std::slice::from_ref(argument);
        let all = if let Expr::List(list) = &argument.expr { list.elements.as_slice() } else { alone };
        let numbers: Option<Vec<usize>> = all.iter().map(|phrase| literal(phrase).map(|phrase| phrases.number(&phrase))).collect();
        numbers.map_or(Self::Nothing, Self::Said)
    }

    /// Whether the post has what is needed.
    pub(crate) fn is_met(&self, post: &Asked<'_>) -> bool {
        let verdict = post.verdict;
        match self {
            Self::Nothing => true,
            Self::All(parts) => parts.iter().all(|part| part.is_met(post)),
            Self::Any(parts) => parts.iter().any(|part| part.is_met(post)),
            Self::Said(phrases) => phrases.iter().any(|phrase| post.said(*phrase)),
            Self::Component(kind) => verdict.components.iter().any(|component| component.kind.as_str() == kind),
            Self::Product(class) => verdict.products.iter().any(|product| product.as_str() == class),
            Self::Some(List::Products) => !verdict.products.is_empty(),
            Self::Some(List::Contacts) => !verdict.contacts.is_empty(),
            Self::Some(List::Prices) => !verdict.prices.is_empty(),
            Self::Some(List::Components) => !verdict.components.is_empty(),
            Self::Band(band, equal) => (verdict.band.as_str() == band) == *equal,
            Self::Label(label) => verdict.label.as_str() == label,
        }
    }
}

fn name(node: &IdedExpr) -> Option<&str> {
    match &node.expr {
        Expr::Ident(name) => Some(name),
        _ => None,
    }
}

fn literal(node: &IdedExpr) -> Option<String> {
    match &node.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner().to_owned()),
        _ => None,
    }
}
