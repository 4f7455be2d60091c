//! Every address of the console, with what it takes to use it.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{MethodRouter, get, post},
};

use crate::{
    access::{
        Access::{self, Api, Page, Public},
        Permission as P, Scope,
    },
    api,
    app::App,
    assets,
    guard::guard,
    pages::{account, audit, explore, find, measure, overview, people, queue, rules, sign_in, tokens},
};

/// An address.
pub(crate) struct Route {
    /// For the test that enumerates the table.
    #[cfg_attr(not(test), expect(dead_code, reason = "the router has the method from the handler"))]
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    handler: fn() -> MethodRouter<App>,
}

const fn read(path: &'static str, access: Access, handler: fn() -> MethodRouter<App>) -> Route {
    Route { method: "GET", path, access, handler }
}

const fn write(path: &'static str, access: Access, handler: fn() -> MethodRouter<App>) -> Route {
    Route { method: "POST", path, access, handler }
}

/// The permission table of the console. A test walks through it with every role.
pub(crate) const ROUTES: &[Route] = &[
    read("/static/{name}", Public, || get(assets::serve)),
    read("/setup", Public, || get(sign_in::setup)),
    write("/setup", Public, || post(sign_in::set_up)),
    read("/sign-in", Public, || get(sign_in::show)),
    write("/sign-in", Public, || post(sign_in::sign_in)),
    write("/sign-out", Page(P::Own), || post(sign_in::sign_out)),
    read("/account", Page(P::Own), || get(account::show)),
    write("/account/settings", Page(P::Own), || post(account::settings)),
    write("/account/password", Page(P::Own), || post(account::password)),
    write("/account/second-factor", Page(P::Own), || post(account::second_factor)),
    read("/", Page(P::Figures), || get(overview::show)),
    read("/events", Page(P::Figures), || get(overview::events)),
    read("/shares.svg", Page(P::Figures), || get(overview::picture)),
    read("/queue", Page(P::Review), || get(queue::show)),
    write("/queue/undo", Page(P::Review), || post(queue::undo)),
    write("/queue/{id}/decide", Page(P::Review), || post(queue::decide)),
    write("/queue/{id}/too-hard", Page(P::Review), || post(queue::too_hard)),
    read("/finds/{id}", Page(P::Review), || get(find::show)),
    write("/finds/{id}/reveal", Page(P::Reveal), || post(find::reveal)),
    write("/finds/{id}/appeal", Page(P::Appeal), || post(find::appeal)),
    read("/measure", Page(P::Review), || get(measure::show)),
    write("/measure", Page(P::Review), || post(measure::label)),
    write("/measure/undo", Page(P::Review), || post(measure::undo)),
    read("/explore", Page(P::Explore), || get(explore::show)),
    read("/rules", Page(P::Backtest), || get(rules::show)),
    write("/rules", Page(P::Backtest), || post(rules::backtest)),
    read("/audit", Page(P::Audit), || get(audit::show)),
    read("/people", Page(P::Manage), || get(people::show)),
    write("/people", Page(P::Manage), || post(people::add)),
    write("/people/{id}", Page(P::Manage), || post(people::change)),
    read("/tokens", Page(P::Manage), || get(tokens::show)),
    write("/tokens", Page(P::Manage), || post(tokens::add)),
    write("/tokens/{id}/revoke", Page(P::Manage), || post(tokens::revoke)),
    read("/healthz", Public, || get(api::health::alive)),
    read("/readyz", Public, || get(api::health::ready)),
    read("/metrics", Api(Scope::Metrics), || get(api::health::metrics)),
    read("/api/v1/openapi.json", Public, || get(api::document)),
    read("/api/v1/shares", Api(Scope::Figures), || get(api::shares)),
    read("/api/v1/finds", Api(Scope::Finds), || get(api::finds)),
    read("/api/v1/finds/{id}", Api(Scope::Finds), || get(api::find)),
    read("/api/v1/decisions", Api(Scope::Finds), || get(api::decisions)),
    write("/api/v1/finds/{id}/decisions", Api(Scope::Decide), || post(api::decide)),
];

/// The service: each row behind its guard; what is in no row is not found, and says so no differently to anybody.
pub(crate) fn router(app: &App) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let handler = (route.handler)().layer(middleware::from_fn_with_state((app.clone(), route.access), guard));
        router = router.route(route.path, handler);
    }
    let fallback = get(|| async { crate::guard::Failure::NotFound }).layer(middleware::from_fn_with_state((app.clone(), Public), guard));
    router.fallback_service(fallback.with_state(app.clone())).layer(DefaultBodyLimit::max(256 << 10)).with_state(app.clone())
}
