//! `vigie notice send | deliver | outbox | settle`.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use vigie_deliver::{Attachment, Backoff, Channel, Channels, Payload, Route, Sent, compose, deliver_due};
use vigie_report::{
    followup::{QualityGate, acceptance},
    manifest::{Manifest, sha256},
    notice::{Notice, mail_text, notice_brief, notice_pdf, notice_text},
};
use vigie_store::{Casework as _, EventDraft, MessageDraft, MessageState, Settled};

use super::{Desk, act, now};
use crate::commands::{TextOrJson, print};

/// Longest comment of a Mastodon report, in characters.
const MASTODON_COMMENT: usize = 1_000;
/// Longest reason of an AT Protocol report, in characters (the lexicon allows 2,000 graphemes).
const BLUESKY_REASON: usize = 2_000;

/// Release a signed notice: by a channel, or as files to hand over
#[derive(Debug, Args)]
pub(crate) struct Send {
    /// Reference
    notice: String,
    /// Channel of the configuration
    #[arg(long, value_name = "CHANNEL", required_unless_present = "files", conflicts_with = "files")]
    via: Option<String>,
    /// New folder for text, PDF, JSON and manifest, to file or print
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
    /// Who releases it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Release although the platform turns down too many notices; say why
    #[arg(long, value_name = "REASON")]
    override_gate: Option<String>,
    /// Only put it into the outbox; `vigie notice deliver` sends it
    #[arg(long)]
    queue_only: bool,
}

impl Send {
    pub(crate) fn run(self, desk: &mut Desk) -> anyhow::Result<ExitCode> {
        let (document, notice) = desk.notice(&self.notice)?;
        if document.signed_at.is_none() {
            bail!("{} is not signed: `vigie notice sign {} --by NAME --bona-fide`", notice.id, notice.id);
        }
        if let Some(folder) = &self.files {
            return files(desk, &notice, folder, &self.by);
        }
        check_gate(desk, &notice.platform, self.override_gate.as_deref())?;
        let channels = Channels(desk.settings.reporting.channel.clone());
        let channel = channels.get(self.via.as_deref().unwrap_or_default())?;
        let mut released = 0;
        for (key, payload) in messages(&notice, channel)? {
            let act = act(&self.by, self.override_gate.clone())?;
            let message = MessageDraft {
                key,
                document: notice.id.clone(),
                channel: channel.name.clone(),
                repeatable: false,
                payload: serde_json::to_string(&payload)?,
                act,
            };
            released += u32::from(desk.store.release(&message)?);
        }
        if released == 0 {
            bail!("{} was released before: `vigie notice outbox` shows where it stands", notice.id);
        }
        if self.queue_only {
            return print(&format!("{released} released\n"));
        }
        deliver(desk)
    }
}

/// The messages of a notice on a channel, each with its idempotency key. The key does not name the channel: a post is reported once, by
/// whichever way.
fn messages(notice: &Notice, channel: &Channel) -> anyhow::Result<Vec<(String, Payload)>> {
    if !matches!(channel.route, Route::Smtp { .. } | Route::Dsa { .. }) && channel.platform() != notice.platform {
        bail!("channel {} leads to {}, and the notice is about posts on {}", channel.name, channel.platform(), notice.platform);
    }
    let whole = |payload| vec![(notice.id.clone(), payload)];
    match &channel.route {
        Route::Smtp { from, to, .. } => {
            let mail = mail_text(notice);
            let attachments = vec![
                Attachment { name: format!("{}.pdf", notice.id), media_type: "application/pdf", bytes: notice_pdf(notice)? },
                Attachment { name: format!("{}.json", notice.id), media_type: "application/json", bytes: serde_json::to_vec_pretty(notice)? },
            ];
            let message = compose(&notice.id, from, to, &mail.subject, &mail.body, attachments)?;
            Ok(whole(Payload::Mail { to: to.clone(), message }))
        }
        Route::Mastodon { .. } => {
            let urls: Vec<_> = notice.items.iter().filter_map(|item| item.url.clone()).collect();
            Ok(whole(Payload::Mastodon { urls, comment: notice_brief(notice, MASTODON_COMMENT) }))
        }
        Route::Dsa { .. } => bail!("channel {} takes statements of reasons, not notices", channel.name),
        Route::Bluesky { .. } => notice.items.iter().map(|item| bluesky(notice, &item.content_id)).collect(),
    }
}

/// The protocol reports one record at a time, so that each post is a message.
fn bluesky(notice: &Notice, content_id: &str) -> anyhow::Result<(String, Payload)> {
    let (did, rkey) =
        content_id.split_once('/').filter(|(did, _)| did.starts_with("did:")).with_context(|| format!("{content_id} is no post of the AT Protocol"))?;
    let uri = format!("at://{did}/app.bsky.feed.post/{rkey}");
    Ok((format!("{}:{rkey}", notice.id), Payload::Bluesky { uri, reason: notice_brief(notice, BLUESKY_REASON) }))
}

/// Refuses to send where the platform turned down too many notices (Article 22(6)).
fn check_gate(desk: &Desk, platform: &str, reason: Option<&str>) -> anyhow::Result<()> {
    let mut gate = QualityGate::default();
    gate.least = desk.settings.reporting.least_acceptance.map_or(gate.least, |percent| percent / 100.0);
    let rates = acceptance(&desk.store.documents(Some("notice"))?, &desk.store.events(None)?, gate.last);
    let Some(rate) = rates.iter().find(|rate| rate.platform == platform && gate.holds(rate)) else { return Ok(()) };
    if reason.is_none_or(|reason| reason.trim().is_empty()) {
        bail!(
            "held: {platform} acted on {} of the last {} notices; look at those that it turned down before you send more, or give a reason with --override-gate",
            rate.accepted,
            rate.decided
        );
    }
    Ok(())
}

/// Text, PDF and JSON in a folder with a manifest: the way for forms and paper.
fn files(desk: &mut Desk, notice: &Notice, folder: &Path, by: &str) -> anyhow::Result<ExitCode> {
    std::fs::create_dir(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let act = act(by, None)?;
    let contents = [
        (format!("{}.txt", notice.id), notice_text(notice).into_bytes()),
        (format!("{}.pdf", notice.id), notice_pdf(notice)?),
        (format!("{}.json", notice.id), serde_json::to_vec_pretty(notice)?),
    ];
    let mut manifest = Manifest::new(desk.settings.profile, "notice", &act.by, act.at);
    manifest.recipient.clone_from(&notice.platform);
    manifest.purpose = "notice of illegal content, Regulation (EU) 2022/2065, Article 16".into();
    manifest.legal_basis = "legitimate interest in notifying illegal content (GDPR Art. 6(1)(f)); public task for authorities (Art. 6(1)(e))".into();
    for (name, bytes) in &contents {
        manifest.add(name, bytes);
        std::fs::write(folder.join(name), bytes)?;
    }
    let manifest = manifest.to_json();
    std::fs::write(folder.join("manifest.json"), &manifest)?;
    desk.store.audit("export", Some(&notice.platform), &format!("notice {} by {}: manifest {}", notice.id, act.by, sha256(manifest.as_bytes())), act.at)?;
    desk.store.record(&notice.id, &EventDraft { event: "handed_over".into(), outcome: Some("files".into()), act })?;
    print(&format!("{}\n", folder.display()))
}

/// Deliver what is due in the outbox
///
/// What certainly did not arrive is tried again later, with longer and longer pauses. Run it from a timer.
#[derive(Debug, Args)]
pub(crate) struct Deliver {}

impl Deliver {
    #[expect(clippy::unused_self, reason = "commands are run alike")]
    pub(crate) fn run(self, desk: &mut Desk) -> anyhow::Result<ExitCode> {
        deliver(desk)
    }
}

pub(in crate::commands) fn deliver(desk: &mut Desk) -> anyhow::Result<ExitCode> {
    let channels = Channels(desk.settings.reporting.channel.clone());
    let (mut out, mut failed) = (String::new(), false);
    // A clock outside 1990 to 2099 stands still at the time of the start, which was in range.
    let start = now()?;
    let clock = || now().unwrap_or(start);
    let folder = desk.settings.data.clone();
    deliver_due(&mut desk.store, &channels, Backoff::default(), &folder, &clock, &mut |sent| {
        failed |= !matches!(sent.settled, Settled::Delivered(_));
        let _ = writeln!(out, "{}", line(sent));
    })?;
    print(if out.is_empty() { "nothing is due\n" } else { &out })?;
    Ok(if failed { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

fn line(sent: &Sent) -> String {
    let what = match &sent.settled {
        Settled::Delivered(Some(receipt)) => format!("delivered, receipt {receipt}"),
        Settled::Delivered(None) => "delivered".into(),
        Settled::Retry { next_at, problem } => format!("not delivered: {problem}; again at {next_at}"),
        Settled::Refused(problem) => format!("refused: {problem}"),
        Settled::Uncertain(problem) => format!("uncertain: {problem}; find out, then `vigie notice settle`"),
        Settled::Cancelled(problem) => format!("cancelled: {problem}"),
    };
    format!("{}  {}  {what}", sent.document, sent.channel)
}

/// List the outbox
#[derive(Debug, Args)]
pub(crate) struct Outbox {
    /// Form of the list
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

impl Outbox {
    pub(crate) fn run(self, desk: &Desk) -> anyhow::Result<ExitCode> {
        let messages = desk.store.outbox()?;
        if self.format == TextOrJson::Json {
            return print(&(serde_json::to_string_pretty(&messages)? + "\n"));
        }
        let mut out = String::new();
        for message in &messages {
            let note = message.problem.as_deref().or(message.receipt.as_deref()).unwrap_or("");
            let _ = writeln!(
                out,
                "{:>5}  {:<10} {:<28} {:<12} {} attempts  {note}",
                message.id,
                message.state.as_str(),
                message.key,
                message.channel,
                message.attempts
            );
        }
        print(if out.is_empty() { "the outbox is empty\n" } else { &out })
    }
}

/// Say what became of a message of which nobody knows whether it arrived
#[derive(Debug, Args)]
pub(crate) struct SettleMessage {
    /// Number in the outbox
    message: i64,
    /// What the receiver says
    #[arg(value_enum)]
    outcome: Outcome,
    /// Reference that the receiver gave
    #[arg(long, value_name = "TEXT")]
    receipt: Option<String>,
    /// Who found out
    #[arg(long, value_name = "NAME")]
    by: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Outcome {
    /// It arrived
    Arrived,
    /// It did not arrive: send it again
    NotArrived,
    /// It is not to be sent any more
    Cancelled,
}

impl SettleMessage {
    pub(crate) fn run(self, desk: &mut Desk) -> anyhow::Result<ExitCode> {
        let act = act(&self.by, None)?;
        let messages = desk.store.outbox()?;
        let Some(message) = messages.iter().find(|message| message.id == self.message) else { bail!("no message {} in the outbox", self.message) };
        if !matches!(message.state, MessageState::Uncertain | MessageState::Queued) {
            bail!("message {} is {}: there is nothing to settle", message.id, message.state.as_str());
        }
        let word = format!("said by {}", act.by);
        let settled = match self.outcome {
            Outcome::Arrived => Settled::Delivered(self.receipt.or(Some(word))),
            Outcome::NotArrived => Settled::Retry { next_at: act.at, problem: word },
            Outcome::Cancelled => Settled::Cancelled(word),
        };
        desk.store.settle(message.id, &settled, act.at)?;
        print(&format!("message {} settled\n", message.id))
    }
}
