//! For those who keep the lexicon: what is doubtful in it, what changed, what it holds, and which words it may lack.

use std::collections::{BTreeMap, BTreeSet};

use vigie_model::{Grade, Lang};
use vigie_text::fold_phrase;

use crate::{Lexicon, Meaning};

/// Something that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// Language of the list; unknown for emoji and places.
    pub lang: Lang,
    /// The phrase as written.
    pub phrase: String,
    /// What is doubtful about it.
    pub what: &'static str,
}

/// What is doubtful: phrases that fold to nothing, names too short for their grade, names of two classes, names that are also goods or cues.
#[must_use]
pub fn remarks(lexicon: &Lexicon) -> Vec<Remark> {
    let mut meanings: BTreeMap<(Lang, String), Vec<Meaning>> = BTreeMap::new();
    let mut out = BTreeSet::new();
    for entry in &lexicon.entries {
        let folded = fold_phrase(&entry.phrase);
        let mut remark = |what| {
            out.insert(Remark { lang: entry.lang, phrase: entry.phrase.clone(), what });
        };
        if folded.is_empty() {
            remark("folds to nothing, and is never found");
        }
        if matches!(entry.meaning, Meaning::Product { grade: Grade::A | Grade::B, .. }) && folded.len() < 3 && folded.is_ascii() {
            remark("is too short to name a product without other signs: make it grade C");
        }
        let others = meanings.entry((entry.lang, folded)).or_default();
        if others.iter().any(|other| contradict(*other, entry.meaning)) {
            remark("means two things that contradict each other");
        }
        others.push(entry.meaning);
    }
    out.into_iter().collect()
}

fn contradict(a: Meaning, b: Meaning) -> bool {
    match (a, b) {
        (Meaning::Product { class: one, grade, .. }, Meaning::Product { class: other, grade: second, .. }) => {
            one != other && grade != Grade::C && second != Grade::C
        }
        (Meaning::Product { class, grade, .. }, Meaning::Good | Meaning::Collision)
        | (Meaning::Good | Meaning::Collision, Meaning::Product { class, grade, .. }) => class.is_drug() && grade == Grade::A,
        _ => false,
    }
}

/// What the phrases stand for, in words, for comparing two states.
fn described(lexicon: &Lexicon) -> BTreeMap<(Lang, String), BTreeSet<String>> {
    let mut out: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for entry in &lexicon.entries {
        let what = match entry.meaning {
            Meaning::Product { class, grade, .. } => format!("product {class} grade {grade:?}"),
            Meaning::Collision => "collision".to_owned(),
            Meaning::Doubt(_) => "doubt".to_owned(),
            Meaning::Cue(kind, strength) => format!("cue {kind} {strength:?}").to_lowercase(),
            Meaning::Context(label, strength) => format!("context {label} {strength:?}").to_lowercase(),
            Meaning::Good => "legal good".to_owned(),
            Meaning::Place(_) => "place".to_owned(),
        };
        out.entry((entry.lang, entry.phrase.clone())).or_default().insert(what);
    }
    out
}

/// Lines "+ fr beuh: product CAN-H grade A" and "- …": what the new state has and the old had not, and the other way round.
#[must_use]
pub fn difference(old: &Lexicon, new: &Lexicon) -> Vec<String> {
    let (old, new) = (described(old), described(new));
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let empty = BTreeSet::new();
    let mut out = Vec::new();
    for key in keys {
        let (before, after) = (old.get(key).unwrap_or(&empty), new.get(key).unwrap_or(&empty));
        let line = |sign: char, what: &String| format!("{sign} {} {}: {what}", key.0, key.1);
        out.extend(before.difference(after).map(|what| line('-', what)));
        out.extend(after.difference(before).map(|what| line('+', what)));
    }
    out
}

/// Numbers of phrases by language and kind, in the order of both.
#[must_use]
pub fn statistics(lexicon: &Lexicon) -> BTreeMap<(Lang, &'static str), usize> {
    let mut out = BTreeMap::new();
    for entry in &lexicon.entries {
        let kind = match entry.meaning {
            Meaning::Product { grade: Grade::A, .. } => "products, grade A",
            Meaning::Product { grade: Grade::B, .. } => "products, grade B",
            Meaning::Product { grade: Grade::C, .. } => "products, grade C",
            Meaning::Collision => "collisions",
            Meaning::Doubt(_) => "doubts",
            Meaning::Cue(..) => "cues",
            Meaning::Context(..) => "contexts",
            Meaning::Good => "legal goods",
            Meaning::Place(_) => "places",
        };
        *out.entry((entry.lang, kind)).or_default() += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon(terms: &str) -> Lexicon {
        Lexicon::read(&[("fr/products.toml", &format!("lang = \"fr\"\nreviewed_by = \"x\"\n{terms}"))]).unwrap()
    }

    fn term(term: &str, class: &str, grade: &str) -> String {
        format!("[[term]]\nterm = {term:?}\nclass = {class:?}\ngrade = {grade:?}\nsource = \"x\"\nadded = \"2026-11-24\"\n")
    }

    #[test]
    fn remarks_name_what_is_doubtful() {
        let lexicon = lexicon(&(term("beuh", "CAN-H", "A") + &term("Beuh", "COC-P", "A") + &term("C", "COC-P", "A") + &term("neige", "COC-P", "C")));
        let found: Vec<_> = remarks(&lexicon).into_iter().map(|remark| remark.phrase).collect();
        assert_eq!(found, ["Beuh", "C"]);
    }

    #[test]
    fn a_difference_has_both_sides() {
        let (old, new) = (lexicon(&term("beuh", "CAN-H", "A")), lexicon(&term("beuh", "CAN-H", "B")));
        assert_eq!(difference(&old, &new), ["- fr beuh: product CAN-H grade A", "+ fr beuh: product CAN-H grade B"]);
        assert!(difference(&old, &old).is_empty());
    }

    #[test]
    fn the_embedded_lexicon_has_names_of_each_grade() {
        let counts = statistics(&Lexicon::embedded().unwrap());
        assert!(["fr", "en", "es", "it", "de", "nl"].iter().all(|lang| counts.get(&(Lang::parse(lang), "products, grade A")).is_some_and(|count| *count > 50)));
    }
}
