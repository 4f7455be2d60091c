//! What pictures say: bounded decoding, perceptual hashes and their index.

mod decode;
pub mod index;
pub mod pdq;

pub use decode::{DecodeError, Limits, Picture, decode, decode_frames};
