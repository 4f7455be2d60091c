//! One find: the post, why it was found, and what people did with it.

use askama::Template;
use axum::{
    Form,
    extract::{Extension, Path, State},
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;
use vigie_model::{Profile, Timestamp};
use vigie_report::{Language, reasons};
use vigie_store::{Accounts, Decision, Review, ReviewItem, ReviewState, Role, Step};

use super::{Answer, Shell, Tab, given, page, queue::Card, when};
use crate::{access::Permission, app::App, auth::Seat, guard::Failure};

/// Half the width of the picture of reasons, in its units.
const HALF: f32 = 100.0;

#[derive(Template)]
#[template(path = "find.html")]
struct FindPage {
    s: Shell,
    card: Card,
    facts: Vec<(&'static str, String)>,
    contacts: Option<Vec<(&'static str, String)>>,
    /// The profile wants to know why somebody looks at contacts.
    why: bool,
    opinion: Option<Opinion>,
    history: Vec<Event>,
    appeals: bool,
    gone: Option<String>,
    address: Option<String>,
}

/// What the detector thinks, shown once the reader has answered.
struct Opinion {
    band: &'static str,
    score: String,
    /// Share of the score's line, in percent.
    percent: u8,
    reasons: Vec<ReasonBar>,
    versions: String,
}

/// A reason with its bar: to the right for an advert, to the left against.
struct ReasonBar {
    words: String,
    weight: String,
    x: String,
    width: String,
    against: bool,
}

/// A step in the history.
struct Event {
    who: String,
    what: String,
    reason: Option<String>,
    at: String,
    undone: bool,
}

#[derive(Deserialize)]
pub(crate) struct Why {
    reason: Option<String>,
}

pub(crate) async fn show(State(app): State<App>, Extension(seat): Extension<Seat>, Path(id): Path<i64>) -> Answer {
    render(&app, &seat, id, false).await
}

/// Shows the contacts, once, and notes who looked and why.
pub(crate) async fn reveal(State(app): State<App>, Extension(seat): Extension<Seat>, Path(id): Path<i64>, Form(form): Form<Why>) -> Answer {
    let reason = given(form.reason);
    if asks_why(&app) && reason.is_none() {
        return Err(Failure::Invalid);
    }
    let (user, now) = (seat.user.id, app.now());
    let detail = format!("find {id}{}", reason.map_or(String::new(), |reason| format!(": {}", reason.chars().take(200).collect::<String>())));
    app.pool.run(move |desk| desk.audit(Some(user), "reveal", &detail, now)).await?;
    render(&app, &seat, id, true).await
}

pub(crate) async fn appeal(State(app): State<App>, Extension(seat): Extension<Seat>, Path(id): Path<i64>, Form(form): Form<Why>) -> Answer {
    let reason = given(form.reason).ok_or(Failure::Invalid)?;
    let (user, now) = (seat.user.id, app.now());
    let reopened = app
        .pool
        .run(move |desk| {
            let reopened = desk.appeal(user, id, &reason, now)?;
            if reopened {
                desk.audit(Some(user), "appeal", &format!("find {id}"), now)?;
            }
            Ok(reopened)
        })
        .await?;
    if reopened { Ok(Redirect::to(&format!("/finds/{id}")).into_response()) } else { Err(Failure::Conflict) }
}

/// Authorities have to say why they look at personal data (Directive (EU) 2016/680, article 25).
fn asks_why(app: &App) -> bool {
    app.site.policy.profile == Profile::Authority
}

async fn render(app: &App, seat: &Seat, id: i64, revealed: bool) -> Answer {
    let now = app.now();
    let found = app.pool.run(move |desk| Ok((desk.item(id, now)?, desk.history(id)?))).await?;
    let (Some(item), history) = found else { return Err(Failure::NotFound) };
    let (shell, language) = (Shell::of(app, seat, Tab::Explore).await?, seat.language);
    let open = may_see_opinion(seat, &item, &history);
    page(&FindPage {
        card: Card::of(&item, revealed, now, language),
        facts: facts(&item, revealed, now, language),
        contacts: revealed.then(|| item.find.verdict.contacts.iter().map(|contact| (contact.kind.as_str(), contact.value.clone())).collect()),
        why: asks_why(app),
        opinion: open.then(|| opinion(&item, language)),
        history: events(&history, now, language),
        appeals: item.state == ReviewState::Settled && seat.may(Permission::Appeal),
        gone: item.find.deleted_seen_at.map(|at| when(at, now, language)),
        address: item.find.url.clone().filter(|url| revealed && url.starts_with("https://")),
        s: shell,
    })
}

/// The score would lead whoever has not answered yet.
fn may_see_opinion(seat: &Seat, item: &ReviewItem, history: &[Decision]) -> bool {
    let answered = history.iter().any(|decision| decision.kind == Step::Label && decision.user_id == seat.user.id);
    answered || item.state == ReviewState::Settled || seat.settings().score_first || seat.user.role >= Role::Officer
}

fn facts(item: &ReviewItem, revealed: bool, now: Timestamp, language: Language) -> Vec<(&'static str, String)> {
    let find = &item.find;
    let author = find.author_handle.as_ref().map(|handle| if revealed { format!("@{handle}") } else { "••••••".to_owned() });
    let prices = find.verdict.prices.iter().map(|price| {
        let quantity = price.quantity.map_or(String::new(), |quantity| format!(" / {quantity} {}", price.unit.as_deref().unwrap_or_default()));
        format!("{} {}{quantity}", price.amount, price.currency)
    });
    let joined = |values: Vec<String>| (!values.is_empty()).then(|| values.join(", "));
    let rows = [
        (language.pick("Found", "Trouvé"), Some(when(find.found_at, now, language))),
        (language.pick("Author", "Auteur"), author),
        (language.pick("Products", "Produits"), joined(find.verdict.products.iter().map(|product| language.product(*product).to_owned()).collect())),
        (language.pick("Prices", "Prix"), joined(prices.collect())),
        (language.pick("Places", "Lieux"), joined(find.verdict.places.clone())),
        (language.pick("Watches", "Veilles"), joined(find.watches.clone())),
    ];
    rows.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn opinion(item: &ReviewItem, language: Language) -> Opinion {
    let verdict = &item.find.verdict;
    let mut all = reasons(verdict, language);
    all.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
    let greatest = all.iter().map(|(weight, _)| weight.abs()).fold(1.0_f32, f32::max);
    let bar = |(weight, words): (f32, String)| {
        let width = (weight.abs() / greatest) * HALF;
        let x = if weight < 0.0 { HALF - width } else { HALF };
        ReasonBar { words, weight: format!("{weight:+.1}"), x: format!("{x:.1}"), width: format!("{width:.1}"), against: weight < 0.0 }
    };
    let versions = &verdict.versions;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score between 0 and 1, in percent")]
    let percent = (verdict.score.clamp(0.0, 1.0) * 100.0).round() as u8;
    Opinion {
        band: match verdict.band {
            vigie_model::Band::Advert => language.pick("advert", "annonce"),
            vigie_model::Band::Review => language.pick("to review", "à vérifier"),
            vigie_model::Band::Clear => language.pick("clear", "sans suite"),
        },
        score: format!("{:.2}", verdict.score),
        percent,
        reasons: all.into_iter().map(bar).collect(),
        versions: format!("vigie {} · {} {} · {}", versions.vigie, language.pick("lexicon", "lexique"), versions.lexicon, versions.model),
    }
}

fn events(history: &[Decision], now: Timestamp, language: Language) -> Vec<Event> {
    let undone: Vec<i64> = history.iter().filter_map(|decision| decision.undoes).collect();
    let event = |decision: &Decision| Event {
        who: decision.user.clone(),
        what: match (decision.kind, decision.label) {
            (Step::Label, Some(label)) => language.label(label).to_owned(),
            (Step::TooHard, _) => language.pick("passed on", "transmis").to_owned(),
            (Step::Undo, _) => language.pick("took it back", "annulé").to_owned(),
            (Step::Appeal, _) => language.pick("appeal: to be looked at again", "recours : à réexaminer").to_owned(),
            (Step::Label, None) => String::new(),
        },
        reason: decision.reason.clone(),
        at: when(decision.at, now, language),
        undone: undone.contains(&decision.id),
    };
    history.iter().map(event).collect()
}
