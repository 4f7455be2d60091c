//! The firehose reader against the recorded relay frames and the lines that Jetstream published for them, and against the
//! interoperability vectors of the AT protocol.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stderr, reason = "a test fails by panicking")]

mod common;

use std::{collections::BTreeMap, fs, path::PathBuf};

use common::{Seen, read_file, read_within};
use serde_json::Value;
use vigie_ingest::{Limits, firehose::Frame};

fn data(path: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if !folder.exists() && std::env::var_os("CI").is_none() {
        eprintln!("not run: {} is not beside this clone", folder.display());
        return None;
    }
    Some(folder.join(path))
}

fn dump() -> Option<Vec<u8>> {
    let file = data("api_bluesky_jetstream/frames.bin.zst")?;
    Some(zstd::decode_all(fs::File::open(file).unwrap()).unwrap())
}

/// The frames, cut by a reader of the test's own.
fn frames(dump: &[u8]) -> Vec<&[u8]> {
    let mut rest = dump;
    let mut frames = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (frame, after) = after.split_at(u32::from_le_bytes(*length) as usize);
        frames.push(frame);
        rest = after;
    }
    frames
}

/// What tells an event from all others: its account, and its commit's record or its number.
fn key(event: &Value) -> String {
    let commit = &event["commit"];
    match event["kind"].as_str().unwrap() {
        "commit" => format!("{} {} {} {} {}", event["did"], commit["rev"], commit["collection"], commit["rkey"], commit["operation"]),
        kind => format!("{} {kind} {}", event["did"], event[kind]["seq"]),
    }
}

#[test]
fn relay_frames_give_the_published_jetstream_lines() {
    let Some(dump) = dump() else { return };
    let published = fs::read_to_string(data("api_bluesky_jetstream/expected_v1.jsonl").unwrap()).unwrap();
    let mut expected: BTreeMap<String, Value> =
        published.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).map(|event| (key(&event), event)).collect();
    assert_eq!(expected.len(), 152, "the recording itself");
    let mut seqs = Vec::new();
    for bytes in frames(&dump) {
        let frame = Frame::parse(bytes).unwrap();
        seqs.push(frame.seq().unwrap());
        for line in frame.to_jetstream().unwrap() {
            let mut ours: Value = serde_json::from_str(&line).unwrap();
            let mut theirs = expected.remove(&key(&ours)).unwrap_or_else(|| panic!("not published: {}", key(&ours)));
            // Jetstream stamps its own time on what it relays; the frame has the relay's.
            let time = |event: &mut Value| event.as_object_mut().unwrap().remove("time_us").unwrap().as_i64().unwrap();
            let delay = time(&mut theirs) - time(&mut ours);
            assert!((0..10_000_000).contains(&delay), "{delay} µs");
            assert_eq!(ours, theirs);
        }
    }
    assert_eq!(expected.into_keys().collect::<Vec<_>>(), Vec::<String>::new(), "published and not in the frames");
    assert_eq!(seqs, (31_527_015_322..=31_527_015_471).collect::<Vec<i64>>());
}

#[test]
fn a_dump_gives_the_same_posts_as_the_published_lines() {
    let Some(file) = data("api_bluesky_jetstream/frames.bin.zst") else { return };
    let ours = read_file(&file);
    let theirs = read_file(&data("api_bluesky_jetstream/expected_v1.jsonl").unwrap());
    assert_eq!(ours.problems, []);
    let posts = |seen: Seen| -> BTreeMap<String, common::OwnedPost> {
        seen.posts.into_iter().map(|post| (post.id.clone(), common::OwnedPost { raw: Vec::new(), created_at: None, ..post })).collect()
    };
    assert_eq!(ours.deleted, theirs.deleted);
    assert!(ours.posts.iter().all(|post| Frame::parse(&post.raw).is_ok()), "the signed commit is kept with the post");
    let (ours, theirs) = (posts(ours), posts(theirs));
    assert_eq!(ours.len(), 17);
    assert_eq!(ours, theirs);
}

#[test]
fn how_a_dump_is_cut_makes_no_difference() {
    let Some(dump) = dump() else { return };
    let whole = read_within(&dump, &Limits::default());
    for block in [64, 1_000, 100_000] {
        let seen = read_within(&dump, &Limits { block, ..Limits::default() });
        assert_eq!(seen.posts, whole.posts);
        assert_eq!((seen.deleted, seen.ignored, seen.problems), (whole.deleted.clone(), whole.ignored, vec![]));
    }
}

#[test]
fn a_frame_that_is_too_long_is_passed_over_and_the_cut_one_is_told() {
    let Some(dump) = dump() else { return };
    let frames = frames(&dump);
    let mut small = 0;
    let limit = 4_000;
    let longer = frames.iter().filter(|frame| frame.len() > limit).count();
    for block in [64, 1 << 20] {
        let seen = read_within(&dump[..dump.len() - 1], &Limits { max_record: limit, block, ..Limits::default() });
        let too_long = seen.reasons().iter().filter(|reason| reason.starts_with("record is longer")).count();
        small = small.max(too_long);
        assert_eq!(too_long, longer);
        assert!(seen.reasons().last().unwrap().contains("cut off") || frames.last().unwrap().len() > limit);
    }
    assert!(small > 0);
}

#[test]
fn an_altered_record_is_refused() {
    let Some(dump) = dump() else { return };
    let before = read_within(&dump, &Limits::default());
    let text = before.posts.iter().map(|post| post.text.as_bytes()).max_by_key(|text| text.len()).unwrap();
    let mut altered = dump.clone();
    let at = altered.windows(text.len()).position(|window| window == text).unwrap();
    altered[at] ^= 0x01;
    let after = read_within(&altered, &Limits::default());
    assert_eq!(after.problems.len(), 1, "{:?}", after.reasons());
    assert!(after.reasons()[0].contains("do not have its hash"), "{:?}", after.reasons());
    assert_eq!(after.posts.len() + 1, before.posts.len());
}

#[test]
fn damage_anywhere_is_a_problem_and_no_panic() {
    let Some(dump) = dump() else { return };
    for (number, frame) in frames(&dump).into_iter().enumerate().step_by(7) {
        for at in (0..frame.len()).step_by(13) {
            let mut bytes = frame.to_vec();
            bytes[at] = bytes[at].wrapping_add(u8::try_from(number + 1).unwrap());
            drop(Frame::parse(&bytes).and_then(|frame| frame.to_jetstream()));
            drop(Frame::parse(&frame[..at]).and_then(|frame| frame.to_jetstream()));
        }
    }
}
