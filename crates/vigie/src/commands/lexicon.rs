//! `vigie lexicon`: for those who keep the lexicon.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::{Args, Subcommand};
use vigie_detect::{Detector, Lexicon, Model, Scratch, review};
use vigie_ingest::{Blocks, Decoder, Limits, Position, find_inputs};
use vigie_model::Event;

use super::print;

/// Check, compare and widen the lexicon
#[derive(Debug, Args)]
pub(crate) struct LexiconCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read a lexicon and name what is doubtful in it; exit status 1 if there is anything
    Check {
        /// Folder laid out like lexicon/ [default: the one in this program]
        folder: Option<PathBuf>,
    },
    /// Show what one lexicon has and another has not
    Diff {
        /// The old state
        old: PathBuf,
        /// The new state [default: the one in this program]
        new: Option<PathBuf>,
    },
    /// Count phrases by language and kind
    Stats {
        /// Folder laid out like lexicon/ [default: the one in this program]
        folder: Option<PathBuf>,
    },
    /// Propose words that stand where products stand and that the lexicon lacks, for a person to accept
    #[command(after_help = "Example: vigie lexicon mine posts.jsonl --least 5")]
    Mine {
        /// Files or folders of posts
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// Posts that a word must stand in
        #[arg(long, default_value_t = 3, value_name = "N")]
        least: usize,
    },
}

impl LexiconCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Check { folder } => check(&read(folder.as_deref())?),
            Command::Diff { old, new } => {
                let lines = review::difference(&read(Some(&old))?, &read(new.as_deref())?);
                print(&lines.iter().map(|line| format!("{line}\n")).collect::<String>())
            }
            Command::Stats { folder } => stats(&read(folder.as_deref())?),
            Command::Mine { paths, least } => mine(&paths, least),
        }
    }
}

/// The lexicon of a folder, or the one in this program.
fn read(folder: Option<&Path>) -> anyhow::Result<Lexicon> {
    let Some(folder) = folder else { return Ok(Lexicon::embedded()?) };
    let files = Lexicon::paths()
        .map(|path| {
            let file = folder.join(path);
            Ok((path, fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?))
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    Ok(Lexicon::read(&files.iter().map(|(path, content)| (*path, content.as_str())).collect::<Vec<_>>())?)
}

fn check(lexicon: &Lexicon) -> anyhow::Result<ExitCode> {
    let remarks = review::remarks(lexicon);
    let mut out = String::new();
    for remark in &remarks {
        let _ = writeln!(out, "{} {:?} {}", remark.lang, remark.phrase, remark.what);
    }
    let _ = writeln!(out, "lexicon {}: {} phrases, {} remarks", lexicon.version, lexicon.entries.len(), remarks.len());
    print(&out)?;
    Ok(if remarks.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn stats(lexicon: &Lexicon) -> anyhow::Result<ExitCode> {
    let mut out = format!("lexicon {}\n", lexicon.version);
    for ((lang, kind), count) in review::statistics(lexicon) {
        let _ = writeln!(out, "{lang:8} {kind:18} {count:6}");
    }
    print(&out)
}

/// Words that gain less than this on average stand anywhere.
const LEAST_GAIN: f32 = 0.5;

/// Where a word was seen.
#[derive(Debug, Default)]
struct Sightings {
    posts: usize,
    log_odds: f32,
}

fn mine(paths: &[PathBuf], least: usize) -> anyhow::Result<ExitCode> {
    let detector = Detector::new(Lexicon::embedded()?, Model::embedded()?, Vec::new());
    let limits = Limits::default();
    let decoder = Decoder::new(&limits);
    let (mut scratch, mut problems) = (Scratch::default(), Vec::new());
    let mut words: BTreeMap<String, Sightings> = BTreeMap::new();
    for input in find_inputs(paths)? {
        let mut blocks = Blocks::open(&input, &limits, Position::START)?;
        while let Some(block) = blocks.next_block() {
            for record in block.records() {
                decoder.decode(record.bytes, record.event, &mut problems, &mut |event| {
                    let Event::Post(post) = event else { return };
                    for (word, log_odds) in detector.stands_for_a_product(&post, &mut scratch) {
                        let seen = words.entry(word).or_default();
                        seen.posts += 1;
                        seen.log_odds += log_odds;
                    }
                });
                problems.clear();
            }
        }
    }
    print(&proposals(&words, least))
}

/// The words seen often enough, those that look most like products first.
fn proposals(words: &BTreeMap<String, Sightings>, least: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "numbers of posts")]
    let mut found: Vec<_> = words
        .iter()
        .filter(|(_, seen)| seen.posts >= least)
        .map(|(word, seen)| (seen.log_odds / seen.posts as f32, seen.posts, word))
        .filter(|found| found.0 >= LEAST_GAIN)
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    let mut out = String::from("posts  gain  word\n");
    for (gain, posts, word) in found {
        let _ = writeln!(out, "{posts:5}  {gain:4.1}  {word}");
    }
    out
}
