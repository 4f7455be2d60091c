//! `vigie status`: how the live sources get on.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use serde::Serialize;
use vigie_live::Spending;
use vigie_model::Timestamp;
use vigie_pipeline::SourceState;

use super::{print, scan::now, settings};
use crate::settings::Settings;

/// Show how the live sources of `vigie watch` get on
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  vigie status\n  vigie status --format prometheus > /var/lib/node_exporter/vigie.prom")]
pub(crate) struct Status {
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// Prometheus's text format, version 0.0.4
    Prometheus,
}

impl Status {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let file = Health::file(&settings(config)?);
        if !file.exists() {
            bail!("`vigie watch` has not run with this configuration: {} is not there", file.display());
        }
        let json = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        if self.format == Format::Json {
            return print(&json);
        }
        let health = Health::from_json(&json).with_context(|| format!("{} is damaged; it is written anew by `vigie watch`", file.display()))?;
        print(&if self.format == Format::Text { health.to_text(now()?) } else { health.to_prometheus(now()?) })
    }
}

/// What `vigie watch` last said of itself.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Health {
    pub(crate) started: Timestamp,
    pub(crate) updated: Timestamp,
    /// False after a proper end. Whether a run that says true is alive shows in `updated`.
    pub(crate) running: bool,
    pub(crate) sources: Vec<Connection>,
}

/// One source.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Connection {
    #[serde(flatten)]
    pub(crate) state: SourceState,
    pub(crate) connected: bool,
    /// Connections lost or not made since the start.
    pub(crate) losses: u64,
    pub(crate) last_loss: Option<String>,
    /// What was spent, for a source that is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) spending: Option<Spending>,
    /// Whether the cursor is a time, so that the lag is known.
    time_cursor: bool,
}

impl Connection {
    pub(crate) fn new(name: &str, time_cursor: bool) -> Self {
        let state = SourceState { name: name.to_owned(), ..SourceState::default() };
        Self { state, connected: false, losses: 0, last_loss: None, spending: None, time_cursor }
    }

    /// Seconds between the last committed message and `at`.
    pub(crate) fn lag(&self, at: Timestamp) -> Option<i64> {
        let seconds = i64::try_from(self.state.cursor / 1_000_000).ok()?;
        (self.time_cursor && seconds > 0).then(|| at.seconds().saturating_sub(seconds))
    }
}

impl Health {
    /// Where it is written.
    pub(crate) fn file(settings: &Settings) -> PathBuf {
        settings.data.join("watch.json")
    }

    /// Writes it as a whole: a reader sees the old or the new one.
    pub(crate) fn write(&self, file: &Path) -> anyhow::Result<()> {
        let new = file.with_extension("json.new");
        fs::write(&new, serde_json::to_string_pretty(self)? + "\n").with_context(|| format!("cannot write {}", new.display()))?;
        fs::rename(&new, file).with_context(|| format!("cannot write {}", file.display()))
    }

    pub(crate) fn from_json(json: &str) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_str(json).ok()?;
        let time = |field: &str| Timestamp::parse(value.get(field)?.as_str()?).ok();
        let sources = value.get("sources")?.as_array()?.iter().map(connection).collect::<Option<Vec<_>>>()?;
        Some(Self { started: time("started")?, updated: time("updated")?, running: value.get("running")?.as_bool()?, sources })
    }

    pub(crate) fn to_text(&self, now: Timestamp) -> String {
        let mut out = String::new();
        let state = if self.running { format!("last heard of {} s ago", now.seconds() - self.updated.seconds()) } else { "stopped".to_owned() };
        // Writing to a string does not fail.
        let _ = writeln!(out, "watching since {}, {state}\n", self.started);
        let _ = writeln!(
            out,
            "{:<20} {:>9} {:>10} {:>8} {:>9} {:>9} {:>8} {:>7} {:>8}",
            "source", "connected", "posts", "adverts", "to review", "deletions", "rejected", "losses", "lag"
        );
        for source in &self.sources {
            let SourceState { name, posts, adverts, review, deletes, rejected, .. } = &source.state;
            let connected = if source.connected && self.running { "yes" } else { "no" };
            let lag = source.lag(self.updated).map_or("–".to_owned(), |lag| format!("{lag} s"));
            let _ = writeln!(out, "{name:<20} {connected:>9} {posts:>10} {adverts:>8} {review:>9} {deletes:>9} {rejected:>8} {:>7} {lag:>8}", source.losses);
        }
        for (source, spending) in self.sources.iter().filter_map(|source| Some((source, source.spending?))) {
            let Spending { day, month, day_budget, month_budget } = spending;
            let [day, month, day_budget, month_budget] = [day, month, day_budget, month_budget].map(units);
            let _ = writeln!(out, "\n{}: spent {day:.2} of {day_budget:.2} today, {month:.2} of {month_budget:.2} this month", source.state.name);
        }
        for source in self.sources.iter().filter(|source| !source.connected) {
            if let Some(loss) = &source.last_loss {
                let _ = writeln!(out, "\n{}: {loss}", source.state.name);
            }
        }
        out
    }

    pub(crate) fn to_prometheus(&self, now: Timestamp) -> String {
        let mut out = String::new();
        let mut family = |name: &str, kind: &str, help: &str, value: &dyn Fn(&Connection) -> Option<i64>| {
            let values: Vec<_> = self.sources.iter().filter_map(|source| Some((source, value(source)?))).collect();
            if !values.is_empty() {
                let _ = writeln!(out, "# HELP vigie_source_{name} {help}\n# TYPE vigie_source_{name} {kind}");
            }
            for (source, value) in values {
                let _ = writeln!(out, "vigie_source_{name}{{source=\"{}\"}} {value}", escape(&source.state.name));
            }
        };
        let count = |number: u64| i64::try_from(number).ok();
        family("posts_total", "counter", "Posts read, repeated ones included.", &|s| count(s.state.posts));
        family("adverts_total", "counter", "Posts read that are adverts.", &|s| count(s.state.adverts));
        family("review_total", "counter", "Posts read that a person should look at.", &|s| count(s.state.review));
        family("deletions_total", "counter", "Deletions read.", &|s| count(s.state.deletes));
        family("rejected_total", "counter", "Records refused, and gaps of the source.", &|s| count(s.state.rejected));
        family("losses_total", "counter", "Connections lost or not made.", &|s| count(s.losses));
        family("connected", "gauge", "Whether the source is connected.", &|s| Some(i64::from(s.connected && self.running)));
        let spent = |pick: fn(Spending) -> u64| move |s: &Connection| s.spending.map(pick).and_then(count);
        family("spent_today_millionths", "gauge", "Money spent or reserved today, in millionths.", &spent(|s| s.day));
        family("budget_today_millionths", "gauge", "Money that may be spent today, in millionths.", &spent(|s| s.day_budget));
        family("spent_month_millionths", "gauge", "Money spent or reserved this month, in millionths.", &spent(|s| s.month));
        family("budget_month_millionths", "gauge", "Money that may be spent this month, in millionths.", &spent(|s| s.month_budget));
        family("lag_seconds", "gauge", "Age of the last committed message, where the cursor is a time.", &|s| s.lag(self.updated));
        let age = now.seconds() - self.updated.seconds();
        let _ = writeln!(
            out,
            "# HELP vigie_watch_age_seconds Seconds since `vigie watch` last wrote its status.\n# TYPE vigie_watch_age_seconds gauge\nvigie_watch_age_seconds {age}"
        );
        out
    }
}

fn connection(value: &serde_json::Value) -> Option<Connection> {
    let count = |field: &str| value.get(field)?.as_u64();
    let flag = |field: &str| value.get(field)?.as_bool();
    let mut state = SourceState { name: value.get("name")?.as_str()?.to_owned(), cursor: count("cursor")?, ..SourceState::default() };
    (state.posts, state.adverts, state.review) = (count("posts")?, count("adverts")?, count("review")?);
    (state.deletes, state.ignored) = (count("deletes")?, count("ignored")?);
    (state.rejected, state.repaired) = (count("rejected")?, count("repaired")?);
    let last_loss = value.get("last_loss").and_then(serde_json::Value::as_str).map(str::to_owned);
    let spending = value.get("spending").and_then(|spending| serde_json::from_value(spending.clone()).ok());
    Some(Connection { state, connected: flag("connected")?, losses: count("losses")?, last_loss, spending, time_cursor: flag("time_cursor")? })
}

/// Millionths as units of the currency.
#[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
fn units(millionths: u64) -> f64 {
    millionths as f64 / 1e6
}

/// A label's value.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health() -> Health {
        let at = |text| Timestamp::parse(text).unwrap();
        let mut one = Connection::new("bluesky \"a\"", true);
        one.state = SourceState { cursor: 1_783_175_888_085_434, posts: 1_200, adverts: 7, review: 3, deletes: 40, rejected: 1, ..one.state };
        (one.connected, one.losses) = (true, 2);
        let mut two = Connection::new("relay", false);
        (two.losses, two.last_loss) = (5, Some("the server closed the stream".into()));
        Health { started: at("2026-07-04T14:00:00Z"), updated: at("2026-07-04T14:38:10Z"), running: true, sources: vec![one, two] }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let json = serde_json::to_string(&health()).unwrap();
        assert_eq!(serde_json::to_string(&Health::from_json(&json).unwrap()).unwrap(), json);
        assert!(Health::from_json("{}").is_none());
    }

    #[test]
    fn people_and_prometheus_read_it() {
        let now = Timestamp::parse("2026-07-04T14:38:14Z").unwrap();
        insta::assert_snapshot!(health().to_text(now), @r#"
        watching since 2026-07-04T14:00:00Z, last heard of 4 s ago

        source               connected      posts  adverts to review deletions rejected  losses      lag
        bluesky "a"                yes       1200        7         3        40        1       2      2 s
        relay                       no          0        0         0         0        0       5        –

        relay: the server closed the stream
        "#);
        insta::assert_snapshot!(health().to_prometheus(now).lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n"), @r#"
        vigie_source_posts_total{source="bluesky \"a\""} 1200
        vigie_source_posts_total{source="relay"} 0
        vigie_source_adverts_total{source="bluesky \"a\""} 7
        vigie_source_adverts_total{source="relay"} 0
        vigie_source_review_total{source="bluesky \"a\""} 3
        vigie_source_review_total{source="relay"} 0
        vigie_source_deletions_total{source="bluesky \"a\""} 40
        vigie_source_deletions_total{source="relay"} 0
        vigie_source_rejected_total{source="bluesky \"a\""} 1
        vigie_source_rejected_total{source="relay"} 0
        vigie_source_losses_total{source="bluesky \"a\""} 2
        vigie_source_losses_total{source="relay"} 5
        vigie_source_connected{source="bluesky \"a\""} 1
        vigie_source_connected{source="relay"} 0
        vigie_source_lag_seconds{source="bluesky \"a\""} 2
        vigie_watch_age_seconds 4
        "#);
    }
}
