//! Why a connection could not be made, or was lost.

use std::{io, time::Duration};

/// Why a connection could not be made, or was lost. None is final: the source tries again.
#[derive(Debug, thiserror::Error)]
pub enum Loss {
    /// The name has no address, or the resolver fails.
    #[error("cannot find the address of {host}: {source}")]
    Address {
        /// Name of the server.
        host: String,
        /// What the system says.
        source: io::Error,
    },
    /// All addresses lie in networks that are not the public internet.
    #[error("{host} has a private address only; if that is meant, set `allow_private = true` for this source")]
    Private {
        /// Name of the server.
        host: String,
    },
    /// No address answers.
    #[error("cannot connect to {host}: {source}")]
    Connect {
        /// Name of the server.
        host: String,
        /// What the system says of the last address.
        source: io::Error,
    },
    /// Encryption cannot be set up.
    #[error("cannot set up TLS with {host}: {reason}")]
    Tls {
        /// Name of the server.
        host: String,
        /// What is wrong.
        reason: String,
    },
    /// The server answers, but with no stream.
    #[error("the server answers with status {status}{}", hint(*status))]
    Refused {
        /// HTTP status.
        status: u16,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// The server no longer has, or never had, what follows the cursor.
    #[error("the server does not accept the cursor; posts are missing from here on")]
    Cursor,
    /// The server gives nothing to go on from.
    #[error("the server's identifiers are no numbers, so that what was missed cannot be asked for; posts are missing from here on")]
    NoCursor,
    /// Nothing came, not even an answer to a ping.
    #[error("the server has been silent for {} s", .0.as_secs())]
    Silent(Duration),
    /// The server closed the stream.
    #[error("the server closed the stream")]
    Closed,
    /// The server ended the stream with an error of its own.
    #[error("the server ended the stream: {0}")]
    Ended(String),
    /// The server answers with something else than its interface promises.
    #[error("the server's answer is not understood: {0}")]
    Answer(&'static str),
    /// A message or answer is longer than the limit.
    #[error("what the server sends is longer than {0} bytes")]
    TooLong(usize),
    /// Reading on would cost more than is allowed.
    #[error("{0}")]
    Budget(crate::Exhausted),
    /// What was spent cannot be written down.
    #[error("{0}; without it nothing is read")]
    Purse(String),
    /// What the server is told to send is not what the watches ask for.
    #[error("the rules at the server differ from the watches: look at them and send them with `vigie x rules --send`")]
    Rules,
    /// The page has none of the marks by which posts are found.
    #[error("the page of {0} no longer has the marks of a channel's preview: Vigie must learn its new markup, or the channel has no preview")]
    Markup(String),
    /// The connection broke, or what came is not what the protocol says.
    #[error("the connection broke: {0}")]
    Broken(String),
}

impl Loss {
    /// The longest time that a server may make us wait.
    pub(crate) const MOST: Duration = Duration::from_secs(600);

    /// How long the server asks to wait, as far as we do it.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => retry_after.map(|wait| wait.min(Self::MOST)),
            Self::Budget(exhausted) => Some(exhausted.wait.min(Self::MOST)),
            Self::Rules | Self::Markup(_) => Some(Self::MOST),
            _ => None,
        }
    }
}

/// A server's words, made safe for a message.
pub(crate) fn plain(words: &str) -> String {
    words.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_')).take(64).collect()
}

/// What to do about a refusal.
fn hint(status: u16) -> &'static str {
    match status {
        401 | 403 => "; it wants a token, or another one (`token_env` or `token_file` of this source)",
        301..=308 => "; it redirects where we do not follow",
        429 => "; we ask too often",
        _ => "",
    }
}
