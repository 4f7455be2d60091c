//! `vigie scan`: the main job.

use std::{
    fs::File,
    io::{BufWriter, Write},
    num::NonZero,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use vigie_detect::{Detector, Lexicon, Model, Watch};
use vigie_ingest::{Input, Limits, find_inputs};
use vigie_model::{Profile, Timestamp};
use vigie_pipeline::{Pictures, Plan, Progress, RejectsTo, Summary};
use vigie_report::{RunFacts, summary_json, summary_text, write_verdict_line};
use vigie_rules::LiveRules;
use vigie_store::{Labelling, SqliteStore, Upkeep};

use super::{TextOrJson, print, settings};
use crate::{pictures::LocalPictures, settings::Settings};

/// Posts in one transaction.
const BATCH: usize = 32_768;

/// Read posts, find the adverts in them, count their share
///
/// Reads files, folders and standard input (-): plain, gzip or zstd; neutral JSON lines, Bluesky Jetstream, Mastodon and X API v2,
/// recognised by content. Finds and counts go to the store of the configuration. Reading the same posts again changes nothing.
/// An interrupted scan goes on where it stopped.
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 done, 1 failed, 2 wrong usage, 3 with --strict if anything was rejected or repaired, 130 interrupted.\n\n\
    Examples:\n  vigie scan samples/\n  vigie scan export.jsonl.gz --dry-run --watch toulouse\n  zcat posts.gz | vigie scan - --verdicts verdicts.jsonl")]
pub(crate) struct Scan {
    /// Files, folders or - for standard input [default: the sources of the configuration]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Form of the summary
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
    /// Store nothing; needs no configuration
    #[arg(long)]
    dry_run: bool,
    /// Write a line for every post read, clear ones too (docs/verdicts.md); - for standard output
    #[arg(long, value_name = "OUT.jsonl")]
    verdicts: Option<PathBuf>,
    /// Write what was rejected to this file instead of the data folder
    #[arg(long, value_name = "OUT.jsonl")]
    rejects: Option<PathBuf>,
    /// Count posts with this word as a watch of its own, besides those of the configuration
    #[arg(long = "watch", value_name = "WORD")]
    watches: Vec<String>,
    /// Do not look at the pictures that posts name by a path in the folder of the input
    #[arg(long)]
    no_pictures: bool,
    /// Exit with status 3 if anything was rejected or repaired
    #[arg(long)]
    strict: bool,
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
}

/// The longest time one terminal refresh waits.
const REFRESHES_PER_SECOND: u8 = 10;

pub(super) struct Bar(pub(super) ProgressBar);

impl Progress for Bar {
    fn read(&self, bytes: u64) {
        self.0.inc(bytes);
    }
}

impl Scan {
    /// A scan of one file, with everything as usual.
    pub(crate) fn of(path: &Path) -> Self {
        let paths = vec![path.to_owned()];
        Self {
            paths,
            format: TextOrJson::Text,
            dry_run: false,
            verdicts: None,
            rejects: None,
            watches: Vec::new(),
            strict: false,
            threads: None,
            no_pictures: true,
        }
    }

    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        self.run_on(config, |input| input)
    }

    /// Runs on inputs that are made of those that were named.
    pub(crate) fn run_on(self, config: Option<&Path>, make: impl Fn(Input) -> Input) -> anyhow::Result<ExitCode> {
        let settings = if self.dry_run { Settings::load(config)?.unwrap_or_else(Settings::unconfigured) } else { settings(config)? };
        let inputs: Vec<Input> = self.inputs(&settings)?.into_iter().map(make).collect();
        let detector = Detector::new(Lexicon::embedded()?, Model::embedded()?, self.all_watches(&settings)?);
        let rules = LiveRules::open(settings.rules.clone(), &detector)?;
        let now = now()?;
        let mut store = self.open_store(&settings)?;
        if !self.dry_run {
            store.purge(now)?;
            store.note_detector(detector.versions(), now)?;
            purge_rejects(&rejects_folder(&settings), settings.policy.retention.find_days)?;
        }
        let stop = stop_on_signal()?;
        let bar = Bar(progress_bar(&inputs));
        let started = Instant::now();
        let summary = vigie_pipeline::run(self.plan(&settings, inputs, now)?, &detector, &rules, &mut store, &bar, &stop)?;
        bar.0.finish_and_clear();
        self.report(&settings, &summary, started)
    }

    /// Whether standard input was named.
    pub(crate) fn names_stdin(&self) -> bool {
        self.paths.iter().any(|path| path.as_os_str() == "-")
    }

    fn inputs(&self, settings: &Settings) -> anyhow::Result<Vec<Input>> {
        let paths: Vec<PathBuf> = if self.paths.is_empty() { settings.sources.iter().map(|s| s.path.clone()).collect() } else { self.paths.clone() };
        if paths.is_empty() {
            bail!("nothing to read: name files or folders, or - for standard input (or configure a [[source]])");
        }
        let inputs = find_inputs(&paths)?;
        if inputs.is_empty() {
            bail!("no files in {}", paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", "));
        }
        Ok(inputs)
    }

    fn all_watches(&self, settings: &Settings) -> anyhow::Result<Vec<Watch>> {
        let mut watches = settings.watches.clone();
        for word in &self.watches {
            if watches.iter().any(|watch| watch.name == *word) {
                bail!("a watch called {word:?} is configured already");
            }
            watches.push(Watch { name: word.clone(), any: vec![word.clone()], ..Watch::default() });
        }
        Ok(watches)
    }

    fn open_store(&self, settings: &Settings) -> anyhow::Result<SqliteStore> {
        if self.dry_run {
            return Ok(SqliteStore::temporary(&settings.policy)?);
        }
        Ok(SqliteStore::open(&settings.data, &settings.policy)?)
    }

    fn plan(&self, settings: &Settings, inputs: Vec<Input>, now: Timestamp) -> anyhow::Result<Plan> {
        let mut limits = Limits::default();
        if let Some(kib) = settings.limits.record_kib {
            limits.max_record = kib.saturating_mul(1024);
        }
        limits.max_expansion = settings.limits.expansion.unwrap_or(limits.max_expansion);
        let threads =
            self.threads.or(settings.limits.threads.and_then(NonZero::new)).or(std::thread::available_parallelism().ok()).unwrap_or(NonZero::<usize>::MIN);
        let pictures: Option<Arc<dyn Pictures>> = if self.no_pictures { None } else { Some(Arc::new(LocalPictures::new(&inputs, settings)?)) };
        Ok(Plan {
            inputs,
            limits,
            threads,
            batch: BATCH,
            now,
            rejects: self.rejects_to(settings),
            find_contacts_in_samples: !self.dry_run && settings.profile == Profile::Research,
            keep_rejected_records: self.dry_run || settings.profile != Profile::Research,
            verdicts: self.verdicts_to()?,
            pictures,
        })
    }

    fn rejects_to(&self, settings: &Settings) -> RejectsTo {
        match &self.rejects {
            Some(file) => RejectsTo::File(file.clone()),
            None if self.dry_run => RejectsTo::Nowhere,
            None => RejectsTo::Folder(rejects_folder(settings)),
        }
    }

    fn verdicts_to(&self) -> anyhow::Result<Option<(vigie_pipeline::VerdictWriter, Box<dyn Write>)>> {
        let Some(path) = &self.verdicts else { return Ok(None) };
        // The summary goes to standard error where the verdicts have standard output.
        let out: Box<dyn Write> = if path.as_os_str() == "-" {
            Box::new(BufWriter::new(std::io::stdout()))
        } else {
            Box::new(BufWriter::new(File::create(path).with_context(|| format!("cannot write {}", path.display()))?))
        };
        Ok(Some((write_verdict_line, out)))
    }

    fn report(&self, settings: &Settings, summary: &Summary, started: Instant) -> anyhow::Result<ExitCode> {
        let data = settings.data.display().to_string();
        let rejects = match self.rejects_to(settings) {
            RejectsTo::File(path) | RejectsTo::Folder(path) => Some(path.display().to_string()),
            RejectsTo::Nowhere => None,
        };
        let facts =
            RunFacts { elapsed: started.elapsed(), dry_run: self.dry_run, store: (!self.dry_run).then_some(data.as_str()), rejects: rejects.as_deref() };
        let text = if self.format == TextOrJson::Json { summary_json(summary, &facts) + "\n" } else { summary_text(summary, &facts) };
        if self.verdicts.as_ref().is_some_and(|path| path.as_os_str() == "-") {
            std::io::stderr().write_all(text.as_bytes())?;
        } else {
            print(&text)?;
        }
        Ok(if summary.stopped_at.is_some() {
            ExitCode::from(130)
        } else if self.strict && summary.rejected + summary.repaired > 0 {
            ExitCode::from(3)
        } else {
            ExitCode::SUCCESS
        })
    }
}

/// Where the reject files of a store lie.
pub(crate) fn rejects_folder(settings: &Settings) -> PathBuf {
    settings.data.join("rejects")
}

/// Removes reject files that were not written to for as long as finds are kept.
pub(crate) fn purge_rejects(folder: &Path, days: u32) -> anyhow::Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) }; // none was written yet
    let limit = Duration::from_secs(u64::from(days) * 86_400);
    for entry in entries {
        let entry = entry?;
        if entry.metadata()?.modified()?.elapsed().is_ok_and(|age| age > limit) {
            std::fs::remove_file(entry.path()).with_context(|| format!("cannot remove {}", entry.path().display()))?;
        }
    }
    Ok(())
}

/// The present, in whole seconds.
pub(crate) fn now() -> anyhow::Result<Timestamp> {
    Timestamp::from_seconds(jiff::Timestamp::now().as_second()).context("the system's clock is wrong")
}

/// A flag that Ctrl-C or a termination signal sets; a second Ctrl-C ends the program at once, which loses nothing that was committed.
pub(crate) fn stop_on_signal() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    })
    .context("cannot listen for Ctrl-C")?;
    Ok(stop)
}

/// Shown on a terminal only. Measures compressed sizes where inputs are compressed, so it may run past its end there.
pub(super) fn progress_bar(inputs: &[Input]) -> ProgressBar {
    let size = |input: &Input| match input {
        Input::File(path) | Input::Export(path, _) => std::fs::metadata(path).map_or(0, |m| m.len()),
        Input::Stdin => 0,
    };
    let total: u64 = inputs.iter().map(size).sum();
    let bar = if inputs.contains(&Input::Stdin) || total == 0 { ProgressBar::no_length() } else { ProgressBar::new(total) };
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(REFRESHES_PER_SECOND));
    if let Ok(style) = ProgressStyle::with_template("reading {bar:30} {bytes} {binary_bytes_per_sec} {elapsed}") {
        bar.set_style(style);
    }
    bar
}
