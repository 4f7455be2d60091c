//! `vigie evidence follow`: seals what is found while it is found.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use clap::Args;
use serde::{Deserialize, Serialize};
use vigie_evidence::{
    durable::{read_limited, replace},
    fetch::HttpStamper,
    vault::{Vault, new_exhibit},
};
use vigie_model::Band;
use vigie_store::{DenominatorRoot, Find, Finds as _, Measuring as _, SqliteReader};

use super::{now, root, seal};
use crate::{
    commands::{complain, print, scan::stop_on_signal, settings},
    settings::Settings,
};

/// Seal every new advert as it is found, and log the roots of what was counted
///
/// Runs beside `vigie watch` or `vigie scan` and looks into the store every few seconds. Stopped and started again it goes on where
/// it was: no find is left out, none is sealed twice.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  vigie evidence follow\n  vigie evidence follow --once --fetch    # from a timer")]
pub(crate) struct Follow {
    /// Seal what is there and stop
    #[arg(long)]
    once: bool,
    /// Seconds between two looks into the store
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=3600))]
    every: u64,
    /// Fetch the page of each find and seal it too; private addresses are refused
    #[arg(long)]
    fetch: bool,
}

/// How far it got. Lies in the evidence folder as `followed.json`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Followed {
    /// Number of the last find that was sealed or need not be.
    find: i64,
    /// Hour → number of posts counted when its root was logged last.
    hours: BTreeMap<i64, u64>,
}

/// Largest state that is read, in bytes: hours of a thousand years.
const MAX_STATE: u64 = 256 << 20;
/// Finds that are taken from the store at a time.
const BATCH: usize = 100;

impl Follow {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let settings = settings(config)?;
        let root = root(config)?;
        let stamper = seal::stamper(&settings)?;
        let state = State::read(root.join("followed.json"))?;
        let stop = stop_on_signal()?;
        let mut follower = Follower { settings: &settings, root: &root, stamper: &stamper, fetch: self.fetch, stop: &stop, state, sealed: 0, hours: 0 };
        loop {
            match follower.look() {
                Err(error) if self.once => return Err(error),
                // Another command may be writing to the log; the next look finds the same.
                Err(error) => complain(&error),
                Ok(()) => {}
            }
            if self.once || stop.load(Ordering::Relaxed) {
                return print(&format!("{} finds sealed, roots of {} hours logged\n", follower.sealed, follower.hours));
            }
            wait(self.every, &stop);
        }
    }
}

/// Waits so long, or until it is interrupted.
fn wait(seconds: u64, stop: &AtomicBool) {
    for _ in 0..seconds * 10 {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

struct State {
    file: PathBuf,
    followed: Followed,
}

impl State {
    fn read(file: PathBuf) -> anyhow::Result<Self> {
        let followed = if file.exists() { serde_json::from_slice(&read_limited(&file, MAX_STATE)?)? } else { Followed::default() };
        Ok(Self { file, followed })
    }

    fn write(&self) -> anyhow::Result<()> {
        Ok(replace(&self.file, &serde_json::to_vec(&self.followed)?)?)
    }
}

struct Follower<'a> {
    settings: &'a Settings,
    root: &'a Path,
    stamper: &'a HttpStamper,
    fetch: bool,
    stop: &'a AtomicBool,
    state: State,
    sealed: u64,
    hours: usize,
}

impl Follower<'_> {
    /// Does what there is to do. The log belongs to other commands in between.
    fn look(&mut self) -> anyhow::Result<()> {
        let store = SqliteReader::open(&self.settings.data, &self.settings.policy)?;
        let hours = self.changed_hours(&store)?;
        let mut finds = self.new_finds(&store)?;
        if hours.is_empty() && finds.is_empty() {
            return Ok(());
        }
        let vault = Vault::open(self.root)?;
        while !finds.is_empty() && !self.stop.load(Ordering::Relaxed) {
            for find in &finds {
                self.seal(&vault, find)?;
                self.state.followed.find = find.id;
            }
            self.state.write()?;
            finds = self.new_finds(&store)?;
        }
        self.log_hours(&vault, &hours)
    }

    fn new_finds(&self, store: &SqliteReader) -> anyhow::Result<Vec<Find>> {
        Ok(store.finds_after(self.state.followed.find, Band::Advert, BATCH)?)
    }

    /// Hours in which posts were counted since their root was logged.
    fn changed_hours(&self, store: &SqliteReader) -> anyhow::Result<Vec<DenominatorRoot>> {
        let known = &self.state.followed.hours;
        Ok(store.denominator_roots()?.into_iter().filter(|hour| known.get(&hour.hour) != Some(&hour.posts)).collect())
    }

    /// Seals a find unless it is sealed or may not be kept. Its exhibit has a name of its own, so that a run that was killed before it
    /// wrote down how far it got seals nothing twice.
    fn seal(&mut self, vault: &Vault, find: &Find) -> anyhow::Result<()> {
        let day: String = find.found_at.to_string().chars().filter(char::is_ascii_digit).take(8).collect();
        let exhibit = format!("{day}-find-{}", find.id);
        if vault.has(&exhibit) || seal::check_terms(self.settings, Some(&find.network)).is_err() {
            return Ok(());
        }
        let (items, about) = seal::find_items(find)?;
        let pages: Vec<String> = find.url.iter().filter(|_| self.fetch).cloned().collect();
        // A page that is gone already is no reason not to seal the post.
        let exchanges = seal::fetch_all(self.settings, &pages).unwrap_or_else(|error| {
            complain(&error.context(format!("find {} is sealed without its page", find.id)));
            Vec::new()
        });
        let capture = seal::capture(exhibit, "unattended".to_owned(), items, exchanges, about);
        vault.seal(&capture, self.stamper)?.missing.iter().for_each(|why| complain(&anyhow::anyhow!("time stamp missing: {why}")));
        self.sealed += 1;
        Ok(())
    }

    fn log_hours(&mut self, vault: &Vault, changed: &[DenominatorRoot]) -> anyhow::Result<()> {
        if changed.is_empty() {
            return Ok(());
        }
        let at = now();
        let day: String = at.chars().filter(char::is_ascii_digit).take(8).collect();
        vault.measure(&new_exhibit(&day)?, &serde_json::to_vec(changed)?, "unattended", &at)?;
        self.state.followed.hours.extend(changed.iter().map(|hour| (hour.hour, hour.posts)));
        self.hours += changed.len();
        self.state.write()
    }
}
