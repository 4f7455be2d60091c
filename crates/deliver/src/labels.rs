//! The labeler's server: `com.atproto.label.queryLabels`, `com.atproto.label.subscribeLabels` and the DID document of did:web.
//!
//! It only reads the labels that persons gave; it binds the loopback address unless told otherwise, behind a proxy with TLS.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{
        Query, RawQuery, State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Semaphore};
use vigie_report::labels::{Label, LabelKey, did_document, error_frame, frame};
use vigie_store::Casework;

/// Labels read from the store at once.
const PAGE: usize = 500;
/// Most labels in an answer.
const MOST: usize = 250;
/// Labels looked through for one question.
const LOOKED_THROUGH: usize = 100_000;
/// Subscribers at once.
const SUBSCRIBERS: usize = 256;
/// How often the store is asked for new labels.
const PAUSE: Duration = Duration::from_millis(500);

/// Opens the casework for one connection.
pub type OpenDesk = dyn Fn() -> Result<Box<dyn Casework + Send>, vigie_store::Error> + Send + Sync;

/// What the server is made of.
pub struct Labeler {
    /// Opens the store.
    pub open: Box<OpenDesk>,
    /// The signing key; only its public half is shown.
    pub key: LabelKey,
    /// DID of the labeler.
    pub did: String,
    /// Where it is reached from outside.
    pub endpoint: String,
}

impl std::fmt::Debug for Labeler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Labeler").field("did", &self.did).finish_non_exhaustive()
    }
}

struct Served {
    labeler: Labeler,
    seats: Arc<Semaphore>,
}

/// The routes, for this server or another one.
pub fn routes(labeler: Labeler) -> Router {
    let served = Arc::new(Served { labeler, seats: Arc::new(Semaphore::new(SUBSCRIBERS)) });
    Router::new()
        .route("/xrpc/com.atproto.label.queryLabels", get(query))
        .route("/xrpc/com.atproto.label.subscribeLabels", get(subscribe))
        .route("/xrpc/_health", get(|| async { Json(json!({ "version": env!("CARGO_PKG_VERSION") })) }))
        .route("/.well-known/did.json", get(did))
        .with_state(served)
}

/// Serves until the process is told to end. `ready` is given the address.
///
/// # Errors
/// The address cannot be listened on, or the runtime fails.
pub fn serve(labeler: Labeler, listen: &str, ready: &dyn Fn(std::net::SocketAddr)) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen).await?;
        ready(listener.local_addr()?);
        let end = async { drop(tokio::signal::ctrl_c().await) };
        axum::serve(listener, routes(labeler)).with_graceful_shutdown(end).await
    })
}

fn refused(status: StatusCode, error: &str, message: &str) -> Response {
    (status, Json(json!({ "error": error, "message": message }))).into_response()
}

async fn did(State(served): State<Arc<Served>>) -> Json<Value> {
    let labeler = &served.labeler;
    Json(did_document(&labeler.did, &labeler.key, &labeler.endpoint))
}

/// A question of `queryLabels`.
struct Question {
    patterns: Vec<String>,
    sources: Vec<String>,
    limit: usize,
    cursor: i64,
}

impl Question {
    /// From a query string, in which lists repeat their name.
    fn read(query: &str) -> Result<Self, &'static str> {
        let mut question = Self { patterns: Vec::new(), sources: Vec::new(), limit: 50, cursor: 0 };
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = unescape(value).ok_or("a parameter is not UTF-8")?;
            match name {
                "uriPatterns" | "uriPatterns[]" => question.patterns.push(value),
                "sources" | "sources[]" => question.sources.push(value),
                "limit" => question.limit = value.parse().ok().filter(|limit| (1..=MOST).contains(limit)).ok_or("limit is from 1 to 250")?,
                "cursor" => question.cursor = value.parse().ok().filter(|cursor| *cursor >= 0).ok_or("unknown cursor")?,
                _ => {}
            }
        }
        if question.patterns.is_empty() {
            return Err("uriPatterns is required");
        }
        Ok(question)
    }

    fn wants(&self, label: &Label) -> bool {
        let matches = |pattern: &String| pattern.strip_suffix('*').map_or_else(|| *pattern == label.uri, |start| label.uri.starts_with(start));
        self.patterns.iter().any(matches) && (self.sources.is_empty() || self.sources.contains(&label.src))
    }
}

/// Undoes percent-encoding.
fn unescape(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                out.push(u8::try_from(digit(bytes.next())? * 16 + digit(bytes.next())?).ok()?);
            }
            byte => out.push(byte),
        }
    }
    String::from_utf8(out).ok()
}

async fn query(State(served): State<Arc<Served>>, RawQuery(query): RawQuery) -> Response {
    let question = match Question::read(&query.unwrap_or_default()) {
        Ok(question) => question,
        Err(message) => return refused(StatusCode::BAD_REQUEST, "InvalidRequest", message),
    };
    let answer = tokio::task::spawn_blocking(move || answer(&served.labeler, &question)).await;
    match answer {
        Ok(Ok(answer)) => Json(answer).into_response(),
        _ => refused(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", "the labels cannot be read"),
    }
}

/// Labels that hold now: the last one for each post and value, unless it took the one before back. In the order of the stream.
fn answer(labeler: &Labeler, question: &Question) -> Result<Value, vigie_store::Error> {
    let desk = (labeler.open)()?;
    let mut holding: std::collections::BTreeMap<(String, String), (i64, Label)> = std::collections::BTreeMap::new();
    let mut after = 0;
    let mut seen = 0;
    while seen < LOOKED_THROUGH {
        let page = desk.labels_after(after, PAGE)?;
        let Some(last) = page.last() else { break };
        (after, seen) = (last.seq, seen + page.len());
        for given in page {
            let Ok(label) = serde_json::from_str::<Label>(&given.label) else { continue };
            if question.wants(&label) {
                holding.insert((label.uri.clone(), label.val.clone()), (given.seq, label));
            }
        }
    }
    let mut labels: Vec<_> = holding.into_values().filter(|(seq, label)| !label.neg && *seq > question.cursor).collect();
    labels.sort_by_key(|(seq, _)| *seq);
    labels.truncate(question.limit);
    let cursor = labels.last().filter(|_| labels.len() == question.limit).map(|(seq, _)| seq.to_string());
    let labels: Vec<_> = labels.into_iter().map(|(_, label)| label).collect();
    Ok(match cursor {
        Some(cursor) => json!({ "cursor": cursor, "labels": labels }),
        None => json!({ "labels": labels }),
    })
}

#[derive(Deserialize)]
struct From {
    cursor: Option<i64>,
}

async fn subscribe(State(served): State<Arc<Served>>, Query(from): Query<From>, upgrade: WebSocketUpgrade) -> Response {
    let Ok(seat) = Arc::clone(&served.seats).try_acquire_owned() else {
        return refused(StatusCode::SERVICE_UNAVAILABLE, "TooManySubscribers", "try again later");
    };
    upgrade.on_upgrade(move |socket| async move {
        stream(socket, &served, from.cursor).await;
        drop(seat);
    })
}

/// Sends labels from a cursor on, then each new one; ends when the other side does.
async fn stream(mut socket: WebSocket, served: &Arc<Served>, cursor: Option<i64>) {
    let Some((newest, _)) = read(served, i64::MAX).await else { return };
    let mut after = cursor.unwrap_or(newest);
    if after > newest {
        let frame = error_frame("FutureCursor", "the cursor is ahead of the stream");
        drop(socket.send(Message::Binary(frame.into())).await);
        return;
    }
    loop {
        let Some((_, page)) = read(served, after).await else { return };
        let more = page.len() == PAGE;
        for (seq, label) in page {
            if socket.send(Message::Binary(frame(seq, &label).into())).await.is_err() {
                return;
            }
            after = seq;
        }
        if !more && !waits(&mut socket).await {
            return;
        }
    }
}

/// The last number of the stream, and labels after one.
async fn read(served: &Arc<Served>, after: i64) -> Option<(i64, Vec<(i64, Label)>)> {
    let served = Arc::clone(served);
    let read = move || -> Result<_, vigie_store::Error> {
        let desk = (served.labeler.open)()?;
        let page = desk.labels_after(after, PAGE)?;
        let labels = page.into_iter().filter_map(|given| Some((given.seq, serde_json::from_str(&given.label).ok()?))).collect();
        Ok((desk.last_label()?, labels))
    };
    tokio::task::spawn_blocking(read).await.ok()?.ok()
}

/// Waits for the next look into the store; false when the subscriber is gone.
async fn waits(socket: &mut WebSocket) -> bool {
    match tokio::time::timeout(PAUSE, socket.recv()).await {
        // Nothing came: still there.
        Err(_) => true,
        Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) => false,
        Ok(Some(Ok(_))) => true,
    }
}
