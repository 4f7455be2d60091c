//! `vigie evidence list | hold | release | export | purge`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use vigie_evidence::vault::Vault;

use super::{now, root};
use crate::commands::print;

/// What happens to an exhibit, by whom and why.
#[derive(Debug, Args)]
pub(crate) struct Change {
    /// Identifier of the exhibit
    exhibit: String,
    /// Who decides
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Copy an exhibit with everything that is needed to verify it; the log says so
#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    change: Change,
    /// New folder for the copy
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

pub(crate) fn list(config: Option<&Path>) -> anyhow::Result<ExitCode> {
    let names = vigie_evidence::vault::list(&root(config)?)?;
    print(&names.iter().map(|name| format!("{name}\n")).collect::<String>())
}

impl Change {
    pub(crate) fn hold(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        Vault::open(&root(config)?)?.hold(&self.exhibit, &self.by, &self.reason, &now())?;
        Ok(ExitCode::SUCCESS)
    }

    pub(crate) fn release(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        Vault::open(&root(config)?)?.release(&self.exhibit, &self.by, &self.reason, &now())?;
        Ok(ExitCode::SUCCESS)
    }

    pub(crate) fn purge(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        Vault::open(&root(config)?)?.purge(&self.exhibit, &self.by, &self.reason, &now())?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Export {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let Change { exhibit, by, reason } = self.change;
        Vault::open(&root(config)?)?.export(&exhibit, &self.to, &by, &reason, &now())?;
        Ok(ExitCode::SUCCESS)
    }
}
