//! The summary of a scan, for people and for scripts.

use std::{fmt::Write, time::Duration};

use serde::Serialize;
use vigie_model::ContactKind;
use vigie_pipeline::{BandCounts, PictureCounts, Summary};
use vigie_rules::RuleCount;

/// What the program adds to what the run counted.
#[derive(Debug, Clone, Copy)]
pub struct RunFacts<'a> {
    /// Wall-clock time of the run.
    pub elapsed: Duration,
    /// Nothing was stored.
    pub dry_run: bool,
    /// Where the store is; none for a dry run.
    pub store: Option<&'a str>,
    /// Where rejects were written, if anywhere.
    pub rejects: Option<&'a str>,
}

#[derive(Serialize)]
struct SummaryDocument<'a> {
    posts_read: u64,
    adverts: u64,
    review: u64,
    new: u64,
    known: u64,
    edited: u64,
    finds_stored: u64,
    deletes: u64,
    ignored_records: u64,
    rejected: u64,
    repaired: u64,
    watches: Vec<WatchLine<'a>>,
    top_contacts: Vec<ContactLine>,
    rules: Vec<RuleLine<'a>>,
    rules_reloaded: u64,
    rule_faults: &'a [String],
    pictures: PictureCounts,
    inputs: usize,
    bytes: u64,
    seconds: f64,
    posts_per_second: f64,
    dry_run: bool,
    complete: bool,
    stopped_at: Option<PlaceLine<'a>>,
    resumed: Vec<PlaceLine<'a>>,
    store: Option<&'a str>,
    rejects: Option<&'a str>,
    note: &'static str,
}

#[derive(Serialize)]
struct WatchLine<'a> {
    watch: &'a str,
    #[serde(flatten)]
    counts: BandCounts,
    share: Option<f64>,
}

#[derive(Serialize)]
struct RuleLine<'a> {
    rule: &'a str,
    shadow: bool,
    fired: u64,
    moved: u64,
    failed: u64,
}

#[derive(Serialize)]
struct ContactLine {
    #[serde(rename = "type")]
    kind: ContactKind,
    masked: String,
    adverts: u64,
}

#[derive(Serialize)]
struct PlaceLine<'a> {
    source: &'a str,
    line: u64,
}

/// Says what the shares are, wherever they are shown.
pub const RAW_RATE: &str = "raw detector rate, not an estimate";

/// The share of adverts; none of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of posts are far below 2^52")]
pub(crate) fn rate(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// A contact that can be recognised by who knows it and not used by who does not: the ends are shown.
#[must_use]
pub fn mask(value: &str) -> String {
    let length = value.chars().count();
    let (head, tail) = if length >= 9 { (4, 2) } else { (1, 1) };
    value.chars().enumerate().map(|(i, c)| if i < head || i + tail >= length { c } else { '•' }).collect()
}

/// The summary as one JSON document.
#[must_use]
pub fn summary_json(summary: &Summary, facts: &RunFacts<'_>) -> String {
    let document = SummaryDocument {
        posts_read: summary.all.posts,
        adverts: summary.all.adverts,
        review: summary.all.review,
        new: summary.new,
        known: summary.known,
        edited: summary.edited,
        finds_stored: if facts.dry_run { 0 } else { summary.finds },
        deletes: summary.deletes,
        ignored_records: summary.ignored,
        rejected: summary.rejected,
        repaired: summary.repaired,
        watches: summary.watches.iter().map(|(watch, counts)| WatchLine { watch, counts: *counts, share: rate(counts.adverts, counts.posts) }).collect(),
        top_contacts: summary.contacts.iter().map(|c| ContactLine { kind: c.kind, masked: mask(&c.value), adverts: c.adverts }).collect(),
        rules: summary.rules.iter().map(rule_line).collect(),
        rules_reloaded: summary.rules_reloaded,
        rule_faults: &summary.rule_faults,
        pictures: summary.pictures,
        inputs: summary.inputs,
        bytes: summary.bytes,
        seconds: facts.elapsed.as_secs_f64(),
        posts_per_second: per_second(summary.all.posts, facts.elapsed),
        dry_run: facts.dry_run,
        complete: summary.stopped_at.is_none(),
        stopped_at: summary.stopped_at.as_ref().map(place),
        resumed: summary.resumed.iter().map(place).collect(),
        store: facts.store,
        rejects: facts.rejects,
        note: RAW_RATE,
    };
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn rule_line((rule, count): &(String, RuleCount)) -> RuleLine<'_> {
    let RuleCount { shadow, fired, moved, failed } = *count;
    RuleLine { rule, shadow, fired, moved, failed }
}

fn place((source, line): &(String, u64)) -> PlaceLine<'_> {
    PlaceLine { source, line: *line }
}

#[expect(clippy::cast_precision_loss, reason = "counts of posts are far below 2^52")]
fn per_second(posts: u64, elapsed: Duration) -> f64 {
    posts as f64 / elapsed.as_secs_f64().max(1e-9)
}

/// The summary as text.
#[must_use]
pub fn summary_text(summary: &Summary, facts: &RunFacts<'_>) -> String {
    let mut out = String::new();
    for (source, line) in &summary.resumed {
        let _ = writeln!(out, "resumed {source} at line {line}");
    }
    let known = if summary.known > 0 { format!("  ({} counted before)", grouped(summary.known)) } else { String::new() };
    let edited = if summary.edited > 0 { format!("  ({} edited)", grouped(summary.edited)) } else { String::new() };
    row(&mut out, "posts read", &format!("{}{known}{edited}", grouped(summary.all.posts)));
    row(&mut out, "adverts", &with_rate(summary.all.adverts, summary.all.posts));
    row(&mut out, "to review", &with_rate(summary.all.review, summary.all.posts));
    if summary.deletes > 0 {
        row(&mut out, "deletions", &grouped(summary.deletes));
    }
    if summary.ignored > 0 {
        row(&mut out, "other records", &grouped(summary.ignored));
    }
    row(&mut out, "rejected", &grouped(summary.rejected));
    if summary.repaired > 0 {
        row(&mut out, "repaired", &grouped(summary.repaired));
    }
    problems(summary, facts, &mut out);
    pictures(&summary.pictures, &mut out);
    watches(summary, &mut out);
    contacts(summary, &mut out);
    rules(summary, &mut out);
    let _ = writeln!(out, "\n{} posts/s, {:.1} s", grouped_float(per_second(summary.all.posts, facts.elapsed)), facts.elapsed.as_secs_f64());
    match (&summary.stopped_at, facts.store) {
        (Some((source, line)), _) => {
            let _ = writeln!(out, "stopped at {source}, line {line}: run the same command again to go on from there");
        }
        (None, Some(store)) => {
            let _ = writeln!(out, "stored in {store}: see `vigie finds`, `vigie share`");
        }
        (None, None) => {
            let _ = writeln!(out, "dry run: nothing was stored");
        }
    }
    out
}

fn row(out: &mut String, name: &str, value: &str) {
    let _ = writeln!(out, "{name:<15}{value}");
}

fn with_rate(part: u64, whole: u64) -> String {
    rate(part, whole).map_or_else(|| grouped(part), |rate| format!("{}  ({:.1} %)", grouped(part), rate * 100.0))
}

fn problems(summary: &Summary, facts: &RunFacts<'_>, out: &mut String) {
    for problem in &summary.examples {
        let column = problem.column.map_or(String::new(), |column| format!(":{column}"));
        let _ = writeln!(out, "    {}:{}{column}: {}{}", problem.source, problem.position.line, problem.reason, if problem.kept { " (post kept)" } else { "" });
    }
    let more = (summary.rejected + summary.repaired).saturating_sub(summary.examples.len() as u64);
    if more > 0 {
        let _ = writeln!(out, "    and {} more", grouped(more));
    }
    if let (Some(rejects), true) = (facts.rejects, summary.rejected + summary.repaired > 0) {
        let _ = writeln!(out, "    all of them: {rejects}");
    }
}

fn pictures(counts: &PictureCounts, out: &mut String) {
    let PictureCounts { named, read, unread, refused, missing, with_text, with_code, known, posts_raised } = *counts;
    if named == 0 {
        return;
    }
    row(
        out,
        "pictures",
        &format!(
            "{}  ({} read, {} with text, {} with a code, {} known)",
            grouped(named),
            grouped(read),
            grouped(with_text),
            grouped(with_code),
            grouped(known)
        ),
    );
    for (count, what) in [(unread, "text not read: see `vigie doctor`"), (refused, "not decoded: another format, too large or damaged"), (missing, "missing")] {
        if count > 0 {
            let _ = writeln!(out, "    {} {what}", grouped(count));
        }
    }
    row(out, "found by them", &format!("{} posts that their text alone would have left clear", grouped(posts_raised)));
}

fn watches(summary: &Summary, out: &mut String) {
    if summary.watches.is_empty() {
        return;
    }
    let width = summary.watches.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).max(5);
    let _ = writeln!(out, "\n{:<width$}  {:>10}  {:>8}  {:>9}  share of adverts ({RAW_RATE})", "watch", "posts", "adverts", "to review");
    for (name, counts) in &summary.watches {
        let share = rate(counts.adverts, counts.posts);
        let text = share.map_or_else(|| "    –".to_owned(), |share| format!("{:>5.1} %  {}", share * 100.0, bar(share)));
        let _ = writeln!(out, "{name:<width$}  {:>10}  {:>8}  {:>9}  {text}", grouped(counts.posts), grouped(counts.adverts), grouped(counts.review));
    }
}

/// A bar of at most twenty characters.
fn bar(share: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 20")]
    let length = (share.clamp(0.0, 1.0) * 20.0).round() as usize;
    "█".repeat(length)
}

fn contacts(summary: &Summary, out: &mut String) {
    if summary.contacts.is_empty() {
        return;
    }
    let _ = writeln!(out, "\ncontacts in most adverts (masked)");
    for contact in &summary.contacts {
        let _ = writeln!(out, "{:>8}  {:<10} {}", grouped(contact.adverts), contact.kind.as_str(), mask(&contact.value));
    }
}

fn rules(summary: &Summary, out: &mut String) {
    if !summary.rules.is_empty() {
        let _ = writeln!(out, "\n{:<24}  {:>8}  {:>22}", "rule", "posts", "alone moves the band");
    }
    for (name, count) in &summary.rules {
        let shadow = if count.shadow { "  in the shadow: counted only" } else { "" };
        let failed = if count.failed > 0 { format!("  cannot be evaluated for {}", grouped(count.failed)) } else { String::new() };
        let _ = writeln!(out, "{name:<24}  {:>8}  {:>22}{shadow}{failed}", grouped(count.fired), grouped(count.moved));
    }
    if summary.rules_reloaded > 0 {
        let _ = writeln!(out, "rule packs changed during the run and were taken up {} times", summary.rules_reloaded);
    }
    for fault in &summary.rule_faults {
        let _ = writeln!(out, "changed rule packs were not taken up: {fault}");
    }
}

/// 1234567 as "1 234 567", readable in both languages (narrow no-break spaces).
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{202F}');
        }
        out.push(digit);
    }
    out
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate of posts, rounded for display")]
fn grouped_float(number: f64) -> String {
    grouped(number.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_all_but_the_ends() {
        assert_eq!(mask("+33639980012"), "+336••••••12");
        assert_eq!(mask("fictif"), "f••••f");
        assert_eq!(mask("a"), "a");
    }

    #[test]
    fn groups_digits() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1\u{202F}000", "1\u{202F}234\u{202F}567"]);
    }

    #[test]
    fn says_what_people_need() {
        let summary = Summary {
            all: BandCounts { posts: 12_000, adverts: 900, review: 30 },
            watches: vec![
                ("Toulouse".into(), BandCounts { posts: 1000, adverts: 100, review: 3 }),
                ("Lorient".into(), BandCounts { posts: 500, adverts: 400, review: 2 }),
                ("Brest".into(), BandCounts::default()),
            ],
            rejected: 0,
            repaired: 0,
            ignored: 0,
            deletes: 0,
            new: 12_000,
            known: 0,
            edited: 0,
            finds: 930,
            contacts: vec![vigie_pipeline::ContactCount { kind: ContactKind::Phone, value: "+33639980012".into(), adverts: 12 }],
            rules: vec![
                ("wholesale".into(), RuleCount { fired: 12, ..RuleCount::default() }),
                ("shown_to_denounce".into(), RuleCount { shadow: true, fired: 3, moved: 2, failed: 1 }),
            ],
            rules_reloaded: 1,
            rule_faults: vec![],
            pictures: PictureCounts {
                named: 12,
                read: 9,
                unread: 1,
                missing: 2,
                with_text: 7,
                with_code: 2,
                known: 1,
                posts_raised: 3,
                ..PictureCounts::default()
            },
            examples: vec![],
            stopped_at: None,
            resumed: vec![],
            inputs: 3,
            bytes: 5_000_000,
        };
        let facts = RunFacts { elapsed: Duration::from_millis(40), dry_run: false, store: Some("vigie-data"), rejects: None };
        insta::assert_snapshot!(summary_text(&summary, &facts));
        insta::assert_snapshot!(summary_json(&summary, &facts));
    }
}
