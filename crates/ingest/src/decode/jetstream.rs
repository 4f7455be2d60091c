//! Bluesky's Jetstream, versions 1 and 2.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use smallvec::SmallVec;
use vigie_model::{Event, Post, Revision, Timestamp};

use super::{
    Reason,
    common::{self, MediaItem, check_identifier, identifier, language, media_json, title},
    neutral::{instant, without_hash},
    out::{Out, Source},
    reason::Fault,
    scalar::{List, Scalar},
    time,
};

const NETWORK: &str = "bluesky";
/// The collection of posts.
pub(super) const POSTS: &str = "app.bsky.feed.post";
const MAX_TAGS: usize = 64;

/// Decodes a frame of version 1: `{did, time_us, kind, commit}`.
pub(super) fn decode_v1(source: Source<'_>, out: &mut Out<'_>) -> Result<(), Fault> {
    let frame: FrameV1 = common::read(source.json)?;
    if frame.kind.as_str() == Some("account") {
        return account(frame.did, frame.account.as_ref().and_then(|account| account.active), out);
    }
    let Some(commit) = frame.commit.filter(|_| frame.kind.as_str() == Some("commit")) else {
        out.event(Event::Ignored);
        return Ok(());
    };
    if commit.collection.as_str() != Some(POSTS) {
        out.event(Event::Ignored);
        return Ok(());
    }
    let time = micros(&frame.time_us, out);
    deliver(frame.did, commit, time, source.raw, out)
}

/// Decodes a frame of version 2: `{$type, payload}`, or an error that ends the stream.
pub(super) fn decode_v2(source: Source<'_>, out: &mut Out<'_>) -> Result<(), Fault> {
    let frame: FrameV2 = common::read(source.json)?;
    if frame.kind.as_str() == Some("error") {
        return Err(Reason::SourceError(title(&frame.error)).into());
    }
    let payload = frame.payload.ok_or(Reason::Missing("payload"))?;
    if payload.kind.as_str().is_some_and(|kind| kind.ends_with("#account")) {
        return account(payload.did, payload.active, out);
    }
    let is_commit = payload.kind.as_str().is_some_and(|kind| kind.ends_with("#commit"));
    if !is_commit || payload.collection.as_str() != Some(POSTS) {
        out.event(Event::Ignored);
        return Ok(());
    }
    let time = instant(&payload.time, "time", out);
    let PayloadV2 { did, rev, operation, collection, rkey, record, .. } = payload;
    deliver(did, Commit { rev, operation, collection, rkey, record }, time, source.raw, out)
}

/// Whether an account is still there. One that comes back brings no posts with it.
fn account(did: Scalar<'_>, active: Option<bool>, out: &mut Out<'_>) -> Result<(), Fault> {
    let author = identifier(did, "did")?;
    out.event(if active == Some(false) { Event::AccountGone { network: NETWORK.into(), author } } else { Event::Ignored });
    Ok(())
}

fn micros(time_us: &Scalar<'_>, out: &mut Out<'_>) -> Option<Timestamp> {
    let Scalar::Integer(micros) = time_us else {
        out.repair(Reason::WrongType { field: "time_us", expected: "an integer" });
        return None;
    };
    time::from_micros(*micros).map_err(|_| out.repair(Reason::TimeRange { field: "time_us", value: micros.to_string().into() })).ok()
}

/// A change of a post record.
fn deliver<'a>(did: Scalar<'a>, commit: Commit<'a>, time: Option<Timestamp>, raw: &'a [u8], out: &mut Out<'_>) -> Result<(), Fault> {
    let did = identifier(did, "did")?;
    let rkey = identifier(commit.rkey, "rkey")?;
    let id = format!("{did}/{rkey}");
    check_identifier(&id, "id")?;
    let revision = match commit.operation.as_str() {
        Some("create") => 0,
        Some("update") => revision(&commit.rev, time, out),
        Some("delete") => {
            out.event(Event::Delete { network: NETWORK.into(), id: id.into() });
            return Ok(());
        }
        Some(_) => return Err(Reason::WrongType { field: "operation", expected: "create, update or delete" }.into()),
        None => return Err(Reason::Missing("operation").into()),
    };
    let record: PostRecord = common::read(commit.record.ok_or(Reason::Missing("record"))?.get())?;
    let text = common::text(record.text.clone(), "text")?;
    let mut post = Post::new(NETWORK, id, text);
    post.url = Some(format!("https://bsky.app/profile/{did}/post/{rkey}").into());
    post.revision = revision;
    post.created_at = time;
    post.author.id = Some(did);
    post.raw = raw;
    fill(&mut post, &record, out);
    out.event(Event::Post(post));
    Ok(())
}

/// The parts of a record that anyone may write as they like: a bad one is left out.
fn fill<'a>(post: &mut Post<'a>, record: &PostRecord<'a>, out: &mut Out<'_>) {
    let langs: Option<List<Scalar>> = out.part("langs", record.langs);
    post.lang = langs.and_then(|langs| langs.0.first().and_then(language));
    post.tags = tags(record, out);
    let reply: Option<Reply> = out.part("reply", record.reply);
    post.reply_to = reply.and_then(|reply| reply.parent).and_then(|parent| parent.uri.into_text());
    if let Some(embed) = out.part::<Embed>("embed", record.embed) {
        post.media = media_json(&pictures(&embed));
        post.quote_of = embed.quoted();
    }
}

/// The author's tags and those within the text, each once.
fn tags<'a>(record: &PostRecord<'a>, out: &mut Out<'_>) -> SmallVec<[Cow<'a, str>; 4]> {
    let own: Option<List<Scalar<'a>>> = out.part("tags", record.tags);
    let facets: Option<List<Facet<'a>>> = out.part("facets", record.facets);
    let in_text = facets.into_iter().flat_map(|facets| facets.0).flat_map(|facet| facet.features.0).map(|feature| feature.tag);
    let all = own.into_iter().flat_map(|tags| tags.0).chain(in_text);
    let mut tags = SmallVec::new();
    for tag in all.filter_map(Scalar::into_text).filter_map(without_hash) {
        if tags.len() < MAX_TAGS && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

fn pictures<'e>(embed: &'e Embed<'_>) -> Vec<MediaItem<'e>> {
    let mut media = shown(&embed.kind, &embed.alt, &embed.images.0, &embed.items.0);
    if let Some(inner) = &embed.media {
        media.extend(shown(&inner.kind, &inner.alt, &inner.images.0, &inner.items.0));
    }
    media
}

fn shown<'e>(kind: &Scalar<'_>, alt: &'e Scalar<'_>, images: &'e [Picture<'_>], items: &'e [Picture<'_>]) -> Vec<MediaItem<'e>> {
    let of = |kind, alt: &'e Scalar<'_>| MediaItem { kind, url: None, alt: alt.as_str().filter(|alt| !alt.is_empty()) };
    let mut media: Vec<MediaItem<'e>> = images.iter().chain(items).map(|image| of("image", &image.alt)).collect();
    if kind.as_str() == Some("app.bsky.embed.video") {
        media.push(of("video", alt));
    }
    media
}

/// The second of an edit, from the TID that a repository gives each of its revisions.
fn revision(rev: &Scalar<'_>, time: Option<Timestamp>, out: &mut Out<'_>) -> Revision {
    let from_tid = rev.as_str().and_then(tid_seconds);
    if from_tid.is_none() {
        out.repair(Reason::Tid);
    }
    let seconds = from_tid.or(time.map(Timestamp::seconds));
    // An edit without any time is still no first version.
    seconds.and_then(|seconds| Revision::try_from(seconds).ok()).unwrap_or(1)
}

/// Seconds since 1970 of a TID: 13 characters of base32-sortable, the microseconds shifted left by 10 bits.
fn tid_seconds(tid: &str) -> Option<i64> {
    const ALPHABET: &[u8] = b"234567abcdefghijklmnopqrstuvwxyz";
    if tid.len() != 13 {
        return None;
    }
    let value = tid.bytes().try_fold(0_u64, |value, byte| {
        let digit = ALPHABET.iter().position(|known| *known == byte)? as u64;
        value.checked_mul(32)?.checked_add(digit)
    })?;
    let time = time::from_micros(i64::try_from(value >> 10).ok()?).ok()?;
    Some(time.seconds())
}

#[derive(Deserialize)]
struct FrameV1<'a> {
    #[serde(borrow, default)]
    did: Scalar<'a>,
    #[serde(borrow, default)]
    time_us: Scalar<'a>,
    #[serde(borrow, default)]
    kind: Scalar<'a>,
    #[serde(borrow)]
    commit: Option<Commit<'a>>,
    account: Option<AccountState>,
}

#[derive(Deserialize)]
struct AccountState {
    active: Option<bool>,
}

#[derive(Deserialize)]
struct FrameV2<'a> {
    #[serde(borrow, default, rename = "$type")]
    kind: Scalar<'a>,
    #[serde(borrow, default)]
    error: Scalar<'a>,
    #[serde(borrow)]
    payload: Option<PayloadV2<'a>>,
}

#[derive(Deserialize)]
struct PayloadV2<'a> {
    #[serde(borrow, default, rename = "$type")]
    kind: Scalar<'a>,
    #[serde(borrow, default)]
    did: Scalar<'a>,
    #[serde(borrow, default)]
    time: Scalar<'a>,
    #[serde(borrow, default)]
    rev: Scalar<'a>,
    #[serde(borrow, default)]
    operation: Scalar<'a>,
    #[serde(borrow, default)]
    collection: Scalar<'a>,
    #[serde(borrow, default)]
    rkey: Scalar<'a>,
    #[serde(borrow)]
    record: Option<&'a RawValue>,
    active: Option<bool>,
}

#[derive(Deserialize)]
struct Commit<'a> {
    #[serde(borrow, default)]
    rev: Scalar<'a>,
    #[serde(borrow, default)]
    operation: Scalar<'a>,
    #[serde(borrow, default)]
    collection: Scalar<'a>,
    #[serde(borrow, default)]
    rkey: Scalar<'a>,
    #[serde(borrow)]
    record: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct PostRecord<'a> {
    #[serde(borrow, default)]
    text: Scalar<'a>,
    #[serde(borrow)]
    langs: Option<&'a RawValue>,
    #[serde(borrow)]
    tags: Option<&'a RawValue>,
    #[serde(borrow)]
    facets: Option<&'a RawValue>,
    #[serde(borrow)]
    reply: Option<&'a RawValue>,
    #[serde(borrow)]
    embed: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Facet<'a> {
    #[serde(borrow, default)]
    features: List<Feature<'a>>,
}

#[derive(Deserialize)]
struct Feature<'a> {
    #[serde(borrow, default)]
    tag: Scalar<'a>,
}

#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow)]
    parent: Option<Reference<'a>>,
}

/// A strong reference, or the embed that wraps one when a post quotes and shows pictures.
#[derive(Deserialize)]
struct Reference<'a> {
    #[serde(borrow, default)]
    uri: Scalar<'a>,
}

#[derive(Deserialize)]
struct Quoted<'a> {
    #[serde(borrow, default)]
    uri: Scalar<'a>,
    #[serde(borrow)]
    record: Option<Reference<'a>>,
}

#[derive(Deserialize)]
struct Embed<'a> {
    #[serde(borrow, default, rename = "$type")]
    kind: Scalar<'a>,
    #[serde(borrow, default)]
    images: List<Picture<'a>>,
    #[serde(borrow, default)]
    items: List<Picture<'a>>,
    #[serde(borrow, default)]
    alt: Scalar<'a>,
    /// The pictures of a post that quotes as well.
    #[serde(borrow)]
    media: Option<Shown<'a>>,
    #[serde(borrow)]
    record: Option<Quoted<'a>>,
}

impl<'a> Embed<'a> {
    fn quoted(self) -> Option<Cow<'a, str>> {
        let quoted = self.record?;
        quoted.uri.into_text().or_else(|| quoted.record.and_then(|inner| inner.uri.into_text()))
    }
}

#[derive(Deserialize)]
struct Shown<'a> {
    #[serde(borrow, default, rename = "$type")]
    kind: Scalar<'a>,
    #[serde(borrow, default)]
    images: List<Picture<'a>>,
    #[serde(borrow, default)]
    items: List<Picture<'a>>,
    #[serde(borrow, default)]
    alt: Scalar<'a>,
}

#[derive(Deserialize)]
struct Picture<'a> {
    #[serde(borrow, default)]
    alt: Scalar<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tid_tells_its_second() {
        // From the AT protocol's description of TIDs, and a revision of the recorded stream.
        assert_eq!(tid_seconds("3jzfcijpj2z2a"), Some(1_688_137_381));
        assert_eq!(tid_seconds("3mptbypluud2a"), Some(1_783_175_887));
        for bad in ["", "3jzfcijpj2z2", "3jzfcijpj2z2A", "zzzzzzzzzzzzz", "2222222222222", "3jzfcijpj2zé"] {
            assert_eq!(tid_seconds(bad), None, "{bad}");
        }
    }
}
