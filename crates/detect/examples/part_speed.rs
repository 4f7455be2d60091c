//! Times two parts alone, for `bench/parts.py`: `cargo run --release -p vigie-detect --example part_speed -- language|judge < TEXTS`.
//!
//! One text a line of standard input. Prints the processor seconds of the best of five runs, then one answer a line: the language,
//! or the score.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement, not a product")]

use std::{io::Read, time::Instant};

use vigie_detect::{Detector, Lexicon, Model, Scratch, language};
use vigie_model::Post;

const RUNS: usize = 5;

fn main() {
    let mut content = String::new();
    std::io::stdin().read_to_string(&mut content).unwrap();
    let texts: Vec<&str> = content.trim_end().split('\n').collect();
    let answers = if std::env::args().nth(1).as_deref() == Some("language") {
        best(|| texts.iter().map(|text| language(text).as_str().to_owned()).collect())
    } else {
        let detector = Detector::new(Lexicon::embedded().unwrap(), Model::embedded().unwrap(), Vec::new());
        let mut scratch = Scratch::default();
        best(|| texts.iter().map(|text| detector.judge(&Post::new("x", "1", *text), &mut scratch).score.to_string()).collect())
    };
    answers.iter().for_each(|answer| println!("{answer}"));
}

/// Runs a part so often and prints the seconds of the fastest.
fn best(mut run: impl FnMut() -> Vec<String>) -> Vec<String> {
    let mut timed = || {
        let start = Instant::now();
        let answers = run();
        (start.elapsed().as_secs_f64(), answers)
    };
    let (seconds, answers) = (0..RUNS).map(|_| timed()).min_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
    println!("{seconds}");
    answers
}
