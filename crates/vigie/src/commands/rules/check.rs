//! `vigie rules check` and `vigie rules test`.

use std::{fmt::Write, path::PathBuf, process::ExitCode};

use clap::Args;
use serde_json::json;
use vigie_detect::{Detector, Scratch};
use vigie_model::Post;
use vigie_report::explain;
use vigie_rules::{Checked, Effect, RuleBook, RuleTally, check_examples};

use super::{detector, source};
use crate::commands::TextOrJson;
use crate::{
    commands::{LanguageArg, language, print},
    settings::Settings,
};

/// Check packs: form, bounds, names in conditions, and every example
///
/// Without a pack, those of the configuration and those that come with Vigie.
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 all is well, 1 something is wrong.\n\nExample: vigie rules check rules/mine.toml")]
pub(super) struct Check {
    /// Packs: files, or folders of *.toml
    #[arg(value_name = "PACK")]
    packs: Vec<PathBuf>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// Try packs on their examples, or on a text
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 all examples behave, 1 one does not.\n\n\
    Examples:\n  vigie rules test rules/mine.toml\n  vigie rules test --text \"on recrute des guetteurs, mineurs acceptés, snap fictif_31\"")]
pub(super) struct Test {
    /// Packs: files, or folders of *.toml
    #[arg(value_name = "PACK")]
    packs: Vec<PathBuf>,
    /// Judge this text under the rules and explain the verdict, instead of trying the examples
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// Language of the explanation [default: that of the environment]
    #[arg(long, value_enum)]
    lang: Option<LanguageArg>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// Compiled, with every example tried, also those of the packs that come with Vigie.
fn load(packs: &[PathBuf], settings: &Settings, detector: &Detector) -> anyhow::Result<(RuleBook, Vec<Checked>)> {
    let book = RuleBook::compile(&source(packs, settings).read()?, detector)?;
    let checked = check_examples(&book, detector);
    Ok((book, checked))
}

fn exit(checked: &[Checked]) -> ExitCode {
    if checked.iter().all(Checked::passed) { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

impl Check {
    pub(super) fn run(self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let (book, checked) = load(&self.packs, settings, &detector(settings)?)?;
        print(&if self.format == TextOrJson::Json { check_json(&book, &checked)? } else { check_text(&book, &checked) })?;
        Ok(exit(&checked))
    }
}

fn check_text(book: &RuleBook, checked: &[Checked]) -> String {
    let cost: u64 = book.rules().map(|(.., cost)| cost).sum();
    let mut out = format!("rules {}: {} rules, at most {cost} steps a candidate\n\n", book.hash(), book.rules().len());
    let _ = writeln!(out, "{:<24}  {:<8}  {:>5}  {:<52}  pack", "rule", "severity", "steps", "effect");
    for (pack, rule, cost) in book.rules() {
        let shadow = if rule.shadow { " (shadow)" } else { "" };
        let _ = writeln!(out, "{:<24}  {:<8}  {cost:>5}  {:<52}  {pack}", rule.name, rule.severity.as_str(), effect(&rule.effect) + shadow);
    }
    let unseen: Vec<_> = checked.iter().filter(|checked| checked.must_match && checked.passed() && !checked.candidate).collect();
    out.push('\n');
    checked.iter().filter(|checked| !checked.passed()).for_each(|wrong| line(wrong, &mut out));
    for checked in &unseen {
        let _ = writeln!(out, "note   {} match {}: the detector finds so little in it that rules are not asked", checked.rule, checked.number);
    }
    let passed = checked.iter().filter(|checked| checked.passed()).count();
    let _ = writeln!(out, "{passed} of {} examples behave", checked.len());
    out
}

fn check_json(book: &RuleBook, checked: &[Checked]) -> anyhow::Result<String> {
    let rules: Vec<_> = book
        .rules()
        .map(|(pack, rule, cost)| {
            json!({ "rule": rule.name, "pack": pack, "severity": rule.severity, "steps": cost, "shadow": rule.shadow, "raise": rule.effect.raise,
                "lower": rule.effect.lower, "label": rule.effect.label, "route": rule.effect.route, "tag": rule.effect.tag })
        })
        .collect();
    Ok(serde_json::to_string_pretty(&json!({ "hash": book.hash(), "rules": rules, "examples": examples_json(checked) }))? + "\n")
}

fn examples_json(checked: &[Checked]) -> Vec<serde_json::Value> {
    let example = |c: &Checked| json!({ "rule": c.rule, "must_match": c.must_match, "number": c.number, "holds": c.holds, "candidate": c.candidate, "passed": c.passed() });
    checked.iter().map(example).collect()
}

/// An effect in a few words.
fn effect(effect: &Effect) -> String {
    let mut parts = Vec::new();
    if effect.weight() != 0.0 {
        parts.push(format!("{:+.1}", effect.weight()));
    }
    parts.extend(effect.label.map(|label| format!("label {label}")));
    parts.extend(effect.route.as_ref().map(|route| format!("route {route}")));
    parts.extend(effect.tag.as_ref().map(|tag| format!("tag {tag}")));
    parts.join(", ")
}

fn line(checked: &Checked, out: &mut String) {
    let list = if checked.must_match { "match" } else { "no_match" };
    let found = match checked.holds {
        Some(true) => "matches",
        Some(false) => "does not match",
        None => "cannot be evaluated",
    };
    let _ = writeln!(out, "{}  {} {list} {}: {found}", if checked.passed() { "ok   " } else { "WRONG" }, checked.rule, checked.number);
}

impl Test {
    pub(super) fn run(self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let detector = detector(settings)?;
        let (book, checked) = load(&self.packs, settings, &detector)?;
        if let Some(text) = &self.text {
            return self.judge(text, &detector, &book);
        }
        let mut out = String::new();
        if self.format == TextOrJson::Json {
            out = serde_json::to_string_pretty(&examples_json(&checked))? + "\n";
        } else {
            checked.iter().for_each(|checked| line(checked, &mut out));
        }
        print(&out)?;
        Ok(exit(&checked))
    }

    fn judge(&self, text: &str, detector: &Detector, book: &RuleBook) -> anyhow::Result<ExitCode> {
        let post = Post::new("unknown", "text", text);
        let mut scratch = Scratch::default();
        let mut judgement = detector.judge_and_explain(&post, &mut scratch);
        book.apply(&post, scratch.folded(), &mut judgement, detector.watches(), &mut RuleTally::default());
        let Some(verdict) = judgement.verdict else { return Ok(ExitCode::SUCCESS) };
        if self.format == TextOrJson::Json {
            return print(&(serde_json::to_string_pretty(&verdict)? + "\n"));
        }
        let language = language(self.lang);
        let unseen = if judgement.candidate { "" } else { "The detector finds so little in this text that rules are not asked.\n" };
        print(&(explain(Some(text), &verdict, language) + unseen))
    }
}
