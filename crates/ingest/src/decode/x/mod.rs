//! X, API version 2: search and stream envelopes, single posts, compliance notices, counts.

mod payload;

use std::{borrow::Cow, collections::HashMap};

use serde_json::value::RawValue;
use smallvec::SmallVec;
use vigie_model::{Author, Event, Post};

use self::payload::{Attachments, Entities, Envelope, Includes, Media, Note, PublicMetrics, Reference, Tweet, User};
use super::{
    Reason,
    common::{self, Counts, MediaItem, check_identifier, counts_json, for_each_element, identifier, language, media_json, title},
    neutral::{instant, without_hash},
    out::{Out, Source},
    reason::Fault,
    scalar::{List, Scalar},
};

const NETWORK: &str = "x";
/// Posts that the edit history of one post may list; the platform allows five edits.
const MAX_EDITS: usize = 64;

/// Users and media that an envelope describes once for all its posts.
#[derive(Default)]
struct Described<'a> {
    users: HashMap<Cow<'a, str>, User<'a>>,
    media: HashMap<Cow<'a, str>, Media<'a>>,
}

/// Decodes an envelope: `data` is a post or an array of them. Referenced posts under `includes` give no events of their own.
pub(super) fn decode(source: Source<'_>, out: &mut Out<'_>) -> Result<(), Fault> {
    let envelope: Envelope = common::read(source.json)?;
    let Some(data) = envelope.data else { return without_data(&envelope, out) };
    let described = describe(envelope.includes, out);
    match data.get().as_bytes().first() {
        Some(b'{') => element(data, &described, out),
        Some(b'[') => {
            let mut elements = 0_usize;
            for_each_element(data.get(), &mut |post| {
                elements += 1;
                element(post, &described, out);
            })?;
            if elements == 0 {
                out.event(Event::Ignored);
            }
        }
        _ => return Err(Reason::WrongType { field: "data", expected: "an object or an array" }.into()),
    }
    Ok(())
}

/// Decodes a post that stands alone, as flattened files have it.
pub(super) fn decode_tweet(source: Source<'_>, out: &mut Out<'_>) -> Result<(), Fault> {
    tweet(source, &Described::default(), out)
}

/// Decodes a compliance notice: `{"delete": …}` of the stream, `{"id", "action"}` of a batch job.
pub(super) fn decode_notice(source: Source<'_>, out: &mut Out<'_>) -> Result<(), Fault> {
    let notice: Tweet = common::read(source.json)?;
    deliver_notice(notice, out)
}

/// Decodes one of several posts: its fault is reported, and the others go on.
fn element<'a>(post: &'a RawValue, described: &Described<'a>, out: &mut Out<'_>) {
    if let Err(fault) = tweet(Source::from(post), described, out) {
        out.reject_part(fault, post.get());
    }
}

/// An empty page, or an error: a stream that was cut loses posts, so that this is a problem.
fn without_data(envelope: &Envelope<'_>, out: &mut Out<'_>) -> Result<(), Fault> {
    if let Some(error) = envelope.errors.0.first() {
        return Err(Reason::SourceError(title(&error.title)).into());
    }
    out.event(Event::Ignored);
    Ok(())
}

fn describe<'a>(includes: Option<&'a RawValue>, out: &mut Out<'_>) -> Described<'a> {
    let includes: Includes<'a> = out.part("includes", includes).unwrap_or_default();
    let users: List<User<'a>, 10_000> = out.part("includes.users", includes.users).unwrap_or_default();
    let media: List<Media<'a>, 10_000> = out.part("includes.media", includes.media).unwrap_or_default();
    Described {
        users: users.0.into_iter().filter_map(|user| Some((user.id.clone().into_text()?, user))).collect(),
        media: media.0.into_iter().filter_map(|item| Some((item.media_key.clone().into_text()?, item))).collect(),
    }
}

fn tweet<'a>(source: Source<'a>, described: &Described<'a>, out: &mut Out<'_>) -> Result<(), Fault> {
    let tweet: Tweet<'a> = common::read(source.json)?;
    if tweet.text.is_none() && tweet.note_tweet.is_none() {
        return deliver_notice(tweet, out);
    }
    let own_id = identifier(tweet.id, "id")?;
    let note: Option<Note<'a>> = out.part("note_tweet", tweet.note_tweet);
    let long_text = note.map(|note| note.text).filter(|text| text.as_str().is_some());
    let text = common::text(long_text.unwrap_or(tweet.text), "text")?;
    let author = author(tweet.author_id, out.part("author", tweet.author), described);
    let url = format!("https://x.com/{}/status/{own_id}", author.handle.as_deref().unwrap_or("i"));
    let history = out.part("edit_history_tweet_ids", tweet.edit_history_tweet_ids).unwrap_or_default();
    let (id, revision) = first_and_revision(own_id, history, out);
    check_identifier(&id, "id")?;
    let mut post = Post::new(NETWORK, id, text);
    post.revision = revision;
    post.author = author;
    post.url = Some(url.into());
    post.raw = source.raw;
    post.created_at = instant(&tweet.created_at, "created_at", out);
    post.lang = language(&tweet.lang);
    post.tags = tags(out.part("entities", tweet.entities));
    post.media = out.part("attachments", tweet.attachments).and_then(|attachments| media(&attachments, described));
    post.metrics = out.part("public_metrics", tweet.public_metrics).and_then(|metrics| counts(&metrics));
    refer(&mut post, out.part("referenced_tweets", tweet.referenced_tweets));
    out.event(Event::Post(post));
    Ok(())
}

/// What has no text: a notice, a count or a user; else a post without its text.
fn deliver_notice(tweet: Tweet<'_>, out: &mut Out<'_>) -> Result<(), Fault> {
    if let Some(gone) = tweet.account_gone {
        let author = identifier(gone.user.ok_or(Reason::Missing("user"))?.id, "user.id")?;
        out.event(Event::AccountGone { network: NETWORK.into(), author });
    } else if let Some(delete) = tweet.delete {
        let deleted = delete.tweet.or(delete.status).ok_or(Reason::Missing("delete.tweet"))?;
        let id = if deleted.id_str.is_none() { deleted.id } else { deleted.id_str };
        let id = identifier(id, "id")?;
        out.event(Event::Delete { network: NETWORK.into(), id });
    } else if tweet.action.as_str() == Some("delete") {
        let id = identifier(tweet.id, "id")?;
        out.event(Event::Delete { network: NETWORK.into(), id });
    } else if !tweet.action.is_none() || !tweet.tweet_count.is_none() || !tweet.username.is_none() || tweet.notice.is_some() {
        out.event(Event::Ignored);
    } else {
        return Err(Reason::Missing("text").into());
    }
    Ok(())
}

fn author<'a>(author_id: Scalar<'a>, within: Option<User<'a>>, described: &Described<'a>) -> Author<'a> {
    let id = author_id.into_text();
    let user = within.or_else(|| described.users.get(id.as_deref()?).cloned());
    match user {
        Some(user) => Author { id: id.or_else(|| user.id.into_text()), handle: user.username.into_text(), name: user.name.into_text() },
        None => Author { id, ..Author::default() },
    }
}

/// All versions of a post have the identifier of the first; which version it is, is its place in the history.
fn first_and_revision<'a>(own_id: Cow<'a, str>, history: List<Scalar<'a>, MAX_EDITS>, out: &mut Out<'_>) -> (Cow<'a, str>, u32) {
    let mut versions = history.0.into_iter().filter_map(Scalar::into_text);
    let Some(first) = versions.next() else { return (own_id, 0) };
    if first == own_id {
        return (own_id, 0);
    }
    match versions.position(|version| version == own_id) {
        Some(index) => (first, u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1)),
        None => {
            out.repair(Reason::EditHistory);
            (own_id, 0)
        }
    }
}

fn tags(entities: Option<Entities<'_>>) -> SmallVec<[Cow<'_, str>; 4]> {
    let hashtags = entities.into_iter().flat_map(|entities| entities.hashtags.0);
    hashtags.filter_map(|hashtag| hashtag.tag.into_text()).filter_map(without_hash).collect()
}

fn media(attachments: &Attachments<'_>, described: &Described<'_>) -> Option<Cow<'static, RawValue>> {
    let keys = attachments.media_keys.0.iter().filter_map(Scalar::as_str);
    let by_key = keys.filter_map(|key| described.media.get(key));
    let items: Vec<MediaItem<'_>> = by_key.chain(&attachments.media.0).map(media_item).collect();
    media_json(&items)
}

fn media_item<'m>(media: &'m Media<'_>) -> MediaItem<'m> {
    let kind = match media.kind.as_str() {
        Some("photo") => "image",
        Some("video") => "video",
        Some("animated_gif") => "gif",
        _ => "unknown",
    };
    MediaItem { kind, url: media.url.as_str().or(media.preview_image_url.as_str()), alt: media.alt_text.as_str() }
}

fn counts(metrics: &PublicMetrics<'_>) -> Option<Cow<'static, RawValue>> {
    counts_json(&Counts {
        views: metrics.impression_count.as_count(),
        likes: metrics.like_count.as_count(),
        reposts: metrics.retweet_count.as_count(),
        replies: metrics.reply_count.as_count(),
    })
}

fn refer<'a>(post: &mut Post<'a>, references: Option<List<Reference<'a>>>) {
    for reference in references.into_iter().flat_map(|references| references.0) {
        let id = reference.id.into_text();
        match reference.kind.as_str() {
            Some("retweeted") => post.repost_of = id,
            Some("quoted") => post.quote_of = id,
            Some("replied_to") => post.reply_to = id,
            _ => {}
        }
    }
}
