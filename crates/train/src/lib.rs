//! Making the detector's model: the same data and seed give the same weights, bit for bit.
//!
//! 1. Every text is read by the detector as it would be when judged ([`vigie_detect::Detector::features`]).
//! 2. Each view is trained on four fifths of the texts and says what it thinks of the last fifth, five times over; texts
//!    that are alike but for digits and spaces stay on one side.
//! 3. The fusion is trained on what the views said of texts that they had not seen, at the prevalence that scores are
//!    calibrated for ([`PREVALENCE`]).
//! 4. The views are trained once more on everything, and rounded to bytes.
//!
//! No clock, disk or network here: who calls reads the files of a [`Recipe`].

mod data;
mod disguise;
mod logistic;
mod trainer;

pub use data::{DataError, Example, Recipe, Set};
pub use trainer::{PREVALENCE, Report, train};
