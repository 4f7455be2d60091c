//! `docs/detector.md`: what was measured of the detector.
//!
//! The functional suite and generated posts can be measured anywhere, so that part is made by `generate` and compared in CI. Real posts lie
//! outside the project: `figures` measures on them and keeps the tables in `docs/figures/real.md`, from where the page takes them.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::say;

const REAL: &str = "docs/figures/real.md";
/// What each part of the detector brings, by `vigie model ablate`.
const ABLATION: &str = "docs/figures/ablation.md";
const RECIPE: &str = "models/training.toml";

/// Folders of `../shared/data` that hold labelled posts.
const FOLDERS: [&str; 5] = ["tweets_mlma", "tweets_xlmt", "sentences_tatoeba_fr", "sms_spam", "agora_titles_amber"];

const HEAD: &str = "# What was measured of the detector

Written by `cargo xtask generate` (functional suite, generated posts) and `cargo xtask figures` (real posts, ablation); do not edit.

**French detection: not yet measured on independent adverts.** Real French adverts hardly exist in licensed form. *Real posts* below are
ordinary posts, which show false alarms, and catalogue titles in English, which are no posts. The *functional suite* was written by people
who read the taxonomy; it shows what the detector can and cannot do, not how often that occurs. *Generated posts* come from our own grammar
and show that the software works. The three are never pooled. Measure on data of your own: [labelling.md](labelling.md).

";

/// Writes the page from the kept tables of real posts and from what can be measured here.
pub(crate) fn page() -> Result<()> {
    let real = fs::read_to_string(REAL).unwrap_or_else(|_| "## Real posts\n\nNot measured yet: `cargo xtask figures`.\n\n".to_owned());
    let ablation = fs::read_to_string(ABLATION).unwrap_or_else(|_| "## Ablation\n\nNot measured yet: `cargo xtask figures`.\n\n".to_owned());
    let reproducible = eval(&["--suite", "suite", "--generated", "20000", "--recipe", RECIPE])?;
    let page = format!("{HEAD}{real}{ablation}{reproducible}");
    fs::write("docs/detector.md", page.trim_end().to_owned() + "\n").context("cannot write docs/detector.md")
}

/// Measures on the real posts of `../shared/data`.
pub(crate) fn real() -> Result<()> {
    let data = Path::new("../shared/data");
    if !data.is_dir() {
        bail!("{} is not here: this task needs the shared data beside the project", data.display());
    }
    let paths: Vec<String> = FOLDERS.iter().map(|folder| data.join(folder).display().to_string()).collect();
    let mut arguments = vec!["--names", "--recipe", RECIPE];
    arguments.extend(paths.iter().flat_map(|path| ["--data", path.as_str()]));
    let tables = eval(&arguments)?;
    fs::create_dir_all("docs/figures")?;
    fs::write(REAL, tables).with_context(|| format!("cannot write {REAL}"))?;
    let ablation = model(&["ablate", RECIPE, "--data", "suite", "--data", "../shared/data/tweets_mlma"])?;
    fs::write(ABLATION, format!("## Ablation\n\n{ablation}")).with_context(|| format!("cannot write {ABLATION}"))?;
    page()
}

/// What `vigie model eval` prints as Markdown.
fn eval(arguments: &[&str]) -> Result<String> {
    model(&[&["eval"], arguments].concat())
}

/// What a command of `vigie model` prints as Markdown.
fn model(arguments: &[&str]) -> Result<String> {
    say(&format!("\n▶ vigie model {}", arguments.join(" ")));
    let out = Command::new("cargo")
        .args(["run", "--quiet", "--release", "-p", "vigie", "--", "model"])
        .args(arguments)
        .args(["--format", "markdown"])
        .output()
        .context("cannot start cargo")?;
    if !out.status.success() {
        bail!("vigie model {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&out.stderr));
    }
    String::from_utf8(out.stdout).context("the tables are no UTF-8")
}
