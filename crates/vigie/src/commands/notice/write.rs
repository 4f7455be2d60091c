//! `vigie notice list | show | edit | sign | withdraw`.

use std::{fmt::Write as _, path::PathBuf, process::ExitCode};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use vigie_report::notice::{Notice, mail_text, notice_pdf, notice_text};
use vigie_store::Casework as _;

use super::{Desk, act, draft::exhibit, give};
use crate::commands::{TextOrJson, complain, print};

/// Largest explanation that is read from a file, in bytes.
const LONGEST: u64 = 64 << 10;

/// List the notices, newest first
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Form of the list
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

impl List {
    pub(crate) fn run(self, desk: &Desk) -> anyhow::Result<ExitCode> {
        let documents = desk.store.documents(Some("notice"))?;
        let events = desk.store.events(None)?;
        let state = |id: &str| events.iter().rfind(|event| event.document == id).map_or("", |event| event.event.as_str());
        if self.format == TextOrJson::Json {
            let rows: Vec<_> = documents.iter().map(|document| serde_json::json!({ "document": document, "state": state(&document.id) })).collect();
            return print(&(serde_json::to_string_pretty(&rows)? + "\n"));
        }
        let mut out = String::new();
        for document in &documents {
            let _ = writeln!(
                out,
                "{:<22} {}  {:<10} {:>3} posts  {:<10} {}",
                document.id,
                document.created_at,
                document.receiver,
                document.posts,
                state(&document.id),
                document.signed_by.as_deref().unwrap_or("not signed")
            );
        }
        print(if out.is_empty() { "no notices: `vigie notice draft` makes them\n" } else { &out })
    }
}

/// Show a notice, or write it to a file
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Reference
    notice: String,
    /// Form
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    /// File to write; needed for a PDF
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Plain text, to paste into a form
    Text,
    /// The notice's fields
    Json,
    /// PDF/A-2b
    Pdf,
    /// Subject and body of a mail
    Mail,
}

impl Show {
    pub(crate) fn run(self, desk: &mut Desk) -> anyhow::Result<ExitCode> {
        let (_, notice) = desk.notice(&self.notice)?;
        for problem in notice.problems() {
            complain(&anyhow::anyhow!("{}: {problem}", notice.id));
        }
        if self.format == Form::Pdf && self.out.is_none() {
            bail!("name a file for the PDF with --out");
        }
        let bytes = match self.format {
            Form::Text => notice_text(&notice).into_bytes(),
            Form::Json => (serde_json::to_string_pretty(&notice)? + "\n").into_bytes(),
            Form::Pdf => notice_pdf(&notice)?,
            Form::Mail => {
                let mail = mail_text(&notice);
                format!("Subject: {}\n\n{}", mail.subject, mail.body).into_bytes()
            }
        };
        give(&bytes, self.out.as_ref())
    }
}

/// Rewrite parts of a notice that is not signed
#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// Reference
    notice: String,
    /// File with another explanation
    #[arg(long, value_name = "FILE")]
    explanation: Option<PathBuf>,
    /// How to find a post that has no address of its own: FIND=WORDS ("17=third story of 20 November")
    #[arg(long, value_name = "FIND=WORDS")]
    locator: Vec<String>,
    /// Sealed exhibit of a post: FIND=EXHIBIT
    #[arg(long, value_name = "FIND=EXHIBIT")]
    evidence: Vec<String>,
    /// Leave a post out
    #[arg(long, value_name = "FIND")]
    without: Vec<i64>,
    /// How many people read the posts, with the person who will sign
    #[arg(long, value_name = "N")]
    reviewers: Option<u32>,
    /// Who edits
    #[arg(long, value_name = "NAME")]
    by: String,
}

impl Edit {
    pub(crate) fn run(self, desk: &mut Desk) -> anyhow::Result<ExitCode> {
        let (_, mut notice) = desk.notice(&self.notice)?;
        if let Some(file) = &self.explanation {
            let bytes = vigie_evidence::durable::read_limited(file, LONGEST)?;
            notice.explanation = String::from_utf8(bytes).with_context(|| format!("{} is not text", file.display()))?;
        }
        for setting in &self.locator {
            let (find, words) = pair(setting)?;
            item(&mut notice, find)?.locator = Some(words.to_owned());
        }
        for setting in &self.evidence {
            let (find, name) = pair(setting)?;
            let exhibit = exhibit(desk, name)?;
            item(&mut notice, find)?.evidence.push(exhibit);
        }
        notice.items.retain(|item| !self.without.contains(&item.find));
        notice.human_reviewers = self.reviewers.unwrap_or(notice.human_reviewers);
        desk.store.rewrite(&notice.id, &serde_json::to_string(&notice)?, &act(&self.by, None)?)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn pair(setting: &str) -> anyhow::Result<(i64, &str)> {
    let (find, value) = setting.split_once('=').with_context(|| format!("{setting:?} has no `=`"))?;
    Ok((find.trim().parse().with_context(|| format!("{find:?} is no number of a find"))?, value.trim()))
}

fn item(notice: &mut Notice, find: i64) -> anyhow::Result<&mut vigie_report::notice::Item> {
    notice.items.iter_mut().find(|item| item.find == find).with_context(|| format!("the notice does not name find {find}"))
}

/// Sign a notice: declare in good faith that it is accurate and complete
///
/// Read the notice first. The platform may disclose who notified where that is strictly necessary (Article 17(3)(b)).
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// Reference
    notice: String,
    /// Who signs: first and last name, which go into the notice
    #[arg(long, value_name = "NAME")]
    by: String,
    /// I give the declaration of good faith that the notice contains
    #[arg(long)]
    bona_fide: bool,
}

impl Sign {
    pub(crate) fn run(self, desk: &mut Desk) -> anyhow::Result<ExitCode> {
        let (_, notice) = desk.notice(&self.notice)?;
        if !self.bona_fide {
            bail!("nothing was signed. The declaration is:\n  {}\nWhoever gives it repeats the command with --bona-fide", notice.declaration());
        }
        let act = act(&self.by, None)?;
        let notice = notice.signed(&act.by, act.at);
        let problems = notice.problems();
        if !problems.is_empty() {
            let list: Vec<_> = problems.iter().map(|problem| format!("  {problem}")).collect();
            bail!("{} is not complete, and was not signed:\n{}", notice.id, list.join("\n"));
        }
        desk.store.sign(&notice.id, &serde_json::to_string(&notice)?, &act)?;
        print(&format!("{} signed by {}: `vigie notice send {} --via CHANNEL --by NAME` releases it\n", notice.id, act.by, notice.id))
    }
}

/// Take back a notice that has not left, so that its posts can be notified anew
#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    /// Reference
    notice: String,
    /// Who takes it back
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Withdraw {
    pub(crate) fn run(self, desk: &mut Desk) -> anyhow::Result<ExitCode> {
        desk.store.withdraw(&self.notice, &act(&self.by, Some(self.reason))?)?;
        Ok(ExitCode::SUCCESS)
    }
}
