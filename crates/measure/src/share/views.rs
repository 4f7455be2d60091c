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
/// undecided posts counted as `undecided` (0 or 1). The variance is never less than that of as many labels as the uneven views are worth
/// (Kish 1965). None if a tier with views has fewer than two labels with views.
#[must_use]
pub fn view_share(groups: &[ViewGroup], drawn: &[Drawn], undecided: f64) -> Option<Stratified> {
    let parts: Option<Vec<Part>> = groups.iter().filter(|group| group.views > 0).map(|group| part(group, drawn, undecided)).collect();
    Stratified::new(parts?)
}

fn part(group: &ViewGroup, drawn: &[Drawn], undecided: f64) -> Option<Part> {
    let read: Vec<(f64, f64)> =
        read_prefix(group.tier, drawn).into_iter().filter_map(|(post, answer)| Some((real(post.views?), value(answer, undecided)))).collect();
    let n = real(read.len() as u64);
    let views: f64 = read.iter().map(|(views, _)| views).sum();
    if n < 2.0 || views <= 0.0 {
        return None;
    }
    let share = read.iter().map(|(views, label)| views * label).sum::<f64>() / views;
    let residuals: f64 = read.iter().map(|(views, label)| (views * (label - share)).powi(2)).sum();
    let fraction = (n / real(group.viewed).max(n)).min(1.0);
    let worth = views * views / read.iter().map(|(views, _)| views * views).sum::<f64>();
    let variance = (1.0 - fraction) * (n / (n - 1.0) * residuals / (views * views)).max(share * (1.0 - share) / worth);
    let positive = read.iter().filter(|(_, label)| *label > 0.5).count() as u64;
    // Where nothing or everything is an advert, the number of labels decides how sure that is: it is what they are worth.
    let labels = whole(worth);
    Some(Part { weight: real(group.views), share, variance, labels, positive: positive.min(labels), fraction, lambda: 0.0 })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and the number of labels")]
fn whole(worth: f64) -> u64 {
    worth.floor().max(1.0) as u64
}
