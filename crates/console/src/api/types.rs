//! What goes in and out. The document is made from these.

use data_encoding::BASE64URL_NOPAD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigie_report::ShareFigure;
use vigie_store::{Decision, ReviewItem, ReviewState, Search};

use crate::{
    guard::Failure,
    pages::{explore::band, given},
    spans::shown_text,
};

/// Entries of a list, unless asked for otherwise, and at most.
pub(super) const LIMIT: usize = 50;
pub(super) const MOST: usize = 200;

/// A list's parameters.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct PageQuery {
    /// `next` of the page before.
    pub(super) cursor: Option<String>,
    /// Entries, 1 to 200.
    pub(super) limit: Option<usize>,
}

/// Which finds.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct FindQuery {
    /// Words that the text has, as beginnings of words.
    q: Option<String>,
    /// Name of a watch.
    watch: Option<String>,
    /// Network.
    network: Option<String>,
    /// `advert` or `review`.
    pub(super) band: Option<String>,
    /// `waiting`, `second`, `dispute` or `settled`.
    pub(super) state: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Entries, 1 to 200.
    pub(super) limit: Option<usize>,
}

impl FindQuery {
    pub(super) fn state(&self) -> Option<ReviewState> {
        self.state.as_deref().and_then(ReviewState::parse)
    }

    pub(super) fn search(&self) -> Result<Search, Failure> {
        Ok(Search {
            words: given(self.q.clone()),
            watch: self.watch.clone(),
            network: self.network.clone(),
            band: band(self.band.as_deref()),
            state: self.state(),
            before: before(self.cursor.as_deref())?,
        })
    }
}

/// How many entries.
pub(super) fn limit(asked: Option<usize>) -> Result<usize, Failure> {
    match asked {
        None => Ok(LIMIT),
        Some(limit) if (1..=MOST).contains(&limit) => Ok(limit),
        Some(_) => Err(Failure::Invalid),
    }
}

/// A cursor: nothing to be read into, but it has to be one of ours.
pub(super) fn cursor(id: i64) -> String {
    BASE64URL_NOPAD.encode(&id.to_be_bytes())
}

pub(super) fn before(cursor: Option<&str>) -> Result<Option<i64>, Failure> {
    let Some(cursor) = cursor else { return Ok(None) };
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).map_err(|_| Failure::Invalid)?;
    let bytes: [u8; 8] = bytes.try_into().map_err(|_| Failure::Invalid)?;
    Ok(Some(i64::from_be_bytes(bytes)))
}

/// A page of finds, latest first.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Finds {
    /// The finds.
    pub(super) finds: Vec<FindOut>,
    /// Cursor of the next page; null on the last one.
    pub(super) next: Option<String>,
}

/// A find. Contacts and names are masked.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Find")]
pub(crate) struct FindOut {
    /// Number in this store.
    id: i64,
    /// Network.
    network: String,
    /// When it was posted, RFC 3339.
    posted_at: Option<String>,
    /// When it was found.
    found_at: String,
    /// Language.
    lang: String,
    /// Masked text, where it is kept.
    text: Option<String>,
    /// Watches that it belongs to.
    watches: Vec<String>,
    /// What the detector says: `advert` or `review`.
    band: String,
    /// Calibrated score, 0 to 1.
    score: f32,
    /// The detector's label.
    label: String,
    /// Product classes.
    products: Vec<String>,
    /// Where it stands: `waiting`, `second`, `dispute` or `settled`.
    state: String,
    /// What people decided, once settled: `advert`, `other` or `undecided`.
    answer: Option<String>,
    /// Other waiting finds that are nearly the same.
    alike: u64,
}

impl FindOut {
    pub(super) fn of(item: &ReviewItem) -> Self {
        let find = &item.find;
        Self {
            id: find.id,
            network: find.network.clone(),
            posted_at: find.posted_at.map(|at| at.to_string()),
            found_at: find.found_at.to_string(),
            lang: find.lang.as_str().to_owned(),
            text: shown_text(find, false),
            watches: find.watches.clone(),
            band: find.verdict.band.as_str().to_owned(),
            score: find.verdict.score,
            label: find.verdict.label.as_str().to_owned(),
            products: find.verdict.products.iter().map(|product| product.as_str().to_owned()).collect(),
            state: item.state.as_str().to_owned(),
            answer: item.answer.clone(),
            alike: item.alike,
        }
    }
}

/// A decision to make.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewDecision")]
#[serde(deny_unknown_fields)]
pub(crate) struct DecisionIn {
    /// A label of `docs/verdicts.md`: `advert`, `news` …
    pub(super) label: String,
    /// Why, at most 500 characters.
    pub(super) reason: Option<String>,
    /// Whether the finds that are nearly the same are decided along.
    #[serde(default)]
    pub(super) all: bool,
}

/// What a decision did.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Done {
    /// The find.
    pub(super) find: i64,
    /// Finds decided, those that are nearly the same included.
    pub(super) decided: u64,
}

/// A page of decisions, latest first.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Decisions {
    /// The decisions.
    pub(super) decisions: Vec<DecisionOut>,
    /// Cursor of the next page; null on the last one.
    pub(super) next: Option<String>,
}

/// A step in a find's history. People are numbers here: names stay in the house.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Decision")]
pub(crate) struct DecisionOut {
    /// Number.
    id: i64,
    /// The find.
    find: i64,
    /// Number of the person.
    user: i64,
    /// `label`, `too_hard`, `undo` or `appeal`.
    kind: String,
    /// The label.
    label: Option<String>,
    /// The decision that this one takes back.
    undoes: Option<i64>,
    /// When, RFC 3339.
    at: String,
}

impl DecisionOut {
    pub(super) fn of(decision: &Decision) -> Self {
        Self {
            id: decision.id,
            find: decision.find,
            user: decision.user_id.0,
            kind: decision.kind.as_str().to_owned(),
            label: decision.label.map(|label| label.as_str().to_owned()),
            undoes: decision.undoes,
            at: decision.at.to_string(),
        }
    }
}

/// The shares of all watches.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Shares {
    /// One a watch.
    pub(super) shares: Vec<Share>,
}

/// The share of adverts of a watch. `vigie share --format json` has the whole recipe.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Share {
    /// The watch.
    watch: String,
    /// Posts collected.
    posts: u64,
    /// Those that the detector calls adverts.
    detected: u64,
    /// Posts of the random sample that people read.
    labels: u64,
    /// The estimate; null where there is none to be had.
    share: Option<f64>,
    /// Its 95 % interval; without one, `share` is the raw detector rate and no estimate.
    interval: Option<[f64; 2]>,
}

impl Share {
    pub(super) fn of(figure: &ShareFigure) -> Self {
        let report = &figure.posts;
        let shown = report.suppressed.is_none();
        Self {
            watch: figure.domain.watch.clone(),
            posts: report.posts,
            detected: report.detected,
            labels: report.labels,
            share: report.share.filter(|_| shown),
            interval: report.interval.filter(|_| shown).map(|interval| [interval.low, interval.high]),
        }
    }
}
