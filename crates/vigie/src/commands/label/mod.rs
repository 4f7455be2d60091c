//! `vigie label`: people read the random sample.

mod exchange;
mod screen;

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::Args;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind};
use serde::Serialize;
use vigie_console::tasks::{self, Task, all_tasks};
use vigie_measure::{
    estimate::{Agreement, cohen_kappa},
    share::{Answer, LabelGoal, Quota, label_quotas},
};
use vigie_model::Timestamp;
use vigie_report::{Language, answer_of, drawn, groups};
use vigie_store::{Domain, DomainSample, GivenLabel, Labelling, Measuring, SqliteReader, SqliteStore};

use super::{LanguageArg, TextOrJson, language, print, scan::now, scope::Scope, settings};
use screen::{Action, Sitting};

/// Read the random sample, so that shares become estimates
///
/// Serves the posts that are to be read, one after the other, in the terminal. Which ones is fixed by a keyed hash: nobody can choose.
/// One in seven is shown to a second person, and some that two people agree on to others, to check them.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  vigie label --watch Toulouse --half-width 2\n  vigie label --status\n  vigie label --export > tasks.jsonl\n  vigie label --import labels.jsonl"
)]
pub(crate) struct Label {
    #[command(flatten)]
    scope: Scope,
    /// Labels to reach for each watch, at least 30 a stratum
    #[arg(long, value_name = "N", default_value_t = 300)]
    labels: u64,
    /// Labels enough for a share to within so many points of each watch, instead of a number
    #[arg(long, value_name = "POINTS", conflicts_with = "labels")]
    half_width: Option<f64>,
    /// Who reads [default: the user's name]
    #[arg(long, value_name = "NAME")]
    reviewer: Option<String>,
    /// Print what is to be read and how far it got
    #[arg(long, group = "job")]
    status: bool,
    /// Print the posts to read as JSON lines
    #[arg(long, group = "job")]
    export: bool,
    /// Take labels from a file of JSON lines; those that were not asked for are left out and counted
    #[arg(long, group = "job", value_name = "FILE")]
    import: Option<PathBuf>,
    /// Form of the status
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
    /// Language of the screen [default: that of the environment]
    #[arg(long, value_enum)]
    lang: Option<LanguageArg>,
}

/// What is to be read: domains, and what their labels are to achieve.
#[derive(Debug)]
pub(super) struct Goal<'g> {
    domains: &'g [Domain],
    goal: LabelGoal,
}

/// How far a watch got.
#[derive(Debug, Serialize)]
struct Status {
    domain: Domain,
    quotas: Vec<Quota>,
    reviewers: usize,
    double_labels: u64,
    kappa: Option<f64>,
    golden_shown: u64,
    golden_same: u64,
}

impl Label {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let settings = settings(config)?;
        let domains = self.scope.domains(&settings, false);
        if domains.is_empty() {
            bail!("no watch is configured: a share is always the share of a watch");
        }
        let goal = Goal { domains: &domains, goal: self.goal()? };
        let reviewer = self.reviewer()?;
        if self.status || self.export {
            let store = SqliteReader::open(&settings.data, &settings.policy)?;
            return print(&if self.status { self.status(&goal, &store)? } else { exchange::export(&goal.tasks(&store, &reviewer)?)? });
        }
        let mut store = SqliteStore::open(&settings.data, &settings.policy)?;
        match &self.import {
            Some(file) => self.import(file, &reviewer, &goal, &mut store),
            None => sit(&goal, &reviewer, &mut store, language(self.lang)),
        }
    }

    fn goal(&self) -> anyhow::Result<LabelGoal> {
        match self.half_width {
            None => Ok(LabelGoal::Labels(self.labels)),
            Some(points) if points > 0.0 && points <= 50.0 => Ok(LabelGoal::HalfWidth(points / 100.0)),
            Some(points) => bail!("--half-width {points}: name points above 0 and up to 50"),
        }
    }

    fn reviewer(&self) -> anyhow::Result<String> {
        let of_environment = || ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
        let name = self.reviewer.clone().or_else(of_environment).unwrap_or_else(|| "unnamed".to_owned());
        if name.trim().is_empty() || name.chars().count() > 100 {
            bail!("--reviewer needs a name of 1 to 100 characters");
        }
        Ok(name)
    }

    fn import(&self, file: &Path, reviewer: &str, goal: &Goal<'_>, store: &mut SqliteStore) -> anyhow::Result<ExitCode> {
        let imported = exchange::import(file, reviewer, goal, store, now()?)?;
        if self.format == TextOrJson::Json {
            print(&(serde_json::to_string_pretty(&imported)? + "\n"))?;
        } else {
            print(&format!("{} labels taken, {} not asked for, {} lines rejected\n", imported.labels, imported.not_asked_for, imported.rejected))?;
        }
        match imported.first_rejected {
            Some(line) => bail!("{}:{line}: not a label: each line needs `label`, and `post` or `network` and `id`", file.display()),
            None => Ok(ExitCode::SUCCESS),
        }
    }

    fn status(&self, goal: &Goal<'_>, store: &SqliteReader) -> anyhow::Result<String> {
        let all: Vec<Status> = goal.domains.iter().map(|domain| status(domain, goal.goal, store)).collect::<Result<_, _>>()?;
        if self.format == TextOrJson::Json {
            return Ok(serde_json::to_string_pretty(&all)? + "\n");
        }
        Ok(all.iter().map(|status| status_text(status, language(self.lang))).collect())
    }
}

impl Goal<'_> {
    /// The tasks of a reviewer, each post once.
    fn tasks(&self, store: &SqliteReader, reviewer: &str) -> anyhow::Result<Vec<Task>> {
        Ok(all_tasks(store, self.domains, self.goal, reviewer)?)
    }
}

fn quotas(sample: &DomainSample, goal: LabelGoal) -> Vec<Quota> {
    label_quotas(&groups(&sample.cells), &drawn(&sample.posts), goal, 0.05)
}

fn status(domain: &Domain, goal: LabelGoal, store: &SqliteReader) -> anyhow::Result<Status> {
    let sample = store.domain_sample(domain)?;
    let mut table = Agreement::default();
    for post in &sample.posts {
        if let [first, second, ..] = post.labels.as_slice() {
            table.add(answer_of(first.label) == Answer::Advert, answer_of(second.label) == Answer::Advert);
        }
    }
    let (golden_shown, golden_same) = tasks::golden(&sample);
    Ok(Status {
        domain: domain.clone(),
        quotas: quotas(&sample, goal),
        reviewers: exchange::reviewers(sample.posts.iter().flat_map(|post| &post.labels)).len(),
        double_labels: table.posts(),
        kappa: cohen_kappa(&table),
        golden_shown,
        golden_same,
    })
}

fn status_text(status: &Status, language: Language) -> String {
    let french = language == Language::French;
    let sum = |of: fn(&Quota) -> u64| status.quotas.iter().map(of).sum::<u64>();
    let (wanted, read, posts) = (sum(|q| q.labels), sum(|q| q.read.min(q.labels)), sum(|q| q.posts));
    let kappa = status.kappa.map_or_else(|| "–".to_owned(), |kappa| format!("{kappa:.2}"));
    let mut out = if french {
        format!(
            "{} : {read} lues sur {wanted} à lire, pour {posts} publications ; {} lues deux fois, kappa {kappa}\n",
            status.domain.watch, status.double_labels
        )
    } else {
        format!("{}: {read} read of {wanted} to read, for {posts} posts; {} read twice, kappa {kappa}\n", status.domain.watch, status.double_labels)
    };
    for Quota { tier, labels, read, drawn, posts } in &status.quotas {
        out += &format!("  {:<7} {read:>5} / {labels:<5} ({drawn} / {posts})\n", tier.as_str());
    }
    out
}

/// Full-screen labelling until everything is read or the reviewer leaves.
fn sit(goal: &Goal<'_>, reviewer: &str, store: &mut SqliteStore, language: Language) -> anyhow::Result<ExitCode> {
    if !std::io::stdout().is_terminal() {
        bail!("labelling needs a terminal: use --export and --import in scripts");
    }
    let (readable, hidden) = readable(goal, store, reviewer)?;
    if readable.is_empty() {
        return print(&said(0, hidden));
    }
    let mut terminal = ratatui::try_init().context("cannot take over the terminal")?;
    let done = sittings(&mut terminal, goal, reviewer, store, language);
    ratatui::try_restore().context("cannot give the terminal back")?;
    let (labelled, hidden) = done?;
    print(&said(labelled, hidden))
}

/// The tasks whose text may be shown, and how many others there are.
fn readable(goal: &Goal<'_>, store: &SqliteStore, reviewer: &str) -> anyhow::Result<(Vec<Task>, usize)> {
    let (readable, hidden): (Vec<Task>, Vec<Task>) = goal.tasks(store.reader(), reviewer)?.into_iter().partition(|task| task.post.text.is_some());
    Ok((readable, hidden.len()))
}

/// One sitting after the other: the first labels say where the next ones are worth most. Returns how many posts were labelled, and how
/// many cannot be shown.
fn sittings(
    terminal: &mut ratatui::DefaultTerminal,
    goal: &Goal<'_>,
    reviewer: &str,
    store: &mut SqliteStore,
    language: Language,
) -> anyhow::Result<(usize, usize)> {
    let mut labelled = 0;
    loop {
        let (tasks, hidden) = readable(goal, store, reviewer)?;
        if tasks.is_empty() {
            return Ok((labelled, hidden));
        }
        let mut sitting = Sitting::new(tasks);
        let to_its_end = work(terminal, &mut sitting, reviewer, store, language)?;
        labelled += sitting.given.len();
        if !to_its_end {
            return Ok((labelled, hidden));
        }
    }
}

fn said(labelled: usize, hidden: usize) -> String {
    let left = match (labelled, hidden) {
        (0, 0) => "nothing is left to read: raise --labels, or run `vigie share`".to_owned(),
        (labelled, 0) => format!("{labelled} posts labelled"),
        (labelled, hidden) => format!(
            "{labelled} posts labelled; {hidden} more are to be read and their text may not be kept: leave them out with --network, or --import their labels"
        ),
    };
    left + "\n"
}

/// One sitting; returns whether it was read to its end.
fn work(terminal: &mut ratatui::DefaultTerminal, sitting: &mut Sitting, reviewer: &str, store: &mut SqliteStore, language: Language) -> anyhow::Result<bool> {
    loop {
        if sitting.task().is_none() {
            return Ok(true);
        }
        terminal.draw(|frame| screen::draw(frame, sitting, language))?;
        let Event::Key(key) = event::read()? else { continue };
        let action = match key.code {
            _ if key.kind != KeyEventKind::Press => None,
            KeyCode::Esc => Some(Action::Quit),
            KeyCode::Char('c') if key.modifiers.contains(event::KeyModifiers::CONTROL) => Some(Action::Quit),
            KeyCode::Backspace => Some(Action::Undo),
            KeyCode::Char(key) => screen::action(key),
            _ => None,
        };
        match action {
            Some(Action::Quit) => return Ok(false),
            Some(action) => apply(action, sitting, reviewer, store, now()?)?,
            None => {}
        }
    }
}

/// Stores a label at once, or takes the last one back.
fn apply(action: Action, sitting: &mut Sitting, reviewer: &str, store: &mut SqliteStore, now: Timestamp) -> anyhow::Result<()> {
    match action {
        Action::Label(label) => {
            if let Some(task) = sitting.task() {
                let given = GivenLabel { reviewer: reviewer.to_owned(), label, at: now };
                sitting.given.extend(store.add_labels(&[(task.post.key, task.post.revision, given)])?);
            }
        }
        Action::Undo => {
            if let Some(number) = sitting.given.pop() {
                store.withdraw_label(number)?;
            }
        }
        Action::Quit => {}
    }
    Ok(())
}
