//! `vigie rules backtest`: what packs would change.

use std::{
    fmt::Write,
    num::NonZero,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Args;
use serde_json::json;
use vigie_console::backtest::{excerpt, over_finds};
use vigie_detect::Detector;
use vigie_ingest::{Input, Limits, find_inputs};
use vigie_pipeline::{Place, SurveyPlan, survey};
use vigie_report::grouped;
use vigie_rules::{Backtest, Change, Differences, PackSource, RuleBook};
use vigie_store::SqliteReader;

use super::detector;
use crate::commands::TextOrJson;
use crate::{
    commands::{
        print,
        scan::{Bar, progress_bar, stop_on_signal},
    },
    settings::Settings,
};

/// See what packs would change, over files or over the finds of the store
///
/// Compares the verdicts under the configured rules without these packs with those under the configured rules and these packs.
/// Without a pack: no rules with the configured ones. Shadow rules act, so that their effect is seen. Nothing is stored.
/// Posts that are not finds are not in the store, so only files show what would newly become one.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  vigie rules backtest --over samples/\n  vigie rules backtest rules/mine.toml --over export.jsonl.gz --format json\n  vigie rules backtest rules/mine.toml --store"
)]
pub(super) struct BacktestCommand {
    /// Packs: files, or folders of *.toml
    #[arg(value_name = "PACK")]
    packs: Vec<PathBuf>,
    /// Files or folders of posts, - for standard input
    #[arg(long, value_name = "PATH", num_args = 1.., required_unless_present = "store", conflicts_with = "store")]
    over: Vec<PathBuf>,
    /// The finds of the store, newest first
    #[arg(long)]
    store: bool,
    /// At most so many finds of the store
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    limit: usize,
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// What a backtest went over.
struct Run<P> {
    differences: Differences<P>,
    /// What was read and not compared, in words and number.
    skipped: (&'static str, u64),
    elapsed: Duration,
}

impl BacktestCommand {
    pub(super) fn run(self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let detector = detector(settings)?;
        let backtest = self.books(settings, &detector)?;
        if self.store {
            let run = self.over_store(settings, &detector, &backtest)?;
            return self.report(&run, |number| format!("find {number}"));
        }
        let inputs = find_inputs(&self.over)?;
        let run = self.over_files(settings, &inputs, &detector, &backtest)?;
        self.report(&run, |place| format!("{}:{}", inputs.get(place.input).map(Input::name).unwrap_or_default(), place.line))
    }

    fn books(&self, settings: &Settings, detector: &Detector) -> anyhow::Result<Backtest> {
        let configured = &settings.rules;
        let without = |path: &PathBuf| !self.packs.iter().any(|pack| same_file(pack, path));
        let (before, after) = if self.packs.is_empty() {
            (PackSource::default(), configured.clone())
        } else {
            let rest: Vec<PathBuf> = configured.paths.iter().filter(|path| without(path)).cloned().collect();
            let all = rest.iter().chain(&self.packs).cloned().collect();
            (PackSource { embedded: configured.embedded, paths: rest }, PackSource { embedded: configured.embedded, paths: all })
        };
        let before: RuleBook = before.load(detector)?;
        Ok(Backtest::new(before, after.load(detector)?, excerpt))
    }

    fn over_files(&self, settings: &Settings, inputs: &[Input], detector: &Detector, backtest: &Backtest) -> anyhow::Result<Run<Place>> {
        let mut limits = Limits::default();
        if let Some(kib) = settings.limits.record_kib {
            limits.max_record = kib.saturating_mul(1024);
        }
        let threads =
            self.threads.or(settings.limits.threads.and_then(NonZero::new)).or(std::thread::available_parallelism().ok()).unwrap_or(NonZero::<usize>::MIN);
        let (stop, bar, started) = (stop_on_signal()?, Bar(progress_bar(inputs)), Instant::now());
        let plan = SurveyPlan { inputs, limits: &limits, threads };
        let surveyed = survey(&plan, detector, &bar, &stop, &|part: &mut Differences<Place>, place, post, judgement| {
            let watches = watch_names(&judgement.watches, detector);
            backtest.compare(place, post, judgement.verdict.map(|verdict| *verdict), &watches, part);
        })?;
        bar.0.finish_and_clear();
        let mut differences = Differences::default();
        surveyed.parts.into_iter().for_each(|part| differences.merge(part));
        Ok(Run { differences, skipped: ("records rejected or repaired", surveyed.problems), elapsed: started.elapsed() })
    }

    fn over_store(&self, settings: &Settings, detector: &Detector, backtest: &Backtest) -> anyhow::Result<Run<i64>> {
        let started = Instant::now();
        let store = SqliteReader::open(&settings.data, &settings.policy)?;
        let (differences, untold) = over_finds(&store, detector, backtest, self.limit)?;
        Ok(Run { differences, skipped: ("finds whose text is not kept", untold), elapsed: started.elapsed() })
    }

    fn report<P>(&self, run: &Run<P>, place: impl Fn(&P) -> String) -> anyhow::Result<ExitCode> {
        print(&if self.format == TextOrJson::Json { run.json(place)? } else { run.text(place) })
    }
}

fn same_file(one: &Path, other: &Path) -> bool {
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

fn watch_names<'d>(watches: &[u16], detector: &'d Detector) -> Vec<&'d str> {
    watches.iter().filter_map(|&number| detector.watches().get(usize::from(number))).map(|watch| watch.name.as_str()).collect()
}

impl<P> Run<P> {
    fn text(&self, place: impl Fn(&P) -> String) -> String {
        let Differences { posts, candidates, changed, bands, rules, examples } = &self.differences;
        let mut out = format!("{} posts, {} of them shown to rules, {} would change\n", grouped(*posts), grouped(*candidates), grouped(*changed));
        if self.skipped.1 > 0 {
            let _ = writeln!(out, "{} {}", grouped(self.skipped.1), self.skipped.0);
        }
        for ((before, after), count) in bands {
            let _ = writeln!(out, "  {:>8}  {} → {}", grouped(*count), before.as_str(), after.as_str());
        }
        let _ = writeln!(out, "\n{:<24}  {:>8}  {:>20}", "rule", "posts", "alone moves the band");
        for (name, count) in rules.counts() {
            let failed = if count.failed > 0 { format!("  cannot be evaluated for {}", grouped(count.failed)) } else { String::new() };
            let _ = writeln!(out, "{name:<24}  {:>8}  {:>20}{failed}", grouped(count.fired), grouped(count.moved));
        }
        for change in examples.values().flatten() {
            example(change, &place(&change.place), &mut out);
        }
        let _ = writeln!(out, "\n{:.1} s, {} posts/s", self.elapsed.as_secs_f64(), grouped(self.speed()));
        out
    }

    fn json(&self, place: impl Fn(&P) -> String) -> anyhow::Result<String> {
        let Differences { posts, candidates, changed, bands, rules, examples } = &self.differences;
        let bands: Vec<_> = bands.iter().map(|((before, after), count)| json!({ "before": before, "after": after, "posts": count })).collect();
        let rules: Vec<_> = rules.counts().map(|(rule, c)| json!({ "rule": rule, "fired": c.fired, "moved": c.moved, "failed": c.failed })).collect();
        let examples: Vec<_> = examples
            .values()
            .flatten()
            .map(|c| {
                let names: Vec<_> = c.rules.iter().map(|(name, route)| json!({ "rule": name, "route": route })).collect();
                json!({ "place": place(&c.place), "bands": [c.bands.0, c.bands.1], "labels": [c.labels.0, c.labels.1], "scores": [c.scores.0, c.scores.1],
                    "rules": names, "excerpt": c.excerpt })
            })
            .collect();
        let document = json!({ "posts": posts, "candidates": candidates, "changed": changed, "bands": bands, "rules": rules, "examples": examples,
            "skipped": self.skipped.1, "seconds": self.elapsed.as_secs_f64(), "posts_per_second": self.speed() });
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }

    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate of posts, rounded for display")]
    fn speed(&self) -> u64 {
        (self.differences.posts as f64 / self.elapsed.as_secs_f64().max(1e-9)).round() as u64
    }
}

fn example<P>(change: &Change<P>, place: &str, out: &mut String) {
    let rules: Vec<_> = change.rules.iter().map(|(name, route)| route.as_ref().map_or_else(|| name.clone(), |route| format!("{name} → {route}"))).collect();
    let _ = writeln!(
        out,
        "\n{place}  {} {:.2} {} → {} {:.2} {}\n  {}\n  {}",
        change.bands.0.as_str(),
        change.scores.0,
        change.labels.0,
        change.bands.1.as_str(),
        change.scores.1,
        change.labels.1,
        rules.join(", "),
        change.excerpt
    );
}
