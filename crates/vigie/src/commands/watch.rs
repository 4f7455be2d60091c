//! `vigie watch`: live sources, until it is stopped.

use std::{
    io::{self, IsTerminal, Write},
    num::NonZero,
    path::Path,
    process::ExitCode,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use clap::Args;
use vigie_detect::{Detector, Lexicon, Model};
use vigie_ingest::{Limits, LiveSource};
use vigie_live::{Door, Happening};
use vigie_model::{Profile, Timestamp};
use vigie_pipeline::{Observer, RejectsTo, SourceState, WatchPlan};
use vigie_rules::LiveRules;
use vigie_store::{SqliteStore, Upkeep};

use super::{
    print,
    scan::{now, purge_rejects, rejects_folder, stop_on_signal},
    settings,
    status::{Connection, Health},
};
use crate::{
    serve::{self, Served},
    settings::Settings,
    sources::Live,
};

/// Posts in one transaction.
const BATCH: usize = 8_192;
/// The longest time that a post stays uncommitted.
const COMMIT_EVERY: Duration = Duration::from_secs(2);
/// How often `vigie status` is given news.
const STATUS_EVERY: Duration = Duration::from_secs(5);

/// Read live sources until stopped, find the adverts in them, count their share
///
/// Reads the [[live]] sources of the configuration (docs/sources.md) into the same store as `vigie scan`. Each transaction carries
/// the cursors of the sources, so that a stop, a crash or a lost connection loses nothing that the server still has, and
/// nothing counts twice. Lost connections are made again after a growing, random delay.
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 stopped by Ctrl-C or a termination signal, 1 failed, 2 wrong usage.\n\nExamples:\n  vigie watch\n  vigie watch bluesky")]
pub(crate) struct Watch {
    /// Names of live sources [default: all of the configuration]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
}

impl Watch {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let settings = settings(config)?;
        let chosen = self.chosen(&settings)?;
        let detector = Detector::new(Lexicon::embedded()?, Model::embedded()?, settings.watches.clone());
        let rules = LiveRules::open(settings.rules.clone(), &detector)?;
        let mut store = SqliteStore::open(&settings.data, &settings.policy)?;
        let start = now()?;
        store.purge(start)?;
        purge_rejects(&rejects_folder(&settings), settings.policy.retention.find_days)?;
        let stop = stop_on_signal()?;
        let desk = Arc::new(Desk::new(&settings, &chosen, start));
        let sources = (0..).zip(&chosen).map(|(number, live)| source(number, live, &settings, &desk)).collect::<anyhow::Result<Vec<_>>>()?;
        serve(&settings, &desk)?;
        let states = vigie_pipeline::watch(&self.plan(&settings, start), sources, &detector, &rules, &mut store, &*desk, &stop)?;
        desk.write(&states, true)?;
        print(&desk.lock().0.to_text(present(start)))
    }

    fn chosen(&self, settings: &Settings) -> anyhow::Result<Vec<Live>> {
        if settings.live.is_empty() {
            bail!("no live source is configured: add a [[live]] table with `name`, `protocol` and `url` (docs/sources.md)");
        }
        if self.names.is_empty() {
            return Ok(settings.live.clone());
        }
        let find = |name: &String| settings.live.iter().find(|live| live.name == *name).cloned().with_context(|| format!("no live source is called {name:?}"));
        self.names.iter().map(find).collect()
    }

    fn plan(&self, settings: &Settings, start: Timestamp) -> WatchPlan {
        let mut limits = Limits::default();
        if let Some(kib) = settings.limits.record_kib {
            limits.max_record = kib.saturating_mul(1024);
        }
        let configured = self.threads.or(settings.limits.threads.and_then(NonZero::new));
        WatchPlan {
            limits,
            threads: configured.or(std::thread::available_parallelism().ok()).unwrap_or(NonZero::<usize>::MIN),
            batch: BATCH,
            commit_every: COMMIT_EVERY,
            rejects: RejectsTo::Folder(rejects_folder(settings)),
            keep_rejected_records: settings.profile != Profile::Research,
            find_contacts_in_samples: settings.profile == Profile::Research,
            clock: Box::new(move || present(start)),
        }
    }
}

/// The present; where the clock has gone wrong since, the time of the start.
fn present(start: Timestamp) -> Timestamp {
    now().unwrap_or(start)
}

fn source(number: usize, live: &Live, settings: &Settings, desk: &Arc<Desk>) -> anyhow::Result<Box<dyn LiveSource>> {
    let told = Arc::clone(desk);
    let (source, door) = live.open(settings, Arc::new(move |name, happening| told.happened(name, happening)))?;
    if let Some(door) = door {
        // There is one webhook at the most.
        desk.door.get_or_init(|| (number, door));
    }
    Ok(Box::new(source))
}

/// Serves figures and the webhook, where the configuration says so.
fn serve(settings: &Settings, desk: &Arc<Desk>) -> anyhow::Result<()> {
    let door = desk.door.get().map(|(_, door)| door.clone());
    let Some(address) = settings.serve else {
        return if door.is_some() { bail!("a webhook needs an address: set `listen` in [serve], such as \"127.0.0.1:9632\"") } else { Ok(()) };
    };
    let told = Arc::clone(desk);
    let served = Served {
        door,
        metrics: Box::new(move || {
            let now = present(told.start);
            told.lock().0.to_prometheus(now)
        }),
        clock: || jiff::Timestamp::now().as_second(),
    };
    let bound = serve::start(address, served)?;
    desk.log(&format!("serving http://{bound}/metrics"));
    Ok(())
}

/// Where the news of all threads come together: the log on standard error, and the file that `vigie status` reads.
struct Desk {
    health: Mutex<(Health, Option<Instant>)>,
    file: std::path::PathBuf,
    terminal: bool,
    start: Timestamp,
    /// The door to the webhook, and which source it is.
    door: OnceLock<(usize, Door)>,
}

impl Desk {
    fn new(settings: &Settings, chosen: &[Live], start: Timestamp) -> Self {
        let connections = chosen.iter().map(|live| Connection::new(&live.name, live.cursor_is_time())).collect();
        let health = Health { started: start, updated: start, running: true, sources: connections };
        Self { health: Mutex::new((health, None)), file: Health::file(settings), terminal: io::stderr().is_terminal(), start, door: OnceLock::new() }
    }

    fn lock(&self) -> MutexGuard<'_, (Health, Option<Instant>)> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn happened(&self, name: &str, happening: &Happening<'_>) {
        let line = match happening {
            Happening::Connected { cursor: Some(cursor) } => Some(format!("{name}: connected, going on after {cursor}")),
            Happening::Connected { cursor: None } => Some(format!("{name}: connected")),
            Happening::Lost { loss, wait } => Some(format!("{name}: {loss}; trying again in {:.1} s", wait.as_secs_f64())),
            Happening::Spent { .. } => None,
        };
        if let Some(connection) = self.lock().0.sources.iter_mut().find(|connection| connection.state.name == name) {
            match happening {
                Happening::Connected { .. } => connection.connected = true,
                Happening::Lost { loss, .. } => {
                    connection.connected = false;
                    connection.losses += 1;
                    connection.last_loss = Some(loss.to_string());
                }
                Happening::Spent { spending } => connection.spending = Some(*spending),
            }
        }
        line.iter().for_each(|line| self.log(line));
    }

    fn log(&self, line: &str) {
        let begin = if self.terminal { "\r\x1b[K" } else { "" };
        // Nowhere is left to report to if this fails.
        drop(writeln!(io::stderr().lock(), "{begin}{} {line}", present(self.start)));
    }

    /// Takes the states over and writes the file, if it is time.
    fn write(&self, states: &[SourceState], last: bool) -> anyhow::Result<()> {
        let mut held = self.lock();
        for (connection, state) in held.0.sources.iter_mut().zip(states) {
            connection.state = state.clone();
        }
        held.0.updated = present(self.start);
        held.0.running = !last;
        if last || held.1.is_none_or(|written| written.elapsed() >= STATUS_EVERY) {
            held.1 = Some(Instant::now());
            let health = held.0.clone();
            drop(held);
            health.write(&self.file)?;
        }
        Ok(())
    }
}

impl Observer for Desk {
    fn committed(&self, states: &[SourceState], _new: u64) {
        if let Err(error) = self.write(states, false) {
            self.log(&format!("cannot write the status: {error:#}"));
        }
        if let Some((state, door)) = self.door.get().and_then(|(number, door)| Some((states.get(*number)?, door))) {
            door.committed(state.cursor);
        }
        if self.terminal {
            let (posts, adverts) = states.iter().fold((0, 0), |(posts, adverts), state| (posts + state.posts, adverts + state.adverts));
            drop(write!(io::stderr().lock(), "\r\x1b[K{posts} posts, {adverts} adverts"));
        }
    }
}
