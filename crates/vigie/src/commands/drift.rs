//! `vigie drift`: whether detector and stream are still what they were.

use std::{path::Path, process::ExitCode};

use clap::Args;
use vigie_report::{Language, drift_report, drift_text};
use vigie_store::{Domain, Measuring, SqliteReader};

use super::{LanguageArg, TextOrJson, language, print, scope::watches, settings};

/// Compare the scores of two spans of time, and the scores with the labels
#[derive(Debug, Args)]
pub(crate) struct Drift {
    /// Only this watch
    #[arg(long, value_name = "NAME")]
    watch: Option<String>,
    /// First day of the later span (YYYY-MM-DD, UTC) [default: the middle of what there is]
    #[arg(long, value_name = "DAY")]
    since: Option<jiff::civil::Date>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
    /// Language of the text [default: that of the environment]
    #[arg(long, value_enum)]
    lang: Option<LanguageArg>,
}

impl Drift {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let settings = settings(config)?;
        let store = SqliteReader::open(&settings.data, &settings.policy)?;
        let detectors = store.detector_runs()?;
        let since = self.since.map(|day| day.to_string());
        let mut reports = Vec::new();
        for watch in watches(self.watch.clone(), &settings) {
            let sample = store.domain_sample(&Domain { watch: watch.clone(), ..Domain::default() })?;
            reports.push(drift_report(&watch, &sample, since.as_deref(), &detectors));
        }
        let language: Language = language(self.lang);
        print(&match self.format {
            TextOrJson::Text => reports.iter().map(|report| drift_text(report, language)).collect::<String>(),
            TextOrJson::Json => serde_json::to_string_pretty(&reports)? + "\n",
        })
    }
}
