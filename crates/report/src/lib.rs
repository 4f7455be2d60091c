//! What people and other programs read: summaries, figures, explanations, verdict lines.
//!
//! The only crate that formats for outsiders, in English and French.

pub mod document;
mod drift;
mod episodes;
mod explain;
mod exports;
mod figure;
pub mod followup;
pub mod labels;
mod language;
pub mod manifest;
mod networks;
pub mod notice;
pub mod permission;
pub mod police;
mod share;
pub mod sharing;
pub mod statement;
mod summary;
mod verdict_line;
mod xml;

pub use drift::{Calibration, DriftReport, drift_report, drift_text};
pub use episodes::{EpisodeReport, episode_reports, episodes_svg, episodes_text};
pub use explain::{explain, reasons, severity, visible};
pub use exports::{ExportFile, export_networks};
pub use figure::{
    Comparison, DayShare, DerivedShare, Exposure, FigureContext, Methods, ShareFigure, ShareWords, answer_of, chart_svg, comparisons, comparisons_text, drawn,
    figures_svg, figures_text, groups, methods, percent, share_figures, share_words,
};
pub use language::Language;
pub use networks::{AccountFacts, NetworkReport, network_svg, network_text, networks_text};
pub use share::{share_csv, share_json, share_table};
pub use summary::{RAW_RATE, RunFacts, grouped, mask, summary_json, summary_text};
pub use verdict_line::write_verdict_line;
