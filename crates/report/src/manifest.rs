//! The manifest that travels with everything that is handed out: what it is, for whom, why, until when, and the hash of each file.

use serde::Serialize;
use sha2::{Digest, Sha256};
use vigie_model::{Profile, Timestamp};

/// What was handed out, to whom, and under which law.
#[derive(Debug, Clone, Serialize)]
pub struct Manifest {
    /// Program that made it.
    pub software: String,
    /// Operating profile of the store.
    pub profile: Profile,
    /// What it is: `notice`, `dossier`, `statements`, `finds`, `networks`, `table`.
    pub kind: String,
    /// Who handed it out.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
    /// For what it may be used.
    pub purpose: String,
    /// Under which law it is handed out.
    pub legal_basis: String,
    /// To whom.
    pub recipient: String,
    /// Day on which the recipient erases it, YYYY-MM-DD; none where the recipient's own law says.
    pub expires: Option<String>,
    /// How it may be passed on (Traffic Light Protocol 2.0).
    pub tlp: String,
    /// The files.
    pub files: Vec<ManifestFile>,
}

/// A file of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ManifestFile {
    /// Path in the folder.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    /// A manifest without files.
    #[must_use]
    pub fn new(profile: Profile, kind: &str, by: &str, at: Timestamp) -> Self {
        Self {
            software: format!("vigie {}", env!("CARGO_PKG_VERSION")),
            profile,
            kind: kind.to_owned(),
            by: by.to_owned(),
            at: at.to_string(),
            purpose: String::new(),
            legal_basis: String::new(),
            recipient: String::new(),
            expires: None,
            tlp: "TLP:AMBER".to_owned(),
            files: Vec::new(),
        }
    }

    /// The colour of the Traffic Light Protocol as one word: `amber`.
    #[must_use]
    pub fn colour(&self) -> String {
        self.tlp.trim_start_matches("TLP:").to_lowercase()
    }

    /// Adds a file.
    pub fn add(&mut self, name: &str, bytes: &[u8]) {
        self.files.push(ManifestFile { name: name.to_owned(), size: bytes.len() as u64, sha256: sha256(bytes) });
    }

    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// As lines that `sha256sum --check` reads.
    #[must_use]
    pub fn checksums(&self) -> String {
        self.files.iter().map(|file| format!("{}  {}\n", file.sha256, file.name)).collect()
    }
}

/// SHA-256 in hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}
