//! Trying rules: what would they have done to the finds of the store?

use std::time::Instant;

use askama::Template;
use axum::{
    Form,
    extract::{Extension, State},
};
use serde::Deserialize;
use vigie_model::Band;
use vigie_report::Language;
use vigie_rules::{Backtest, Change, Differences, PackText, RuleBook};
use vigie_store::SqliteDesk;

use super::{Answer, Shell, Tab, grouped, page};
use crate::{app::App, auth::Seat, backtest};

/// The latest finds that rules are tried on.
const FINDS: usize = 5_000;
/// Name of the pack that was typed, for messages.
const TYPED: &str = "new.toml";

const EXAMPLE: &str = r#"[[rule]]
name = "sold_at_the_station"
severity = "high"
reason.en = "sold at a railway station"
reason.fr = "vendu à la gare"
when = "products.size() > 0 && post.words.says_any(['gare', 'station'])"
effect = { raise = 1.0, tag = "station" }
match = ["Beuh dispo devant la gare, 10€ le g, snap vendeur_fictif"]
no_match = ["Rendez-vous à la gare pour le concert"]
"#;

#[derive(Template)]
#[template(path = "rules.html")]
struct RulesPage {
    s: Shell,
    pack: String,
    trouble: Option<String>,
    outcome: Option<Outcome>,
    own: Vec<OwnRule>,
}

/// A rule in use.
struct OwnRule {
    name: String,
    pack: String,
    reason: String,
    shadow: bool,
}

struct Outcome {
    finds: String,
    changed: String,
    untold: u64,
    seconds: String,
    moves: Vec<(String, &'static str, &'static str)>,
    rules: Vec<(String, String, String)>,
    examples: Vec<Example>,
}

struct Example {
    find: i64,
    before: &'static str,
    after: &'static str,
    scores: String,
    rules: String,
    excerpt: String,
}

#[derive(Deserialize)]
pub(crate) struct PackForm {
    pack: String,
}

pub(crate) async fn show(State(app): State<App>, Extension(seat): Extension<Seat>) -> Answer {
    render(&app, &seat, EXAMPLE.to_owned(), None).await
}

pub(crate) async fn backtest(State(app): State<App>, Extension(seat): Extension<Seat>, Form(form): Form<PackForm>) -> Answer {
    let (typed, shared, language) = (form.pack.clone(), app.clone(), seat.language);
    let outcome = app.pool.run(move |desk| try_pack(&shared, desk, typed, language)).await?;
    render(&app, &seat, form.pack, Some(outcome)).await
}

async fn render(app: &App, seat: &Seat, pack: String, tried: Option<Result<Outcome, String>>) -> Answer {
    let (trouble, outcome) = match tried {
        Some(Ok(outcome)) => (None, Some(outcome)),
        Some(Err(trouble)) => (Some(trouble), None),
        None => (None, None),
    };
    let shared = app.clone();
    let language = seat.language;
    let own = app.pool.run(move |_| Ok(shared.site.rules.load(&shared.site.detector).map(|book| own_rules(&book, language)).unwrap_or_default())).await?;
    page(&RulesPage { s: Shell::of(app, seat, Tab::Rules).await?, pack, trouble, outcome, own })
}

fn own_rules(book: &RuleBook, language: Language) -> Vec<OwnRule> {
    let own = |(pack, rule, _): (&str, &vigie_rules::Rule, u64)| OwnRule {
        name: rule.name.clone(),
        pack: pack.rsplit('/').next().unwrap_or(pack).to_owned(),
        reason: language.pick(&rule.reason.en, &rule.reason.fr).to_owned(),
        shadow: rule.shadow,
    };
    book.rules().map(own).collect()
}

/// The packs in use against the same with the one that was typed. What is wrong with it is said with its place.
fn try_pack(app: &App, desk: &SqliteDesk, typed: String, language: Language) -> vigie_store::Result<Result<Outcome, String>> {
    let started = Instant::now();
    let books = || -> Result<Backtest, vigie_rules::Error> {
        let detector = &app.site.detector;
        let mut packs = app.site.rules.read()?;
        let before = RuleBook::compile(&packs, detector)?;
        packs.push(PackText { name: TYPED.to_owned(), content: typed, embedded: false });
        let after = RuleBook::compile(&packs, detector)?;
        after.verify(TYPED, detector)?;
        Ok(Backtest::new(before, after, backtest::excerpt))
    };
    let books = match books() {
        Ok(books) => books,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let (differences, untold) = backtest::over_finds(desk.reader(), &app.site.detector, &books, FINDS)?;
    Ok(Ok(outcome(&differences, untold, started, language)))
}

fn outcome(differences: &Differences<i64>, untold: u64, started: Instant, language: Language) -> Outcome {
    Outcome {
        finds: grouped(differences.posts),
        changed: grouped(differences.changed),
        untold,
        seconds: format!("{:.1}", started.elapsed().as_secs_f64()),
        moves: differences.bands.iter().map(|((before, after), count)| (grouped(*count), band(*before, language), band(*after, language))).collect(),
        rules: differences.rules.counts().map(|(name, count)| (name.to_owned(), grouped(count.fired), grouped(count.moved))).collect(),
        examples: differences.examples.values().flatten().map(|change| example(change, language)).collect(),
    }
}

fn example(change: &Change<i64>, language: Language) -> Example {
    Example {
        find: change.place,
        before: band(change.bands.0, language),
        after: band(change.bands.1, language),
        scores: format!("{:.2} → {:.2}", change.scores.0, change.scores.1),
        rules: change.rules.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "),
        excerpt: change.excerpt.replace('*', "•"),
    }
}

fn band(band: Band, language: Language) -> &'static str {
    match band {
        Band::Advert => language.pick("advert", "annonce"),
        Band::Review => language.pick("to review", "à vérifier"),
        Band::Clear => language.pick("clear", "sans suite"),
    }
}
