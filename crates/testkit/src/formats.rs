//! The same post as its network would deliver it (`domain.md` section 6.1).
//!
//! For tests: text and id are those of the neutral line, what the line does not say is invented.

use serde_json::{Map, Value, json};

use crate::{LabelledPost, neutral::hashtags};

/// A neutral line, read back.
struct Fields {
    line: Value,
}

impl Fields {
    fn of(post: &LabelledPost) -> Self {
        Self { line: serde_json::from_str(&post.line).unwrap_or_default() }
    }

    fn text(&self, pointer: &str) -> &str {
        self.line.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    fn count(&self, name: &str) -> u64 {
        self.line.pointer("/metrics").and_then(|metrics| metrics.get(name)).and_then(Value::as_u64).unwrap_or_default()
    }

    fn media(&self) -> impl Iterator<Item = &Value> {
        self.line.get("media").and_then(Value::as_array).into_iter().flatten()
    }

    /// DID and record key: of the id where it is a Bluesky id, else made of author and id.
    fn did_and_key(&self) -> (String, String) {
        match self.text("/id").split_once('/') {
            Some((did, key)) if did.starts_with("did:") => (did.to_owned(), key.to_owned()),
            _ => (format!("did:web:{}.example.org", self.text("/author/id")), self.text("/id").replace('/', ":")),
        }
    }

    fn microseconds(&self) -> u64 {
        seconds(self.text("/created_at")) * 1_000_000
    }

    /// An `app.bsky.feed.post` record.
    fn record(&self) -> Value {
        let text = self.text("/text");
        let mut record = Map::new();
        record.insert("$type".into(), json!("app.bsky.feed.post"));
        record.insert("createdAt".into(), json!(self.text("/created_at")));
        record.insert("text".into(), json!(text));
        if let Some(lang) = self.line.get("lang") {
            record.insert("langs".into(), json!([lang]));
        }
        let facets: Vec<Value> = hashtags(text)
            .map(|(at, tag)| {
                json!({
                    "index": {"byteStart": at, "byteEnd": at + 1 + tag.len()},
                    "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": tag}],
                })
            })
            .collect();
        if !facets.is_empty() {
            record.insert("facets".into(), json!(facets));
        }
        let images: Vec<Value> = self
            .media()
            .map(|media| {
                let alt = media.get("alt").and_then(Value::as_str).unwrap_or_default();
                json!({"alt": alt, "image": {"$type": "blob", "ref": {"$link": cid(media.to_string().as_bytes())}, "mimeType": "image/jpeg", "size": 48_000}})
            })
            .collect();
        if !images.is_empty() {
            record.insert("embed".into(), json!({"$type": "app.bsky.embed.images", "images": images}));
        }
        if let Some((did, key)) = self.text("/reply_to").split_once('/') {
            let parent = json!({"cid": cid(key.as_bytes()), "uri": format!("at://{did}/app.bsky.feed.post/{key}")});
            record.insert("reply".into(), json!({"parent": parent, "root": parent}));
        }
        Value::Object(record)
    }
}

/// A well-formed looking content id; nothing was hashed by IPLD rules.
fn cid(bytes: &[u8]) -> String {
    let mut state = 0_u64;
    for byte in bytes {
        state = crate::write::mix(state ^ u64::from(*byte));
    }
    let mut out = String::from("bafyrei");
    for part in 0..4 {
        crate::write::base32(&mut out, crate::write::mix(state ^ part), 13);
    }
    out
}

/// Seconds since 1970 of the times that this crate writes.
fn seconds(time: &str) -> u64 {
    let mut parts = time.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<u64>().ok());
    let mut part = || parts.next().unwrap_or_default();
    let (year, month, day, hour, minute, second) = (part(), part(), part(), part(), part(), part());
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.saturating_sub(1), month + 9) };
    let era = year / 400;
    let of_era = year % 400;
    let day_of_year = (153 * month + 2) / 5 + day.saturating_sub(1);
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year;
    days.saturating_sub(719_468) * 86_400 + hour * 3600 + minute * 60 + second
}

/// A frame of Jetstream v1, without line feed. Bluesky posts keep DID and record key; for others both are made up.
#[must_use]
pub fn jetstream_v1(post: &LabelledPost) -> String {
    let fields = Fields::of(post);
    let (did, key) = fields.did_and_key();
    json!({
        "did": did,
        "time_us": fields.microseconds() + 431_207,
        "kind": "commit",
        "commit": {
            "rev": key,
            "operation": "create",
            "collection": "app.bsky.feed.post",
            "rkey": key,
            "record": fields.record(),
            "cid": cid(post.line.as_bytes()),
        },
    })
    .to_string()
}

/// A frame of `network.bsky.jetstream.subscribeEvents`, without line feed.
#[must_use]
pub fn jetstream_v2(post: &LabelledPost) -> String {
    let fields = Fields::of(post);
    let (did, key) = fields.did_and_key();
    json!({
        "$type": "message",
        "payload": {
            "$type": "network.bsky.jetstream.subscribeEvents#commit",
            "seq": fields.microseconds() / 1000,
            "did": did,
            "time": fields.text("/created_at"),
            "rev": key,
            "operation": "create",
            "collection": "app.bsky.feed.post",
            "rkey": key,
            "cid": cid(post.line.as_bytes()),
            "record": fields.record(),
        },
    })
    .to_string()
}

/// A status of the Mastodon API, with the text as HTML as servers write it.
#[must_use]
pub fn mastodon_status(post: &LabelledPost) -> String {
    let fields = Fields::of(post);
    let handle = fields.text("/author/handle");
    let account_url = format!("https://social.example.org/@{handle}");
    let url = format!("{account_url}/{}", fields.text("/id"));
    let media: Vec<Value> = fields
        .media()
        .enumerate()
        .map(|(index, media)| {
            json!({
                "id": index.to_string(),
                "type": media.get("kind"),
                "url": media.get("url"),
                "preview_url": media.get("url"),
                "description": media.get("alt"),
                "blurhash": null,
            })
        })
        .collect();
    let tags: Vec<Value> = hashtags(fields.text("/text"))
        .map(|(_, tag)| json!({"name": tag.to_lowercase(), "url": format!("https://social.example.org/tags/{}", tag.to_lowercase())}))
        .collect();
    json!({
        "id": fields.text("/id"),
        "uri": format!("https://social.example.org/users/{handle}/statuses/{}", fields.text("/id")),
        "url": url,
        "created_at": fields.text("/created_at").replace('Z', ".000Z"),
        "edited_at": null,
        "in_reply_to_id": fields.line.get("reply_to"),
        "in_reply_to_account_id": null,
        "sensitive": false,
        "spoiler_text": "",
        "visibility": "public",
        "language": fields.line.get("lang"),
        "replies_count": fields.count("replies"),
        "reblogs_count": fields.count("reposts"),
        "favourites_count": fields.count("likes"),
        "content": html(fields.text("/text")),
        "reblog": null,
        "account": {
            "id": fields.text("/author/id"),
            "username": handle,
            "acct": handle,
            "display_name": fields.text("/author/name"),
            "url": account_url,
            "note": "",
            "bot": false,
            "created_at": "2024-03-01T00:00:00.000Z",
            "fields": [],
        },
        "media_attachments": media,
        "mentions": [],
        "tags": tags,
        "emojis": [],
        "card": null,
        "poll": null,
    })
    .to_string()
}

/// Text as Mastodon delivers it: paragraphs, line breaks, hashtags as links.
fn html(text: &str) -> String {
    let escape = |part: &str| {
        part.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace("\n\n", "</p><p>").replace('\n', "<br />")
    };
    let mut out = String::from("<p>");
    let mut done = 0;
    for (at, tag) in hashtags(text) {
        out.push_str(&escape(text.get(done..at).unwrap_or_default()));
        let href = format!("https://social.example.org/tags/{}", tag.to_lowercase());
        out.push_str(&format!("<a href=\"{href}\" class=\"mention hashtag\" rel=\"tag\">#<span>{tag}</span></a>"));
        done = at + 1 + tag.len();
    }
    out.push_str(&escape(text.get(done..).unwrap_or_default()));
    out.push_str("</p>");
    out
}

/// An answer of X's API v2 with these posts and what they include.
#[must_use]
pub fn x_v2_envelope(posts: &[LabelledPost]) -> String {
    let mut data = Vec::with_capacity(posts.len());
    let mut users: Vec<Value> = Vec::new();
    let mut media = Vec::new();
    for post in posts {
        let fields = Fields::of(post);
        data.push(x_post(&fields, &mut media));
        let user = json!({"id": fields.text("/author/id"), "username": fields.text("/author/handle"), "name": fields.text("/author/name")});
        if !users.contains(&user) {
            users.push(user);
        }
    }
    let ids: Vec<&str> = posts.iter().map(|post| post.truth.id.as_str()).collect();
    let mut includes = Map::new();
    includes.insert("users".into(), json!(users));
    if !media.is_empty() {
        includes.insert("media".into(), json!(media));
    }
    json!({
        "data": data,
        "includes": includes,
        "meta": {"result_count": posts.len(), "newest_id": ids.last(), "oldest_id": ids.first()},
    })
    .to_string()
}

fn x_post(fields: &Fields, media: &mut Vec<Value>) -> Value {
    let text = fields.text("/text");
    let mut post = Map::new();
    for (name, pointer) in [("id", "/id"), ("text", "/text"), ("author_id", "/author/id"), ("conversation_id", "/id")] {
        post.insert(name.into(), json!(fields.text(pointer)));
    }
    post.insert("created_at".into(), json!(fields.text("/created_at").replace('Z', ".000Z")));
    post.insert("lang".into(), fields.line.get("lang").cloned().unwrap_or(json!("und")));
    post.insert("edit_history_tweet_ids".into(), json!([fields.text("/id")]));
    post.insert(
        "public_metrics".into(),
        json!({
            "retweet_count": fields.count("reposts"),
            "reply_count": fields.count("replies"),
            "like_count": fields.count("likes"),
            "quote_count": 0,
            "bookmark_count": 0,
            "impression_count": fields.count("views"),
        }),
    );
    let tags: Vec<Value> = hashtags(text)
        .map(|(at, tag)| {
            let start = text.get(..at).map_or(0, |before| before.chars().count());
            json!({"start": start, "end": start + 1 + tag.chars().count(), "tag": tag})
        })
        .collect();
    if !tags.is_empty() {
        post.insert("entities".into(), json!({"hashtags": tags}));
    }
    let references: Vec<Value> = [("replied_to", "/reply_to"), ("retweeted", "/repost_of")]
        .into_iter()
        .filter(|(_, pointer)| !fields.text(pointer).is_empty())
        .map(|(kind, pointer)| json!({"type": kind, "id": fields.text(pointer)}))
        .collect();
    if !references.is_empty() {
        post.insert("referenced_tweets".into(), json!(references));
    }
    let mut keys = Vec::new();
    for item in fields.media() {
        let key = format!("3_{}", 1_000_000 + media.len());
        let kind = if item.get("kind").and_then(Value::as_str) == Some("video") { "video" } else { "photo" };
        media.push(json!({"media_key": key, "type": kind, "url": item.get("url"), "alt_text": item.get("alt")}));
        keys.push(key);
    }
    if !keys.is_empty() {
        post.insert("attachments".into(), json!({"media_keys": keys}));
    }
    Value::Object(post)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Stream, StreamPlan};

    fn posts(network: &str) -> Vec<LabelledPost> {
        Stream::new(StreamPlan { posts: 2000, ..StreamPlan::default() }).filter(|post| post.truth.network == network).collect()
    }

    #[test]
    fn bluesky_frames_keep_text_and_id() {
        for post in posts("bluesky") {
            let neutral: Value = serde_json::from_str(&post.line).unwrap();
            let one: Value = serde_json::from_str(&jetstream_v1(&post)).unwrap();
            let two: Value = serde_json::from_str(&jetstream_v2(&post)).unwrap();
            assert_eq!(one["commit"]["record"]["text"], neutral["text"]);
            assert_eq!(two["payload"]["record"], one["commit"]["record"]);
            let id = format!("{}/{}", one["did"].as_str().unwrap(), one["commit"]["rkey"].as_str().unwrap());
            assert_eq!(id, post.truth.id);
            for facet in one["commit"]["record"]["facets"].as_array().into_iter().flatten() {
                let (start, end) = (facet["index"]["byteStart"].as_u64().unwrap(), facet["index"]["byteEnd"].as_u64().unwrap());
                let text = neutral["text"].as_str().unwrap();
                let tag = text.get(usize::try_from(start).unwrap()..usize::try_from(end).unwrap()).unwrap();
                assert_eq!(tag.trim_start_matches('#'), facet["features"][0]["tag"].as_str().unwrap());
            }
        }
    }

    #[test]
    fn mastodon_text_survives_html() {
        for post in posts("mastodon") {
            let neutral: Value = serde_json::from_str(&post.line).unwrap();
            let status: Value = serde_json::from_str(&mastodon_status(&post)).unwrap();
            let content = status["content"].as_str().unwrap().replace("</p><p>", "\n\n").replace("<br />", "\n");
            let mut text = String::new();
            let mut inside = false;
            for c in content.chars() {
                match c {
                    '<' => inside = true,
                    '>' => inside = false,
                    _ if !inside => text.push(c),
                    _ => {}
                }
            }
            let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
            assert_eq!(text, neutral["text"].as_str().unwrap());
            assert_eq!(status["id"], neutral["id"]);
        }
    }

    #[test]
    fn x_envelope_has_authors_and_offsets() {
        let posts = posts("x");
        let envelope: Value = serde_json::from_str(&x_v2_envelope(&posts)).unwrap();
        assert_eq!(envelope["data"].as_array().unwrap().len(), posts.len());
        for (data, post) in envelope["data"].as_array().unwrap().iter().zip(&posts) {
            assert_eq!(data["id"], post.truth.id);
            assert!(envelope["includes"]["users"].as_array().unwrap().iter().any(|user| user["id"] == data["author_id"]));
        }
    }

    #[test]
    fn reads_its_own_times() {
        for time in [0, 951_782_399, 1_795_503_600] {
            assert_eq!(seconds(&crate::write::rfc3339(time)), time.unsigned_abs());
        }
    }
}
