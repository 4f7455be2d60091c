//! The log on disk: static C2SP tiles, one writer, and nothing acknowledged before it is durable.
//!
//! The checkpoint is the only commit point. Tiles and bundles of a batch are written and synced first, under names that the
//! checkpoint in force does not cover, so a crash leaves the old tree whole; then the checkpoint is replaced. Before that it is
//! compared with the one this writer made (compare-and-swap), so that two writers or a restored copy cannot fork the log.

mod committer;
mod fsck;
mod reader;

use std::{
    fs::{self, File, TryLockError},
    ops::Range,
    path::{Path, PathBuf},
};

use thiserror::Error;

pub use committer::{Appended, Committer};
pub use fsck::{LogCheck, check_log};
pub use reader::TileReader;

use crate::{
    Digest,
    durable::{At as _, FileError, make_folder, read_limited, replace, sync_folders, write_all_synced},
    tlog::{
        Checkpoint, LogKey, Note, NoteError, Signer, TlogProof,
        merkle::{self, leaf_hash, node_hash},
        tile::{self, WIDTH, bundle_path, tile_path},
    },
};

/// Longest entry of this log, in bytes. The format allows 65,535; a statement of hashes needs a few hundred.
pub const MAX_STATEMENT: usize = 16 * 1024;
/// Syncs that run side by side.
const MAX_SYNCS: usize = 16;
/// Longest bundle that can exist.
pub(crate) const MAX_BUNDLE: u64 = WIDTH * (tile::MAX_ENTRY as u64 + 2);

/// Why the log cannot be opened, read or written.
#[derive(Debug, Error)]
pub enum LogError {
    /// The file system.
    #[error(transparent)]
    File(#[from] FileError),
    /// The checkpoint or its key.
    #[error("the log's checkpoint: {0}")]
    Note(#[from] NoteError),
    /// The tree is not the one that was signed.
    #[error("the log is damaged at {place}: {what}; restore it from a copy and run `vigie evidence fsck`")]
    Damaged {
        /// File below the log's folder.
        place: String,
        /// What is wrong with it.
        what: String,
    },
    /// The checkpoint on disk is not this writer's last one.
    #[error("the log was changed by another writer or restored from a copy; nothing was written: open it again")]
    Changed,
    /// Another process writes.
    #[error("another process is writing to the log in {}", .0.display())]
    Busy(PathBuf),
    /// An entry beyond [`MAX_STATEMENT`].
    #[error("a log entry of {0} bytes is too long: at most {MAX_STATEMENT}")]
    TooLong(usize),
    /// The committer's thread is gone.
    #[error("the log's writer has stopped")]
    Stopped,
    /// A proof of an entry that is not there.
    #[error("the log has {size} entries and no entry {index}")]
    NoEntry {
        /// What was asked for.
        index: u64,
        /// What there is.
        size: u64,
    },
}

pub(crate) fn damaged(place: &str, what: impl Into<String>) -> LogError {
    LogError::Damaged { place: place.to_owned(), what: what.into() }
}

/// The right edge of the tree: what a writer needs in memory.
#[derive(Debug, Clone, Default)]
struct Edge {
    size: u64,
    /// The last bundle while it is not full.
    bundle: Vec<u8>,
    /// The last tile of each level while it is not full.
    tiles: Vec<Vec<Digest>>,
}

/// The open log. One process at a time has it.
#[derive(Debug)]
pub struct Log {
    folder: PathBuf,
    signer: Signer,
    edge: Edge,
    checkpoint: String,
    /// Held for as long as the log is open.
    _lock: File,
}

impl Log {
    /// Opens the log in `folder`, or starts one with an empty tree.
    ///
    /// # Errors
    /// Another writer, a foreign or broken checkpoint, or tiles that do not make its root.
    pub fn open(folder: &Path, signer: Signer) -> Result<Self, LogError> {
        make_folder(folder)?;
        let lock = lock(folder)?;
        let path = folder.join("checkpoint");
        if !path.exists() {
            if folder.join("tile").exists() {
                return Err(damaged("checkpoint", "missing, while there are tiles"));
            }
            let checkpoint = signer.checkpoint(0, &merkle::empty_root());
            replace(&path, checkpoint.as_bytes())?;
            return Ok(Self { folder: folder.to_owned(), signer, edge: Edge::default(), checkpoint, _lock: lock });
        }
        let (checkpoint, head) = read_checkpoint(folder, &signer.public())?;
        let edge = Edge::load(folder, &head)?;
        let log = Self { folder: folder.to_owned(), signer, edge, checkpoint, _lock: lock };
        log.drop_leftovers()?;
        Ok(log)
    }

    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.edge.size
    }

    /// The signed checkpoint in force.
    pub fn checkpoint(&self) -> &str {
        &self.checkpoint
    }

    /// The log's public key.
    pub fn key(&self) -> LogKey {
        self.signer.public()
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Appends entries and gives their places. When this returns, they, the tree and its checkpoint are durable.
    /// After an error nothing was acknowledged; the entries may or may not be in the log once it is opened again.
    ///
    /// # Errors
    /// An entry that is too long (nothing is written then), the file system, or another writer.
    pub fn append<E: AsRef<[u8]>>(&mut self, entries: &[E]) -> Result<Range<u64>, LogError> {
        if let Some(long) = entries.iter().map(|entry| entry.as_ref().len()).find(|length| *length > MAX_STATEMENT) {
            return Err(LogError::TooLong(long));
        }
        let first = self.edge.size;
        if entries.is_empty() {
            return Ok(first..first);
        }
        if read_limited(&self.folder.join("checkpoint"), 64 * 1024)? != self.checkpoint.as_bytes() {
            return Err(LogError::Changed);
        }
        let (edge, files) = self.edge.grown(entries);
        self.write_tiles(&files)?;
        let checkpoint = self.signer.checkpoint(edge.size, &edge.root());
        replace(&self.folder.join("checkpoint"), checkpoint.as_bytes())?;
        let old = std::mem::replace(&mut self.edge, edge);
        self.checkpoint = checkpoint;
        self.drop_superseded(&old);
        Ok(first..self.edge.size)
    }

    /// The proof that an entry is in the tree of the checkpoint in force.
    ///
    /// # Errors
    /// No such entry, or tiles that cannot be read.
    pub fn proof(&self, index: u64) -> Result<TlogProof, LogError> {
        if index >= self.edge.size {
            return Err(LogError::NoEntry { index, size: self.edge.size });
        }
        let path = merkle::inclusion(&mut TileReader::new(&self.folder, self.edge.size), index, self.edge.size)?;
        Ok(TlogProof { index, path, checkpoint: self.checkpoint.clone() })
    }

    fn write_tiles(&self, files: &[(String, Vec<u8>)]) -> Result<(), LogError> {
        let mut folders = Vec::new();
        let files: Vec<(PathBuf, &[u8])> = files.iter().map(|(name, bytes)| (self.folder.join(name), bytes.as_slice())).collect();
        for (path, _) in &files {
            let folder = path.parent().unwrap_or(&self.folder).to_owned();
            make_folder(&folder)?;
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        for some in files.chunks(MAX_SYNCS) {
            write_all_synced(some)?;
        }
        for some in folders.chunks(MAX_SYNCS) {
            sync_folders(some)?;
        }
        Ok(())
    }

    /// Removes partial files that the new checkpoint does not name. Readers of an older checkpoint read the newer ones.
    /// A failure leaves a file that nobody refers to, so it is no error.
    fn drop_superseded(&self, old: &Edge) {
        for name in old.partial_files() {
            if !self.edge.partial_files().contains(&name) {
                let path = self.folder.join(name);
                drop(fs::remove_file(&path));
                drop(path.parent().map(fs::remove_dir));
            }
        }
    }

    /// Removes partial files of batches that were never acknowledged.
    fn drop_leftovers(&self) -> Result<(), LogError> {
        let kept = self.edge.partial_files();
        for folder in self.edge.partial_folders() {
            let path = self.folder.join(&folder);
            let Ok(files) = fs::read_dir(&path) else { continue };
            for file in files {
                let file = file.at("list", &path)?;
                let name = format!("{folder}/{}", file.file_name().to_string_lossy());
                if !kept.contains(&name) {
                    fs::remove_file(file.path()).at("remove", &file.path())?;
                }
            }
        }
        Ok(())
    }
}

fn lock(folder: &Path) -> Result<File, LogError> {
    let path = folder.join("lock");
    let file = File::options().write(true).create(true).truncate(false).open(&path).at("open", &path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LogError::Busy(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(Err::<(), _>(error).at("lock", &path).err().map_or(LogError::Stopped, LogError::from)),
    }
}

/// The checkpoint file and what it says, once its signature is right.
///
/// # Errors
/// The file is missing, or not signed by this key.
pub fn read_checkpoint(folder: &Path, key: &LogKey) -> Result<(String, Checkpoint), LogError> {
    let bytes = read_limited(&folder.join("checkpoint"), 64 * 1024)?;
    let text = String::from_utf8(bytes).map_err(|_| damaged("checkpoint", "not UTF-8"))?;
    let head = Note::parse(&text)?.checkpoint(key)?;
    Ok((text, head))
}

impl Edge {
    fn load(folder: &Path, head: &Checkpoint) -> Result<Self, LogError> {
        let mut reader = TileReader::new(folder, head.size);
        let mut edge = Self { size: head.size, ..Self::default() };
        let mut hashes = head.size;
        for level in 0..u8::MAX {
            if hashes == 0 {
                break;
            }
            let partial = if hashes.is_multiple_of(WIDTH) { Vec::new() } else { reader.tile(level, hashes / WIDTH)?.to_vec() };
            edge.tiles.push(partial);
            hashes /= WIDTH;
        }
        if !head.size.is_multiple_of(WIDTH) {
            edge.bundle = reader.bundle(head.size / WIDTH)?;
        }
        let leaves: Vec<Digest> =
            tile::entries(&edge.bundle).map_err(|error| damaged("the last entry bundle", error.to_string()))?.into_iter().map(leaf_hash).collect();
        if edge.tiles.first().is_some_and(|tile| *tile != leaves) {
            return Err(damaged("the last entry bundle", "its entries are not those of the tree"));
        }
        if merkle::range_root(&mut reader, 0, head.size)? != head.root {
            return Err(damaged("tile", "the tree does not make the checkpoint's root"));
        }
        Ok(edge)
    }

    /// The edge after more entries, and the files that must be written before it counts.
    fn grown<E: AsRef<[u8]>>(&self, entries: &[E]) -> (Self, Vec<(String, Vec<u8>)>) {
        let mut edge = self.clone();
        let mut files = Vec::new();
        for entry in entries {
            tile::push_entry(&mut edge.bundle, entry.as_ref());
            edge.size += 1;
            if edge.size.is_multiple_of(WIDTH) {
                files.push((bundle_path(edge.size / WIDTH - 1, 0), std::mem::take(&mut edge.bundle)));
            }
            edge.push_hash(leaf_hash(entry.as_ref()), &mut files);
        }
        for (level, tile) in (0..).zip(&edge.tiles) {
            let changed = self.tiles.get(usize::from(level)).is_none_or(|old| old != tile);
            if changed && !tile.is_empty() {
                files.push((edge.partial_tile(level, tile), concatenated(tile)));
            }
        }
        if !edge.bundle.is_empty() {
            files.push((bundle_path(edge.size / WIDTH, edge.size % WIDTH), edge.bundle.clone()));
        }
        (edge, files)
    }

    /// Adds a leaf's hash, and that of each tile that becomes full to the level above it.
    fn push_hash(&mut self, leaf: Digest, files: &mut Vec<(String, Vec<u8>)>) {
        let mut hash = leaf;
        let mut hashes = self.size;
        for level in 0..u8::MAX {
            let at = usize::from(level);
            if self.tiles.len() <= at {
                self.tiles.push(Vec::with_capacity(256));
            }
            let Some(tile) = self.tiles.get_mut(at) else { return };
            tile.push(hash);
            if !hashes.is_multiple_of(WIDTH) {
                return;
            }
            files.push((tile_path(level, hashes / WIDTH - 1, 0), concatenated(tile)));
            hash = perfect_root(tile);
            tile.clear();
            hashes /= WIDTH;
        }
    }

    fn partial_tile(&self, level: u8, tile: &[Digest]) -> String {
        tile_path(level, (self.size >> (8 * u32::from(level))) / WIDTH, tile.len() as u64)
    }

    fn partial_files(&self) -> Vec<String> {
        let tiles = (0..).zip(&self.tiles).filter(|(_, tile)| !tile.is_empty());
        let mut names: Vec<String> = tiles.map(|(level, tile)| self.partial_tile(level, tile)).collect();
        if !self.bundle.is_empty() {
            names.push(bundle_path(self.size / WIDTH, self.size % WIDTH));
        }
        names
    }

    /// Folders in which a batch that was cut short may have left partial files.
    fn partial_folders(&self) -> Vec<String> {
        let levels = u8::try_from(self.tiles.len()).unwrap_or(u8::MAX);
        let tiles = (0..=levels).map(|level| tile_path(level, (self.size >> (8 * u32::from(level))) / WIDTH, 0) + ".p");
        tiles.chain([bundle_path(self.size / WIDTH, 0) + ".p"]).collect()
    }

    /// RFC 6962 root: the partial tiles of all levels, folded from the right.
    fn root(&self) -> Digest {
        let mut right: Option<Digest> = None;
        for tile in &self.tiles {
            let mut hashes = tile.clone();
            while !hashes.is_empty() {
                if hashes.len() % 2 == 1 {
                    let last = hashes.pop();
                    right = match (last, right) {
                        (Some(left), Some(right)) => Some(node_hash(&left, &right)),
                        (last, right) => last.or(right),
                    };
                }
                hashes = pairs(&hashes);
            }
        }
        right.unwrap_or_else(merkle::empty_root)
    }
}

fn pairs(hashes: &[Digest]) -> Vec<Digest> {
    hashes.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect()
}

/// Root of a full tile.
pub(crate) fn perfect_root(tile: &[Digest]) -> Digest {
    let mut hashes = tile.to_vec();
    while hashes.len() > 1 {
        hashes = pairs(&hashes);
    }
    hashes.first().copied().unwrap_or_else(merkle::empty_root)
}

pub(crate) fn concatenated(tile: &[Digest]) -> Vec<u8> {
    tile.iter().flat_map(|hash| hash.0).collect()
}

#[cfg(test)]
mod tests;
