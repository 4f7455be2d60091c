//! Scanning the real payloads of `../shared/data` and comparing the counts with what the files hold, counted independently.

#![expect(clippy::indexing_slicing, reason = "indexing a JSON value gives null where there is nothing")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::say;

const DATA: &str = "../shared/data";

/// A file, the posts that it holds, and how they were counted.
struct Expected {
    path: PathBuf,
    posts: u64,
}

pub(crate) fn scan_all() -> Result<()> {
    if !Path::new(DATA).is_dir() {
        bail!("{DATA} is not here: this task needs the shared data beside the project");
    }
    let bodies = tempfile::tempdir()?;
    let mut expected = Vec::new();
    for folder in ["tweets_mlma", "tweets_xlmt", "sms_spam", "sentences_tatoeba_fr", "agora_titles_amber"] {
        for path in files(&Path::new(DATA).join(folder), "jsonl")? {
            let posts = fs::read_to_string(&path)?.lines().filter(|line| !line.trim().is_empty()).count() as u64;
            expected.push(Expected { path, posts });
        }
    }
    let jetstream = Path::new(DATA).join("api_bluesky_jetstream/expected_v1.jsonl");
    let posts = values(&jetstream)?.iter().filter(|v| v["commit"]["collection"] == "app.bsky.feed.post" && v["commit"]["operation"] != "delete").count() as u64;
    expected.push(Expected { path: jetstream, posts });
    for path in files(&Path::new(DATA).join("api_x_v2"), "jsonl")? {
        let posts = values(&path)?.iter().map(x_posts).sum();
        expected.push(Expected { path, posts });
    }
    for path in files(&Path::new(DATA).join("api_mastodon_cassettes"), "yaml")? {
        expected.extend(mastodon_bodies(&path, bodies.path())?);
    }
    let mut wrong = 0;
    for Expected { path, posts } in &expected {
        let summary = scan(path)?;
        let read = summary["posts_read"].as_u64().unwrap_or(0);
        let mark = if read == *posts { "ok   " } else { "WRONG" };
        wrong += u32::from(read != *posts);
        let name = path.strip_prefix(DATA).unwrap_or(path).display();
        say(&format!(
            "{mark} {name}: holds {posts}, read {read}, adverts {}, review {}, rejected {}, repaired {}",
            summary["adverts"], summary["review"], summary["rejected"], summary["repaired"]
        ));
    }
    if wrong > 0 {
        bail!("{wrong} files were not read as they should")
    }
    Ok(())
}

fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut out: Vec<PathBuf> = entries.map(|e| e.map(|e| e.path())).collect::<std::io::Result<_>>()?;
    out.retain(|path| path.extension().is_some_and(|e| e == extension));
    out.sort();
    Ok(out)
}

/// The lines that are JSON; broken ones hold no post that could be counted.
fn values(path: &Path) -> Result<Vec<Value>> {
    Ok(fs::read_to_string(path)?.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

/// Posts of an X v2 envelope or a bare post.
fn x_posts(value: &Value) -> u64 {
    let is_post = |v: &Value| v.get("text").is_some() && v.get("id").is_some();
    match value.get("data") {
        Some(Value::Array(items)) => items.iter().filter(|v| is_post(v)).count() as u64,
        Some(item) => u64::from(is_post(item)),
        None => u64::from(is_post(value)),
    }
}

/// The JSON and event-stream bodies of recorded exchanges, each written to a file of its own.
fn mastodon_bodies(cassette: &Path, to: &Path) -> Result<Vec<Expected>> {
    let recorded: Value = serde_norway::from_str(&fs::read_to_string(cassette)?)?;
    let mut out = Vec::new();
    for (index, interaction) in recorded["interactions"].as_array().into_iter().flatten().enumerate() {
        let Some(body) = interaction["response"]["body"]["string"].as_str() else { continue };
        let posts = match serde_json::from_str::<Value>(body) {
            Ok(value) => statuses(&value),
            Err(_) => {
                body.lines().filter_map(|l| l.strip_prefix("data: ")).filter_map(|l| serde_json::from_str::<Value>(l).ok()).filter(is_status).count() as u64
            }
        };
        if posts > 0 {
            let path = to.join(format!("{}-{index}", cassette.file_stem().unwrap_or_default().to_string_lossy()));
            fs::write(&path, body)?;
            out.push(Expected { path, posts });
        }
    }
    Ok(out)
}

fn is_status(value: &Value) -> bool {
    value.get("content").is_some() && value.get("account").is_some()
}

/// Statuses of a timeline or a single one. Search results (`statuses` in an object) are an answer to another question and no source.
fn statuses(value: &Value) -> u64 {
    match value {
        Value::Array(items) => items.iter().filter(|v| is_status(v)).count() as u64,
        item => u64::from(is_status(item)),
    }
}

fn scan(path: &Path) -> Result<Value> {
    let out = Command::new("target/release/vigie")
        .args(["scan", "--dry-run", "--format", "json"])
        .arg(path)
        .output()
        .context("build the program first: cargo build --release")?;
    if !out.status.success() {
        bail!("vigie scan {}: {}", path.display(), String::from_utf8_lossy(&out.stderr));
    }
    Ok(serde_json::from_slice(&out.stdout)?)
}
