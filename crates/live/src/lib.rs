//! Live sources: the part of Vigie that opens connections to read posts.
//!
//! Every kind of source is one module with a function that makes a [`Source`] from [`Settings`]. It asks for what follows its
//! cursor, hands messages on as blocks, and connects anew with a growing, random delay. Messages may come twice; the store
//! knows what it has counted. Connections to private addresses are refused unless the configuration allows them for the source.

mod backoff;
mod budget;
mod dial;
mod feed;
mod http;
mod loss;
mod mastodon;
mod protocol;
mod settings;
mod socket;
mod sse;
mod stream;
mod webhook;
mod x;

pub use backoff::Backoff;
pub use budget::{Budget, Exhausted, Price, Purse, PurseError, Spending};
pub use feed::{Happening, Listener, Source};
pub use loss::Loss;
pub use mastodon::{Mastodon, Timeline, Transport, mastodon};
pub use protocol::Protocol;
pub use settings::{Secret, Settings, SettingsError};
pub use stream::stream;
pub use webhook::{Door, MAX_BODY, Refusal, TOLERANCE, sign, webhook};
pub use x::{Minute, Rule, RuleSet, RulesDiff, StoredRule, XAccount, XStream, money, x_stream};
