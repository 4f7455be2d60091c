//! Writes that are on the disk when they return: data, then the folder that names it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use thiserror::Error;

/// A file or folder that could not be read or written.
#[derive(Debug, Error)]
#[error("cannot {action} {}: {source}", path.display())]
pub struct FileError {
    /// What was tried.
    pub action: &'static str,
    /// On what.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// Attaches the action and the path to a system error.
pub(crate) trait At<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, FileError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T, FileError> {
        self.map_err(|source| FileError { action, path: path.to_owned(), source })
    }
}

/// Writes a file and syncs its data. Its name is durable only after [`sync_folder`].
pub(crate) fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path).at("create", path)?;
    file.write_all(bytes).at("write", path)?;
    file.sync_all().at("sync", path)
}

/// Writes files and syncs their data. The syncs run side by side, so that a journalling file system makes one commit of them.
pub(crate) fn write_all_synced(files: &[(PathBuf, &[u8])]) -> Result<(), FileError> {
    if let [(path, bytes)] = files {
        return write_synced(path, bytes);
    }
    let mut open = Vec::with_capacity(files.len());
    for (path, bytes) in files {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path).at("create", path)?;
        file.write_all(bytes).at("write", path)?;
        open.push((file, path));
    }
    side_by_side(&open, |(file, path)| file.sync_all().at("sync", path))
}

/// Syncs the names of several folders side by side.
pub(crate) fn sync_folders(folders: &[PathBuf]) -> Result<(), FileError> {
    side_by_side(folders, |folder| sync_folder(folder))
}

/// Does something with each item in a thread of its own; gives the first error. Callers have a handful of items.
fn side_by_side<T: Sync>(items: &[T], act: impl Fn(&T) -> Result<(), FileError> + Sync) -> Result<(), FileError> {
    let Some((last, others)) = items.split_last() else { return Ok(()) };
    std::thread::scope(|scope| {
        let threads: Vec<_> = others.iter().map(|item| scope.spawn(|| act(item))).collect();
        let own = act(last);
        let results: Vec<_> = threads.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        let panicked = || FileError { action: "sync", path: PathBuf::new(), source: io::Error::other("a thread ended") };
        results.into_iter().try_for_each(|result| result.unwrap_or_else(|_| Err(panicked()))).and(own)
    })
}

/// Syncs a folder's names.
pub(crate) fn sync_folder(path: &Path) -> Result<(), FileError> {
    File::open(path).at("open", path)?.sync_all().at("sync", path)
}

/// Makes a folder and its missing parents; each new name is durable.
pub(crate) fn make_folder(path: &Path) -> Result<(), FileError> {
    if path.is_dir() {
        return Ok(());
    }
    let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) else {
        return fs::create_dir(path).at("make folder", path);
    };
    make_folder(parent)?;
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        other => other.at("make folder", path)?,
    }
    sync_folder(parent)
}

/// Replaces a file as a whole: after a crash either the old or the new content is there.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let temporary = path.with_extension("tmp");
    write_synced(&temporary, bytes)?;
    fs::rename(&temporary, path).at("rename", &temporary)?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// Reads a file of at most `limit` bytes.
///
/// # Errors
/// The system's, or that the file is longer.
pub fn read_limited(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let file = File::open(path).at("open", path)?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).at("read", path)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("longer than {limit} bytes"))).at("read", path);
    }
    Ok(bytes)
}
