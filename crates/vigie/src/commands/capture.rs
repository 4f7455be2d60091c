//! `vigie capture`: a card for what no interface gives, such as a story, a profile or a paper flyer.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;
use sha2::{Digest, Sha256};
use vigie_model::{NeutralAuthor, NeutralMedia, NeutralPost, Profile, Timestamp};

use super::{
    print,
    scan::{Scan, now},
    settings,
};
use crate::settings::Settings;

/// Largest picture, in bytes.
const MAX_PICTURE: u64 = 32 << 20;
/// Pictures of a card.
const MAX_PICTURES: usize = 20;

/// Take in by hand what no interface gives: a story, a profile, a flyer
///
/// Copies the pictures into the store's folder under their hash, and judges the text that is given with --text. The card, with operator, place,
/// time and statement, is kept beside them. Capturing the same pictures and text again changes nothing.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  vigie capture story.png --network snapchat --account demo_fictif --operator A.B. --seen-at 2026-11-24T18:05:00+01:00 --text 'menu dispo ce soir'\n  \
    vigie capture flyer-1.jpg flyer-2.jpg --network paper --place 'relay point, Toulouse' --operator A.B. --text '…'"
)]
pub(crate) struct Capture {
    /// Pictures (PNG, JPEG, WebP)
    #[arg(value_name = "PICTURE", required = true)]
    pictures: Vec<PathBuf>,
    /// Network: snapchat, tinder, paper …
    #[arg(long, value_name = "NAME")]
    network: String,
    /// Who takes it in: a name or a service number
    #[arg(long, value_name = "NAME")]
    operator: String,
    /// What the pictures say
    #[arg(long, value_name = "TEXT")]
    text: String,
    /// Account as it was seen, without @
    #[arg(long, value_name = "HANDLE")]
    account: Option<String>,
    /// When it was seen, RFC 3339 [default: now]
    #[arg(long, value_name = "TIME")]
    seen_at: Option<String>,
    /// Where it was seen: a place, or an address of the web
    #[arg(long, value_name = "PLACE")]
    place: Option<String>,
    /// What the operator states about it
    #[arg(long, value_name = "TEXT")]
    statement: Option<String>,
}

/// The card as it is kept.
#[derive(Debug, Serialize)]
struct Card<'a> {
    id: &'a str,
    network: &'a str,
    account: Option<&'a str>,
    operator: &'a str,
    taken_at: Timestamp,
    seen_at: Timestamp,
    place: Option<&'a str>,
    statement: Option<&'a str>,
    text: &'a str,
    /// SHA-256 of each picture.
    pictures: Vec<&'a str>,
    vigie: &'static str,
}

impl Capture {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let settings = settings(config)?;
        if settings.profile == Profile::Research {
            bail!("a capture names what was seen; the research profile keeps no identifiers, so it takes none");
        }
        if self.pictures.len() > MAX_PICTURES {
            bail!("at most {MAX_PICTURES} pictures a card; make several");
        }
        let taken_at = now()?;
        let seen_at = match &self.seen_at {
            Some(text) => Timestamp::parse(text).with_context(|| format!("--seen-at {text}"))?,
            None => taken_at,
        };
        let folder = settings.data.join("captures");
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let media = self.pictures.iter().map(|path| keep(path, &folder)).collect::<anyhow::Result<Vec<_>>>()?;
        let hashes: Vec<&str> = media.iter().filter_map(|item| item.sha256.as_deref()).collect();
        let id = self.id(&hashes);
        let card = Card {
            id: &id,
            network: &self.network,
            account: self.account.as_deref(),
            operator: &self.operator,
            taken_at,
            seen_at,
            place: self.place.as_deref(),
            statement: self.statement.as_deref(),
            text: &self.text,
            pictures: hashes,
            vigie: env!("CARGO_PKG_VERSION"),
        };
        let file = folder.join(format!("{id}.card.json"));
        if !file.exists() {
            write(&file, (serde_json::to_string_pretty(&card)? + "\n").as_bytes())?;
        }
        self.judge(config, &settings, &id, seen_at, media)?;
        print(&format!("card {}\nfind {}:{id}, if it is one: vigie show {}:{id}\n", file.display(), self.network, self.network))
    }

    /// The same pictures with the same text on the same network are the same card.
    fn id(&self, hashes: &[&str]) -> String {
        let parts = [&[self.network.as_str(), self.text.as_str()], hashes].concat();
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        let hex = hex(&hash.finalize());
        format!("capture-{}", hex.get(..32).unwrap_or(&hex))
    }

    /// The card as a post, on the way that all posts take.
    fn judge(&self, config: Option<&Path>, settings: &Settings, id: &str, seen_at: Timestamp, media: Vec<NeutralMedia>) -> anyhow::Result<()> {
        let post = NeutralPost {
            id: id.to_owned(),
            network: Some(self.network.clone()),
            author: self.account.clone().map(|handle| NeutralAuthor { handle: Some(handle), ..NeutralAuthor::default() }),
            created_at: Some(seen_at.to_string()),
            edited_at: None,
            text: self.text.clone(),
            lang: None,
            tags: Vec::new(),
            media,
            url: self.place.clone().filter(|place| place.starts_with("https://") || place.starts_with("http://")),
            reply_to: None,
            repost_of: None,
            quote_of: None,
            metrics: BTreeMap::new(),
        };
        // Read like any file of posts, and removed: what is kept of it is for the store to say.
        let file = settings.data.join("capture.jsonl");
        write(&file, (serde_json::to_string(&post)? + "\n").as_bytes())?;
        let done = Scan::of(&file).run(config);
        fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        done.map(drop)
    }
}

/// Copies a picture under its hash.
fn keep(path: &Path, folder: &Path) -> anyhow::Result<NeutralMedia> {
    let size = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    if size > MAX_PICTURE {
        bail!("{} is larger than {} MiB", path.display(), MAX_PICTURE >> 20);
    }
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let Some(extension) = extension(&bytes) else { bail!("{} is no PNG, JPEG or WebP picture", path.display()) };
    let sha256 = hex(&Sha256::digest(&bytes));
    let name = format!("{sha256}.{extension}");
    let kept = folder.join(&name);
    if !kept.exists() {
        write(&kept, &bytes)?;
    }
    Ok(NeutralMedia { kind: Some("image".to_owned()), path: Some(format!("captures/{name}")), sha256: Some(sha256), ..NeutralMedia::default() })
}

/// By content, whatever the file is called.
fn extension(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("png"),
        [0xff, 0xd8, 0xff, ..] => Some("jpg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("webp"),
        _ => None,
    }
}

/// Writes a file as a whole.
fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let new = path.with_extension("new");
    fs::write(&new, bytes).and_then(|()| fs::rename(&new, path)).with_context(|| format!("cannot write {}", path.display()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
