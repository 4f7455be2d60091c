//! `vigie episodes`: flash sales.

use std::{path::Path, process::ExitCode};

use clap::{Args, ValueEnum};
use vigie_measure::burst::EpisodePlan;
use vigie_report::{episode_reports, episodes_svg, episodes_text};
use vigie_store::{Domain, Measuring, SqliteReader, WatchHour};

use super::{LanguageArg, language, print, scope::Scope, settings};
use crate::settings::Settings;

/// Find flash sales: runs of hours with more adverts than the posts explain
#[derive(Debug, Args)]
pub(crate) struct Episodes {
    #[command(flatten)]
    scope: Scope,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Language of text and picture [default: that of the environment]
    #[arg(long, value_enum)]
    lang: Option<LanguageArg>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// A picture
    Svg,
}

impl Episodes {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let settings = settings(config)?;
        let store = SqliteReader::open(&settings.data, &settings.policy)?;
        let hours = self.hours(&store, &settings)?;
        let found = episode_reports(&hours, &EpisodePlan::default(), |watch, network, span, limit| store.advert_finds(watch, network, span, limit))?;
        let language = language(self.lang);
        print(&match self.format {
            Format::Text => episodes_text(&found, language),
            Format::Json => serde_json::to_string_pretty(&found)? + "\n",
            Format::Svg => episodes_svg(&hours, &found, language),
        })
    }

    fn hours(&self, store: &SqliteReader, settings: &Settings) -> anyhow::Result<Vec<(Domain, Vec<WatchHour>)>> {
        self.scope.domains(settings, false).into_iter().map(|domain| Ok((domain.clone(), store.watch_hours(&domain)?))).collect()
    }
}
