//! `vigie evidence verify` and `vigie evidence fsck`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;
use vigie_evidence::{
    Digest,
    durable::read_limited,
    log::{TileReader, read_checkpoint},
    tlog::{Cosigner, LogKey, Note, TlogProof, merkle},
    tsp::Roots,
    vault::check_vault,
    verify::{Bundle, LoadLimits, Report, State, Trust, load, verify},
};

use super::{DEFAULT_MIB, Format, root};
use crate::commands::print;

/// Verify packages offline, without database or configuration: say what is proven and what is not
///
/// Reads PATH.wacz with the files beside it, or a folder that holds one package. Exit status 0 if every required link holds;
/// else that of the first broken one: 10 container, 11 manifest, 12 WARC, 13 index, 14 signature, 15 log, 16 time stamp,
/// 17 witness.
#[derive(Debug, Args)]
#[command(after_help = "Example: vigie evidence verify exhibit/ --log-key log.vkey --tsa-ca tsa-roots.pem")]
pub(crate) struct Verify {
    /// Packages or folders
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The log's key, or a file with it, had from its publisher and not from the bundle
    #[arg(long, value_name = "KEY")]
    log_key: Option<String>,
    /// PEM file with trusted root certificates of time stamp authorities
    #[arg(long, value_name = "FILE")]
    tsa_ca: Option<PathBuf>,
    /// Key of a witness that must have cosigned
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
    /// A checkpoint of the log saved earlier; needs --log-key and --log
    #[arg(long, value_name = "FILE", requires = "log", requires = "log_key")]
    earlier: Option<PathBuf>,
    /// Folder with the log's published files
    #[arg(long, value_name = "DIR")]
    log: Option<PathBuf>,
    /// A package without time stamp is rejected
    #[arg(long)]
    require_time: bool,
    /// Largest package, in MiB, also decompressed
    #[arg(long, default_value_t = DEFAULT_MIB, value_name = "MIB")]
    max_mib: u64,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Verify {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let trust = self.trust()?;
        let (mut text, mut status) = (String::new(), 0);
        for path in &self.paths {
            let bundle = load(path, LoadLimits { package: trust.limit })?;
            let trust = Trust { earlier: self.earlier(&bundle, &trust)?, ..trust.clone() };
            let report = verify(&bundle, &trust);
            status = if status == 0 { report.exit_status() } else { status };
            text += &if self.format == Format::Json { json_line(path, &report)? } else { readable(path, &report) };
        }
        print(&text)?;
        Ok(ExitCode::from(status))
    }

    fn trust(&self) -> anyhow::Result<Trust> {
        let log_key = self.log_key.as_deref().map(log_key).transpose()?;
        let roots = match &self.tsa_ca {
            Some(path) => Some(Roots::from_pem(&text_of(path)?).with_context(|| format!("{}", path.display()))?),
            None => None,
        };
        let witnesses = self.witness.iter().map(|key| Cosigner::parse(key)).collect::<Result<_, _>>()?;
        Ok(Trust { log_key, roots, witnesses, earlier: None, need_time: self.require_time, limit: self.max_mib << 20 })
    }

    /// The saved checkpoint with the proof, from the log's files, that it and the bundle's are of one history.
    fn earlier(&self, bundle: &Bundle, trust: &Trust) -> anyhow::Result<Option<(String, Vec<Digest>)>> {
        let (Some(file), Some(folder), Some(key)) = (&self.earlier, &self.log, &trust.log_key) else { return Ok(None) };
        let saved = text_of(file)?;
        let old = Note::parse(&saved)?.checkpoint(key).with_context(|| format!("{}", file.display()))?.size;
        let size = bundle
            .proof
            .as_deref()
            .and_then(|proof| TlogProof::parse(proof).ok())
            .and_then(|proof| Some(Note::parse(&proof.checkpoint).ok()?.checkpoint(key).ok()?.size));
        // A bundle without a sound proof is rejected for that.
        let Some(new) = size else { return Ok(None) };
        let (_, head) = read_checkpoint(folder, key)?;
        if head.size < old.max(new) {
            bail!("the log in {} has {} entries, fewer than the {} that are to be compared: fetch its files anew", folder.display(), head.size, old.max(new));
        }
        let path = merkle::consistency(&mut TileReader::new(folder, head.size), old.min(new), old.max(new))?;
        Ok(Some((saved, path)))
    }
}

fn log_key(text: &str) -> anyhow::Result<LogKey> {
    let key = if Path::new(text).is_file() { text_of(Path::new(text))? } else { text.to_owned() };
    Ok(LogKey::parse(&key)?)
}

fn text_of(path: &Path) -> anyhow::Result<String> {
    String::from_utf8(read_limited(path, 1 << 20)?).with_context(|| format!("{} is not text", path.display()))
}

fn json_line(path: &Path, report: &Report) -> anyhow::Result<String> {
    let broken = report.first_broken().map(|(link, what)| json!({ "link": link, "what": what }));
    let line = json!({ "path": path, "exhibit": report.exhibit, "status": report.exit_status(), "broken": broken, "links": report.links });
    Ok(serde_json::to_string(&line)? + "\n")
}

fn readable(path: &Path, report: &Report) -> String {
    let verdict = if report.exit_status() == 0 { "holds" } else { "REJECTED" };
    let mut text = format!("{}: {verdict}\n", path.display());
    for (link, state) in &report.links {
        let (mark, what) = match state {
            State::Proven(what) => ("proven", what),
            State::Unproven(what) => ("not proven", what),
            State::Broken(what) => ("BROKEN", what),
        };
        let name = format!("{link:?}").to_lowercase();
        text += &format!("  {name:<10} {mark:<10} {what}\n");
    }
    text + "  origin     not proven that the network served this: it is what the capturing computer received\n"
}

/// Check the whole vault: every log entry, every exhibit, and that neither has what the other lacks; exit status 1 on damage
#[derive(Debug, Args)]
pub(crate) struct Fsck {
    /// Largest package, in MiB
    #[arg(long, default_value_t = DEFAULT_MIB, value_name = "MIB")]
    max_mib: u64,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Fsck {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let check = check_vault(&root(config)?, self.max_mib << 20)?;
        if self.format == Format::Json {
            print(&(serde_json::to_string(&check)? + "\n"))?;
        } else {
            let unfinished = check.unfinished.iter().map(|id| format!("unfinished: {id}; the next `vigie evidence seal` finishes it\n"));
            let problems = check.problems.iter().map(|what| format!("PROBLEM: {what}\n"));
            let lines: String = unfinished.chain(problems).collect();
            print(&format!("{} log entries, {} sound exhibits, {} erased\n{lines}", check.entries, check.sound, check.purged))?;
        }
        Ok(ExitCode::from(u8::from(!check.problems.is_empty())))
    }
}
