//! The packs that come with Vigie, and packs of the user, on the real detector.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;

use vigie_detect::{Detector, Lexicon, Model, Scratch};
use vigie_model::{Band, Label, Post, Verdict};
use vigie_rules::{Error, LiveRules, PackSource, PackText, Problem, RuleBook, RuleTally, check_examples};

fn detector() -> Detector {
    Detector::new(Lexicon::embedded().unwrap(), Model::embedded().unwrap(), Vec::new())
}

#[test]
fn the_examples_of_the_embedded_packs_behave() {
    let detector = detector();
    let book = PackSource { embedded: true, paths: Vec::new() }.load(&detector).unwrap();
    let wrong: Vec<_> = check_examples(&book, &detector).into_iter().filter(|checked| !checked.passed()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!((10..=30).contains(&book.rules().len()));
}

/// Examples that must match are also such that the detector shows them to rules: else the rule would never hold in a scan. Look-alikes
/// are exempt: the less often rules have to lower them, the better the detector.
#[test]
fn what_rules_look_for_is_shown_to_them() {
    let detector = detector();
    let book = PackSource { embedded: true, paths: Vec::new() }.load(&detector).unwrap();
    let lowers = |name: &str| book.rules().any(|(_, rule, _)| rule.name == name && rule.effect.lower.is_some());
    let matching: Vec<_> = check_examples(&book, &detector).into_iter().filter(|checked| checked.must_match && !lowers(&checked.rule)).collect();
    let unseen: Vec<_> = matching.iter().filter(|checked| !checked.candidate).map(|checked| (&checked.rule, checked.number)).collect();
    assert!(unseen.len() * 10 <= matching.len(), "{unseen:?} of {}", matching.len());
}

const HEAD: &str =
    "severity = 'low'\nreason = { en = 'why', fr = 'pourquoi' }\nmatch = ['beuh dispo, livraison, snap fictif_31']\nno_match = ['bonjour à tous']\n";

fn rule(name: &str, when: &str, effect: &str) -> String {
    format!("[[rule]]\nname = '{name}'\n{HEAD}when = '''{when}'''\neffect = {effect}\n")
}

fn text(name: &str, content: String) -> PackText {
    PackText { name: name.to_owned(), content, embedded: false }
}

fn book(detector: &Detector, rules: &[String]) -> Result<RuleBook, Error> {
    RuleBook::compile(&[text("own.toml", rules.concat())], detector)
}

/// The verdict on an advert under these rules, with the counts; its score is set, whatever the model thinks of it this month.
fn judged(rules: &[String], content: &str) -> (Verdict, RuleTally) {
    let detector = detector();
    let book = book(&detector, rules).unwrap();
    let post = Post::new("x", "1", content);
    let mut scratch = Scratch::default();
    let mut judgement = detector.judge(&post, &mut scratch);
    assert!(judgement.candidate);
    let verdict = judgement.verdict.as_mut().unwrap();
    (verdict.score, verdict.band, verdict.label) = (0.95, Band::Advert, Label::Advert);
    let mut tally = RuleTally::default();
    book.apply(&post, scratch.folded(), &mut judgement, detector.watches(), &mut tally);
    let verdict = *judgement.verdict.unwrap();
    assert_eq!((judgement.score, judgement.band), (verdict.score, verdict.band));
    (verdict, tally)
}

const ADVERT: &str = "Beuh et shit dispo sur Toulouse, 10€ le g, livraison, snap fictif_31";

#[test]
fn weights_add_up_and_explain_themselves() {
    let before = judged(&[], ADVERT).0;
    assert!(before.band == Band::Advert && before.versions.rules.is_none());
    let rules = [rule("down", "contacts.size() > 0", "{ lower = 9.0 }"), rule("tagged", "'CAN-H' in products", "{ tag = 'herb' }")];
    let (after, tally) = judged(&rules, ADVERT);
    assert!(after.score < before.score && after.band == Band::Clear && after.label == Label::Other);
    let last: Vec<_> = after.reasons.iter().rev().take(2).map(|reason| (reason.what.as_ref(), reason.weight)).collect();
    assert_eq!(last, [("rule:tagged", 0.0), ("rule:down", -9.0)]);
    assert_eq!(after.rules[1].tag.as_deref(), Some("herb"));
    assert_eq!(after.versions.rules.as_deref().map(str::len), Some(16));
    let counts: Vec<_> = tally.counts().map(|(name, count)| (name.to_owned(), count.fired, count.moved)).collect();
    assert_eq!(counts, [("down".to_owned(), 1, 1), ("tagged".to_owned(), 1, 0)]);
}

#[test]
fn what_is_no_drug_advert_is_not_counted_as_one() {
    let (verdict, _) = judged(&[rule("other", "true", "{ label = 'advert_other_illicit' }")], ADVERT);
    assert_eq!((verdict.label, verdict.band), (Label::AdvertOtherIllicit, Band::Review));
    assert!(verdict.reasons.last().unwrap().weight < 0.0);
}

#[test]
fn the_most_severe_label_wins_whatever_the_order() {
    let news = rule("news", "true", "{ label = 'news' }");
    let scam = rule("scam", "true", "{ label = 'suspected_scam_seller' }").replace("'low'", "'high'");
    for rules in [[news.clone(), scam.clone()], [scam, news]] {
        assert_eq!(judged(&rules, ADVERT).0.label, Label::SuspectedScamSeller);
    }
}

#[test]
fn shadows_only_count() {
    let shadow = rule("shadow", "true", "{ lower = 9.0 }") + "shadow = true\n";
    let (verdict, tally) = judged(&[shadow], ADVERT);
    assert!(verdict.band == Band::Advert && verdict.rules.is_empty());
    assert_eq!(tally.counts().map(|(_, count)| (count.shadow, count.fired, count.moved)).collect::<Vec<_>>(), [(true, 1, 1)]);
}

#[test]
fn posts_that_are_no_candidates_are_left_alone() {
    let detector = detector();
    let book = book(&detector, &[rule("all", "true", "{ raise = 9.0, tag = 'x' }")]).unwrap();
    let post = Post::new("x", "1", "Bonjour à tous, belle journée au parc avec les enfants");
    let mut scratch = Scratch::default();
    let mut judgement = detector.judge_and_explain(&post, &mut scratch);
    let mut tally = RuleTally::default();
    judgement.candidate = false;
    let score = judgement.score;
    book.apply(&post, scratch.folded(), &mut judgement, &[], &mut tally);
    assert_eq!((judgement.score.to_bits(), tally.counts().count()), (score.to_bits(), 0));
    assert!(judgement.verdict.unwrap().rules.is_empty());
}

/// A verdict is a function of the post and its versions, also where a condition names the watches.
#[test]
fn the_hash_covers_the_watches_where_they_are_named() {
    let watch = vigie_detect::Watch { name: "T".into(), any: vec!["t".into()], ..Default::default() };
    let other = Detector::new(Lexicon::embedded().unwrap(), Model::embedded().unwrap(), vec![watch]);
    let plain = [rule("plain", "true", "{ tag = 'x' }")];
    let watching = [rule("watching", "'T' in watch", "{ tag = 'x' }")];
    let hash = |detector: &Detector, rules: &[String]| book(detector, rules).unwrap().hash().to_owned();
    assert_eq!(hash(&detector(), &plain), hash(&other, &plain));
    assert_ne!(hash(&detector(), &watching), hash(&other, &watching));
}

/// Only finds are kept, so what belongs into a queue must become one.
#[test]
fn what_is_routed_is_looked_at() {
    let clear = [rule("down", "true", "{ lower = 9.0 }"), rule("route", "true", "{ route = 'minors' }")];
    let (verdict, _) = judged(&clear, ADVERT);
    assert_eq!((verdict.band, verdict.label), (Band::Review, Label::Ambiguous));
    assert!(verdict.reasons.iter().any(|reason| reason.what == "rule:route" && reason.weight > 0.0));
}

#[test]
fn nothing_is_raised_out_of_nothing() {
    let detector = detector();
    let book = book(&detector, &[rule("all", "true", "{ raise = 9.0 }")]).unwrap();
    let post = Post::new("x", "1", "Bonjour à tous");
    let mut verdict = *detector.judge_and_explain(&post, &mut Scratch::default()).verdict.unwrap();
    assert!(verdict.components.is_empty());
    book.apply_to(&post, &mut verdict, &[], &mut RuleTally::default());
    assert!(verdict.rules.is_empty());
}

#[test]
fn a_condition_that_cannot_be_evaluated_is_counted() {
    let (verdict, tally) = judged(&[rule("mixed", "score > 'high'", "{ tag = 'x' }")], ADVERT);
    assert!(verdict.rules.is_empty());
    assert_eq!(tally.counts().map(|(_, count)| (count.fired, count.failed)).collect::<Vec<_>>(), [(0, 1)]);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let detector = detector();
    let message = |rules: &[String]| book(&detector, rules).unwrap_err().to_string();
    assert!(message(&["[[rule]]\nnme = 'x'\n".to_owned()]).starts_with("own.toml:2: unknown field `nme`"));
    assert!(message(&[rule("a", "true", "{}")]).starts_with("own.toml: rule \"a\": its effect is empty"));
    assert!(message(&[rule("a", "true", "{ raise = 11.0 }")]).contains("at most 10"));
    assert!(message(&[rule("a", "true", "{ raise = 1.0, lower = 1.0 }")]).contains("both raises and lowers"));
    assert!(message(&[rule("a", "true", "{ tag = 'x' }"), rule("a", "true", "{ tag = 'x' }")]).contains("names must differ"));
    assert!(message(&[rule("a", "true &&", "{ tag = 'x' }")]).contains("not CEL: line 1"));
    assert!(matches!(book(&detector, &[rule("A", "true", "{ tag = 'x' }")]), Err(Error::Rule { problem: Problem::Name, .. })));
}

#[test]
fn examples_of_the_user_are_tried_at_load_and_changes_taken_up_once() {
    let detector = detector();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    let write = |when: &str| fs::write(&file, rule("own", when, "{ tag = 'x' }")).unwrap();
    write("contacts.size() > 0");
    let source = PackSource { embedded: false, paths: vec![folder.path().to_path_buf()] };
    let live = LiveRules::open(source.clone(), &detector).unwrap();
    let first = live.current();
    assert!(!live.refresh(&detector).unwrap());
    write("contacts.size() > 0 && true");
    assert!(live.refresh(&detector).unwrap());
    let second = live.current();
    assert_ne!(first.hash(), second.hash());
    write("contacts.size() == 0");
    let error = live.refresh(&detector).unwrap_err().to_string();
    assert!(error.ends_with("its match example 1 does not match"), "{error}");
    assert!(!live.refresh(&detector).unwrap(), "the same fault is said once");
    assert_eq!(live.current().hash(), second.hash());
    assert!(source.load(&detector).is_err());
}
