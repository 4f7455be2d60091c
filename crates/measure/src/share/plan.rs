//! How many posts of each tier are to be read.

use serde::Serialize;

use super::{Answer, Drawn, Group, strata::read_prefix};
use crate::{
    Tier,
    estimate::{allocate, real, stratified_labels_for_half_width},
};

/// What the labels are to achieve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum LabelGoal {
    /// So many labels in all.
    Labels(u64),
    /// An interval of this half width (0.02 for ± 2 points).
    HalfWidth(f64),
}

/// How many posts of a tier are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Quota {
    /// Which scores.
    pub tier: Tier,
    /// Posts to read in all, the least priorities first.
    pub labels: u64,
    /// Those of them that were read.
    pub read: u64,
    /// Posts of the sample; quotas never exceed it.
    pub drawn: u64,
    /// Posts that it stands for.
    pub posts: u64,
}

/// Fewest labels of a tier, the low one included: that is where missed adverts live.
const FLOOR: u64 = 30;
/// Labels' worth of the share that is expected before anybody has read a post.
const PRIOR: f64 = 4.0;

/// Neyman's allocation over the tiers, by the shares that the labels so far suggest.
#[must_use]
pub fn label_quotas(groups: &[Group], drawn: &[Drawn], goal: LabelGoal, alpha: f64) -> Vec<Quota> {
    let posts_of = |tier: Tier| groups.iter().filter(|group| Tier::of(group.bin) == tier).map(|group| group.posts).sum::<u64>();
    let drawn_of = |tier: Tier| drawn.iter().filter(|post| Tier::of(post.bin) == tier).count() as u64;
    let tiers: Vec<Tier> = Tier::ALL.into_iter().filter(|tier| posts_of(*tier) > 0).collect();
    let all: u64 = tiers.iter().map(|tier| posts_of(*tier)).sum();
    let strata: Vec<(f64, f64, u64)> = tiers.iter().map(|&tier| (real(posts_of(tier)) / real(all.max(1)), expected(tier, drawn), drawn_of(tier))).collect();
    let budget = match goal {
        LabelGoal::Labels(labels) => labels,
        LabelGoal::HalfWidth(half_width) => {
            let expected: Vec<(f64, f64)> = strata.iter().map(|&(weight, p, _)| (weight, p)).collect();
            stratified_labels_for_half_width(&expected, all, half_width, alpha)
        }
    };
    let labels = allocate(&strata, budget, FLOOR);
    let quota = |(&tier, labels)| Quota { tier, labels, read: read_prefix(tier, drawn).len() as u64, drawn: drawn_of(tier), posts: posts_of(tier) };
    tiers.iter().zip(labels).map(quota).collect()
}

/// The quotas for now: a quarter of the labels first, to see where the others are worth most; then all of them.
#[must_use]
pub fn next_quotas(groups: &[Group], drawn: &[Drawn], goal: LabelGoal, alpha: f64) -> Vec<Quota> {
    let all = label_quotas(groups, drawn, goal, alpha);
    let budget: u64 = all.iter().map(|quota| quota.labels).sum();
    let pilot = label_quotas(groups, drawn, LabelGoal::Labels(budget / 4), alpha);
    let read: u64 = all.iter().map(|quota| quota.read).sum();
    let wanted: u64 = pilot.iter().map(|quota| quota.labels).sum();
    if read < wanted { pilot } else { all }
}

/// The share of adverts to expect in a tier: that of its labels, drawn towards what is usual.
fn expected(tier: Tier, drawn: &[Drawn]) -> f64 {
    let read = read_prefix(tier, drawn);
    let adverts = read.iter().filter(|(_, answer)| *answer == Answer::Advert).count() as u64;
    (real(adverts) + PRIOR * tier.expected_share()) / (real(read.len() as u64) + PRIOR)
}
