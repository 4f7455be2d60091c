//! What pictures say: bounded decoding, perceptual hashes and their index, text, codes.

pub mod codes;
mod decode;
pub mod index;
pub mod lists;
pub mod ocr;
pub mod pdq;
mod reader;

pub use decode::{DecodeError, Limits, Picture, decode, decode_frames};
pub use reader::PictureReader;
