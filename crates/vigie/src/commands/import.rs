//! `vigie import`: exports of networks and tools.

use std::{path::Path, process::ExitCode, sync::Arc};

use anyhow::bail;
use clap::{Args, ValueEnum};
use vigie_ingest::{ImportOptions, Input};

use super::scan::Scan;

/// Read exports of networks and tools, find the adverts in them, count their share
///
/// Which export a file is, is found by its content (docs/sources.md): Telegram Desktop, WhatsApp, the X archive, TikTok research,
/// Instagram hashtags, Meta's "download your information", ActivityPub outboxes, and tables with a header. Finds and counts go to
/// the store of the configuration. Importing the same posts again changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 done, 1 failed, 2 wrong usage, 3 with --strict if anything was rejected or repaired, 130 interrupted.\n\n\
    Examples:\n  vigie import ChatExport/result.json\n  vigie import chat.txt --dates day-first\n  vigie import listing.csv --network forum --map text=Annonce --map id=Numero")]
pub(crate) struct Import {
    #[command(flatten)]
    scan: Scan,
    /// Network of a table that does not say it
    #[arg(long, value_name = "NAME")]
    network: Option<String>,
    /// Column of a table for a field of the neutral form, such as text=Annonce; may be repeated
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = pair)]
    map: Vec<(String, String)>,
    /// Order of day and month in a chat that does not tell
    #[arg(long, value_enum)]
    dates: Option<Dates>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Dates {
    /// 24/11/2026
    DayFirst,
    /// 11/24/2026
    MonthFirst,
}

impl Import {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        if self.scan.names_stdin() {
            bail!("an export is read from a file, not from standard input");
        }
        let day_first = self.dates.map(|dates| dates == Dates::DayFirst);
        let options = Arc::new(ImportOptions { map: self.map, network: self.network, day_first });
        self.scan.run_on(config, |input| match input {
            Input::File(path) => Input::Export(path, Arc::clone(&options)),
            other => other,
        })
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    const FIELDS: [&str; 10] = ["id", "text", "created_at", "author_id", "author_handle", "author_name", "url", "lang", "network", "tags"];
    let (field, column) = text.split_once('=').ok_or("expected FIELD=COLUMN")?;
    if FIELDS.contains(&field) { Ok((field.to_owned(), column.to_owned())) } else { Err(format!("fields are {}", FIELDS.join(", "))) }
}
