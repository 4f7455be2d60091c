//! The API: what programs may do, under `/api/v1`. Errors are `application/problem+json` (RFC 9457), lists have cursors, and a decision may carry
//! an idempotency key. The document of it is made from the types below.

pub(crate) mod health;
mod openapi;
pub(crate) mod problem;
mod types;

use axum::{
    Json,
    extract::{Extension, Path, Query, State, rejection::JsonRejection},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};
use vigie_store::{Accounts, Decided, Review, Ruling, SecretHash};

pub use openapi::openapi;

use crate::{
    app::App,
    auth::reader,
    guard::{Failure, Program},
    pages::{explore::band, given},
};
use types::{DecisionIn, DecisionOut, Decisions, Done, FindOut, FindQuery, Finds, PageQuery, Share, Shares, limit};

type Answer = Result<Response, Failure>;

/// Longest idempotency key.
const KEY: usize = 128;

pub(crate) async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], openapi()).into_response()
}

pub(crate) async fn shares(State(app): State<App>) -> Answer {
    let outlook = app.outlook().await?;
    Ok(Json(Shares { shares: outlook.figures.iter().map(Share::of).collect() }).into_response())
}

pub(crate) async fn finds(State(app): State<App>, Query(query): Query<FindQuery>) -> Answer {
    let wrong = |name: &Option<String>, known: bool| name.is_some() && !known;
    if wrong(&query.band, band(query.band.as_deref()).is_some()) || wrong(&query.state, query.state().is_some()) {
        return Err(Failure::Invalid);
    }
    let (limit, search, now) = (limit(query.limit)?, query.search()?, app.now());
    let mut found = app.pool.run(move |desk| desk.search(&search, limit + 1, now)).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| types::cursor(last.find.id));
    Ok(Json(Finds { finds: found.iter().map(FindOut::of).collect(), next }).into_response())
}

pub(crate) async fn find(State(app): State<App>, Path(id): Path<i64>) -> Answer {
    let now = app.now();
    let found = app.pool.run(move |desk| desk.item(id, now)).await?;
    found.map(|item| Json(FindOut::of(&item)).into_response()).ok_or(Failure::NotFound)
}

pub(crate) async fn decisions(State(app): State<App>, Query(query): Query<PageQuery>) -> Answer {
    let (limit, before) = (limit(query.limit)?, types::before(query.cursor.as_deref())?);
    let mut found = app.pool.run(move |desk| desk.decisions(before, limit + 1)).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| types::cursor(last.id));
    Ok(Json(Decisions { decisions: found.iter().map(DecisionOut::of).collect(), next }).into_response())
}

/// Decides in the name of the token's person. With an idempotency key, the same request again has the same answer and no second effect.
pub(crate) async fn decide(
    State(app): State<App>,
    Extension(Program(token)): Extension<Program>,
    Path(id): Path<i64>,
    headers: HeaderMap,
    body: Result<Json<DecisionIn>, JsonRejection>,
) -> Answer {
    let Json(asked) = body.map_err(|_| Failure::Invalid)?;
    let label = asked.label.parse().map_err(|_| Failure::Invalid)?;
    let key = idempotency_key(&headers)?;
    let ruling = Ruling { label, reason: given(asked.reason.clone()), all: asked.all };
    let request: SecretHash = Sha256::digest(format!("{id}\n{}\n{:?}\n{}", asked.label, asked.reason, asked.all)).into();
    let (reader, now) = (reader(&token.user), app.now());
    let outcome = app
        .pool
        .run(move |desk| {
            if let Some(key) = &key
                && let Some((before, answer)) = desk.answered(token.id, key)?
            {
                return Ok(if before == request { Ok(answer) } else { Err(Failure::Conflict) });
            }
            let answer = match desk.decide(reader, id, &ruling, now)? {
                Decided::Done(finds) => serde_json::to_string(&Done { find: id, decided: finds }).unwrap_or_default(),
                Decided::NoFind => return Ok(Err(Failure::NotFound)),
                Decided::ClaimedByOther | Decided::NotOpen => return Ok(Err(Failure::Conflict)),
            };
            if let Some(key) = &key {
                desk.keep_answer(token.id, key, &request, &answer, now)?;
            }
            Ok(Ok(answer))
        })
        .await?;
    outcome.map(|answer| (StatusCode::CREATED, [(header::CONTENT_TYPE, "application/json")], answer).into_response())
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(value) = headers.get(HeaderName::from_static("idempotency-key")) else { return Ok(None) };
    let key = value.to_str().map_err(|_| Failure::Invalid)?;
    if key.is_empty() || key.len() > KEY { Err(Failure::Invalid) } else { Ok(Some(key.to_owned())) }
}
