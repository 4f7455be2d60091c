//! `vigie labels`: labels of the AT Protocol, given by persons and read by anybody.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use vigie_deliver::labels::{Labeler, serve};
use vigie_report::{
    labels::{DRUG_SALE, LabelKey, Statement, sign},
    permission::{Export, require},
};
use vigie_store::{Casework, LabelDraft, SqliteDesk};

use super::{
    notice::{Desk, act},
    police::finds,
    print,
};

/// Label posts of Bluesky, so that anybody who subscribes sees which ones sell drugs
#[derive(Debug, Args)]
pub(crate) struct LabelsCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Give(Give),
    TakeBack(Give),
    Serve(Serve),
    /// Print the labeler's public key, for its DID document
    Key,
}

/// Label posts, or take labels back
#[derive(Debug, Args)]
struct Give {
    /// Numbers of finds, or network:id
    #[arg(value_name = "FIND", required = true)]
    finds: Vec<String>,
    /// DID of the labeler
    #[arg(long, value_name = "DID")]
    did: String,
    /// What is said of the posts
    #[arg(long, value_name = "VALUE", default_value = DRUG_SALE)]
    val: String,
    /// Who decides
    #[arg(long, value_name = "NAME")]
    by: String,
}

/// Serve the labels: queryLabels, subscribeLabels and the DID document (did:web)
#[derive(Debug, Args)]
struct Serve {
    /// Address to listen on; put a proxy with TLS before it
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8082")]
    listen: String,
    /// DID of the labeler
    #[arg(long, value_name = "DID")]
    did: String,
    /// Where the labeler is reached from outside
    #[arg(long, value_name = "URL")]
    endpoint: String,
}

impl LabelsCommand {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let mut desk = Desk::open(config)?;
        require(desk.settings.profile, Export::Labels)?;
        let key = key(&desk.settings.data)?;
        match self.command {
            Command::Give(give) => give.run(&mut desk, &key, false),
            Command::TakeBack(give) => give.run(&mut desk, &key, true),
            Command::Serve(serve) => serve.run(desk, key),
            Command::Key => print(&format!("did:key:{}\n", key.multibase())),
        }
    }
}

impl Give {
    fn run(self, desk: &mut Desk, key: &LabelKey, neg: bool) -> anyhow::Result<ExitCode> {
        let act = act(&self.by, None)?;
        for find in finds(desk, &self.finds)? {
            let Some((did, rkey)) = find.native_id.split_once('/').filter(|(did, _)| find.network == "bluesky" && did.starts_with("did:")) else {
                bail!("find {} is no post of the AT Protocol", find.id);
            };
            let uri = format!("at://{did}/app.bsky.feed.post/{rkey}");
            let label = sign(key, &Statement { src: &self.did, uri: &uri, val: &self.val, neg, at: act.at });
            desk.store.give_label(&LabelDraft { uri, val: self.val.clone(), neg, label: serde_json::to_string(&label)?, act: act.clone() })?;
            let what = if neg { "label taken back" } else { "label given" };
            desk.store.audit("label", Some("bluesky"), &format!("{what}: {} on find {} by {}", self.val, find.id, act.by), act.at)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Serve {
    fn run(self, desk: Desk, key: LabelKey) -> anyhow::Result<ExitCode> {
        let (folder, policy) = (desk.settings.data, desk.settings.policy);
        let open = move || Ok(Box::new(SqliteDesk::open(&folder, &policy)?) as Box<dyn Casework + Send>);
        let labeler = Labeler { open: Box::new(open), key, did: self.did, endpoint: self.endpoint };
        let ready = |address| drop(writeln!(std::io::stderr().lock(), "labels at http://{address}"));
        serve(labeler, &self.listen, &ready).with_context(|| format!("cannot serve on {}", self.listen))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The labeler's key, made when it is first needed and readable by its owner only.
fn key(data: &Path) -> anyhow::Result<LabelKey> {
    let path: PathBuf = data.join("labeler.key");
    if !path.exists() {
        // Random bytes of which one in 2^128 would be no key; the reader below would say so.
        let bytes = vigie_store::random_key()?;
        vigie_store::write_private(&path, &bytes)?;
    }
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    LabelKey::from_bytes(&bytes).with_context(|| format!("{} is damaged: restore it from a copy, subscribers know its public half", path.display()))
}
