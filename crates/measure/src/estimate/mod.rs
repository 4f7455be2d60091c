//! Shares with intervals: the ladder of estimators of `domain.md` 3.2, from a plain proportion to prediction-powered inference.
//!
//! | you have | call |
//! | --- | --- |
//! | a random sample | [`wilson`], [`clopper_pearson`], [`jeffreys`] |
//! | the detector's rate, and its sensitivity and specificity | [`rogan_gladen`], [`lang_reiczigel`] |
//! | random labels in each stratum | [`Stratified`] |
//! | the same, with scores of every post | [`ppi_mean`], [`Stratified`] of [`difference_part`]s |
//! | labels of posts of the same accounts | [`cluster_bootstrap`] |
//! | two shares, or many | [`newcombe`], [`benjamini_hochberg`] |
//! | the wish to look before the sample is complete | [`ConfidenceSequence`] |

mod agreement;
mod bootstrap;
mod budget;
mod compare;
mod interval;
mod moments;
mod ppi;
mod prevalence;
mod sequence;
mod stratified;

pub use agreement::{Agreement, cohen_kappa};
pub use bootstrap::{Clustered, cluster_bootstrap};
pub use budget::{allocate, labels_for_half_width, neyman, stratified_labels_for_half_width};
pub use compare::{Difference, benjamini_hochberg, newcombe, two_proportion_p};
pub(crate) use interval::real;
pub use interval::{Interval, blaker, clopper_pearson, jeffreys, normal, sterne, wilson, z};
pub use moments::Moments;
pub use ppi::{Lambda, PpiError, PpiEstimate, ppi_mean};
pub use prevalence::{SharePoint, Validation, lang_reiczigel, rogan_gladen, through_known_test};
pub use sequence::ConfidenceSequence;
pub use stratified::{Part, Scored, Stratified, difference_part, label_part, rule_of_three};
