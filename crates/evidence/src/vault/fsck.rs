//! The whole vault read again: log, exhibits, and that neither has what the other lacks.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Serialize;

use super::{VaultError, custody::survives_purge, exhibits_in, keys};
use crate::{
    Digest,
    durable::read_limited,
    log::check_log,
    statement::{Event, Statement},
    tlog::{LogKey, TlogProof},
    verify::{LoadLimits, Trust, load, verify},
};

/// What a check found.
#[derive(Debug, Default, Serialize)]
pub struct VaultCheck {
    /// Entries in the log, each of them read.
    pub entries: u64,
    /// Exhibits that verify.
    pub sound: usize,
    /// Exhibits whose content was erased, with a log entry that says so.
    pub purged: usize,
    /// Exhibits on their way when a run ended; the next writer finishes them. Nobody was told that they are sealed.
    pub unfinished: Vec<String>,
    /// What is damaged or missing, a line each.
    pub problems: Vec<String>,
}

/// Checks the vault in `root` without changing it.
///
/// # Errors
/// There is no vault, or its keys cannot be read. Damage is reported, not returned as an error.
pub fn check_vault(root: &Path, limit: u64) -> Result<VaultCheck, VaultError> {
    if !root.join("log").is_dir() || !root.join("keys/log.key").exists() {
        return Err(VaultError::NoVault(root.to_owned()));
    }
    let key = keys::public(&root.join("keys"))?;
    let mut check = VaultCheck::default();
    let mut captures: BTreeMap<String, Digest> = BTreeMap::new();
    let mut purged: BTreeMap<String, u64> = BTreeMap::new();
    let mut foreign = 0_u64;
    let log = check_log(&root.join("log"), &key, &mut |index, entry| match Statement::parse(entry) {
        Ok(statement) if statement.event == Event::Capture => drop(captures.insert(statement.exhibit, Digest::of(entry))),
        Ok(statement) if statement.event == Event::Purge => drop(purged.insert(statement.exhibit, index)),
        Ok(_) => {}
        Err(_) => foreign += 1,
    });
    match log {
        Ok(log) => check.entries = log.entries,
        Err(error) => check.problems.push(error.to_string()),
    }
    if foreign > 0 {
        check.problems.push(format!("{foreign} log entries are no statements"));
    }
    check.unfinished = exhibits_in(&root.join("staging"))?;
    let trust = Trust { log_key: Some(key), limit, ..Trust::default() };
    for id in exhibits_in(&root.join("exhibits"))? {
        let folder = root.join("exhibits").join(&id);
        let logged = captures.remove(&id);
        let result = if purged.contains_key(&id) { check_purged(&folder, &id, logged, &trust) } else { check_kept(&folder, &id, logged, &trust) };
        match result {
            Ok(()) if purged.contains_key(&id) => check.purged += 1,
            Ok(()) => check.sound += 1,
            Err(what) => check.problems.push(format!("exhibit {id}: {what}")),
        }
    }
    let lost = captures.into_keys().filter(|id| !check.unfinished.contains(id));
    check.problems.extend(lost.map(|id| format!("exhibit {id}: the log has it, the vault does not")));
    Ok(check)
}

fn leaf(folder: &Path, id: &str, logged: Option<Digest>) -> Result<Vec<u8>, String> {
    let leaf = read_limited(&folder.join(format!("{id}.leaf")), crate::log::MAX_STATEMENT as u64).map_err(|error| error.to_string())?;
    if Some(Digest::of(&leaf)) == logged { Ok(leaf) } else { Err("its log entry is not in the log".into()) }
}

fn check_kept(folder: &Path, id: &str, logged: Option<Digest>, trust: &Trust) -> Result<(), String> {
    leaf(folder, id, logged)?;
    let bundle = load(folder, LoadLimits { package: trust.limit }).map_err(|error| error.to_string())?;
    match verify(&bundle, trust).first_broken() {
        Some((link, what)) => Err(format!("{link:?}: {what}").to_lowercase()),
        None => Ok(()),
    }
}

/// The proof of an erased exhibit must still verify, and nothing of its content may be left.
fn check_purged(folder: &Path, id: &str, logged: Option<Digest>, trust: &Trust) -> Result<(), String> {
    let leaf = leaf(folder, id, logged)?;
    let proof = read_limited(&folder.join(format!("{id}.tlog-proof")), 1 << 20).map_err(|error| error.to_string())?;
    let proof = TlogProof::parse(&String::from_utf8_lossy(&proof)).map_err(|error| error.to_string())?;
    let key: &LogKey = trust.log_key.as_ref().ok_or("no key")?;
    proof.verify(&leaf, key).map_err(|error| error.to_string())?;
    let left = fs::read_dir(folder).map_err(|error| error.to_string())?.filter_map(Result::ok).map(|entry| entry.path());
    let left = left.filter(|path| path.is_file() && !survives_purge(path, id)).count();
    if left == 0 { Ok(()) } else { Err(format!("{left} files are left of an erased exhibit: repeat `vigie evidence purge {id}`")) }
}
