//! Delivering what a named person released: the outbox, the channels that it leaves by, and the labels that others may read.
//!
//! A message is durably marked as being sent before the first byte leaves. What certainly did not arrive is tried again with back-off; of
//! what may have arrived nobody sends a second one before a person has found out. So a receiver gets a message at most once, and none is lost.

mod attempt;
mod bluesky;
mod channel;
mod dsa;
mod http;
pub mod labels;
mod mail;
mod mastodon;
mod outbox;

pub use attempt::Attempt;
pub use channel::{Channel, ChannelError, Channels, Route};
pub use mail::{Attachment, MailError, compose};
pub use outbox::{Backoff, Delivery, Sent, deliver_due};

use serde::{Deserialize, Serialize};

/// What a message carries; kept as JSON in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "snake_case")]
pub enum Payload {
    /// A whole mail (RFC 5322), as it will be sent.
    Mail {
        /// Envelope recipient.
        to: String,
        /// The message.
        message: String,
    },
    /// `com.atproto.moderation.createReport` on one post.
    Bluesky {
        /// AT URI of the post.
        uri: String,
        /// Words for the moderators.
        reason: String,
    },
    /// `POST /api/v1/reports` on the posts of one account.
    Mastodon {
        /// Addresses of the posts.
        urls: Vec<String>,
        /// Words for the moderators, at most 1,000 characters.
        comment: String,
    },
    /// Statements of reasons for the DSA Transparency Database, at most 100.
    Statements {
        /// Each as the schema has it.
        statements: Vec<serde_json::Value>,
    },
}
