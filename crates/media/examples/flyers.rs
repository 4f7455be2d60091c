//! How much of the testkit's menus and flyers is read, with and without preparation.
//!
//! `cargo run --release -p vigie-media --example flyers -- [N]` (default 40 of each kind); needs `tesseract` with French.
//! A field counts where the detector finds it, normalised, in the text of the picture.

use std::{collections::BTreeMap, path::Path, process::ExitCode, time::Instant};

use vigie_detect::{Detector, Lexicon, Model, Scratch};
use vigie_media::{
    Limits, Picture, codes, decode,
    ocr::{OcrError, OcrLimits, Tesseract, Word, likely_text, read, read_bare, text_of},
};
use vigie_model::{ContactKind, Post, Verdict};
use vigie_testkit::{Flyer, Wear, flyer};

/// Found and all, by field.
type Counts = BTreeMap<&'static str, (u32, u32)>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "a program for the command line")]
fn complain(error: &dyn std::error::Error) {
    eprintln!("flyers: {error}");
}

#[expect(clippy::print_stdout, reason = "a program for the command line")]
fn run() -> Result<(), Box<dyn std::error::Error>> {
    let count: u64 = std::env::args().nth(1).map_or(Ok(40), |n| n.parse())?;
    let engine = Tesseract::find(Path::new("tesseract"), &["fra"], OcrLimits::default())?;
    let detector = Detector::new(Lexicon::embedded()?, Model::embedded()?, Vec::new());
    println!("{} with {}, {count} flyers of each kind\n", engine.version(), engine.languages());
    println!("| flyers | text by | price | quantity | phone | handle | QR | s a picture |\n| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (name, wear) in [("clean", Wear::Clean), ("degraded", Wear::Degraded)] {
        for (method, prepared) in [("tesseract as it is", false), ("vigie", true)] {
            let mut counts = Counts::new();
            let mut seconds = 0.0;
            for seed in 0..count {
                let flyer = flyer(seed, wear);
                let picture = decode(&flyer.jpeg, &Limits::default())?;
                let started = Instant::now();
                // A picture that cannot be read has no words.
                let words = words(&picture, &engine, prepared).unwrap_or_default();
                seconds += started.elapsed().as_secs_f64();
                let text = text_of(&words).0;
                if std::env::var_os("FLYERS_SHOW").is_some() {
                    println!("--- {name} {method} {seed}\n{}\n{text}", flyer.lines.join("\n"));
                }
                score(&flyer, &verdicts(&detector, &text, prepared), &picture, &mut counts);
            }
            let cell =
                |field: &str| counts.get(field).map_or_else(String::new, |(found, all)| format!("{:.2} ({found}/{all})", f64::from(*found) / f64::from(*all)));
            let fields: Vec<String> = ["price", "quantity", "phone", "handle", "code"].into_iter().map(cell).collect();
            #[expect(clippy::cast_precision_loss, reason = "a small count")]
            let each = seconds / count as f64;
            println!("| {name} | {method} | {} | {each:.2} |", fields.join(" | "));
        }
    }
    Ok(())
}

fn words(picture: &Picture, engine: &Tesseract, prepared: bool) -> Result<Vec<Word>, OcrError> {
    if prepared { read(picture, engine) } else { read_bare(picture, engine) }
}

/// What the detector finds in the text, and in the text that was probably meant.
fn verdicts(detector: &Detector, text: &str, alternatives: bool) -> Vec<Verdict> {
    let texts = [Some(text.to_owned()), likely_text(text).filter(|_| alternatives)];
    let judge = |text: String| detector.judge_and_explain(&Post::new("unknown", "1", text), &mut Scratch::default()).verdict.map(|verdict| *verdict);
    texts.into_iter().flatten().filter_map(judge).collect()
}

fn score(flyer: &Flyer, verdicts: &[Verdict], picture: &Picture, counts: &mut Counts) {
    let mut note = |field, found: bool| {
        let (hits, all) = counts.entry(field).or_default();
        *hits += u32::from(found);
        *all += 1;
    };
    let prices = || verdicts.iter().flat_map(|verdict| &verdict.prices);
    for price in &flyer.prices {
        note("price", prices().any(|found| found.amount == f64::from(price.amount)));
        note("quantity", prices().any(|found| found.amount == f64::from(price.amount) && found.quantity == Some(f64::from(price.quantity))));
    }
    let contacts = || verdicts.iter().flat_map(|verdict| &verdict.contacts);
    note("phone", contacts().any(|c| matches!(c.kind, ContactKind::Phone | ContactKind::Whatsapp) && c.value == flyer.phone));
    note("handle", contacts().any(|c| c.value == flyer.handle));
    if let Some(code) = &flyer.code {
        note("code", codes::codes(picture).iter().any(|found| found.text == *code));
    }
}
