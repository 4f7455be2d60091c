//! How well the detector does, from a stratified random sample.

use super::{
    Answer, Drawn, Group,
    strata::{read_prefix, value},
};
use crate::{
    Tier,
    estimate::{Part, Validation, label_part, real},
};

/// Sensitivity and specificity of the band `advert` by the labels of a sample, each with the number of labels of a plain sample
/// that would say as much (delta method). None if a tier with posts has fewer than two labels, or no advert was seen.
#[must_use]
pub fn validation(groups: &[Group], drawn: &[Drawn]) -> Option<Validation> {
    let mut parts: Vec<(Tier, Part)> = Vec::new();
    for tier in Tier::ALL {
        let posts: u64 = groups.iter().filter(|group| Tier::of(group.bin) == tier).map(|group| group.posts).sum();
        if posts > 0 {
            parts.push((tier, part(tier, posts, drawn)?));
        }
    }
    let total: f64 = parts.iter().map(|(_, part)| part.weight).sum();
    let (found, missed) = (sum(&parts, total, true, |p| p), sum(&parts, total, false, |p| p));
    let (false_alarms, left_alone) = (sum(&parts, total, true, |p| 1.0 - p), sum(&parts, total, false, |p| 1.0 - p));
    let adverts = parts.iter().map(|(_, part)| part.positive).sum::<u64>();
    let others = parts.iter().map(|(_, part)| part.labels).sum::<u64>() - adverts;
    if found.0 + missed.0 <= 0.0 || false_alarms.0 + left_alone.0 <= 0.0 {
        return None;
    }
    let (sensitivity, of_adverts) = ratio(found, missed, adverts);
    let (specificity, of_others) = ratio(left_alone, false_alarms, others);
    Some(Validation { sensitivity, adverts: of_adverts, specificity, others: of_others })
}

fn part(tier: Tier, posts: u64, drawn: &[Drawn]) -> Option<Part> {
    let read = read_prefix(tier, drawn);
    let positive = read.iter().filter(|(_, answer)| value(*answer, 0.0) > 0.5 && *answer != Answer::Undecided).count() as u64;
    let plain = label_part(real(posts), positive, read.len() as u64, Some(posts))?;
    // Half an advert and half another post more (Jeffreys): a tier without a missed advert among its labels is not one without any.
    let (n, share) = (real(plain.labels), (real(positive) + 0.5) / (real(plain.labels) + 1.0));
    Some(Part { share, variance: (1.0 - plain.fraction) * share * (1.0 - share) / n, ..plain })
}

/// Mass and its variance over the tiers that the detector calls adverts, or the others.
fn sum(parts: &[(Tier, Part)], total: f64, detected: bool, of: impl Fn(f64) -> f64) -> (f64, f64) {
    let mut out = (0.0, 0.0);
    for (_, part) in parts.iter().filter(|(tier, _)| (*tier == Tier::Advert) == detected) {
        let weight = part.weight / total;
        out.0 += weight * of(part.share);
        out.1 += weight * weight * part.variance;
    }
    out
}

/// `a / (a + b)` and its effective number of labels; that number is at most `seen` where the variance says nothing.
fn ratio((a, var_a): (f64, f64), (b, var_b): (f64, f64), seen: u64) -> (f64, f64) {
    let ratio = a / (a + b);
    let variance = (b * b * var_a + a * a * var_b) / (a + b).powi(4);
    let effective = if variance > 0.0 && ratio > 0.0 && ratio < 1.0 { ratio * (1.0 - ratio) / variance } else { real(seen) };
    (ratio, effective.max(1.0))
}
