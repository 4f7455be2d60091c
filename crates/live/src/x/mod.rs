//! X, API version 2: filtered stream, rules, recent search, counts, compliance stream; every read is paid from a [`Purse`] first.

mod rules;
mod search;
mod stream;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;
use vigie_model::Timestamp;

use crate::{
    Budget, Exhausted, Loss, Price, Purse, Settings, SettingsError, Spending,
    http::{Client, Page},
    mastodon::web_address,
};

pub use rules::{Rule, RuleSet, RulesDiff, StoredRule};
pub use search::Minute;
pub use stream::{XStream, x_stream};

/// What is asked of each post. No users: they cost twice as much as posts, and nothing of them is kept.
const FIELDS: &str = "created_at,lang,author_id,edit_history_tweet_ids,entities,public_metrics,referenced_tweets,note_tweet";
/// Posts of a page of search results: as many as the interface allows.
const PAGE: u64 = 100;

/// An account with the interface: its address, its token, and what may be spent.
pub struct XAccount {
    client: Client,
    base: Url,
    price: Price,
    purse: Mutex<Purse>,
}

impl std::fmt::Debug for XAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("XAccount").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl XAccount {
    /// An account; `purse` is opened by whoever knows where accounts are kept.
    ///
    /// # Errors
    /// The address is none, or there is no token.
    pub fn new(settings: &Settings, price: Price, purse: Purse) -> Result<Self, SettingsError> {
        if settings.token.is_none() {
            return Err(SettingsError::Missing("a bearer token (`token_env` or `token_file`)"));
        }
        let base = web_address(if settings.url.is_empty() { "https://api.x.com" } else { &settings.url })?;
        Ok(Self { client: Client::new(settings), base, price, purse: Mutex::new(purse) })
    }

    /// What is spent.
    #[must_use]
    pub fn spending(&self) -> Spending {
        self.purse().spending(present())
    }

    /// What one post and one request for counts cost, in millionths.
    #[must_use]
    pub fn price(&self) -> Price {
        self.price
    }

    fn purse(&self) -> MutexGuard<'_, Purse> {
        self.purse.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Pays before something is read.
    fn pay(&self, amount: u64) -> Result<Spending, Loss> {
        let paid = self.purse().reserve(amount, present()).map_err(|error| Loss::Purse(error.to_string()))?;
        paid.map_err(|exhausted: Exhausted| Loss::Budget(exhausted))
    }

    /// Takes back what was paid and not read.
    fn take_back(&self, amount: u64) -> Result<Spending, Loss> {
        self.purse().give_back(amount, present()).map_err(|error| Loss::Purse(error.to_string()))
    }

    fn address(&self, path: &str, query: &[(&str, &str)]) -> Result<Url, Loss> {
        let mut url = self.base.join(path).map_err(|_| Loss::Answer("no address"))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    fn page(&self, path: &str, query: &[(&str, &str)]) -> Result<Page, Loss> {
        self.client.page(&self.address(path, query)?, &[])?.ok()
    }
}

/// Budget and price as configured, in units of the currency.
///
/// # Errors
/// A number is not one that money can be.
pub fn money(setting: &'static str, units: f64) -> Result<u64, SettingsError> {
    let millionths = units * 1e6;
    if !(0.0..=1e15).contains(&millionths) {
        return Err(SettingsError::Value { setting, value: units.to_string(), wanted: "it must be an amount of money" });
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
    Ok(millionths.round() as u64)
}

impl Budget {
    /// Whether anything may be spent at all.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.day == 0 || self.month == 0
    }
}

/// The present. A clock before 1990 is taken for 1990: then the budget is that of one day for ever.
fn present() -> Timestamp {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    Timestamp::from_seconds(i64::try_from(seconds).unwrap_or(0)).unwrap_or(Timestamp::EARLIEST)
}

/// An answer of the interface.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    meta: Option<Meta>,
    errors: Option<Vec<ApiError>>,
}

#[derive(Deserialize, Default)]
struct Meta {
    next_token: Option<String>,
}

#[derive(Deserialize)]
struct ApiError {
    title: Option<String>,
}

#[derive(Deserialize, Default)]
struct Identified {
    id: Option<String>,
}

/// The identifier of a post, as a cursor.
fn id_of(post: &str) -> u64 {
    serde_json::from_str::<Identified>(post).ok().and_then(|post| post.id?.parse().ok()).unwrap_or(0)
}
