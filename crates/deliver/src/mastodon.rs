//! Reports to a Mastodon instance: `POST /api/v1/reports`, with the posts looked up on the reporter's own instance.

use serde_json::json;
use ureq::Agent;

use crate::{Attempt, http};

/// Reports posts of one account. Posts that the instance cannot find any more are left out; if none is left, nothing is reported.
pub(crate) fn report(service: &str, token: &str, forward: bool, key: &str, urls: &[String], comment: &str) -> Attempt {
    let agent = http::agent();
    let service = service.trim_end_matches('/');
    let bearer = format!("Bearer {token}");
    let mut found: Vec<(String, String)> = Vec::new();
    for url in urls {
        match look_up(&agent, service, &bearer, url) {
            Ok(status) => found.extend(status),
            Err(attempt) => return attempt,
        }
    }
    let Some((account, _)) = found.first().cloned() else { return Attempt::Refused("none of the posts is online any more".into()) };
    let statuses: Vec<_> = found.iter().filter(|(of, _)| *of == account).map(|(_, id)| id).collect();
    let body = json!({ "account_id": account, "status_ids": statuses, "comment": comment, "category": "legal", "forward": forward });
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
    match http::post(&agent, &format!("{service}/api/v1/reports"), &headers, &body) {
        Ok(answer) => Attempt::of_status(answer.status, answer.text("/id")),
        Err(error) if error.not_sent => Attempt::NotDelivered(error.why),
        Err(error) => Attempt::Unknown(error.why),
    }
}

/// Account and status of a post on this instance.
fn look_up(agent: &Agent, service: &str, bearer: &str, url: &str) -> Result<Option<(String, String)>, Attempt> {
    let query = format!("{service}/api/v2/search?type=statuses&resolve=true&limit=1&q={}", escape(url));
    let answer = http::get(agent, &query, &[("authorization", bearer)]).map_err(|error| Attempt::NotDelivered(format!("looking a post up: {}", error.why)))?;
    if answer.status != 200 {
        return Err(Attempt::of_preparation(answer.status, "looking a post up"));
    }
    Ok(answer.text("/statuses/0/account/id").zip(answer.text("/statuses/0/id")))
}

/// Percent-encodes a query's value (RFC 3986).
fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
