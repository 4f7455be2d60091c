//! The headline: what share of a domain's posts are adverts, on the best rung of the ladder that the labels allow (`domain.md` 3.2, 3.3).

mod plan;
mod strata;
mod validate;
mod views;

use serde::Serialize;
use vigie_model::{Band, Lang};

use crate::{
    ScoreBin, Tier,
    estimate::{Clustered, Interval, Part, Stratified, Validation, cluster_bootstrap, lang_reiczigel, real},
    sample::Priority,
};
pub use plan::{LabelGoal, Quota, label_quotas, next_quotas};
use strata::Strata;
pub use validate::validation;
pub use views::{ViewGroup, view_share};

/// Posts of a domain that are alike, from the roll-ups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Band and score.
    pub bin: ScoreBin,
    /// Language.
    pub lang: Lang,
    /// How many.
    pub posts: u64,
}

/// What the people who read a post say, all labels considered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// It is an advert.
    Advert,
    /// It is none.
    Other,
    /// Nobody can tell, or the post was gone before somebody read it: counted as no advert and as one.
    Undecided,
}

impl Answer {
    /// What several people together say: the majority of those who could tell. A draw is undecided until one more has read the post;
    /// so is a post that nobody could tell. None where nobody read it.
    #[must_use]
    pub fn of_votes(votes: impl IntoIterator<Item = Self>) -> Option<Self> {
        let (mut adverts, mut others, mut all) = (0u32, 0u32, 0u32);
        for vote in votes {
            all += 1;
            adverts += u32::from(vote == Self::Advert);
            others += u32::from(vote == Self::Other);
        }
        (all > 0).then_some(match adverts.cmp(&others) {
            std::cmp::Ordering::Greater => Self::Advert,
            std::cmp::Ordering::Less => Self::Other,
            std::cmp::Ordering::Equal => Self::Undecided,
        })
    }
}

/// A post of the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    /// Its place in the draw.
    pub priority: Priority,
    /// Band and score.
    pub bin: ScoreBin,
    /// Language.
    pub lang: Lang,
    /// Its account, where known.
    pub account: Option<u64>,
    /// How often it had been seen.
    pub views: Option<u64>,
    /// None: nobody has read it yet.
    pub answer: Option<Answer>,
}

/// How the share was estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Rung {
    /// The detector's rate. Not an estimate.
    #[serde(rename = "E0 raw detector rate")]
    Raw,
    /// The rate corrected by sensitivity and specificity from elsewhere.
    #[serde(rename = "E1 Rogan-Gladen")]
    Corrected,
    /// Stratified random labels.
    #[serde(rename = "E2 stratified random labels")]
    Stratified,
    /// Stratified random labels, helped by calibrated scores.
    #[serde(rename = "E3 stratified prediction-powered inference")]
    Powered,
}

/// Why no share is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Suppressed {
    /// Fewer than 30 posts, or labels.
    TooFew,
    /// The interval is wider than 40 points.
    TooWide,
}

/// What a reader has to be warned of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// No fresh random labels: the detector is assumed to be as good here as where it was checked.
    AssumesSameDetector,
    /// Posts were counted on some day before samples were drawn.
    UnsampledDays,
    /// Fewer than 100 labels.
    FewLabels,
    /// More than a tenth of the labels are undecided.
    ManyUndecided,
    /// Fewer than a tenth of the labelled posts were read by a second person.
    FewDoubleLabels,
    /// The detector's version changed within the window.
    DetectorChanged,
}

/// One stratum of the sample.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StratumReport {
    /// Which scores.
    pub tier: Tier,
    /// Language; none for all others of the tier together.
    pub lang: Option<Lang>,
    /// Posts in it.
    pub posts: u64,
    /// What it says.
    #[serde(flatten)]
    pub part: Part,
}

/// A share with everything that defends it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShareReport {
    /// Posts of the domain.
    pub posts: u64,
    /// Those that the detector calls adverts.
    pub detected: u64,
    /// How it was estimated.
    pub rung: Rung,
    /// The share; undecided posts counted as no adverts. None where there are no posts.
    pub share: Option<f64>,
    /// Its interval, with undecided posts counted either way. None for a raw rate.
    pub interval: Option<Interval>,
    /// The share with undecided posts counted as adverts.
    pub share_with_undecided: Option<f64>,
    /// Set where the share is not to be shown.
    pub suppressed: Option<Suppressed>,
    /// What a reader has to be warned of, in order.
    pub warnings: Vec<Warning>,
    /// Posts that people read and that count for this share.
    pub labels: u64,
    /// Those of them that are adverts.
    pub label_adverts: u64,
    /// Those that are undecided.
    pub label_undecided: u64,
    /// The interval for who looked at the share before the labels were complete, or stopped because of it: it holds at all times
    /// together. Undecided posts counted as no adverts.
    pub anytime_interval: Option<Interval>,
    /// The interval if the accounts are seen as a draw too: for what other weeks may bring.
    pub account_interval: Option<Interval>,
    /// Variance of that draw over the variance of the share: the design effect of accounts.
    pub design_effect: Option<f64>,
    /// The strata.
    pub strata: Vec<StratumReport>,
}

/// Constants of an estimate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SharePlan {
    /// 0.05 for 95 % intervals.
    pub alpha: f64,
    /// Draws of the account bootstrap.
    pub replicates: usize,
    /// Seed of the account bootstrap.
    pub seed: u64,
    /// Fewest labels for a headline from labels, unless they are all posts.
    pub fewest_labels: u64,
}

impl Default for SharePlan {
    fn default() -> Self {
        Self { alpha: 0.05, replicates: 1_000, seed: 1, fewest_labels: 100 }
    }
}

/// Fewest posts or labels that a share is shown for.
const FEWEST_SHOWN: u64 = 30;
/// The widest interval that is shown.
const WIDEST_SHOWN: f64 = 0.4;

/// Estimates the share of adverts among all posts of `groups` from the sample `drawn`, which is in order of priority and holds every
/// post of the domain below the threshold of its tier. Only the labels before the first unread post of a tier count: nobody can
/// choose which. `elsewhere` is how the detector did on other random labels; it serves where there are too few here.
#[must_use]
pub fn estimate_share(groups: &[Group], drawn: &[Drawn], elsewhere: Option<&Validation>, plan: &SharePlan) -> ShareReport {
    let posts = groups.iter().map(|group| group.posts).sum();
    let detected = groups.iter().filter(|group| group.bin.band() == Band::Advert).map(|group| group.posts).sum();
    let strata = Strata::new(groups, drawn);
    let mut report = ShareReport {
        posts,
        detected,
        rung: Rung::Raw,
        share: (posts > 0).then(|| real(detected) / real(posts)),
        interval: None,
        share_with_undecided: None,
        suppressed: None,
        warnings: Vec::new(),
        labels: strata.labels(),
        label_adverts: strata.answers(Answer::Advert),
        label_undecided: strata.answers(Answer::Undecided),
        anytime_interval: None,
        account_interval: None,
        design_effect: None,
        strata: Vec::new(),
    };
    if !strata.is_enough(plan.fewest_labels) || !from_labels(&mut report, &strata, plan) {
        from_elsewhere(&mut report, elsewhere, plan.alpha);
    }
    suppress(&mut report);
    report.warnings.sort_unstable();
    report
}

/// Rungs E2 and E3. Returns whether the strata allow one.
fn from_labels(report: &mut ShareReport, strata: &Strata<'_>, plan: &SharePlan) -> bool {
    let both = |helped: bool| Some([strata.estimate(0.0, helped)?, strata.estimate(1.0, helped)?]);
    let Some(mut pair) = both(true) else { return false };
    report.rung = Rung::Powered;
    if !pair.iter().all(|estimate| estimate.is_regular(plan.alpha)) {
        let Some(plain) = both(false) else { return false };
        (report.rung, pair) = (Rung::Stratified, plain);
    }
    let [without, with] = pair;
    let (low, high) = (without.recovered(plan.alpha), with.recovered(plan.alpha));
    report.interval = Some(Interval::new(low.low.min(high.low), low.high.max(high.high)));
    (report.share, report.share_with_undecided) = (Some(without.share), Some(with.share));
    accounts(report, strata, &without, plan);
    report.anytime_interval = Some(strata.anytime(&without, plan.alpha));
    report.strata = strata.reports(&without);
    if real(report.label_undecided) > 0.1 * real(report.labels) {
        report.warnings.push(Warning::ManyUndecided);
    }
    true
}

/// The bootstrap by account; posts of unknown accounts stand alone.
fn accounts(report: &mut ShareReport, strata: &Strata<'_>, estimate: &Stratified, plan: &SharePlan) {
    let weights: Vec<f64> = estimate.parts.iter().map(|part| part.weight).collect();
    let labels: Vec<Clustered> = strata.clustered();
    let Some((interval, variance)) = cluster_bootstrap(&weights, &labels, plan.replicates, plan.seed, plan.alpha) else { return };
    report.account_interval = Some(interval);
    report.design_effect = (estimate.variance > 0.0).then(|| variance / estimate.variance);
}

/// Rung E1, or E0 where nothing is known of the detector.
fn from_elsewhere(report: &mut ShareReport, elsewhere: Option<&Validation>, alpha: f64) {
    report.warnings.push(Warning::FewLabels);
    let corrected = elsewhere.and_then(|test| lang_reiczigel(report.share?, real(report.posts), test, alpha));
    if let Some(corrected) = corrected {
        report.rung = Rung::Corrected;
        (report.share, report.interval) = (Some(corrected.share), Some(corrected.interval));
        report.warnings.push(Warning::AssumesSameDetector);
    }
}

fn suppress(report: &mut ShareReport) {
    let few_labels = matches!(report.rung, Rung::Stratified | Rung::Powered) && report.labels < FEWEST_SHOWN.min(report.posts);
    if report.posts < FEWEST_SHOWN || few_labels {
        report.suppressed = Some(Suppressed::TooFew);
    } else if report.interval.is_some_and(|interval| interval.width() > WIDEST_SHOWN) {
        report.suppressed = Some(Suppressed::TooWide);
    }
}

#[cfg(test)]
mod tests;
