//! Simulated streams with a known share, detectors from excellent to useless, and the estimates of their samples.

use vigie_measure::{
    ScoreBin, Tier,
    estimate::{Interval, Stratified, label_part, wilson},
    random::Random,
    share::{Answer, Drawn, Group, LabelGoal, SharePlan, estimate_share, label_quotas},
};
use vigie_model::{Band, Lang};

/// A kind of stream.
#[derive(Debug)]
pub(crate) struct Case {
    /// For the table.
    pub(crate) name: &'static str,
    /// True share of adverts.
    pub(crate) share: f64,
    /// Where scores of adverts and of others lie: mean of a logistic score in each.
    pub(crate) separation: f64,
    /// What the separation falls to towards the end of the window.
    pub(crate) drift: f64,
    /// Mean number of posts of an advertising account.
    pub(crate) per_account: f64,
    /// Posts of the stream.
    pub(crate) posts: usize,
    /// Label budget.
    pub(crate) labels: u64,
}

const fn case(name: &'static str, share: f64, separation: f64, labels: u64) -> Case {
    Case { name, share, separation, drift: separation, per_account: 1.0, posts: 20_000, labels }
}

/// What is simulated.
pub(crate) const CASES: [Case; 25] = [
    case("0.3 %, excellent", 0.003, 8.0, 2_000),
    case("0.3 %, good", 0.003, 5.0, 2_000),
    case("0.3 %, fair", 0.003, 3.0, 2_000),
    case("0.3 %, useless", 0.003, 0.0, 2_000),
    Case { drift: 2.0, ..case("0.3 %, good then drifting", 0.003, 5.0, 2_000) },
    case("1 %, excellent", 0.01, 8.0, 1_000),
    case("1 %, good", 0.01, 5.0, 1_000),
    case("1 %, fair", 0.01, 3.0, 1_000),
    case("1 %, useless", 0.01, 0.0, 1_000),
    Case { per_account: 8.0, ..case("1 %, good, by account", 0.01, 5.0, 1_000) },
    case("10 %, excellent", 0.1, 8.0, 400),
    case("10 %, good", 0.1, 5.0, 400),
    case("10 %, fair", 0.1, 3.0, 400),
    case("10 %, useless", 0.1, 0.0, 400),
    Case { drift: 2.0, ..case("10 %, good then drifting", 0.1, 5.0, 400) },
    Case { per_account: 8.0, ..case("10 %, good, by account", 0.1, 5.0, 400) },
    case("50 %, excellent", 0.5, 8.0, 400),
    case("50 %, good", 0.5, 5.0, 400),
    case("50 %, useless", 0.5, 0.0, 400),
    Case { drift: 2.0, per_account: 8.0, ..case("50 %, drifting, by account", 0.5, 5.0, 400) },
    case("80 %, excellent", 0.8, 8.0, 400),
    case("80 %, good", 0.8, 5.0, 400),
    case("80 %, fair", 0.8, 3.0, 400),
    case("80 %, useless", 0.8, 0.0, 400),
    Case { drift: 2.0, per_account: 8.0, ..case("80 %, drifting, by account", 0.8, 5.0, 400) },
];

/// What came of the runs of a case.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Mean true share.
    pub(crate) share: f64,
    /// Mean number of labels.
    pub(crate) labels: f64,
    /// Coverage of the interval that is shown.
    pub(crate) headline: f64,
    /// Coverage of Korn and Graubard's interval of the same labels.
    pub(crate) korn_graubard: f64,
    /// Coverage of Wilson's at the effective number of labels.
    pub(crate) wilson: f64,
    /// Coverage of Wilson's for a plain random sample of as many labels.
    pub(crate) plain: f64,
    /// Median width of the interval that is shown over that of the plain sample.
    pub(crate) width: f64,
}

struct Post {
    advert: bool,
    score: f64,
    account: u64,
}

/// Runs a case so many times.
pub(crate) fn run(case: &Case, runs: u32) -> Outcome {
    let mut sums = Outcome::default();
    let (mut widths, mut plain_widths) = (Vec::new(), Vec::new());
    for seed in 0..runs {
        let mut random = Random::new(u64::from(seed) + 1_000_003 * case.name.len() as u64);
        let posts = stream(case, &mut random);
        let truth = mean(posts.iter().map(|post| f64::from(u8::from(post.advert))));
        let (headline, labels, plain_strata) = estimate(case, &posts);
        let of = |interval: Interval| f64::from(u8::from(interval.contains(truth)));
        let plain = plain_sample(&posts, labels);
        sums.share += truth;
        sums.labels += labels as f64;
        sums.headline += of(headline);
        sums.korn_graubard += of(plain_strata.korn_graubard(0.05));
        sums.wilson += of(plain_strata.wilson(0.05));
        sums.plain += of(plain);
        widths.push(headline.width());
        plain_widths.push(plain.width());
    }
    let n = f64::from(runs);
    for sum in [&mut sums.share, &mut sums.labels, &mut sums.headline, &mut sums.korn_graubard, &mut sums.wilson, &mut sums.plain] {
        *sum /= n;
    }
    sums.width = median(widths) / median(plain_widths);
    sums
}

/// A stream in order of priority, which is random order.
fn stream(case: &Case, random: &mut Random) -> Vec<Post> {
    let mut account = 0u64;
    let mut left = 0.0;
    let mut account_shift = 0.0;
    let adverts: Vec<bool> = (0..case.posts).map(|_| random.unit() < case.share).collect();
    let mut posts: Vec<Post> = adverts
        .into_iter()
        .enumerate()
        .map(|(at, advert)| {
            if left <= 0.0 {
                account += 1;
                left = (1.0 - random.unit()).ln() * -case.per_account;
                // Adverts of one account look alike to the detector.
                account_shift = if case.per_account > 1.0 { random.normal() * 1.5 } else { 0.0 };
            }
            left -= 1.0;
            let progress = at as f64 / case.posts as f64;
            let separation = case.separation + (case.drift - case.separation) * progress;
            let centre = if advert { separation / 2.0 + account_shift } else { -separation / 2.0 };
            let logit = centre - 1.0 + random.normal() * 1.3;
            Post { advert, score: 1.0 / (1.0 + (-logit).exp()), account: if advert { account } else { 1_000_000 + at as u64 } }
        })
        .collect();
    for at in (1..posts.len()).rev() {
        posts.swap(at, random.below(at + 1));
    }
    posts
}

fn bin(score: f64) -> ScoreBin {
    let band = match score {
        s if s >= 0.7 => Band::Advert,
        s if s >= 0.4 => Band::Review,
        _ => Band::Clear,
    };
    ScoreBin::new(band, score as f32)
}

/// The headline's interval, its labels, and the same labels as plain strata of tiers.
fn estimate(case: &Case, posts: &[Post]) -> (Interval, u64, Stratified) {
    let lang = Lang::parse("fr");
    let mut counts = [0u64; ScoreBin::COUNT as usize];
    posts.iter().for_each(|post| counts[usize::from(bin(post.score).number())] += 1);
    let groups: Vec<Group> = (0..ScoreBin::COUNT)
        .filter_map(|number| Some(Group { bin: ScoreBin::from_number(number)?, lang, posts: counts[usize::from(number)] }))
        .filter(|group| group.posts > 0)
        .collect();
    let unread: Vec<Drawn> = (0i64..)
        .zip(posts)
        .map(|(priority, post)| Drawn { priority, bin: bin(post.score), lang, account: Some(post.account), views: None, answer: None })
        .collect();
    // A quarter of the labels first, to see where the rest is worth most.
    let pilot = read(&unread, posts, &groups, case.labels / 4);
    let drawn = read(&pilot, posts, &groups, case.labels);
    let report = estimate_share(&groups, &drawn, None, &SharePlan { replicates: 0, ..SharePlan::default() });
    let parts = Tier::ALL.into_iter().filter_map(|tier| {
        let size: u64 = groups.iter().filter(|group| Tier::of(group.bin) == tier).map(|group| group.posts).sum();
        let read = || drawn.iter().filter(|post| Tier::of(post.bin) == tier && post.answer.is_some());
        label_part(size as f64, read().filter(|post| post.answer == Some(Answer::Advert)).count() as u64, read().count() as u64, Some(size))
    });
    (report.interval.unwrap_or(Interval::UNIT), report.labels, Stratified::new(parts.collect()).unwrap())
}

fn read(drawn: &[Drawn], posts: &[Post], groups: &[Group], labels: u64) -> Vec<Drawn> {
    let mut drawn = drawn.to_vec();
    for quota in label_quotas(groups, &drawn.clone(), LabelGoal::Labels(labels), 0.05) {
        let tier = drawn.iter_mut().zip(posts).filter(|(post, _)| Tier::of(post.bin) == quota.tier);
        for (post, truth) in tier.take(quota.labels as usize) {
            post.answer = Some(if truth.advert { Answer::Advert } else { Answer::Other });
        }
    }
    drawn
}

/// Wilson's interval of the first posts, with the finite-population correction.
fn plain_sample(posts: &[Post], labels: u64) -> Interval {
    let n = labels.min(posts.len() as u64);
    let adverts = posts.iter().take(n as usize).filter(|post| post.advert).count() as f64;
    let effective = n as f64 / (1.0 - n as f64 / posts.len() as f64).max(1e-9);
    wilson(adverts / n as f64 * effective, effective, 0.05)
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.sum::<f64>() / n
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
