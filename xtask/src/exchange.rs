//! `cargo xtask exchange`: the tools that read networks judge what Vigie exports.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

use crate::run;

/// PyPI packages of the tools.
const TOOLS: [&str; 5] = ["networkx==3.6.1", "pymisp==2.5.34.4", "stix2==3.0.2", "stix2-validator==3.3.2", "case-utils==0.18.0"];

/// A folder with the tools, made once in `target/`.
fn tools() -> Result<PathBuf> {
    let folder = Path::new("target/exchange-venv");
    if !folder.join("bin/case_validate").exists() {
        run("python3", &["-m", "venv", "target/exchange-venv"])?;
        run("target/exchange-venv/bin/pip", &[&["install", "--quiet"][..], &TOOLS].concat())?;
    }
    Ok(folder.join("bin/python"))
}

/// Scans the sample, exports its networks, and shows them to the tools.
pub(crate) fn exchange() -> Result<()> {
    let python = tools()?;
    run("cargo", &["build", "--quiet", "-p", "vigie"])?;
    let case = tempfile::tempdir()?;
    let config = case.path().join("vigie.toml");
    fs::write(&config, "profile = \"authority\"\n")?;
    let config = config.display().to_string();
    let folder = case.path().join("export").display().to_string();
    let vigie = "target/debug/vigie";
    run(vigie, &["--config", &config, "scan", "samples/"])?;
    let handover = ["--by", "A. Example", "--purpose", "test", "--legal-basis", "none: synthetic posts", "--recipient", "nobody", "--expires", "2027-01-01"];
    run(vigie, &[&["--config", &config, "export", "networks", "--out", &folder][..], &handover].concat())?;
    run(&python.display().to_string(), &["bench/exchange.py", &folder])
}
