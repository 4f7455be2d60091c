//! Building a figure from the sample of its domain.

use std::collections::BTreeMap;

use vigie_measure::{
    Tier, UNKNOWN_HOUR,
    drift::{calibration_error, reliability},
    estimate::{Agreement, Interval, Validation, cohen_kappa, lang_reiczigel},
    exposure,
    share::{Answer, Drawn, Group, Rung, SharePlan, ShareReport, ViewGroup, Warning, estimate_share, validation, view_share},
};
use vigie_store::{DetectorRun, Domain, DomainCell, DomainSample, GivenLabel, Measuring, SampledPost, answer_of};

use super::{DayShare, DerivedShare, Exposure, FigureContext, Methods, ShareFigure, methods};

/// What is estimated, in words (`domain.md` 3.1).
const ESTIMAND: &str =
    "public posts that match the watch, posted in the window and visible when collected, that are adverts for illegal drugs, over all such posts";
/// Posts that a reader sees, for the exposure.
const FIRST_POSTS: [u64; 3] = [10, 20, 50];
/// Labels of a day that its own estimate needs.
const LABELS_A_DAY: u64 = 30;

/// The counts of a domain as estimators take them.
#[must_use]
pub fn groups(cells: &[DomainCell]) -> Vec<Group> {
    cells.iter().map(|cell| Group { bin: cell.bin, lang: cell.lang, posts: cell.posts }).collect()
}

/// The sample of a domain as estimators take it. A post that was gone before somebody read it is undecided.
#[must_use]
pub fn drawn(posts: &[SampledPost]) -> Vec<Drawn> {
    posts.iter().map(one).collect()
}

fn one(post: &SampledPost) -> Drawn {
    let voted = Answer::of_votes(latest(&post.labels).map(|given| answer_of(given.label)));
    let answer = voted.or(post.gone.then_some(Answer::Undecided));
    Drawn { priority: post.priority, bin: post.bin, lang: post.lang, account: post.author, views: post.views, answer }
}

/// The latest label of each reviewer, in the order of their first ones.
fn latest(labels: &[GivenLabel]) -> impl Iterator<Item = &GivenLabel> {
    labels.iter().enumerate().filter(|(at, given)| !labels.iter().skip(at + 1).any(|later| later.reviewer == given.reviewer)).map(|(_, given)| given)
}

/// A figure for each domain; where one has too few labels of its own, the best checked detector of the others helps.
///
/// # Errors
/// The store fails.
pub fn share_figures(store: &dyn Measuring, domains: &[Domain]) -> vigie_store::Result<Vec<ShareFigure>> {
    let samples: Vec<DomainSample> = domains.iter().map(|domain| store.domain_sample(domain)).collect::<Result<_, _>>()?;
    let (detectors, seed, plan) = (store.detector_runs()?, store.seed_fingerprint(), SharePlan::default());
    let tests: Vec<Option<Validation>> = samples.iter().map(|sample| validation(&groups(&sample.cells), &drawn(&sample.posts))).collect();
    let figure = |(at, sample): (usize, &DomainSample)| {
        let context = FigureContext { elsewhere: best_other(&tests, at), detectors: detectors.clone(), seed: seed.clone(), plan };
        domains.get(at).map(|domain| ShareFigure::new(domain.clone(), sample, &context))
    };
    Ok(samples.iter().enumerate().filter_map(figure).collect())
}

/// The best checked detector among the other watches: the one with the most adverts behind its sensitivity, of at least 30.
fn best_other(tests: &[Option<Validation>], at: usize) -> Option<Validation> {
    let others = tests.iter().enumerate().filter(|(index, _)| *index != at).filter_map(|(_, test)| *test);
    others.filter(|test| test.adverts >= 30.0).max_by(|a, b| a.adverts.total_cmp(&b.adverts))
}

impl ShareFigure {
    /// Estimates everything.
    #[must_use]
    pub fn new(domain: Domain, sample: &DomainSample, context: &FigureContext) -> Self {
        let FigureContext { detectors, seed, plan, .. } = context;
        let (groups, drawn) = (groups(&sample.cells), drawn(&sample.posts));
        let test = validation(&groups, &drawn).or(context.elsewhere);
        let posts = headline(&groups, &drawn, sample, context);
        let (double_labels, kappa) = agreement(&sample.posts);
        let mut figure = Self {
            estimand: ESTIMAND,
            texts: corrected(sample.distinct.advert_texts, sample.distinct.texts, test.as_ref(), plan.alpha),
            authors: corrected(sample.distinct.advert_authors, sample.distinct.authors, test.as_ref(), plan.alpha),
            views: views(sample, &drawn, plan.alpha),
            exposure: exposures(&sample.cells, &posts),
            days: days(sample, plan),
            reviewers: reviewers(&sample.posts),
            double_labels,
            kappa,
            calibration_error: calibration(sample, &posts),
            lag_hours: lag(&sample.posts),
            hours: hours(&sample.cells),
            empty_hours: empty_hours(&sample.cells),
            unsampled_days: sample.unsampled_days,
            detectors: detectors.clone(),
            seed: seed.clone(),
            plan: *plan,
            methods: Methods::default(),
            domain,
            posts,
        };
        figure.warn();
        figure.methods = methods(&figure);
        figure
    }

    /// What only the whole figure shows.
    fn warn(&mut self) {
        let warnings = &mut self.posts.warnings;
        if self.unsampled_days > 0 {
            warnings.push(Warning::UnsampledDays);
        }
        if changed_within(&self.detectors, self.hours) {
            warnings.push(Warning::DetectorChanged);
        }
        if self.posts.labels > 0 && self.double_labels * 10 < self.posts.labels {
            warnings.push(Warning::FewDoubleLabels);
        }
        warnings.sort_unstable();
    }
}

/// Posts that were never offered to the sample make it no sample of the domain: then only the raw rate is left.
fn headline(groups: &[Group], drawn: &[Drawn], sample: &DomainSample, context: &FigureContext) -> ShareReport {
    let drawn = if sample.unsampled_days > 0 { &[] } else { drawn };
    estimate_share(groups, drawn, context.elsewhere.as_ref(), &context.plan)
}

/// Whether a later detector began to judge after the first hour of the window.
fn changed_within(detectors: &[DetectorRun], hours: Option<(i64, i64)>) -> bool {
    let Some((first, last)) = hours else { return false };
    detectors.iter().skip(1).any(|run| (first..=last).contains(&run.since.hour()))
}

/// A detector's rate corrected as for posts: it is assumed to err as often on what is counted here.
fn corrected(detected: u64, all: u64, test: Option<&Validation>, alpha: f64) -> DerivedShare {
    if all == 0 {
        return DerivedShare::default();
    }
    let rate = real(detected) / real(all);
    match test.and_then(|test| lang_reiczigel(rate, real(all), test, alpha)) {
        Some(point) => DerivedShare { rung: Some("E1 Rogan-Gladen"), all, detected, share: Some(point.share), interval: Some(point.interval) },
        None => DerivedShare { rung: Some("E0 raw detector rate"), all, detected, share: Some(rate), interval: None },
    }
}

fn views(sample: &DomainSample, drawn: &[Drawn], alpha: f64) -> DerivedShare {
    let groups: Vec<ViewGroup> = Tier::ALL
        .into_iter()
        .map(|tier| {
            let cells = || sample.cells.iter().filter(|cell| Tier::of(cell.bin) == tier);
            ViewGroup { tier, viewed: cells().map(|cell| cell.viewed).sum(), views: cells().map(|cell| cell.views).sum() }
        })
        .collect();
    let all: u64 = groups.iter().map(|group| group.views).sum();
    let detected = groups.iter().filter(|group| group.tier == Tier::Advert).map(|group| group.views).sum();
    if all == 0 {
        return DerivedShare::default();
    }
    let both = view_share(&groups, drawn, 0.0).zip(view_share(&groups, drawn, 1.0));
    let Some((without, with)) = both else {
        return DerivedShare { rung: Some("E0 raw detector rate"), all, detected, share: Some(real(detected) / real(all)), interval: None };
    };
    let (low, high) = (without.recovered(alpha), with.recovered(alpha));
    let interval = Some(Interval::new(low.low.min(high.low), low.high.max(high.high)));
    DerivedShare { rung: Some("E2 stratified random labels"), all, detected, share: Some(without.share), interval }
}

/// Adverts of each hour as the labels of their tiers suggest, scaled to the share and to the bounds of its interval.
fn exposures(cells: &[DomainCell], report: &ShareReport) -> Vec<Exposure> {
    let share_of = |tier: Tier| {
        let parts = || report.strata.iter().filter(|stratum| stratum.tier == tier);
        let posts: u64 = parts().map(|stratum| stratum.posts).sum();
        if posts == 0 {
            return if tier == Tier::Advert { 1.0 } else { 0.0 };
        }
        parts().map(|stratum| stratum.part.share * real(stratum.posts)).sum::<f64>() / real(posts)
    };
    let mut hours: BTreeMap<i64, (u64, f64)> = BTreeMap::new();
    for cell in cells {
        let hour = hours.entry(cell.hour).or_default();
        hour.0 += cell.posts;
        hour.1 += real(cell.posts) * share_of(Tier::of(cell.bin));
    }
    let adverts: f64 = hours.values().map(|hour| hour.1).sum();
    let chance = |share: f64, first_posts| {
        let scale = if adverts > 0.0 { share * real(report.posts) / adverts } else { 0.0 };
        let scaled: Vec<(u64, f64)> = hours.values().map(|&(posts, adverts)| (posts, adverts * scale)).collect();
        exposure(&scaled, first_posts)
    };
    let Some(share) = report.share else { return Vec::new() };
    FIRST_POSTS
        .map(|first_posts| Exposure {
            first_posts,
            chance: chance(share, first_posts),
            interval: report.interval.map(|interval| Interval::new(chance(interval.low, first_posts), chance(interval.high, first_posts))),
        })
        .to_vec()
}

/// Each day from the part of the sample that lies in it.
fn days(sample: &DomainSample, plan: &SharePlan) -> Vec<DayShare> {
    let day_of = |hour: i64| (hour != UNKNOWN_HOUR).then(|| hour.div_euclid(24));
    let mut days: BTreeMap<Option<i64>, (Vec<DomainCell>, Vec<Drawn>)> = BTreeMap::new();
    for cell in &sample.cells {
        days.entry(day_of(cell.hour)).or_default().0.push(*cell);
    }
    for post in &sample.posts {
        days.entry(day_of(post.hour)).or_default().1.push(one(post));
    }
    let plan = SharePlan { fewest_labels: LABELS_A_DAY, replicates: 0, ..*plan };
    days.into_iter().map(|(day, (cells, drawn))| one_day(day, &groups(&cells), &drawn, &plan)).collect()
}

fn one_day(day: Option<i64>, groups: &[Group], drawn: &[Drawn], plan: &SharePlan) -> DayShare {
    let report = estimate_share(groups, drawn, None, plan);
    let shown = report.suppressed.is_none() && report.rung != Rung::Raw;
    DayShare {
        day,
        posts: report.posts,
        detected: report.detected,
        labels: report.labels,
        share: report.share.filter(|_| shown),
        interval: report.interval.filter(|_| shown),
    }
}

fn reviewers(posts: &[SampledPost]) -> usize {
    let mut names: Vec<&str> = posts.iter().flat_map(|post| &post.labels).map(|given| given.reviewer.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.len()
}

/// How many posts two people read, and how far they agree.
fn agreement(posts: &[SampledPost]) -> (u64, Option<f64>) {
    let mut table = Agreement::default();
    for post in posts {
        let mut answers = latest(&post.labels).map(|given| answer_of(given.label) == Answer::Advert);
        if let (Some(first), Some(second)) = (answers.next(), answers.next()) {
            table.add(first, second);
        }
    }
    (table.posts(), cohen_kappa(&table))
}

/// The gap between scores and labels, each label weighing as many posts as it stands for.
fn calibration(sample: &DomainSample, report: &ShareReport) -> Option<f64> {
    let weight = |post: &SampledPost| {
        let stratum = report.strata.iter().find(|stratum| stratum.tier == Tier::of(post.bin))?;
        (stratum.part.labels > 0).then(|| real(stratum.posts) / real(stratum.part.labels))
    };
    let labels: Vec<(f64, f64, f64)> = sample
        .posts
        .iter()
        .filter_map(|post| {
            let answer = one(post).answer.filter(|answer| *answer != Answer::Undecided)?;
            Some((post.score, f64::from(u8::from(answer == Answer::Advert)), weight(post)?))
        })
        .collect();
    (!labels.is_empty()).then(|| calibration_error(&reliability(&labels)))
}

fn lag(posts: &[SampledPost]) -> Option<(i64, i64)> {
    let mut lags: Vec<i64> = posts.iter().filter(|post| post.hour != UNKNOWN_HOUR).map(|post| post.taken_at.hour() - post.hour).collect();
    lags.sort_unstable();
    let at = |tenths: usize| lags.get((lags.len().saturating_sub(1)) * tenths / 10).copied();
    Some((at(5)?, at(9)?))
}

fn hours(cells: &[DomainCell]) -> Option<(i64, i64)> {
    let known = || cells.iter().map(|cell| cell.hour).filter(|hour| *hour != UNKNOWN_HOUR);
    Some((known().min()?, known().max()?))
}

fn empty_hours(cells: &[DomainCell]) -> u64 {
    let mut known: Vec<i64> = cells.iter().map(|cell| cell.hour).filter(|hour| *hour != UNKNOWN_HOUR).collect();
    known.sort_unstable();
    known.dedup();
    hours(cells).map_or(0, |(first, last)| (last - first + 1).unsigned_abs() - known.len() as u64)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(super) fn real(count: u64) -> f64 {
    count as f64
}
