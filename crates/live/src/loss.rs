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
    #[error("the server answers with status {status}")]
    Refused {
        /// HTTP status; redirects are not followed.
        status: u16,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// The server no longer has, or never had, what follows the cursor.
    #[error("the server does not accept the cursor; posts are missing from here on")]
    Cursor,
    /// Nothing came, not even an answer to a ping.
    #[error("the server has been silent for {} s", .0.as_secs())]
    Silent(Duration),
    /// The server closed the stream.
    #[error("the server closed the stream")]
    Closed,
    /// The server ended the stream with an error of its own.
    #[error("the server ended the stream: {0}")]
    Ended(String),
    /// The connection broke, or what came is no WebSocket.
    #[error("the connection broke: {0}")]
    Broken(String),
}

impl Loss {
    /// The longest time that a server may make us wait.
    const MOST: Duration = Duration::from_secs(600);

    /// How long the server asks to wait, as far as we do it.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => retry_after.map(|wait| wait.min(Self::MOST)),
            _ => None,
        }
    }
}
