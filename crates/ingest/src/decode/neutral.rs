//! The neutral form: one object a post, one line a post. The hot path: a line without escapes allocates nothing.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{self, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use smallvec::SmallVec;
use vigie_model::{Author, Event, Post, Revision};

use super::{
    Reason,
    common::{self, identifier, language, optional},
    dispatch::is_foreign,
    out::{Out, Source},
    reason::Fault,
    scalar::{Scalar, drain_map, drain_seq, visit_wrong_scalars},
    time,
};

/// Hashtags kept of one post.
const MAX_TAGS: usize = 256;

/// Decodes a record, whatever other fields it has.
pub(super) fn decode(source: Source<'_>, out: &mut Out<'_>) -> Result<(), Fault> {
    let mut fields = Fields::default();
    fields.read(source.json)?;
    deliver(fields, source.raw, out)
}

/// Decodes a record unless one of its keys may belong to another format. Returns whether it did.
pub(super) fn decode_unless_foreign(source: Source<'_>, out: &mut Out<'_>) -> Result<bool, Fault> {
    let mut fields = Fields { stop_if_foreign: true, ..Fields::default() };
    let read = fields.read(source.json);
    if fields.foreign {
        return Ok(false);
    }
    read?;
    deliver(fields, source.raw, out)?;
    Ok(true)
}

fn deliver<'a>(fields: Fields<'a>, raw: &'a [u8], out: &mut Out<'_>) -> Result<(), Fault> {
    if let Some(name) = fields.duplicate.or(fields.author.duplicate) {
        return Err(Reason::Duplicate(name.into()).into());
    }
    if fields.id.is_none() && fields.text.is_none() {
        return Err(Reason::Unrecognised.into());
    }
    let id = identifier(fields.id, "id")?;
    let text = common::text(fields.text, "text")?;
    let network = network(fields.network)?;
    let mut post = Post::new(network, id, text);
    post.raw = raw;
    post.revision = revision(&fields.edited_at, out);
    post.author = fields.author.check(out);
    post.created_at = instant(&fields.created_at, "created_at", out);
    post.lang = language(&fields.lang);
    if fields.lang == Scalar::Other {
        out.repair(Reason::WrongType { field: "lang", expected: "a string" });
    }
    post.tags = fields.tags.check(out);
    post.media = raw_value(fields.media, '[', "media", "an array", out);
    post.metrics = raw_value(fields.metrics, '{', "metrics", "an object", out);
    post.url = optional(fields.url, "url", out);
    post.reply_to = optional(fields.reply_to, "reply_to", out);
    post.repost_of = optional(fields.repost_of, "repost_of", out);
    post.quote_of = optional(fields.quote_of, "quote_of", out);
    out.event(Event::Post(post));
    Ok(())
}

/// "unknown" if missing; lower case; the old name of X is X.
fn network(scalar: Scalar<'_>) -> Result<Cow<'_, str>, Reason> {
    let name = match scalar {
        Scalar::None => return Ok("unknown".into()),
        Scalar::Text(name) => name,
        _ => return Err(Reason::Network),
    };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if !(1..=32).contains(&name.len()) || !name.bytes().all(fits) {
        return Err(Reason::Network);
    }
    let name = if name.bytes().any(|byte| byte.is_ascii_uppercase()) { name.to_ascii_lowercase().into() } else { name };
    Ok(if name == "twitter" { "x".into() } else { name })
}

fn revision(edited_at: &Scalar<'_>, out: &mut Out<'_>) -> Revision {
    let edited = instant(edited_at, "edited_at", out);
    edited.map_or(0, |time| Revision::try_from(time.seconds()).unwrap_or(Revision::MAX))
}

pub(super) fn instant(scalar: &Scalar<'_>, field: &'static str, out: &mut Out<'_>) -> Option<vigie_model::Timestamp> {
    time::instant(scalar, field).unwrap_or_else(|reason| {
        out.repair(reason);
        None
    })
}

/// An array or object that is passed on unread; nothing for `null`, `[]` and `{}`.
fn raw_value<'a>(value: Option<&'a RawValue>, opening: char, field: &'static str, expected: &'static str, out: &mut Out<'_>) -> Option<Cow<'a, RawValue>> {
    let value = value?;
    match value.get() {
        "null" | "[]" | "{}" => None,
        json if json.starts_with(opening) => Some(Cow::Borrowed(value)),
        _ => {
            out.repair(Reason::WrongType { field, expected });
            None
        }
    }
}

/// The fields as they stand there, unchecked.
#[derive(Debug, Default)]
struct Fields<'a> {
    id: Scalar<'a>,
    network: Scalar<'a>,
    author: AuthorValue<'a>,
    created_at: Scalar<'a>,
    edited_at: Scalar<'a>,
    text: Scalar<'a>,
    lang: Scalar<'a>,
    tags: Tags<'a>,
    media: Option<&'a RawValue>,
    url: Scalar<'a>,
    reply_to: Scalar<'a>,
    repost_of: Scalar<'a>,
    quote_of: Scalar<'a>,
    metrics: Option<&'a RawValue>,
    /// A bit for each [`Key`] seen.
    seen: u32,
    duplicate: Option<&'static str>,
    stop_if_foreign: bool,
    foreign: bool,
}

impl<'a> Fields<'a> {
    fn read(&mut self, json: &'a str) -> Result<(), Fault> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        deserializer.deserialize_map(&mut *self)?;
        deserializer.end()?;
        Ok(())
    }

    fn value<A: MapAccess<'a>>(&mut self, key: Key, map: &mut A) -> Result<(), A::Error> {
        match key {
            Key::Id => self.id = map.next_value()?,
            Key::Network => self.network = map.next_value()?,
            Key::Author => self.author = map.next_value()?,
            Key::CreatedAt => self.created_at = map.next_value()?,
            Key::EditedAt => self.edited_at = map.next_value()?,
            Key::Text => self.text = map.next_value()?,
            Key::Lang => self.lang = map.next_value()?,
            Key::Tags => self.tags = map.next_value()?,
            Key::Media => self.media = Some(map.next_value()?),
            Key::Url => self.url = map.next_value()?,
            Key::ReplyTo => self.reply_to = map.next_value()?,
            Key::RepostOf => self.repost_of = map.next_value()?,
            Key::QuoteOf => self.quote_of = map.next_value()?,
            Key::Metrics => self.metrics = Some(map.next_value()?),
            Key::Foreign | Key::Unknown => {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn note(&mut self, key: Key) {
        let Some(name) = key.name() else { return };
        let bit = 1 << key as u32;
        if self.seen & bit != 0 {
            self.duplicate.get_or_insert(name);
        }
        self.seen |= bit;
    }
}

impl<'de> Visitor<'de> for &mut Fields<'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Key>()? {
            if self.stop_if_foreign && key == Key::Foreign {
                self.foreign = true;
                return Err(A::Error::custom("foreign"));
            }
            self.note(key);
            self.value(key, &mut map)?;
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Id,
    Network,
    Author,
    CreatedAt,
    EditedAt,
    Text,
    Lang,
    Tags,
    Media,
    Url,
    ReplyTo,
    RepostOf,
    QuoteOf,
    Metrics,
    /// May belong to another format.
    Foreign,
    Unknown,
}

impl Key {
    fn of(name: &str) -> Self {
        match name {
            "id" => Self::Id,
            "network" => Self::Network,
            "author" => Self::Author,
            "created_at" => Self::CreatedAt,
            "edited_at" => Self::EditedAt,
            "text" => Self::Text,
            "lang" => Self::Lang,
            "tags" => Self::Tags,
            "media" => Self::Media,
            "url" => Self::Url,
            "reply_to" => Self::ReplyTo,
            "repost_of" => Self::RepostOf,
            "quote_of" => Self::QuoteOf,
            "metrics" => Self::Metrics,
            _ if is_foreign(name) => Self::Foreign,
            _ => Self::Unknown,
        }
    }

    /// The name of a field of ours.
    fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Id => "id",
            Self::Network => "network",
            Self::Author => "author",
            Self::CreatedAt => "created_at",
            Self::EditedAt => "edited_at",
            Self::Text => "text",
            Self::Lang => "lang",
            Self::Tags => "tags",
            Self::Media => "media",
            Self::Url => "url",
            Self::ReplyTo => "reply_to",
            Self::RepostOf => "repost_of",
            Self::QuoteOf => "quote_of",
            Self::Metrics => "metrics",
            Self::Foreign | Self::Unknown => return None,
        })
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl Visitor<'_> for KeyVisitor {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Key, E> {
                Ok(Key::of(name))
            }
        }

        deserializer.deserialize_identifier(KeyVisitor)
    }
}

/// The author: an object, nothing, or something that is left out.
#[derive(Debug, Default)]
struct AuthorValue<'a> {
    id: Scalar<'a>,
    handle: Scalar<'a>,
    name: Scalar<'a>,
    wrong: bool,
    duplicate: Option<&'static str>,
}

impl<'a> AuthorValue<'a> {
    fn wrong() -> Self {
        Self { wrong: true, ..Self::default() }
    }

    fn check(self, out: &mut Out<'_>) -> Author<'a> {
        if self.wrong {
            out.repair(Reason::WrongType { field: "author", expected: "an object" });
        }
        Author { id: optional(self.id, "author.id", out), handle: optional(self.handle, "author.handle", out), name: optional(self.name, "author.name", out) }
    }

    fn field(&mut self, name: &str) -> Option<(&'static str, &mut Scalar<'a>)> {
        match name {
            "id" => Some(("author.id", &mut self.id)),
            "handle" => Some(("author.handle", &mut self.handle)),
            "name" => Some(("author.name", &mut self.name)),
            _ => None,
        }
    }
}

struct AuthorVisitor;

impl<'de> Visitor<'de> for AuthorVisitor {
    type Value = AuthorValue<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an author")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut author = AuthorValue::default();
        while let Some(key) = map.next_key::<Scalar<'de>>()? {
            let Some((name, field)) = author.field(key.as_str().unwrap_or_default()) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let twice = !field.is_none();
            *field = map.next_value()?;
            author.duplicate = author.duplicate.or(twice.then_some(name));
        }
        Ok(author)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(AuthorValue::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        drain_seq(seq)?;
        Ok(AuthorValue::wrong())
    }

    visit_wrong_scalars!(AuthorValue::wrong());
}

impl<'de: 'a, 'a> Deserialize<'de> for AuthorValue<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AuthorVisitor)
    }
}

/// The hashtags, as far as they are strings.
#[derive(Debug, Default)]
struct Tags<'a> {
    tags: SmallVec<[Cow<'a, str>; 4]>,
    wrong: bool,
    too_many: bool,
}

impl<'a> Tags<'a> {
    fn wrong() -> Self {
        Self { wrong: true, ..Self::default() }
    }

    fn check(self, out: &mut Out<'_>) -> SmallVec<[Cow<'a, str>; 4]> {
        if self.wrong {
            out.repair(Reason::WrongType { field: "tags", expected: "an array of strings" });
        }
        if self.too_many {
            out.repair(Reason::TooMany { field: "tags", limit: MAX_TAGS });
        }
        self.tags
    }

    fn push(&mut self, tag: Scalar<'a>) {
        match tag {
            Scalar::Text(tag) => self.tags.extend(without_hash(tag)),
            _ => self.wrong = true,
        }
    }
}

/// The hashtag without the `#` that some exporters leave in; nothing if it is empty.
pub(super) fn without_hash(tag: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let tag = match tag {
        Cow::Borrowed(tag) => Cow::Borrowed(tag.strip_prefix('#').unwrap_or(tag)),
        Cow::Owned(tag) => Cow::Owned(tag.strip_prefix('#').map(str::to_owned).unwrap_or(tag)),
    };
    (!tag.is_empty()).then_some(tag)
}

struct TagsVisitor;

impl<'de> Visitor<'de> for TagsVisitor {
    type Value = Tags<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hashtags")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut tags = Tags::default();
        while tags.tags.len() < MAX_TAGS {
            match seq.next_element()? {
                Some(tag) => tags.push(tag),
                None => return Ok(tags),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {
            tags.too_many = true;
        }
        Ok(tags)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Tags::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        drain_map(map)?;
        Ok(Tags::wrong())
    }

    visit_wrong_scalars!(Tags::wrong());
}

impl<'de> Deserialize<'de> for Tags<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TagsVisitor)
    }
}
