//! Which posts a reviewer reads next. Reviewers cannot choose: tasks follow from the sample, the quotas and the reviewer's name.

use std::collections::HashSet;

use vigie_measure::{
    Tier,
    share::{Answer, LabelGoal, Quota, next_quotas},
};
use vigie_model::Label;
use vigie_report::{answer_of, drawn, groups};
use vigie_store::{Domain, DomainSample, Measuring, Result, SampledPost};

/// The key of each label.
pub const KEYS: [(char, Label); 17] = [
    ('a', Label::Advert),
    ('s', Label::SuspectedScamSeller),
    ('i', Label::AdvertOtherIllicit),
    ('r', Label::Recruitment),
    ('b', Label::BuyerRequest),
    ('t', Label::UseTalk),
    ('p', Label::Prevention),
    ('n', Label::News),
    ('c', Label::PoliceOrCourt),
    ('m', Label::Culture),
    ('l', Label::LegalTrade),
    ('d', Label::QuoteOrDenunciation),
    ('j', Label::JokeOrIrony),
    ('h', Label::NameOrHomonym),
    ('o', Label::Other),
    ('?', Label::Ambiguous),
    ('x', Label::NotReviewable),
];

/// One labelled post in so many is read by a second person.
const SECOND_ONE_IN: i64 = 7;
/// One post in so many on which two people agree is shown to others, to check them.
const GOLDEN_ONE_IN: i64 = 20;

/// Why a post is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nobody has read it.
    First,
    /// A second reading, or a third one where two people disagree.
    Again,
    /// Two people agree on it: it checks the reviewer.
    Golden,
}

/// A post to read.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// The post.
    pub post: SampledPost,
    /// Why it is shown.
    pub kind: Kind,
}

/// The tasks of a reviewer over several domains, each post once.
///
/// # Errors
/// The store fails.
pub fn all_tasks(store: &dyn Measuring, domains: &[Domain], goal: LabelGoal, reviewer: &str) -> Result<Vec<Task>> {
    let mut all: Vec<Task> = Vec::new();
    let mut seen = HashSet::new();
    for domain in domains {
        let sample = store.domain_sample(domain)?;
        let quotas = next_quotas(&groups(&sample.cells), &drawn(&sample.posts), goal, 0.05);
        all.extend(tasks(&sample, &quotas, reviewer).into_iter().filter(|task| seen.insert(task.post.key)));
    }
    Ok(all)
}

/// The tasks of a reviewer, tiers mixed so that nobody can tell the detector's opinion from the order.
#[must_use]
pub fn tasks(sample: &DomainSample, quotas: &[Quota], reviewer: &str) -> Vec<Task> {
    let mut placed: Vec<(f64, Task)> = Vec::new();
    for tier in Tier::ALL {
        let quota = quotas.iter().find(|quota| quota.tier == tier).map_or(0, |quota| u32::try_from(quota.labels).unwrap_or(u32::MAX));
        let posts = sample.posts.iter().filter(|post| Tier::of(post.bin) == tier);
        for (index, post) in (0u32..).zip(posts) {
            // What was read beyond the quota, which moves with the labels, is read again as well.
            let Some(kind) = kind(post, reviewer).filter(|kind| index < quota || *kind != Kind::First) else { continue };
            placed.push(((f64::from(index) + 0.5) / f64::from(quota.max(1)), Task { post: post.clone(), kind }));
        }
    }
    placed.sort_by(|a, b| a.0.total_cmp(&b.0));
    placed.into_iter().map(|(_, task)| task).collect()
}

/// Why this reviewer is to read this post; none if there is no reason.
fn kind(post: &SampledPost, reviewer: &str) -> Option<Kind> {
    if post.labels.iter().any(|given| given.reviewer == reviewer) {
        return None;
    }
    let Some(answer) = Answer::of_votes(post.labels.iter().map(|given| answer_of(given.label))) else {
        return (!post.gone).then_some(Kind::First);
    };
    let one_in = |n: i64| post.priority % n == 0;
    match post.labels.len() {
        1 => one_in(SECOND_ONE_IN).then_some(Kind::Again),
        2 if answer == Answer::Undecided => Some(Kind::Again),
        _ => (answer != Answer::Undecided && one_in(SECOND_ONE_IN * GOLDEN_ONE_IN)).then_some(Kind::Golden),
    }
}

/// How the reviewers did on posts on which the first two agreed: of so many readings by others, so many said the same.
#[must_use]
pub fn golden(sample: &DomainSample) -> (u64, u64) {
    let (mut shown, mut same) = (0, 0);
    for post in &sample.posts {
        let [first, second, others @ ..] = post.labels.as_slice() else { continue };
        if answer_of(first.label) != answer_of(second.label) {
            continue;
        }
        shown += others.len() as u64;
        same += others.iter().filter(|given| answer_of(given.label) == answer_of(first.label)).count() as u64;
    }
    (shown, same)
}

#[cfg(test)]
mod tests {
    use vigie_measure::{Network, ScoreBin};
    use vigie_model::{Band, Lang, Timestamp};
    use vigie_store::GivenLabel;

    use super::*;

    fn post(priority: i64, band: Band, labels: &[(&str, Label)]) -> SampledPost {
        let at = Timestamp::from_seconds(1_795_000_000).unwrap();
        SampledPost {
            key: priority.unsigned_abs(),
            priority,
            revision: 0,
            network: Network::UNKNOWN,
            lang: Lang::UNKNOWN,
            hour: 0,
            bin: ScoreBin::new(band, 0.0),
            score: 0.0,
            author: None,
            views: None,
            text: Some("texte".into()),
            taken_at: at,
            gone: false,
            labels: labels.iter().map(|(reviewer, label)| GivenLabel { reviewer: (*reviewer).into(), label: *label, at }).collect(),
        }
    }

    fn quota(tier: Tier, labels: u64) -> Quota {
        Quota { tier, labels, read: 0, drawn: labels, posts: labels }
    }

    #[test]
    fn follow_the_draw_and_mix_the_tiers() {
        let posts = (1..=8).map(|p| post(p, if p % 2 == 0 { Band::Advert } else { Band::Clear }, &[])).collect();
        let sample = DomainSample { posts, ..DomainSample::default() };
        let found = tasks(&sample, &[quota(Tier::Low, 4), quota(Tier::Advert, 2)], "a");
        assert_eq!(found.iter().map(|task| task.post.priority).collect::<Vec<_>>(), [1, 2, 3, 5, 4, 7]);
    }

    #[test]
    fn nobody_reads_a_post_twice_and_some_are_read_by_two() {
        let one = [("a", Label::Advert)];
        assert_eq!(kind(&post(7, Band::Clear, &one), "a"), None);
        assert_eq!(kind(&post(7, Band::Clear, &one), "b"), Some(Kind::Again));
        assert_eq!(kind(&post(8, Band::Clear, &one), "b"), None);
        let split = [("a", Label::Advert), ("b", Label::News)];
        assert_eq!(kind(&post(8, Band::Clear, &split), "c"), Some(Kind::Again), "somebody has to decide");
        let agreed = [("a", Label::Advert), ("b", Label::Advert)];
        assert_eq!(kind(&post(140, Band::Clear, &agreed), "c"), Some(Kind::Golden));
        assert_eq!(kind(&post(141, Band::Clear, &agreed), "c"), None);
    }

    #[test]
    fn a_post_that_is_gone_is_not_shown() {
        assert_eq!(kind(&SampledPost { gone: true, text: None, ..post(7, Band::Clear, &[]) }, "a"), None);
    }

    #[test]
    fn golden_cases_are_counted() {
        let posts = vec![post(140, Band::Clear, &[("a", Label::Advert), ("b", Label::Advert), ("c", Label::News)])];
        assert_eq!(golden(&DomainSample { posts, ..DomainSample::default() }), (1, 0));
    }
}
