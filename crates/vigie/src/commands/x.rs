//! `vigie x`: the rules of X's filtered stream, and what is spent.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal, Write as _},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use vigie_live::RulesDiff;

use super::{TextOrJson, print, settings};
use crate::{
    settings::Settings,
    sources::{self, Kind, Live},
};

/// Compare the rules of X's filtered stream with the watches, and send them
#[derive(Debug, Args)]
pub(crate) struct XCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Rules(Rules),
}

/// Show how the rules at X differ from the watches; with --send, change them
///
/// Rules of ours are named `vigie:WATCH`; others are shown and left alone. Nothing is sent without --send, and then only after the
/// difference was shown and confirmed.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 done or nothing to do, 1 failed or not confirmed, 3 they differ and were not sent.\n\nExamples:\n  vigie x rules\n  vigie x rules --send"
)]
struct Rules {
    /// Name of the live source [default: the only one with protocol "x"]
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Send them
    #[arg(long)]
    send: bool,
    /// Send them without asking, where nobody is there to answer
    #[arg(long, requires = "send")]
    yes: bool,
    /// Form of the difference
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

impl XCommand {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let settings = settings(config)?;
        match self.command {
            Command::Rules(rules) => rules.run(&settings),
        }
    }
}

impl Rules {
    fn run(&self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let account = self.source(settings)?.account(settings)?;
        let diff = sources::rules(settings)?.diff(account.rules()?);
        print(&if self.format == TextOrJson::Json { serde_json::to_string_pretty(&diff)? + "\n" } else { text(&diff) })?;
        if diff.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        if !self.send {
            return Ok(ExitCode::from(3));
        }
        if !self.yes && !confirmed()? {
            bail!("not confirmed; nothing was sent");
        }
        account.send_rules(&diff)?;
        Ok(ExitCode::SUCCESS)
    }

    fn source<'s>(&self, settings: &'s Settings) -> anyhow::Result<&'s Live> {
        let mut of_x = settings.live.iter().filter(|live| live.protocol == Kind::X && self.name.as_ref().is_none_or(|name| *name == live.name));
        let first = of_x.next().context("no live source with protocol \"x\" is configured under that name (docs/sources.md)")?;
        if of_x.next().is_some() { bail!("several live sources are of X: name one") } else { Ok(first) }
    }
}

fn text(diff: &RulesDiff) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    for rule in &diff.keep {
        let _ = writeln!(out, "  {}: {}", rule.tag, rule.value);
    }
    for rule in &diff.delete {
        let _ = writeln!(out, "- {}: {}", rule.tag, rule.value);
    }
    for rule in &diff.add {
        let _ = writeln!(out, "+ {}: {}", rule.tag, rule.value);
    }
    for rule in &diff.foreign {
        let _ = writeln!(out, "? {}: {}   not ours, left alone; what it lets through is paid too", rule.tag, rule.value);
    }
    let summary =
        if diff.is_empty() { "the rules are those of the watches".to_owned() } else { format!("{} to add, {} to delete", diff.add.len(), diff.delete.len()) };
    let _ = writeln!(out, "{summary}");
    out
}

fn confirmed() -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        bail!("nobody is there to confirm it: look at the difference, then use --send --yes");
    }
    write!(io::stderr().lock(), "send this to X? [y/N] ")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "o" | "O" | "oui"))
}

#[cfg(test)]
mod tests {
    use vigie_live::{Rule, StoredRule};

    use super::*;

    #[test]
    fn a_difference_reads_like_one() {
        let stored = |tag: &str, value: &str| StoredRule { id: "1".into(), value: value.into(), tag: tag.into() };
        let diff = RulesDiff {
            add: vec![Rule { value: "Lorient -is:retweet".into(), tag: "vigie:lorient".into() }],
            delete: vec![stored("vigie:brest", "Brest -is:retweet")],
            keep: vec![stored("vigie:toulouse", "Toulouse -is:retweet")],
            foreign: vec![stored("presse", "canal")],
        };
        insta::assert_snapshot!(text(&diff), @r"
          vigie:toulouse: Toulouse -is:retweet
        - vigie:brest: Brest -is:retweet
        + vigie:lorient: Lorient -is:retweet
        ? presse: canal   not ours, left alone; what it lets through is paid too
        1 to add, 1 to delete
        ");
    }
}
