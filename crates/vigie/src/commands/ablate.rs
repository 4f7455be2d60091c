//! `vigie model ablate`: what each part of the detector brings.

use std::{cell::RefCell, collections::BTreeMap, path::PathBuf, process::ExitCode};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use vigie_detect::{Detector, Lexicon, Model, Scratch, model::Part};
use vigie_eval::{Answer, Figures, Form, Outcome, Ranking, Sample, Scorer, Table, Truth};
use vigie_model::{Band, Post};
use vigie_train::{Example, train};

use super::{eval, model, print};
use crate::commands::eval::Format;

/// Train the detector without each of its parts in turn, and measure what is lost
#[derive(Debug, Args)]
#[command(after_help = "Example: vigie model ablate models/training.toml --data suite --data ../shared/data/tweets_mlma")]
pub(crate) struct Ablate {
    /// The recipe that the models are trained from
    recipe: PathBuf,
    /// Labelled posts, as for eval; each path gets a table of its own
    #[arg(long, value_name = "PATH", required = true)]
    data: Vec<PathBuf>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// The figures of one detector on one set of posts.
#[derive(Serialize)]
struct Row {
    without: Option<&'static str>,
    /// At the share of adverts of the data.
    figures: Figures,
    /// With one advert in ten.
    at_ten_percent: Figures,
}

/// The rows of one set of posts.
#[derive(Serialize)]
struct Ablated {
    data: String,
    posts: usize,
    rows: Vec<Row>,
}

impl Ablate {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let (recipe, examples, _) = model::examples(&self.recipe)?;
        let mut refused = BTreeMap::new();
        let mut sets = Vec::new();
        for path in &self.data {
            let samples = eval::read(std::slice::from_ref(path), &mut refused)?;
            sets.push((samples, Ablated { data: path.display().to_string(), posts: 0, rows: Vec::new() }));
        }
        let parts: Vec<Option<Part>> = std::iter::once(None).chain(Part::ALL.map(Some)).collect();
        let bar = progress(parts.len());
        for part in parts {
            bar.set_message(part.map_or("everything", name));
            let detector = trained(part, &examples, recipe.seed)?;
            for (samples, set) in &mut sets {
                set.posts = samples.len();
                set.rows.push(row(&detector, part, samples));
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        let sets: Vec<Ablated> = sets.into_iter().map(|(_, set)| set).collect();
        print(&match self.format {
            Format::Json => serde_json::to_string_pretty(&sets)? + "\n",
            Format::Table => written(&sets, Form::Text),
            Format::Markdown => written(&sets, Form::Markdown),
        })
    }
}

/// A detector that was trained without a part, and judges without it.
fn trained(part: Option<Part>, examples: &[Example], seed: u64) -> anyhow::Result<Detector> {
    let detector = |model| -> anyhow::Result<Detector> {
        let whole = Detector::new(Lexicon::embedded()?, model, Vec::new());
        Ok(match part {
            Some(part) => whole.without(part),
            None => whole,
        })
    };
    let (model, _) = train(&detector(Model::blank())?, examples, seed);
    detector(Model::from_bytes(&model.to_bytes())?)
}

fn row(detector: &Detector, part: Option<Part>, samples: &[Sample]) -> Row {
    let scratch = RefCell::new(Scratch::default());
    let scorer = Scorer::new(part.map_or("everything", name), |post: &Post<'_>| {
        let judgement = detector.judge(post, &mut scratch.borrow_mut());
        Answer { score: judgement.score.into(), band: judgement.band, products: Vec::new() }
    });
    let answers = samples.iter().zip(scorer.judge_all(samples)).filter(|(sample, _)| sample.truth() != Truth::Undecided);
    let outcomes: Vec<Outcome> =
        answers.map(|(sample, answer)| Outcome { advert: sample.truth() == Truth::Advert, score: answer.score, found: answer.band == Band::Advert }).collect();
    let ranking = Ranking::new(&outcomes);
    Row { without: part.map(name), figures: ranking.figures(None), at_ten_percent: ranking.figures(Some(0.10)) }
}

fn name(part: Part) -> &'static str {
    match part {
        Part::Rules => "the rules' sum",
        Part::Words => "the words view",
        Part::Context => "the context view",
        Part::Structure => "structure",
        Part::Masking => "masking",
        Part::Normaliser => "the normaliser",
    }
}

fn written(sets: &[Ablated], form: Form) -> String {
    let percent = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", 100.0 * share));
    let rare = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), |share| format!("{:.3} %", 100.0 * share));
    let table = |set: &Ablated| {
        let head = ["without", "F1", "recall", "others taken for adverts", "average precision", "recall at precision ≥ 95 %, 10 % adverts"];
        let mut table = Table::new(&format!("Ablation on {}: {} posts", set.data, set.posts), "Each row is trained anew without the part.", &head);
        table.rows.extend(set.rows.iter().map(|Row { without, figures, at_ten_percent }| {
            let cells = [percent(figures.f1), percent(figures.recall), rare(figures.false_positive_rate), percent(figures.average_precision)];
            std::iter::once(without.unwrap_or("nothing").to_owned()).chain(cells).chain([percent(at_ten_percent.recall_at_precision_95)]).collect()
        }));
        table.write(form)
    };
    sets.iter().map(table).collect::<Vec<_>>().join("\n")
}

fn progress(parts: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(parts as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} without {msg}") {
        bar.set_style(style);
    }
    bar
}
