//! What people and other programs read: summaries, figures, explanations, verdict lines.
//!
//! The only crate that formats for outsiders, in English and French.

mod explain;
mod figure;
mod language;
mod share;
mod summary;
mod verdict_line;

pub use explain::explain;
pub use figure::{DayShare, DerivedShare, Exposure, FigureContext, Methods, ShareFigure, answer_of, drawn, figures_svg, figures_text, groups, methods};
pub use language::Language;
pub use share::{share_csv, share_json, share_table};
pub use summary::{RAW_RATE, RunFacts, grouped, mask, summary_json, summary_text};
pub use verdict_line::write_verdict_line;
