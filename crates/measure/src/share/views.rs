//! The share of views that go to adverts.

use super::{
    Drawn,
    strata::{read_prefix, value},
};
use crate::{
    Tier,
    estimate::{Part, Stratified, real},
};

/// Views of a tier's posts, from the roll-ups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ViewGroup {
    /// Which scores.
    pub tier: Tier,
    /// Posts whose views are known.
    pub viewed: u64,
    /// Their views.
    pub views: u64,
}

/// Views of adverts over all views, of posts whose views are known: a ratio estimate in each tier (Cochran, Sampling Techniques, 6.8),
/// undecided posts counted as no adverts. None if a tier with views has fewer than two labels with views.
#[must_use]
pub fn view_share(groups: &[ViewGroup], drawn: &[Drawn]) -> Option<Stratified> {
    let parts: Option<Vec<Part>> = groups.iter().filter(|group| group.views > 0).map(|group| part(group, drawn)).collect();
    Stratified::new(parts?)
}

fn part(group: &ViewGroup, drawn: &[Drawn]) -> Option<Part> {
    let read: Vec<(f64, f64)> = read_prefix(group.tier, drawn).into_iter().filter_map(|(post, answer)| Some((real(post.views?), value(answer, 0.0)))).collect();
    let n = real(read.len() as u64);
    let views: f64 = read.iter().map(|(views, _)| views).sum();
    if n < 2.0 || views <= 0.0 {
        return None;
    }
    let share = read.iter().map(|(views, label)| views * label).sum::<f64>() / views;
    let residuals: f64 = read.iter().map(|(views, label)| (views * (label - share)).powi(2)).sum();
    let fraction = (n / real(group.viewed).max(n)).min(1.0);
    let variance = (1.0 - fraction) * n / (n - 1.0) * residuals / (views * views);
    let positive = read.iter().filter(|(_, label)| *label > 0.5).count() as u64;
    Some(Part { weight: real(group.views), share, variance, labels: read.len() as u64, positive, fraction, lambda: 0.0 })
}
