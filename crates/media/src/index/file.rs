//! An index on disk: its entries with a checksum. Tables are made anew when it is read (a million hashes: a fraction of a second).
//!
//! `vigie-pdq 1\n`, the number of entries (8 bytes, little-endian), 36 bytes an entry (hash, id little-endian), SHA-256 of all before.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::HashIndex;
use crate::pdq::PdqHash;

const MAGIC: &[u8; 12] = b"vigie-pdq 1\n";

/// Bytes of an entry in the file.
const ENTRY: usize = 36;

/// Why an index was not written or read.
#[derive(Debug, Error)]
pub enum IndexFileError {
    /// The disk.
    #[error("the index of hashes {path} cannot be used: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Something else than what was written.
    #[error("the index of hashes {path} is damaged ({what}): remove it, and it is made anew from the lists")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// In which way.
        what: &'static str,
    },
}

impl HashIndex {
    /// Writes all entries; a file of that name is replaced in one step, or left as it is.
    ///
    /// # Errors
    /// [`IndexFileError::Io`].
    pub fn save(&self, path: &Path) -> Result<(), IndexFileError> {
        let failed = |source| IndexFileError::Io { path: path.to_owned(), source };
        let beside = path.with_extension("new");
        self.write(File::create(&beside).map_err(failed)?).and_then(|()| std::fs::rename(&beside, path)).map_err(failed)
    }

    fn write(&self, file: File) -> io::Result<()> {
        let mut out = Summing { inner: BufWriter::new(file), sum: Sha256::new() };
        out.write_all(MAGIC)?;
        out.write_all(&(self.len() as u64).to_le_bytes())?;
        for (hash, id) in self.iter() {
            out.write_all(hash.bytes())?;
            out.write_all(&id.to_le_bytes())?;
        }
        let sum = out.sum.finalize();
        out.inner.write_all(&sum)?;
        out.inner.into_inner()?.sync_all()
    }

    /// Reads an index and makes its tables.
    ///
    /// # Errors
    /// [`IndexFileError`], also for a file whose checksum does not fit.
    pub fn load(path: &Path) -> Result<Self, IndexFileError> {
        let failed = |source| IndexFileError::Io { path: path.to_owned(), source };
        let damaged = |what| IndexFileError::Damaged { path: path.to_owned(), what };
        let file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let mut input = BufReader::new(file);
        let mut sum = Sha256::new();
        let mut head = [0; MAGIC.len() + 8];
        input.read_exact(&mut head).map_err(|_| damaged("too short"))?;
        sum.update(head);
        let Some((magic, count)) = head.split_last_chunk::<8>() else { return Err(damaged("too short")) };
        if magic != MAGIC {
            return Err(damaged("not an index of this version"));
        }
        // The length is checked first: a false number must not reserve memory.
        let count = u64::from_le_bytes(*count);
        if count.checked_mul(ENTRY as u64).and_then(|bytes| bytes.checked_add(head.len() as u64 + 32)) != Some(length) {
            return Err(damaged("its length does not fit the number of its entries"));
        }
        let mut entries = Vec::new();
        let mut entry = [0; ENTRY];
        for _ in 0..count {
            input.read_exact(&mut entry).map_err(failed)?;
            sum.update(entry);
            if let Some((hash, id)) = entry.split_first_chunk::<32>() {
                entries.push((PdqHash::new(*hash), id.first_chunk().map_or(0, |id| u32::from_le_bytes(*id))));
            }
        }
        let mut written = [0; 32];
        input.read_exact(&mut written).map_err(failed)?;
        if sum.finalize()[..] != written {
            return Err(damaged("its checksum does not fit"));
        }
        Ok(Self::build(entries))
    }
}

/// Writes and sums.
struct Summing {
    inner: BufWriter<File>,
    sum: Sha256,
}

impl Summing {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.update(bytes);
        self.inner.write_all(bytes)
    }
}
