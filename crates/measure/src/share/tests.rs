use vigie_model::{Band, Lang};

use super::*;
use crate::random::Random;

fn bin(band: Band) -> ScoreBin {
    ScoreBin::new(
        band,
        match band {
            Band::Clear => 0.0,
            Band::Review => 0.5,
            Band::Advert => 0.9,
        },
    )
}

/// A domain of 10,000 posts: 9,000 clear with 1 % adverts, 200 to review with half, 800 adverts with 95 %. The first `read` of each
/// tier in order of priority are read.
fn domain(seed: u64, read: usize) -> (Vec<Group>, Vec<Drawn>, f64) {
    let mut random = Random::new(seed);
    let (mut groups, mut drawn, mut adverts) = (Vec::new(), Vec::new(), 0);
    for (band, posts, share) in [(Band::Clear, 9_000u64, 0.01), (Band::Review, 200, 0.5), (Band::Advert, 800, 0.95)] {
        groups.push(Group { bin: bin(band), lang: Lang::parse("fr"), posts });
        for at in 0..posts {
            let advert = random.unit() < share;
            adverts += u64::from(advert);
            let answer = (at < read as u64).then_some(if advert { Answer::Advert } else { Answer::Other });
            #[expect(clippy::cast_possible_truncation, reason = "a test")]
            let priority = (random.unit() * 1e15) as i64;
            drawn.push(Drawn { priority, bin: bin(band), lang: Lang::parse("fr"), account: Some(at / 3), views: Some(10), answer });
        }
    }
    (groups, drawn, real(adverts) / 10_000.0)
}

#[test]
fn labels_bring_the_headline_up_the_ladder() {
    let (groups, drawn, truth) = domain(1, 150);
    let report = estimate_share(&groups, &drawn, None, &SharePlan::default());
    assert_eq!((report.labels, report.posts, report.detected), (450, 10_000, 800));
    assert!(matches!(report.rung, Rung::Powered | Rung::Stratified));
    assert!(report.interval.is_some_and(|interval| interval.contains(truth)), "{report:?}");
    assert!(report.account_interval.is_some() && report.suppressed.is_none());
    let (shown, anytime) = (report.interval.unwrap(), report.anytime_interval.unwrap());
    assert!(anytime.low <= shown.low && anytime.high >= shown.high, "peeking costs: {anytime:?}");
}

#[test]
fn without_labels_it_is_no_estimate() {
    let (groups, drawn, _) = domain(1, 0);
    let report = estimate_share(&groups, &drawn, None, &SharePlan::default());
    assert_eq!((report.rung, report.share, report.interval), (Rung::Raw, Some(0.08), None));
    assert_eq!(report.warnings, [Warning::FewLabels]);
}

#[test]
fn a_detector_checked_elsewhere_corrects_the_rate_with_a_warning() {
    let (groups, drawn, truth) = domain(1, 200);
    let test = validation(&groups, &drawn).unwrap();
    assert!(test.sensitivity > 0.7 && test.sensitivity < 0.95 && test.specificity > 0.98, "{test:?}");
    let report = estimate_share(&groups, &[], Some(&test), &SharePlan::default());
    assert_eq!(report.rung, Rung::Corrected);
    assert!(report.interval.is_some_and(|interval| interval.contains(truth)), "{report:?} {test:?} {truth}");
    assert_eq!(report.warnings, [Warning::AssumesSameDetector, Warning::FewLabels]);
}

#[test]
fn labels_after_an_unread_post_do_not_count() {
    let (groups, mut drawn, _) = domain(1, 150);
    let before = estimate_share(&groups, &drawn, None, &SharePlan::default());
    drawn[200].answer = Some(Answer::Advert);
    assert_eq!(estimate_share(&groups, &drawn, None, &SharePlan::default()), before);
    drawn[100].answer = None;
    assert_eq!(estimate_share(&groups, &drawn, None, &SharePlan::default()).labels, 400);
}

#[test]
fn undecided_posts_count_either_way() {
    let (groups, mut drawn, _) = domain(1, 150);
    for post in drawn.iter_mut().take(30) {
        post.answer = Some(Answer::Undecided);
    }
    let report = estimate_share(&groups, &drawn, None, &SharePlan::default());
    let (without, with) = (report.share.unwrap(), report.share_with_undecided.unwrap());
    assert!(with - without > 0.1, "{without} {with}");
    assert!(report.interval.unwrap().contains(without) && report.interval.unwrap().contains(with));
}

#[test]
fn few_posts_and_wide_intervals_are_not_shown() {
    let groups = [Group { bin: bin(Band::Advert), lang: Lang::UNKNOWN, posts: 20 }];
    assert_eq!(estimate_share(&groups, &[], None, &SharePlan::default()).suppressed, Some(Suppressed::TooFew));
    let poor = Validation { sensitivity: 0.6, adverts: 12.0, specificity: 0.6, others: 12.0 };
    let groups = [Group { bin: bin(Band::Advert), lang: Lang::UNKNOWN, posts: 45 }, Group { bin: bin(Band::Clear), lang: Lang::UNKNOWN, posts: 55 }];
    assert_eq!(estimate_share(&groups, &[], Some(&poor), &SharePlan::default()).suppressed, Some(Suppressed::TooWide));
}

#[test]
fn every_post_read_leaves_no_doubt() {
    let (groups, drawn, truth) = domain(1, 9_000);
    let report = estimate_share(&groups, &drawn, None, &SharePlan::default());
    let interval = report.interval.unwrap();
    assert!(interval.width() < 1e-12 && (interval.low - truth).abs() < 1e-12);
}

#[test]
fn views_weigh_posts() {
    let (_, mut drawn, _) = domain(1, 200);
    for post in drawn.iter_mut().filter(|post| Tier::of(post.bin) == Tier::Advert) {
        post.views = Some(100);
    }
    let groups: Vec<ViewGroup> = [(Tier::Low, 9_000, 90_000), (Tier::Review, 200, 2_000), (Tier::Advert, 800, 80_000)]
        .map(|(tier, viewed, views)| ViewGroup { tier, viewed, views })
        .to_vec();
    let share = view_share(&groups, &drawn, 0.0).unwrap();
    assert!((share.share - (80_000.0 * 0.95 + 1_000.0 + 900.0) / 172_000.0).abs() < 0.03, "{share:?}");
    assert_eq!(view_share(&groups, &[], 0.0), None);
}

#[test]
fn quotas_go_where_doubt_is_and_never_below_the_floor() {
    let (groups, drawn, _) = domain(1, 0);
    let quotas = label_quotas(&groups, &drawn, LabelGoal::Labels(400), 0.05);
    assert_eq!(quotas.iter().map(|quota| quota.tier).collect::<Vec<_>>(), [Tier::Low, Tier::Review, Tier::Advert]);
    assert!(quotas[0].labels > 250 && quotas.iter().all(|quota| quota.labels >= 30 && quota.read == 0), "{quotas:?}");
    let fine = label_quotas(&groups, &drawn, LabelGoal::HalfWidth(0.01), 0.05);
    let coarse = label_quotas(&groups, &drawn, LabelGoal::HalfWidth(0.03), 0.05);
    let sum = |quotas: &[Quota]| quotas.iter().map(|quota| quota.labels).sum::<u64>();
    assert!(sum(&fine) > 2 * sum(&coarse), "{fine:?} {coarse:?}");
}
