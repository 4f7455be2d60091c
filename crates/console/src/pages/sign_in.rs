//! Setting up the first admin, signing in and out.

use std::time::Instant;

use askama::Template;
use axum::{
    Form,
    extract::{Extension, Query, State},
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use vigie_model::Timestamp;
use vigie_report::Language;
use vigie_store::{Accounts, Added, Credentials, Role, UserId};

use super::{Answer, given, page};
use crate::{
    app::App,
    assets,
    auth::{self, ACCEPTED_LENGTH, Hashing, Seat},
    guard::{Failure, Visitor, seat},
};

/// So many wrong passwords in a row lock a name for so many seconds.
const FAILURES: u32 = 5;
const LOCKED_FOR: i64 = 900;
/// Longest name of a person.
const NAME: usize = 60;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    language: Language,
    next: String,
    name: String,
    wrong: bool,
    version: &'static str,
}

#[derive(Template)]
#[template(path = "setup.html")]
struct Setup {
    language: Language,
    token: String,
    name: String,
    trouble: Option<&'static str>,
    least: usize,
    version: &'static str,
}

impl SignIn {
    fn t<'a>(&self, english: &'a str, french: &'a str) -> &'a str {
        self.language.pick(english, french)
    }
}

impl Setup {
    fn t<'a>(&self, english: &'a str, french: &'a str) -> &'a str {
        self.language.pick(english, french)
    }
}

#[derive(Deserialize)]
pub(crate) struct Next {
    next: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct SetupForm {
    token: String,
    name: String,
    password: String,
}

#[derive(Deserialize)]
pub(crate) struct SignInForm {
    name: String,
    password: String,
    code: Option<String>,
    next: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Token {
    token: Option<String>,
}

/// A name that a person may have: it is shown on pages and in the log.
pub(crate) fn acceptable_name(name: &str) -> bool {
    let length = name.chars().count();
    (1..=NAME).contains(&length) && name.trim() == name && name.chars().all(|c| c.is_alphanumeric() || " .-_@’'".contains(c))
}

pub(crate) async fn setup(State(app): State<App>, Extension(visitor): Extension<Visitor>, Query(query): Query<Token>) -> Answer {
    if app.setup_token().is_none() {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    setup_page(visitor, query.token.unwrap_or_default(), String::new(), None)
}

fn setup_page(visitor: Visitor, token: String, name: String, trouble: Option<&'static str>) -> Answer {
    page(&Setup { language: visitor.language, token, name, trouble, least: *ACCEPTED_LENGTH.start(), version: assets::VERSION.as_str() })
}

pub(crate) async fn set_up(State(app): State<App>, Extension(visitor): Extension<Visitor>, Form(form): Form<SetupForm>) -> Answer {
    if !app.limiter.allows(visitor.address, Instant::now()) {
        return Err(Failure::TooMany);
    }
    let Some(expected) = app.setup_token() else { return Ok(Redirect::to("/sign-in").into_response()) };
    let pick = |english, french| visitor.language.pick(english, french);
    if !auth::same(form.token.trim(), &expected) {
        return setup_page(
            visitor,
            String::new(),
            form.name,
            Some(pick("That is not the token on the terminal.", "Ce n’est pas le jeton affiché dans le terminal.")),
        );
    }
    let name = form.name.trim().to_owned();
    if !acceptable_name(&name) || !auth::acceptable(&form.password, &name) {
        return setup_page(
            visitor,
            form.token,
            name,
            Some(pick("Choose a name, and a password of at least 12 characters.", "Choisissez un nom et un mot de passe d’au moins 12 caractères.")),
        );
    }
    let (password, now) = (form.password, app.now());
    let added = app
        .pool
        .run(move |desk| {
            let hash = Hashing::hash(&password)?;
            let added = desk.add_user(&name, Role::Admin, &hash, true, now)?;
            if let Added::Added(user) = added {
                desk.audit(Some(user), "setup", "first admin", now)?;
            }
            Ok(added)
        })
        .await?;
    if let Ok(mut token) = app.setup.lock() {
        *token = None;
    }
    match added {
        Added::Added(user) => begin(&app, user, "/").await,
        Added::NameTaken => Ok(Redirect::to("/sign-in").into_response()),
    }
}

pub(crate) async fn show(State(app): State<App>, Extension(visitor): Extension<Visitor>, headers: HeaderMap, Query(query): Query<Next>) -> Answer {
    if app.setup_token().is_some() {
        return Ok(Redirect::to("/setup").into_response());
    }
    if let Some(token) = auth::session_token(&headers, app.secure())
        && seat(&app, &token, visitor.language).await?.is_some()
    {
        return Ok(Redirect::to(&safe_next(query.next)).into_response());
    }
    sign_in_page(visitor, query.next.unwrap_or_default(), String::new(), false)
}

fn sign_in_page(visitor: Visitor, next: String, name: String, wrong: bool) -> Answer {
    page(&SignIn { language: visitor.language, next, name, wrong, version: assets::VERSION.as_str() })
}

pub(crate) async fn sign_in(State(app): State<App>, Extension(visitor): Extension<Visitor>, headers: HeaderMap, Form(form): Form<SignInForm>) -> Answer {
    if !app.limiter.allows(visitor.address, Instant::now()) {
        return Err(Failure::TooMany);
    }
    let name = form.name.trim().chars().take(NAME).collect::<String>();
    let (tried, password, code, now) = (name.clone(), form.password, given(form.code), app.now());
    // What was here before ends: nobody can have planted it.
    let old = auth::session_token(&headers, app.secure());
    let admitted = app
        .pool
        .run(move |desk| {
            if let Some(old) = old {
                desk.end_session(&auth::hash_of(&old))?;
            }
            check(desk, &tried, &password, code.as_deref(), now)
        })
        .await?;
    match admitted {
        Some(user) => begin(&app, user, &safe_next(form.next)).await,
        None => sign_in_page(visitor, form.next.unwrap_or_default(), name, true),
    }
}

/// The person, if name, password and code are right and the name is not locked. What was wrong is not said.
fn check(desk: &mut impl Accounts, name: &str, password: &str, code: Option<&str>, now: Timestamp) -> vigie_store::Result<Option<UserId>> {
    let found = desk.credentials(name)?;
    let right = Hashing::check(password, found.as_ref().map(|found| found.password.as_str()));
    let Some(found) = found else { return Ok(None) };
    let user = found.user.id;
    if found.user.disabled || found.locked_until.is_some_and(|until| until > now) {
        return Ok(None);
    }
    if right && second_factor(desk, &found, code, now)? {
        return Ok(Some(user));
    }
    let until = Timestamp::from_seconds(now.seconds() + LOCKED_FOR).unwrap_or(now);
    let locked = desk.note_failure(user, FAILURES, until)?;
    desk.audit(Some(user), if locked { "sign_in_locked" } else { "sign_in_failed" }, "", now)?;
    Ok(None)
}

/// Whether the code is right, or none is needed. A code works once.
fn second_factor(desk: &mut impl Accounts, found: &Credentials, code: Option<&str>, now: Timestamp) -> vigie_store::Result<bool> {
    let Some(secret) = &found.totp else { return Ok(true) };
    match code.and_then(|code| auth::matching_step(secret, code, now.seconds())) {
        Some(step) => desk.use_totp_step(found.user.id, step),
        None => Ok(false),
    }
}

/// A new session with a new secret.
pub(crate) async fn begin(app: &App, user: UserId, next: &str) -> Answer {
    let token = auth::random_token().map_err(|error| Failure::Store(error.to_string()))?;
    let (hash, now) = (auth::hash_of(&token), app.now());
    app.pool
        .run(move |desk| {
            desk.begin_session(user, &hash, now)?;
            desk.audit(Some(user), "sign_in", "", now)
        })
        .await?;
    Ok(with_cookie(&auth::cookie(&token, app.secure()), next))
}

fn with_cookie(cookie: &str, next: &str) -> Response {
    (AppendHeaders([(header::SET_COOKIE, cookie.to_owned())]), Redirect::to(next)).into_response()
}

pub(crate) async fn sign_out(State(app): State<App>, Extension(seat): Extension<Seat>) -> Answer {
    let now = app.now();
    app.pool
        .run(move |desk| {
            vigie_store::Review::release(desk, seat.user.id)?;
            desk.end_session(&seat.session)?;
            desk.audit(Some(seat.user.id), "sign_out", "", now)
        })
        .await?;
    Ok(with_cookie(&auth::clear_cookie(app.secure()), "/sign-in"))
}

/// Where to go after signing in: a page of this console only, never another site.
fn safe_next(next: Option<String>) -> String {
    let here = |path: &String| path.starts_with('/') && !path.starts_with("//") && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    next.filter(here).unwrap_or_else(|| "/".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_away_after_signing_in() {
        let next = |text: &str| safe_next(Some(text.to_owned()));
        assert_eq!(next("/finds/3?a=b"), "/finds/3?a=b");
        for hostile in ["https://example.org", "//example.org", "/\\example.org", "/a\r\nSet-Cookie: x", "javascript:alert(1)", ""] {
            assert_eq!(next(hostile), "/", "{hostile}");
        }
    }

    #[test]
    fn names_are_plain() {
        assert!(acceptable_name("Anna-Lou d’Exemple"));
        for bad in ["", " a", "<b>", "a\u{202E}b", "a\nb"] {
            assert!(!acceptable_name(bad), "{bad}");
        }
    }
}
