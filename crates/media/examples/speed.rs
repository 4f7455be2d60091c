//! Speed of hashing and of the index, for `bench/pictures.py`, which runs the rivals on the same files.
//!
//! `speed hash FILE…` decodes and hashes each picture on one thread; `speed bits FILE…` prints hashes only; `speed index HASHES QUERIES` builds an index of raw hashes (32 bytes
//! each) and asks every query within 31 bits. Both print JSON.

use std::{fs, process::ExitCode, time::Instant};

use vigie_media::{
    Limits, decode,
    index::HashIndex,
    pdq::{MATCH_DISTANCE, Pdq, PdqHash},
};

/// Times that a measurement is repeated; the median counts.
const ROUNDS: usize = 5;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the command line")]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["hash", files @ ..] => hash(files),
        ["bits", files @ ..] => bits(files),
        ["index", hashes, queries] => index(hashes, queries),
        _ => Err("usage: speed hash FILE… | speed bits FILE… | speed index HASHES QUERIES".into()),
    };
    match result {
        Ok(line) => println!("{line}"),
        Err(error) => eprintln!("speed: {error}"),
    }
    ExitCode::SUCCESS
}

type Outcome = Result<String, Box<dyn std::error::Error>>;

fn hash(files: &[&str]) -> Outcome {
    let pictures = files.iter().map(fs::read).collect::<Result<Vec<_>, _>>()?;
    let limits = Limits::default();
    let mut hashes = Vec::new();
    let seconds = median(|| {
        hashes = pictures.iter().filter_map(|bytes| Some(Pdq::of(&decode(bytes, &limits).ok()?)?.hash.to_string())).collect();
    });
    let decoding = median(|| {
        std::hint::black_box(pictures.iter().filter(|bytes| decode(bytes, &limits).is_ok()).count());
    });
    let rate = |seconds: f64| f64::from(u32::try_from(pictures.len()).unwrap_or(u32::MAX)) / seconds;
    Ok(serde_json::json!({"images_per_second": rate(seconds), "decoded_per_second": rate(decoding), "hashes": hashes}).to_string())
}

/// Hashes only, once.
fn bits(files: &[&str]) -> Outcome {
    let one = |file: &&str| -> Result<String, Box<dyn std::error::Error>> {
        Ok(Pdq::of(&decode(&fs::read(file)?, &Limits::default())?).map(|pdq| pdq.hash.to_string()).unwrap_or_default())
    };
    let hashes = files.iter().map(one).collect::<Result<Vec<_>, _>>()?;
    Ok(serde_json::json!({ "hashes": hashes }).to_string())
}

fn index(hashes: &str, queries: &str) -> Outcome {
    let hashes = read(hashes)?;
    let queries = read(queries)?;
    let start = Instant::now();
    let index = HashIndex::build(hashes.iter().copied().zip(0..));
    let build = start.elapsed().as_secs_f64();
    let mut found: usize = 0;
    let seconds = median(|| found = queries.iter().map(|query| index.within(query, MATCH_DISTANCE).len()).sum());
    let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    Ok(serde_json::json!({
        "queries_per_second": count(queries.len()) / seconds, "build_seconds": build, "matches": found,
        "bytes_per_hash": count(index.bytes()) / count(index.len().max(1)),
    })
    .to_string())
}

fn read(path: &str) -> std::io::Result<Vec<PdqHash>> {
    Ok(fs::read(path)?.as_chunks::<32>().0.iter().map(|bytes| PdqHash::new(*bytes)).collect())
}

fn median(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(ROUNDS / 2).copied().unwrap_or_default()
}
