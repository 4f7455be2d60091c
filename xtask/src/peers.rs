//! Real servers of other people, started here: a PDS of the AT protocol from npm.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{run, say};

/// Installs the npm package `@atproto/dev-env` once, and runs the tests of live sources against the PDS in it.
pub(crate) fn peers() -> Result<()> {
    let folder = folder()?;
    install(&folder)?;
    say("\n▶ a real PDS behind a line that is cut fifty times");
    let test = [
        "test",
        "-p",
        "vigie-live",
        "--test",
        "watch",
        "a_real_pds",
        "--",
        "--nocapture",
        "--exact",
        "a_real_pds_cut_fifty_times_loses_nothing_and_counts_nothing_twice",
    ];
    let status = Command::new("cargo").args(test).env("VIGIE_PDS", &folder).status()?;
    if status.success() { Ok(()) } else { bail!("the real PDS and we do not agree") }
}

/// Where the package lies: `VIGIE_PDS`, or below the build's folder.
fn folder() -> Result<PathBuf> {
    let folder = env::var_os("VIGIE_PDS").map_or_else(|| PathBuf::from("target/peers/atproto"), PathBuf::from);
    fs::create_dir_all(&folder)?;
    folder.canonicalize().context("the folder of the package")
}

fn install(folder: &Path) -> Result<()> {
    if folder.join("node_modules/@atproto/dev-env").exists() {
        return Ok(());
    }
    let prefix = folder.to_str().context("the folder's name is no text")?;
    run("npm", &["install", "--prefix", prefix, "--no-audit", "--no-fund", "@atproto/dev-env"])?;
    // The binary that it looks for is in no registry.
    run("npm", &["rebuild", "--prefix", prefix, "better-sqlite3", "--build-from-source"])
}
