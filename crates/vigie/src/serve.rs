//! The small web server of `vigie watch`: the webhook, and figures for Prometheus.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tokio::sync::Semaphore;
use vigie_live::{Door, MAX_BODY, Refusal};

/// Requests that are being answered at once.
const MOST: usize = 64;
/// How long a body may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is served.
pub(crate) struct Served {
    /// Where posts are handed in, if there is a webhook.
    pub(crate) door: Option<Door>,
    /// The figures of the moment.
    pub(crate) metrics: Box<dyn Fn() -> String + Send + Sync>,
    /// The present, in seconds since 1970.
    pub(crate) clock: fn() -> i64,
}

struct Shared {
    served: Served,
    room: Arc<Semaphore>,
}

/// Serves on a thread of its own until the process ends. Gives the address, which is new where port 0 was asked for.
pub(crate) fn start(address: SocketAddr, served: Served) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
    listener.set_nonblocking(true)?;
    let bound = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start the web server")?;
    let router = router(served);
    std::thread::Builder::new().name("web".into()).spawn(move || {
        runtime.block_on(async {
            if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                // It ends with the process.
                drop(axum::serve(listener, router).await);
            }
        });
    })?;
    Ok(bound)
}

fn router(served: Served) -> Router {
    let shared = Arc::new(Shared { served, room: Arc::new(Semaphore::new(MOST)) });
    Router::new().route("/metrics", get(metrics)).route("/ingest/v1/posts", post(ingest)).with_state(shared)
}

async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (shared.served.metrics)()).into_response()
}

/// Waits for the commit on a thread that may wait.
async fn ingest(State(shared): State<Arc<Shared>>, headers: HeaderMap, request: Request) -> Response {
    let Some(door) = shared.served.door.clone() else { return StatusCode::NOT_FOUND.into_response() };
    let Ok(_permit) = Arc::clone(&shared.room).try_acquire_owned() else { return refusal(Refusal::Busy) };
    let body = match tokio::time::timeout(PATIENCE, to_bytes(request.into_body(), MAX_BODY)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return refusal(Refusal::TooLong),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let signature = headers.get("vigie-signature").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let now = (shared.served.clock)();
    match tokio::task::spawn_blocking(move || door.receive(signature.as_deref(), &body, now)).await {
        Ok(Ok(lines)) => json(StatusCode::OK, &serde_json::json!({ "committed": lines })),
        Ok(Err(why)) => refusal(why),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn refusal(why: Refusal) -> Response {
    json(StatusCode::from_u16(why.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), &serde_json::json!({ "error": why.to_string() }))
}

fn json(status: StatusCode, value: &serde_json::Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}
