//! How many labels, and where.

use super::interval::{real, z};

/// Labels of a plain random sample for a share of about `p` to within `half_width`: `z² p(1-p) / d²`, rounded up.
#[must_use]
pub fn labels_for_half_width(p: f64, half_width: f64, alpha: f64) -> u64 {
    whole((z(alpha) / half_width).powi(2) * p * (1.0 - p))
}

/// The same with strata and Neyman's allocation: `z² (Σ W_h √(p_h(1-p_h)))² / d²`, less what the finite number of posts saves.
/// Strata are weights and expected shares.
#[must_use]
pub fn stratified_labels_for_half_width(strata: &[(f64, f64)], posts: u64, half_width: f64, alpha: f64) -> u64 {
    let spread: f64 = strata.iter().map(|&(weight, p)| weight * deviation(p)).sum();
    let within: f64 = strata.iter().map(|&(weight, p)| weight * p * (1.0 - p)).sum();
    let d2 = (half_width / z(alpha)).powi(2);
    whole(spread.powi(2) / (d2 + within / real(posts.max(1))))
}

/// Neyman's allocation of `budget` labels: in proportion to `W_h √(p_h(1-p_h))` (J. R. Stat. Soc. 1934;97:558).
#[must_use]
pub fn neyman(strata: &[(f64, f64)], budget: f64) -> Vec<f64> {
    let total: f64 = strata.iter().map(|&(weight, p)| weight * deviation(p)).sum();
    strata.iter().map(|&(weight, p)| if total > 0.0 { budget * weight * deviation(p) / total } else { 0.0 }).collect()
}

/// Neyman's allocation in whole labels, with at least `floor` a stratum and at most what the stratum holds. Strata are weights,
/// expected shares and posts. What a full stratum cannot take goes to the others; the budget may be exceeded by the floors only.
#[must_use]
pub fn allocate(strata: &[(f64, f64, u64)], budget: u64, floor: u64) -> Vec<u64> {
    let mut given: Vec<u64> = strata.iter().map(|&(.., posts)| posts.min(floor)).collect();
    let mut open: Vec<usize> = (0..strata.len()).collect();
    // Each round fixes the strata that their floor or their size binds, and shares the rest among those left.
    loop {
        let fixed: u64 = given.iter().enumerate().filter(|(h, _)| !open.contains(h)).map(|(_, n)| n).sum();
        let of_open: Vec<(f64, f64)> = open.iter().filter_map(|&h| strata.get(h)).map(|&(weight, p, _)| (weight, p)).collect();
        let wanted = neyman(&of_open, real(budget.saturating_sub(fixed)));
        let mut bound = Vec::new();
        for (&h, want) in open.iter().zip(wanted) {
            let (Some(&(.., posts)), Some(n)) = (strata.get(h), given.get_mut(h)) else { continue };
            let least = posts.min(floor);
            let want = whole(want);
            *n = want.clamp(least, posts);
            if want < least || want > posts {
                bound.push(h);
            }
        }
        if bound.is_empty() {
            return given;
        }
        open.retain(|h| !bound.contains(h));
    }
}

/// Even where nothing or everything is expected to be an advert, some doubt remains.
fn deviation(p: f64) -> f64 {
    (p * (1.0 - p)).max(0.0).sqrt()
}

/// Rounded up; a hair above a whole number, by rounding, counts as that number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is never negative")]
fn whole(labels: f64) -> u64 {
    (labels - 1e-9).ceil().max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// domain.md 3.2 and 3.4.
    #[test]
    fn budget_reference_values() {
        assert_eq!(labels_for_half_width(0.10, 0.02, 0.05), 865);
        assert_eq!(labels_for_half_width(0.80, 0.05, 0.05), 246);
        assert_eq!(labels_for_half_width(0.01, 0.005, 0.05), 1522);
        let found = neyman(&[(0.90, 0.01), (0.08, 0.35), (0.02, 0.92)], 400.0);
        for (found, expected) in found.iter().zip([269.05, 114.65, 16.30]) {
            assert!((found - expected).abs() < 0.005, "{found} is not {expected}");
        }
    }

    #[test]
    fn floors_and_sizes_bind() {
        let strata = [(0.90, 0.01, 100_000), (0.08, 0.35, 40), (0.02, 0.92, 10_000)];
        let given = allocate(&strata, 400, 30);
        assert_eq!(given, [330, 40, 30]);
        assert_eq!(allocate(&strata, 10, 30), [30, 30, 30], "the floor comes first");
        assert_eq!(allocate(&[], 10, 30), Vec::<u64>::new());
    }

    #[test]
    fn strata_save_labels() {
        let strata = [(0.91, 0.014), (0.01, 0.5), (0.08, 0.98)];
        let stratified = stratified_labels_for_half_width(&strata, 1_000_000, 0.02, 0.05);
        assert!(stratified * 4 < labels_for_half_width(0.1, 0.02, 0.05), "{stratified}");
    }
}
