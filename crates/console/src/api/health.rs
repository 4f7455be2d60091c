//! Whether it lives, whether it works, and how much it does.

use std::{fmt::Write, sync::atomic::Ordering};

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use vigie_store::Review;

use crate::{app::App, guard::Failure};

/// It answers.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// The store answers too.
pub(crate) async fn ready(State(app): State<App>) -> Result<&'static str, Failure> {
    app.pool.run(|desk| desk.waiting()).await?;
    Ok("ok\n")
}

/// Prometheus's text format, version 0.0.4.
pub(crate) async fn metrics(State(app): State<App>) -> Result<Response, Failure> {
    let counts = app.counts().await?;
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(out, "# HELP vigie_finds Finds by where they stand.\n# TYPE vigie_finds gauge");
    for (state, count) in [("waiting", counts.waiting), ("second", counts.second), ("dispute", counts.dispute), ("settled", counts.settled)] {
        let _ = writeln!(out, "vigie_finds{{state=\"{state}\"}} {count}");
    }
    let _ = writeln!(out, "# HELP vigie_requests_total Requests answered.\n# TYPE vigie_requests_total counter");
    let _ = writeln!(out, "vigie_requests_total {}", app.served.load(Ordering::Relaxed));
    let _ = writeln!(out, "# HELP vigie_source_up Whether a live source is connected.\n# TYPE vigie_source_up gauge");
    for source in (app.site.sources)() {
        let name = source.name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let _ = writeln!(out, "vigie_source_up{{source=\"{name}\"}} {}", u8::from(source.connected));
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], out).into_response())
}
