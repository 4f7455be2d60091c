//! `vigie evidence`: captures that anybody can verify.

mod custody;
mod follow;
mod seal;
mod verify;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand, ValueEnum};

use super::settings;

/// Largest package that is read unless another limit is given, in MiB.
const DEFAULT_MIB: u64 = 1024;

/// Seal finds as evidence, and verify evidence from anywhere
#[derive(Debug, Args)]
pub(crate) struct EvidenceCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Seal(seal::Seal),
    Follow(follow::Follow),
    Verify(verify::Verify),
    Fsck(verify::Fsck),
    /// List the exhibits
    List,
    /// Place an exhibit under legal hold: it cannot be erased until it is released
    Hold(custody::Change),
    /// Lift a legal hold
    Release(custody::Change),
    Export(custody::Export),
    /// Erase an exhibit's content and the salts that open its log entry; the log stays valid
    Purge(custody::Change),
}

/// Form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

impl EvidenceCommand {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Seal(seal) => seal.run(config),
            Command::Follow(follow) => follow.run(config),
            Command::Verify(verify) => verify.run(),
            Command::Fsck(fsck) => fsck.run(config),
            Command::List => custody::list(config),
            Command::Hold(change) => change.hold(config),
            Command::Release(change) => change.release(config),
            Command::Export(export) => export.run(config),
            Command::Purge(change) => change.purge(config),
        }
    }
}

/// The evidence folder of the configured data folder.
fn root(config: Option<&Path>) -> anyhow::Result<PathBuf> {
    Ok(settings(config)?.data.join("evidence"))
}

/// The time now, RFC 3339 in UTC with microseconds.
fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}
