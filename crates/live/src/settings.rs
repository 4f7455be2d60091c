//! What all sources are told.

use std::{fmt, time::Duration};

use crate::Backoff;

/// How to read a server, whatever it speaks.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Name under which the cursor is kept.
    pub name: String,
    /// Address of the server; what is left out of it is the usual for what it speaks.
    pub url: String,
    /// What it wants to be shown.
    pub token: Option<Secret>,
    /// Whether the server may be in a private network.
    pub allow_private: bool,
    /// Where to begin the first time: with the oldest message that the server still has, or with what comes now.
    pub from_beginning: bool,
    /// Waits between attempts.
    pub backoff: Backoff,
    /// Without any message for half of this a WebSocket is sent a ping, and after all of it a stream is given up.
    pub silence: Duration,
    /// Longest message or answer, in bytes: the connection is given up for a longer one.
    pub max_message: usize,
}

impl Settings {
    /// The usual settings for a server.
    #[must_use]
    pub fn new(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            url: url.into(),
            token: None,
            allow_private: false,
            from_beginning: false,
            backoff: Backoff::default(),
            silence: Duration::from_secs(120),
            max_message: 16 << 20,
        }
    }
}

/// A token. It has no form in which it could get into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a token; white space around it is none of it.
    ///
    /// # Errors
    /// It is empty, or has a character that cannot stand in an HTTP header.
    pub fn new(text: &str) -> Result<Self, SettingsError> {
        let text = text.trim();
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(SettingsError::Token) }
    }

    /// The token itself, for the server that it belongs to.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Why a source cannot be set up at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The address is none of that kind.
    #[error("{url:?} is no address of this kind of source; it looks like {example}")]
    Url {
        /// What was given.
        url: String,
        /// What would do.
        example: &'static str,
    },
    /// Something that this kind of source needs is missing.
    #[error("a source of this kind needs {0}")]
    Missing(&'static str),
    /// A setting has an impossible value.
    #[error("{setting} is {value}; {wanted}")]
    Value {
        /// Name of the setting.
        setting: &'static str,
        /// What was given.
        value: String,
        /// What would do.
        wanted: &'static str,
    },
    /// A token that is none.
    #[error("the token is empty or has characters that no token has")]
    Token,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show() {
        let settings = Settings { token: Some(Secret::new(" demo-token\n").unwrap()), ..Settings::new("a", "https://example.org") };
        assert!(!format!("{settings:?}").contains("demo"));
        assert_eq!(settings.token.unwrap().reveal(), "demo-token");
        assert!(Secret::new(" \n").is_err() && Secret::new("a\r\nb").is_err());
    }
}
