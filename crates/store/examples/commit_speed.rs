//! How long commits take: `cargo run --release -p vigie-store --example commit_speed`.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::cast_possible_truncation, reason = "a measurement, not a product")]

use std::{sync::Arc, time::Instant};

use vigie_measure::{CellKey, Network, ScoreBin, WatchSet, post_key};
use vigie_model::{Band, Contact, ContactKind, Label, Lang, Profile, Timestamp, Verdict, Versions};
use vigie_store::{Batch, Cursor, FindDraft, Ingest, Policy, Post, SqliteStore};

const BATCH: u64 = 32_768;
const BATCHES: u64 = 61; // 2 million entries
const CELLS: u64 = 300;

/// Seconds of processor time of this thread (Linux; read at scheduler ticks, so good for sums only).
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or_default() / 1e9
}

fn mix(n: u64) -> u64 {
    post_key(Network::UNKNOWN, &n.to_string())
}

fn find(id: &str) -> Box<FindDraft> {
    let now = Timestamp::from_seconds(1_795_000_000).unwrap();
    let text = "dispo ce soir beuh 10g 90e livraison, contact snap dealer31 ou 0612345678 ".repeat(4);
    let contact = Contact { kind: ContactKind::Snapchat, value: format!("dealer{}", id.len()), start: 49, end: 57 };
    let versions = Arc::new(Versions { vigie: "0".into(), lexicon: "0".into(), model: "m".into(), rules: None });
    let verdict = Verdict {
        score: 0.9,
        band: Band::Advert,
        label: Label::Advert,
        products: vec![],
        components: vec![],
        contacts: vec![contact],
        prices: vec![],
        places: vec![],
        reasons: vec![],
        rules: vec![],
        pictures: vec![],
        versions,
    };
    Box::new(FindDraft {
        network: Network::parse("bluesky").unwrap(),
        native_id: id.into(),
        revision: 0,
        author_id: Some("did:plc:abcdefghijklmnop".into()),
        author_handle: Some("handle.example".into()),
        author_name: None,
        posted_at: Some(now),
        found_at: now,
        lang: Lang::parse("fr"),
        url: None,
        text: text.clone(),
        tags: vec!["beuh".into()],
        media: None,
        raw: vec![b'x'; 600],
        watches: WatchSet::NONE,
        verdict,
        canonical: text,
    })
}

fn fill(batch: &mut Batch, number: u64, finds: bool) {
    batch.clear();
    for i in number * BATCH..(number + 1) * BATCH {
        let (cell, advert) = (mix(i) % CELLS, i % 33 == 0);
        let bin = ScoreBin::new(if advert { Band::Advert } else { Band::Clear }, 0.5);
        let key =
            CellKey { watches: WatchSet::NONE, network: Network::parse("bluesky").unwrap(), lang: Lang::parse("fr"), hour: cell as i64, bin, repost: false };
        let cell = batch.cell(&key);
        let id = format!("did:plc:abcdefghijklmnop/{i}");
        batch.post(Post {
            key: mix(i),
            revision: 0,
            cell,
            text_hash: mix(i ^ 1 << 40),
            author_hash: mix((i / 3) ^ 1 << 41),
            find: (finds && advert).then(|| find(&id)),
            sample: None,
        });
    }
    batch.set_cursor(Cursor { source: "speed".into(), byte: number, ..Cursor::default() });
}

fn main() {
    for finds in [false, true] {
        let dir = std::env::temp_dir().join(format!("vigie-speed-{}", std::process::id()));
        let mut store = SqliteStore::open(&dir, &Policy::new(Profile::Platform)).unwrap();
        let mut batch = Batch::new();
        let (mut wall, mut busy) = (0.0, 0.0);
        for number in 0..BATCHES {
            fill(&mut batch, number, finds);
            let (start, start_cpu) = (Instant::now(), cpu());
            store.commit(&batch).unwrap();
            wall += start.elapsed().as_secs_f64();
            busy += cpu() - start_cpu;
        }
        drop(store);
        let entries = (BATCH * BATCHES) as f64;
        let size = std::fs::metadata(dir.join("vigie.db")).unwrap().len() as f64;
        println!("finds {finds}: {:.0} ns wall, {:.0} ns processor, {:.1} bytes an entry", wall * 1e9 / entries, busy * 1e9 / entries, size / entries);
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
