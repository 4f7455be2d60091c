//! Any text as the condition of a rule: it is refused or compiled within bounds, and what compiles can be applied.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use vigie_detect::{Detector, Lexicon, Model, Scratch};
use vigie_model::Post;
use vigie_rules::{PackText, RuleBook, RuleTally};

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(Lexicon::embedded().expect("the embedded lexicon loads"), Model::embedded().expect("the embedded model loads"), Vec::new()));

fuzz_target!(|condition: &str| {
    let head = "[[rule]]\nname = 'r'\nseverity = 'low'\nreason = { en = 'e', fr = 'f' }\neffect = { tag = 't' }\nmatch = ['a']\nno_match = ['b']\n";
    let content = format!("{head}when = '''{condition}'''\n");
    let pack = PackText { name: "fuzz".to_owned(), content, embedded: false };
    let Ok(book) = RuleBook::compile(&[pack], &DETECTOR) else { return };
    let post = Post::new("x", "1", "beuh dispo sur Toulouse, 10€ le g, snap fictif_31");
    let mut judgement = DETECTOR.judge(&post, &mut Scratch::default());
    book.apply(&post, &mut judgement, &[], &mut RuleTally::default());
});
