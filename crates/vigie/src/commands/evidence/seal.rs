//! `vigie evidence seal`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Value, json};
use vigie_evidence::{
    capture::{Capture, Exchange, Item},
    durable::read_limited,
    fetch::{FetchLimits, Fetcher, HttpStamper},
    tsp::Roots,
    vault::{Sealed, Vault, new_exhibit},
};
use vigie_model::Profile;
use vigie_store::{Find, FindRef, Finds as _, SqliteReader};

use super::{super::complain, Format, now, root};
use crate::{
    commands::{print, settings},
    settings::Settings,
};

/// Largest file that is sealed, in bytes.
const MAX_FILE: u64 = 256 << 20;

/// Seal a find, or a post from a file, so that anybody can verify it later
///
/// The post as received, media files and what --fetch gets go into a signed WACZ package with an entry in the append-only log.
/// Prints the folder once everything is durable.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  vigie evidence seal 17\n  vigie evidence seal --post story.json --media photo.jpg --fetch https://example.org/p/1")]
pub(crate) struct Seal {
    /// Number of the find (see `vigie finds`), or network:id
    #[arg(value_name = "FIND", required_unless_present = "post", conflicts_with = "post")]
    find: Option<String>,
    /// File with the post as it was received
    #[arg(long, value_name = "FILE")]
    post: Option<PathBuf>,
    /// Media file to seal with it
    #[arg(long, value_name = "FILE")]
    media: Vec<PathBuf>,
    /// Page or medium to fetch and seal with it; private addresses are refused
    #[arg(long, value_name = "URL")]
    fetch: Vec<String>,
    /// Who captures; kept with the exhibit, in the log only as a salted commitment
    #[arg(long, value_name = "NAME", default_value = "unattended")]
    by: String,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Seal {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let settings = settings(config)?;
        let capture = self.capture(&settings)?;
        let vault = Vault::open(&root(config)?)?;
        let sealed = vault.seal(&capture, &stamper(&settings)?)?;
        for why in &sealed.missing {
            complain(&anyhow::anyhow!("time stamp missing: {why}"));
        }
        print(&self.report(&sealed)?)
    }

    fn capture(&self, settings: &Settings) -> anyhow::Result<Capture> {
        let (mut items, about) = match (&self.find, &self.post) {
            (Some(reference), _) => of_find(settings, reference)?,
            (None, Some(file)) => of_file(settings, file)?,
            (None, None) => bail!("name a find or give --post FILE"),
        };
        for (number, file) in (1..).zip(&self.media) {
            let bytes = read_limited(file, MAX_FILE)?;
            items.push(Item { role: format!("media-{number}"), content_type: media_type(file).into(), bytes });
        }
        let day: String = now().chars().filter(char::is_ascii_digit).take(8).collect();
        let exchanges = fetch_all(settings, &self.fetch)?;
        Ok(capture(new_exhibit(&day)?, self.by.clone(), items, exchanges, about))
    }

    fn report(&self, sealed: &Sealed) -> anyhow::Result<String> {
        if self.format == Format::Json {
            let report =
                json!({ "exhibit": sealed.exhibit, "folder": sealed.folder, "index": sealed.index, "stamps": sealed.stamps, "missing": sealed.missing });
            return Ok(serde_json::to_string(&report)? + "\n");
        }
        Ok(format!("{}\nlog entry {}, {} time stamps\n{}\n", sealed.exhibit, sealed.index, sealed.stamps, sealed.folder.display()))
    }
}

/// What is sealed, now.
pub(super) fn capture(exhibit: String, actor: String, items: Vec<Item>, exchanges: Vec<Exchange>, about: Value) -> Capture {
    Capture { exhibit, at: now(), software: format!("vigie {}", env!("CARGO_PKG_VERSION")), actor, items, exchanges, about }
}

/// Refuses what profile and source terms do not allow to keep (`vigie_store::Policy`).
pub(super) fn check_terms(settings: &Settings, network: Option<&str>) -> anyhow::Result<()> {
    let terms = settings.policy.terms(network.unwrap_or_default());
    if settings.profile == Profile::Research || !terms.store_text || !terms.store_identifiers {
        bail!("profile {} with the terms of {} does not allow to keep posts: nothing was sealed", settings.profile.as_str(), network.unwrap_or("this source"));
    }
    Ok(())
}

fn of_find(settings: &Settings, reference: &str) -> anyhow::Result<(Vec<Item>, Value)> {
    let store = SqliteReader::open(&settings.data, &settings.policy)?;
    let Some(find) = store.find(&reference.parse::<FindRef>()?)? else { bail!("no find {reference}: `vigie finds` lists those that are kept") };
    check_terms(settings, Some(&find.network))?;
    find_items(&find)
}

/// A find as it is sealed, and what the package says of it.
pub(super) fn find_items(find: &Find) -> anyhow::Result<(Vec<Item>, Value)> {
    let about = about_find(find)?;
    let post = Item { role: "find".into(), content_type: "application/json".into(), bytes: serde_json::to_vec(find)? };
    Ok((vec![post], about))
}

fn about_find(find: &Find) -> anyhow::Result<Value> {
    Ok(
        json!({ "network": find.network, "url": find.url, "posted_at": find.posted_at, "found_at": find.found_at, "verdict": serde_json::to_value(&find.verdict)? }),
    )
}

fn of_file(settings: &Settings, file: &Path) -> anyhow::Result<(Vec<Item>, Value)> {
    let bytes = read_limited(file, MAX_FILE)?;
    let parsed: Option<Value> = serde_json::from_slice(&bytes).ok();
    let network = parsed.as_ref().and_then(|post| post.get("network")).and_then(Value::as_str);
    check_terms(settings, network)?;
    let content_type = if parsed.is_some() { "application/json" } else { media_type(file) };
    Ok((vec![Item { role: "post".into(), content_type: content_type.into(), bytes }], json!({ "network": network })))
}

pub(super) fn fetch_all(settings: &Settings, urls: &[String]) -> anyhow::Result<Vec<Exchange>> {
    let mut limits = FetchLimits { allowed: settings.evidence.allow_addresses.clone(), ..FetchLimits::default() };
    limits.bytes = settings.evidence.fetch_mib.map_or(limits.bytes, |mib| mib << 20);
    let fetcher = Fetcher::new(limits)?;
    let mut exchanges = Vec::new();
    for url in urls {
        exchanges.extend(fetcher.get(url, &now).context("nothing was sealed")?);
    }
    Ok(exchanges)
}

pub(super) fn stamper(settings: &Settings) -> anyhow::Result<HttpStamper> {
    let roots = match &settings.evidence.tsa_roots {
        Some(path) => {
            let pem = String::from_utf8(read_limited(path, 1 << 20)?).with_context(|| format!("{} is not text", path.display()))?;
            let roots = Roots::from_pem(&pem).with_context(|| format!("{}", path.display()))?;
            Some((pem, roots))
        }
        None => None,
    };
    Ok(HttpStamper::new(settings.evidence.tsa.clone(), roots)?)
}

fn media_type(file: &Path) -> &'static str {
    let extension = file.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match extension.as_str() {
        "json" => "application/json",
        "html" | "htm" => "text/html",
        "txt" => "text/plain",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "mp4" => "video/mp4",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}
