//! Stratified random labels (rung E2), and the same helped by scores (rung E3 stratified).

use serde::Serialize;

use super::{
    interval::{Interval, clopper_pearson, jeffreys, real, wilson, z},
    moments::Moments,
};

/// What one stratum says of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Part {
    /// Part of all posts that lie in the stratum, `W_h`.
    pub weight: f64,
    /// Estimated share of adverts in the stratum; a little outside 0 … 1 at times where scores help.
    pub share: f64,
    /// Variance of that estimate; 0 where every post was read.
    pub variance: f64,
    /// Labels.
    pub labels: u64,
    /// Labels that say advert.
    pub positive: u64,
    /// Part of the stratum that was labelled, `n_h / N_h`; 0 for an endless stream.
    pub fraction: f64,
    /// How much the scores counted; 0 for labels alone.
    pub lambda: f64,
}

/// The label of a post with its score, for [`difference_part`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// 1 for an advert, 0 for another post; between for an undecided one.
    pub label: f64,
    /// The post's score less the mean score of all posts of the stratum. Any score will do; a good one shortens the interval.
    pub centred_score: f64,
}

/// Shares of strata put together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stratified {
    /// The estimate for all strata together, clipped to 0 … 1.
    pub share: f64,
    /// Its variance.
    pub variance: f64,
    /// What each stratum says.
    pub parts: Vec<Part>,
}

/// A stratum by its random labels alone: `p`, `(1 - n/N) p (1-p) / (n-1)`. None with fewer than two labels, unless these are all posts.
#[must_use]
pub fn label_part(weight: f64, positive: u64, labels: u64, posts: Option<u64>) -> Option<Part> {
    let (x, n) = (real(positive), real(labels));
    let fraction = posts.map_or(0.0, |posts| n / real(posts).max(n).max(1.0));
    if labels == 0 || (labels == 1 && fraction < 1.0) {
        return None;
    }
    let share = x / n;
    let variance = if fraction >= 1.0 { 0.0 } else { (1.0 - fraction) * share * (1.0 - share) / (n - 1.0) };
    Some(Part { weight, share, variance, labels, positive, fraction, lambda: 0.0 })
}

/// A stratum by labels and scores: the mean of `label - λ · centred score`, with the λ of the shortest interval between 0 and 1.
/// This is prediction-powered inference where the mean score of all posts is known exactly, as it is from roll-ups; the variance is
/// that of a random sample from a finite number of posts. Falls back to the labels alone where there are fewer than four, or
/// the scores do not vary.
#[must_use]
pub fn difference_part(weight: f64, sample: &[Scored], posts: Option<u64>) -> Option<Part> {
    let labels: Vec<f64> = sample.iter().map(|s| s.label).collect();
    let y = Moments::of(&labels);
    let scores: Vec<f64> = sample.iter().map(|s| s.centred_score).collect();
    let f = Moments::of(&scores);
    let positive = sample.iter().filter(|s| s.label > 0.5).count() as u64;
    let plain = label_part(weight, positive, sample.len() as u64, posts)?;
    if sample.len() < 4 || f.squares <= f64::EPSILON * y.n {
        return Some(plain);
    }
    let covariance: f64 = sample.iter().map(|s| (s.label - y.mean) * (s.centred_score - f.mean)).sum();
    let lambda = (covariance / f.squares).clamp(0.0, 1.0);
    let residuals: Vec<f64> = sample.iter().map(|s| s.label - lambda * s.centred_score).collect();
    let rest = Moments::of(&residuals);
    // λ was fitted to the same labels: one more degree of freedom is spent.
    let variance = (1.0 - plain.fraction) * rest.variance(2.0) / rest.n;
    Some(Part { share: rest.mean, variance, lambda, ..plain })
}

impl Part {
    /// The number of labels of an endless stream that would say as much; infinite where every post was read.
    fn effective_labels(&self) -> f64 {
        let bernoulli = self.share * (1.0 - self.share);
        if bernoulli > 0.0 && self.variance > 0.0 { bernoulli / self.variance } else { real(self.labels) / (1.0 - self.fraction) }
    }

    /// Jeffreys's interval of this stratum's share at its effective number of labels.
    fn interval(&self, alpha: f64) -> Interval {
        let n = self.effective_labels();
        if self.fraction >= 1.0 || !n.is_finite() {
            return Interval::new(self.share, self.share);
        }
        if !(0.0..=1.0).contains(&self.share) {
            let half = z(alpha) * self.variance.sqrt();
            return Interval::new(self.share - half, self.share + half);
        }
        jeffreys(self.share * n, n, alpha)
    }
}

impl Stratified {
    /// Puts strata together. The weights need not sum to 1 exactly; they are scaled to.
    #[must_use]
    pub fn new(parts: Vec<Part>) -> Option<Self> {
        let total: f64 = parts.iter().map(|part| part.weight).sum();
        if total <= 0.0 {
            return None;
        }
        let parts: Vec<Part> = parts.into_iter().map(|part| Part { weight: part.weight / total, ..part }).collect();
        let share = parts.iter().map(|part| part.weight * part.share).sum::<f64>().clamp(0.0, 1.0);
        let variance = parts.iter().map(|part| part.weight.powi(2) * part.variance).sum();
        Some(Self { share, variance, parts })
    }

    /// Standard error.
    #[must_use]
    pub fn se(&self) -> f64 {
        self.variance.sqrt()
    }

    /// All labels.
    #[must_use]
    pub fn labels(&self) -> u64 {
        self.parts.iter().map(|part| part.labels).sum()
    }

    /// All labels that say advert.
    #[must_use]
    pub fn positive(&self) -> u64 {
        self.parts.iter().map(|part| part.positive).sum()
    }

    /// `π ± z √V`, not clipped. Not for rare or extreme shares, and not where a stratum had no advert among its labels.
    #[must_use]
    pub fn normal_interval(&self, alpha: f64) -> Interval {
        let half = z(alpha) * self.se();
        Interval::new(self.share - half, self.share + half)
    }

    /// The effective number of labels `π(1-π)/V`; that of [`rule_of_three`] where the variance says nothing.
    #[must_use]
    pub fn effective_labels(&self) -> f64 {
        let bernoulli = self.share * (1.0 - self.share);
        if bernoulli > 0.0 && self.variance > 0.0 { bernoulli / self.variance } else { real(self.labels()) }
    }

    /// Clopper and Pearson's interval at the effective number of labels (Korn and Graubard, Surv. Methodol. 1998;24:193).
    #[must_use]
    pub fn korn_graubard(&self, alpha: f64) -> Interval {
        let n = self.effective_labels();
        clopper_pearson(self.share * n, n, alpha)
    }

    /// Wilson's interval at the effective number of labels.
    #[must_use]
    pub fn wilson(&self, alpha: f64) -> Interval {
        let n = self.effective_labels();
        wilson(self.share * n, n, alpha)
    }

    /// The strata's own intervals (Jeffreys, at their effective numbers of labels) put together by the method of variance estimates recovery (Zou and Donner, Stat. Med.
    /// 2008;27:1693), as Newcombe's interval of a difference does for two. Unlike the others it knows that a stratum with no advert among
    /// its labels may hold some: the interval to show. Clipped to 0 … 1.
    #[must_use]
    pub fn recovered(&self, alpha: f64) -> Interval {
        let (mut below, mut above) = (0.0, 0.0);
        for part in &self.parts {
            let own = part.interval(alpha);
            below += (part.weight * (part.share - own.low)).powi(2);
            above += (part.weight * (own.high - part.share)).powi(2);
        }
        let share: f64 = self.parts.iter().map(|part| part.weight * part.share).sum();
        Interval::new(share - below.sqrt(), share + above.sqrt()).clipped()
    }

    /// Whether a normal interval may be trusted: at least ten adverts among the labels, and no bound outside 0 … 1
    /// (`domain.md` 3.2, "headline choice").
    #[must_use]
    pub fn is_regular(&self, alpha: f64) -> bool {
        let interval = self.normal_interval(alpha);
        real(self.labels()) * self.share >= 10.0 && interval.low >= 0.0 && interval.high <= 1.0
    }
}

/// The greatest share that fits `n` labels without a single advert: `1 - α^(1/n)`, about 3/n for `alpha` = 0.05.
#[must_use]
pub fn rule_of_three(n: u64, alpha: f64) -> f64 {
    if n == 0 { 1.0 } else { 1.0 - alpha.powf(1.0 / real(n)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// domain.md 3.4: nine decimals.
    #[test]
    fn stratified_reference_values() {
        let parts = [(0.90, 2, 200), (0.08, 35, 100), (0.02, 92, 100)];
        let whole = Stratified::new(parts.iter().map(|&(w, x, n)| label_part(w, x, n, None).unwrap()).collect()).unwrap();
        assert!((whole.share - 0.0554).abs() < 1e-12);
        assert!((whole.se() - 0.007_436_459).abs() < 1e-9);
        let interval = whole.normal_interval(0.05);
        assert!((interval.low - 0.040_824_807).abs() < 1e-9 && (interval.high - 0.069_975_193).abs() < 1e-9);
        assert!(whole.korn_graubard(0.05).contains(whole.share) && whole.recovered(0.05).contains(whole.share));
    }

    #[test]
    fn a_stratum_that_was_read_to_its_end_adds_nothing() {
        let whole = Stratified::new(vec![label_part(0.5, 3, 10, Some(10)).unwrap(), label_part(0.5, 1, 1, Some(1)).unwrap()]).unwrap();
        assert_eq!(whole.recovered(0.05), Interval::new(whole.share, whole.share));
        assert_eq!(label_part(0.5, 1, 1, Some(2)), None, "one label has no variance");
    }

    #[test]
    fn no_advert_among_the_labels_is_not_no_advert() {
        let whole = Stratified::new(vec![label_part(0.99, 0, 300, Some(100_000)).unwrap(), label_part(0.01, 95, 100, Some(1_000)).unwrap()]).unwrap();
        assert!(whole.recovered(0.05).high > 0.013, "about 2.5/300 of the low stratum may be adverts");
        assert!((rule_of_three(300, 0.05) - 3.0 / 300.0).abs() < 1e-4);
    }

    #[test]
    fn scores_that_say_the_label_leave_no_doubt() {
        let sample: Vec<Scored> = (0..40).map(|i| f64::from(u8::from(i % 4 == 0))).map(|y| Scored { label: y, centred_score: y - 0.3 }).collect();
        let part = difference_part(1.0, &sample, None).unwrap();
        assert!((part.lambda - 1.0).abs() < 1e-9 && (part.share - 0.3).abs() < 1e-9 && part.variance < 1e-20, "{part:?}");
    }

    #[test]
    fn scores_that_say_nothing_change_nothing() {
        let sample: Vec<Scored> = (0..40u8).map(|i| Scored { label: f64::from(i % 2), centred_score: 0.1 }).collect();
        assert_eq!(difference_part(1.0, &sample, None), label_part(1.0, 20, 40, None));
    }
}
