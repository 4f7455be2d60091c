//! Channels: where messages go, and with what secrets.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{Attempt, Payload, bluesky, dsa, mail, mastodon};

/// A way to a receiver, as it is configured.
#[derive(Debug, Clone, Deserialize)]
pub struct Channel {
    /// Name; also that of the platform that it leads to, unless `platform` says otherwise.
    pub name: String,
    /// Network whose posts are reported through it.
    pub platform: Option<String>,
    /// How.
    #[serde(flatten)]
    pub route: Route,
}

/// How a channel delivers.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "via", rename_all = "lowercase", deny_unknown_fields)]
pub enum Route {
    /// By mail through a relay, which also signs it (DKIM).
    Smtp {
        /// Host of the relay.
        host: String,
        /// Its port.
        port: u16,
        /// Sender's address.
        from: String,
        /// Receiver's address.
        to: String,
        /// User name, if the relay asks for one.
        user: Option<String>,
        /// File with the password.
        secret_file: Option<PathBuf>,
        /// Whether the connection may stay without TLS: for a relay on this machine.
        #[serde(default)]
        plain: bool,
    },
    /// By `com.atproto.moderation.createReport`, through the reporter's own server.
    Bluesky {
        /// The reporter's server (PDS).
        service: String,
        /// DID of the moderation service.
        labeler: String,
        /// The reporter's handle.
        user: String,
        /// File with an app password.
        secret_file: PathBuf,
    },
    /// By `POST /api/v1/reports` of the reporter's instance.
    Mastodon {
        /// The instance.
        service: String,
        /// File with an access token (scope `write:reports read:search`).
        secret_file: PathBuf,
        /// Whether the instance forwards the report to the seller's instance.
        #[serde(default)]
        forward: bool,
    },
    /// To the DSA Transparency Database.
    Dsa {
        /// Its address, without `/api/v1`.
        service: String,
        /// File with the platform's token.
        secret_file: PathBuf,
    },
}

/// A channel that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    /// None of that name.
    #[error("no channel {0:?} under [reporting]; there are: {1}")]
    Unknown(String, String),
    /// Its secret cannot be read.
    #[error("channel {name}: cannot read the secret in {}: {source}", path.display())]
    Secret {
        /// Channel.
        name: String,
        /// File.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// All channels of the configuration.
#[derive(Debug, Clone, Default)]
pub struct Channels(pub Vec<Channel>);

impl Channels {
    /// A channel by its name.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn get(&self, name: &str) -> Result<&Channel, ChannelError> {
        let known = || self.0.iter().map(|channel| channel.name.as_str()).collect::<Vec<_>>().join(", ");
        self.0.iter().find(|channel| channel.name == name).ok_or_else(|| ChannelError::Unknown(name.to_owned(), known()))
    }
}

impl Channel {
    /// Reads a relative path of the secret from this folder on.
    pub fn secret_relative_to(&mut self, folder: &Path) {
        let (Route::Smtp { secret_file: Some(path), .. }
        | Route::Bluesky { secret_file: path, .. }
        | Route::Mastodon { secret_file: path, .. }
        | Route::Dsa { secret_file: path, .. }) = &mut self.route
        else {
            return;
        };
        *path = folder.join(&*path);
    }

    /// The network whose posts are reported through it.
    #[must_use]
    pub fn platform(&self) -> &str {
        self.platform.as_deref().unwrap_or(&self.name)
    }

    /// Sends one message, once. Secrets are read now and kept nowhere.
    pub(crate) fn send(&self, key: &str, payload: &Payload) -> Attempt {
        let attempt = match (&self.route, payload) {
            (Route::Smtp { host, port, from, user, secret_file, plain, .. }, Payload::Mail { to, message }) => {
                let login = user.as_ref().zip(secret_file.as_ref()).map(|(user, file)| self.secret(file).map(|secret| (user.clone(), secret)));
                login.transpose().map(|login| mail::send(&mail::Relay { host, port: *port, plain: *plain, login }, from, to, message))
            }
            (Route::Bluesky { service, labeler, user, secret_file }, Payload::Bluesky { uri, reason }) => {
                self.secret(secret_file).map(|secret| bluesky::report(&bluesky::Login { service, labeler, user, secret: &secret }, uri, reason))
            }
            (Route::Mastodon { service, secret_file, forward }, Payload::Mastodon { urls, comment }) => {
                self.secret(secret_file).map(|token| mastodon::report(service, &token, *forward, key, urls, comment))
            }
            (Route::Dsa { service, secret_file }, Payload::Statements { statements }) => {
                self.secret(secret_file).map(|token| dsa::submit(service, &token, statements))
            }
            _ => return Attempt::NotDelivered(format!("channel {} does not carry this kind of message: its route was changed", self.name)),
        };
        attempt.unwrap_or_else(|error| Attempt::NotDelivered(error.to_string()))
    }

    fn secret(&self, path: &PathBuf) -> Result<String, ChannelError> {
        let read = fs::read_to_string(path).map(|secret| secret.trim().to_owned());
        read.map_err(|source| ChannelError::Secret { name: self.name.clone(), path: path.clone(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_read_and_a_misspelt_key_is_not_passed_over() {
        let read = |more: &str| {
            let text = format!(r#"{{"name":"m","via":"mastodon","service":"https://instance.example.org","secret_file":"s"{more}}}"#);
            serde_json::from_str::<Channel>(&text)
        };
        assert_eq!(read("").unwrap().platform(), "m");
        assert_eq!(read(r#","platform":"mastodon","forward":true"#).unwrap().platform(), "mastodon");
        assert!(read(r#","foward":true"#).is_err());
        assert!(read(r#","labeler":"did:plc:x""#).is_err());
    }

    #[test]
    fn secrets_are_read_beside_the_configuration() {
        let route = |via: &str, more: &str| format!(r#"{{"name":"n","via":"{via}","service":"https://example.org","secret_file":"s"{more}}}"#);
        for text in [route("mastodon", ""), route("dsa", ""), route("bluesky", r#","labeler":"did:plc:x","user":"u""#)] {
            let mut channel: Channel = serde_json::from_str(&text).unwrap();
            channel.secret_relative_to(Path::new("/etc/vigie"));
            let attempt = channel.send("k", &Payload::Statements { statements: Vec::new() });
            assert!(matches!(&attempt, Attempt::NotDelivered(why) if why.contains("/etc/vigie/s") || why.contains("does not carry")), "{attempt:?}");
        }
    }
}
