//! Tokens of programs.

use askama::Template;
use axum::{
    Form,
    extract::{Extension, Path, State},
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;
use vigie_store::{Accounts, ApiToken};

use super::{Answer, Shell, Tab, page, sign_in::acceptable_name, when};
use crate::{
    access::Scope,
    app::App,
    auth::{Seat, hash_of, random_token},
    guard::Failure,
};

#[derive(Template)]
#[template(path = "tokens.html")]
struct Tokens {
    s: Shell,
    tokens: Vec<Row>,
    scopes: Vec<&'static str>,
    /// Shown once.
    secret: Option<String>,
}

struct Row {
    token: ApiToken,
    scopes: String,
    used: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct NewToken {
    name: String,
    figures: Option<String>,
    finds: Option<String>,
    decide: Option<String>,
    metrics: Option<String>,
}

pub(crate) async fn show(State(app): State<App>, Extension(seat): Extension<Seat>) -> Answer {
    render(&app, &seat, None).await
}

async fn render(app: &App, seat: &Seat, secret: Option<String>) -> Answer {
    let tokens = app.pool.run(|desk| desk.tokens()).await?;
    let now = app.now();
    let row = |token: ApiToken| Row { scopes: token.scopes.join(", "), used: token.used_at.map(|at| when(at, now, seat.language)), token };
    page(&Tokens {
        tokens: tokens.into_iter().map(row).collect(),
        scopes: Scope::ALL.map(Scope::as_str).to_vec(),
        secret,
        s: Shell::of(app, seat, Tab::Tokens).await?,
    })
}

pub(crate) async fn add(State(app): State<App>, Extension(seat): Extension<Seat>, Form(form): Form<NewToken>) -> Answer {
    let chosen = [(form.figures, Scope::Figures), (form.finds, Scope::Finds), (form.decide, Scope::Decide), (form.metrics, Scope::Metrics)];
    let scopes: Vec<String> = chosen.into_iter().filter_map(|(asked, scope)| asked.map(|_| scope.as_str().to_owned())).collect();
    let name = form.name.trim().to_owned();
    if !acceptable_name(&name) || scopes.is_empty() {
        return Err(Failure::Invalid);
    }
    let secret = random_token().map_err(|error| Failure::Store(error.to_string()))?;
    let (hash, user, now) = (hash_of(&secret), seat.user.id, app.now());
    app.pool
        .run(move |desk| {
            let id = desk.add_token(user, &name, &hash, &scopes, now)?;
            desk.audit(Some(user), "token_added", &format!("token {id}: {}", scopes.join(" ")), now)
        })
        .await?;
    render(&app, &seat, Some(secret)).await
}

pub(crate) async fn revoke(State(app): State<App>, Extension(seat): Extension<Seat>, Path(id): Path<i64>) -> Answer {
    let (user, now) = (seat.user.id, app.now());
    app.pool
        .run(move |desk| {
            desk.revoke_token(id, now)?;
            desk.audit(Some(user), "token_revoked", &format!("token {id}"), now)
        })
        .await?;
    Ok(Redirect::to("/tokens").into_response())
}
