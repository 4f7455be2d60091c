//! Rules in a run: applied, counted, and taken up when their content changes meanwhile.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::{
    fs,
    num::NonZero,
    path::{Path, PathBuf},
    sync::{Mutex, atomic::AtomicBool},
};

use vigie_detect::{Detector, Lexicon, Model};
use vigie_ingest::{Input, Limits};
use vigie_model::{Profile, Timestamp};
use vigie_pipeline::{Plan, Progress, RejectsTo, Summary, run};
use vigie_rules::{LiveRules, PackSource};
use vigie_store::{Policy, SqliteStore};

const POSTS: &str = r#"{"id":"1","network":"x","text":"Toulouse : beuh dispo, 10€ le g, livraison. Snap: demo_fictif31","lang":"fr"}
{"id":"2","network":"x","text":"Bonjour tout le monde","lang":"fr"}
"#;

fn pack(place: &str) -> String {
    format!(
        "[[rule]]\nname = 'place'\nseverity = 'low'\nreason = {{ en = 'place', fr = 'lieu' }}\nwhen = \"'{place}' in places\"\neffect = {{ tag = 'place' }}\n\
         match = ['Beuh dispo sur {place}']\nno_match = ['Beuh dispo']\n"
    )
}

/// Changes the packs when the first block was read, which is before the first commit.
struct Change {
    file: PathBuf,
    content: Mutex<Option<String>>,
}

impl Progress for Change {
    fn read(&self, _: u64) {
        if let Some(content) = self.content.lock().unwrap().take() {
            fs::write(&self.file, content).unwrap();
        }
    }
}

fn run_and_change(folder: &Path, change: Option<String>) -> (Summary, LiveRules) {
    let (posts, file) = (folder.join("posts.jsonl"), folder.join("own.toml"));
    fs::write(&posts, POSTS).unwrap();
    fs::write(&file, pack("Toulouse")).unwrap();
    let detector = Detector::new(Lexicon::embedded().unwrap(), Model::embedded().unwrap(), Vec::new());
    let rules = LiveRules::open(PackSource { embedded: false, paths: vec![file.clone()] }, &detector).unwrap();
    let plan = Plan {
        inputs: vec![Input::File(posts)],
        limits: Limits::default(),
        threads: NonZero::<usize>::MIN,
        batch: 1,
        now: Timestamp::from_seconds(1_764_000_000).unwrap(),
        rejects: RejectsTo::Nowhere,
        keep_rejected_records: false,
        verdicts: None,
        find_contacts_in_samples: false,
        pictures: None,
    };
    let mut store = SqliteStore::temporary(&Policy::new(Profile::Research)).unwrap();
    let change = Change { file, content: Mutex::new(change) };
    let summary = run(plan, &detector, &rules, &mut store, &change, &AtomicBool::new(false)).unwrap();
    (summary, rules)
}

#[test]
fn a_changed_pack_is_taken_up_after_a_commit() {
    let folder = tempfile::tempdir().unwrap();
    let (summary, rules) = run_and_change(folder.path(), Some(pack("Lille")));
    assert_eq!((summary.rules_reloaded, summary.rule_faults.len()), (1, 0));
    assert!(rules.current().rules().any(|(_, rule, _)| rule.when.contains("Lille")));
}

#[test]
fn a_faulty_change_is_said_and_the_old_rules_stay() {
    let folder = tempfile::tempdir().unwrap();
    let (summary, rules) = run_and_change(folder.path(), Some(pack("Lille").replace("in places", "in plaecs")));
    assert_eq!(summary.rules_reloaded, 0);
    assert!(summary.rule_faults.len() == 1 && summary.rule_faults[0].contains("did you mean `places`?"), "{:?}", summary.rule_faults);
    assert!(rules.current().rules().any(|(_, rule, _)| rule.when.contains("Toulouse")));
}

#[test]
fn rules_that_hold_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (summary, _) = run_and_change(folder.path(), None);
    let counts: Vec<_> = summary.rules.iter().map(|(name, count)| (name.as_str(), count.fired, count.moved)).collect();
    assert_eq!(counts, [("place", 1, 0)]);
}
