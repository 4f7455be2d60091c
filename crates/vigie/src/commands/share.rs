//! `vigie share`: what share of a watch's posts are adverts, with an interval.

use std::{path::Path, process::ExitCode};

use clap::{Args, ValueEnum};
use vigie_report::{ShareFigure, comparisons, comparisons_text, figures_svg, figures_text, share_csv, share_figures, share_json, share_table};
use vigie_store::{Domain, DomainSample, Figures, Measuring, SqliteReader};

use super::{LanguageArg, language, print, scope::Scope, settings};
use crate::settings::Settings;

/// Show the share of adverts per watch, with an interval as soon as people have read a random sample
///
/// Without labels this is the raw detector rate, which is not an estimate: `vigie label` serves the posts to read.
#[derive(Debug, Args)]
pub(crate) struct Share {
    #[command(flatten)]
    scope: Scope,
    /// Count reposts as well
    #[arg(long)]
    reposts: bool,
    /// A share for each network, and how they differ
    #[arg(long, conflicts_with = "network")]
    by_network: bool,
    /// Say how the shares differ
    #[arg(long)]
    compare: bool,
    /// Print the raw counts of each day too
    #[arg(long)]
    days: bool,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Language of table and picture [default: that of the environment]
    #[arg(long, value_enum)]
    lang: Option<LanguageArg>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For the terminal
    Table,
    /// One JSON document: raw counts, and estimates with their recipes
    Json,
    /// Raw counts for a spreadsheet
    Csv,
    /// A picture
    Svg,
    /// A paragraph on methods for each watch
    Methods,
    /// Commitments to the posts counted, a line of JSON for each hour
    Denominators,
}

impl Share {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let settings = settings(config)?;
        let store = SqliteReader::open(&settings.data, &settings.policy)?;
        let language = language(self.lang);
        let rows = || store.share(&self.scope.filter());
        let figures = || self.figures(&store, &settings);
        print(&match self.format {
            Format::Table => {
                let found = figures()?;
                let differences = if self.compare || self.by_network { comparisons_text(&comparisons(&found), language) } else { String::new() };
                let figures = figures_text(&found, language) + &differences;
                let table = if self.days || figures.is_empty() { share_table(&rows()?, language) } else { String::new() };
                figures + &table
            }
            Format::Json => share_json(&rows()?, &figures()?) + "\n",
            Format::Csv => share_csv(&rows()?),
            Format::Svg => figures_svg(&figures()?, language),
            Format::Methods => paragraphs(&figures()?, language),
            Format::Denominators => denominators(&store)?,
        })
    }

    /// A figure for the watch asked for, or for each one configured.
    fn figures(&self, store: &SqliteReader, settings: &Settings) -> anyhow::Result<Vec<ShareFigure>> {
        let domains = self.scope.domains(settings, self.reposts);
        if !self.by_network {
            return Ok(share_figures(store, &domains)?);
        }
        let mut of_networks = Vec::new();
        for domain in domains {
            for network in networks(&store.domain_sample(&domain)?) {
                of_networks.push(Domain { network: Some(network), ..domain.clone() });
            }
        }
        Ok(share_figures(store, &of_networks)?)
    }
}

/// The networks with posts, in order.
fn networks(sample: &DomainSample) -> Vec<String> {
    let names: std::collections::BTreeSet<&str> = sample.cells.iter().map(|cell| cell.network.as_str()).collect();
    names.into_iter().map(str::to_owned).collect()
}

fn paragraphs(figures: &[ShareFigure], language: vigie_report::Language) -> String {
    let paragraph = |figure: &ShareFigure| match language {
        vigie_report::Language::English => figure.methods.en.clone(),
        vigie_report::Language::French => figure.methods.fr.clone(),
    };
    figures.iter().filter(|figure| figure.posts.posts > 0).map(|figure| paragraph(figure) + "\n\n").collect()
}

fn denominators(store: &SqliteReader) -> anyhow::Result<String> {
    let mut out = String::new();
    for root in store.denominator_roots()? {
        out.push_str(&serde_json::to_string(&root)?);
        out.push('\n');
    }
    Ok(out)
}
