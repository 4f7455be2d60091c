//! Explore: finds by text and filter.

use askama::Template;
use axum::extract::{Extension, Query, State};
use serde::{Deserialize, Serialize};
use vigie_model::Band;
use vigie_store::{Review, ReviewItem, ReviewState, Search};

use super::{Answer, Shell, Tab, given, page, state_name, when};
use crate::{
    app::App,
    auth::Seat,
    spans::{excerpt, shown_text},
};

/// Finds on a page.
const PAGE: usize = 25;

#[derive(Template)]
#[template(path = "explore.html")]
struct Explore {
    s: Shell,
    asked: Asked,
    watches: Vec<String>,
    states: Vec<(&'static str, &'static str)>,
    rows: Vec<Row>,
    next: Option<String>,
    first: bool,
}

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub(crate) struct Asked {
    q: Option<String>,
    watch: Option<String>,
    network: Option<String>,
    band: Option<String>,
    state: Option<String>,
    before: Option<i64>,
}

struct Row {
    id: i64,
    network: String,
    when: String,
    watches: String,
    excerpt: String,
    state: &'static str,
    settled: bool,
    advert: bool,
    products: String,
}

impl Asked {
    fn field<'a>(&self, value: &'a Option<String>) -> &'a str {
        value.as_deref().unwrap_or_default()
    }

    fn search(&self) -> Search {
        Search {
            words: self.q.clone(),
            watch: self.watch.clone(),
            network: self.network.clone(),
            band: band(self.band.as_deref()),
            state: self.state.as_deref().and_then(ReviewState::parse),
            before: self.before,
        }
    }
}

/// The band of that name.
pub(crate) fn band(name: Option<&str>) -> Option<Band> {
    [Band::Advert, Band::Review].into_iter().find(|band| Some(band.as_str()) == name)
}

pub(crate) async fn show(State(app): State<App>, Extension(seat): Extension<Seat>, Query(asked): Query<Asked>) -> Answer {
    let asked =
        Asked { q: given(asked.q), watch: given(asked.watch), network: given(asked.network), band: given(asked.band), state: given(asked.state), ..asked };
    let (search, now) = (asked.search(), app.now());
    let found = app.pool.run(move |desk| desk.search(&search, PAGE + 1, now)).await?;
    let shell = Shell::of(&app, &seat, Tab::Explore).await?;
    let next = (found.len() > PAGE).then(|| found.get(PAGE - 1)).flatten().map(|last| {
        let query = Asked { before: Some(last.find.id), ..asked.clone() };
        format!("/explore?{}", serde_urlencoded::to_string(query).unwrap_or_default())
    });
    page(&Explore {
        rows: found.iter().take(PAGE).map(|item| row(item, &shell, now)).collect(),
        watches: app.watches(),
        states: ReviewState::ALL.iter().map(|state| (state.as_str(), state_name(*state, seat.language))).collect(),
        first: asked.before.is_none(),
        next,
        asked,
        s: shell,
    })
}

fn row(item: &ReviewItem, shell: &Shell, now: vigie_model::Timestamp) -> Row {
    let find = &item.find;
    Row {
        id: find.id,
        network: find.network.clone(),
        when: when(find.posted_at.unwrap_or(find.found_at), now, shell.language),
        watches: find.watches.join(", "),
        excerpt: shown_text(find, false).map(|text| excerpt(&text, 200)).unwrap_or_default(),
        state: match item.answer.as_deref() {
            Some("advert") => shell.t("advert", "annonce"),
            Some("other") => shell.t("no advert", "pas une annonce"),
            Some(_) => shell.t("undecided", "indécis"),
            None => state_name(item.state, shell.language),
        },
        settled: item.state == ReviewState::Settled,
        advert: item.answer.as_deref() == Some("advert"),
        products: find.verdict.products.iter().map(|product| shell.language.product(*product)).collect::<Vec<_>>().join(", "),
    }
}
