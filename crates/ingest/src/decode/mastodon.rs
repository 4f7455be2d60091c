//! Mastodon and what speaks its client interface: statuses, streaming events, search results and threads.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use smallvec::SmallVec;
use vigie_model::{Event, Post};

use super::{
    Reason,
    common::{self, Counts, MediaItem, check_identifier, check_text, counts_json, for_each_element, identifier, language, media_json, optional},
    dispatch, html,
    neutral::{instant, without_hash},
    out::{Out, Source},
    reason::Fault,
    scalar::{List, Scalar},
};

const NETWORK: &str = "mastodon";

/// Decodes the data of a server-sent event.
pub(super) fn streamed(event: &str, source: Source<'_>, out: &mut Out<'_>) -> Result<(), Fault> {
    match event {
        "update" | "status.update" => decode(source, out),
        "delete" => delete(source.json, out),
        "notification" | "filters_changed" | "conversation" | "announcement" | "announcement.reaction" | "announcement.delete" | "encrypted_message" => {
            out.event(Event::Ignored);
            Ok(())
        }
        _ => dispatch::value(source, out),
    }
}

/// Decodes a frame of the WebSocket: `{stream, event, payload}` with the payload as a string of its own.
pub(super) fn decode_frame(source: Source<'_>, out: &mut Out<'_>) -> Result<(), Fault> {
    let frame: Frame = common::read(source.json)?;
    let event = frame.event.as_str().ok_or(Reason::WrongType { field: "event", expected: "a string" })?;
    let payload = match frame.payload {
        Scalar::Text(payload) => payload,
        Scalar::Integer(id) => id.to_string().into(),
        Scalar::None => "".into(),
        _ => return Err(Reason::WrongType { field: "payload", expected: "a string" }.into()),
    };
    // Places within the payload are none of the record: its escapes are undone.
    streamed(event, Source { json: &payload, raw: source.raw }, out).map_err(|fault| fault.reason.into())
}

/// Decodes each status of a page of search results or of a thread.
pub(super) fn decode_page(source: Source<'_>, out: &mut Out<'_>) -> Result<(), Fault> {
    let page: Page = common::read(source.json)?;
    let mut elements = 0_usize;
    for list in [page.ancestors, page.statuses, page.descendants].into_iter().flatten() {
        for_each_element(list.get(), &mut |element| {
            elements += 1;
            if let Err(fault) = decode(Source::from(element), out) {
                out.reject_part(fault, element.get());
            }
        })?;
    }
    if elements == 0 {
        out.event(Event::Ignored);
    }
    Ok(())
}

/// The payload is the status's identifier on the server that streams.
fn delete(payload: &str, out: &mut Out<'_>) -> Result<(), Fault> {
    let id = payload.trim().trim_matches('"');
    check_identifier(id, "id")?;
    out.event(Event::Delete { network: NETWORK.into(), id: id.into() });
    Ok(())
}

/// Decodes a status. One with its source `text` in place of the content is the server's answer to its deletion.
pub(super) fn decode(source: Source<'_>, out: &mut Out<'_>) -> Result<(), Fault> {
    let status: Status = common::read(source.json)?;
    if status.content.is_none() && !status.text.is_none() {
        let id = identifier(status.uri, "uri")?;
        out.event(Event::Delete { network: NETWORK.into(), id });
        return Ok(());
    }
    let text = text(&status)?;
    let id = if status.uri.is_none() { identifier(status.id, "id")? } else { identifier(status.uri, "uri")? };
    let mut post = Post::new(NETWORK, id, text);
    post.raw = source.raw;
    let edited = instant(&status.edited_at, "edited_at", out);
    post.revision = edited.map_or(0, |time| u32::try_from(time.seconds()).unwrap_or(u32::MAX));
    post.created_at = instant(&status.created_at, "created_at", out);
    post.lang = language(&status.language);
    post.url = optional(status.url, "url", out);
    post.reply_to = optional(status.in_reply_to_id, "in_reply_to_id", out);
    if let Some(account) = out.part::<Account>("account", status.account) {
        post.author.id = account.uri.into_text().or_else(|| account.id.into_text());
        post.author.handle = account.acct.into_text().or_else(|| account.username.into_text());
        post.author.name = account.display_name.into_text();
    }
    post.tags = tags(out.part("tags", status.tags));
    post.media = out.part("media_attachments", status.media_attachments).and_then(|media| attachments(&media));
    post.repost_of = status.reblog.and_then(Reference::into_id);
    post.quote_of = status.quote.and_then(|quote| quote.quoted_status).and_then(Reference::into_id);
    post.metrics = counts_json(&Counts {
        views: None,
        likes: status.favourites_count.as_count(),
        reposts: status.reblogs_count.as_count(),
        replies: status.replies_count.as_count(),
    });
    out.event(Event::Post(post));
    Ok(())
}

/// The warning, then the content; of a repost that has none of its own, the original's.
fn text<'a>(status: &Status<'a>) -> Result<Cow<'a, str>, Reason> {
    let own = plain(&status.content, "content")?;
    let content = match &status.reblog {
        Some(reblog) if own.is_empty() => plain(&reblog.content, "reblog.content")?,
        _ => own,
    };
    let warning = status.spoiler_text.as_str().filter(|warning| !warning.is_empty());
    let text = match warning {
        Some(warning) => Cow::Owned(format!("{warning}\n{content}")),
        None => content,
    };
    check_text(&text, "content")?;
    Ok(text)
}

fn plain<'a>(content: &Scalar<'a>, field: &'static str) -> Result<Cow<'a, str>, Reason> {
    match content {
        Scalar::Text(Cow::Borrowed(content)) => Ok(html::to_text(content)),
        Scalar::Text(Cow::Owned(content)) => Ok(Cow::Owned(html::to_text(content).into_owned())),
        Scalar::None => Err(Reason::Missing(field)),
        _ => Err(Reason::WrongType { field, expected: "a string" }),
    }
}

fn tags(tags: Option<List<Tag<'_>>>) -> SmallVec<[Cow<'_, str>; 4]> {
    tags.into_iter().flat_map(|tags| tags.0).filter_map(|tag| tag.name.into_text()).filter_map(without_hash).collect()
}

fn attachments(media: &List<Attachment<'_>>) -> Option<Cow<'static, RawValue>> {
    let items: Vec<MediaItem<'_>> = media.0.iter().map(attachment).collect();
    media_json(&items)
}

fn attachment<'m>(attachment: &'m Attachment<'_>) -> MediaItem<'m> {
    let kind = match attachment.kind.as_str() {
        Some("image") => "image",
        Some("video") => "video",
        Some("gifv") => "gif",
        Some("audio") => "audio",
        _ => "unknown",
    };
    MediaItem { kind, url: attachment.url.as_str().or(attachment.remote_url.as_str()), alt: attachment.description.as_str() }
}

#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(borrow, default)]
    event: Scalar<'a>,
    #[serde(borrow, default)]
    payload: Scalar<'a>,
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    ancestors: Option<&'a RawValue>,
    #[serde(borrow)]
    statuses: Option<&'a RawValue>,
    #[serde(borrow)]
    descendants: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Status<'a> {
    #[serde(borrow, default)]
    id: Scalar<'a>,
    #[serde(borrow, default)]
    uri: Scalar<'a>,
    #[serde(borrow, default)]
    url: Scalar<'a>,
    #[serde(borrow, default)]
    created_at: Scalar<'a>,
    #[serde(borrow, default)]
    edited_at: Scalar<'a>,
    #[serde(borrow, default)]
    content: Scalar<'a>,
    #[serde(borrow, default)]
    text: Scalar<'a>,
    #[serde(borrow, default)]
    spoiler_text: Scalar<'a>,
    #[serde(borrow, default)]
    language: Scalar<'a>,
    #[serde(borrow, default)]
    in_reply_to_id: Scalar<'a>,
    #[serde(borrow, default)]
    reblogs_count: Scalar<'a>,
    #[serde(borrow, default)]
    favourites_count: Scalar<'a>,
    #[serde(borrow, default)]
    replies_count: Scalar<'a>,
    #[serde(borrow)]
    account: Option<&'a RawValue>,
    #[serde(borrow)]
    tags: Option<&'a RawValue>,
    #[serde(borrow)]
    media_attachments: Option<&'a RawValue>,
    #[serde(borrow)]
    reblog: Option<Reference<'a>>,
    #[serde(borrow)]
    quote: Option<Quote<'a>>,
}

#[derive(Deserialize)]
struct Account<'a> {
    #[serde(borrow, default)]
    id: Scalar<'a>,
    #[serde(borrow, default)]
    uri: Scalar<'a>,
    #[serde(borrow, default)]
    acct: Scalar<'a>,
    #[serde(borrow, default)]
    username: Scalar<'a>,
    #[serde(borrow, default)]
    display_name: Scalar<'a>,
}

/// Another status within a status.
#[derive(Deserialize)]
struct Reference<'a> {
    #[serde(borrow, default)]
    id: Scalar<'a>,
    #[serde(borrow, default)]
    uri: Scalar<'a>,
    #[serde(borrow, default)]
    content: Scalar<'a>,
}

impl<'a> Reference<'a> {
    fn into_id(self) -> Option<Cow<'a, str>> {
        self.uri.into_text().or_else(|| self.id.into_text())
    }
}

#[derive(Deserialize)]
struct Quote<'a> {
    #[serde(borrow)]
    quoted_status: Option<Reference<'a>>,
}

#[derive(Deserialize)]
struct Tag<'a> {
    #[serde(borrow, default)]
    name: Scalar<'a>,
}

#[derive(Deserialize)]
struct Attachment<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Scalar<'a>,
    #[serde(borrow, default)]
    url: Scalar<'a>,
    #[serde(borrow, default)]
    remote_url: Scalar<'a>,
    #[serde(borrow, default)]
    description: Scalar<'a>,
}
