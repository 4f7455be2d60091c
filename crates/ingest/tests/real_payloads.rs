//! Recorded payloads of real services, read from `shared/data` beside the repository, counted a second way.
//!
//! A clone without that folder does without these tests and says so; CI (`CI` is set) must have it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod common;

use std::{collections::BTreeMap, fs, path::PathBuf};

use common::{Seen, read_bytes, read_file};
use serde_json::Value;

fn data(path: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if !folder.exists() && std::env::var_os("CI").is_none() {
        eprintln!("not run: {} is not beside this clone", folder.display());
        return None;
    }
    let path = folder.join(path);
    assert!(path.exists(), "{} is missing", path.display());
    Some(path)
}

fn values(path: &PathBuf) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[test]
fn jetstream_gives_every_post_and_deletion_and_nothing_else() {
    let Some(path) = data("api_bluesky_jetstream/expected_v1.jsonl") else { return };
    let seen = read_file(&path);
    let mut expected = BTreeMap::new();
    let mut deleted = 0;
    let frames = values(&path);
    for frame in &frames {
        let commit = &frame["commit"];
        if commit["collection"] != "app.bsky.feed.post" {
            continue;
        }
        if commit["operation"] == "delete" {
            deleted += 1;
            continue;
        }
        let id = format!("{}/{}", frame["did"].as_str().unwrap(), commit["rkey"].as_str().unwrap());
        expected.insert(id, frame.clone());
    }
    assert_eq!((expected.len(), deleted), (17, 1), "the recording itself");
    assert_eq!(seen.problems, []);
    assert_eq!((seen.posts.len(), seen.deleted.len(), seen.ignored), (17, 1, frames.len() - 18));
    for post in &seen.posts {
        let frame = &expected[&post.id];
        let record = &frame["commit"]["record"];
        assert_eq!(post.text, record["text"].as_str().unwrap());
        assert_eq!(post.created_at, Some(frame["time_us"].as_i64().unwrap() / 1_000_000));
        assert_eq!(post.lang.as_deref(), record["langs"][0].as_str().map(primary_subtag));
        assert_eq!(post.reply_to.as_deref(), record["reply"]["parent"]["uri"].as_str());
        assert_eq!(post.author_id.as_deref(), frame["did"].as_str());
        let images = record["embed"]["images"].as_array().map_or(0, Vec::len);
        assert_eq!(post.media.as_ref().map_or(0, |media| media.as_array().unwrap().len()), images);
        assert_eq!(serde_json::from_slice::<Value>(&post.raw).unwrap(), *frame);
    }
}

fn primary_subtag(tag: &str) -> &str {
    tag.split('-').next().unwrap()
}

/// What `data` of an envelope holds, whether one or many.
fn tweets(envelope: &Value) -> Vec<Value> {
    match &envelope["data"] {
        Value::Array(list) => list.clone(),
        Value::Object(_) => vec![envelope["data"].clone()],
        _ => Vec::new(),
    }
}

#[test]
fn x_envelopes_give_each_post_with_its_author() {
    for name in ["edited", "geo_tweets", "many_urls", "media_tweet", "mentions_tweet", "two_tweets", "verified_type"] {
        let Some(path) = data(&format!("api_x_v2/{name}.jsonl")) else { return };
        let seen = read_file(&path);
        let expected: Vec<(Value, Value)> = values(&path).iter().flat_map(|page| tweets(page).into_iter().map(|tweet| (tweet, page.clone()))).collect();
        assert!(!expected.is_empty());
        assert_eq!(seen.posts.len(), expected.len(), "{name}");
        for (post, (tweet, page)) in seen.posts.iter().zip(&expected) {
            assert_eq!(post.network, "x");
            assert_eq!(post.id, tweet["id"].as_str().unwrap(), "{name}");
            assert_eq!(post.text, tweet["text"].as_str().unwrap());
            assert_eq!(serde_json::from_slice::<Value>(&post.raw).unwrap(), *tweet, "the post alone is kept");
            let users = page["includes"]["users"].as_array().unwrap();
            let user = users.iter().find(|user| user["id"] == tweet["author_id"]).unwrap();
            assert_eq!(post.handle.as_deref(), user["username"].as_str());
            let url = format!("https://x.com/{}/status/{}", user["username"].as_str().unwrap(), post.id);
            assert_eq!(post.url.as_deref(), Some(&*url));
            let hashtags: Vec<&str> = tweet["entities"]["hashtags"].as_array().into_iter().flatten().filter_map(|hashtag| hashtag["tag"].as_str()).collect();
            assert_eq!(post.tags, hashtags);
            assert_eq!(post.metrics.as_ref().unwrap()["likes"], tweet["public_metrics"]["like_count"]);
            let media = tweet["attachments"]["media_keys"].as_array().map_or(0, Vec::len);
            assert_eq!(post.media.as_ref().map_or(0, |media| media.as_array().unwrap().len()), media, "{name}");
        }
        // Pseudonyms broke the link between some posts and their history, which is a repair.
        let unlisted = |tweet: &Value| tweet["edit_history_tweet_ids"].as_array().is_some_and(|ids| !ids.contains(&tweet["id"]));
        let repairs = expected.iter().filter(|(tweet, _)| unlisted(tweet)).count();
        assert_eq!(seen.problems.len(), repairs, "{name}: {:?}", seen.problems);
        assert!(seen.problems.iter().all(|problem| problem.kept));
    }
}

#[test]
fn the_broken_line_of_a_stream_is_the_only_reject() {
    let Some(path) = data("api_x_v2/streaming_output_with_error.jsonl") else { return };
    let seen = read_file(&path);
    let text = fs::read_to_string(&path).unwrap();
    let good = text.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count();
    let bad: Vec<usize> = (1..).zip(text.lines()).filter(|(_, line)| serde_json::from_str::<Value>(line).is_err()).map(|(number, _)| number).collect();
    assert_eq!(seen.posts.len(), good);
    assert_eq!(bad.len(), 1);
    let places: Vec<usize> = seen.problems.iter().map(|problem| usize::try_from(problem.position.line).unwrap()).collect();
    assert_eq!(places, bad);
    assert!(seen.problems.iter().all(|problem| !problem.kept));
}

#[test]
fn compliance_and_counts() {
    let Some(path) = data("api_x_v2/tweets_compliance.jsonl") else { return };
    let seen = read_file(&path);
    let ids: Vec<String> = values(&path).iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(seen.deleted, ids.iter().map(|id| ("x".to_owned(), id.clone())).collect::<Vec<_>>());

    let Some(path) = data("api_x_v2/counts.jsonl") else { return };
    let seen = read_file(&path);
    let buckets: usize = values(&path).iter().map(|page| tweets(page).len()).sum();
    assert!(buckets > 0);
    assert_eq!((seen.posts.len(), seen.ignored, seen.problems.len()), (0, buckets, 0));
}

/// The JSON bodies of a recording, folded lines of YAML undone.
fn bodies(path: &PathBuf) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    let mut bodies = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(begin) = line.trim_start().strip_prefix("string: '") else { continue };
        let mut body = begin.to_owned();
        while !body.ends_with('\'') || body.ends_with("''") && !body.ends_with("'''") {
            let Some(next) = lines.next() else { break };
            body.push(' ');
            body.push_str(next.trim_start());
        }
        let body = body.trim_end_matches('\'').replace("''", "'");
        bodies.extend(serde_json::from_str::<Value>(&body));
    }
    bodies
}

fn is_status(value: &Value) -> bool {
    value.is_object() && value["content"].is_string() && value["account"].is_object()
}

#[test]
fn mastodon_bodies_give_their_statuses() {
    let (mut all, mut deletions) = (0, 0);
    for name in ["test_hashtag_tl", "test_search", "test_status"] {
        let Some(path) = data(&format!("api_mastodon_cassettes/{name}.yaml")) else { return };
        for body in bodies(&path) {
            let list = body.as_array().or(body["statuses"].as_array()).cloned().unwrap_or_else(|| vec![body.clone()]);
            let statuses: Vec<&Value> = list.iter().filter(|value| is_status(value)).collect();
            let seen = read_bytes(body.to_string().as_bytes());
            check_statuses(&seen, &statuses);
            all += statuses.len();
            // The server answers a deletion with the status's source.
            let deleted = body["text"].is_string() && body["uri"].is_string();
            assert_eq!(seen.deleted.len(), usize::from(deleted), "{name}");
            deletions += seen.deleted.len();
        }
    }
    // Two POST answers, a GET, a time line; and two DELETE answers.
    assert_eq!((all, deletions), (4, 2), "statuses and deletions of the recordings");
}

fn check_statuses(seen: &Seen, statuses: &[&Value]) {
    assert_eq!(seen.posts.len(), statuses.len());
    for (post, status) in seen.posts.iter().zip(statuses) {
        assert_eq!(post.network, "mastodon");
        assert_eq!(post.id, status["uri"].as_str().unwrap());
        assert_eq!(post.url.as_deref(), status["url"].as_str());
        assert_eq!(post.handle.as_deref(), status["account"]["acct"].as_str());
        assert_eq!(post.author_id.as_deref(), status["account"]["uri"].as_str());
        assert!(!post.text.contains('<') && !post.text.contains("&amp;"));
        let hashtags: Vec<&str> = status["tags"].as_array().unwrap().iter().filter_map(|tag| tag["name"].as_str()).collect();
        assert_eq!(post.tags, hashtags);
    }
}

#[test]
fn neutral_collections_are_read_whole() {
    let files = ["tweets_mlma/fr.jsonl", "tweets_mlma/en.jsonl", "tweets_xlmt/de_val.jsonl", "sms_spam/fr.jsonl", "agora_titles_amber/titles.jsonl"];
    for name in files {
        let Some(path) = data(name) else { return };
        let seen = read_file(&path);
        let expected = values(&path);
        assert!(expected.len() > 100);
        assert_eq!(seen.problems, [], "{name}");
        assert_eq!(seen.posts.len(), expected.len(), "{name}");
        for (post, value) in seen.posts.iter().zip(&expected) {
            assert_eq!((&*post.id, &*post.text, &*post.network), (value["id"].as_str().unwrap(), value["text"].as_str().unwrap(), "unknown"));
        }
    }
}
