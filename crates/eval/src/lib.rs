//! Measuring how well posts are judged.
//!
//! Readers of labelled posts ([`read_path`]), figures at a stated prevalence ([`Ranking`]), calibration, intervals, clusters of posts that
//! are not independent, and splits that do not leak. Everything but the readers is a pure function, and seeds decide every draw.
//! A scorer is any function from a post to an [`Answer`], so that baselines and the detector with a part switched off are measured alike.

mod calibration;
mod cluster;
mod figures;
mod generated;
mod goals;
mod interval;
mod read;
mod rival;
mod sample;
mod section;
mod slices;
mod split;
mod suite;
mod table;
mod tables;

pub use calibration::{Bin, Calibration, calibration};
pub use cluster::{Clusters, clusters};
pub use figures::{Figures, Outcome, Ranking};
pub use generated::{EVALUATION_SEED, Ordinary, generated, ordinary};
pub use goals::{Goal, goal_table, suite_goals};
pub use interval::{FigureIntervals, Interval, Rate, Resampling, bootstrap};
pub use read::{Limits, Problem, ReadError, Reading, Reason, read_csv, read_json_lines, read_path};
pub use rival::{crude_rival, majority};
pub use sample::{Answer, Sample, Scorer, Truth};
pub use section::{FigureRow, Names, Options, ProductFigures, Section, Wrong, evaluate};
pub use slices::Slice;
pub use split::{Side, SplitPlan, split};
pub use suite::{ClassRow, Cost, Mark, SuiteReport, run_suite};
pub use table::{Form, Table};
pub use tables::{ordinary_table, section_tables, suite_tables};
