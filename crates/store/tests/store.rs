//! What a store owes, seen from outside: the cut of the stream, crashes, full disks, the policy and erasure.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_lossless,
    clippy::string_slice,
    clippy::semicolon_if_nothing_returned,
    reason = "helpers of tests; a panic fails the test"
)]

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use proptest::prelude::*;
use vigie_measure::{CellKey, Network, ScoreBin, WatchSet, author_hash, post_key, text_hash};
use vigie_model::{Band, Contact, ContactKind, Label, Lang, Profile, Timestamp, Verdict, Versions};
use vigie_store::*;

const T: i64 = 1_795_000_000;
fn at(s: i64) -> Timestamp {
    Timestamp::from_seconds(s).unwrap()
}
fn net(n: &str) -> Network {
    Network::parse(n).unwrap()
}

#[derive(Debug, Clone)]
enum Event {
    Post { net: &'static str, id: u64, rev: u32, variant: u64 },
    Delete { net: &'static str, id: u64 },
}

fn draft(network: &str, id: &str, rev: u32, variant: u64) -> FindDraft {
    let text = format!("dispo beuh snap dealerzz{variant} ou 0612345678 #team_dealerzz{variant} dealerzz{variant} t.me/canalzz");
    let (s, e) = (text.find("dealerzz").unwrap(), text.find(" ou").unwrap());
    let p = text.find("0612345678").unwrap();
    let c = |kind, value: String, start: usize, end: usize| Contact { kind, value, start: start as u32, end: end as u32 };
    FindDraft {
        network: net(network),
        native_id: id.into(),
        revision: rev,
        author_id: Some(format!("authoridzz{variant}")),
        author_handle: Some("handlezz".into()),
        author_name: Some("Namezz".into()),
        posted_at: Some(at(T)),
        found_at: at(T),
        lang: Lang::parse("fr"),
        url: Some("https://example.org/urlzz".into()),
        text: text.clone(),
        tags: vec![format!("team_dealerzz{variant}"), "beuh".into()],
        media: Some(r#"[{"kind":"image","url":"https://img.example/urlzz","alt":"snap dealerzz9"}]"#.into()),
        raw: b"rawzz".to_vec(),
        watches: WatchSet::new(["lorient"]),
        verdict: Verdict {
            score: 0.9,
            band: Band::Advert,
            label: Label::Advert,
            products: vec![],
            components: vec![],
            contacts: vec![c(ContactKind::Snapchat, format!("dealerzz{variant}"), s, e), c(ContactKind::Phone, "+33612345678".into(), p, p + 10)],
            prices: vec![],
            places: vec![],
            reasons: vec![],
            rules: vec![],
            pictures: vec![],
            versions: Arc::new(Versions { vigie: "0".into(), lexicon: "0".into(), model: "m".into(), rules: None }),
        },
        canonical: r#"{"id":"1","text":"canonicalzz"}"#.into(),
    }
}

fn push(batch: &mut Batch, event: &Event) {
    match event {
        Event::Delete { net: n, id } => batch.delete(net(n), format!("nativezz{id}")),
        Event::Post { net: n, id, rev, variant } => {
            let advert = variant % 3 == 0;
            let bin = if advert { ScoreBin::new(Band::Advert, 0.9) } else { ScoreBin::new(Band::Clear, 0.1) };
            let key = CellKey {
                watches: WatchSet::new((variant % 2 == 0).then_some("lorient")),
                network: net(n),
                lang: Lang::parse("fr"),
                hour: T / 3600 + (variant % 4) as i64,
                bin,
                repost: variant % 7 == 0,
            };
            let cell = batch.cell(&key);
            let id = format!("nativezz{id}");
            batch.post(Post {
                key: post_key(net(n), &id),
                revision: *rev,
                cell,
                text_hash: text_hash(format!("t{variant}").as_bytes()),
                author_hash: author_hash(net(n), &format!("a{variant}")),
                find: advert.then(|| Box::new(draft(n, &id, *rev, *variant))),
                sample: Some(Box::new(SampleDraft {
                    taken_at: at(T),
                    score: 0.1,
                    text: format!("il pleut, dit dealerzz{variant} 06 12 34 56 78").into(),
                    author_names: vec![format!("dealerzz{variant}").into()],
                    contacts: Vec::new(),
                    views: Some(*variant as u32),
                })),
            });
        }
    }
}

fn cursor(byte: u64) -> Cursor {
    Cursor { source: "s".into(), byte, ..Cursor::default() }
}
fn feed(store: &mut SqliteStore, events: &[Event], cuts: &[usize]) {
    let (mut done, mut cuts) = (0, cuts.iter().cycle());
    while done < events.len() {
        let n = (*cuts.next().unwrap_or(&10)).clamp(1, events.len() - done);
        let mut batch = Batch::new();
        events[done..done + n].iter().for_each(|e| push(&mut batch, e));
        done += n;
        batch.set_cursor(cursor(done as u64));
        store.commit(&batch).unwrap();
    }
}
fn dump(store: &SqliteStore) -> String {
    let mut v = Vec::new();
    store.dump(&mut v).unwrap();
    String::from_utf8(v).unwrap()
}
fn policy(p: Profile) -> Policy {
    Policy::new(p)
}
fn open(dir: &Path) -> SqliteStore {
    SqliteStore::open(dir, &policy(Profile::Platform)).unwrap()
}
/// A folder with a fixed key, so that dumps can be compared.
fn folder() -> tempfile::TempDir {
    let d = tempfile::tempdir().unwrap();
    std::fs::write(d.path().join("store.key"), [7u8; 32]).unwrap();
    d
}
fn bytes(dir: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for e in std::fs::read_dir(dir).unwrap() {
        let p = e.unwrap().path();
        if p.is_file() {
            all.extend(std::fs::read(p).unwrap())
        }
    }
    all
}
fn has(hay: &[u8], needle: &str) -> bool {
    hay.windows(needle.len()).any(|w| w.eq_ignore_ascii_case(needle.as_bytes()))
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let n = prop_oneof![Just("bluesky"), Just("x")];
    let post = (n.clone(), 0u64..25, 0u32..4, 0u64..40).prop_map(|(net, id, rev, variant)| Event::Post { net, id, rev, variant });
    let del = (n, 0u64..25).prop_map(|(net, id)| Event::Delete { net, id });
    proptest::collection::vec(prop_oneof![8 => post, 1 => del], 0..120)
}
proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn the_cut_makes_no_difference(events in events(), cuts in proptest::collection::vec(1usize..30, 1..6), reopen in any::<bool>()) {
        let (a, b) = (folder(), folder());
        let mut whole = open(a.path());
        feed(&mut whole, &events, &[1000]);
        let mut cut = open(b.path());
        let half = events.len() / 2;
        feed(&mut cut, &events[..half], &cuts);
        if reopen { drop(cut); cut = open(b.path()); }
        // cursors count from the second half's start: set the same final one
        feed(&mut cut, &events[half..], &cuts);
        let mut last = Batch::new(); last.set_cursor(cursor(999));
        whole.commit(&last).unwrap(); cut.commit(&last).unwrap();
        prop_assert_eq!(dump(&whole), dump(&cut));
    }
}

#[test]
fn nothing_personal_in_the_files_where_identifiers_are_forbidden() {
    let mut leaks = Vec::new();
    for (profile, network) in Profile::ALL.iter().map(|p| (*p, "x")).chain([(Profile::Research, "bluesky")]) {
        let dir = folder();
        let mut store = SqliteStore::open(dir.path(), &policy(profile)).unwrap();
        // a find, a find that is sampled, a clear post that is sampled
        let posts: Vec<Event> = [3, 6, 2].map(|variant| Event::Post { net: network, id: variant, rev: 0, variant }).to_vec();
        feed(&mut store, &posts, &[10]);
        let sampled = store.reader().domain_sample(&lorient()).unwrap().posts;
        assert_eq!(sampled.len(), 2);
        assert!(network != "x" || sampled.iter().all(|post| post.text.is_none()), "X allows no texts");
        drop(store);
        let all = bytes(dir.path());
        for needle in ["dealerzz", "handlezz", "Namezz", "urlzz", "authoridzz", "nativezz", "rawzz", "612345678", "06 12 34", "canonicalzz", "canalzz"] {
            if has(&all, needle) {
                leaks.push(format!("{profile:?}/{network}: {needle}"));
            }
        }
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[test]
fn deleted_posts_are_erased_from_the_files() {
    let dir = folder();
    let mut store = open(dir.path());
    // other finds first, so that the erased row is not the only thing on its page
    let many: Vec<Event> = (100..140).map(|id| Event::Post { net: "bluesky", id, rev: 0, variant: 6 }).collect();
    feed(&mut store, &many, &[1000]);
    feed(&mut store, &[Event::Post { net: "bluesky", id: 1, rev: 0, variant: 33 }, Event::Post { net: "bluesky", id: 2, rev: 0, variant: 38 }], &[10]);
    feed(&mut store, &[Event::Delete { net: "bluesky", id: 1 }, Event::Delete { net: "bluesky", id: 2 }], &[10]);
    let found = store.reader().find(&"bluesky:nativezz1".parse().unwrap()).unwrap().unwrap();
    assert!(found.text.is_none() && found.verdict.contacts.is_empty());
    drop(store);
    let all = bytes(dir.path());
    assert!(!has(&all, "dealerzz33"), "the deleted find's text or contact is still in the files");
    assert!(!has(&all, "dealerzz38"), "the deleted sampled post's text is still in the files");
}

#[test]
fn purged_finds_are_erased_from_the_files() {
    let dir = folder();
    let mut store = open(dir.path());
    feed(&mut store, &[Event::Post { net: "bluesky", id: 1, rev: 0, variant: 33 }], &[10]);
    assert_eq!(store.purge(at(T + 31 * 86_400)).unwrap().finds, 1);
    assert!(!has(&bytes(dir.path()), "dealerzz33"), "still there while the store is open");
    drop(store);
    assert!(!has(&bytes(dir.path()), "dealerzz33"), "still there after closing");
}

#[test]
fn a_chunk_fills_one_page() {
    let dir = folder();
    drop(open(dir.path()));
    let header = std::fs::read(dir.path().join("vigie.db")).unwrap();
    assert_eq!(u16::from_be_bytes([header[16], header[17]]), 8192, "page size");
}

#[test]
fn a_second_writer_another_profile_and_another_key_are_refused() {
    let dir = folder();
    let first = open(dir.path());
    assert!(matches!(SqliteStore::open(dir.path(), &policy(Profile::Platform)), Err(Error::InUse(_))));
    drop(first);
    assert!(matches!(SqliteStore::open(dir.path(), &policy(Profile::Research)), Err(Error::OtherProfile { .. })));
    std::fs::write(dir.path().join("store.key"), [8u8; 32]).unwrap();
    assert!(matches!(SqliteStore::open(dir.path(), &policy(Profile::Platform)), Err(Error::KeyMismatch(_))));
    std::fs::remove_file(dir.path().join("store.key")).unwrap();
    assert!(matches!(SqliteStore::open(dir.path(), &policy(Profile::Platform)), Err(Error::KeyMissing(_))));
}

#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let dir = folder();
    let events: Vec<Event> = (0..3_000).map(|id| Event::Post { net: "bluesky", id, rev: 0, variant: id % 40 }).collect();
    let limits = |max_bytes| Limits { max_bytes, ..Limits::default() };
    let mut store = SqliteStore::open_within(dir.path(), &policy(Profile::Platform), limits(Some(1_000_000))).unwrap();
    feed(&mut store, &events[..200], &[100]);
    let before = dump(&store);
    let mut batch = Batch::new();
    events[200..].iter().for_each(|e| push(&mut batch, e));
    batch.set_cursor(cursor(3_000));
    assert!(matches!(store.commit(&batch), Err(Error::DiskFull)));
    assert_eq!(dump(&store), before);
    drop(store);
    let mut store = SqliteStore::open_within(dir.path(), &policy(Profile::Platform), limits(None)).unwrap();
    store.commit(&batch).unwrap();
    let other = folder();
    let mut whole = open(other.path());
    feed(&mut whole, &events, &[3_000]);
    assert_eq!(dump(&store), dump(&whole));
}

/// A purge that fails must leave the ledger in memory as it is on disk, or known posts are counted again.
#[test]
fn a_failed_purge_forgets_nothing() {
    let dir = folder();
    let mut store = open(dir.path());
    let event = Event::Post { net: "bluesky", id: 1, rev: 0, variant: 1 };
    feed(&mut store, std::slice::from_ref(&event), &[10]);
    let other = rusqlite::Connection::open(dir.path().join("vigie.db")).unwrap();
    other.execute_batch("CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'no'); END").unwrap();
    assert!(store.purge(at(T + 2_000 * 86_400)).is_err());
    let mut batch = Batch::new();
    push(&mut batch, &event);
    assert_eq!(store.commit(&batch).unwrap().known, 1, "the post was counted twice");
}

fn stream() -> Vec<Event> {
    (0..6_000u64)
        .map(|i| {
            if i % 50 == 49 {
                Event::Delete { net: "bluesky", id: i / 2 }
            } else {
                Event::Post { net: "bluesky", id: (i * 7919) % 4_000, rev: (i / 4_000) as u32, variant: i % 40 }
            }
        })
        .collect()
}
#[test]
fn child_writer() {
    let Some(dir) = std::env::var_os("VIGIE_KILL_DIR") else { return };
    let mut store = open(Path::new(&dir));
    let events = stream();
    let mut done = store.cursor("s").unwrap().map_or(0, |c| c.byte as usize);
    while done < events.len() {
        let n = 60.min(events.len() - done);
        let mut batch = Batch::new();
        events[done..done + n].iter().for_each(|e| push(&mut batch, e));
        done += n;
        batch.set_cursor(cursor(done as u64));
        store.commit(&batch).unwrap();
        eprintln!("c");
    }
}
#[test]
fn kill_9_anywhere_loses_and_doubles_nothing() {
    let (dir, reference) = (folder(), folder());
    let mut seed = std::process::id() as u64 | 1;
    let mut kills = 0;
    loop {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["child_writer", "--exact", "--nocapture"])
            .env("VIGIE_KILL_DIR", dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let commits = 1 + seed % 9;
        let read = (0..commits).take_while(|_| lines.next().is_some()).count() as u64;
        if read == commits && kills < 8 {
            let start = std::time::Instant::now();
            while start.elapsed().as_micros() < u128::from(seed >> 32) % 4_000 {
                std::hint::spin_loop();
            }
            child.kill().unwrap();
            kills += 1;
            child.wait().unwrap();
        } else {
            lines.for_each(drop);
            assert!(child.wait().unwrap().success());
            break;
        }
    }
    assert!(kills >= 5, "{kills}");
    let mut whole = open(reference.path());
    feed(&mut whole, &stream(), &[6_000]);
    assert_eq!(dump(&open(dir.path())), dump(&whole));
}

/// The domain of the watch that half of the posts match.
fn lorient() -> Domain {
    Domain { watch: "lorient".into(), ..Domain::default() }
}

fn many(ids: std::ops::Range<u64>) -> Vec<Event> {
    ids.map(|id| Event::Post { net: "bluesky", id, rev: 0, variant: 2 + 12 * (id % 9) }).collect()
}

fn small(dir: &Path) -> SqliteStore {
    SqliteStore::open_within(dir, &policy(Profile::Platform), Limits { reservoir: 10, cached_reservoirs: 2, ..Limits::default() }).unwrap()
}

fn priorities(store: &SqliteStore) -> Vec<i64> {
    store.reader().domain_sample(&lorient()).unwrap().posts.iter().map(|post| post.priority).collect()
}

#[test]
fn the_sample_is_the_same_whatever_the_order_and_holds_the_least_priorities() {
    let (a, b) = (folder(), folder());
    let (mut forward, mut backward) = (small(a.path()), small(b.path()));
    let mut events = many(0..400);
    feed(&mut forward, &events, &[37]);
    events.reverse();
    feed(&mut backward, &events, &[400]);
    let sample = forward.reader().domain_sample(&lorient()).unwrap();
    assert_eq!(priorities(&forward), priorities(&backward));
    assert!(!sample.posts.is_empty() && sample.posts.len() <= 40, "{}", sample.posts.len());
    assert!(sample.posts.windows(2).all(|pair| pair[0].priority < pair[1].priority));
    let counted: u64 = sample.cells.iter().map(|cell| cell.posts).sum();
    assert!(counted > sample.posts.len() as u64 * 4, "a sample, not everything: {counted}");
    // read again: nothing changes
    let before = dump(&forward);
    feed(&mut forward, &events, &[50]);
    assert_eq!(dump(&forward), before);
}

#[test]
fn an_edited_post_moves_to_the_sample_of_its_new_tier() {
    let dir = folder();
    let mut store = small(dir.path());
    feed(&mut store, &[Event::Post { net: "bluesky", id: 1, rev: 0, variant: 2 }], &[1]);
    feed(&mut store, &[Event::Post { net: "bluesky", id: 1, rev: 1, variant: 6 }], &[1]);
    let sample = store.reader().domain_sample(&lorient()).unwrap();
    assert_eq!(sample.posts.iter().map(|post| (post.revision, post.bin.band())).collect::<Vec<_>>(), [(1, Band::Advert)]);
    feed(&mut store, &[Event::Delete { net: "bluesky", id: 1 }], &[1]);
    let sample = store.reader().domain_sample(&lorient()).unwrap();
    assert!(sample.posts[0].gone && sample.posts[0].text.is_none());
}

#[test]
fn labels_stand_until_they_are_withdrawn() {
    let dir = folder();
    let mut store = small(dir.path());
    feed(&mut store, &many(0..20), &[20]);
    let post = store.reader().domain_sample(&lorient()).unwrap().posts.remove(0);
    assert!(post.text.as_deref().is_some_and(|text| text.contains("il pleut")));
    let given = GivenLabel { reviewer: "a".into(), label: Label::Advert, at: at(T) };
    let numbers = store.add_labels(&[(post.key, post.revision, given.clone())]).unwrap();
    assert_eq!(store.reader().domain_sample(&lorient()).unwrap().posts[0].labels, [given]);
    assert!(store.withdraw_label(numbers[0]).unwrap() && !store.withdraw_label(numbers[0]).unwrap());
    assert!(store.reader().domain_sample(&lorient()).unwrap().posts[0].labels.is_empty());
}

#[test]
fn retention_erases_texts_and_keeps_the_labels_a_random_sample() {
    let dir = folder();
    let mut store = small(dir.path());
    feed(&mut store, &many(0..100), &[100]);
    let posts = store.reader().domain_sample(&lorient()).unwrap().posts;
    let given = GivenLabel { reviewer: "a".into(), label: Label::Other, at: at(T) };
    let labels: Vec<_> = posts.iter().take(3).map(|post| (post.key, post.revision, given.clone())).collect();
    store.add_labels(&labels).unwrap();
    assert!(store.purge(at(T + 31 * 86_400)).unwrap().samples > 0);
    let left = store.reader().domain_sample(&lorient()).unwrap().posts;
    assert!(left.iter().all(|post| post.text.is_none() && !post.labels.is_empty()));
    assert_eq!(left.iter().map(|post| post.priority).collect::<Vec<_>>(), posts.iter().take(left.len()).map(|post| post.priority).collect::<Vec<_>>());
    drop(store);
    assert!(!has(&bytes(dir.path()), "il pleut"), "texts are still in the files");
}

#[test]
fn the_denominator_is_committed_to() {
    let (a, b) = (folder(), folder());
    let (mut one, mut other) = (small(a.path()), small(b.path()));
    feed(&mut one, &many(0..40), &[7]);
    feed(&mut other, &many(0..40), &[40]);
    let roots = one.reader().denominator_roots().unwrap();
    assert_eq!(roots, other.reader().denominator_roots().unwrap());
    assert_eq!(roots.iter().map(|root| root.posts).sum::<u64>(), 40);
    feed(&mut other, &many(40..41), &[1]);
    assert_ne!(roots, other.reader().denominator_roots().unwrap(), "one post more is another root");
}

#[test]
fn a_seed_is_fixed_once_the_store_exists() {
    let dir = folder();
    drop(open(dir.path()));
    let seeded = Policy { sample_seed: Some("other".into()), ..policy(Profile::Platform) };
    assert!(matches!(SqliteStore::open(dir.path(), &seeded), Err(Error::OtherSeed(_))));
}
