//! What happens to an exhibit afterwards: holds, exports, erasure. Each is a log entry, and its opening lies with the exhibit.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use super::{Vault, VaultError, exhibits_in, is_exhibit, random};
use crate::{
    Digest,
    durable::{At as _, make_folder, read_limited, replace, sync_folder, write_synced},
    statement::{Event, Statement},
};

/// Name of the file that says "under legal hold".
const HOLD: &str = "hold";

/// The sealed exhibits of the vault in `root`, sorted, erased ones included.
///
/// # Errors
/// There is no vault, or it cannot be read.
pub fn list(root: &Path) -> Result<Vec<String>, VaultError> {
    let folder = root.join("exhibits");
    if folder.is_dir() { Ok(exhibits_in(&folder)?) } else { Err(VaultError::NoVault(root.to_owned())) }
}

impl Vault {
    /// Places an exhibit under legal hold: it cannot be erased until released.
    ///
    /// # Errors
    /// No such exhibit, the log, or the file system.
    pub fn hold(&self, id: &str, actor: &str, reason: &str, at: &str) -> Result<(), VaultError> {
        let folder = self.kept(id)?;
        self.state(Event::Hold, id, actor, reason, at, BTreeMap::new())?;
        Ok(replace(&folder.join(HOLD), at.as_bytes())?)
    }

    /// Lifts a legal hold.
    ///
    /// # Errors
    /// As for [`Self::hold`].
    pub fn release(&self, id: &str, actor: &str, reason: &str, at: &str) -> Result<(), VaultError> {
        let folder = self.kept(id)?;
        self.state(Event::Release, id, actor, reason, at, BTreeMap::new())?;
        remove(&folder.join(HOLD))?;
        Ok(sync_folder(&folder)?)
    }

    /// Copies an exhibit's files into a new folder `to`, once the log says so.
    ///
    /// # Errors
    /// As for [`Self::hold`]; `to` exists already.
    pub fn export(&self, id: &str, to: &Path, actor: &str, reason: &str, at: &str) -> Result<(), VaultError> {
        let folder = self.kept(id)?;
        fs::create_dir(to).at("make folder", to)?;
        self.state(Event::Export, id, actor, reason, at, BTreeMap::new())?;
        for entry in fs::read_dir(&folder).at("list", &folder)? {
            let path = entry.at("list", &folder)?.path();
            if path.is_file() && path.file_name().is_some_and(|name| name != HOLD) {
                let target = to.join(path.file_name().unwrap_or_default());
                fs::copy(&path, &target).at("copy", &path)?;
            }
        }
        Ok(sync_folder(to)?)
    }

    /// Erases an exhibit's content and the salts that open its log entry. Entry and inclusion proof stay and stay valid.
    /// The log says so first; a purge that was cut short is finished by repeating it.
    ///
    /// # Errors
    /// A legal hold, or as for [`Self::hold`].
    pub fn purge(&self, id: &str, actor: &str, reason: &str, at: &str) -> Result<(), VaultError> {
        let folder = self.found(id)?;
        if folder.join(HOLD).exists() {
            return Err(VaultError::Held(id.to_owned()));
        }
        let leaf = read_limited(&folder.join(format!("{id}.leaf")), crate::log::MAX_STATEMENT as u64)?;
        if !folder.join("purged").exists() {
            self.state(Event::Purge, id, actor, reason, at, BTreeMap::from([("entry".to_owned(), Digest::of(&leaf))]))?;
            replace(&folder.join("purged"), at.as_bytes())?;
        }
        for entry in fs::read_dir(&folder).at("list", &folder)? {
            let path = entry.at("list", &folder)?.path();
            if path.is_file() && !survives_purge(&path, id) {
                fs::remove_file(&path).at("remove", &path)?;
            }
        }
        Ok(sync_folder(&folder)?)
    }

    /// Logs what happened and keeps its opening beside the exhibit.
    fn state(&self, event: Event, id: &str, actor: &str, reason: &str, at: &str, digests: BTreeMap<String, Digest>) -> Result<(), VaultError> {
        let texts = BTreeMap::from([("actor".to_owned(), actor.to_owned()), ("reason".to_owned(), reason.to_owned())]);
        let (statement, opening) = Statement::new(event, id, at, random()?, digests, texts);
        let index = self.log.append(statement.entry()?)?.index;
        let folder = self.exhibit_folder(id).join("custody");
        make_folder(&folder)?;
        write_synced(&folder.join(format!("{index}.leaf")), &statement.entry()?)?;
        write_synced(&folder.join(format!("{index}.opening.json")), &serde_json::to_vec_pretty(&opening)?)?;
        Ok(sync_folder(&folder)?)
    }

    fn found(&self, id: &str) -> Result<PathBuf, VaultError> {
        let folder = self.exhibit_folder(id);
        if is_exhibit(id) && folder.is_dir() { Ok(folder) } else { Err(VaultError::NoExhibit(id.to_owned())) }
    }

    fn kept(&self, id: &str) -> Result<PathBuf, VaultError> {
        let folder = self.found(id)?;
        if folder.join("purged").exists() { Err(VaultError::Purged(id.to_owned())) } else { Ok(folder) }
    }
}

/// What is left of an erased exhibit.
pub(super) fn survives_purge(path: &Path, id: &str) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    ["purged", "log.vkey", &format!("{id}.leaf"), &format!("{id}.tlog-proof")].contains(&name.as_str())
}

fn remove(path: &Path) -> Result<(), VaultError> {
    if path.exists() { Ok(fs::remove_file(path).at("remove", path)?) } else { Ok(()) }
}
