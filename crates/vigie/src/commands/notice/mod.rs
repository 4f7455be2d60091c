//! `vigie notice`: notices of illegal content to platforms, from the draft to the platform's decision.

mod draft;
mod follow;
mod send;
mod write;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use vigie_model::Timestamp;
use vigie_report::{
    notice::Notice,
    permission::{Export, require},
};
use vigie_store::{Act, Casework as _, Document, SqliteDesk};

pub(super) use draft::{exhibit, new_id};
pub(super) use send::deliver;

use super::settings;
use crate::settings::Settings;

/// Draft, sign, send and follow notices of illegal content (DSA, Article 16)
///
/// A notice is drafted from finds, one for all posts of an account. Nothing leaves before a named person has signed it and released it.
#[derive(Debug, Args)]
#[command(
    after_help = "Example, from find to decision:\n  vigie notice draft 17 18 --by 'C. Martin'\n  vigie notice show VN-20261124-4f1c\n  vigie notice sign VN-20261124-4f1c --by 'C. Martin' --bona-fide\n  vigie notice send VN-20261124-4f1c --via bluesky --by 'C. Martin'\n  vigie notice decision VN-20261124-4f1c removed --by 'C. Martin'"
)]
pub(crate) struct NoticeCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Draft(draft::Draft),
    List(write::List),
    Show(write::Show),
    Edit(write::Edit),
    Sign(write::Sign),
    Withdraw(write::Withdraw),
    Send(send::Send),
    Deliver(send::Deliver),
    Outbox(send::Outbox),
    Settle(send::SettleMessage),
    Receipt(follow::Receipt),
    Decision(follow::DecisionCommand),
    Recheck(follow::Recheck),
    Remind(follow::Remind),
    Due(follow::DueCommand),
    Rates(follow::Rates),
    Annual(follow::Annual),
}

impl NoticeCommand {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let mut desk = Desk::open(config)?;
        require(desk.settings.profile, Export::Notice)?;
        match self.command {
            Command::Draft(draft) => draft.run(&mut desk),
            Command::List(list) => list.run(&desk),
            Command::Show(show) => show.run(&mut desk),
            Command::Edit(edit) => edit.run(&mut desk),
            Command::Sign(sign) => sign.run(&mut desk),
            Command::Withdraw(withdraw) => withdraw.run(&mut desk),
            Command::Send(send) => send.run(&mut desk),
            Command::Deliver(deliver) => deliver.run(&mut desk),
            Command::Outbox(outbox) => outbox.run(&desk),
            Command::Settle(settle) => settle.run(&mut desk),
            Command::Receipt(receipt) => receipt.run(&mut desk),
            Command::Decision(decision) => decision.run(&mut desk),
            Command::Recheck(recheck) => recheck.run(&mut desk),
            Command::Remind(remind) => remind.run(&mut desk),
            Command::Due(due) => due.run(&desk),
            Command::Rates(rates) => rates.run(&desk),
            Command::Annual(annual) => annual.run(&desk),
        }
    }
}

/// The configuration and the casework of its store.
pub(super) struct Desk {
    pub(super) settings: Settings,
    pub(super) store: SqliteDesk,
}

impl Desk {
    pub(super) fn open(config: Option<&Path>) -> anyhow::Result<Self> {
        let settings = settings(config)?;
        let store = SqliteDesk::open(&settings.data, &settings.policy)?;
        Ok(Self { settings, store })
    }

    /// A notice with its record.
    fn notice(&self, id: &str) -> anyhow::Result<(Document, Notice)> {
        let Some(document) = self.store.document(id)?.filter(|document| document.kind == "notice") else {
            bail!("no notice {id}: `vigie notice list` lists them");
        };
        let Some(body) = &document.body else { bail!("notice {id} was withdrawn, or its retention is over") };
        let notice = serde_json::from_str(body).with_context(|| format!("notice {id} is damaged"))?;
        Ok((document, notice))
    }
}

/// The time now.
pub(super) fn now() -> anyhow::Result<Timestamp> {
    Ok(Timestamp::from_seconds(jiff::Timestamp::now().as_second())?)
}

/// Something done by a person, now.
pub(super) fn act(by: &str, reason: Option<String>) -> anyhow::Result<Act> {
    if by.trim().is_empty() {
        bail!("--by needs a name: nothing is done by nobody");
    }
    Ok(Act { by: by.trim().to_owned(), reason, at: now()? })
}

/// Writes bytes to a file, or text to standard output.
pub(super) fn give(bytes: &[u8], out: Option<&PathBuf>) -> anyhow::Result<ExitCode> {
    match out {
        Some(path) => {
            std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
            Ok(ExitCode::SUCCESS)
        }
        None => {
            use std::io::Write as _;
            std::io::stdout().lock().write_all(bytes)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
