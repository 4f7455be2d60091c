//! `[[live]]` of the configuration: what `vigie watch` reads, and the sources made from it.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;
use vigie_live::{Door, Listener, Mastodon, Protocol, Secret, Source, Timeline, Transport};

/// What a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// Bluesky's Jetstream, version 1.
    Jetstream,
    /// Version 2.
    Jetstream2,
    /// The AT protocol's firehose.
    Firehose,
    /// Mastodon's client interface.
    Mastodon,
    /// Records that others post to us.
    Webhook,
}

/// A source that `vigie watch` reads.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Live {
    /// Shown in messages; the cursor is kept under it.
    pub(crate) name: String,
    /// What the server speaks.
    pub(crate) protocol: Kind,
    /// Its address: `wss://…` or `https://…`.
    #[serde(default)]
    pub(crate) url: String,
    /// Whether it may be in a private network.
    #[serde(default)]
    pub(crate) allow_private: bool,
    /// Whether to begin with the oldest message that the server has, not with the next one.
    #[serde(default)]
    pub(crate) from_beginning: bool,
    /// Environment variable that holds the token.
    token_env: Option<String>,
    /// File that holds the token; relative to the configuration file.
    token_file: Option<PathBuf>,
    /// Mastodon: which timeline.
    stream: Option<String>,
    /// Mastodon: the hashtag of a timeline that has one.
    tag: Option<String>,
    /// Mastodon: how the stream is carried.
    #[serde(default)]
    transport: Transport,
}

impl Live {
    /// Paths become relative to the configuration's folder.
    pub(crate) fn within(self, folder: &Path) -> Self {
        Self { token_file: self.token_file.map(|path| folder.join(path)), ..self }
    }

    /// Whether the cursor is a time in microseconds.
    pub(crate) fn cursor_is_time(&self) -> bool {
        self.protocol == Kind::Jetstream
    }

    /// The source; with the door to it, if it is a webhook.
    pub(crate) fn open(&self, listener: Listener) -> anyhow::Result<(Source, Option<Door>)> {
        let context = || format!("live source {:?}", self.name);
        if self.protocol == Kind::Webhook {
            let secret = self.token()?.context("a webhook needs a secret (`token_env` or `token_file`)").with_context(context)?;
            let (source, door) = vigie_live::webhook(&self.name, secret, listener).with_context(context)?;
            return Ok((source, Some(door)));
        }
        self.connect(listener).with_context(context).map(|source| (source, None))
    }

    fn connect(&self, listener: Listener) -> anyhow::Result<Source> {
        let settings = vigie_live::Settings {
            token: self.token()?,
            allow_private: self.allow_private,
            from_beginning: self.from_beginning,
            ..vigie_live::Settings::new(&self.name, &self.url)
        };
        let opened = match self.protocol {
            Kind::Jetstream => vigie_live::stream(settings, Protocol::Jetstream, listener),
            Kind::Jetstream2 => vigie_live::stream(settings, Protocol::Jetstream2, listener),
            Kind::Firehose => vigie_live::stream(settings, Protocol::Firehose, listener),
            Kind::Webhook => bail!("a webhook is not connected to"),
            Kind::Mastodon => Timeline::parse(self.stream.as_deref().unwrap_or("public"), self.tag.as_deref())
                .and_then(|timeline| vigie_live::mastodon(settings, Mastodon { timeline, transport: self.transport }, listener)),
        };
        Ok(opened?)
    }

    /// The token, from where the configuration says; never from the configuration itself, which is copied and shown.
    fn token(&self) -> anyhow::Result<Option<Secret>> {
        let text = match (&self.token_env, &self.token_file) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => bail!("live source {:?} has `token_env` and `token_file`; one of them is enough", self.name),
            (Some(name), None) => {
                std::env::var(name).map_err(|_| anyhow::anyhow!("live source {:?}: the environment variable {name} is not set or no text", self.name))?
            }
            (None, Some(path)) => {
                std::fs::read_to_string(path).with_context(|| format!("live source {:?}: cannot read the token in {}", self.name, path.display()))?
            }
        };
        Secret::new(&text).map(Some).with_context(|| format!("live source {:?}", self.name))
    }
}

/// Names must be there and differ.
pub(crate) fn check(live: &[Live]) -> anyhow::Result<()> {
    for (index, source) in live.iter().enumerate() {
        if source.name.trim().is_empty() {
            bail!("live source number {} has an empty name", index + 1);
        }
        if live.iter().take(index).any(|other| other.name == source.name) {
            bail!("two live sources are called {:?}; names must differ", source.name);
        }
        if source.protocol == Kind::Webhook && live.iter().take(index).any(|other| other.protocol == Kind::Webhook) {
            bail!("there can be one webhook; {:?} is another", source.name);
        }
    }
    Ok(())
}
