//! `vigie doctor`: what is configured, what is missing, and what to do about it.

use std::{fmt::Write, path::Path, process::ExitCode};

use clap::Args;
use vigie_detect::{Detector, Lexicon, Model};
use vigie_store::{Figures, SqliteReader};

use super::print;
use crate::{
    pictures::{engine, list_folder, today},
    settings::{FILE_NAME, Settings},
};

/// Say what is configured, what is missing, and what to do about it
#[derive(Debug, Args)]
pub(crate) struct Doctor {}

/// The findings so far.
#[derive(Default)]
struct Report {
    out: String,
    faults: usize,
}

impl Report {
    fn good(&mut self, what: &str) {
        let _ = writeln!(self.out, "ok       {what}");
    }

    fn note(&mut self, what: &str) {
        let _ = writeln!(self.out, "note     {what}");
    }

    fn fault(&mut self, what: &str, remedy: &str) {
        self.faults += 1;
        let _ = writeln!(self.out, "MISSING  {what}\n         → {remedy}");
    }
}

impl Doctor {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let mut report = Report::default();
        lexicon(&mut report);
        match Settings::load(config) {
            Ok(Some(settings)) => configured(&settings, &mut report),
            Ok(None) => report
                .fault(&format!("no {FILE_NAME} in this folder or above"), "run `vigie init --profile NAME`; until then only `vigie scan --dry-run` works"),
            Err(error) => report.fault(&format!("the configuration cannot be used: {error:#}"), "correct the file at that place"),
        }
        report.note("French detection: not yet measured on independent adverts");
        print(&report.out)?;
        Ok(if report.faults == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

fn lexicon(report: &mut Report) {
    match Lexicon::embedded() {
        Ok(lexicon) => report.good(&format!("lexicon {}: {} phrases, {} places", lexicon.version, lexicon.entries.len(), lexicon.places.len())),
        Err(error) => report.fault(&format!("the lexicon cannot be used: {error}"), "reinstall vigie"),
    }
    match Model::embedded() {
        Ok(model) => report.good(&format!("model {}", model.version)),
        Err(error) => report.fault(&format!("the model cannot be used: {error}"), "reinstall vigie"),
    }
}

fn configured(settings: &Settings, report: &mut Report) {
    let file = settings.file.as_ref().map_or_else(|| "built-in".into(), |f| f.display().to_string());
    report.good(&format!("configuration {file}, profile {}", settings.profile.as_str()));
    if settings.watches.is_empty() {
        report.fault("no watch is configured, so that no share is counted by keyword", "add a [[watch]] with a name and the words to look for");
    } else {
        let names: Vec<_> = settings.watches.iter().map(|w| w.name.as_str()).collect();
        report.good(&format!("{} watches: {}", names.len(), names.join(", ")));
    }
    sources(settings, report);
    let days = settings.policy.retention;
    report.good(&format!("retention: finds {} days, ledger {} days", days.find_days, days.ledger_days));
    for lifted in &settings.policy.overrides {
        report.note(&format!("the terms of {} are lifted on this basis: {}", lifted.network, lifted.basis));
    }
    rules(settings, report);
    pictures(settings, report);
    store(settings, report);
}

fn rules(settings: &Settings, report: &mut Report) {
    let (Ok(lexicon), Ok(model)) = (Lexicon::embedded(), Model::embedded()) else { return }; // said above
    let detector = Detector::new(lexicon, model, settings.watches.clone());
    match settings.rules.load(&detector) {
        Ok(book) if book.rules().len() == 0 => report.note("no rules are applied"),
        Ok(book) => {
            let shadow = book.rules().filter(|(_, rule, _)| rule.shadow).count();
            report.good(&format!("rules {}: {} rules, {shadow} in the shadow", book.hash(), book.rules().len()));
        }
        Err(error) => report.fault(&format!("the rule packs cannot be used: {error}"), "correct the pack and try it with `vigie rules check PACK`"),
    }
}

fn pictures(settings: &Settings, report: &mut Report) {
    match engine(&settings.pictures) {
        Ok(engine) => report.good(&format!("text in pictures: {} with {}", engine.version(), engine.languages())),
        Err(error) => report.note(&format!("text in pictures is not read: {error}")),
    }
    match list_folder(settings).all() {
        Ok(lists) if lists.is_empty() => report.note("no list of known pictures (`vigie hashes`)"),
        Ok(lists) => {
            let hashes: usize = lists.iter().filter(|list| list.holds_on(today())).map(|list| list.entries.len()).sum();
            report.good(&format!("known pictures: {hashes} hashes that hold today, in {} lists", lists.len()));
        }
        Err(error) => report.fault("a list of known pictures cannot be used, and scans stop", &error.to_string()),
    }
}

fn sources(settings: &Settings, report: &mut Report) {
    if settings.sources.is_empty() {
        report.note("no [[source]] is configured: `vigie scan` needs a path");
    }
    for source in &settings.sources {
        if source.path.exists() {
            report.good(&format!("source {:?}: {}", source.name, source.path.display()));
        } else {
            report.fault(&format!("source {:?}: {} does not exist", source.name, source.path.display()), "create it, or correct its path");
        }
    }
}

fn store(settings: &Settings, report: &mut Report) {
    if !settings.data.exists() {
        report.note(&format!("no store yet: the first `vigie scan` creates it in {}", settings.data.display()));
        return;
    }
    let counts = SqliteReader::open(&settings.data, &settings.policy).and_then(|store| store.counts());
    match counts {
        Ok(counts) => report.good(&format!("store {}: {} posts counted, {} finds kept", settings.data.display(), counts.posts, counts.finds)),
        Err(error) => report.fault(&format!("the store in {} cannot be read", settings.data.display()), &error.to_string()),
    }
}
