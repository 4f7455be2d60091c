//! How fast one core cuts and decodes neutral lines: `cargo run --release -p vigie-ingest --example speed [FILE]`.
//!
//! Times are the thread's own on the processor where Linux tells them, so that a busy machine matters less.
//! Without a file it makes lines of about 424 bytes, as `docs/formats.md` describes them.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a program for the developer who runs it")]

use std::{
    hint::black_box,
    io::Cursor,
    sync::LazyLock,
    time::{Duration, Instant},
};

use vigie_ingest::{Blocks, Decoder, Limits, Position};
use vigie_model::Event;

const ROUNDS: usize = 5;

fn main() {
    let lines = match std::env::args().nth(1) {
        Some(path) => std::fs::read(path).expect("readable file"),
        None => made_up_lines(400_000),
    };
    let limits = Limits::default();
    for _ in 0..ROUNDS {
        cut_and_decode(&lines, &limits);
    }
}

fn cut_and_decode(lines: &[u8], limits: &Limits) {
    let started = now();
    let mut blocks = Blocks::from_read("speed", Cursor::new(lines.to_vec()), limits, Position::START);
    let copied = now().saturating_sub(started);
    let mut held = Vec::new();
    while let Some(block) = blocks.next_block() {
        held.push(block);
    }
    let cut = now().saturating_sub(started) - copied;

    let decoder = Decoder::new(limits);
    let mut problems = Vec::new();
    let (mut posts, mut text) = (0_u32, 0_usize);
    let started = now();
    for record in held.iter().flat_map(|block| block.records()) {
        decoder.decode(record.bytes, record.event, &mut problems, &mut |event| {
            if let Event::Post(post) = black_box(event) {
                posts += 1;
                text += post.text.len();
            }
        });
    }
    let decoded = now().saturating_sub(started);
    let megabytes = lines.len() as f64 / 1e6;
    println!(
        "{posts} posts, {} problems, {text} bytes of text; cut {:.0} MB/s; decode {:.0} posts/s, {:.0} MB/s",
        problems.len(),
        megabytes / cut.as_secs_f64(),
        f64::from(posts) / decoded.as_secs_f64(),
        megabytes / decoded.as_secs_f64(),
    );
}

/// Time of this thread on the processor, else time on the wall.
fn now() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let scheduled = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = scheduled.and_then(|line| line.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

fn made_up_lines(count: usize) -> Vec<u8> {
    let mut lines = Vec::new();
    for number in 0..count {
        let line = format!(
            concat!(
                r#"{{"id":"17{number:08}","network":"x","author":{{"id":"u{author}","handle":"compte_{author}","name":"Élodie de Toulouse"}},"#,
                r#""created_at":"2026-11-{day:02}T{hour:02}:23:41Z","text":"Marché de Noël à Toulouse ce soir, l'été est déjà loin… n° {number} "#,
                r#"livraison offerte pour les gâteaux, place du Capitole dès 18 h 🎄 #Noël","lang":"fr","#,
                r#""tags":["Toulouse","Noël"],"url":"https://x.com/c_{author}/status/17{number:08}","metrics":{{"views":{number},"likes":3}}}}"#,
                "\n"
            ),
            number = number,
            author = number % 5000,
            day = number % 28 + 1,
            hour = number % 24,
        );
        lines.extend_from_slice(line.as_bytes());
    }
    println!("{} bytes a line", lines.len() / count);
    lines
}
