//! The commands, one module each.

mod ablate;
mod backup;
mod capture;
mod doctor;
mod drift;
mod episodes;
mod eval;
mod evidence;
mod export;
mod finds;
mod hashes;
mod import;
mod init;
mod label;
mod labels;
mod lexicon;
mod model;
mod network;
mod networks;
mod notice;
mod police;
mod purge;
mod rules;
mod scan;
mod scope;
mod serve;
mod share;
mod show;
mod statement;
mod status;
mod watch;
mod x;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use vigie_report::Language;

use crate::settings::{FILE_NAME, Settings};

/// Finds, explains and measures public adverts that sell illegal drugs.
///
/// Vigie reads public social-media posts, says which of them are adverts and why, and what share of a keyword's posts they are.
/// It judges posts, never persons, and sends nothing that a named person has not released.
#[derive(Debug, Parser)]
#[command(name = "vigie", version, propagate_version = true)]
pub(crate) struct Cli {
    /// Configuration file [default: vigie.toml in this folder or the nearest one above]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Scan(scan::Scan),
    Watch(watch::Watch),
    Serve(serve::Serve),
    X(x::XCommand),
    Import(import::Import),
    Capture(capture::Capture),
    Status(status::Status),
    Share(share::Share),
    Label(label::Label),
    Episodes(episodes::Episodes),
    Drift(drift::Drift),
    Finds(finds::Finds),
    Show(show::Show),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Networks(networks::Networks),
    Network(network::Network),
    Init(init::Init),
    Doctor(doctor::Doctor),
    Evidence(evidence::EvidenceCommand),
    Notice(notice::NoticeCommand),
    Statement(statement::StatementCommand),
    Pharos(police::Pharos),
    Letter(police::LetterCommand),
    Dossier(police::DossierCommand),
    Emergency(police::Emergency),
    Labels(labels::LabelsCommand),
    Export(export::ExportCommand),
    Purge(purge::Purge),
    Hold(purge::Hold),
    Lexicon(lexicon::LexiconCommand),
    Model(model::ModelCommand),
    Rules(rules::RulesCommand),
    Hashes(hashes::HashesCommand),
    /// Print completions for a shell
    #[command(after_help = "Example: vigie completions bash > /etc/bash_completion.d/vigie")]
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff), or write one for each command into a folder
    Man {
        /// Folder for vigie.1, vigie-scan.1 …
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

/// Form of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextOrJson {
    /// For people
    Text,
    /// One JSON document
    Json,
}

/// Language of what people read.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LanguageArg {
    /// English
    En,
    /// French
    Fr,
}

impl From<LanguageArg> for Language {
    fn from(arg: LanguageArg) -> Self {
        match arg {
            LanguageArg::En => Self::English,
            LanguageArg::Fr => Self::French,
        }
    }
}

/// The language of the environment (`LC_ALL`, `LC_MESSAGES`, `LANG`) unless one is asked for.
pub(crate) fn language(asked: Option<LanguageArg>) -> Language {
    let of_environment = || ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    match asked {
        Some(arg) => arg.into(),
        None if of_environment().is_some_and(|v| v.starts_with("fr")) => Language::French,
        None => Language::English,
    }
}

impl Cli {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let config = self.config.as_deref();
        match self.command {
            Command::Scan(scan) => scan.run(config),
            Command::Import(import) => import.run(config),
            Command::Capture(capture) => capture.run(config),
            Command::Watch(watch) => watch.run(config),
            Command::Serve(serve) => serve.run(config),
            Command::Backup(backup) => backup.run(config),
            Command::Restore(restore) => restore.run(config),
            Command::X(x) => x.run(config),
            Command::Status(status) => status.run(config),
            Command::Share(share) => share.run(config),
            Command::Label(label) => label.run(config),
            Command::Episodes(episodes) => episodes.run(config),
            Command::Drift(drift) => drift.run(config),
            Command::Finds(finds) => finds.run(config),
            Command::Show(show) => show.run(config),
            Command::Networks(networks) => networks.run(config),
            Command::Network(network) => network.run(config),
            Command::Init(init) => init.run(),
            Command::Doctor(doctor) => doctor.run(config),
            Command::Evidence(evidence) => evidence.run(config),
            Command::Notice(notice) => notice.run(config),
            Command::Statement(statement) => statement.run(config),
            Command::Pharos(pharos) => pharos.run(config),
            Command::Letter(letter) => letter.run(config),
            Command::Dossier(dossier) => dossier.run(config),
            Command::Emergency(emergency) => emergency.run(),
            Command::Labels(labels) => labels.run(config),
            Command::Export(export) => export.run(config),
            Command::Purge(purge) => purge.run(config),
            Command::Hold(hold) => hold.run(config),
            Command::Lexicon(lexicon) => lexicon.run(),
            Command::Model(model) => model.run(),
            Command::Rules(rules) => rules.run(config),
            Command::Hashes(hashes) => hashes.run(config),
            Command::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut Self::command(), "vigie", &mut script);
                print(&String::from_utf8_lossy(&script))
            }
            Command::Man { out } => man(out.as_deref()),
        }
    }
}

fn man(out: Option<&Path>) -> anyhow::Result<ExitCode> {
    if let Some(folder) = out {
        std::fs::create_dir_all(folder)?;
        clap_mangen::generate_to(Cli::command(), folder).with_context(|| format!("cannot write manual pages to {}", folder.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    print(&String::from_utf8_lossy(&page))
}

/// Prints to standard output; a closed pipe is an error that `main` takes for the end.
pub(crate) fn print(text: &str) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Prints an error with its causes to standard error.
pub(crate) fn complain(error: &anyhow::Error) {
    // Nowhere is left to report to if this fails.
    drop(writeln!(io::stderr().lock(), "vigie: {error:#}"));
}

/// The configuration, which this command needs.
pub(crate) fn settings(config: Option<&Path>) -> anyhow::Result<Settings> {
    match Settings::load(config)? {
        Some(settings) => Ok(settings),
        None => bail!("no {FILE_NAME} in this folder or above: run `vigie init --profile NAME` to make one, or name one with --config"),
    }
}
