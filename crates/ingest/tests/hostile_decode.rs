//! Records that are broken, hostile or odd, and what each format makes of its fields.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{decode, decode_bytes};
use proptest::prelude::*;
use serde_json::json;

/// The problems of a record that gives no post.
fn rejects(record: &str) -> Vec<String> {
    let (seen, problems) = decode(record);
    assert!(seen.posts.is_empty() && seen.deleted.is_empty() && seen.ignored == 0, "something was delivered");
    assert!(problems.iter().all(|problem| problem.starts_with("Reject")), "{problems:?}");
    problems
}

/// The problems of a record that gives one post, and that post.
fn repairs(record: &str) -> (common::OwnedPost, Vec<String>) {
    let (mut seen, problems) = decode(record);
    assert_eq!(seen.posts.len(), 1, "{problems:?}");
    assert!(problems.iter().all(|problem| problem.starts_with("Repair")), "{problems:?}");
    (seen.posts.remove(0), problems)
}

fn good(record: &str) -> common::OwnedPost {
    let (post, problems) = repairs(record);
    assert_eq!(problems, Vec::<String>::new());
    post
}

#[test]
fn every_neutral_field() {
    let record = json!({
        "id": "1", "network": "Twitter", "author": {"id": 7, "handle": "h", "name": "N", "more": [1]},
        "created_at": "2026-11-24T05:23:00+01:00", "edited_at": "2026-11-24T05:24:00Z", "text": "été 🎄\n", "lang": "fr-CA",
        "tags": ["#a", "é", ""], "media": [{"kind": "image"}], "url": "https://e.org/", "reply_to": 5, "repost_of": "r",
        "quote_of": "q", "metrics": {"views": 3}, "other": {"id": [[[]]]}, "kind": "x", "data": 1
    })
    .to_string();
    let post = good(&record);
    assert_eq!((&*post.network, &*post.id, &*post.text), ("x", "1", "été 🎄\n"));
    assert_eq!((post.author_id.as_deref(), post.handle.as_deref()), (Some("7"), Some("h")));
    assert_eq!((post.created_at, post.revision), (Some(1_795_494_180), 1_795_497_840));
    assert_eq!((post.lang.as_deref(), post.url.as_deref()), (Some("fr"), Some("https://e.org/")));
    assert_eq!(post.tags, ["a", "é"]);
    assert_eq!([post.reply_to, post.repost_of, post.quote_of].map(Option::unwrap), ["5", "r", "q"]);
    assert_eq!((post.media, post.metrics), (Some(json!([{"kind": "image"}])), Some(json!({"views": 3}))));
    assert_eq!(post.raw, record.as_bytes());

    let bare = good(r#"{"text":"","id":18446744073709551615,"author":null,"tags":null,"media":[],"metrics":{},"created_at":null,"url":""}"#);
    assert_eq!((&*bare.network, &*bare.id, &*bare.text), ("unknown", "18446744073709551615", ""));
    assert_eq!((bare.media, bare.url, bare.created_at), (None, None, None));
}

#[test]
fn what_a_neutral_record_is_rejected_for() {
    let long = |length| "x".repeat(length);
    let cases = [
        (r#"{"id":"1"}"#.to_owned(), "field `text` is missing"),
        (r#"{"text":""}"#.to_owned(), "field `id` is missing"),
        (r#"{"id":null,"text":""}"#.to_owned(), "field `id` is missing"),
        (r#"{"a":1}"#.to_owned(), "no known format: neither `id` and `text` nor the fields of a known source"),
        (r#"{"id":"","text":""}"#.to_owned(), "`id` is empty"),
        (r#"{"id":1.5,"text":""}"#.to_owned(), "field `id` is not a string or an integer"),
        (r#"{"id":"a\u0000b","text":""}"#.to_owned(), "`id` contains a control character"),
        (r#"{"id":"a\u0085b","text":""}"#.to_owned(), "`id` contains a control character"),
        (format!(r#"{{"id":"{}","text":""}}"#, long(513)), "`id` is longer than 512 bytes"),
        (format!(r#"{{"id":"1","text":"{}"}}"#, long((1 << 20) + 1)), "`text` is longer than 1048576 bytes"),
        (r#"{"id":"1","text":["secret"]}"#.to_owned(), "field `text` is not a string"),
        (r#"{"id":"1","text":"","id":"2"}"#.to_owned(), "field `id` appears twice"),
        (r#"{"id":"1","text":"","author":{"id":"1","id":"2"}}"#.to_owned(), "field `author.id` appears twice"),
        (r#"{"id":"1","text":"","network":"a b"}"#.to_owned(), "`network` is not 1 to 32 letters, digits, `.`, `_` or `-`"),
        (r#"{"id":"1","text":"","network":""}"#.to_owned(), "`network` is not 1 to 32 letters, digits, `.`, `_` or `-`"),
        (r#"{"id":"1","text":"","network":3}"#.to_owned(), "`network` is not 1 to 32 letters, digits, `.`, `_` or `-`"),
        (r#""secret""#.to_owned(), "expected a JSON object"),
        ("12".to_owned(), "expected a JSON object"),
        (r#"{"id":"1" "text":""}"#.to_owned(), "expected `,` or `}` at column 11"),
        (r#"{"id":"1","text":""} x"#.to_owned(), "trailing characters at column 22"),
        ("{\"id\":\"1\",\n\"text\":\"\",}".to_owned(), "trailing comma at line 2 of the record, column 11"),
        ("hello".to_owned(), "expected value at column 1"),
        ("{\"id\":\"1\",\"text\":\"a\0b\"}".to_owned(), "control character (\\u0000-\\u001F) found while parsing a string at column 20"),
    ];
    for (record, reason) in cases {
        assert_eq!(rejects(&record), [format!("Reject: {reason}")], "{}", record.get(..60).unwrap_or(&record));
    }
}

#[test]
fn what_a_neutral_record_is_repaired_for() {
    let left_out = |field: &str, expected: &str| format!("Repair: field `{field}` is not {expected}");
    let cases = [
        (r#""created_at":"0000-01-01T00:00:00Z""#, "Repair: created_at \"0000-01-01T00:00:00Z\" outside the years 1990 to 2099".to_owned()),
        (r#""created_at":"+275760-09-13T00:00:00Z""#, "Repair: created_at \"+275760-09-13T00:00:00Z\" outside the years 1990 to 2099".to_owned()),
        (r#""created_at":"call me""#, "Repair: created_at \"…\" is not an RFC 3339 date and time".to_owned()),
        (r#""created_at":{}"#, left_out("created_at", "a date and time")),
        (r#""created_at":-5"#, "Repair: created_at \"-5\" outside the years 1990 to 2099".to_owned()),
        (r#""edited_at":"never""#, "Repair: edited_at \"…\" is not an RFC 3339 date and time".to_owned()),
        (r#""author":"bob""#, left_out("author", "an object")),
        (r#""author":{"id":[]}"#, left_out("author.id", "a string")),
        (r#""media":{}"#, String::new()),
        (r#""media":{"a":1}"#, left_out("media", "an array")),
        (r#""metrics":[3]"#, left_out("metrics", "an object")),
        (r#""tags":"a""#, left_out("tags", "an array of strings")),
        (r#""tags":{"a":[1]}"#, left_out("tags", "an array of strings")),
        (r#""tags":["a",1]"#, left_out("tags", "an array of strings")),
        (r#""lang":1.5"#, left_out("lang", "a string")),
        (r#""url":true"#, left_out("url", "a string")),
        (r#""reply_to":{}"#, left_out("reply_to", "a string")),
    ];
    for (field, problem) in cases {
        let (post, problems) = repairs(&format!("{{\"id\":\"1\",{field},\"text\":\"t\"}}"));
        let expected: Vec<String> = if problem.is_empty() { vec![] } else { vec![problem] };
        assert_eq!(problems, expected, "{field}");
        assert_eq!((&*post.text, post.created_at), ("t", None));
    }
    let tags = vec!["t"; 300];
    let (post, problems) = repairs(&json!({"id": 1, "text": "", "tags": tags}).to_string());
    assert_eq!(post.tags.len(), 256);
    assert_eq!(problems, ["Repair: `tags` has more than 256 elements; the others are left out"]);
}

#[test]
fn text_that_is_no_text_is_replaced() {
    let (seen, problems) = decode_bytes(b"{\"id\":\"1\",\"text\":\"a\xffb\xc3\"}", None);
    assert_eq!((&*seen.posts[0].text, &*problems[0]), ("a\u{fffd}b\u{fffd}", "Repair: invalid UTF-8, replaced by U+FFFD at column 20"));
    assert_eq!(seen.posts[0].raw, b"{\"id\":\"1\",\"text\":\"a\xffb\xc3\"}", "the original is kept as it came");

    let (post, problems) = repairs(r#"{"id":"1","text":"a\ud83dz","media":[{"alt":"\udc00"}]}"#);
    assert_eq!(post.text, "a\u{fffd}z");
    assert_eq!(post.media, Some(json!([{"alt": "\u{fffd}"}])));
    assert_eq!(problems, ["Repair: lone surrogate escape, replaced by U+FFFD at column 20"]);

    assert_eq!(good(r#"{"id":"1","text":"\ud83d\ude00\u0000"}"#).text, "😀\0");
    // Nothing is delivered, so that nothing is repaired either.
    assert_eq!(rejects(r#"{"id":"1","txt":"\ud83d"}"#), ["Reject: field `text` is missing"]);
}

#[test]
fn an_identifier_of_ten_megabytes_is_rejected() {
    let record = format!("{{\"id\":\"{}\",\"text\":\"\"}}", "x".repeat(10_000_000));
    assert_eq!(rejects(&record), ["Reject: record is longer than 8388608 bytes"]);
}

#[test]
fn a_million_brackets_do_not_overflow_the_stack() {
    let deep = "[".repeat(1_000_000);
    let closed = format!("{deep}{}", "]".repeat(1_000_000));
    for field in ["other", "media", "tags", "author", "url", "metrics", "created_at"] {
        let (seen, _) = decode(&format!("{{\"id\":\"1\",\"text\":\"t\",\"{field}\":{closed}}}"));
        assert_eq!(seen.posts.len(), 1, "{field}");
        assert_eq!(rejects(&format!("{{\"id\":\"1\",\"text\":\"t\",\"{field}\":{deep}")).len(), 1, "{field}");
    }
    for record in [
        format!("{{\"data\":{closed}}}"),
        format!("{{\"did\":\"a\",\"kind\":\"commit\",\"commit\":{closed}}}"),
        format!("{{\"content\":\"\",\"account\":{closed}}}"),
        format!("{{\"content\":\"\",\"account\":{{}},\"reblog\":{closed}}}"),
        closed.clone(),
    ] {
        decode(&record);
    }
    // The same in a thread with little stack.
    std::thread::Builder::new().stack_size(128 << 10).spawn(move || decode(&closed).1.len()).unwrap().join().unwrap();
}

#[test]
fn jetstream_versions_tell_the_same() {
    let record = json!({
        "$type": "app.bsky.feed.post", "text": "#a b", "createdAt": "1980-01-01T00:00:00Z", "langs": ["pt-BR", "fr"], "tags": ["t", "a"],
        "facets": [{"features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "a"}, {"uri": "x"}]}],
        "reply": {"root": {"uri": "at://r"}, "parent": {"uri": "at://p", "cid": "c"}},
        "embed": {
            "$type": "app.bsky.embed.recordWithMedia",
            "media": {"$type": "app.bsky.embed.images", "images": [{"alt": "sachet", "image": {}}, {"alt": ""}]},
            "record": {"$type": "app.bsky.embed.record", "record": {"uri": "at://q", "cid": "c"}}
        }
    });
    let v1 = json!({"did": "did:plc:a", "time_us": 1_783_175_888_085_434_i64, "kind": "commit",
        "commit": {"rev": "3mptbypluud2a", "operation": "update", "collection": "app.bsky.feed.post", "rkey": "k", "record": record, "cid": "c"}});
    let v2 = json!({"$type": "message", "payload": {"$type": "network.bsky.jetstream.subscribeEvents#commit", "seq": 1, "did": "did:plc:a",
        "time": "2026-07-04T14:38:08.085Z", "rev": "3mptbypluud2a", "operation": "update", "collection": "app.bsky.feed.post", "rkey": "k",
        "cid": "c", "record": record}});
    for frame in [v1, v2] {
        let post = good(&frame.to_string());
        assert_eq!((&*post.network, &*post.id, &*post.text), ("bluesky", "did:plc:a/k", "#a b"));
        assert_eq!((post.created_at, post.revision), (Some(1_783_175_888), 1_783_175_887), "the server's time and the revision's");
        assert_eq!((post.lang.as_deref(), post.tags), (Some("pt"), vec!["t".to_owned(), "a".to_owned()]));
        assert_eq!([post.reply_to, post.quote_of].map(Option::unwrap), ["at://p", "at://q"]);
        assert_eq!(post.media, Some(json!([{"kind": "image", "alt": "sachet"}, {"kind": "image"}])));
        assert_eq!(post.url.as_deref(), Some("https://bsky.app/profile/did:plc:a/post/k"));
    }
}

#[test]
fn jetstream_odds_and_ends() {
    let commit = |operation: &str, collection: &str, record: serde_json::Value| {
        json!({"did": "did:plc:a", "time_us": 1_783_175_888_085_434_i64, "kind": "commit",
            "commit": {"rev": "bad", "operation": operation, "collection": collection, "rkey": "k", "record": record}})
        .to_string()
    };
    let (seen, problems) = decode(&commit("delete", "app.bsky.feed.post", json!(null)));
    assert_eq!((seen.deleted, problems), (vec![("bluesky".to_owned(), "did:plc:a/k".to_owned())], vec![]));
    for other in [
        commit("create", "app.bsky.feed.like", json!({"text": 5})),
        r#"{"did":"d","time_us":1,"kind":"account","account":{"active":true}}"#.to_owned(),
        r##"{"$type":"message","payload":{"$type":"x#identity","did":"d"}}"##.to_owned(),
    ] {
        let (seen, problems) = decode(&other);
        assert_eq!((seen.ignored, problems), (1, vec![]), "{other}");
    }
    for gone in [
        r#"{"did":"d","time_us":1,"kind":"account","account":{"active":false,"status":"deleted"}}"#,
        r##"{"$type":"message","payload":{"$type":"x#account","did":"d","active":false,"status":"takendown"}}"##,
    ] {
        let (seen, problems) = decode(gone);
        assert_eq!((seen.deleted, problems), (vec![("bluesky".to_owned(), "d".to_owned())], vec![]), "{gone}");
    }
    let (post, problems) = repairs(&commit("update", "app.bsky.feed.post", json!({"text": "t", "embed": 5, "facets": {"a": 1}, "langs": "fr"})));
    assert_eq!((&*post.text, post.revision), ("t", 1_783_175_888));
    assert_eq!(problems.len(), 4, "{problems:?}");
    assert_eq!(rejects(&commit("create", "app.bsky.feed.post", json!({}))), ["Reject: field `text` is missing"]);
    assert_eq!(rejects(&commit("create", "app.bsky.feed.post", json!(null))), ["Reject: field `record` is missing"]);
    assert_eq!(rejects(r#"{"$type":"error","error":"ConsumerTooSlow","message":"m"}"#), ["Reject: the source reports an error: ConsumerTooSlow"]);
}

#[test]
fn mastodon_statuses_and_frames() {
    let status = json!({
        "id": "9", "uri": "https://a.example/s/9", "url": "https://a.example/@b/9", "created_at": "2026-08-01T13:53:15.378Z",
        "edited_at": "2026-08-01T14:00:00Z", "content": "<p>a &amp; b</p><p>c</p>", "spoiler_text": "cw", "language": "fr",
        "account": {"id": "7", "uri": "https://a.example/u/7", "acct": "b", "display_name": "B"}, "tags": [{"name": "beuh"}],
        "media_attachments": [{"type": "gifv", "url": "https://a.example/m", "description": null}], "in_reply_to_id": "8",
        "reblog": null, "quote": {"state": "accepted", "quoted_status": {"id": "3", "uri": "https://a.example/s/3"}},
        "reblogs_count": 1, "favourites_count": 2, "replies_count": 3
    });
    let frame = json!({"stream": ["public"], "event": "status.update", "payload": status.to_string()});
    for record in [status.to_string(), frame.to_string()] {
        let post = good(&record);
        assert_eq!((&*post.network, &*post.id, &*post.text), ("mastodon", "https://a.example/s/9", "cw\na & b\nc"));
        assert_eq!((post.revision, post.created_at), (1_785_592_800, Some(1_785_592_395)));
        assert_eq!((post.author_id.as_deref(), post.handle.as_deref()), (Some("https://a.example/u/7"), Some("b")));
        assert_eq!((post.tags, post.reply_to.as_deref()), (vec!["beuh".to_owned()], Some("8")));
        assert_eq!(post.quote_of.as_deref(), Some("https://a.example/s/3"));
        assert_eq!(post.media, Some(json!([{"kind": "gif", "url": "https://a.example/m"}])));
        assert_eq!(post.metrics, Some(json!({"likes": 2, "reposts": 1, "replies": 3})));
        assert_eq!(post.raw, record.as_bytes());
    }
    let repost = good(r#"{"id":"1","content":"","account":{},"reblog":{"id":"2","uri":"u2","content":"<p>x</p>"}}"#);
    assert_eq!((&*repost.id, &*repost.text, repost.repost_of.as_deref()), ("1", "x", Some("u2")));

    let (seen, problems) = decode(r#"{"stream":["user"],"event":"delete","payload":"42"}"#);
    assert_eq!((seen.deleted, problems), (vec![("mastodon".to_owned(), "42".to_owned())], vec![]));
    let (seen, _) = decode(r#"{"stream":["user"],"event":"notification","payload":"{}"}"#);
    assert_eq!(seen.ignored, 1);
    let (seen, problems) = decode(&json!({"accounts": [], "statuses": [status, {"id": "1", "content": 5}], "hashtags": []}).to_string());
    assert_eq!((seen.posts.len(), problems.len()), (1, 1), "{problems:?}");
    assert_eq!(decode(r#"{"accounts":[],"statuses":[],"hashtags":[]}"#).0.ignored, 1);
    assert_eq!(rejects(r#"{"stream":["public"],"event":"update","payload":"{"}"#).len(), 1);
}

#[test]
fn x_envelopes_and_notices() {
    let tweet = |id: &str| {
        json!({"id": id, "text": "short…", "author_id": "7", "note_tweet": {"text": "long"}, "lang": "und",
            "edit_history_tweet_ids": ["1", "2"], "entities": {"hashtags": [{"start": 0, "end": 1, "tag": "a"}]},
            "attachments": {"media_keys": ["3_1", "no"]},
            "referenced_tweets": [{"type": "retweeted", "id": "5"}, {"type": "quoted", "id": "6"}, {"type": "replied_to", "id": "8"}]})
    };
    let includes = json!({"users": [{"id": "7", "username": "u", "name": "N"}], "tweets": [tweet("99")],
        "media": [{"media_key": "3_1", "type": "photo", "url": "https://p", "alt_text": "alt"}]});
    let (seen, problems) = decode(&json!({"data": [tweet("1"), {"id": "4"}, tweet("2")], "includes": includes}).to_string());
    assert_eq!((seen.ids(), problems), (vec!["1", "1"], vec!["Reject: field `text` is missing".to_owned()]));
    let post = &seen.posts[1];
    assert_eq!((post.revision, &*post.text, post.lang.as_deref()), (1, "long", None));
    assert_eq!(post.url.as_deref(), Some("https://x.com/u/status/2"));
    assert_eq!(post.media, Some(json!([{"kind": "image", "url": "https://p", "alt": "alt"}])));
    assert_eq!([&post.repost_of, &post.quote_of, &post.reply_to].map(|id| id.as_deref().unwrap()), ["5", "6", "8"]);
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&post.raw).unwrap(), tweet("2"));

    let post = good(r#"{"id":"1","text":"t","edit_history_tweet_ids":["1"],"author_id":"3","author":{"username":"u"}}"#);
    assert_eq!((&*post.network, post.handle.as_deref(), post.author_id.as_deref()), ("x", Some("u"), Some("3")));

    for deletion in [
        r#"{"id":"5","action":"delete","reason":"deleted"}"#,
        r#"{"delete":{"tweet":{"id":"5","author_id":"1"},"event_at":"2026-01-01T00:00:00Z"}}"#,
        r#"{"data":{"delete":{"tweet":{"id":"5","author_id":"1"}}}}"#,
        r#"{"delete":{"status":{"id":5,"id_str":"5"}}}"#,
        r#"{"data":{"drop":{"tweet":{"id":"5"}}}}"#,
        r#"{"data":{"user_protect":{"user":{"id":"5"},"event_at":"2026-01-01T00:00:00Z"}}}"#,
        r#"{"user_suspend":{"user":{"id":"5"}}}"#,
    ] {
        let (seen, problems) = decode(deletion);
        assert_eq!((seen.deleted, problems), (vec![("x".to_owned(), "5".to_owned())], vec![]), "{deletion}");
    }
    for nothing in [
        r#"{"meta":{"result_count":0}}"#,
        r#"{"data":[]}"#,
        r#"{"data":{"undrop":{"tweet":{"id":"5"}}}}"#,
        r#"{"data":[{"id":"1","username":"u","name":"n"}]}"#,
        r#"{"start":"a","end":"b","tweet_count":4}"#,
    ] {
        let (seen, problems) = decode(nothing);
        assert_eq!((seen.ignored, problems), (1, vec![]), "{nothing}");
    }
    assert_eq!(rejects(r#"{"errors":[{"title":"operational-disconnect","detail":"x"}]}"#), ["Reject: the source reports an error: operational-disconnect"]);
    assert_eq!(rejects(r#"{"data":5}"#), ["Reject: field `data` is not an object or an array"]);
    let broken = "{\"data\":[\n{\"id\":\"1\",\"text\":\"t\"},\n{\"id\":\"2\",\"text\":\"t\",\"id\":\"3\"}]}";
    let (seen, problems) = decode(broken);
    assert_eq!((seen.ids(), problems), (vec!["1"], vec!["Reject: field `id` appears twice at line 3 of the record, column 25".to_owned()]));
}

/// Random values that often look like records of one format or another.
fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let key = prop::sample::select(vec![
        "id",
        "text",
        "network",
        "author",
        "created_at",
        "tags",
        "media",
        "metrics",
        "did",
        "kind",
        "commit",
        "collection",
        "operation",
        "rkey",
        "record",
        "$type",
        "payload",
        "event",
        "stream",
        "content",
        "account",
        "reblog",
        "data",
        "includes",
        "users",
        "errors",
        "delete",
        "tweet",
        "author_id",
        "edit_history_tweet_ids",
        "username",
        "statuses",
        "uri",
        "rev",
        "time_us",
        "embed",
        "note_tweet",
    ]);
    let leaf = prop_oneof![
        prop::sample::select(vec!["commit", "app.bsky.feed.post", "create", "update", "delete", "message", "1", "", "<p>a&amp;"]).prop_map(|text| json!(text)),
        any::<i64>().prop_map(|number| json!(number)),
        any::<bool>().prop_map(|flag| json!(flag)),
        ".{0,9}".prop_map(|text| json!(text)),
        Just(json!(null)),
    ];
    leaf.prop_recursive(4, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|list| json!(list)),
            prop::collection::btree_map(key.clone().prop_map(str::to_owned), inner, 0..9).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn every_record_gives_an_event_or_a_reject(value in json_value(), event in prop::sample::select(vec![None, Some("update"), Some("delete"), Some("x")])) {
        let record = value.to_string();
        let (seen, problems) = decode_bytes(record.as_bytes(), event);
        let events = seen.posts.len() + seen.deleted.len() + seen.ignored;
        prop_assert!(events > 0 || problems.iter().any(|problem| problem.starts_with("Reject")), "{}", record);
        for post in &seen.posts {
            prop_assert!(!post.id.is_empty() && post.id.len() <= 512 && !post.network.is_empty());
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), prefix in prop::sample::select(vec!["", "{\"id\":\"", "{\"data\":", "[", "{\"did\":\"a\",\"kind\":"])) {
        let (seen, problems) = decode_bytes(&[prefix.as_bytes(), &bytes].concat(), None);
        prop_assert!(seen.posts.len() + seen.deleted.len() + seen.ignored + problems.len() > 0);
    }
}
