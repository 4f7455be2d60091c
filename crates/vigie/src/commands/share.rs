//! `vigie share`: what share of a watch's posts are adverts, with an interval.

use std::{path::Path, process::ExitCode};

use clap::{Args, ValueEnum};
use vigie_measure::{
    estimate::Validation,
    share::{SharePlan, validation},
};
use vigie_report::{FigureContext, ShareFigure, comparisons, comparisons_text, drawn, figures_svg, figures_text, groups, share_csv, share_json, share_table};
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
        let mut samples: Vec<(Domain, DomainSample)> = Vec::new();
        for domain in self.scope.domains(settings, self.reposts) {
            let sample = store.domain_sample(&domain)?;
            if !self.by_network {
                samples.push((domain, sample));
                continue;
            }
            for network in networks(&sample) {
                let domain = Domain { network: Some(network), ..domain.clone() };
                let sample = store.domain_sample(&domain)?;
                samples.push((domain, sample));
            }
        }
        let (detectors, seed, plan) = (store.detector_runs()?, store.seed_fingerprint(), SharePlan::default());
        let tests: Vec<Option<Validation>> = samples.iter().map(|(_, sample)| validation(&groups(&sample.cells), &drawn(&sample.posts))).collect();
        Ok(samples
            .into_iter()
            .enumerate()
            .map(|(at, (domain, sample))| {
                let context = FigureContext { elsewhere: best_other(&tests, at), detectors: detectors.clone(), seed: seed.clone(), plan };
                ShareFigure::new(domain, &sample, &context)
            })
            .collect())
    }
}

/// The networks with posts, in order.
fn networks(sample: &DomainSample) -> Vec<String> {
    let names: std::collections::BTreeSet<&str> = sample.cells.iter().map(|cell| cell.network.as_str()).collect();
    names.into_iter().map(str::to_owned).collect()
}

/// The best checked detector among the other watches: the one with the most adverts behind its sensitivity, of at least 30.
fn best_other(tests: &[Option<Validation>], at: usize) -> Option<Validation> {
    let others = tests.iter().enumerate().filter(|(index, _)| *index != at).filter_map(|(_, test)| *test);
    others.filter(|test| test.adverts >= 30.0).max_by(|a, b| a.adverts.total_cmp(&b.adverts))
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
