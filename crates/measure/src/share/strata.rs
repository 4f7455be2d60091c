//! Strata of tier and language, and which labels count.

use vigie_model::Lang;

use super::{Answer, Drawn, Group, StratumReport};
use crate::{
    ScoreBin, Tier,
    estimate::{Clustered, ConfidenceSequence, Interval, Part, Scored, Stratified, difference_part, label_part, real},
};

/// Labels that a language needs to be a stratum of its own.
const FEWEST_OF_A_LANGUAGE: usize = 30;
/// The calibration of a post's score never sees its own label: it comes from the other folds.
const FOLDS: usize = 5;
/// Labels' worth of the tier's share that a bin's share is drawn towards.
const SMOOTHING: f64 = 5.0;

/// The sample of a domain, stratified.
pub(super) struct Strata<'d>(Vec<Stratum<'d>>);

/// Posts of one tier, in one language or several.
struct Stratum<'d> {
    tier: Tier,
    lang: Option<Lang>,
    posts: u64,
    /// Posts of each score bin.
    bins: Vec<(ScoreBin, u64)>,
    /// Those that were read, in order of priority.
    read: Vec<(&'d Drawn, Answer)>,
}

impl<'d> Strata<'d> {
    /// Stratifies by tier, and within it by language as far as there are labels for it.
    pub(super) fn new(groups: &[Group], drawn: &'d [Drawn]) -> Self {
        let mut strata = Vec::new();
        for tier in Tier::ALL {
            let groups: Vec<Group> = groups.iter().filter(|group| Tier::of(group.bin) == tier && group.posts > 0).copied().collect();
            let read = read_prefix(tier, drawn);
            strata.extend(split(tier, &groups, &read));
        }
        Self(strata)
    }

    pub(super) fn labels(&self) -> u64 {
        self.0.iter().map(|stratum| stratum.read.len() as u64).sum()
    }

    pub(super) fn answers(&self, wanted: Answer) -> u64 {
        self.0.iter().flat_map(|stratum| &stratum.read).filter(|(_, answer)| *answer == wanted).count() as u64
    }

    /// Whether there are labels enough for a headline: so many, or all posts.
    pub(super) fn is_enough(&self, fewest: u64) -> bool {
        let posts: u64 = self.0.iter().map(|stratum| stratum.posts).sum();
        posts > 0 && self.labels() >= fewest.min(posts)
    }

    /// The share, undecided posts counted as `undecided` (0 or 1); helped by scores or not. None if a stratum has too few labels.
    pub(super) fn estimate(&self, undecided: f64, helped: bool) -> Option<Stratified> {
        let parts: Option<Vec<Part>> = self.0.iter().map(|stratum| stratum.part(undecided, helped)).collect();
        Stratified::new(parts?)
    }

    /// Labels with their accounts, undecided ones as no adverts.
    pub(super) fn clustered(&self) -> Vec<Clustered> {
        let of = |stratum: usize, (drawn, answer): &(&Drawn, Answer)| Clustered {
            // Priorities are unique but for chance, so that unknown accounts stand alone.
            cluster: drawn.account.unwrap_or(drawn.priority.unsigned_abs()),
            stratum,
            label: value(*answer, 0.0),
        };
        self.0.iter().enumerate().flat_map(|(index, stratum)| stratum.read.iter().map(move |read| of(index, read))).collect()
    }

    /// A confidence sequence in each stratum, in the order of the draw, each at its part of `alpha`; their bounds weighted together.
    pub(super) fn anytime(&self, estimate: &Stratified, alpha: f64) -> Interval {
        let alpha = alpha / real(self.0.len().max(1) as u64);
        let mut whole = Interval::new(0.0, 0.0);
        for (stratum, part) in self.0.iter().zip(&estimate.parts) {
            let mut sequence = ConfidenceSequence::new(alpha);
            for (_, answer) in &stratum.read {
                sequence.push(value(*answer, 0.0));
            }
            let own = if part.fraction >= 1.0 { Interval::new(part.share, part.share) } else { sequence.interval() };
            whole = Interval::new(whole.low + part.weight * own.low, whole.high + part.weight * own.high);
        }
        whole.clipped()
    }

    pub(super) fn reports(&self, estimate: &Stratified) -> Vec<StratumReport> {
        let report = |(stratum, part): (&Stratum<'_>, &Part)| StratumReport { tier: stratum.tier, lang: stratum.lang, posts: stratum.posts, part: *part };
        self.0.iter().zip(&estimate.parts).map(report).collect()
    }
}

/// The posts of a tier that were read before the first one that was not: a random sample, whoever chose when to stop.
pub(super) fn read_prefix(tier: Tier, drawn: &[Drawn]) -> Vec<(&Drawn, Answer)> {
    drawn.iter().filter(|post| Tier::of(post.bin) == tier).map_while(|post| Some((post, post.answer?))).collect()
}

/// The strata of a tier: languages with labels enough, and the others together; one stratum if the others have too few.
fn split<'d>(tier: Tier, groups: &[Group], read: &[(&'d Drawn, Answer)]) -> Vec<Stratum<'d>> {
    let mut langs: Vec<Lang> = groups.iter().map(|group| group.lang).collect();
    langs.sort_unstable();
    langs.dedup();
    langs.retain(|lang| read.iter().filter(|(post, _)| post.lang == *lang).count() >= FEWEST_OF_A_LANGUAGE);
    let is_other = |lang: Lang| !langs.contains(&lang);
    let others = stratum(tier, None, groups, read, is_other);
    if others.posts > 0 && others.read.len() < FEWEST_OF_A_LANGUAGE {
        return vec![stratum(tier, None, groups, read, |_| true)];
    }
    let own = langs.iter().map(|&lang| stratum(tier, Some(lang), groups, read, |other| other == lang));
    own.chain((others.posts > 0).then(|| stratum(tier, None, groups, read, is_other))).collect()
}

fn stratum<'d>(tier: Tier, lang: Option<Lang>, groups: &[Group], read: &[(&'d Drawn, Answer)], holds: impl Fn(Lang) -> bool) -> Stratum<'d> {
    let bins: Vec<(ScoreBin, u64)> = groups.iter().filter(|group| holds(group.lang)).map(|group| (group.bin, group.posts)).collect();
    Stratum { tier, lang, posts: bins.iter().map(|(_, posts)| posts).sum(), bins, read: read.iter().filter(|(post, _)| holds(post.lang)).copied().collect() }
}

impl Stratum<'_> {
    fn part(&self, undecided: f64, helped: bool) -> Option<Part> {
        let weight = real(self.posts);
        if helped {
            return difference_part(weight, &self.scored(undecided), Some(self.posts));
        }
        let positive = self.read.iter().filter(|(_, answer)| value(*answer, undecided) > 0.5).count() as u64;
        label_part(weight, positive, self.read.len() as u64, Some(self.posts))
    }

    /// Labels with cross-fitted scores (cross-prediction, Zrnic and Candès 2024): a post's score is the smoothed share of adverts in
    /// its bin among the labels of the other folds, less the mean of the same over all posts of the stratum.
    fn scored(&self, undecided: f64) -> Vec<Scored> {
        let folds: Vec<Calibration> = (0..FOLDS).map(|fold| Calibration::without(fold, self, undecided)).collect();
        self.read
            .iter()
            .enumerate()
            .map(|(index, (post, answer))| Scored {
                label: value(*answer, undecided),
                centred_score: folds.get(index % FOLDS).map_or(0.0, |calibration| calibration.score(post.bin) - calibration.mean),
            })
            .collect()
    }
}

/// Shares of adverts by score bin.
struct Calibration {
    /// Adverts and labels of each bin.
    bins: [(f64, f64); ScoreBin::COUNT as usize],
    /// Share of adverts among all.
    overall: f64,
    /// Mean score of all posts of the stratum.
    mean: f64,
}

impl Calibration {
    fn without(fold: usize, stratum: &Stratum<'_>, undecided: f64) -> Self {
        let mut bins = [(0.0, 0.0); ScoreBin::COUNT as usize];
        let mut all = (0.5, 1.0);
        for (post, answer) in stratum.read.iter().enumerate().filter(|(index, _)| index % FOLDS != fold).map(|(_, read)| read) {
            let label = value(*answer, undecided);
            all = (all.0 + label, all.1 + 1.0);
            if let Some((adverts, labels)) = bins.get_mut(usize::from(post.bin.number())) {
                (*adverts, *labels) = (*adverts + label, *labels + 1.0);
            }
        }
        let mut calibration = Self { bins, overall: all.0 / all.1, mean: 0.0 };
        let sum: f64 = stratum.bins.iter().map(|(bin, posts)| calibration.score(*bin) * real(*posts)).sum();
        calibration.mean = sum / real(stratum.posts).max(1.0);
        calibration
    }

    fn score(&self, bin: ScoreBin) -> f64 {
        let (adverts, labels) = self.bins.get(usize::from(bin.number())).copied().unwrap_or_default();
        (adverts + SMOOTHING * self.overall) / (labels + SMOOTHING)
    }
}

/// What an answer counts as.
pub(super) fn value(answer: Answer, undecided: f64) -> f64 {
    match answer {
        Answer::Advert => 1.0,
        Answer::Other => 0.0,
        Answer::Undecided => undecided,
    }
}
