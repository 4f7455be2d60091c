//! JSON over HTTP with bounds on time and size, and an answer to the one question that counts: may the request have arrived?

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

/// Largest answer that is read, in bytes.
const MAX_ANSWER: u64 = 4 << 20;

/// A client that does not follow redirects: a report goes where the operator said, or nowhere.
pub(crate) fn agent() -> Agent {
    let seconds = |s| Some(Duration::from_secs(s));
    Agent::config_builder()
        .timeout_connect(seconds(10))
        .timeout_global(seconds(60))
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent(format!("vigie/{}", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

/// An answer: its status, and its body where that is JSON.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// A text or number of the body, by its JSON pointer (RFC 6901).
    pub(crate) fn text(&self, pointer: &str) -> Option<String> {
        match self.body.pointer(pointer)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

/// No answer.
pub(crate) struct NoAnswer {
    /// Whether the request cannot have arrived.
    pub(crate) not_sent: bool,
    /// Why, without the address.
    pub(crate) why: String,
}

pub(crate) fn get(agent: &Agent, url: &str, headers: &[(&str, &str)]) -> Result<Answer, NoAnswer> {
    let request = headers.iter().fold(agent.get(url), |request, (name, value)| request.header(*name, *value));
    read(request.call())
}

pub(crate) fn post(agent: &Agent, url: &str, headers: &[(&str, &str)], body: &Value) -> Result<Answer, NoAnswer> {
    let request = headers.iter().fold(agent.post(url), |request, (name, value)| request.header(*name, *value));
    read(request.header("content-type", "application/json").send(body.to_string()))
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Answer, NoAnswer> {
    let mut answer = answer.map_err(|error| NoAnswer { not_sent: certainly_not_sent(&error), why: error.to_string() })?;
    let body = answer.body_mut().with_config().limit(MAX_ANSWER).read_to_vec().unwrap_or_default();
    Ok(Answer { status: answer.status().as_u16(), body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
}

/// Errors that happen before the first byte of a request leaves.
fn certainly_not_sent(error: &ureq::Error) -> bool {
    use ureq::{Error as E, Timeout};
    match error {
        E::HostNotFound | E::ConnectionFailed | E::BadUri(_) | E::Http(_) | E::InvalidProxyUrl | E::Tls(_) | E::Rustls(_) => true,
        E::Timeout(Timeout::Resolve | Timeout::Connect) => true,
        E::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        _ => false,
    }
}
