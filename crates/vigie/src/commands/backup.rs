//! `vigie backup` and `vigie restore`: a copy of the store that is known to be whole.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::Args;
use vigie_store::{SqliteDesk, SqliteStore, verify_database};

use super::{print, settings};

/// Files of a store that a backup has.
const FILES: [&str; 2] = ["vigie.db", "store.key"];

/// Copy the store into an empty folder while everything goes on, and check the copy
///
/// The copy has the key by which pseudonyms can be recomputed: keep it as safe as the store. Evidence lies in files of its own, which any
/// copying program takes.
#[derive(Debug, Args)]
#[command(after_help = "Example: vigie backup /mnt/backup/vigie-2026-11-24")]
pub(crate) struct Backup {
    /// An empty folder, or one to be made
    #[arg(value_name = "DIR")]
    to: PathBuf,
}

/// Put a backup in the place of a store that is not there
///
/// Checks the backup first and never overwrites: move a damaged store away before.
#[derive(Debug, Args)]
#[command(after_help = "Example: vigie restore /mnt/backup/vigie-2026-11-24")]
pub(crate) struct Restore {
    /// Folder of the backup
    #[arg(value_name = "DIR")]
    from: PathBuf,
}

impl Backup {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let settings = settings(config)?;
        SqliteDesk::open(&settings.data, &settings.policy)?.backup(&settings.data, &self.to)?;
        print(&format!("backed up to {} and checked\n", self.to.display()))
    }
}

impl Restore {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let settings = settings(config)?;
        for file in FILES {
            let (source, target) = (self.from.join(file), settings.data.join(file));
            if !source.is_file() {
                bail!("{} is not there: name the folder of a backup", source.display());
            }
            if target.exists() {
                bail!("{} is there already: move the old store away first", target.display());
            }
        }
        verify_database(&self.from.join("vigie.db"))?;
        fs::create_dir_all(&settings.data).with_context(|| format!("cannot make {}", settings.data.display()))?;
        // The key first: a database without its key would be refused, and so would a second try.
        for file in FILES.into_iter().rev() {
            let target = settings.data.join(file);
            fs::copy(self.from.join(file), &target).with_context(|| format!("cannot write {}", target.display()))?;
        }
        // Opening compares profile and key, and brings an older backup up to date.
        drop(SqliteStore::open(&settings.data, &settings.policy)?);
        print(&format!("restored to {}\n", settings.data.display()))
    }
}
