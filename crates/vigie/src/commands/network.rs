//! `vigie network`: one network, with its reasons.

use std::{path::Path, process::ExitCode};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use vigie_report::{NetworkReport, network_svg, network_text};
use vigie_store::{Error, LinkingUpkeep, SqliteStore};

use super::{
    LanguageArg, language,
    networks::{Linked, account_ref, reports},
    print,
    scan::now,
    settings,
};
use crate::settings::Settings;

/// Show a network: who is in it, what they share and in which finds, what their finds say
///
/// With --apart an account is taken out of it for good: it is never linked with the others again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  vigie network 12\n  vigie network 12 --format svg > network-12.svg\n  \
    vigie network 12 --apart instagram:fictif_31 --by \"A. Example\" --why \"reseller, see find 77\"")]
pub(crate) struct Network {
    /// Its number (see `vigie networks`)
    #[arg(value_name = "N")]
    number: u64,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Language of text and picture [default: that of the environment]
    #[arg(long, value_enum)]
    lang: Option<LanguageArg>,
    /// Take this account out, and remember it
    #[arg(long, value_name = "NETWORK:ACCOUNT", requires_all = ["by", "why"])]
    apart: Option<String>,
    /// Who decides that
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people; contacts are masked
    Text,
    /// One JSON document with everything
    Json,
    /// A map; contacts are masked
    Svg,
}

impl Network {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let settings = settings(config)?;
        let linked = Linked::make(&settings)?;
        if let Some(account) = &self.apart {
            return self.take_apart(&settings, &linked, account);
        }
        let network = self.report(&settings, &linked)?;
        let language = language(self.lang);
        print(&match self.format {
            Format::Text => network_text(&network, language),
            Format::Json => serde_json::to_string_pretty(&network)? + "\n",
            Format::Svg => network_svg(&network, language),
        })
    }

    fn report(&self, settings: &Settings, linked: &Linked) -> anyhow::Result<NetworkReport> {
        reports(settings, linked, Some(self.number))?.pop().ok_or_else(|| Error::NoNetwork(self.number).into())
    }

    fn take_apart(&self, settings: &Settings, linked: &Linked, account: &str) -> anyhow::Result<ExitCode> {
        let (network, key) = account.split_once(':').context("an account is named as NETWORK:ACCOUNT")?;
        let members = linked.solution.clusters.iter().zip(&linked.numbers).find(|(_, number)| **number == Some(self.number));
        let Some((cluster, _)) = members else { return Err(Error::NoNetwork(self.number).into()) };
        let Some(account) = cluster.accounts.iter().find(|account| &*account.network == network && &*account.key == key) else {
            bail!("network {} has no account of that name: `vigie network {}` lists them", self.number, self.number);
        };
        let others: Vec<_> = cluster.accounts.iter().map(account_ref).collect();
        let (person, reason) = (self.by.as_deref().unwrap_or_default(), self.why.as_deref().unwrap_or_default());
        let mut store = SqliteStore::open(&settings.data, &settings.policy)?;
        store.take_apart(&account_ref(account), &others, person, reason, now()?)?;
        drop(store);
        Linked::make(settings)?;
        print(&format!("the account is no longer linked with the {} others of network {}, and will not be again\n", others.len() - 1, self.number))
    }
}
