//! Folding and judging any text: every span slices the original on character boundaries, and nothing panics.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use vigie_detect::{Detector, Lexicon, Model, Scratch};
use vigie_model::Post;
use vigie_text::{Folded, Glyphs};

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(Lexicon::embedded().expect("the embedded lexicon loads"), Model::embedded().expect("the embedded model loads"), Vec::new()));

fuzz_target!(|text: &str| {
    let mut folded = Folded::default();
    folded.read(text);
    let mut end = 0;
    for word in folded.words() {
        assert!(word.start >= end && word.start < word.end && text.get(word.start as usize..word.end as usize).is_some());
        end = word.end;
    }
    let mut glyphs = Glyphs::default();
    glyphs.read(text);
    assert!(glyphs.as_slice().iter().all(|g| text.get(g.start as usize..g.end as usize).is_some()));
    let judged = DETECTOR.judge_and_explain(&Post::new("x", "1", text), &mut Scratch::default());
    let verdict = judged.verdict.expect("asked for");
    let slices = |start: u32, end: u32| text.get(start as usize..end as usize).is_some_and(|s| !s.is_empty());
    assert!(verdict.components.iter().all(|c| slices(c.start, c.end)));
    assert!(verdict.contacts.iter().all(|c| slices(c.start, c.end)));
    assert!(verdict.prices.iter().all(|p| slices(p.start, p.end)));
    assert!((0.0..=1.0).contains(&verdict.score));
    let quick = DETECTOR.judge(&Post::new("x", "1", text), &mut Scratch::default());
    assert_eq!((quick.score.to_bits(), quick.band), (judged.score.to_bits(), judged.band));
});
