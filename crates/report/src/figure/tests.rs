use vigie_measure::{Network, ScoreBin, share::SharePlan};
use vigie_model::{Band, Label, Lang, Timestamp, Versions};
use vigie_store::{DetectorRun, DistinctCounts, Domain, DomainCell, DomainSample, GivenLabel, SampledPost};

use super::*;
use crate::Language;

const FIRST_HOUR: i64 = 498_576; // 2026-11-17

/// Two days of 200 clear posts and 40 adverts each; the first 80 and 20 of them are read, the third of these twice.
fn sample() -> DomainSample {
    let at = |hour: i64| Timestamp::from_seconds(hour * 3_600).unwrap();
    let (network, lang) = (Network::parse("bluesky").unwrap(), Lang::parse("fr"));
    let (mut cells, mut posts) = (Vec::new(), Vec::new());
    for hour in [FIRST_HOUR, FIRST_HOUR + 48] {
        for (band, score, size, read) in [(Band::Clear, 0.01, 200, 80), (Band::Advert, 0.95, 40, 20)] {
            let bin = ScoreBin::new(band, score);
            cells.push(DomainCell { bin, lang, network, hour, posts: size, views: size * 10, viewed: size });
            for number in 0..read {
                let label = if (band == Band::Advert) != (number % 20 == 7) { Label::Advert } else { Label::Other };
                let given = |reviewer: &str| GivenLabel { reviewer: reviewer.into(), label, at: at(hour + 5) };
                let labels = if number % 3 == 0 { vec![given("a"), given("b")] } else { vec![given("a")] };
                let key = posts.len() as u64;
                posts.push(SampledPost {
                    key,
                    priority: key.cast_signed(),
                    revision: 0,
                    network,
                    lang,
                    hour,
                    bin,
                    score: f64::from(score),
                    author: Some(key / 4),
                    views: Some(10),
                    text: None,
                    taken_at: at(hour + 3),
                    gone: false,
                    labels,
                });
            }
        }
    }
    let distinct = DistinctCounts { texts: 460, advert_texts: 70, authors: 300, advert_authors: 30 };
    DomainSample { cells, posts, distinct, ..DomainSample::default() }
}

fn detector(model: &str, hour: i64) -> DetectorRun {
    let versions = Versions { vigie: "0.1.0".into(), lexicon: "0123456789abcdef".into(), model: model.into(), rules: None };
    DetectorRun { since: Timestamp::from_seconds(hour * 3_600).unwrap(), versions }
}

fn figure(sample: &DomainSample, watch: &str) -> ShareFigure {
    let detectors = vec![detector("rules-1", FIRST_HOUR - 100), detector("rules-2", FIRST_HOUR + 30)];
    let context = FigureContext { elsewhere: None, detectors, seed: "fedcba9876543210".into(), plan: SharePlan::default() };
    ShareFigure::new(Domain { watch: watch.into(), ..Domain::default() }, sample, &context)
}

#[test]
fn a_figure_in_words_and_as_a_picture() {
    let unread = DomainSample { posts: Vec::new(), ..sample() };
    let figures = [figure(&sample(), "Lorient"), figure(&unread, "Brest & <Quimper>")];
    insta::assert_snapshot!("text_en", figures_text(&figures, Language::English));
    insta::assert_snapshot!("text_fr", figures_text(&figures, Language::French));
    insta::assert_snapshot!("methods_en", figures[0].methods.en);
    insta::assert_snapshot!("methods_fr", figures[0].methods.fr);
    insta::assert_snapshot!("svg", figures_svg(&figures, Language::French));
}

#[test]
fn the_recipe_names_everything() {
    let recipe = serde_json::to_value(figure(&sample(), "Lorient")).unwrap();
    for pointer in
        ["/domain/watch", "/posts/interval/low", "/posts/strata/0/lambda", "/seed", "/detectors/1/versions/model", "/kappa", "/plan/seed", "/lag_hours"]
    {
        assert!(recipe.pointer(pointer).is_some_and(|value| !value.is_null()), "{pointer}");
    }
    assert_eq!(recipe["posts"]["warnings"], serde_json::json!(["detector_changed"]));
}

#[test]
fn days_counted_before_sampling_began_cannot_be_estimated() {
    let found = figure(&DomainSample { unsampled_days: 1, ..sample() }, "Lorient");
    assert!(found.posts.interval.is_none() && found.posts.labels == 0);
    assert!(figures_text(&[found], Language::English).contains("no estimate is possible"));
}

#[test]
fn comparisons_agree_with_their_intervals() {
    let figures = [figure(&sample(), "a"), figure(&sample(), "b")];
    let found = comparisons(&figures);
    assert!(found.len() == 1 && found[0].q > 0.9 && found[0].interval.contains(0.0), "{found:?}");
    assert!(comparisons_text(&found, Language::English).contains("may be chance"));
}
