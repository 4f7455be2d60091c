//! Tasks and labels as JSON lines, for scripts and other tools.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use vigie_console::tasks::Task;
use vigie_ingest::{Blocks, Input, Limits, Position};
use vigie_model::{Label, Timestamp};
use vigie_store::{GivenLabel, Labelling, Measuring, SqliteStore};

use super::Goal;

/// Most reviewers in one file.
const MOST_REVIEWERS: usize = 100;

/// A task as it is exported. It tells nothing of the detector's opinion.
#[derive(Debug, Serialize)]
struct TaskLine<'t> {
    /// The store's key of the post.
    post: String,
    revision: u32,
    network: &'t str,
    lang: &'t str,
    /// Null where the text may not be kept.
    text: Option<&'t str>,
}

/// A label as it is imported: the post by the store's key (as exported), or by network and id.
#[derive(Debug, Deserialize)]
struct LabelLine {
    post: Option<String>,
    network: Option<String>,
    id: Option<String>,
    label: Label,
    reviewer: Option<String>,
}

/// What became of the lines of a file.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Imported {
    /// Labels taken.
    pub(super) labels: u64,
    /// Labels of posts that were not to be read by that person: nobody can choose what counts.
    pub(super) not_asked_for: u64,
    /// Lines that are no labels.
    pub(super) rejected: u64,
    /// Place of the first of them.
    pub(super) first_rejected: Option<u64>,
}

/// The tasks as JSON lines.
pub(super) fn export(tasks: &[Task]) -> anyhow::Result<String> {
    let mut out = String::new();
    for Task { post, .. } in tasks {
        let line = TaskLine {
            post: format!("{:016x}", post.key),
            revision: post.revision,
            network: post.network.as_str(),
            lang: post.lang.as_str(),
            text: post.text.as_deref(),
        };
        out.push_str(&serde_json::to_string(&line)?);
        out.push('\n');
    }
    Ok(out)
}

/// Takes labels from a file (plain, gzip or zstd), one reviewer after the other in the order of their first lines, so that a
/// second reader's tasks follow from the first one's labels. The file is read once for each reviewer: memory is that of the tasks.
pub(super) fn import(path: &Path, default_reviewer: &str, goal: &Goal<'_>, store: &mut SqliteStore, now: Timestamp) -> anyhow::Result<Imported> {
    let mut reviewers: Vec<String> = Vec::new();
    let mut out = Imported::default();
    for_each_line(path, |line, number| match line.filter(|line| line.post.is_some() || line.network.is_some() && line.id.is_some()) {
        Some(line) => {
            let reviewer = line.reviewer.as_deref().unwrap_or(default_reviewer);
            if !reviewers.iter().any(|known| known == reviewer) && reviewers.len() <= MOST_REVIEWERS {
                reviewers.push(reviewer.to_owned());
            }
        }
        None => {
            out.rejected += 1;
            out.first_rejected = out.first_rejected.or(Some(number));
        }
    })?;
    if reviewers.len() > MOST_REVIEWERS {
        bail!("{} has labels of more than {MOST_REVIEWERS} reviewers: split it", path.display());
    }
    for reviewer in &reviewers {
        // The first labels say where the next ones are worth most: tasks are asked for again until there are none that the file answers.
        let mut given = 0;
        loop {
            let (taken, left) = import_of(path, reviewer, default_reviewer, goal, store, now)?;
            out.labels += taken;
            given += taken;
            if taken == 0 {
                out.not_asked_for += left - given.min(left);
                break;
            }
        }
    }
    Ok(out)
}

/// One round of a reviewer: labels taken, and lines of theirs that were not.
fn import_of(path: &Path, reviewer: &str, default_reviewer: &str, goal: &Goal<'_>, store: &mut SqliteStore, now: Timestamp) -> anyhow::Result<(u64, u64)> {
    // A post may be asked for by several watches; one label serves them all.
    let mut asked: HashMap<u64, u32> = goal.tasks(store.reader(), reviewer)?.into_iter().map(|task| (task.post.key, task.post.revision)).collect();
    let (mut taken, mut left) = (Vec::new(), 0);
    for_each_line(path, |line, _| {
        let Some(line) = line.filter(|line| line.reviewer.as_deref().unwrap_or(default_reviewer) == reviewer) else { return };
        match key(&line, store).and_then(|key| Some((key, asked.remove(&key)?))) {
            Some((key, revision)) => taken.push((key, revision, GivenLabel { reviewer: reviewer.to_owned(), label: line.label, at: now })),
            None => left += 1,
        }
    })?;
    Ok((store.add_labels(&taken)?.len() as u64, left))
}

fn key(line: &LabelLine, store: &SqliteStore) -> Option<u64> {
    match (&line.post, &line.network, &line.id) {
        (Some(post), ..) => u64::from_str_radix(post, 16).ok(),
        (None, Some(network), Some(id)) => Some(store.reader().post_key(network, id)),
        _ => None,
    }
}

/// Calls with each line's label and number; none where the line is no label.
fn for_each_line(path: &Path, mut visit: impl FnMut(Option<LabelLine>, u64)) -> anyhow::Result<()> {
    let mut blocks =
        Blocks::open(&Input::File(path.to_owned()), &Limits::default(), Position::START).with_context(|| format!("cannot read {}", path.display()))?;
    while let Some(mut block) = blocks.next_block() {
        for problem in block.take_problems() {
            visit(None, problem.position.line);
        }
        for record in block.records() {
            visit(serde_json::from_slice(record.bytes).ok(), record.position.line);
        }
        blocks.recycle(block.into_buffer());
    }
    Ok(())
}

/// The reviewers' names in a sample's labels.
pub(super) fn reviewers<'s>(labels: impl Iterator<Item = &'s GivenLabel>) -> BTreeSet<&'s str> {
    labels.map(|given| given.reviewer.as_str()).collect()
}
