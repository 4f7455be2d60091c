//! `vigie rules`: check packs, try them on examples or a text, and see what they would change.

mod backtest;
mod check;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand};
use vigie_detect::{Detector, Lexicon, Model};
use vigie_rules::PackSource;

use crate::settings::Settings;

/// Check rule packs, try them, and see what they would change
#[derive(Debug, Args)]
pub(crate) struct RulesCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Check),
    Test(check::Test),
    Backtest(backtest::BacktestCommand),
}

impl RulesCommand {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let settings = Settings::load(config)?.unwrap_or_else(Settings::unconfigured);
        match self.command {
            Command::Check(check) => check.run(&settings),
            Command::Test(test) => test.run(&settings),
            Command::Backtest(backtest) => backtest.run(&settings),
        }
    }
}

/// The named packs alone, or all that are configured.
fn source(packs: &[PathBuf], settings: &Settings) -> PackSource {
    if packs.is_empty() { settings.rules.clone() } else { PackSource { embedded: false, paths: packs.to_vec() } }
}

fn detector(settings: &Settings) -> anyhow::Result<Detector> {
    Ok(Detector::new(Lexicon::embedded()?, Model::embedded()?, settings.watches.clone()))
}
