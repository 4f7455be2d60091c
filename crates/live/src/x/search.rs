//! Recent search and counts.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Envelope, FIELDS, PAGE, XAccount};
use crate::Loss;

const SEARCH: &str = "/2/tweets/search/recent";
const COUNTS: &str = "/2/tweets/counts/recent";

/// How many posts a minute has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Minute {
    /// Its beginning, RFC 3339.
    pub start: String,
    /// Its end.
    pub end: String,
    /// Posts.
    #[serde(rename = "tweet_count")]
    pub posts: u64,
}

impl XAccount {
    /// Posts that match a query in each minute of a time. Paid by the request.
    ///
    /// # Errors
    /// [`Loss`], [`Loss::Budget`] among them.
    pub fn counts(&self, query: &str, since: &str, until: &str) -> Result<Vec<Minute>, Loss> {
        let mut minutes = Vec::new();
        let mut token = None;
        loop {
            self.pay(self.price.count)?;
            let mut parameters = vec![("query", query), ("granularity", "minute"), ("start_time", since), ("end_time", until)];
            parameters.extend(token.as_deref().map(|token| ("next_token", token)));
            let page = self.page(COUNTS, &parameters)?;
            let envelope: Envelope<'_> = serde_json::from_slice(&page.bytes).map_err(|_| Loss::Answer("counts are no JSON"))?;
            let data = envelope.data.ok_or(Loss::Answer("it has no counts"))?;
            minutes.extend(serde_json::from_str::<Vec<Minute>>(data.get()).map_err(|_| Loss::Answer("counts are no list"))?);
            token = next(envelope, token.as_deref())?;
            if token.is_none() {
                return Ok(minutes);
            }
        }
    }

    /// Hands every post that matches a query, in a time or after another post, to `take`; page by page, the newest first. Each post is paid.
    ///
    /// # Errors
    /// [`Loss`]; what came before was taken and paid.
    pub fn search(&self, query: &str, within: &[(&str, &str)], take: &mut dyn FnMut(&str) -> bool) -> Result<(), Loss> {
        let mut token: Option<String> = None;
        loop {
            let most = PAGE.saturating_mul(self.price.read);
            self.pay(most)?;
            let count = PAGE.to_string();
            let mut parameters = vec![("query", query), ("max_results", &count), ("tweet.fields", FIELDS)];
            parameters.extend(within);
            parameters.extend(token.as_deref().map(|token| ("next_token", token)));
            let page = match self.page(SEARCH, &parameters) {
                Ok(page) => page,
                Err(loss) => {
                    // A refusal costs nothing; what became of a broken answer is not known, so it stays paid.
                    if matches!(loss, Loss::Refused { .. }) {
                        self.take_back(most)?;
                    }
                    return Err(loss);
                }
            };
            let envelope: Envelope<'_> = serde_json::from_slice(&page.bytes).map_err(|_| Loss::Answer("a page is no JSON"))?;
            let posts: Vec<&RawValue> =
                envelope.data.map_or(Ok(Vec::new()), |data| serde_json::from_str(data.get())).map_err(|_| Loss::Answer("a page is no list"))?;
            self.take_back(most.saturating_sub((posts.len() as u64).saturating_mul(self.price.read)))?;
            if !posts.iter().all(|post| take(post.get())) {
                return Ok(());
            }
            token = next(envelope, token.as_deref())?;
            if token.is_none() {
                return Ok(());
            }
        }
    }
}

/// The next page; the same one again would never end.
fn next(envelope: Envelope<'_>, before: Option<&str>) -> Result<Option<String>, Loss> {
    let token = envelope.meta.unwrap_or_default().next_token;
    if token.is_some() && token.as_deref() == before { Err(Loss::Answer("its pages go round in a circle")) } else { Ok(token) }
}
