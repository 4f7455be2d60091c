//! `vigie purge` and `vigie hold`: erasing by class and clock, and what stops it.

use std::{fmt::Write as _, path::Path, process::ExitCode};

use anyhow::bail;
use clap::Args;
use vigie_store::{Casework as _, Clocks, HoldSubject};

use super::{
    TextOrJson,
    notice::{Desk, act, now},
    print,
};

/// Days that a document is kept after the last thing that happened to it.
const ANSWERED_DAYS: u32 = 180;
/// Days that a document is kept at most.
const DOCUMENT_DAYS: u32 = 365;
/// Days that the audit log is kept.
const AUDIT_DAYS: u32 = 365;

/// Erase what is past its clock, class by class; without --erase only show it
///
/// Figures stay: how many posts, notices and decisions there were, without identifiers. A legal hold wins over every clock. What was erased is
/// written into the audit log with a hash over its names.
#[derive(Debug, Args)]
pub(crate) struct Purge {
    /// Erase it
    #[arg(long)]
    erase: bool,
    /// Form of the list
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

impl Purge {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let mut desk = Desk::open(config)?;
        let reporting = &desk.settings.reporting;
        let clocks = Clocks {
            find_days: desk.settings.policy.retention.find_days,
            answered_days: reporting.answered_days.unwrap_or(ANSWERED_DAYS),
            document_days: reporting.document_days.unwrap_or(DOCUMENT_DAYS),
            audit_days: reporting.audit_days.unwrap_or(AUDIT_DAYS),
        };
        let purged = desk.store.purge_casework(&clocks, now()?, self.erase)?;
        if self.format == TextOrJson::Json {
            return print(&(serde_json::to_string_pretty(&purged)? + "\n"));
        }
        let mut out = String::new();
        let done = if self.erase { "erased" } else { "would be erased" };
        for class in &purged {
            let held = if class.held > 0 { format!(", {} held", class.held) } else { String::new() };
            let _ = writeln!(out, "{:<10} after {:>3} days  {} {done}{held}", class.class, class.days, class.count);
        }
        print(&out)
    }
}

/// Place a find or a document under legal hold, so that no clock erases it
#[derive(Debug, Args)]
pub(crate) struct Hold {
    /// Number of a find, or reference of a document
    subject: String,
    /// Lift the hold
    #[arg(long)]
    release: bool,
    /// Who decides
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Hold {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let mut desk = Desk::open(config)?;
        let subject = match self.subject.parse::<i64>() {
            Ok(find) => HoldSubject::Find(find),
            Err(_) if desk.store.document(&self.subject)?.is_some() => HoldSubject::Document(self.subject),
            Err(_) => bail!("{} is neither the number of a find nor the reference of a document", self.subject),
        };
        desk.store.hold(&subject, !self.release, &act(&self.by, Some(self.reason))?)?;
        Ok(ExitCode::SUCCESS)
    }
}
