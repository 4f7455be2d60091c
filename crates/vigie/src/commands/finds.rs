//! `vigie finds`: the finds of the store, newest first.

use std::{fmt::Write, path::Path, process::ExitCode};

use clap::{Args, ValueEnum};
use vigie_model::Band;
use vigie_report::mask;
use vigie_store::{Find, FindFilter, Finds as _, SqliteReader};

use super::{print, settings};

/// List the finds that are stored, newest first
#[derive(Debug, Args)]
pub(crate) struct Finds {
    /// Only those of this watch
    #[arg(long, value_name = "NAME")]
    watch: Option<String>,
    /// Only those on this network
    #[arg(long, value_name = "NAME")]
    network: Option<String>,
    /// Only those in this band
    #[arg(long, value_enum)]
    band: Option<BandArg>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Print JSON lines
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum BandArg {
    /// Adverts
    Advert,
    /// For a person to look at
    Review,
}

impl Finds {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let settings = settings(config)?;
        let store = SqliteReader::open(&settings.data, &settings.policy)?;
        let band = self.band.map(|band| match band {
            BandArg::Advert => Band::Advert,
            BandArg::Review => Band::Review,
        });
        let finds = store.finds(&FindFilter { watch: self.watch, network: self.network, band }, self.limit)?;
        let mut out = String::new();
        for find in &finds {
            if self.json {
                out.push_str(&serde_json::to_string(find)?);
            } else {
                line(find, &mut out);
            }
            out.push('\n');
        }
        if finds.is_empty() && !self.json {
            out.push_str("no finds\n");
        }
        print(&out)
    }
}

fn line(find: &Find, out: &mut String) {
    let posted = find.posted_at.map_or_else(|| "unknown time".to_owned(), |t| t.to_string());
    let products: Vec<_> = find.verdict.products.iter().map(|p| p.as_str()).collect();
    let contact = find.verdict.contacts.first().map_or(String::new(), |c| format!("  {} {}", c.kind.as_str(), mask(&c.value)));
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "{:>6}  {posted:<20}  {:<9}  {:<6} {:.2}  {:<18}  {}{contact}",
        find.id,
        find.network,
        find.verdict.band.as_str(),
        find.verdict.score,
        products.join(" "),
        find.watches.join(", ")
    );
}

/// What a find is, in one line.
pub(crate) fn heading(find: &Find) -> String {
    let posted = find.posted_at.map_or_else(|| "at an unknown time".to_owned(), |t| t.to_string());
    let author = find.author_handle.as_ref().map_or(String::new(), |handle| format!(" by @{handle}"));
    let deleted = find.deleted_seen_at.map_or(String::new(), |t| format!(", deleted (seen {t})"));
    let url = find.url.as_ref().map_or(String::new(), |url| format!("\n{url}"));
    format!("Find {}: {}:{}{author}, posted {posted}{deleted}{url}", find.id, find.network, find.native_id)
}
