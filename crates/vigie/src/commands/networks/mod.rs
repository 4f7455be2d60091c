//! `vigie networks`: which accounts belong together.

mod linking;

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use vigie_report::{NetworkReport, networks_text};

pub(super) use linking::{Linked, account_ref, reports};

use super::{LanguageArg, TextOrJson, language, print, settings};

/// List networks: accounts that share contacts, texts or pictures, with what they share
///
/// Accounts are linked by contacts that their adverts offer, or by two signals that are independent of each other; never by help lines,
/// news links, or values that many share. A network says that its accounts share something, never that one person is behind them.
/// The profile authority links across networks, platform within one, the others not at all.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  vigie networks\n  vigie networks --assignments clusters.jsonl\n  vigie network 12")]
pub(crate) struct Networks {
    /// Form of the output
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
    /// Write a line for each account that has a find: network, account, cluster; - for standard output instead of the list
    #[arg(long, value_name = "OUT.jsonl")]
    assignments: Option<PathBuf>,
    /// How many networks are listed as text
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Language of the text [default: that of the environment]
    #[arg(long, value_enum)]
    lang: Option<LanguageArg>,
}

/// A line of `--assignments`.
#[derive(Serialize)]
struct Assignment<'a> {
    network: &'a str,
    account: &'a str,
    cluster: &'a str,
}

/// The list as JSON.
#[derive(Serialize)]
struct Document<'a> {
    networks: &'a [NetworkReport],
    accounts_alone: usize,
    finds_without_linkable_author: u64,
}

impl Networks {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let settings = settings(config)?;
        let linked = Linked::make(&settings)?;
        match self.assignments.as_deref() {
            Some(path) if path.as_os_str() == "-" => return print(&String::from_utf8(assignments(&linked, Vec::new())?)?),
            Some(path) => {
                let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
                assignments(&linked, BufWriter::new(file))
                    .and_then(|mut file| Ok(file.flush()?))
                    .with_context(|| format!("cannot write {}", path.display()))?;
            }
            None => {}
        }
        let networks = reports(&settings, &linked, None)?;
        let alone = linked.solution.clusters.len() - networks.len();
        print(&match self.format {
            TextOrJson::Text => networks_text(&networks, alone, linked.unlinkable, self.limit, language(self.lang)),
            TextOrJson::Json => {
                let document = Document { networks: &networks, accounts_alone: alone, finds_without_linkable_author: linked.unlinkable };
                serde_json::to_string_pretty(&document)? + "\n"
            }
        })
    }
}

/// A line for each account, sorted by cluster and account. Networks are called `N<number>`, an account alone by itself.
fn assignments<W: Write>(linked: &Linked, mut out: W) -> anyhow::Result<W> {
    for (cluster, number) in linked.solution.clusters.iter().zip(&linked.numbers) {
        let first = cluster.accounts.first().map_or_else(String::new, |account| format!("{}:{}", account.network, account.key));
        let name = number.map_or(first, |number| format!("N{number}"));
        for account in &cluster.accounts {
            serde_json::to_writer(&mut out, &Assignment { network: &account.network, account: &account.key, cluster: &name })?;
            out.write_all(b"\n")?;
        }
    }
    Ok(out)
}
