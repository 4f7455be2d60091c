//! Gathering a bundle from files: a `.wacz` with what lies beside it under the same name, or a folder that holds one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use thiserror::Error;

use super::Bundle;
use crate::durable::{At as _, FileError, read_limited};

/// Bounds on files.
#[derive(Debug, Clone, Copy)]
pub struct LoadLimits {
    /// Largest package, in bytes.
    pub package: u64,
}

/// Largest file beside a package, in bytes.
const MAX_SIDECAR: u64 = 1 << 20;

/// Why there is nothing to verify.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The file system.
    #[error(transparent)]
    File(#[from] FileError),
    /// A folder without a package, or with several.
    #[error("{} holds {count} .wacz files: name the one to verify", path.display())]
    NotOne {
        /// The folder.
        path: PathBuf,
        /// How many.
        count: usize,
    },
    /// A text file with other bytes.
    #[error("{} is not text", .0.display())]
    NotText(PathBuf),
}

/// Reads a bundle.
///
/// # Errors
/// The package or a file beside it cannot be read.
pub fn load(path: &Path, limits: LoadLimits) -> Result<Bundle, LoadError> {
    let wacz = if path.is_dir() { only_package(path)? } else { path.to_owned() };
    let beside = |extension: &str| wacz.with_extension(extension);
    let folder = wacz.parent().unwrap_or(Path::new("."));
    Ok(Bundle {
        leaf: optional(&beside("leaf"))?,
        opening: optional(&beside("opening.json"))?,
        proof: optional_text(&beside("tlog-proof"))?,
        stamps: stamps(&wacz)?,
        log_key: optional_text(&folder.join("log.vkey"))?,
        roots: optional_text(&folder.join("tsa-ca.pem"))?,
        wacz: read_limited(&wacz, limits.package)?,
    })
}

fn only_package(folder: &Path) -> Result<PathBuf, LoadError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).at("list", folder)? {
        let path = entry.at("list", folder)?.path();
        if path.extension().is_some_and(|extension| extension == "wacz") {
            found.push(path);
        }
    }
    match found.as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(LoadError::NotOne { path: folder.to_owned(), count: found.len() }),
    }
}

fn optional(path: &Path) -> Result<Option<Vec<u8>>, LoadError> {
    if path.exists() { Ok(Some(read_limited(path, MAX_SIDECAR)?)) } else { Ok(None) }
}

fn optional_text(path: &Path) -> Result<Option<String>, LoadError> {
    optional(path)?.map(|bytes| String::from_utf8(bytes).map_err(|_| LoadError::NotText(path.to_owned()))).transpose()
}

/// `NAME.wacz.tsr`, `NAME.wacz.2.tsr` and so on.
fn stamps(wacz: &Path) -> Result<std::collections::BTreeMap<String, Vec<u8>>, LoadError> {
    let name = wacz.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut found = std::collections::BTreeMap::new();
    for number in 1..=8 {
        let file = if number == 1 { format!("{name}.tsr") } else { format!("{name}.{number}.tsr") };
        if let Some(bytes) = optional(&wacz.with_file_name(&file))? {
            found.insert(file, bytes);
        }
    }
    Ok(found)
}
