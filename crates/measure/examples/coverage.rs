//! How often nominal 95 % intervals hold the truth, and how wide they are beside those of a plain random sample.
//!
//! `cargo xtask coverage [RUNS]` prints the table; 2,000 runs a line by default. `--quick` is what the tests run.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an example that prints a table"
)]

#[path = "../tests/simulate/mod.rs"]
mod simulate;

use simulate::{CASES, Outcome, run};

fn main() {
    let runs = std::env::args().nth(1).and_then(|runs| runs.parse().ok()).unwrap_or(2_000);
    println!("{runs} streams a line; coverage of nominal 95 % intervals in %, and median width over that of a plain random sample of as many labels");
    println!("{:<34} {:>7} {:>7} {:>9} {:>9} {:>9} {:>9} {:>7}", "stream and detector", "share", "labels", "headline", "E2 K-G", "E2 Wilson", "plain", "width");
    let mut outside = 0;
    for case in &CASES {
        let Outcome { share, labels, headline, korn_graubard, wilson, plain, width } = run(case, runs);
        outside += u32::from(!(0.94..=0.96).contains(&headline));
        println!(
            "{:<34} {:>6.2}% {labels:>7.0} {:>8.1}% {:>8.1}% {:>8.1}% {:>8.1}% {width:>7.2}",
            case.name,
            share * 100.0,
            headline * 100.0,
            korn_graubard * 100.0,
            wilson * 100.0,
            plain * 100.0
        );
    }
    println!("{outside} of {} lines outside 94 to 96 %", CASES.len());
}
