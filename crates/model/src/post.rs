//! A post as a source delivers it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use smallvec::SmallVec;

use crate::{Lang, Timestamp};

/// Which state of a post this is: 0 as first posted; an edit has a greater number (the second of the edit since 1970, or its ordinal).
pub type Revision = u32;

/// Who posted. Every field may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Author<'a> {
    /// The network's own identifier.
    pub id: Option<Cow<'a, str>>,
    /// Handle without `@`.
    pub handle: Option<Cow<'a, str>>,
    /// Display name.
    pub name: Option<Cow<'a, str>>,
}

impl Author<'_> {
    /// What tells authors of one network apart: the id, else the handle.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.id.as_deref().or(self.handle.as_deref())
    }
}

/// The canonical record. Borrows from the bytes it was read from wherever those can be used as they are.
#[derive(Debug, Clone)]
pub struct Post<'a> {
    /// Network in lower case: "x", "bluesky", "mastodon" … "unknown" where the source does not say.
    pub network: Cow<'a, str>,
    /// The network's identifier, unique within the network. For Bluesky `did/rkey`.
    pub id: Cow<'a, str>,
    /// Which state of the post.
    pub revision: Revision,
    /// Who posted.
    pub author: Author<'a>,
    /// When it was posted: the server's time where the source has one.
    pub created_at: Option<Timestamp>,
    /// The text. All byte offsets of a verdict refer to it.
    pub text: Cow<'a, str>,
    /// Language as declared.
    pub lang: Option<Lang>,
    /// Hashtags without `#`.
    pub tags: SmallVec<[Cow<'a, str>; 4]>,
    /// JSON array of [`NeutralMedia`], unread.
    pub media: Option<Cow<'a, RawValue>>,
    /// Public address.
    pub url: Option<Cow<'a, str>>,
    /// Identifier of the post that this one answers.
    pub reply_to: Option<Cow<'a, str>>,
    /// Identifier of the post that this one repeats.
    pub repost_of: Option<Cow<'a, str>>,
    /// Identifier of the post that this one quotes.
    pub quote_of: Option<Cow<'a, str>>,
    /// JSON object of counts (views, likes, reposts, replies), unread.
    pub metrics: Option<Cow<'a, RawValue>>,
    /// The record as received, for keeping with a find.
    pub raw: &'a [u8],
}

impl<'a> Post<'a> {
    /// A post with nothing but its network, id and text.
    #[must_use]
    pub fn new(network: impl Into<Cow<'a, str>>, id: impl Into<Cow<'a, str>>, text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            network: network.into(),
            id: id.into(),
            revision: 0,
            author: Author::default(),
            created_at: None,
            text: text.into(),
            lang: None,
            tags: SmallVec::new(),
            media: None,
            url: None,
            reply_to: None,
            repost_of: None,
            quote_of: None,
            metrics: None,
            raw: b"",
        }
    }
}

/// The neutral form as it is written; absent fields are left out.
#[derive(Serialize)]
struct NeutralLine<'p> {
    id: &'p str,
    network: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<NeutralAuthorLine<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    text: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<Lang>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'p [Cow<'p, str>],
    #[serde(skip_serializing_if = "Option::is_none")]
    media: Option<&'p RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repost_of: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quote_of: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics: Option<&'p RawValue>,
}

#[derive(Serialize)]
struct NeutralAuthorLine<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    handle: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'p str>,
}

impl Post<'_> {
    /// The post in the neutral form: one line of JSON without its line break.
    #[must_use]
    pub fn to_neutral_json(&self) -> String {
        let Author { id, handle, name } = &self.author;
        let author = NeutralAuthorLine { id: id.as_deref(), handle: handle.as_deref(), name: name.as_deref() };
        let line = NeutralLine {
            id: &self.id,
            network: &self.network,
            author: (id.is_some() || handle.is_some() || name.is_some()).then_some(author),
            created_at: self.created_at.map(|time| time.to_string()),
            text: &self.text,
            lang: self.lang,
            tags: &self.tags,
            media: self.media.as_deref(),
            url: self.url.as_deref(),
            reply_to: self.reply_to.as_deref(),
            repost_of: self.repost_of.as_deref(),
            quote_of: self.quote_of.as_deref(),
            metrics: self.metrics.as_deref(),
        };
        // Strings, and JSON that was read as such, always serialise.
        serde_json::to_string(&line).unwrap_or_default()
    }
}

/// What one record of a source says.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly all events are posts, and none is stored")]
pub enum Event<'a> {
    /// A new post or a new revision of one.
    Post(Post<'a>),
    /// A post is gone.
    Delete {
        /// Network.
        network: Cow<'a, str>,
        /// The network's identifier.
        id: Cow<'a, str>,
    },
    /// An account was taken down, suspended, deleted or closed: so are all its posts.
    AccountGone {
        /// Network.
        network: Cow<'a, str>,
        /// The network's identifier of the author.
        author: Cow<'a, str>,
    },
    /// Well-formed and none of our business: likes, keep-alives, counts.
    Ignored,
}

/// The neutral JSON-lines form of a post (`docs/formats.md`). Only `id` and `text` are required; unknown fields are kept and ignored.
///
/// This type defines the published JSON Schema; readers use a borrowing twin of it.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NeutralPost {
    /// The network's identifier, at most 512 bytes, unique within the network.
    #[schemars(length(min = 1, max = 512))]
    pub id: String,
    /// Network in lower case: "x", "instagram", "snapchat", "facebook", "bluesky", "mastodon", "telegram" …
    pub network: Option<String>,
    /// Who posted.
    pub author: Option<NeutralAuthor>,
    /// RFC 3339, years 1990 to 2099.
    pub created_at: Option<String>,
    /// RFC 3339; says that this is an edit made then.
    pub edited_at: Option<String>,
    /// The text.
    pub text: String,
    /// BCP 47.
    pub lang: Option<String>,
    /// Hashtags without `#`.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Pictures and films.
    #[serde(default)]
    pub media: Vec<NeutralMedia>,
    /// Public address.
    pub url: Option<String>,
    /// Identifier of the post that this one answers.
    pub reply_to: Option<String>,
    /// Identifier of the post that this one repeats.
    pub repost_of: Option<String>,
    /// Identifier of the post that this one quotes.
    pub quote_of: Option<String>,
    /// Counts at collection: `views`, `likes`, `reposts`, `replies`.
    #[serde(default)]
    pub metrics: std::collections::BTreeMap<String, u64>,
}

/// The JSON Schema of the neutral form, pretty-printed.
#[must_use]
pub fn post_schema() -> String {
    // A schema made of plain data always serialises.
    serde_json::to_string_pretty(&schemars::schema_for!(NeutralPost)).unwrap_or_default()
}

/// The author in the neutral form.
#[derive(Debug, Clone, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NeutralAuthor {
    /// The network's own identifier.
    pub id: Option<String>,
    /// Handle without `@`.
    pub handle: Option<String>,
    /// Display name.
    pub name: Option<String>,
}

/// A picture or film in the neutral form.
#[derive(Debug, Clone, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NeutralMedia {
    /// "image", "video", "gif", "audio".
    pub kind: Option<String>,
    /// Public address.
    pub url: Option<String>,
    /// Path of a local copy.
    pub path: Option<String>,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: Option<String>,
    /// PDQ hash, 64 hexadecimal digits.
    pub pdq: Option<String>,
    /// Description given by the author.
    pub alt: Option<String>,
}
