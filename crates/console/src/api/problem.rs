//! Errors as `application/problem+json` (RFC 9457).

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::guard::Failure;

/// What went wrong.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct Problem {
    /// Always about:blank: the status says it.
    r#type: &'static str,
    /// The status in words.
    title: &'static str,
    /// HTTP status.
    status: u16,
    /// What to do about it.
    detail: &'static str,
}

pub(crate) fn answer(failure: &Failure) -> Response {
    let status = failure.status();
    let detail = match failure {
        Failure::Unauthorized => "send a token that is in use: Authorization: Bearer …",
        Failure::Forbidden => "the token lacks the scope, or its person the role",
        Failure::NotFound => "there is no such find",
        Failure::Invalid => "a parameter or the body is not as the document says",
        Failure::Conflict => "somebody else reads it, it is decided, or the idempotency key was used for another request",
        Failure::TooLarge => "send a smaller body",
        Failure::TooMany => "wait five minutes",
        Failure::Store(_) | Failure::TooSlow => "the fault is the server's; nothing was changed, try again",
    };
    let problem = Problem { r#type: "about:blank", title: status.canonical_reason().unwrap_or("Error"), status: status.as_u16(), detail };
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
    if status == axum::http::StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, axum::http::HeaderValue::from_static("Bearer"));
    }
    response
}
