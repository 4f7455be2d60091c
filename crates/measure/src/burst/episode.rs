//! Episodes: runs of hours with more adverts than the posts explain.

use serde::Serialize;

use super::tails::binomial_tail;
use crate::estimate::{benjamini_hochberg, real};

/// What was counted in an hour of one series (a watch on a network). An hour that was not collected is no hour: leave it out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hour {
    /// Hours since 1970 (UTC).
    pub hour: i64,
    /// Posts.
    pub posts: u64,
    /// Adverts among them, by the detector.
    pub adverts: u64,
    /// Accounts of the adverts.
    pub accounts: u64,
    /// Distinct texts of the adverts.
    pub texts: u64,
}

/// When hours make an episode.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EpisodePlan {
    /// Greatest part of false alarms among all alarms.
    pub false_discovery: f64,
    /// Fewest adverts in an hour.
    pub adverts: u64,
    /// Fewest accounts; fewer are enough with enough texts.
    pub accounts: u64,
    /// Fewest texts; fewer are enough with enough accounts.
    pub texts: u64,
    /// Hours without an alarm that an episode may span.
    pub bridge: i64,
}

impl Default for EpisodePlan {
    /// Those of `domain.md` 3.5.
    fn default() -> Self {
        Self { false_discovery: 0.05, adverts: 5, accounts: 2, texts: 3, bridge: 1 }
    }
}

/// A flash sale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Episode {
    /// Which of the series.
    pub series: usize,
    /// First hour.
    pub start: i64,
    /// Last hour.
    pub end: i64,
    /// Hour with the most adverts.
    pub peak: i64,
    /// Posts from start to end.
    pub posts: u64,
    /// Adverts among them.
    pub adverts: u64,
    /// Usual share: that of the series' other hours.
    pub usual: f64,
    /// Least p of its hours.
    pub p: f64,
    /// Least q of its hours.
    pub q: f64,
    /// Hours within it that were not collected.
    pub gaps: u64,
}

/// An hour with what the test says of it.
struct Tested {
    series: usize,
    hour: Hour,
    usual: f64,
    p: f64,
}

/// Finds the episodes of many series at once: each hour's adverts given its posts against the share of the series' other hours
/// (exact binomial tail), with the false discoveries controlled over all hours of all series. Hours of a series ascend.
#[must_use]
pub fn find_episodes(series: &[Vec<Hour>], plan: &EpisodePlan) -> Vec<Episode> {
    let tested: Vec<Tested> = series.iter().enumerate().flat_map(|(index, hours)| test(index, hours)).collect();
    let q = benjamini_hochberg(&tested.iter().map(|t| t.p).collect::<Vec<_>>());
    let alarms = tested.iter().zip(q).filter(|(t, q)| *q <= plan.false_discovery && is_enough(&t.hour, plan));
    let mut episodes: Vec<Episode> = Vec::new();
    let mut peak = 0;
    for (alarm, q) in alarms {
        let last = episodes.last_mut().filter(|e| e.series == alarm.series && alarm.hour.hour - e.end <= plan.bridge + 1);
        if let Some(episode) = last {
            episode.end = alarm.hour.hour;
            (episode.p, episode.q) = (episode.p.min(alarm.p), episode.q.min(q));
            if alarm.hour.adverts > peak {
                (episode.peak, peak) = (alarm.hour.hour, alarm.hour.adverts);
            }
        } else {
            let at = alarm.hour.hour;
            peak = alarm.hour.adverts;
            episodes.push(Episode { series: alarm.series, start: at, end: at, peak: at, posts: 0, adverts: 0, usual: alarm.usual, p: alarm.p, q, gaps: 0 });
        }
    }
    for episode in &mut episodes {
        count(episode, series);
    }
    episodes
}

fn is_enough(hour: &Hour, plan: &EpisodePlan) -> bool {
    hour.adverts >= plan.adverts && (hour.accounts >= plan.accounts || hour.texts >= plan.texts)
}

fn test(series: usize, hours: &[Hour]) -> impl Iterator<Item = Tested> {
    let (posts, adverts) = hours.iter().fold((0, 0), |(posts, adverts), hour| (posts + hour.posts, adverts + hour.adverts));
    hours.iter().filter(move |hour| posts > hour.posts).map(move |hour| {
        // Half an advert and one post are added to the others, so that a single advert in a quiet series is no certainty.
        let usual = (real(adverts - hour.adverts) + 0.5) / (real(posts - hour.posts) + 1.0);
        Tested { series, hour: *hour, usual, p: binomial_tail(hour.adverts, hour.posts, usual) }
    })
}

fn count(episode: &mut Episode, series: &[Vec<Hour>]) {
    let hours = series.get(episode.series).map(Vec::as_slice).unwrap_or_default();
    let (mut others, mut within) = ((0, 0), 0);
    for hour in hours {
        if (episode.start..=episode.end).contains(&hour.hour) {
            episode.posts += hour.posts;
            episode.adverts += hour.adverts;
            within += 1;
        } else {
            others = (others.0 + hour.posts, others.1 + hour.adverts);
        }
    }
    episode.gaps = (episode.end - episode.start + 1 - within).max(0).cast_unsigned();
    episode.usual = if others.0 > 0 { real(others.1) / real(others.0) } else { episode.usual };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(hour: i64, posts: u64, adverts: u64) -> Hour {
        Hour { hour, posts, adverts, accounts: 2.min(adverts), texts: adverts.min(3) }
    }

    /// A hundred quiet hours at 5 %.
    fn quiet() -> Vec<Hour> {
        (0..100).map(|h| hour(h, 40, 2)).collect()
    }

    #[test]
    fn finds_the_flash_sale_and_not_the_match_day() {
        let mut hours = quiet();
        hours[30] = hour(30, 4_000, 200); // a match day: posts jump, the share does not
        for (h, adverts) in [(60, 18), (61, 30), (63, 20)] {
            hours[h] = hour(h as i64, 50, adverts);
        }
        let found = find_episodes(&[quiet(), hours], &EpisodePlan::default());
        assert_eq!(found.len(), 1, "{found:?}");
        let episode = &found[0];
        assert_eq!((episode.series, episode.start, episode.peak, episode.end, episode.adverts, episode.gaps), (1, 60, 61, 63, 70, 0));
        assert!(episode.q < 1e-6 && (episode.usual - 0.05).abs() < 0.01);
    }

    #[test]
    fn a_gap_is_shown_as_a_gap() {
        let mut hours = quiet();
        hours[60] = hour(60, 50, 30);
        hours[62] = hour(62, 50, 30);
        hours.remove(61);
        assert_eq!(find_episodes(&[hours], &EpisodePlan::default())[0].gaps, 1);
    }

    #[test]
    fn one_account_with_one_text_is_no_flash_sale() {
        let mut hours = quiet();
        hours[60] = Hour { accounts: 1, texts: 1, ..hour(60, 50, 30) };
        assert!(find_episodes(&[hours], &EpisodePlan::default()).is_empty());
        assert!(find_episodes(&[vec![hour(0, 10, 9)]], &EpisodePlan::default()).is_empty(), "nothing to compare with");
    }

    /// Ten thousand hours of chance: hardly any alarm.
    #[test]
    fn chance_is_no_episode() {
        let mut random = crate::random::Random::new(11);
        let series: Vec<Vec<Hour>> =
            (0..10).map(|_| (0..1000).map(|h| hour(h, 60, (0..60).filter(|_| random.unit() < 0.1).count() as u64)).collect()).collect();
        assert!(find_episodes(&series, &EpisodePlan::default()).len() <= 1);
    }
}
