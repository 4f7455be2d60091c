//! `vigie model`: train, describe and question the detector's model.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::{Args, Subcommand};
use vigie_detect::{Detector, Lexicon, Model};
use vigie_train::{Example, Recipe, Report, train};

use super::print;

/// Train, describe and question the detector's model
#[derive(Debug, Args)]
pub(crate) struct ModelCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Train the weights anew from a recipe: the same data and seed give the same bytes
    #[command(after_help = "Example: vigie model train models/training.toml --out models")]
    Train {
        /// The recipe: which files, how much each counts, which seed
        recipe: PathBuf,
        /// Folder that gets detector.bin and its card
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    Eval(super::eval::Eval),
    Ablate(super::ablate::Ablate),
    Split(super::eval::Split),
    /// Print the card of the model in use: what it was made from, what was measured, what it is not for
    Card,
    /// Show what each word of a text says to the model
    #[command(after_help = "Example: vigie model explain \"beuh dispo sur Toulouse, livraison rapide\"")]
    Explain {
        /// The text
        text: String,
    },
}

impl ModelCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Train { recipe, out } => train_from(&recipe, &out),
            Command::Eval(eval) => eval.run(),
            Command::Ablate(ablate) => ablate.run(),
            Command::Split(split) => split.run(),
            Command::Card => print(include_str!("../../../../models/README.md")),
            Command::Explain { text } => explain(&text),
        }
    }
}

/// A recipe, its examples, and rows that describe its sets.
pub(super) fn examples(path: &Path) -> anyhow::Result<(Recipe, Vec<Example>, String)> {
    let read = |path: &Path| fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
    let recipe = Recipe::parse(&read(path)?).with_context(|| format!("{} is no recipe", path.display()))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let (mut examples, mut table) = (Vec::new(), String::new());
    for set in &recipe.set {
        let of_set = set.read(&read(&folder.join(&set.path))?)?;
        let adverts = of_set.iter().filter(|example| example.advert).count();
        let _ =
            writeln!(table, "| `{}`{} | {} | {} | {} | {} |", set.path, if set.half { " (half)" } else { "" }, of_set.len(), adverts, set.weight, set.source);
        examples.extend(of_set);
    }
    Ok((recipe, examples, table))
}

fn train_from(path: &Path, out: &Path) -> anyhow::Result<ExitCode> {
    let (recipe, examples, table) = examples(path)?;
    let detector = Detector::new(Lexicon::embedded()?, Model::blank(), Vec::new());
    let (model, report) = train(&detector, &examples, recipe.seed);
    let bytes = model.to_bytes();
    let model = Model::from_bytes(&bytes)?;
    write(&out.join("detector.bin"), &bytes)?;
    write(&out.join("README.md"), card(&recipe, &model, detector.versions().lexicon.as_str(), &examples, &report, &table).as_bytes())?;
    print(&format!("model {}: {} texts, {} adverts, {} bytes\n", model.version, report.examples, report.adverts, bytes.len()))
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// The model card.
fn card(recipe: &Recipe, model: &Model, lexicon: &str, examples: &[Example], report: &Report, data: &str) -> String {
    format!(
        "# The detector's model

`detector.bin`, version `{version}`: views of hashed features (words and pairs, runs of four letters, words around the masked
product, the order of its signs) and a fusion with the rules' sum and the structure of the post, all of them logistic regressions. Made by

```sh
cargo run --release -- model train models/training.toml --out models
```

with lexicon `{lexicon}` and seed {seed}. The same data give the same bytes. This page is written by that command.

- **For**: ordering and pre-selecting public posts for a person to look at. Never for a decision without a person, never for judging a person.
- **Scores** are calibrated for a stream with {prevalence:.0} % adverts; a post with a score of {advert:.2} or more is an advert, of {review:.2} or more is to review.
- **French detection: not yet measured on independent adverts.** Nearly all adverts here were written for this project, by people who know
  the taxonomy, and the rest come from our generator: figures on them say that the functions work, not how well they do in the street.
  `vigie model eval --data FOLDER` measures on data of your own.
- No post of a real person who sells is in the data; the real texts are ordinary tweets, messages and sentences, and catalogue titles.

## Data

| file | texts | adverts | weight | source |
| --- | --- | --- | --- | --- |
{data}
\"half\": the other half of the file is kept for evaluation (`docs/detector.md`).

## Held out

What models say of texts that they were not trained on (five folds; texts alike but for digits and spaces on one side). The sets above,
unweighted: prevalence {share:.0} %, which no real stream has.

| language | adverts | found as advert | found, review included | others | taken for advert | for review |
| --- | --- | --- | --- | --- | --- | --- |
{held_out}",
        version = model.version,
        seed = recipe.seed,
        prevalence = vigie_train::PREVALENCE * 100.0,
        advert = vigie_detect::ADVERT,
        review = vigie_detect::REVIEW,
        share = percent(report.adverts, report.examples),
        held_out = held_out(examples, report),
    )
}

fn held_out(examples: &[Example], report: &Report) -> String {
    let mut languages: Vec<&str> = examples.iter().map(|example| example.lang.as_str()).collect();
    languages.sort_unstable();
    languages.dedup();
    let mut out = String::new();
    for lang in languages {
        let of = |advert: bool, least: f32| {
            let with = |&&(score, is, _, number): &&(f32, bool, f32, usize)| {
                is == advert && score >= least && examples.get(number).is_some_and(|example| example.lang.as_str() == lang)
            };
            report.held_out.iter().filter(with).count()
        };
        let (adverts, others) = (of(true, 0.0), of(false, 0.0));
        let _ = writeln!(
            out,
            "| {lang} | {adverts} | {:.1} % | {:.1} % | {others} | {} | {} |",
            percent(of(true, vigie_detect::ADVERT), adverts),
            percent(of(true, vigie_detect::REVIEW), adverts),
            of(false, vigie_detect::ADVERT),
            of(false, vigie_detect::REVIEW) - of(false, vigie_detect::ADVERT),
        );
    }
    out
}

#[expect(clippy::cast_precision_loss, reason = "numbers of texts")]
fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

fn explain(text: &str) -> anyhow::Result<ExitCode> {
    let model = Model::embedded()?;
    let mut out = String::new();
    for (word, weight) in model.word_by_word(text) {
        let _ = writeln!(out, "{weight:+6.2}  {word}");
    }
    print(&out)
}
