//! The queue: one find after the other, by keyboard or by pointer, with or without scripts.

use askama::Template;
use axum::{
    Form,
    extract::{Extension, Path, Query, State},
    response::{IntoResponse, Redirect},
};
use serde::{Deserialize, Serialize};
use vigie_model::{Label, Product, Severity, Timestamp};
use vigie_report::{Language, severity};
use vigie_store::{Decided, Exposure, QueueFilter, Reader, Review, ReviewItem, ReviewState, Ruling, Step, UserSettings};

use super::{Answer, Shell, Tab, given, grouped, page, state_name, when};
use crate::{
    app::App,
    auth::Seat,
    guard::Failure,
    spans::{Mark, Piece, excerpt, legend, pieces, shown_text},
};

/// A claim runs out after so many seconds.
const CLAIM: i64 = 600;
/// Finds in the list beside the one that is read.
const LISTED: usize = 25;

/// Why a post is no advert, by the digit that says so.
const OTHERWISE: [Label; 10] = [
    Label::News,
    Label::UseTalk,
    Label::Prevention,
    Label::PoliceOrCourt,
    Label::LegalTrade,
    Label::JokeOrIrony,
    Label::Culture,
    Label::NameOrHomonym,
    Label::BuyerRequest,
    Label::Other,
];

/// Labels of posts that are no drug adverts and still matter.
const RELATED: [Label; 4] = [Label::SuspectedScamSeller, Label::Recruitment, Label::AdvertOtherIllicit, Label::QuoteOrDenunciation];

#[derive(Template)]
#[template(path = "queue.html")]
struct Queue {
    s: Shell,
    filter: Kept,
    watches: Vec<String>,
    networks: Vec<String>,
    list: Vec<Row>,
    card: Option<Card>,
    /// The find that was asked for cannot be had.
    taken: bool,
    done: Option<Done>,
    care: Care,
    others: Vec<(String, &'static str, &'static str)>,
    related: Vec<(&'static str, &'static str)>,
}

/// The filter, as forms and links carry it on.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub(crate) struct Kept {
    watch: Option<String>,
    network: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    watch: Option<String>,
    network: Option<String>,
    at: Option<i64>,
    done: Option<i64>,
}

#[derive(Deserialize)]
pub(crate) struct DecideForm {
    label: String,
    reason: Option<String>,
    all: Option<String>,
    watch: Option<String>,
    network: Option<String>,
}

/// A line of the list.
struct Row {
    id: i64,
    network: String,
    excerpt: String,
    alike: u64,
    state: Option<&'static str>,
    here: bool,
    reader: Option<String>,
    next: bool,
    previous: bool,
}

/// A find as a reviewer sees it.
pub(crate) struct Card {
    pub(crate) id: i64,
    pub(crate) network: String,
    pub(crate) posted: String,
    pub(crate) posted_at: String,
    pub(crate) lang: String,
    pub(crate) watches: Vec<String>,
    pub(crate) views: Option<String>,
    pub(crate) pieces: Option<Vec<Piece>>,
    pub(crate) legend: Vec<Mark>,
    pub(crate) contacts: usize,
    pub(crate) alike: u64,
    pub(crate) state: ReviewState,
    pub(crate) state_name: &'static str,
    /// Why it stands where it stands: rules that held, with their urgency.
    pub(crate) urgent: Vec<(String, &'static str, bool)>,
}

/// What was decided last, with what the detector had thought.
struct Done {
    find: i64,
    said: &'static str,
    band: &'static str,
    score: String,
    again: bool,
}

/// How the person gets on.
struct Care {
    shown: String,
    minutes: u64,
    pause: bool,
    over: bool,
}

impl Card {
    pub(crate) fn of(item: &ReviewItem, revealed: bool, now: Timestamp, language: Language) -> Self {
        let find = &item.find;
        let text = shown_text(find, revealed);
        let pieces = text.as_deref().map(|text| pieces(text, &find.verdict.components, language));
        let posted = find.posted_at.unwrap_or(find.found_at);
        Self {
            id: find.id,
            network: find.network.clone(),
            posted: when(posted, now, language),
            posted_at: posted.to_string(),
            lang: find.lang.as_str().to_owned(),
            watches: find.watches.clone(),
            views: item.views.map(|views| grouped(views.into())),
            legend: pieces.as_deref().map(legend).unwrap_or_default(),
            pieces,
            contacts: find.verdict.contacts.len(),
            alike: item.alike,
            state: item.state,
            state_name: state_name(item.state, language),
            urgent: find
                .verdict
                .rules
                .iter()
                .filter(|rule| rule.severity >= Severity::Medium)
                .map(|rule| (language.pick(&rule.en, &rule.fr).to_owned(), severity(rule.severity, language), rule.severity == Severity::Critical))
                .collect(),
        }
    }

    pub(crate) fn waits(&self) -> bool {
        self.state == ReviewState::Waiting
    }
}

impl Kept {
    fn filter(&self, settings: &UserSettings) -> QueueFilter {
        QueueFilter { watch: self.watch.clone(), network: self.network.clone(), spared: spared(settings) }
    }

    /// The queue's address with this filter and more.
    fn address(&self, more: &[(&str, String)]) -> String {
        let own = [("watch", self.watch.clone()), ("network", self.network.clone())].into_iter().filter_map(|(name, value)| Some((name, value?)));
        let pairs: Vec<(&str, String)> = own.chain(more.iter().map(|(name, value)| (*name, value.clone()))).collect();
        match serde_urlencoded::to_string(pairs) {
            Ok(query) if !query.is_empty() => format!("/queue?{query}"),
            _ => "/queue".to_owned(),
        }
    }

    fn at(&self, id: &i64) -> String {
        self.address(&[("at", id.to_string())])
    }

    fn is_watch(&self, name: &str) -> bool {
        self.watch.as_deref() == Some(name)
    }

    fn is_network(&self, name: &str) -> bool {
        self.network.as_deref() == Some(name)
    }
}

/// Product classes that exist, of those that a person wants to be spared.
fn spared(settings: &UserSettings) -> Vec<String> {
    settings.spared.iter().filter(|code| code.parse::<Product>().is_ok()).cloned().collect()
}

pub(crate) async fn show(State(app): State<App>, Extension(seat): Extension<Seat>, Query(asked): Query<Asked>) -> Answer {
    let kept = Kept { watch: given(asked.watch), network: given(asked.network) };
    let (reader, now, filter) = (seat.reader(), app.now(), kept.filter(seat.settings()));
    let cap = seat.settings().daily_cap;
    let (at, done) = (asked.at, asked.done);
    let read = app.pool.run(move |desk| read(desk, reader, &filter, at, done, cap, now)).await?;
    let shell = Shell::of(&app, &seat, Tab::Queue).await?;
    let language = seat.language;
    page(&Queue {
        list: rows(&read.queue, read.item.as_ref().map(|item| item.find.id), seat.user.id, language),
        card: read.item.as_ref().map(|item| Card::of(item, false, now, language)),
        taken: at.is_some() && read.item.is_none() && !read.care.1,
        done: read.done.and_then(|item| done_of(&item, &read.said, language)),
        care: care(read.care, seat.settings()),
        watches: app.watches(),
        networks: read.networks,
        others: OTHERWISE.iter().enumerate().map(|(index, label)| (((index + 1) % 10).to_string(), label.as_str(), language.label(*label))).collect(),
        related: RELATED.iter().map(|label| (label.as_str(), language.label(*label))).collect(),
        filter: kept,
        s: shell,
    })
}

/// What the page needs of the store.
struct Read {
    queue: Vec<ReviewItem>,
    item: Option<ReviewItem>,
    done: Option<ReviewItem>,
    /// The person's own last label of what was done.
    said: Option<(Label, ReviewState)>,
    networks: Vec<String>,
    /// What was shown, and whether the day's cap is reached.
    care: (Exposure, bool),
}

fn read(
    desk: &mut impl Review,
    reader: Reader,
    filter: &QueueFilter,
    at: Option<i64>,
    done: Option<i64>,
    cap: Option<u32>,
    now: Timestamp,
) -> vigie_store::Result<Read> {
    let before = desk.exposure(reader.user, now)?;
    let over = cap.is_some_and(|cap| before.shown >= u64::from(cap));
    let until = Timestamp::from_seconds(now.seconds() + CLAIM).unwrap_or(now);
    let claimed = if over { None } else { desk.claim(reader, filter, at, now, until)? };
    let queue = if over { Vec::new() } else { desk.queue(reader, filter, LISTED, now)? };
    let item = claimed.map(|find| desk.item(find, now)).transpose()?.flatten();
    let done = done.map(|find| desk.item(find, now)).transpose()?.flatten();
    let said = match &done {
        Some(item) => own_label(desk, reader, item)?,
        None => None,
    };
    let mut networks: Vec<String> = queue.iter().map(|item| item.find.network.clone()).chain(filter.network.clone()).collect();
    networks.sort_unstable();
    networks.dedup();
    Ok(Read { queue, item, done, said, networks, care: (desk.exposure(reader.user, now)?, over) })
}

/// The label that the reader gave, if it stands.
fn own_label(desk: &impl Review, reader: Reader, item: &ReviewItem) -> vigie_store::Result<Option<(Label, ReviewState)>> {
    let name = desk.history(item.find.id)?;
    let undone: Vec<i64> = name.iter().filter_map(|decision| decision.undoes).collect();
    let own = name.iter().rev().find(|decision| decision.kind == Step::Label && decision.user_id == reader.user && !undone.contains(&decision.id));
    Ok(own.and_then(|decision| decision.label).map(|label| (label, item.state)))
}

fn rows(queue: &[ReviewItem], here: Option<i64>, user: vigie_store::UserId, language: Language) -> Vec<Row> {
    let at = queue.iter().position(|item| Some(item.find.id) == here);
    let row = |(index, item): (usize, &ReviewItem)| Row {
        id: item.find.id,
        network: item.find.network.clone(),
        excerpt: shown_text(&item.find, false).map(|text| excerpt(&text, 90)).unwrap_or_default(),
        alike: item.alike,
        state: (item.state != ReviewState::Waiting).then(|| state_name(item.state, language)),
        here: Some(item.find.id) == here,
        reader: item.claimed_by.as_ref().filter(|(id, _)| *id != user).map(|(_, name)| name.clone()),
        next: at.map_or(0, |at| at + 1) == index,
        previous: at.is_some_and(|at| at > 0 && at - 1 == index),
    };
    queue.iter().enumerate().map(row).collect()
}

fn done_of(item: &ReviewItem, said: &Option<(Label, ReviewState)>, language: Language) -> Option<Done> {
    let (label, state) = (*said)?;
    Some(Done {
        find: item.find.id,
        said: language.label(label),
        band: match item.find.verdict.band {
            vigie_model::Band::Advert => language.pick("advert", "annonce"),
            vigie_model::Band::Review => language.pick("to review", "à vérifier"),
            vigie_model::Band::Clear => language.pick("clear", "sans suite"),
        },
        score: format!("{:.2}", item.find.verdict.score),
        again: state != ReviewState::Settled,
    })
}

fn care((exposure, over): (Exposure, bool), settings: &UserSettings) -> Care {
    let pause = settings.break_minutes > 0 && exposure.minutes >= u64::from(settings.break_minutes);
    Care { shown: grouped(exposure.shown), minutes: exposure.minutes, pause, over }
}

pub(crate) async fn decide(State(app): State<App>, Extension(seat): Extension<Seat>, Path(id): Path<i64>, Form(form): Form<DecideForm>) -> Answer {
    let label: Label = form.label.parse().map_err(|_| Failure::Invalid)?;
    let ruling = Ruling { label, reason: given(form.reason), all: form.all.is_some() };
    let (reader, now) = (seat.reader(), app.now());
    let decided = app.pool.run(move |desk| desk.decide(reader, id, &ruling, now)).await?;
    let kept = Kept { watch: given(form.watch), network: given(form.network) };
    match decided {
        Decided::Done(_) => Ok(Redirect::to(&kept.address(&[("done", id.to_string())])).into_response()),
        Decided::ClaimedByOther | Decided::NotOpen => Err(Failure::Conflict),
        Decided::NoFind => Err(Failure::NotFound),
    }
}

pub(crate) async fn too_hard(State(app): State<App>, Extension(seat): Extension<Seat>, Path(id): Path<i64>, Form(form): Form<Kept>) -> Answer {
    let (user, now) = (seat.user.id, app.now());
    if !app.pool.run(move |desk| desk.too_hard(user, id, now)).await? {
        return Err(Failure::NotFound);
    }
    Ok(Redirect::to(&clean(form).address(&[])).into_response())
}

pub(crate) async fn undo(State(app): State<App>, Extension(seat): Extension<Seat>, Form(form): Form<Kept>) -> Answer {
    let (user, now) = (seat.user.id, app.now());
    let find = app.pool.run(move |desk| desk.undo(user, now)).await?;
    let kept = clean(form);
    Ok(Redirect::to(&find.map_or_else(|| kept.address(&[]), |find| kept.at(&find))).into_response())
}

fn clean(kept: Kept) -> Kept {
    Kept { watch: given(kept.watch), network: given(kept.network) }
}
