//! Speed of log, sealing and WARC writing on this disk, with real syncs.
//! `cargo run --release -p vigie-evidence --example evidence_speed -- FOLDER`; FOLDER should lie on the disk that matters.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "a measurement, not a part of the program"
)]

use std::{
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use vigie_evidence::{
    capture::{Capture, Item},
    log::{Committer, Log},
    tlog::Signer,
    vault::{NoStamps, Vault},
};

fn main() {
    let folder = std::env::args().nth(1).expect("a folder on the disk to measure");
    let base = tempfile::tempdir_in(folder).unwrap();
    warc_speed();
    println!("fsync of a 4 KiB write: p50 {:?}", sync_time(base.path()));
    for threads in [1, 16, 64, 256, 1024] {
        log_speed(&base.path().join(format!("log-{threads}")), threads);
    }
    seal_speed(&base.path().join("vault"));
    paced(&base.path().join("paced"));
}

fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort();
    times[(times.len() - 1) * percent / 100]
}

fn sync_time(folder: &Path) -> Duration {
    let mut file = std::fs::File::create(folder.join("sync")).unwrap();
    let mut times: Vec<_> = (0..200)
        .map(|_| {
            let start = Instant::now();
            file.write_all(&[7; 4096]).unwrap();
            file.sync_all().unwrap();
            start.elapsed()
        })
        .collect();
    percentile(&mut times, 50)
}

/// Statements of 400 bytes from so many threads, each of which waits until its entry is durable.
fn log_speed(folder: &Path, threads: usize) {
    let committer = Committer::new(Log::open(folder, Signer::new("log.example/speed", &[1; 32]).unwrap()).unwrap());
    let end = Instant::now() + Duration::from_secs(4);
    let start = Instant::now();
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                let committer = &committer;
                scope.spawn(move || {
                    let mut times = Vec::new();
                    while Instant::now() < end {
                        let start = Instant::now();
                        committer.append(format!("{thread:>200}{:>200}", times.len()).into_bytes()).unwrap();
                        times.push(start.elapsed());
                    }
                    times
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let (entries, elapsed) = (times.len(), start.elapsed());
    let (p50, p99) = (percentile(&mut times, 50), percentile(&mut times, 99));
    println!("log, {threads:>4} waiting threads: {:.0} entries/s, durable after p50 {p50:?}, p99 {p99:?}", entries as f64 / elapsed.as_secs_f64());
}

/// A post of 2 kB and a photo of 198 kB that does not compress.
fn capture(number: usize) -> Capture {
    let mut state = number as u64 + 1;
    let photo = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    });
    let item = |role: &str, content_type: &str, bytes| Item { role: role.into(), content_type: content_type.into(), bytes };
    Capture {
        exhibit: format!("20261124-{number}"),
        at: "2026-11-24T10:00:00.000001Z".into(),
        software: "vigie bench".into(),
        actor: "bench".into(),
        items: vec![item("post", "application/json", vec![b'x'; 2000]), item("media-1", "image/jpeg", photo.take(198_000).collect())],
        exchanges: Vec::new(),
        about: serde_json::json!({}),
    }
}

fn seal_speed(folder: &Path) {
    for threads in [1, 2, 8] {
        let vault = Vault::open(&folder.join(threads.to_string())).unwrap();
        let captures: Vec<_> = (0..240).map(capture).collect();
        let start = Instant::now();
        std::thread::scope(|scope| {
            for part in captures.chunks(captures.len() / threads) {
                let vault = &vault;
                scope.spawn(move || part.iter().for_each(|capture| drop(vault.seal(capture, &NoStamps).unwrap())));
            }
        });
        println!("sealing 200 kB, {threads} threads: {:.0} exhibits/s", captures.len() as f64 / start.elapsed().as_secs_f64());
    }
}

/// 50 finds a second for 6 seconds: from the hit to sealed, waiting included.
fn paced(folder: &Path) {
    let vault = Vault::open(folder).unwrap();
    let captures: Vec<_> = (0..300).map(capture).collect();
    let start = Instant::now();
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|worker| {
                let (vault, captures) = (&vault, &captures);
                scope.spawn(move || {
                    let mut times = Vec::new();
                    for number in (worker..captures.len()).step_by(4) {
                        let hit = start + Duration::from_millis(20) * u32::try_from(number).unwrap();
                        std::thread::sleep(hit.saturating_duration_since(Instant::now()));
                        vault.seal(&captures[number], &NoStamps).unwrap();
                        times.push(hit.elapsed());
                    }
                    times
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    println!("hit to sealed at 50 finds/s: p50 {:?}, p99 {:?}", percentile(&mut times, 50), percentile(&mut times, 99));
}

/// The same records as `bench/warcio_speed.py`: 2,000 HTML pages of 20 kB.
fn warc_speed() {
    use vigie_evidence::warc::{Kind, Record, WarcWriter, record_id};
    let words = ["livraison", "service", "discret", "menu", "prix", "ville", "soir", "photo", "message", "exemple"];
    let page = |number: usize| {
        let mut state = number as u64 * 7919 + 1;
        let mut text = String::from("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n");
        while text.len() < 20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text += &format!("<p>{} {}</p>\n", words[(state >> 33) as usize % words.len()], state >> 50);
        }
        text.into_bytes()
    };
    let pages: Vec<_> = (0..2000).map(page).collect();
    let bytes: usize = pages.iter().map(Vec::len).sum();
    let start = Instant::now();
    let mut writer = WarcWriter::default();
    for (number, page) in (0..).zip(&pages) {
        let id = record_id("bench", number);
        let target = Some("https://www.example.org/page");
        writer.write(&Record {
            kind: Kind::Response,
            id,
            date: "2026-11-24T10:00:00.000001Z",
            target,
            content_type: "application/http; msgtype=response",
            fields: Vec::new(),
            block: page,
        });
    }
    let file = writer.finish();
    let time = start.elapsed();
    println!("WARC with gzip: {:.1} MB/s, {} bytes from {bytes}", bytes as f64 / 1e6 / time.as_secs_f64(), file.len());
}
