//! Functional suites in the manner of HateCheck (Röttger et al., ACL 2021): classes of cases, minimal pairs, one transformation at a time.

use std::{collections::BTreeMap, ops::Range};

use serde::Serialize;
use vigie_model::Band;
use vigie_testkit::Disguise;
use xxhash_rust::xxh3::xxh3_64;

use crate::{
    interval::Rate,
    sample::{Answer, Sample, Scorer, Truth},
};

/// Cases of a class that are enough to say something of it.
pub(crate) const ENOUGH: usize = 15;

/// Classes whose adverts are disguised begin with this.
const DISGUISED: &str = "obf_";

/// What is counted of one class, or of one language of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassRow {
    /// Name of the class.
    pub class: String,
    /// Cases that are adverts.
    pub adverts: usize,
    /// Cases judged rightly, in all languages.
    pub all: Rate,
    /// Cases judged rightly, by language.
    pub languages: BTreeMap<String, Rate>,
    /// Non-adverts taken for adverts.
    pub false_positives: Rate,
}

/// What a disguise costs: the same adverts, plain and disguised.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cost {
    /// The class, or the transformation.
    pub name: String,
    /// Found among the plain partners.
    pub plain: Rate,
    /// Found among the disguised.
    pub disguised: Rate,
    /// Found plain and not disguised.
    pub lost: usize,
    /// Found disguised and not plain.
    pub gained: usize,
    /// Loss of recall in points; negative where the disguise gives the advert away.
    pub points: Option<f64>,
    /// Loss of recall in points by language.
    pub languages: BTreeMap<String, f64>,
    /// Posts that are no adverts, taken for adverts as they are and with the same disguise: a detector that takes the disguise itself
    /// for a sign of an advert loses no recall and gains false alarms here.
    pub others_plain: Rate,
    /// The same posts disguised.
    pub others_disguised: Rate,
}

/// What a suite says of one scorer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SuiteReport {
    /// Name of the scorer.
    pub scorer: String,
    /// Classes, each with its cases.
    pub classes: Vec<ClassRow>,
    /// Classes with at least 15 cases.
    pub large_classes: usize,
    /// Cases that belong to a minimal pair.
    pub paired: Rate,
    /// Pairs of an advert and a post that is none, both judged rightly.
    pub pairs: Rate,
    /// Adverts that the suite's authors disguised, beside their plain partners.
    pub written_disguises: Vec<Cost>,
    /// Plain cases of the suite whose goods, or what looks like goods, are disguised by program.
    pub mechanical_disguises: Vec<Cost>,
    /// The same with every word disguised: what somebody does who writes like that for fun.
    pub whole_text_disguises: Vec<Cost>,
}

/// A case of a suite with what a scorer says of it.
struct Case<'a> {
    sample: &'a Sample,
    answer: Answer,
}

impl Case<'_> {
    fn advert(&self) -> bool {
        self.sample.truth() == Truth::Advert
    }

    fn found(&self) -> bool {
        self.answer.band == Band::Advert
    }

    fn disguised(&self) -> bool {
        self.class().starts_with(DISGUISED)
    }

    fn class(&self) -> &str {
        self.sample.class.as_deref().unwrap_or("without class")
    }

    fn language(&self) -> &str {
        self.sample.lang.as_str()
    }
}

/// Which bytes of a text name goods: the words that disguises are applied to. Cases where it knows none are left out.
pub type Mark<'a> = dyn Fn(&Sample) -> Vec<Range<usize>> + 'a;

/// Runs a suite. Every scorer gets the same disguised texts if it is given the same `mark`.
#[must_use]
pub fn run_suite(samples: &[Sample], scorer: &Scorer<'_>, mark: &Mark<'_>) -> SuiteReport {
    let decided = samples.iter().filter(|sample| sample.truth() != Truth::Undecided);
    let cases: Vec<Case<'_>> = decided.map(|sample| Case { sample, answer: scorer.judge(&sample.post()) }).collect();
    let classes = class_rows(&cases);
    let mut pairs: BTreeMap<(&str, &str), Vec<&Case<'_>>> = BTreeMap::new();
    for case in &cases {
        if let Some(pair) = case.sample.pair.as_deref() {
            pairs.entry((case.language(), pair)).or_default().push(case);
        }
    }
    pairs.retain(|_, cases| cases.len() >= 2);
    SuiteReport {
        scorer: scorer.name.clone(),
        large_classes: classes.iter().filter(|row| row.all.whole >= ENOUGH).count(),
        classes,
        paired: Rate { part: pairs.values().map(Vec::len).sum(), whole: cases.len() },
        pairs: contrasts(&pairs),
        written_disguises: written(&pairs),
        mechanical_disguises: Disguise::ALL.iter().filter_map(|disguise| mechanical(&cases, *disguise, scorer, mark)).collect(),
        whole_text_disguises: Disguise::ALL
            .iter()
            .filter(|disguise| disguise.of_words())
            .filter_map(|disguise| mechanical(&cases, *disguise, scorer, &|sample| words(&sample.text)))
            .collect(),
    }
}

fn class_rows(cases: &[Case<'_>]) -> Vec<ClassRow> {
    let mut rows: BTreeMap<&str, ClassRow> = BTreeMap::new();
    for case in cases {
        let row = rows.entry(case.class()).or_insert_with(|| ClassRow {
            class: case.class().to_owned(),
            adverts: 0,
            all: Rate::default(),
            languages: BTreeMap::new(),
            false_positives: Rate::default(),
        });
        let right = case.advert() == case.found();
        row.adverts += usize::from(case.advert());
        row.all.count(right);
        row.languages.entry(case.language().to_owned()).or_default().count(right);
        if !case.advert() {
            row.false_positives.count(case.found());
        }
    }
    rows.into_values().collect()
}

type Pairs<'c, 'a> = BTreeMap<(&'c str, &'c str), Vec<&'c Case<'a>>>;

/// Pairs with an advert and a post that is none.
fn contrasts(pairs: &Pairs<'_, '_>) -> Rate {
    let mut rate = Rate::default();
    for cases in pairs.values() {
        if cases.iter().any(|case| case.advert()) && cases.iter().any(|case| !case.advert()) {
            rate.count(cases.iter().all(|case| case.advert() == case.found()));
        }
    }
    rate
}

/// Disguised adverts beside the plain adverts of their pairs.
fn written(pairs: &Pairs<'_, '_>) -> Vec<Cost> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for cases in pairs.values() {
        let Some(plain) = cases.iter().find(|case| case.advert() && !case.disguised()) else { continue };
        for case in cases.iter().filter(|case| case.advert() && case.disguised()) {
            tallies.entry(case.class()).or_default().add(case.language(), plain.found(), case.found());
        }
    }
    tallies.into_iter().map(|(class, tally)| tally.cost(class)).collect()
}

/// Plain posts beside themselves, disguised by program.
fn mechanical(cases: &[Case<'_>], disguise: Disguise, scorer: &Scorer<'_>, mark: &Mark<'_>) -> Option<Cost> {
    let mut tally = Tally::default();
    for case in cases.iter().filter(|case| !case.disguised()) {
        let words = mark(case.sample);
        let seed = xxh3_64(case.sample.text.as_bytes());
        let Some(text) = disguise.apply(&case.sample.text, &words, case.language(), seed) else { continue };
        let hidden = Sample { text, ..case.sample.clone() };
        let found = scorer.judge(&hidden.post()).band == Band::Advert;
        if case.advert() {
            tally.add(case.language(), case.found(), found);
        } else {
            tally.others_plain.count(case.found());
            tally.others_disguised.count(found);
        }
    }
    (tally.plain.whole > 0).then(|| tally.cost(disguise.as_str()))
}

/// Every word of three letters or more that is no part of a handle or link.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut at = 0;
    for token in text.split_inclusive(char::is_whitespace) {
        let start = at;
        at += token.len();
        if token.contains(['@', '/', '_', ':']) || token.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let word = token.trim_matches(|c: char| !c.is_alphabetic());
        if word.chars().count() >= 3 && word.chars().all(char::is_alphabetic) {
            let before = token.find(word).unwrap_or(0);
            out.push(start + before..start + before + word.len());
        }
    }
    out
}

/// Counts of plain and disguised adverts.
#[derive(Default)]
struct Tally {
    plain: Rate,
    disguised: Rate,
    lost: usize,
    gained: usize,
    languages: BTreeMap<String, (Rate, Rate)>,
    others_plain: Rate,
    others_disguised: Rate,
}

impl Tally {
    fn add(&mut self, language: &str, plain: bool, disguised: bool) {
        self.plain.count(plain);
        self.disguised.count(disguised);
        self.lost += usize::from(plain && !disguised);
        self.gained += usize::from(!plain && disguised);
        let of = self.languages.entry(language.to_owned()).or_default();
        of.0.count(plain);
        of.1.count(disguised);
    }

    fn cost(self, name: &str) -> Cost {
        Cost {
            name: name.to_owned(),
            points: points(self.plain, self.disguised),
            languages: self.languages.iter().filter_map(|(language, (plain, disguised))| Some((language.clone(), points(*plain, *disguised)?))).collect(),
            plain: self.plain,
            disguised: self.disguised,
            lost: self.lost,
            gained: self.gained,
            others_plain: self.others_plain,
            others_disguised: self.others_disguised,
        }
    }
}

fn points(plain: Rate, disguised: Rate) -> Option<f64> {
    Some(100.0 * (plain.value()? - disguised.value()?))
}

#[cfg(test)]
mod tests {
    use vigie_model::{Label, Lang};

    use super::*;
    use crate::rival::crude_rival;

    fn case(class: &str, pair: &str, label: Label, text: &str) -> Sample {
        Sample { class: Some(class.into()), pair: Some(pair.into()).filter(|p: &String| !p.is_empty()), ..Sample::new(text, Lang::parse("fr"), label) }
    }

    fn suite() -> Vec<Sample> {
        vec![
            case("advert_plain", "1", Label::Advert, "beuh dispo, 50 €"),
            case("obf_leet", "1", Label::Advert, "b3uh dispo, 50 €"),
            case("advert_plain", "2", Label::Advert, "weed dispo, mp"),
            case("lookalike_trade", "2", Label::LegalTrade, "vélo dispo, mp"),
            case("advert_plain", "3", Label::Advert, "shit dispo, 10 €"),
            case("lookalike_talk", "3", Label::UseTalk, "quelle shit, 10 € de perdus"),
            case("lookalike_talk", "", Label::UseTalk, "bof"),
            case("lookalike_talk", "", Label::Ambiguous, "?"),
        ]
    }

    #[test]
    fn classes_pairs_and_costs_are_counted() {
        let report = run_suite(&suite(), &crude_rival(), &|sample| words(&sample.text));
        let row = |class: &str| report.classes.iter().find(|row| row.class == class).unwrap();
        assert_eq!((row("advert_plain").all, row("advert_plain").adverts), (Rate { part: 3, whole: 3 }, 3));
        assert_eq!(row("lookalike_talk").false_positives, Rate { part: 1, whole: 2 }, "the undecided case counts nowhere");
        assert_eq!(row("obf_leet").languages["fr"], Rate { part: 0, whole: 1 });
        assert_eq!((report.paired, report.pairs), (Rate { part: 6, whole: 7 }, Rate { part: 1, whole: 2 }));
        let leet = &report.written_disguises[0];
        assert_eq!((leet.name.as_str(), leet.points, leet.lost, leet.gained), ("obf_leet", Some(100.0), 1, 0));
        let spaces = report.mechanical_disguises.iter().find(|cost| cost.name == "spaces").unwrap();
        assert_eq!((spaces.plain.whole, spaces.lost), (3, 3), "a plain word list finds no spaced word");
        assert_eq!((spaces.others_plain, spaces.others_disguised), (Rate { part: 1, whole: 3 }, Rate { part: 0, whole: 3 }));
        let capitals = report.mechanical_disguises.iter().find(|cost| cost.name == "capitals").unwrap();
        assert_eq!(capitals.points, Some(0.0));
        assert_eq!(report.large_classes, 0);
    }

    #[test]
    fn words_are_no_handles_and_no_numbers() {
        let text = "Été: weed, @nom_fictif t.me/x dispo! 06";
        assert_eq!(words(text).into_iter().filter_map(|range| text.get(range)).collect::<Vec<_>>(), ["weed", "dispo"]);
    }
}
