//! `vigie statement`: statements of reasons for the DSA Transparency Database.

use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use vigie_deliver::{Channels, Payload, Route};
use vigie_report::{
    manifest::sha256,
    permission::{Export, require},
    statement::{self, Measure, Statement},
};
use vigie_store::{Casework as _, DocumentDraft, MessageDraft};

use super::{
    complain,
    notice::{Desk, act, deliver, new_id, now},
    police::finds,
    print,
};

/// State reasons for decisions about posts (DSA, Articles 17 and 24(5)), and read what others stated
#[derive(Debug, Args)]
pub(crate) struct StatementCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Draft(Draft),
    Check(Check),
    Send(Send),
    Free(Free),
    Import(Import),
}

impl StatementCommand {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Draft(draft) => draft.run(config),
            Command::Check(check) => check.run(),
            Command::Send(send) => send.run(config),
            Command::Free(free) => free.run(config),
            Command::Import(import) => import.run(),
        }
    }
}

/// Print statements for posts that were removed, as JSON to look through and change
#[derive(Debug, Args)]
struct Draft {
    /// Numbers of finds, or network:id
    #[arg(value_name = "FIND", required = true)]
    finds: Vec<String>,
    /// Day of the decision [default: today, UTC]
    #[arg(long, value_name = "DAY")]
    day: Option<jiff::civil::Date>,
    /// How the platform learnt of the posts
    #[arg(long, value_enum, default_value_t = Source::Voluntary)]
    source: Source,
    /// The account was suspended too
    #[arg(long)]
    suspended: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Source {
    /// Own initiative
    Voluntary,
    /// A notice under Article 16
    Notice,
    /// A notice of a trusted flagger
    TrustedFlagger,
    /// Another notification
    Other,
}

impl Draft {
    fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let desk = Desk::open(config)?;
        require(desk.settings.profile, Export::Statement)?;
        let source_type = match self.source {
            Source::Voluntary => "SOURCE_VOLUNTARY",
            Source::Notice => "SOURCE_ARTICLE_16",
            Source::TrustedFlagger => "SOURCE_TRUSTED_FLAGGER",
            Source::Other => "SOURCE_TYPE_OTHER_NOTIFICATION",
        };
        let today: String = now()?.to_string().chars().take(10).collect();
        let finds = finds(&desk, &self.finds)?;
        let statement = |find| {
            let measure = Measure {
                day: self.day.map_or_else(|| today.clone(), |day| day.to_string()),
                country: desk.settings.reporting.country.clone().unwrap_or_else(|| "FR".into()),
                account_suspended: self.suspended,
                source_type: source_type.into(),
                puid: desk.store.puid(find),
            };
            statement::preset(find, &measure)
        };
        print(&(serde_json::to_string_pretty(&finds.iter().map(statement).collect::<Vec<_>>())? + "\n"))
    }
}

/// Check statements against every rule of the schema, and look for personal data in them
#[derive(Debug, Args)]
struct Check {
    /// JSON file with statements
    file: PathBuf,
}

/// Statements of a file, and whether all may be sent. What is wrong goes to standard error.
fn checked(file: &Path) -> anyhow::Result<(Vec<Statement>, bool)> {
    let reader = BufReader::new(File::open(file).with_context(|| format!("cannot read {}", file.display()))?);
    let statements: Vec<Statement> = serde_json::from_reader(reader).with_context(|| format!("{} does not hold statements", file.display()))?;
    let mut good = true;
    let mut names = std::collections::HashSet::new();
    for (number, statement) in (1..).zip(&statements) {
        let broken = statement::check(statement).into_iter().map(|breach| breach.to_string());
        let personal = statement::lint(statement).into_iter().map(|found| found.to_string());
        let twice = (!names.insert(&statement.puid)).then(|| "puid: used twice in this file".to_owned());
        for problem in broken.chain(personal).chain(twice) {
            complain(&anyhow::anyhow!("statement {number}: {problem}"));
            good = false;
        }
    }
    Ok((statements, good))
}

impl Check {
    fn run(self) -> anyhow::Result<ExitCode> {
        let (statements, good) = checked(&self.file)?;
        print(&format!("{} statements {}\n", statements.len(), if good { "may be sent" } else { "looked at" }))?;
        Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(2) })
    }
}

/// Check statements and send them to the database, 100 at a time; one that it has already is not sent again
#[derive(Debug, Args)]
struct Send {
    /// JSON file with statements
    file: PathBuf,
    /// Numbers of the finds that they are about, so that no decision is stated twice
    #[arg(long, value_name = "FIND")]
    find: Vec<i64>,
    /// Channel of the configuration (via = "dsa")
    #[arg(long, value_name = "CHANNEL")]
    via: String,
    /// Who states the reasons
    #[arg(long, value_name = "NAME")]
    by: String,
}

impl Send {
    fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let mut desk = Desk::open(config)?;
        require(desk.settings.profile, Export::Statement)?;
        let channels = Channels(desk.settings.reporting.channel.clone());
        let channel = channels.get(&self.via)?.clone();
        if !matches!(channel.route, Route::Dsa { .. }) {
            bail!("channel {} does not lead to the transparency database", channel.name);
        }
        let (statements, good) = checked(&self.file)?;
        if !good || statements.is_empty() {
            bail!("nothing was sent: put the statements right first");
        }
        let act = act(&self.by, None)?;
        for (number, batch) in statements.chunks(statement::BATCH).enumerate() {
            let body = serde_json::to_string(batch)?;
            let draft = DocumentDraft {
                id: new_id("VS")?,
                kind: "statement".into(),
                receiver: channel.name.clone(),
                account: None,
                body: body.clone(),
                finds: if number == 0 { self.find.clone() } else { Vec::new() },
                grounds: "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS".into(),
                act: act.clone(),
            };
            // The key is made of the identifiers: the same statements are one message, from whichever file.
            let names: Vec<_> = batch.iter().map(|statement| statement.puid.as_str()).collect();
            let payload = Payload::Statements { statements: batch.iter().map(serde_json::to_value).collect::<Result<_, _>>()? };
            let key = format!("statements:{}", sha256(names.join("\n").as_bytes()));
            if desk.store.outbox()?.iter().any(|message| message.key == key) {
                complain(&anyhow::anyhow!("batch {} was released before", number + 1));
                continue;
            }
            desk.store.create(&draft)?;
            desk.store.sign(&draft.id, &body, &act)?;
            let message = MessageDraft {
                key,
                document: draft.id,
                channel: channel.name.clone(),
                repeatable: true,
                payload: serde_json::to_string(&payload)?,
                act: act.clone(),
            };
            desk.store.release(&message)?;
        }
        deliver(&mut desk)
    }
}

/// Let finds be stated anew, because the database rejected their statements
#[derive(Debug, Args)]
struct Free {
    /// Reference of the batch
    document: String,
    /// Numbers of finds
    #[arg(value_name = "FIND", required = true)]
    finds: Vec<i64>,
    /// Who decides
    #[arg(long, value_name = "NAME")]
    by: String,
}

impl Free {
    fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let mut desk = Desk::open(config)?;
        desk.store.free(&self.document, &self.finds, &act(&self.by, None)?)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Read a dump of the database (version 1 or 2) and count it by category, ground and source
#[derive(Debug, Args)]
struct Import {
    /// CSV file
    file: PathBuf,
}

impl Import {
    fn run(self) -> anyhow::Result<ExitCode> {
        let mut counts = std::collections::BTreeMap::<(String, String, String), u64>::new();
        let file = File::open(&self.file).with_context(|| format!("cannot read {}", self.file.display()))?;
        statement::import_dump(BufReader::new(file), |s| *counts.entry((s.category, s.decision_ground, s.source_type)).or_default() += 1)?;
        let rows = counts.iter().map(|((category, ground, source), count)| format!("{category},{ground},{source},{count}\n"));
        print(&("category,decision_ground,source_type,statements\n".to_owned() + &rows.collect::<String>()))
    }
}
