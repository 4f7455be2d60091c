//! A share as it is published: the estimate with its estimand, its sample, its versions and what else belongs beside it.

mod build;
mod chart;
mod compare;
mod methods;
mod svg;
mod text;

use serde::Serialize;
use vigie_measure::{
    estimate::{Interval, Validation},
    share::{SharePlan, ShareReport},
};
use vigie_store::{DetectorRun, Domain};

pub use build::{drawn, groups, share_figures};
pub use chart::{ShareWords, chart_svg, share_words};
pub use compare::{Comparison, comparisons, comparisons_text};
pub use methods::methods;
pub use svg::figures_svg;
pub(crate) use text::day;
pub use text::{figures_text, percent};
pub use vigie_store::answer_of;

/// The share of adverts of one domain: everything that a reader needs to check it. Serialised, it is the recipe of the figure.
#[derive(Debug, Clone, Serialize)]
pub struct ShareFigure {
    /// What the share is of.
    pub domain: Domain,
    /// What is estimated, in words.
    pub estimand: &'static str,
    /// Share of posts.
    pub posts: ShareReport,
    /// Share of distinct texts.
    pub texts: DerivedShare,
    /// Share of authors with at least one advert.
    pub authors: DerivedShare,
    /// Share of views that go to adverts, of posts whose views are known.
    pub views: DerivedShare,
    /// What a reader of the keyword meets.
    pub exposure: Vec<Exposure>,
    /// The share of each day.
    pub days: Vec<DayShare>,
    /// People who labelled.
    pub reviewers: usize,
    /// Labelled posts that a second person read.
    pub double_labels: u64,
    /// Cohen's kappa of first and second labels.
    pub kappa: Option<f64>,
    /// Expected calibration error of the scores by the labels.
    pub calibration_error: Option<f64>,
    /// Hours from posting to collection, of the sampled posts: median and 90th percentile, to whole hours.
    pub lag_hours: Option<(i64, i64)>,
    /// First and last hour with posts, in hours since 1970.
    pub hours: Option<(i64, i64)>,
    /// Hours between these without any post: collection gaps, or silence.
    pub empty_hours: u64,
    /// Days on which posts were counted before samples were drawn.
    pub unsampled_days: u64,
    /// Detectors that judged.
    pub detectors: Vec<DetectorRun>,
    /// Fingerprint of the seed of the sample.
    pub seed: String,
    /// Constants of the estimate.
    pub plan: SharePlan,
    /// The methods paragraph.
    pub methods: Methods,
}

/// The methods paragraph in both languages.
#[derive(Debug, Clone, Default, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Methods {
    pub en: String,
    pub fr: String,
}

/// A share of something else than posts.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct DerivedShare {
    /// How it was estimated; none where there is nothing to count.
    pub rung: Option<&'static str>,
    /// How many there are.
    pub all: u64,
    /// How many the detector calls adverts, or whose adverts it found.
    pub detected: u64,
    /// The share.
    pub share: Option<f64>,
    /// Its interval.
    pub interval: Option<Interval>,
}

/// The chance to meet an advert.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Exposure {
    /// Posts that the reader sees.
    pub first_posts: u64,
    /// Chance that at least one is an advert.
    pub chance: f64,
    /// The chance at the bounds of the share's interval.
    pub interval: Option<Interval>,
}

/// The share of one day.
#[derive(Debug, Clone, Serialize)]
pub struct DayShare {
    /// Days since 1970; none where the time of posting is unknown.
    pub day: Option<i64>,
    /// Posts.
    pub posts: u64,
    /// Those that the detector calls adverts.
    pub detected: u64,
    /// Labels.
    pub labels: u64,
    /// The estimate, where there are labels enough for the day.
    pub share: Option<f64>,
    /// Its interval.
    pub interval: Option<Interval>,
}

/// What a figure needs besides its sample.
#[derive(Debug, Clone)]
pub struct FigureContext {
    /// How the detector did on other random labels.
    pub elsewhere: Option<Validation>,
    /// Detectors that judged.
    pub detectors: Vec<DetectorRun>,
    /// Fingerprint of the seed of the sample.
    pub seed: String,
    /// Constants of the estimate.
    pub plan: SharePlan,
}

#[cfg(test)]
mod tests;
