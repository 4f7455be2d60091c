//! What goes with every export: who gave what to whom, why, and the digest of each file.

use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::ExportFile;

/// Who hands over what, to whom, why, and until when.
#[derive(Debug, Clone, Serialize)]
pub struct Handover {
    /// The person who exports.
    pub exported_by: String,
    /// RFC 3339.
    pub at: String,
    /// Operating profile.
    pub profile: &'static str,
    /// What for.
    pub purpose: String,
    /// The law that allows it.
    pub legal_basis: String,
    /// Who receives it.
    pub recipient: String,
    /// Day after which the recipient deletes it.
    pub expires: String,
    /// Traffic light protocol: `amber`, `red` …
    pub tlp: String,
    /// Program and version.
    pub program: String,
}

pub(super) fn write(files: &[ExportFile], handover: &Handover, networks: usize) -> String {
    let digest = |file: &ExportFile| Sha256::digest(file.content.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let files: Vec<_> = files.iter().map(|file| json!({ "name": file.name, "bytes": file.content.len(), "sha256": digest(file) })).collect();
    let manifest = json!({ "handover": handover, "networks": networks, "meaning": crate::networks::MEANING, "files": files });
    // Plain data always serialises.
    serde_json::to_string_pretty(&manifest).unwrap_or_default() + "\n"
}
