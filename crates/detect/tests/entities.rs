//! Measures contacts and prices on `eval/entities` and asserts the goals. `cargo test -p vigie-detect --test entities -- --nocapture`
//! prints precision, recall and F1 for each kind, form of writing and language, and the cases that went wrong.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;
use vigie_detect::{Detector, Lexicon, Model, Scratch};
use vigie_model::{Lang, Post, Verdict};

#[derive(Deserialize)]
struct Case {
    id: String,
    lang: String,
    kind: String,
    form: String,
    text: String,
    contacts: Vec<ExpectedContact>,
    prices: Vec<ExpectedPrice>,
}

#[derive(Deserialize)]
struct ExpectedContact {
    #[serde(rename = "type")]
    kind: String,
    value: String,
}

#[derive(Deserialize)]
struct ExpectedPrice {
    amount: f64,
    currency: String,
    quantity: Option<f64>,
    unit: Option<String>,
}

/// What a finding is counted under: `phone`, `handle`, `link` or `price`, and its text.
type Item = (&'static str, String);

fn group(kind: &str, case: &Case) -> &'static str {
    match kind {
        "phone" => "phone",
        "email" | "wallet" | "payment" | "voucher" | "shortlink" | "linkpage" | "url" => "link",
        _ if case.kind == "link" => "link",
        _ => "handle",
    }
}

fn price(amount: f64, currency: &str, quantity: Option<f64>, unit: Option<&str>) -> Item {
    let quantity = quantity.map_or_else(|| "-".to_owned(), |q| q.to_string());
    ("price", format!("{amount} {currency} for {quantity} {}", unit.unwrap_or("-")))
}

fn expected(case: &Case) -> Vec<Item> {
    let contacts = case.contacts.iter().map(|c| (group(&c.kind, case), format!("{}={}", c.kind, c.value)));
    contacts.chain(case.prices.iter().map(|p| price(p.amount, &p.currency, p.quantity, p.unit.as_deref()))).collect()
}

fn found(case: &Case, verdict: &Verdict) -> Vec<Item> {
    let contacts = verdict.contacts.iter().map(|c| (group(c.kind.as_str(), case), format!("{}={}", c.kind.as_str(), c.value)));
    contacts.chain(verdict.prices.iter().map(|p| price(p.amount, &p.currency, p.quantity, p.unit.as_deref()))).collect()
}

/// True positives, false positives, false negatives.
#[derive(Default, Clone, Copy)]
struct Tally {
    right: u32,
    wrong: u32,
    missed: u32,
}

impl Tally {
    fn rate(over: u32, rest: u32) -> f64 {
        if over + rest == 0 { 1.0 } else { f64::from(over) / f64::from(over + rest) }
    }

    fn f1(self) -> f64 {
        Self::rate(2 * self.right, self.wrong + self.missed)
    }

    fn line(self, name: &str) -> String {
        let Self { right, wrong, missed } = self;
        let (precision, recall) = (Self::rate(right, wrong), Self::rate(right, missed));
        format!("{name:<24} {right:>5} {wrong:>5} {missed:>6}   {precision:.3}     {recall:.3}   {:.3}", self.f1())
    }
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../eval/entities");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "jsonl")).collect();
    files.sort();
    let read = |path| std::fs::read_to_string(path).unwrap();
    files.into_iter().flat_map(|path| read(path).lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>()).collect()
}

#[test]
fn reads_contacts_and_prices_of_the_suite() {
    let detector = Detector::new(Lexicon::embedded().unwrap(), Model::embedded().unwrap(), Vec::new());
    let mut scratch = Scratch::default();
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let (mut cases_read, mut empty, mut clean) = (0, 0, 0);
    for case in cases() {
        let post = Post { lang: Some(Lang::parse(&case.lang)), ..Post::new("unknown", case.id.as_str(), case.text.as_str()) };
        let verdict = detector.judge_and_explain(&post, &mut scratch).verdict.unwrap();
        let (mut expected, mut found) = (expected(&case), found(&case, &verdict));
        cases_read += 1;
        empty += u32::from(expected.is_empty());
        clean += u32::from(expected.is_empty() && found.is_empty());
        let mut count = |kind: &str, update: &dyn Fn(&mut Tally)| {
            let unseen = case.id.starts_with("unseen").then(|| format!("{kind} unseen"));
            for name in [kind.to_owned(), format!("{kind} {}", case.form), format!("{kind} {}", case.lang)].into_iter().chain(unseen) {
                update(tallies.entry(name).or_default());
            }
        };
        expected.retain(|item| match found.iter().position(|other| other == item) {
            Some(at) => {
                found.swap_remove(at);
                count(item.0, &|t| t.right += 1);
                false
            }
            None => true,
        });
        expected.iter().for_each(|item| count(item.0, &|t| t.missed += 1));
        found.iter().for_each(|item| count(item.0, &|t| t.wrong += 1));
        if !(expected.is_empty() && found.is_empty()) {
            println!("{} {:?}\n    missed {:?}\n    wrong  {:?}", case.id, case.text, expected, found);
        }
    }
    println!("\n{cases_read} cases, {empty} with nothing to find, {clean} of them left alone\n");
    println!("{:<24} {:>5} {:>5} {:>6}   precision recall  F1", "", "right", "wrong", "missed");
    tallies.iter().for_each(|(name, tally)| println!("{}", tally.line(name)));
    assert!(cases_read >= 600 && empty * 3 >= cases_read, "the suite is wide, and a third of it are traps");
    for (kind, goal) in [("phone", 0.98), ("link", 0.98), ("handle", 0.95), ("price", 0.92)] {
        let f1 = tallies.get(kind).copied().unwrap_or_default().f1();
        assert!(f1 >= goal, "F1 of {kind} is {f1:.3}, below {goal}");
    }
}
