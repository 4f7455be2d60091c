//! The log's formats and mathematics, all pure: RFC 6962 trees, C2SP signed notes, checkpoints, tiles and proofs.

pub mod merkle;
mod note;
mod proof;
pub mod tile;

pub use note::{Checkpoint, Cosigner, LogKey, Note, NoteError, Signer};
pub use proof::{ProofError, TlogProof};
