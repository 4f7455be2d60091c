//! `.tlog-proof` files: c2sp.org/tlog-proof@v1. One text that proves an entry's place in a signed tree, without a network.

use thiserror::Error;

use super::{Checkpoint, LogKey, Note, NoteError, merkle, note::decimal};
use crate::Digest;

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// Longest proof that is read, in bytes.
const MAX_PROOF: usize = 128 * 1024;
/// A tree of 2⁶⁴ entries has paths no longer than this.
const MAX_PATH: usize = 64;

/// What is wrong with a proof.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProofError {
    /// Not such a file.
    #[error("not a tlog-proof: {0}")]
    Malformed(&'static str),
    /// The checkpoint in it is bad.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The path does not lead from this entry to the signed root.
    #[error("entry {index} is not in the tree of {size} entries that the checkpoint signs")]
    NotIncluded {
        /// The place claimed.
        index: u64,
        /// Size of the tree.
        size: u64,
    },
}

/// An inclusion proof with the checkpoint that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Place of the entry, from 0.
    pub index: u64,
    /// Audit path from the leaf's sibling upwards.
    pub path: Vec<Digest>,
    /// The signed checkpoint, word for word.
    pub checkpoint: String,
}

impl TlogProof {
    /// Reads a proof of at most 128 KiB. Extra data, which is not authenticated, is refused.
    ///
    /// # Errors
    /// Says where the form is broken.
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        if text.len() > MAX_PROOF {
            return Err(ProofError::Malformed("longer than 128 KiB"));
        }
        let Some((head, checkpoint)) = text.split_once("\n\n") else { return Err(ProofError::Malformed("no checkpoint")) };
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(ProofError::Malformed("its first line is another"));
        }
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal).ok_or(ProofError::Malformed("no index"))?;
        let path = lines.map(Digest::from_base64).collect::<Option<Vec<_>>>().ok_or(ProofError::Malformed("a bad hash"))?;
        if path.len() > MAX_PATH {
            return Err(ProofError::Malformed("too many hashes"));
        }
        Ok(Self { index, path, checkpoint: checkpoint.to_owned() })
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let hashes: String = self.path.iter().map(|hash| hash.base64() + "\n").collect();
        format!("{HEADER}\nindex {}\n{hashes}\n{}", self.index, self.checkpoint)
    }

    /// Verifies signature and path for an entry; gives the checkpoint.
    ///
    /// # Errors
    /// Which of the two does not hold.
    pub fn verify(&self, entry: &[u8], key: &LogKey) -> Result<Checkpoint, ProofError> {
        let checkpoint = Note::parse(&self.checkpoint)?.checkpoint(key)?;
        match merkle::root_from_inclusion(merkle::leaf_hash(entry), self.index, checkpoint.size, &self.path) {
            Some(root) if root == checkpoint.root => Ok(checkpoint),
            _ => Err(ProofError::NotIncluded { index: self.index, size: checkpoint.size }),
        }
    }
}
