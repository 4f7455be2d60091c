//! What every request passes: the right host, the right person, the right form; and what every answer carries.

use std::{
    io::Write as _,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, to_bytes},
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use vigie_model::Timestamp;
use vigie_report::Language;
use vigie_store::{Accounts, ApiToken};

use crate::{
    access::{Access, Permission, Scope},
    api::problem,
    app::App,
    auth::{Seat, hash_of, same, session_token},
    pages,
};

/// Largest body of a request: a rule pack to try.
const BODY: usize = 256 << 10;
/// Longest time that an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// A session ends after so many seconds without a request, and after so many at all.
const IDLE: i64 = 3_600;
const ABSOLUTE: i64 = 12 * 3_600;

const CSP: &str =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Somebody who need not be logged in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visitor {
    pub(crate) language: Language,
    pub(crate) address: IpAddr,
}

/// A program with a token.
#[derive(Debug, Clone)]
pub(crate) struct Program(pub(crate) ApiToken);

/// Why a request is not answered as asked. The guard renders it, in the language of the reader or as `problem+json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The store fails; what it said goes to the log only.
    Store(String),
    NotFound,
    Forbidden,
    Unauthorized,
    /// The form or the query is wrong.
    Invalid,
    /// Somebody else was faster.
    Conflict,
    TooLarge,
    TooMany,
    TooSlow,
}

impl From<vigie_store::Error> for Failure {
    fn from(error: vigie_store::Error) -> Self {
        Self::Store(error.to_string())
    }
}

impl Failure {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Invalid => StatusCode::BAD_REQUEST,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::TooSlow => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The guard of one route.
pub(crate) async fn guard(State((app, access)): State<(App, Access)>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    app.served.fetch_add(1, Ordering::Relaxed);
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let method = request.method().clone();
    let language = accepted_language(request.headers());
    let response = match tokio::time::timeout(ANSWER_WITHIN, admit(&app, access, request, next, language)).await {
        Ok(response) => response,
        Err(_) => Failure::TooSlow.into_response(),
    };
    let mut response = render(response, access, language);
    secure_headers(&mut response, &app, access);
    if response.status().is_server_error() {
        log(&app, &method, &route, &response, started);
    }
    response
}

async fn admit(app: &App, access: Access, mut request: Request, next: Next, language: Language) -> Response {
    if !right_host(request.headers(), app) {
        return Failure::Invalid.into_response();
    }
    let address = address(&request, app);
    request.extensions_mut().insert(Visitor { language, address });
    let admitted = match access {
        Access::Public => public(request),
        Access::Page(permission) => page(app, permission, request, language).await,
        Access::Api(scope) => api(app, scope, request, address).await,
    };
    match admitted {
        Ok(request) => next.run(request).await,
        Err(response) => *response,
    }
}

type Admitted = Result<Request, Box<Response>>;

fn refused(failure: Failure) -> Box<Response> {
    Box::new(failure.into_response())
}

fn public(request: Request) -> Admitted {
    if changes(&request) && !same_origin(request.headers()) { Err(refused(Failure::Forbidden)) } else { Ok(request) }
}

async fn page(app: &App, permission: Permission, request: Request, language: Language) -> Admitted {
    let token = session_token(request.headers(), app.secure());
    let seat = match &token {
        Some(token) => seat(app, token, language).await.map_err(refused)?,
        None => None,
    };
    let Some(seat) = seat else { return Err(Box::new(to_sign_in(&request))) };
    if !seat.may(permission) {
        return Err(refused(Failure::Forbidden));
    }
    let mut request = if changes(&request) { with_form(request, &seat).await? } else { request };
    request.extensions_mut().insert(seat);
    Ok(request)
}

/// Who sits behind a session's secret.
pub(crate) async fn seat(app: &App, token: &str, language: Language) -> Result<Option<Seat>, Failure> {
    let (hash, now) = (hash_of(token), app.now());
    let before = |seconds: i64| Timestamp::from_seconds(now.seconds() - seconds).unwrap_or(now);
    let (created, seen) = (before(ABSOLUTE), before(IDLE));
    let user = app.pool.run(move |desk| desk.session(&hash, created, seen, now)).await?;
    Ok(user.map(|user| Seat::new(user, token, language)))
}

/// Reads the form, compares what it brings back, and puts it together again for the handler: no handler can forget to check.
async fn with_form(request: Request, seat: &Seat) -> Admitted {
    if !same_origin(request.headers()) {
        return Err(refused(Failure::Forbidden));
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, BODY).await.map_err(|_| refused(Failure::TooLarge))?;
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&bytes).map_err(|_| refused(Failure::Invalid))?;
    if !fields.iter().any(|(name, value)| name == "csrf" && same(value, &seat.csrf)) {
        return Err(refused(Failure::Forbidden));
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

async fn api(app: &App, scope: Scope, mut request: Request, address: IpAddr) -> Admitted {
    let bearer = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Bearer "));
    let found = match bearer.map(hash_of) {
        Some(hash) => {
            let now = app.now();
            app.pool.run(move |desk| desk.token(&hash, now)).await.map_err(|error| refused(error.into()))?
        }
        None => None,
    };
    let Some(token) = found else {
        let allowed = app.limiter.allows(address, Instant::now());
        return Err(refused(if allowed { Failure::Unauthorized } else { Failure::TooMany }));
    };
    let has = token.scopes.iter().any(|name| name == scope.as_str());
    if !has || !scope.permission().of(token.user.role) {
        return Err(refused(Failure::Forbidden));
    }
    request.extensions_mut().insert(Program(token));
    Ok(request)
}

fn changes(request: &Request) -> bool {
    !matches!(*request.method(), Method::GET | Method::HEAD)
}

/// Asks to sign in; a page that was asked for is shown afterwards.
fn to_sign_in(request: &Request) -> Response {
    let path = request.uri().path_and_query().map(ToString::to_string).filter(|path| path != "/" && !changes(request));
    let query = path.and_then(|path| serde_urlencoded::to_string([("next", path)]).ok());
    Redirect::to(&query.map_or_else(|| "/sign-in".to_owned(), |query| format!("/sign-in?{query}"))).into_response()
}

/// Whether the browser says that the request comes from a page of this console. Programs that say nothing are no browsers.
fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin" || site == "none";
    }
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, origin)| origin.eq_ignore_ascii_case(host)),
        (Some(_), None) => false,
        (None, _) => true,
    }
}

/// Whether the request names this console: another name is another site's, that was made to lead here (DNS rebinding).
fn right_host(headers: &HeaderMap, app: &App) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|value| value.to_str().ok()) else { return false };
    if app.public_host.as_deref().is_some_and(|public| host.eq_ignore_ascii_case(public)) {
        return true;
    }
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(name, _)| name);
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

/// Where a request comes from. A server before this one says so last in its header; nobody else is believed.
fn address(request: &Request, app: &App) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |info| info.0.ip());
    if app.public_host.is_none() || !peer.is_loopback() {
        return peer;
    }
    let forwarded = request.headers().get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    forwarded.and_then(|list| list.rsplit(',').next()).and_then(|last| last.trim().parse().ok()).unwrap_or(peer)
}

/// The language that the browser asks for first, of the two there are.
fn accepted_language(headers: &HeaderMap) -> Language {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = asked.split(',').map(str::trim).find(|tag| tag.starts_with("fr") || tag.starts_with("en"));
    if first.is_some_and(|tag| tag.starts_with("fr")) { Language::French } else { Language::English }
}

/// A failure in the form that its reader expects.
fn render(response: Response, access: Access, language: Language) -> Response {
    let Some(failure) = response.extensions().get::<Failure>().cloned() else { return response };
    let mut rendered = match access {
        Access::Api(_) => problem::answer(&failure),
        Access::Public | Access::Page(_) => pages::failure(&failure, language),
    };
    rendered.extensions_mut().insert(failure);
    rendered
}

fn secure_headers(response: &mut Response, app: &App, access: Access) {
    let mut set = |name: &'static str, value: &'static str| {
        response.headers_mut().entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    };
    set("content-security-policy", CSP);
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "same-origin");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    set("permissions-policy", "camera=(), geolocation=(), microphone=()");
    if app.secure() {
        set("strict-transport-security", "max-age=31536000");
    }
    if access != Access::Public {
        set("cache-control", "no-store");
    }
    set("cache-control", "no-cache");
}

/// One line of JSON to standard error, with no personal data: the route's pattern, not the address asked for.
fn log(app: &App, method: &Method, route: &str, response: &Response, started: Instant) {
    let error = response.extensions().get::<Failure>().map(|failure| match failure {
        Failure::Store(said) => said.clone(),
        other => format!("{other:?}"),
    });
    let line = serde_json::json!({
        "time": app.now().to_string(), "method": method.as_str(), "route": route, "status": response.status().as_u16(),
        "ms": u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX), "error": error,
    });
    // Nowhere is left to report to if this fails.
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}
