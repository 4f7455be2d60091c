//! Putting a package together, with the same bytes for the same input, and reading its manifest.

use std::io::{Cursor, Write as _};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::{PackageKey, SignedData, cdxj_line, compress_index};
use crate::{
    Digest,
    warc::{ReadRecord, WarcLimits, WarcProblem, read_warc},
};

/// Name of the WARC file in `archive/`.
pub(crate) const WARC_NAME: &str = "data.warc.gz";

/// A file of a package.
#[derive(Debug, Clone)]
pub struct PackageFile {
    /// Path in the package.
    pub path: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// A file as `datapackage.json` lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Last part of the path.
    #[serde(default)]
    pub name: String,
    /// Path in the package.
    pub path: String,
    /// `sha256:<hex>`.
    pub hash: String,
    /// Length.
    pub bytes: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) profile: String,
    pub(crate) resources: Vec<Resource>,
    pub(crate) wacz_version: String,
    #[serde(default)]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) created: String,
    #[serde(default)]
    pub(crate) software: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ManifestDigest {
    pub(crate) path: String,
    pub(crate) hash: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signed_data: Option<SignedData>,
}

/// Why a package cannot be made.
#[derive(Debug, Error)]
pub enum PackageError {
    /// Its WARC file is not sound.
    #[error(transparent)]
    Warc(#[from] WarcProblem),
    /// JSON.
    #[error("cannot write the manifest: {0}")]
    Json(#[from] serde_json::Error),
    /// The container.
    #[error("cannot write the ZIP container: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// The signature.
    #[error("cannot sign the package: {0}")]
    Sign(#[from] p384::ecdsa::Error),
    /// Writing to memory.
    #[error("cannot write the ZIP container: {0}")]
    Write(#[from] std::io::Error),
}

/// What goes into a package.
#[derive(Debug)]
pub struct PackageInput<'a> {
    /// The exhibit's identifier: the title.
    pub title: &'a str,
    /// Time of creation, RFC 3339 in UTC.
    pub created: &'a str,
    /// Name and version of the program.
    pub software: &'a str,
    /// The WARC file.
    pub warc: Vec<u8>,
    /// Further files below `evidence/`, one folder deep: py-wacz's validator knows no other place.
    pub evidence: Vec<PackageFile>,
}

/// Makes a signed package. Gives its bytes and the bytes of `datapackage.json`, which time stamps and log entries are about.
///
/// # Errors
/// The WARC file is not sound; the other kinds do not happen in memory.
pub fn build_package(input: PackageInput<'_>, key: &PackageKey) -> Result<(Vec<u8>, Vec<u8>), PackageError> {
    let records = read_warc(&input.warc, &WarcLimits::default())?;
    let (cdx, idx) = compress_index(records.iter().filter_map(|record| cdxj_line(record, WARC_NAME)).collect());
    let file = |path: &str, bytes: Vec<u8>| PackageFile { path: path.to_owned(), bytes };
    let mut files = vec![
        file("pages/pages.jsonl", pages(&records)?),
        file(&format!("archive/{WARC_NAME}"), input.warc),
        file("indexes/index.cdx.gz", cdx),
        file("indexes/index.idx", idx),
    ];
    files.extend(input.evidence);
    let manifest = Manifest {
        profile: "data-package".into(),
        resources: files.iter().map(resource).collect(),
        wacz_version: "1.1.1".into(),
        title: input.title.to_owned(),
        created: input.created.to_owned(),
        software: input.software.to_owned(),
    };
    let manifest = serde_json::to_vec_pretty(&manifest)?;
    let digest = Digest::of(&manifest);
    let signed = key.sign(&digest, input.created, input.software)?;
    let signature = ManifestDigest { path: "datapackage.json".into(), hash: digest.to_string(), signed_data: Some(signed) };
    files.push(file("datapackage.json", manifest.clone()));
    files.push(file("datapackage-digest.json", serde_json::to_vec_pretty(&signature)?));
    Ok((write_zip(&files)?, manifest))
}

fn resource(file: &PackageFile) -> Resource {
    let name = file.path.rsplit('/').next().unwrap_or_default().to_owned();
    Resource { name, path: file.path.clone(), hash: Digest::of(&file.bytes).to_string(), bytes: file.bytes.len() as u64 }
}

/// The pages to show first: HTML that was fetched, or else whatever was captured.
fn pages(records: &[ReadRecord]) -> Result<Vec<u8>, serde_json::Error> {
    let shown = |record: &&ReadRecord| matches!(record.kind.as_str(), "response" | "resource");
    let html = |record: &&ReadRecord| record.mime.as_deref().is_some_and(|mime| mime.starts_with("text/html"));
    let page = records.iter().filter(shown).find(html).or_else(|| records.iter().find(shown));
    let mut lines = "{\"format\": \"json-pages-1.0\", \"id\": \"pages\", \"title\": \"All Pages\"}\n".to_owned();
    if let Some(record) = page {
        let id = record.id.trim_matches(['<', '>']);
        let line = serde_json::json!({ "id": id, "url": record.target, "title": record.target, "ts": record.date });
        lines += &(serde_json::to_string(&line)? + "\n");
    }
    Ok(lines.into_bytes())
}

/// A ZIP file with all members stored, at a fixed time.
///
/// # Errors
/// None in memory for packages below 4 GiB.
pub fn write_zip(files: &[PackageFile]) -> Result<Vec<u8>, PackageError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).last_modified_time(DateTime::default()).unix_permissions(0o644);
    for file in files {
        zip.start_file(file.path.as_str(), options)?;
        zip.write_all(&file.bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// The manifest's list of files.
///
/// # Errors
/// It is not the manifest of a WACZ package that this reader knows.
pub fn read_manifest(bytes: &[u8]) -> Result<Vec<Resource>, String> {
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(|error| format!("not a manifest: {error}"))?;
    if manifest.profile != "data-package" {
        return Err("its profile is not data-package".into());
    }
    if !manifest.wacz_version.starts_with("1.") {
        return Err("its wacz_version is not 1.x".into());
    }
    Ok(manifest.resources)
}
