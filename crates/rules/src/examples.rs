//! Trying the examples of a rule on the detector and the rule itself.

use vigie_detect::{Detector, Scratch};
use vigie_model::{Author, Post};

use crate::{
    Example,
    book::{Compiled, RuleBook},
};

/// What became of one example.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Name of the rule.
    pub rule: String,
    /// Whether the rule must hold ("match") or must not ("no_match").
    pub must_match: bool,
    /// From 1, in its list.
    pub number: usize,
    /// Whether the rule holds; none if its condition cannot be evaluated.
    pub holds: Option<bool>,
    /// Whether the detector shows such a post to rules at all.
    pub candidate: bool,
}

impl Checked {
    /// Whether the example behaved.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.holds == Some(self.must_match)
    }

    pub(crate) fn list(&self) -> &'static str {
        if self.must_match { "match" } else { "no_match" }
    }
}

/// Tries every example of a book, in order. Conditions are tried also on posts that the detector would not show to rules
/// ([`Checked::candidate`] says so): that depends on the trained model, the condition does not.
#[must_use]
pub fn check_examples(book: &RuleBook, detector: &Detector) -> Vec<Checked> {
    let mut scratch = Scratch::default();
    book.compiled().iter().flat_map(|rule| check(book, rule, detector, &mut scratch)).collect()
}

pub(crate) fn check(book: &RuleBook, rule: &Compiled, detector: &Detector, scratch: &mut Scratch) -> Vec<Checked> {
    let lists = [(true, &rule.rule.matching), (false, &rule.rule.no_match)];
    let examples = lists.into_iter().flat_map(|(must_match, list)| list.iter().enumerate().map(move |(at, example)| (must_match, at + 1, example)));
    examples
        .map(|(must_match, number, example)| {
            let (holds, candidate) = one(book, rule, example, detector, scratch);
            Checked { rule: rule.rule.name.clone(), must_match, number, holds, candidate }
        })
        .collect()
}

fn one(book: &RuleBook, rule: &Compiled, example: &Example, detector: &Detector, scratch: &mut Scratch) -> (Option<bool>, bool) {
    let example = example.to_post();
    let mut post = Post::new(example.network.as_deref().unwrap_or("unknown"), "example", example.text.as_str());
    post.tags = example.tags.iter().map(|tag| tag.as_str().into()).collect();
    post.author = Author { id: None, handle: example.author.as_deref().map(Into::into), name: example.author_name.as_deref().map(Into::into) };
    let judgement = detector.judge_and_explain(&post, scratch);
    let watches: Vec<&str> = example.watch.iter().map(String::as_str).collect();
    let holds = judgement.verdict.as_deref().and_then(|verdict| book.holds(rule, &post, verdict, &watches));
    (holds, judgement.candidate)
}
