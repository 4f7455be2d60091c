//! `vigie share`: the share of adverts from the roll-ups.

use std::{path::Path, process::ExitCode};

use clap::{Args, ValueEnum};
use vigie_report::{share_csv, share_json, share_svg, share_table};
use vigie_store::{Figures, ShareFilter, SqliteReader};

use super::{LanguageArg, language, print, settings};

/// Show the share of adverts per watch, network and day
///
/// At this point this is the raw detector rate, not an estimate: no person has checked a sample.
#[derive(Debug, Args)]
pub(crate) struct Share {
    /// Only this watch
    #[arg(long, value_name = "NAME")]
    watch: Option<String>,
    /// Only this network
    #[arg(long, value_name = "NAME")]
    network: Option<String>,
    /// From this day on (YYYY-MM-DD, UTC)
    #[arg(long, value_name = "DAY")]
    since: Option<jiff::civil::Date>,
    /// Up to this day
    #[arg(long, value_name = "DAY")]
    until: Option<jiff::civil::Date>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Language of table and picture [default: that of the environment]
    #[arg(long, value_enum)]
    lang: Option<LanguageArg>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For the terminal
    Table,
    /// One JSON document
    Json,
    /// For a spreadsheet
    Csv,
    /// A picture
    Svg,
}

impl Share {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let settings = settings(config)?;
        let store = SqliteReader::open(&settings.data, &settings.policy)?;
        let filter =
            ShareFilter { watch: self.watch, network: self.network, since: self.since.map(|d| d.to_string()), until: self.until.map(|d| d.to_string()) };
        let rows = store.share(&filter)?;
        let language = language(self.lang);
        print(&match self.format {
            Format::Table => share_table(&rows, language),
            Format::Json => share_json(&rows) + "\n",
            Format::Csv => share_csv(&rows),
            Format::Svg => share_svg(&rows, language),
        })
    }
}
