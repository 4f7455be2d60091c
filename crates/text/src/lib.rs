//! Text as the detector reads it: folded words that know which bytes of the original they stand for.
//!
//! [`Folded`] is the form that word lists are matched on: lower case, no accents, look-alike letters and
//! styled letters as plain ones, invisible characters gone, every other character a gap between words.
//! [`Glyphs`] is the form that numbers, prices and handles are read from: one normalised character for each
//! of the original, punctuation kept. [`spellings`] gives what a disguised word may stand for.
//! All offsets are byte offsets of the original text and lie on character boundaries.

mod fold;
mod glyphs;
mod spelling;
mod table;

pub use fold::{Folded, Word, WordFlags, fold_phrase, word_hash};
pub use glyphs::{Glyph, Glyphs};
pub use spelling::spellings;
