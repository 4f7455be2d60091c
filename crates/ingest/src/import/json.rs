//! JSON documents: Telegram Desktop, the X archive, Instagram hashtag media, TikTok research videos, Meta's own posts,
//! ActivityPub outboxes.

use serde::Deserialize;
use serde_json::value::RawValue;
use vigie_model::{NeutralAuthor, NeutralMedia, NeutralPost};

use super::{
    ImportFault, Out, hashed_id, post,
    text::{hashtags, without_mojibake},
};

/// Whether a document may be one of these.
pub(super) fn recognise(text: &str) -> bool {
    let text = text.trim_ascii_start();
    text.starts_with(['{', '[']) || text.starts_with("window.YTD.")
}

/// Finds the list of elements and delivers each.
pub(super) fn read(text: &str, out: &mut Out<'_>) -> Result<(), ImportFault> {
    let text = text.trim_ascii_start();
    if let Some(archive) = text.strip_prefix("window.YTD.") {
        let list = archive.split_once('=').map(|(_, list)| list).ok_or(ImportFault::Syntax("JavaScript of the X archive"))?;
        let list: Vec<&RawValue> = parse(list.trim_ascii_end().trim_end_matches(';'))?;
        each(&list, tweet, out);
        return Ok(());
    }
    if text.starts_with('[') {
        let list: Vec<&RawValue> = parse(text)?;
        each(&list, meta, out);
        return if list.is_empty() { Err(ImportFault::Unknown) } else { Ok(()) };
    }
    let document: Document = parse(text)?;
    match document {
        Document { chats: Some(chats), left_chats, .. } => {
            let all = chats.list.iter().chain(left_chats.iter().flat_map(|chats| &chats.list));
            all.for_each(|chat| telegram(chat.id, &chat.messages, out));
        }
        Document { messages: Some(messages), id, .. } => telegram(id.unwrap_or(0), &messages, out),
        Document { ordered_items: Some(items), .. } => each(&items, activity, out),
        Document { data: Some(data), .. } => {
            if let Ok(videos) = serde_json::from_str::<Videos>(data.get()) {
                each(&videos.videos, video, out);
            } else {
                let list: Vec<&RawValue> = parse(data.get())?;
                each(&list, instagram, out);
            }
        }
        _ => return Err(ImportFault::Unknown),
    }
    Ok(())
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, ImportFault> {
    serde_json::from_str(text).map_err(|_| ImportFault::Syntax("JSON"))
}

/// Delivers what `convert` makes of each element; `None` for elements that are no posts.
fn each(list: &[&RawValue], convert: fn(&str) -> Result<Option<NeutralPost>, ImportFault>, out: &mut Out<'_>) {
    for element in list {
        match convert(element.get()) {
            Ok(Some(post)) => out.post(&post),
            Ok(None) => {}
            Err(fault) => out.reject(&fault, element.get()),
        }
        if out.closed {
            return;
        }
    }
}

#[derive(Deserialize)]
struct Document<'a> {
    id: Option<i64>,
    #[serde(borrow)]
    messages: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    chats: Option<Chats<'a>>,
    #[serde(borrow)]
    left_chats: Option<Chats<'a>>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow, rename = "orderedItems")]
    ordered_items: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Chats<'a> {
    #[serde(borrow)]
    list: Vec<Chat<'a>>,
}

#[derive(Deserialize)]
struct Chat<'a> {
    id: i64,
    #[serde(borrow)]
    messages: Vec<&'a RawValue>,
}

/// Telegram Desktop (<https://core.telegram.org/import-export>).
fn telegram(chat: i64, messages: &[&RawValue], out: &mut Out<'_>) {
    for message in messages {
        match parse::<Message>(message.get()) {
            Ok(message) if message.kind == "message" => out.post(&message.into_post(chat)),
            Ok(_) => {} // joined, pinned, renamed
            Err(fault) => out.reject(&fault, message.get()),
        }
        if out.closed {
            return;
        }
    }
}

#[derive(Deserialize)]
struct Message {
    id: i64,
    #[serde(rename = "type")]
    kind: String,
    date_unixtime: Option<String>,
    edited_unixtime: Option<String>,
    from: Option<String>,
    from_id: Option<String>,
    reply_to_message_id: Option<i64>,
    #[serde(default)]
    text: Text,
    /// Path of a picture in the export's folder, or a note in brackets that it was left out.
    photo: Option<String>,
    file: Option<String>,
    mime_type: Option<String>,
}

/// A string, or pieces that are strings or objects with a text.
#[derive(Deserialize, Default)]
#[serde(untagged)]
enum Text {
    #[default]
    None,
    Plain(String),
    Pieces(Vec<Piece>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Piece {
    Plain(String),
    Marked { text: String },
}

impl Message {
    /// The picture of a message, if the export has it.
    fn picture(&mut self) -> Option<NeutralMedia> {
        let is_image = self.mime_type.as_deref().is_some_and(|kind| kind.starts_with("image/"));
        let path = self.photo.take().or(self.file.take().filter(|_| is_image))?;
        (!path.starts_with('(')).then(|| NeutralMedia { kind: Some("image".into()), path: Some(path), ..NeutralMedia::default() })
    }

    fn into_post(mut self, chat: i64) -> NeutralPost {
        let picture = self.picture();
        let text = match self.text {
            Text::None => String::new(),
            Text::Plain(text) => text,
            Text::Pieces(pieces) => pieces
                .into_iter()
                .map(|piece| match piece {
                    Piece::Plain(text) | Piece::Marked { text } => text,
                })
                .collect(),
        };
        let mut post = post("telegram", format!("{chat}/{}", self.id), text);
        post.media = picture.into_iter().collect();
        post.tags = hashtags(&post.text);
        post.created_at = self.date_unixtime.and_then(|time| seconds(time.parse().ok()?));
        post.edited_at = self.edited_unixtime.and_then(|time| seconds(time.parse().ok()?));
        post.author = Some(NeutralAuthor { id: self.from_id, handle: None, name: self.from });
        post.reply_to = self.reply_to_message_id.map(|id| format!("{chat}/{id}"));
        post
    }
}

fn seconds(seconds: i64) -> Option<String> {
    vigie_model::Timestamp::from_seconds(seconds).ok().map(|time| time.to_string())
}

/// A post of the X archive (`data/tweets.js`).
fn tweet(json: &str) -> Result<Option<NeutralPost>, ImportFault> {
    #[derive(Deserialize)]
    struct Wrapped {
        tweet: Tweet,
    }
    #[derive(Deserialize)]
    struct Tweet {
        id_str: String,
        full_text: String,
        created_at: Option<String>,
        lang: Option<String>,
        in_reply_to_status_id_str: Option<String>,
    }
    let Wrapped { tweet } = parse(json)?;
    let mut post = post("x", tweet.id_str, tweet.full_text);
    post.tags = hashtags(&post.text);
    post.created_at = tweet.created_at.and_then(|time| of_x(&time));
    post.lang = tweet.lang;
    post.reply_to = tweet.in_reply_to_status_id_str;
    Ok(Some(post))
}

/// `Tue Nov 24 11:15:38 +0000 2026` as RFC 3339.
fn of_x(time: &str) -> Option<String> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let [_, month, day, clock, "+0000", year] = time.split(' ').collect::<Vec<_>>()[..] else { return None };
    let month = MONTHS.iter().position(|known| *known == month)? + 1;
    Some(format!("{year}-{month:02}-{day:0>2}T{clock}Z"))
}

#[derive(Deserialize)]
struct Videos<'a> {
    #[serde(borrow)]
    videos: Vec<&'a RawValue>,
}

/// A video of TikTok's research interface.
fn video(json: &str) -> Result<Option<NeutralPost>, ImportFault> {
    #[derive(Deserialize)]
    struct Video {
        id: serde_json::Number,
        create_time: Option<i64>,
        username: Option<String>,
        #[serde(default)]
        video_description: String,
        voice_to_text: Option<String>,
        #[serde(default)]
        hashtag_names: Vec<String>,
        view_count: Option<u64>,
        like_count: Option<u64>,
        share_count: Option<u64>,
        comment_count: Option<u64>,
    }
    let video: Video = parse(json)?;
    let spoken = video.voice_to_text.filter(|text| !text.is_empty()).map(|text| format!("\n{text}")).unwrap_or_default();
    let mut post = post("tiktok", video.id.to_string(), video.video_description + &spoken);
    post.created_at = video.create_time.and_then(seconds);
    post.url = video.username.as_ref().map(|name| format!("https://www.tiktok.com/@{name}/video/{}", post.id));
    post.author = Some(NeutralAuthor { id: None, handle: video.username, name: None });
    post.tags = video.hashtag_names;
    let counts = [("views", video.view_count), ("likes", video.like_count), ("reposts", video.share_count), ("replies", video.comment_count)];
    post.metrics = counts.into_iter().filter_map(|(name, count)| Some((name.to_owned(), count?))).collect();
    Ok(Some(post))
}

/// Media of a hashtag from Instagram's Graph interface; it names no author.
fn instagram(json: &str) -> Result<Option<NeutralPost>, ImportFault> {
    #[derive(Deserialize)]
    struct Media {
        id: String,
        caption: Option<String>,
        permalink: Option<String>,
        timestamp: Option<String>,
        media_type: Option<String>,
    }
    let media: Media = parse(json)?;
    if media.permalink.is_none() && media.media_type.is_none() {
        return Err(ImportFault::Unknown);
    }
    let mut post = post("instagram", media.id, media.caption.unwrap_or_default());
    post.tags = hashtags(&post.text);
    post.url = media.permalink;
    // `+0000` is ISO 8601 and not RFC 3339.
    post.created_at = media.timestamp.map(|time| time.strip_suffix("+0000").map_or(time.clone(), |time| format!("{time}Z")));
    Ok(Some(post))
}

/// A post of Meta's "download your information"; it has no identifier.
fn meta(json: &str) -> Result<Option<NeutralPost>, ImportFault> {
    #[derive(Deserialize)]
    struct Entry {
        timestamp: Option<i64>,
        title: Option<String>,
        #[serde(default)]
        data: Vec<Datum>,
        creation_timestamp: Option<i64>,
        #[serde(default)]
        media: Vec<Medium>,
    }
    #[derive(Deserialize)]
    struct Datum {
        post: Option<String>,
    }
    #[derive(Deserialize)]
    struct Medium {
        title: Option<String>,
        creation_timestamp: Option<i64>,
    }
    let entry: Entry = parse(json)?;
    let time = entry.timestamp.or(entry.creation_timestamp).or_else(|| entry.media.first().and_then(|medium| medium.creation_timestamp));
    let time = time.ok_or(ImportFault::Missing("timestamp"))?;
    // Facebook writes data[].post; Instagram a title, of the entry or of its only picture.
    let network = if entry.data.is_empty() { "instagram" } else { "facebook" };
    let facebook = entry.data.into_iter().find_map(|datum| datum.post);
    let instagram = if network == "instagram" { entry.title.or_else(|| entry.media.into_iter().find_map(|medium| medium.title)) } else { None };
    let Some(text) = facebook.or(instagram) else { return Ok(None) };
    let text = without_mojibake(&text);
    let mut post = post(network, hashed_id(&[&time.to_string(), &text]), text);
    post.tags = hashtags(&post.text);
    post.created_at = seconds(time);
    Ok(Some(post))
}

/// An activity of an ActivityPub outbox.
fn activity(json: &str) -> Result<Option<NeutralPost>, ImportFault> {
    #[derive(Deserialize)]
    struct Activity<'a> {
        #[serde(rename = "type")]
        kind: String,
        actor: Option<String>,
        #[serde(borrow)]
        object: Option<&'a RawValue>,
    }
    #[derive(Deserialize)]
    struct Note {
        id: String,
        content: Option<String>,
        summary: Option<String>,
        published: Option<String>,
        updated: Option<String>,
        url: Option<String>,
        #[serde(rename = "inReplyTo")]
        in_reply_to: Option<String>,
    }
    let activity: Activity = parse(json)?;
    if activity.kind != "Create" {
        return Ok(None); // boosts, likes, follows
    }
    let note: Note = parse(activity.object.ok_or(ImportFault::Missing("object"))?.get())?;
    let html = crate::decode::html_to_text(&note.content.unwrap_or_default());
    let text = note.summary.filter(|summary| !summary.is_empty()).map_or(html.clone(), |summary| format!("{summary}\n{html}"));
    let mut post = post("mastodon", note.id, text);
    post.tags = hashtags(&post.text);
    post.created_at = note.published;
    post.edited_at = note.updated;
    post.url = note.url;
    post.reply_to = note.in_reply_to;
    post.author = activity.actor.map(|actor| NeutralAuthor { id: Some(actor), handle: None, name: None });
    Ok(Some(post))
}

#[cfg(test)]
mod tests {
    use super::super::{ImportOptions, tests::import};

    fn one(text: &str) -> serde_json::Value {
        let (mut posts, reasons) = import(text, &ImportOptions::default());
        assert_eq!((posts.len(), reasons), (1, Vec::new()), "{posts:?}");
        posts.remove(0)
    }

    #[test]
    fn telegram_desktop() {
        let chat = r##"{"name":"Canal fictif","type":"public_channel","id":77,"messages":[
            {"id":1,"type":"service","action":"create_channel","date":"2026-11-01T10:00:00"},
            {"id":2,"type":"message","date":"2026-11-01T11:00:00","date_unixtime":"1793530800","edited_unixtime":"1793534400","from":"Canal fictif","from_id":"channel77","reply_to_message_id":1,"text":["menu ",{"type":"hashtag","text":"#lille"}," 🌿"]},
            {"id":"three","type":"message"}]}"##;
        let (posts, reasons) = import(chat, &ImportOptions::default());
        assert_eq!(reasons, ["not valid JSON"]);
        let post = &posts[0];
        assert_eq!((post["id"].as_str(), post["text"].as_str(), post["tags"][0].as_str()), (Some("77/2"), Some("menu #lille 🌿"), Some("lille")));
        assert_eq!((post["created_at"].as_str(), post["edited_at"].as_str()), (Some("2026-11-01T11:00:00Z"), Some("2026-11-01T12:00:00Z")));
        let all = format!(r#"{{"chats":{{"list":[{chat},{chat}]}}}}"#);
        assert_eq!(import(&all, &ImportOptions::default()).0.len(), 2);
    }

    #[test]
    fn telegram_names_the_pictures_that_the_export_has() {
        let message = |fields: &str| format!(r#"{{"id":77,"messages":[{{"id":2,"type":"message","text":"",{fields}}}]}}"#);
        let photo = one(&message(r#""photo":"photos/photo_1@24-11-2026_11-15-38.jpg","width":900,"height":1100"#));
        assert_eq!((photo["media"][0]["kind"].as_str(), photo["media"][0]["path"].as_str()), (Some("image"), Some("photos/photo_1@24-11-2026_11-15-38.jpg")));
        let sticker = one(&message(r#""file":"stickers/a.webp","mime_type":"image/webp""#));
        assert_eq!(sticker["media"][0]["path"].as_str(), Some("stickers/a.webp"));
        for fields in [r#""photo":"(File not included. Change data exporting settings to download.)""#, r#""file":"files/a.pdf","mime_type":"application/pdf""#]
        {
            let none = one(&message(fields));
            assert!(none["media"].as_array().is_none_or(Vec::is_empty), "{none}");
        }
    }

    #[test]
    fn the_other_documents() {
        let x = one(
            r#"window.YTD.tweets.part0 = [ {"tweet":{"id_str":"5","full_text":"bonjour #lille","created_at":"Tue Nov 24 11:15:38 +0000 2026","lang":"fr"}} ]"#,
        );
        assert_eq!((x["network"].as_str(), x["created_at"].as_str(), x["tags"][0].as_str()), (Some("x"), Some("2026-11-24T11:15:38Z"), Some("lille")));
        let tiktok = one(
            r#"{"data":{"videos":[{"id":7300000000000000001,"create_time":1793530800,"username":"example","video_description":"a","voice_to_text":"b","hashtag_names":["c"],"view_count":9}],"has_more":false}}"#,
        );
        assert_eq!((tiktok["id"].as_str(), tiktok["text"].as_str(), tiktok["metrics"]["views"].as_u64()), (Some("7300000000000000001"), Some("a\nb"), Some(9)));
        let instagram = one(
            r#"{"data":[{"id":"17","caption":"a #b","media_type":"IMAGE","permalink":"https://example.org/p/17","timestamp":"2026-11-24T11:15:38+0000"}],"paging":{}}"#,
        );
        assert_eq!((instagram["network"].as_str(), instagram["created_at"].as_str()), (Some("instagram"), Some("2026-11-24T11:15:38Z")));
        let facebook = one(r#"[{"timestamp":1793530800,"title":"x","data":[{"post":"\u00c3\u00a9t\u00c3\u00a9"}]}]"#);
        assert_eq!((facebook["network"].as_str(), facebook["text"].as_str()), (Some("facebook"), Some("été")));
        let outbox = one(
            r#"{"type":"OrderedCollection","orderedItems":[{"type":"Announce","object":"https://example.org/1"},{"type":"Create","actor":"https://example.org/u","object":{"id":"https://example.org/2","content":"<p>un<br>deux</p>","published":"2026-11-24T11:15:38Z"}}]}"#,
        );
        assert_eq!((outbox["id"].as_str(), outbox["text"].as_str()), (Some("https://example.org/2"), Some("un\ndeux")));
    }
}
