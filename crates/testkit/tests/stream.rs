//! What other crates rely on: determinism, exact shares, invented contacts, wide wording.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "helpers of tests may fail loudly")]

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io,
};

use serde_json::Value;
use vigie_testkit::{Label, LabelledPost, Obfuscation, Stream, StreamPlan, WATCHES, write_samples, write_stream};

fn stream(posts: u64) -> Vec<LabelledPost> {
    Stream::new(StreamPlan { posts, ..StreamPlan::default() }).collect()
}

fn json(post: &LabelledPost) -> Value {
    serde_json::from_str(&post.line).unwrap()
}

fn text(post: &LabelledPost) -> String {
    json(post)["text"].as_str().unwrap().to_owned()
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    assert_eq!(stream(3000), stream(3000));
    let other: Vec<_> = Stream::new(StreamPlan { posts: 3000, seed: 2, ..StreamPlan::default() }).collect();
    assert_ne!(stream(3000), other);
    let mut bytes = Vec::new();
    let plan = StreamPlan { posts: 3000, ..StreamPlan::default() };
    assert_eq!(write_stream(plan, &mut bytes).unwrap(), 3000);
    let lines: Vec<String> = stream(3000).into_iter().map(|post| post.line + "\n").collect();
    assert_eq!(bytes, lines.concat().into_bytes());
}

#[test]
fn shares_are_exact() {
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for post in stream(12_000) {
        let entry = counts.entry(post.truth.watch.unwrap_or("elsewhere")).or_default();
        entry.0 += 1;
        entry.1 += u64::from(post.truth.label == Label::Advert);
    }
    for watch in WATCHES {
        let (posts, adverts) = counts[watch.name];
        assert_eq!(posts, u64::from(watch.posts) * 300, "{}", watch.name);
        assert_eq!(adverts * 100, posts * u64::from(watch.adverts), "{}", watch.name);
    }
}

#[test]
fn every_run_of_a_hundred_toulouse_posts_has_ten_adverts() {
    let labels: Vec<bool> = stream(5000).iter().filter(|post| post.truth.watch == Some("Toulouse")).map(|post| post.truth.label.is_advert()).collect();
    for deck in labels.chunks_exact(100) {
        assert_eq!(deck.iter().filter(|advert| **advert).count(), 10);
    }
}

#[test]
fn a_text_names_its_watch_and_no_other() {
    for post in stream(40_000) {
        let text = text(&post).to_lowercase();
        for watch in WATCHES {
            let named = text.contains(&watch.name.to_lowercase());
            assert_eq!(named, post.truth.watch == Some(watch.name), "{} {text}", watch.name);
        }
    }
}

#[test]
fn lines_are_neutral_json() {
    let mut seen = HashSet::new();
    let mut before = String::new();
    for post in stream(20_000) {
        let line = json(&post);
        assert!(!post.line.contains('\n'));
        assert_eq!(line["id"], post.truth.id);
        assert_eq!(line["network"], post.truth.network);
        assert!(!line["text"].as_str().unwrap().trim().is_empty());
        let time = line["created_at"].as_str().unwrap().to_owned();
        assert!(time >= before, "{time} after {before}");
        before = time;
        assert!(seen.insert((post.truth.network, post.truth.id.clone())), "twice: {}", post.truth.id);
        for field in ["handle", "id"] {
            assert!(!line["author"][field].as_str().unwrap().is_empty());
        }
        let handle = line["author"]["handle"].as_str().unwrap();
        assert!(["example", "fictif", "demo"].iter().any(|marker| handle.contains(marker)), "{handle}");
        for (name, value) in line.as_object().unwrap() {
            assert!(!value.is_null() && value != &Value::from("") && value != &Value::Array(Vec::new()), "empty {name}");
        }
    }
    assert!(before.starts_with("2026-11-21T23"), "{before}");
}

/// Digits of a text in runs, where telephone punctuation does not end a run.
fn digit_runs(text: &str) -> Vec<String> {
    let mut runs = vec![String::new()];
    for c in text.chars() {
        match c {
            '0'..='9' => runs.last_mut().unwrap().push(c),
            ' ' | '.' | '-' | '/' | '_' | '·' | '(' | ')' | '\u{fe0f}' | '\u{20e3}' => {}
            _ => runs.push(String::new()),
        }
    }
    runs.retain(|run| run.len() >= 9);
    runs
}

#[test]
fn telephone_numbers_are_fiction() {
    const NATIONAL: [&str; 7] = ["063998", "019900", "026191", "035301", "046571", "053649", "07700900"];
    const E164: [&str; 7] = ["+3363998", "+3319900", "+3326191", "+3335301", "+3346571", "+3353649", "+447700900"];
    let mut phones = 0;
    for post in stream(30_000) {
        for contact in post.truth.contacts.iter().filter(|contact| contact.kind == "phone") {
            phones += 1;
            let british = contact.value.starts_with("+44");
            assert!(E164.iter().any(|range| contact.value.starts_with(range)), "{}", contact.value);
            assert_eq!(contact.value.len(), if british { 13 } else { 12 }, "{}", contact.value);
        }
        let text = text(&post);
        let text = text.split_whitespace().filter(|word| !word.contains("example")).collect::<Vec<_>>().join(" ");
        for run in digit_runs(&text) {
            let fiction = NATIONAL.iter().chain(&["3363998", "447700900", "33063998"]).any(|range| run.contains(range));
            assert!(fiction, "{run} in {text}");
        }
    }
    assert!(phones > 2000, "{phones}");
}

#[test]
fn every_label_product_and_obfuscation_occurs() {
    let mut labels: HashMap<Label, u64> = HashMap::new();
    let mut tricks: HashMap<Obfuscation, u64> = HashMap::new();
    let mut products: HashMap<&str, u64> = HashMap::new();
    for post in stream(12_000) {
        *labels.entry(post.truth.label).or_default() += 1;
        for trick in &post.truth.obfuscations {
            *tricks.entry(*trick).or_default() += 1;
        }
        for product in &post.truth.products {
            *products.entry(product).or_default() += 1;
        }
        assert_eq!(post.truth.label.is_advert(), !post.truth.products.is_empty() && post.truth.products[0] != "OTH" && post.truth.products[0] != "LEG");
    }
    for label in Label::ALL {
        assert!(labels.get(label).is_some_and(|count| *count >= 5), "{label:?} {labels:?}");
    }
    for trick in Obfuscation::ALL {
        assert!(tricks.get(trick).is_some_and(|count| *count >= 5), "{trick:?} {tricks:?}");
    }
    assert_eq!(products.len(), 18, "{products:?}");
}

#[test]
fn look_alikes_are_an_eighth_of_the_rest() {
    let rest: Vec<Label> = stream(12_000).iter().map(|post| post.truth.label).filter(|label| !label.is_advert()).collect();
    let special = rest.iter().filter(|label| **label != Label::Other).count();
    let share = special as f64 / rest.len() as f64;
    assert!((0.10..0.14).contains(&share), "{share}");
}

#[test]
fn languages_have_their_shares() {
    let mut langs: HashMap<&str, f64> = HashMap::new();
    for post in stream(12_000) {
        *langs.entry(post.truth.lang).or_default() += 1.0 / 120.0;
    }
    assert!((60.0..70.0).contains(&langs["fr"]), "{langs:?}");
    assert!((20.0..28.0).contains(&langs["en"]), "{langs:?}");
    assert_eq!(langs.len(), 6);
}

#[test]
fn wording_is_wide() {
    let posts = stream(12_000);
    let texts = |advert: bool| -> Vec<String> {
        let kept = posts.iter().filter(|post| post.truth.label.is_advert() == advert && json(post).get("repost_of").is_none());
        kept.map(text).collect()
    };
    let distinct = |all: &[String]| all.iter().collect::<HashSet<_>>().len() as f64 / all.len() as f64;
    let openings = |all: &[String]| {
        let opening = |text: &String| text.split_whitespace().take(5).map(str::to_lowercase).collect::<Vec<_>>().join(" ");
        all.iter().map(opening).collect::<HashSet<_>>().len()
    };
    let grams = |all: &[String]| {
        let mut grams = HashSet::new();
        for text in all {
            let words: Vec<&str> = text.split_whitespace().collect();
            grams.extend(words.windows(3).map(|three| three.join(" ").to_lowercase()));
        }
        grams.len()
    };
    let (adverts, others) = (texts(true), texts(false));
    assert!(distinct(&adverts) > 0.8, "adverts {}", distinct(&adverts));
    assert!(distinct(&others) > 0.85, "others {}", distinct(&others));
    assert!(openings(&adverts) > 500, "adverts {}", openings(&adverts));
    assert!(openings(&others) > 4000, "others {}", openings(&others));
    assert!(grams(&adverts) > 6000, "adverts {}", grams(&adverts));
}

#[test]
fn sellers_post_again_and_share_contacts() {
    let mut sellers: HashMap<u64, Vec<LabelledPost>> = HashMap::new();
    for post in stream(24_000) {
        if let Some(seller) = post.truth.seller {
            sellers.entry(seller).or_default().push(post);
        }
    }
    let posts: usize = sellers.values().map(Vec::len).sum();
    let mean = posts as f64 / sellers.len() as f64;
    assert!((4.0..5.2).contains(&mean), "{mean}");
    let accounts = |posts: &[LabelledPost]| posts.iter().map(|post| json(post)["author"]["id"].as_str().unwrap().to_owned()).collect::<HashSet<_>>().len();
    let several = sellers.values().filter(|posts| accounts(posts) > 1).count();
    assert!(several * 12 > sellers.len() && several * 2 < sellers.len(), "{several} of {}", sellers.len());
}

#[test]
fn bursts_reposts_and_replies_occur() {
    let posts = stream(12_000);
    let having = |field: &str| posts.iter().filter(|post| json(post).get(field).is_some()).count();
    assert!(having("repost_of") > 300 && having("reply_to") > 800);
    let burst = posts.iter().filter(|post| post.truth.burst).count();
    assert!((20..200).contains(&burst), "{burst}");
    let known: HashSet<&str> = posts.iter().map(|post| post.truth.id.as_str()).collect();
    for post in &posts {
        for field in ["repost_of", "reply_to"] {
            assert!(json(post).get(field).is_none_or(|id| known.contains(id.as_str().unwrap())));
        }
    }
}

#[test]
fn evenings_are_busier_than_nights() {
    let mut hours = [0_u32; 24];
    for post in stream(12_000) {
        let hour: usize = json(&post)["created_at"].as_str().unwrap()[11..13].parse().unwrap();
        hours[hour] += 1;
    }
    assert!(hours[20] > 8 * hours[3], "{hours:?}");
}

#[test]
fn the_sample_is_small_and_repeatable() {
    let dir = std::env::temp_dir().join(format!("vigie-testkit-{}", std::process::id()));
    let first = write_samples(&dir).unwrap();
    let read = |facts: &vigie_testkit::SampleFacts| -> Vec<Vec<u8>> { facts.files.iter().map(|file| std::fs::read(file).unwrap()).collect() };
    let bytes = read(&first);
    let second = write_samples(&dir).unwrap();
    assert_eq!(first, second);
    assert_eq!(bytes, read(&second));
    std::fs::remove_dir_all(&dir).unwrap();
    assert_eq!(first.posts, 12_000);
    assert!(first.bytes < 1_700_000, "{}", first.bytes);
    assert_eq!((first.watches["Toulouse"].posts, first.watches["Toulouse"].adverts), (2400, 240));
    assert_eq!((first.watches["Lorient"].posts, first.watches["Lorient"].adverts), (1200, 960));
    let packed = first.files.iter().zip(&bytes).filter(|(file, _)| file.extension().is_some_and(|end| end == "zst"));
    let unpacked: usize = packed.map(|(_, packed)| zstd::stream::decode_all(packed.as_slice()).unwrap().iter().filter(|byte| **byte == b'\n').count()).sum();
    // Posts and truths, posts with pictures, and two made-up answers for each post of a watch.
    let watched: u64 = first.watches.values().map(|watch| watch.posts).sum();
    assert_eq!(unpacked as u64, 24_000 + 7 + 2 * watched);
}

#[test]
fn a_writer_that_fails_is_reported() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    assert_eq!(write_stream(StreamPlan { posts: 500, ..StreamPlan::default() }, Full).unwrap_err().kind(), io::ErrorKind::StorageFull);
}
