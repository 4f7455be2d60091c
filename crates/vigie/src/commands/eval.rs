//! `vigie model eval` and `vigie model split`: measure the detector, and give others the same data to measure themselves on.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashSet},
    fs,
    io::{BufWriter, Write as _},
    ops::Range,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use vigie_detect::{Detector, Lexicon, Model, Scratch};
use vigie_eval::{
    Answer, EVALUATION_SEED, Form, Goal, Limits, Names, Options, Ordinary, Reading, Resampling, Sample, Scorer, Section, Side, SplitPlan, SuiteReport, Table,
    Truth, clusters, crude_rival, evaluate, generated, goal_table, majority, ordinary, ordinary_table, read_path, run_suite, section_tables, split,
    suite_goals, suite_tables,
};
use vigie_model::{ComponentKind, Post, Versions};
use vigie_train::{Example, Recipe};

use super::{complain, print};

/// Measure the detector on labelled posts of your own, on functional suites, on generated posts
///
/// Posts are read from JSON lines or CSV (docs/labelling.md says what to label and how). Nothing is sent anywhere, and the
/// output holds figures only: no text, no handle, no number, no id, and none of your names unless --names is given.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  vigie model eval --data labelled/ --format json > figures.json\n  vigie model eval --suite suite --format markdown")]
pub(crate) struct Eval {
    /// Labelled posts: a file, or a folder with .jsonl, .ndjson or .csv files
    #[arg(long, value_name = "PATH")]
    data: Vec<PathBuf>,
    /// Functional suite: a folder with .jsonl files whose cases have a class
    #[arg(long, value_name = "PATH")]
    suite: Option<PathBuf>,
    /// Measure on so many generated posts as well
    #[arg(long, value_name = "N", default_value_t = 0)]
    generated: u64,
    /// Judge so many generated posts that have nothing to do with drugs, and count false alarms
    #[arg(long, value_name = "N", default_value_t = 0)]
    ordinary: u64,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Shares of adverts to work out the figures for, beside that of the data
    #[arg(long, value_name = "SHARE", value_delimiter = ',', default_values_t = [0.01, 0.1, 0.8])]
    prevalence: Vec<f64>,
    /// Draws of the bootstrap
    #[arg(long, value_name = "N", default_value_t = 1000)]
    resamples: u16,
    /// Seed of the bootstrap
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Training recipe: tells texts that the model has learnt from from those held out
    #[arg(long, value_name = "FILE")]
    recipe: Option<PathBuf>,
    /// Show the names of your sources and classes, and the ids of posts judged wrongly; not for sending to anybody
    #[arg(long)]
    names: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Format {
    /// For the terminal
    Table,
    /// One JSON document
    Json,
    /// For documents
    Markdown,
}

/// Split labelled posts: no author or template on both sides, and the test side later in time
#[derive(Debug, Args)]
#[command(after_help = "Example: vigie model split --data labelled/ --out parts")]
pub(crate) struct Split {
    /// Labelled posts: files or folders, as for eval
    #[arg(long, value_name = "PATH", required = true)]
    data: Vec<PathBuf>,
    /// Folder that gets train.jsonl and test.jsonl
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Share of posts to test on
    #[arg(long, value_name = "SHARE", default_value_t = 0.3)]
    test_share: f64,
    /// Seed for posts without a time
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Training recipe: train.jsonl gets what the recipe learns from, test.jsonl what it does not
    #[arg(long, value_name = "FILE")]
    recipe: Option<PathBuf>,
    /// Write so many generated posts to generated.jsonl as well
    #[arg(long, value_name = "N", default_value_t = 0)]
    generated: u32,
}

/// The whole document.
#[derive(Serialize)]
struct Document<'a> {
    versions: &'a Versions,
    /// Says what these figures are not.
    notice: &'static str,
    /// Records that could not be used, by reason.
    refused: BTreeMap<String, u64>,
    data: Option<Section>,
    suite: Option<Suite>,
    generated: Option<Section>,
    ordinary: Option<Ordinary>,
}

#[derive(Serialize)]
struct Suite {
    goals: Vec<Goal>,
    figures: Section,
    reports: Vec<SuiteReport>,
}

const NOTICE: &str = "Real, functional and generated data are never pooled. French detection: not yet measured on independent adverts.";

impl Eval {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        self.check()?;
        let detector = Detector::new(Lexicon::embedded()?, Model::embedded()?, Vec::new());
        let learnt = self.recipe.as_deref().map(learnt_texts).transpose()?;
        let mut refused = BTreeMap::new();
        let data = (!self.data.is_empty()).then(|| read(&self.data, &mut refused)).transpose()?;
        let cases = self.suite.as_ref().map(|suite| read(std::slice::from_ref(suite), &mut refused)).transpose()?;
        let bar = progress();
        let scratch = RefCell::new(Scratch::default());
        let scorers = [of_detector(&detector, &scratch, &bar), crude_rival(), majority()];
        let learnt = learnt.as_ref().map(|texts| move |sample: &Sample| texts.contains(&alike(&sample.text)));
        let learnt: Option<&dyn Fn(&Sample) -> bool> = learnt.as_ref().map(|known| known as _);
        let names = if self.names { Names::Shown } else { Names::Numbered };
        let document = Document {
            versions: detector.versions(),
            notice: NOTICE,
            data: data.map(|samples| evaluate(&samples, &scorers, learnt, &self.options(names))),
            suite: cases.map(|cases| suite(&cases, &scorers, learnt, &self.options(Names::Shown), &|sample| goods(&detector, &scratch, sample))),
            generated: (self.generated > 0)
                .then(|| evaluate(&generated(self.generated, EVALUATION_SEED).collect::<Vec<_>>(), &scorers, None, &self.options(names))),
            ordinary: (self.ordinary > 0).then(|| ordinary(self.ordinary, EVALUATION_SEED, &of_detector(&detector, &scratch, &bar))),
            refused,
        };
        bar.finish_and_clear();
        print(&match self.format {
            Format::Json => serde_json::to_string_pretty(&document)? + "\n",
            Format::Table => written(&document, Form::Text),
            Format::Markdown => written(&document, Form::Markdown),
        })
    }

    fn check(&self) -> anyhow::Result<()> {
        if self.data.is_empty() && self.suite.is_none() && self.generated == 0 && self.ordinary == 0 {
            bail!("nothing to measure on: give --data PATH with labelled posts (docs/labelling.md), --suite PATH, --generated N, or --ordinary N");
        }
        if self.prevalence.iter().any(|share| !(*share > 0.0 && *share < 1.0)) {
            bail!("a prevalence is a share between 0 and 1, such as 0.1 for one post in ten");
        }
        if self.generated > Limits::default().samples as u64 {
            bail!("at most {} generated posts are measured at a time", Limits::default().samples);
        }
        Ok(())
    }

    fn options(&self, names: Names) -> Options {
        Options { prevalences: self.prevalence.clone(), resampling: Resampling { seed: self.seed, times: self.resamples.into() }, names }
    }
}

/// The detector as a scorer.
fn of_detector<'a>(detector: &'a Detector, scratch: &'a RefCell<Scratch>, bar: &'a ProgressBar) -> Scorer<'a> {
    Scorer::new("vigie", move |post: &Post<'_>| {
        bar.inc(1);
        let judgement = detector.judge(post, &mut scratch.borrow_mut());
        let products = judgement.verdict.map(|verdict| verdict.products).unwrap_or_default();
        Answer { score: judgement.score.into(), band: judgement.band, products }
    })
}

/// The words that name the goods, as the detector sees them in the plain text.
fn goods(detector: &Detector, scratch: &RefCell<Scratch>, sample: &Sample) -> Vec<Range<usize>> {
    let verdict = detector.judge_and_explain(&sample.post(), &mut scratch.borrow_mut()).verdict;
    let spans = verdict.map(|verdict| verdict.components).unwrap_or_default();
    let mut end = 0;
    let product = |span: &vigie_model::Component| (span.kind == ComponentKind::Product).then_some(span.start as usize..span.end as usize);
    let mut apart = Vec::new();
    for word in spans.iter().filter_map(product) {
        if word.start >= end {
            end = word.end;
            apart.push(word);
        }
    }
    apart
}

fn suite(cases: &[Sample], scorers: &[Scorer<'_>], learnt: Option<&dyn Fn(&Sample) -> bool>, options: &Options, mark: &vigie_eval::Mark<'_>) -> Suite {
    let mut figures = evaluate(cases, scorers, learnt, options);
    figures.wrong.clear();
    // The classes have a table of their own.
    figures.slices.retain(|slice| slice.by != "class");
    let reports: Vec<SuiteReport> = scorers.iter().take(2).map(|scorer| run_suite(cases, scorer, mark)).collect();
    let goals = reports.first().map(|report| suite_goals(&figures, report)).unwrap_or_default();
    Suite { goals, figures, reports }
}

/// Reads labelled posts; what cannot be used is said on standard error and counted.
pub(super) fn read(paths: &[PathBuf], refused: &mut BTreeMap<String, u64>) -> anyhow::Result<Vec<Sample>> {
    let mut reading = Reading::default();
    for path in paths {
        read_path(path, Limits::default(), &mut reading)?;
    }
    for problem in &reading.problems {
        complain(&anyhow::anyhow!("{problem}"));
    }
    for (reason, count) in &reading.refused {
        *refused.entry(reason.to_string()).or_default() += count;
    }
    if reading.samples.is_empty() {
        bail!("no labelled post in {}: docs/labelling.md shows the form", paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", "));
    }
    Ok(reading.samples)
}

fn progress() -> ProgressBar {
    let bar = ProgressBar::no_length();
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
    if let Ok(style) = ProgressStyle::with_template("measuring {spinner} {human_pos} judgements {elapsed}") {
        bar.set_style(style);
    }
    bar
}

/// What a recipe learns from.
fn examples(recipe: &Path) -> anyhow::Result<Vec<Example>> {
    let content = fs::read_to_string(recipe).with_context(|| format!("cannot read {}", recipe.display()))?;
    let folder = recipe.parent().unwrap_or(Path::new("."));
    let mut examples = Vec::new();
    for set in &Recipe::parse(&content).with_context(|| format!("{} is no recipe", recipe.display()))?.set {
        let path = folder.join(&set.path);
        match fs::read_to_string(&path) {
            Ok(content) => examples.extend(set.read(&content)?),
            Err(error) => complain(&anyhow::anyhow!("{} cannot be read ({error}): its texts count as held out", path.display())),
        }
    }
    Ok(examples)
}

fn learnt_texts(recipe: &Path) -> anyhow::Result<HashSet<String>> {
    Ok(examples(recipe)?.iter().map(|example| alike(&example.text)).collect())
}

/// Equal for texts alike but for case, digits, signs and spaces; texts without letters, such as menus of emoji, are themselves.
fn alike(text: &str) -> String {
    let letters: String = text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    if letters.is_empty() { text.trim().to_owned() } else { letters }
}

fn written(document: &Document<'_>, form: Form) -> String {
    let Document { versions, refused, .. } = document;
    let mut out = format!("{NOTICE}\n\nvigie {}, lexicon {}, model {}.\n\n", versions.vigie, versions.lexicon, versions.model);
    for (reason, count) in refused {
        out += &format!("{count} records not used: {reason}.\n\n");
    }
    let mut part = |title: &str, tables: Vec<Table>| {
        out += &if form == Form::Markdown { format!("## {title}\n\n") } else { format!("== {title} ==\n\n") };
        out.extend(tables.iter().map(|table| table.write(form)));
    };
    if let Some(section) = &document.data {
        part("Real posts", section_tables(section));
    }
    if let Some(Suite { goals, figures, reports }) = &document.suite {
        let of_vigie = reports.first().map(suite_tables).unwrap_or_default();
        part("Functional suite", std::iter::once(goal_table(goals)).chain(section_tables(figures)).chain(of_vigie).collect());
    }
    if let Some(section) = &document.generated {
        part("Generated posts", section_tables(section));
    }
    if let Some(counts) = document.ordinary {
        part("Generated ordinary posts", vec![ordinary_table(counts)]);
    }
    out
}

/// A line of train.jsonl and test.jsonl.
#[derive(Serialize)]
struct Line<'a> {
    text: &'a str,
    lang: &'a str,
    label: &'a str,
}

impl Split {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let samples = read(&self.data, &mut BTreeMap::new())?;
        let decided: Vec<Sample> = samples.into_iter().filter(|sample| sample.truth() != Truth::Undecided).collect();
        fs::create_dir_all(&self.out).with_context(|| format!("cannot create {}", self.out.display()))?;
        let (train, test): (Vec<Line<'_>>, Vec<Line<'_>>);
        let learnt;
        if let Some(recipe) = &self.recipe {
            learnt = examples(recipe)?;
            let texts: HashSet<String> = learnt.iter().map(|example| alike(&example.text)).collect();
            train = learnt.iter().map(of_example).collect();
            test = decided.iter().filter(|sample| !texts.contains(&alike(&sample.text))).map(of_sample).collect();
        } else {
            let sides = split(&decided, &clusters(&decided), SplitPlan { seed: self.seed, test_share: self.test_share.clamp(0.0, 1.0) });
            let on = |side| decided.iter().zip(&sides).filter(move |(_, of)| **of == side).map(|(sample, _)| of_sample(sample)).collect();
            (train, test) = (on(Side::Train), on(Side::Test));
        }
        write(&self.out.join("train.jsonl"), &train)?;
        write(&self.out.join("test.jsonl"), &test)?;
        if self.generated > 0 {
            let posts: Vec<Sample> = generated(self.generated.into(), EVALUATION_SEED).filter(|sample| sample.truth() != Truth::Undecided).collect();
            write(&self.out.join("generated.jsonl"), &posts.iter().map(of_sample).collect::<Vec<_>>())?;
        }
        let dropped = if self.recipe.is_some() { 0 } else { decided.len() - train.len() - test.len() };
        print(&format!("{} to learn from, {} to test on, {dropped} dropped\n", train.len(), test.len()))
    }
}

fn of_sample(sample: &Sample) -> Line<'_> {
    Line { text: &sample.text, lang: sample.lang.as_str(), label: if sample.truth() == Truth::Advert { "advert" } else { "other" } }
}

fn of_example(example: &Example) -> Line<'_> {
    Line { text: &example.text, lang: example.lang.as_str(), label: if example.advert { "advert" } else { "other" } }
}

fn write(path: &Path, lines: &[Line<'_>]) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}", path.display());
    let mut out = BufWriter::new(fs::File::create(path).with_context(failed)?);
    for line in lines {
        serde_json::to_writer(&mut out, line)?;
        out.write_all(b"\n").with_context(failed)?;
    }
    out.flush().with_context(failed)
}
