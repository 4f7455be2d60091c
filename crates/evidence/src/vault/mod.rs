//! The evidence folder: keys, log, sealed exhibits. Everything in `exhibits/` is whole, durable and in the log.
//!
//! ```text
//! evidence/keys/         secret keys, readable by the owner only
//! evidence/log/          the log's static files; may be published as they are
//! evidence/staging/ID/   an exhibit on its way; nobody was told that it is sealed
//! evidence/exhibits/ID/  ID.wacz, ID.leaf, ID.opening.json, ID.tlog-proof, log.vkey …
//! evidence/measures/ID/  measured.json, ID.leaf, ID.opening.json
//! ```

mod custody;
mod fsck;
mod keys;
mod measure;
mod seal;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use thiserror::Error;

pub use custody::list;
pub use fsck::{VaultCheck, check_vault};
pub use seal::{NoStamps, Sealed, Stamper};

use crate::{
    durable::{FileError, make_folder},
    log::{Committer, Log, LogError},
    statement::OpeningError,
    tlog::{LogKey, NoteError},
    wacz::{PackageError, PackageKey},
};

/// Why evidence cannot be sealed, changed or checked.
#[derive(Debug, Error)]
pub enum VaultError {
    /// The file system.
    #[error(transparent)]
    File(#[from] FileError),
    /// The log.
    #[error(transparent)]
    Log(#[from] Arc<LogError>),
    /// The package.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// A key file.
    #[error("{} is not a key file of this program; restore it from a copy: a new key would begin another log", .0.display())]
    Key(PathBuf),
    /// A name of the log.
    #[error(transparent)]
    Name(#[from] NoteError),
    /// No secure random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
    /// JSON.
    #[error("cannot write JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// An exhibit's log entry.
    #[error("exhibit {exhibit}: {source}")]
    Statement {
        /// Which.
        exhibit: String,
        /// What is wrong.
        source: OpeningError,
    },
    /// Not there.
    #[error("no exhibit {0}: `vigie evidence list` names those that are kept")]
    NoExhibit(String),
    /// It may not be erased.
    #[error("exhibit {0} is under legal hold: release it first")]
    Held(String),
    /// Its content was erased.
    #[error("the content of exhibit {0} was erased; its log entry stays")]
    Purged(String),
    /// No vault here.
    #[error("no evidence in {}: `vigie evidence seal` makes it", .0.display())]
    NoVault(PathBuf),
}

impl From<LogError> for VaultError {
    fn from(error: LogError) -> Self {
        Self::Log(Arc::new(error))
    }
}

/// The vault, open for writing. Threads may share it.
#[derive(Debug)]
pub struct Vault {
    root: PathBuf,
    log: Committer,
    log_key: LogKey,
    package_key: PackageKey,
}

impl Vault {
    /// Opens the vault in `root`, or makes one with new keys. Exhibits whose sealing was cut short are finished.
    ///
    /// # Errors
    /// Another writer, a damaged log, or the file system.
    pub fn open(root: &Path) -> Result<Self, VaultError> {
        make_folder(root)?;
        for folder in ["keys", "staging", "exhibits", "measures"] {
            make_folder(&root.join(folder))?;
        }
        let (signer, package_key) = keys::open(&root.join("keys"))?;
        let log_key = signer.public();
        let log = Log::open(&root.join("log"), signer)?;
        let vault = Self { root: root.to_owned(), log: Committer::new(log), log_key, package_key };
        vault.resume()?;
        Ok(vault)
    }

    /// The log's public key.
    pub fn log_key(&self) -> &LogKey {
        &self.log_key
    }

    /// Whether an exhibit of this name is sealed.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        is_exhibit(id) && self.exhibit_folder(id).is_dir()
    }

    fn exhibit_folder(&self, id: &str) -> PathBuf {
        self.root.join("exhibits").join(id)
    }
}

/// Some secure random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(VaultError::Random)?;
    Ok(bytes)
}

/// A new exhibit's identifier: the day, for people, and 80 random bits.
///
/// # Errors
/// No random numbers.
pub fn new_exhibit(day: &str) -> Result<String, VaultError> {
    Ok(format!("{day}-{}", data_encoding::HEXLOWER.encode(&random::<10>()?)))
}

/// Folder names in `folder`, sorted; those that are no exhibit's identifier are left out.
pub(crate) fn exhibits_in(folder: &Path) -> Result<Vec<String>, FileError> {
    use crate::durable::At as _;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).at("list", folder)? {
        let entry = entry.at("list", folder)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && is_exhibit(&name) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Whether this can be an exhibit's identifier; nothing else becomes part of a path.
pub(crate) fn is_exhibit(name: &str) -> bool {
    !name.is_empty() && name.len() <= 80 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests;
