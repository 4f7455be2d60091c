//! Contacts and prices of texts, one a line: `cargo run --release -p vigie-detect --example entity_speed -- FILE [LANG] [show|entities|phones]`.
//!
//! `phones` (the default) times the extraction of phone numbers against Python's `phonenumbers` (PYTHON, default `python3`) in the same run,
//! `entities` times all readers, `show` prints what they find.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement, not a product")]

use std::{collections::BTreeSet, hint::black_box, io::Write, process, time::Instant};

use vigie_detect::entities::{self, Setting};
use vigie_model::Lang;
use vigie_text::Glyphs;

/// Both sides are run so often and the best time is taken: tables are built by then, and other programs disturb the least.
const RUNS: usize = 7;

/// Reads texts from standard input; prints seconds and then, for each number found, the line and the number.
const PYTHON: &str = r#"
import sys, time, phonenumbers
texts = sys.stdin.read().split("\n")
region = sys.argv[1]
def read():
    return [(i, m.number) for i, t in enumerate(texts) for m in phonenumbers.PhoneNumberMatcher(t, region, leniency=phonenumbers.Leniency.POSSIBLE)]
def timed():
    start = time.perf_counter()
    found = read()
    return time.perf_counter() - start, found
seconds, found = min((timed() for _ in range(int(sys.argv[2]))), key=lambda run: run[0])
print(seconds)
for i, n in found:
    print(i, phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.E164))
"#;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().unwrap();
    let lang = arguments.next().unwrap_or_else(|| "fr".to_owned());
    let mode = arguments.next().unwrap_or_else(|| "phones".to_owned());
    let content = std::fs::read_to_string(file).unwrap();
    let texts: Vec<&str> = content.trim_end().split('\n').collect();
    let setting = Setting { lang: Lang::parse(&lang), countries: &[] };
    let region = lang.to_uppercase();
    match mode.as_str() {
        "show" => show(&texts, &setting),
        "entities" => time_entities(&texts, &setting),
        _ => compare_phones(&texts, &setting, if lang == "en" { "GB" } else { &region }),
    }
}

fn show(texts: &[&str], setting: &Setting<'_>) {
    let mut glyphs = Glyphs::default();
    for text in texts {
        glyphs.read(text);
        let found = entities::read(text, &glyphs, setting);
        for contact in &found.contacts {
            println!("{}={}\t{text}", contact.kind.as_str(), contact.value);
        }
        for price in &found.prices {
            println!("{} {} {:?} {:?}\t{text}", price.amount, price.currency, price.quantity, price.unit);
        }
    }
}

fn time_entities(texts: &[&str], setting: &Setting<'_>) {
    let mut glyphs = Glyphs::default();
    let read: Vec<Glyphs> = texts
        .iter()
        .map(|text| {
            glyphs.read(text);
            glyphs.clone()
        })
        .collect();
    let start = Instant::now();
    let mut found = 0;
    for (text, glyphs) in texts.iter().zip(&read) {
        found += black_box(entities::read(text, glyphs, setting)).contacts.len();
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{} texts, {found} contacts, {:.0} ns a text", texts.len(), seconds * 1e9 / f64::from(u32::try_from(texts.len()).unwrap()));
}

fn compare_phones(texts: &[&str], setting: &Setting<'_>, region: &str) {
    let mut glyphs = Glyphs::default();
    let mut read = || {
        let start = Instant::now();
        let mut found = Vec::new();
        for (line, text) in texts.iter().enumerate() {
            glyphs.read(text);
            found.extend(entities::phones(text, &glyphs, setting).into_iter().map(|phone| (line, phone.value)));
        }
        (start.elapsed().as_secs_f64(), found)
    };
    let (seconds, found) = (0..RUNS).map(|_| read()).min_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
    let ours: BTreeSet<String> = found.into_iter().map(|(line, number)| format!("{line} {number}")).collect();
    let (theirs, their_seconds) = python(texts, region);
    println!("texts               {}", texts.len());
    println!("vigie               {seconds:.4} s, {} numbers", ours.len());
    println!("phonenumbers        {their_seconds:.4} s, {} numbers", theirs.len());
    println!("both found          {}", ours.intersection(&theirs).count());
    println!("vigie is faster     {:.1} x", their_seconds / seconds);
}

fn python(texts: &[&str], region: &str) -> (BTreeSet<String>, f64) {
    let program = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut child = process::Command::new(program)
        .args(["-c", PYTHON, region, &RUNS.to_string()])
        .stdin(process::Stdio::piped())
        .stdout(process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(texts.join("\n").as_bytes()).unwrap();
    let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let mut lines = output.lines();
    let seconds = lines.next().unwrap().parse().unwrap();
    (lines.map(str::to_owned).collect(), seconds)
}
