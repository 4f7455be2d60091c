//! `vigie notice receipt | decision | recheck | remind | due | rates | annual`: what became of notices.

use std::{fmt::Write as _, process::ExitCode};

use clap::{Args, ValueEnum};
use vigie_report::followup::{Acceptance, QualityGate, acceptance, annual_csv, annual_report, due};
use vigie_store::{Casework as _, EventDraft};

use super::{Desk, act, now};
use crate::commands::{TextOrJson, print};

/// Days without an answer after which a reminder is due, unless the configuration says otherwise.
const REMIND_DAYS: i64 = 7;

fn record(desk: &mut Desk, notice: &str, event: &str, outcome: Option<&str>, by: &str, words: Option<String>) -> anyhow::Result<ExitCode> {
    desk.store.record(notice, &EventDraft { event: event.into(), outcome: outcome.map(str::to_owned), act: act(by, words)? })?;
    Ok(ExitCode::SUCCESS)
}

/// Write down that the platform confirmed receipt
#[derive(Debug, Args)]
pub(crate) struct Receipt {
    /// Reference of the notice
    notice: String,
    /// The platform's reference
    #[arg(long = "ref", value_name = "TEXT")]
    reference: Option<String>,
    /// Who writes it down
    #[arg(long, value_name = "NAME")]
    by: String,
}

impl Receipt {
    pub(crate) fn run(self, desk: &mut Desk) -> anyhow::Result<ExitCode> {
        record(desk, &self.notice, "receipt", None, &self.by, self.reference)
    }
}

/// Write down what the platform decided
#[derive(Debug, Args)]
pub(crate) struct DecisionCommand {
    /// Reference of the notice
    notice: String,
    /// What it decided
    #[arg(value_enum)]
    decision: DecisionArg,
    /// Its words, or where they are filed
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// Who writes it down
    #[arg(long, value_name = "NAME")]
    by: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum DecisionArg {
    /// The content was removed
    Removed,
    /// Access to it was disabled
    Disabled,
    /// It was restricted in another way
    Restricted,
    /// The account was suspended or closed
    AccountAction,
    /// The platform did nothing
    NoAction,
}

impl DecisionCommand {
    pub(crate) fn run(self, desk: &mut Desk) -> anyhow::Result<ExitCode> {
        use vigie_report::followup::Decision as D;
        let decision = match self.decision {
            DecisionArg::Removed => D::Removed,
            DecisionArg::Disabled => D::Disabled,
            DecisionArg::Restricted => D::Restricted,
            DecisionArg::AccountAction => D::AccountAction,
            DecisionArg::NoAction => D::NoAction,
        };
        record(desk, &self.notice, "decision", Some(decision.as_str()), &self.by, self.text)
    }
}

/// Write down whether the posts are still online
#[derive(Debug, Args)]
pub(crate) struct Recheck {
    /// Reference of the notice
    notice: String,
    /// What was seen
    #[arg(value_enum)]
    state: Seen,
    /// Who looked
    #[arg(long, value_name = "NAME")]
    by: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Seen {
    /// At least one post is online
    Online,
    /// All are gone
    Removed,
    /// Nobody can tell
    Unknown,
}

impl Recheck {
    pub(crate) fn run(self, desk: &mut Desk) -> anyhow::Result<ExitCode> {
        let state = match self.state {
            Seen::Online => "online",
            Seen::Removed => "removed",
            Seen::Unknown => "unknown",
        };
        record(desk, &self.notice, "recheck", Some(state), &self.by, None)
    }
}

/// Write down that the platform was reminded
#[derive(Debug, Args)]
pub(crate) struct Remind {
    /// Reference of the notice
    notice: String,
    /// Who reminded it
    #[arg(long, value_name = "NAME")]
    by: String,
}

impl Remind {
    pub(crate) fn run(self, desk: &mut Desk) -> anyhow::Result<ExitCode> {
        record(desk, &self.notice, "reminder", None, &self.by, None)
    }
}

/// List what should be done: reminders, and posts to look at again
#[derive(Debug, Args)]
pub(crate) struct DueCommand {
    /// Form of the list
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

impl DueCommand {
    pub(crate) fn run(self, desk: &Desk) -> anyhow::Result<ExitCode> {
        let days = desk.settings.reporting.remind_days.unwrap_or(REMIND_DAYS);
        let list = due(&desk.store.documents(Some("notice"))?, &desk.store.events(None)?, now()?, days);
        if self.format == TextOrJson::Json {
            return print(&(serde_json::to_string_pretty(&list)? + "\n"));
        }
        let lines: String = list.iter().map(|due| format!("{:<22} {:<8} {} days\n", due.document, due.what, due.days)).collect();
        print(if lines.is_empty() { "nothing is due\n" } else { &lines })
    }
}

/// Print how often each platform acted on notices, with the 95 % interval
#[derive(Debug, Args)]
pub(crate) struct Rates {
    /// Form of the table
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

impl Rates {
    pub(crate) fn run(self, desk: &Desk) -> anyhow::Result<ExitCode> {
        let mut gate = QualityGate::default();
        gate.least = desk.settings.reporting.least_acceptance.map_or(gate.least, |percent| percent / 100.0);
        let rates = acceptance(&desk.store.documents(Some("notice"))?, &desk.store.events(None)?, gate.last);
        if self.format == TextOrJson::Json {
            return print(&(serde_json::to_string_pretty(&rates)? + "\n"));
        }
        let mut out = String::new();
        for rate in &rates {
            let _ = writeln!(out, "{}", line(rate, &gate));
        }
        print(if out.is_empty() { "no notices yet\n" } else { &out })
    }
}

fn line(rate: &Acceptance, gate: &QualityGate) -> String {
    let interval = rate.interval.map_or(String::new(), |[low, high]| format!(" (95 % interval {:.0} to {:.0} %)", 100.0 * low, 100.0 * high));
    let held = if gate.holds(rate) { "  SENDING IS HELD" } else { "" };
    format!("{:<12} delivered {:>4}  acted on {} of the last {} decided{interval}{held}", rate.platform, rate.delivered, rate.accepted, rate.decided)
}

/// Print the annual report of a trusted flagger (Article 22(3)): by provider, kind of content and action; no personal data
#[derive(Debug, Args)]
pub(crate) struct Annual {
    /// Year of delivery, UTC
    year: i16,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = CsvOrJson::Csv)]
    format: CsvOrJson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CsvOrJson {
    /// For a spreadsheet
    Csv,
    /// One JSON document
    Json,
}

impl Annual {
    pub(crate) fn run(self, desk: &Desk) -> anyhow::Result<ExitCode> {
        let rows = annual_report(&desk.store.documents(Some("notice"))?, &desk.store.events(None)?, self.year);
        match self.format {
            CsvOrJson::Csv => print(&annual_csv(&rows)),
            CsvOrJson::Json => print(&(serde_json::to_string_pretty(&rows)? + "\n")),
        }
    }
}
