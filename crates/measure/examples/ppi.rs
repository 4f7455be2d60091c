//! Prediction-powered inference of a file, for `bench/ppi.py`: reads n and N (u64) and n labels, n scores and N scores (f64), all
//! little endian; prints the estimate with λ tuned, fixed at 0 and at 1, and the seconds of the first.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "an example that prints figures")]

use std::time::Instant;

use vigie_measure::estimate::{Lambda, ppi_mean};

fn main() {
    let bytes = std::fs::read(std::env::args().nth(1).unwrap()).unwrap();
    let (words, _) = bytes.as_chunks::<8>();
    let [n, unlabelled, rest @ ..] = words else { return };
    let (n, unlabelled) = (u64::from_le_bytes(*n) as usize, u64::from_le_bytes(*unlabelled) as usize);
    let values: Vec<f64> = rest.iter().map(|word| f64::from_le_bytes(*word)).collect();
    let (labels, scores) = values.split_at(n);
    let (scores, others) = scores.split_at(n);
    assert_eq!(others.len(), unlabelled);
    let mut seconds = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        ppi_mean(labels, scores, others, Lambda::Tuned, 0.05).unwrap();
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_unstable_by(f64::total_cmp);
    for (name, lambda) in [("tuned", Lambda::Tuned), ("0", Lambda::Fixed(0.0)), ("1", Lambda::Fixed(1.0))] {
        let found = ppi_mean(labels, scores, others, lambda, 0.05).unwrap();
        println!("{name} {:.17} {:.17} {:.17}", found.mean, found.interval.low, found.interval.high);
    }
    println!("seconds {}", seconds[seconds.len() / 2]);
}
