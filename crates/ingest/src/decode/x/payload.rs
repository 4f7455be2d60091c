//! The parts of X's payloads that are read. Parts that a post can do without stay raw until then.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::decode::scalar::{List, Scalar};

#[derive(Deserialize)]
pub(super) struct Envelope<'a> {
    #[serde(borrow)]
    pub(super) data: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) includes: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) errors: List<ApiError<'a>, 1>,
}

#[derive(Deserialize)]
pub(super) struct ApiError<'a> {
    #[serde(borrow, default)]
    pub(super) title: Scalar<'a>,
}

#[derive(Deserialize, Default)]
pub(super) struct Includes<'a> {
    #[serde(borrow)]
    pub(super) users: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) media: Option<&'a RawValue>,
}

/// A post, or what may stand in its place: a count, a user, a compliance notice.
#[derive(Deserialize)]
pub(super) struct Tweet<'a> {
    #[serde(borrow, default)]
    pub(super) id: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) text: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) author_id: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) created_at: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) lang: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) action: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) tweet_count: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) username: Scalar<'a>,
    /// Put there by tools that flatten envelopes.
    #[serde(borrow)]
    pub(super) author: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) note_tweet: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) edit_history_tweet_ids: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) entities: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) attachments: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) public_metrics: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) referenced_tweets: Option<&'a RawValue>,
    /// A deletion; what the network hides from everybody is treated like one.
    #[serde(borrow, alias = "drop")]
    pub(super) delete: Option<Delete<'a>>,
    /// An account that is deleted, suspended, or closed to the public.
    #[serde(borrow, rename = "user_delete", alias = "user_suspend", alias = "user_protect")]
    pub(super) account_gone: Option<AccountGone<'a>>,
    /// Compliance notices that take nothing away from what is counted here.
    #[serde(
        alias = "undrop",
        alias = "tweet_edit",
        alias = "scrub_geo",
        alias = "user_undelete",
        alias = "user_unprotect",
        alias = "user_unsuspend",
        alias = "user_withheld",
        alias = "user_profile_modification",
        alias = "tweet_withheld"
    )]
    pub(super) notice: Option<IgnoredAny>,
}

#[derive(Deserialize)]
pub(super) struct AccountGone<'a> {
    #[serde(borrow)]
    pub(super) user: Option<Deleted<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Delete<'a> {
    #[serde(borrow)]
    pub(super) tweet: Option<Deleted<'a>>,
    /// The name of version 1.1.
    #[serde(borrow)]
    pub(super) status: Option<Deleted<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Deleted<'a> {
    #[serde(borrow, default)]
    pub(super) id: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) id_str: Scalar<'a>,
}

#[derive(Deserialize, Clone)]
pub(super) struct User<'a> {
    #[serde(borrow, default)]
    pub(super) id: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) username: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) name: Scalar<'a>,
}

#[derive(Deserialize)]
pub(super) struct Media<'a> {
    #[serde(borrow, default)]
    pub(super) media_key: Scalar<'a>,
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) url: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) preview_image_url: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) alt_text: Scalar<'a>,
}

/// The full text of a post beyond 280 characters.
#[derive(Deserialize)]
pub(super) struct Note<'a> {
    #[serde(borrow, default)]
    pub(super) text: Scalar<'a>,
}

#[derive(Deserialize)]
pub(super) struct Entities<'a> {
    #[serde(borrow, default)]
    pub(super) hashtags: List<Hashtag<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Hashtag<'a> {
    #[serde(borrow, default)]
    pub(super) tag: Scalar<'a>,
}

#[derive(Deserialize)]
pub(super) struct Attachments<'a> {
    #[serde(borrow, default)]
    pub(super) media_keys: List<Scalar<'a>>,
    /// Put there by tools that flatten envelopes.
    #[serde(borrow, default)]
    pub(super) media: List<Media<'a>>,
}

#[derive(Deserialize)]
pub(super) struct PublicMetrics<'a> {
    #[serde(borrow, default)]
    pub(super) retweet_count: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) reply_count: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) like_count: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) impression_count: Scalar<'a>,
}

#[derive(Deserialize)]
pub(super) struct Reference<'a> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Scalar<'a>,
    #[serde(borrow, default)]
    pub(super) id: Scalar<'a>,
}
