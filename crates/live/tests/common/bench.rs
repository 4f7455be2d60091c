//! A source, the pipeline and a store, until so many posts were counted.

use std::{
    collections::BTreeMap,
    num::NonZero,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use vigie_detect::{Detector, Lexicon, Model};
use vigie_ingest::{Limits, LiveSource};
use vigie_live::{Backoff, Happening, Listener, Protocol, Settings, Source, stream};
use vigie_model::{Profile, Timestamp};
use vigie_pipeline::{Observer, RejectsTo, SourceState, WatchPlan, watch};
use vigie_rules::{LiveRules, PackSource};
use vigie_store::{Figures, Policy, SqliteReader, SqliteStore};

/// Stops the run when so many posts were counted.
struct Until<'a> {
    wanted: u64,
    new: AtomicU64,
    stop: &'a AtomicBool,
}

impl Observer for Until<'_> {
    fn committed(&self, _: &[SourceState], new: u64) {
        if self.new.fetch_add(new, Ordering::Relaxed) + new >= self.wanted {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}

pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    detector: Detector,
    rules: LiveRules,
    pub(crate) losses: Arc<Mutex<BTreeMap<String, usize>>>,
    /// What was said of losses, once each.
    pub(crate) said: Arc<Mutex<std::collections::BTreeSet<String>>>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let detector = Detector::new(Lexicon::embedded().unwrap(), Model::embedded().unwrap(), Vec::new());
        let rules = LiveRules::open(PackSource { embedded: false, paths: Vec::new() }, &detector).unwrap();
        Self { folder: tempfile::tempdir().unwrap(), detector, rules, losses: Arc::default(), said: Arc::default() }
    }

    /// Settings for a server of ours, with short waits.
    pub(crate) fn settings(url: &str) -> Settings {
        let backoff = Backoff { first: Duration::from_millis(1), most: Duration::from_millis(4) };
        Settings { allow_private: true, from_beginning: true, backoff, ..Settings::new("test", url) }
    }

    /// Counts losses by their kind.
    pub(crate) fn listener(&self) -> Listener {
        let (losses, said) = (Arc::clone(&self.losses), Arc::clone(&self.said));
        Arc::new(move |_: &str, happening: &Happening<'_>| {
            if let Happening::Lost { loss, .. } = happening {
                let kind = format!("{loss:?}").split([' ', '(', '{']).next().unwrap().to_owned();
                *losses.lock().unwrap().entry(kind).or_default() += 1;
                said.lock().unwrap().insert(loss.to_string());
            }
        })
    }

    pub(crate) fn watch_at(&self, url: &str, protocol: Protocol, wanted: u64) -> SourceState {
        self.run(stream(Self::settings(url), protocol, self.listener()).unwrap(), wanted)
    }

    /// Watches until so many new posts were counted. Gives the state of the source.
    pub(crate) fn run(&self, source: Source, wanted: u64) -> SourceState {
        let policy = Policy::new(Profile::Platform);
        let mut store = SqliteStore::open(self.folder.path(), &policy).unwrap();
        let stop = AtomicBool::new(false);
        let until = Until { wanted, new: AtomicU64::new(0), stop: &stop };
        let plan = WatchPlan {
            limits: Limits::default(),
            threads: NonZero::new(2).unwrap(),
            batch: 1_000,
            commit_every: Duration::from_millis(5),
            rejects: RejectsTo::Folder(self.folder.path().join("rejects")),
            keep_rejected_records: true,
            find_contacts_in_samples: false,
            clock: Box::new(|| Timestamp::from_seconds(1_783_200_000).unwrap()),
        };
        let sources: Vec<Box<dyn LiveSource>> = vec![Box::new(source)];
        let states = watch(&plan, sources, &self.detector, &self.rules, &mut store, &until, &stop).unwrap();
        states[0].clone()
    }

    /// Posts that the store has counted, each once.
    pub(crate) fn counted(&self) -> u64 {
        SqliteReader::open(self.folder.path(), &Policy::new(Profile::Platform)).unwrap().counts().unwrap().posts
    }

    pub(crate) fn losses(&self, kind: &str) -> usize {
        self.losses.lock().unwrap().get(kind).copied().unwrap_or(0)
    }

    /// What is in the reject file.
    pub(crate) fn rejects(&self) -> String {
        let Ok(files) = std::fs::read_dir(self.folder.path().join("rejects")) else { return String::new() };
        files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    }
}

/// A sequence that looks random and is the same in every run (Knuth, "The Art of Computer Programming", MMIX).
pub(crate) fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}
