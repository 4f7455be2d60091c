//! `vigie show`: why a find was found.

use std::{path::Path, process::ExitCode};

use anyhow::bail;
use clap::Args;
use vigie_report::explain;
use vigie_store::{FindRef, Finds as _, SqliteReader};

use super::{LanguageArg, language, print, settings};

/// Explain a find: its text with the spans underlined and named, and what moved the score
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Number of the find (see `vigie finds`), or network:id
    #[arg(value_name = "FIND")]
    find: String,
    /// Print everything that is kept, as JSON
    #[arg(long)]
    json: bool,
    /// Language of the explanation [default: that of the environment]
    #[arg(long, value_enum)]
    lang: Option<LanguageArg>,
}

impl Show {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let settings = settings(config)?;
        let store = SqliteReader::open(&settings.data, &settings.policy)?;
        let reference: FindRef = self.find.parse()?;
        let Some(find) = store.find(&reference)? else {
            bail!("no find {}: `vigie finds` lists those that are kept", self.find);
        };
        if self.json {
            return print(&(serde_json::to_string_pretty(&find)? + "\n"));
        }
        let head = super::finds::heading(&find);
        print(&format!("{head}\n{}", explain(find.text.as_deref(), &find.verdict, language(self.lang))))
    }
}
