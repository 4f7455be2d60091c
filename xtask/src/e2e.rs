//! The console in a real browser.

use std::{env, path::Path};

use anyhow::{Context, Result};

use crate::{need_program, run};

/// Builds the program, fetches what the test needs, and runs it. Chromium comes from Debian, Playwright and axe-core from npm.
pub(crate) fn e2e() -> Result<()> {
    need_program("node", "nodejs")?;
    need_program("npm", "npm")?;
    need_program("chromium", "chromium")?;
    let root = env::current_dir()?;
    run("npm", &["--prefix", "e2e", "ci", "--no-audit", "--no-fund"])?;
    run("cargo", &["build", "-p", "vigie"])?;
    let vigie = target_dir(&root).join("debug/vigie");
    let (vigie, samples) = (vigie.to_str().context("the target folder's name is not UTF-8")?.to_owned(), root.join("samples"));
    run("node", &["e2e/console.mjs", &vigie, samples.to_str().context("the folder's name is not UTF-8")?])
}

fn target_dir(root: &Path) -> std::path::PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into)
}
