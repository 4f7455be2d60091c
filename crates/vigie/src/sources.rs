//! `[[live]]` of the configuration: what `vigie watch` reads, and the sources made from it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};
use serde::Deserialize;
use vigie_live::{Budget, Door, Listener, Mastodon, Price, Protocol, Purse, RuleSet, Secret, Source, Timeline, Transport, XAccount, XStream};

use crate::settings::Settings;

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
    /// X's filtered stream, with the rules of the watches.
    X,
    /// X's compliance stream.
    XCompliance,
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
    /// X: what a post costs, in units of the currency.
    price_per_read: Option<f64>,
    /// X: what a request for counts costs.
    price_per_count: Option<f64>,
    /// X: what may be spent in a day of UTC.
    budget_day: Option<f64>,
    /// X: what may be spent in a month.
    budget_month: Option<f64>,
    /// X: minutes that the server sends again after a loss.
    backfill_minutes: Option<u8>,
    /// X: whether gaps are filled by recent search.
    #[serde(default)]
    catch_up: bool,
    /// X's compliance stream: which part, 1 to 4.
    partition: Option<u8>,
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
    pub(crate) fn open(&self, settings: &Settings, listener: Listener) -> anyhow::Result<(Source, Option<Door>)> {
        let context = || format!("live source {:?}", self.name);
        if self.protocol == Kind::Webhook {
            let secret = self.token()?.context("a webhook needs a secret (`token_env` or `token_file`)").with_context(context)?;
            let (source, door) = vigie_live::webhook(&self.name, secret, listener).with_context(context)?;
            return Ok((source, Some(door)));
        }
        self.connect(settings, listener).with_context(context).map(|source| (source, None))
    }

    fn connect(&self, configured: &Settings, listener: Listener) -> anyhow::Result<Source> {
        let settings = self.common()?;
        let opened = match self.protocol {
            Kind::Jetstream => vigie_live::stream(settings, Protocol::Jetstream, listener),
            Kind::Jetstream2 => vigie_live::stream(settings, Protocol::Jetstream2, listener),
            Kind::Firehose => vigie_live::stream(settings, Protocol::Firehose, listener),
            Kind::Webhook => bail!("a webhook is not connected to"),
            Kind::X => {
                let what = XStream::Filtered { rules: rules(configured)?, backfill_minutes: self.backfill_minutes, catch_up: self.catch_up };
                Ok(vigie_live::x_stream(&settings, Arc::new(self.account(configured)?), what, listener))
            }
            Kind::XCompliance => {
                let what = XStream::Compliance { partition: self.partition.unwrap_or(1) };
                Ok(vigie_live::x_stream(&settings, Arc::new(self.account(configured)?), what, listener))
            }
            Kind::Mastodon => Timeline::parse(self.stream.as_deref().unwrap_or("public"), self.tag.as_deref())
                .and_then(|timeline| vigie_live::mastodon(settings, Mastodon { timeline, transport: self.transport }, listener)),
        };
        Ok(opened?)
    }

    fn common(&self) -> anyhow::Result<vigie_live::Settings> {
        Ok(vigie_live::Settings {
            token: self.token()?,
            allow_private: self.allow_private,
            from_beginning: self.from_beginning,
            ..vigie_live::Settings::new(&self.name, &self.url)
        })
    }

    /// The account with X. Without a budget nothing is read: nobody spends money by leaving out a line.
    pub(crate) fn account(&self, configured: &Settings) -> anyhow::Result<XAccount> {
        let amount = |setting, value: Option<f64>| vigie_live::money(setting, value.unwrap_or(0.0));
        let price = Price { read: amount("price_per_read", self.price_per_read)?, count: amount("price_per_count", self.price_per_count)? };
        let budget = Budget { day: amount("budget_day", self.budget_day)?, month: amount("budget_month", self.budget_month)? };
        let paid = self.protocol == Kind::X;
        if paid && (budget.is_empty() || price.read == 0) {
            bail!("X is paid by the post: set `price_per_read`, `budget_day` and `budget_month` (docs/sources.md)");
        }
        std::fs::create_dir_all(&configured.data).with_context(|| format!("cannot create {}", configured.data.display()))?;
        Ok(XAccount::new(&self.common()?, price, Purse::open(&configured.data, &self.name, budget)?)?)
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

/// The rules of X that the watches ask for: of those that are not of other networks only.
pub(crate) fn rules(configured: &Settings) -> anyhow::Result<RuleSet> {
    let mut set = RuleSet::default();
    let of_x = |watch: &&vigie_detect::Watch| watch.networks.is_empty() || watch.networks.iter().any(|network| network == "x");
    for watch in configured.watches.iter().filter(of_x) {
        let any: Vec<String> = watch.any.iter().chain(&watch.places).cloned().collect();
        set.add(&watch.name, &any, &watch.all, &watch.none)?;
    }
    if set.rules().is_empty() {
        bail!("no watch concerns X: add a [[watch]] with `any` or `all`");
    }
    Ok(set)
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
