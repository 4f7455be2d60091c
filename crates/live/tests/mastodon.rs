//! Mastodon's streaming and paging against a server of ours that misbehaves, and recordings of a real one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stderr, reason = "a test fails by panicking")]

mod common;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use common::{
    bench::{Bench, random},
    web::{Reply, Request, Web},
};
use tungstenite::Message;
use vigie_live::{Mastodon, Secret, Settings, Timeline, Transport, mastodon};

const TOKEN: &str = "demo-token-fictif";

/// One post a minute: the overlap is ten.
fn id(number: usize) -> u64 {
    (1_785_000_000_000 + number as u64 * 60_000) << 16
}

fn status(number: usize) -> String {
    let id = id(number);
    format!(
        r#"{{"id":"{id}","created_at":"2026-07-25T17:20:00.000Z","uri":"https://a.example.org/users/fictif/statuses/{id}","url":"https://a.example.org/@fictif/{id}","visibility":"public","language":"fr","content":"<p>bonjour numéro {number}</p>","account":{{"id":"1","acct":"fictif"}}}}"#
    )
}

/// What has been published, and what goes wrong next.
struct State {
    all: usize,
    published: AtomicUsize,
    connections: AtomicUsize,
    pages: AtomicUsize,
    random: Mutex<u64>,
}

impl State {
    fn new(all: usize) -> Arc<Self> {
        Arc::new(Self { all, published: AtomicUsize::new(0), connections: AtomicUsize::new(0), pages: AtomicUsize::new(0), random: Mutex::new(7) })
    }

    /// The posts that a connection sees: some are published while nobody listens, and the connection is cut after some more.
    fn publish(&self) -> (std::ops::Range<usize>, usize) {
        let connection = self.connections.fetch_add(1, Ordering::Relaxed);
        let mut state = self.random.lock().unwrap();
        let mut some = |most: usize| usize::try_from(random(&mut state)).unwrap() % most;
        let from = (self.published.load(Ordering::Relaxed) + some(5)).min(self.all);
        let count = if connection < 50 { 4 + some(14) } else { self.all };
        let to = (from + count).min(self.all);
        self.published.store(to, Ordering::Relaxed);
        (from..to, connection)
    }

    /// A page of a timeline, after `min_id`; sometimes no page.
    fn page(&self, request: &Request) -> Reply {
        let number = self.pages.fetch_add(1, Ordering::Relaxed);
        let after: u64 = request.query("min_id").unwrap().parse().unwrap();
        let published = self.published.load(Ordering::Relaxed);
        let numbers: Vec<usize> = (0..published).filter(|number| id(*number) > after).take(40).collect();
        let body = format!("[{}]", numbers.iter().rev().map(|number| status(*number)).collect::<Vec<_>>().join(","));
        match number % 29 {
            // It makes us wait for a second.
            5 if number > 5 => Reply::Page(502, String::new(), Vec::new()),
            3 => Reply::Page(503, "Retry-After: 0\r\n".into(), b"later".to_vec()),
            5 => Reply::Page(429, "X-RateLimit-Reset: 2026-01-01T00:00:00.000000Z\r\n".into(), Vec::new()),
            7 => Reply::Raw(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len() + 20).into_bytes()),
            9 => Reply::Raw(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.len(), body.split_at(body.len() / 2).0).into_bytes()),
            11 => Reply::Raw(format!("HTTP/1.1 200 OK\r\n\r\n{body}").into_bytes()),
            _ => Reply::Page(200, "X-RateLimit-Remaining: 17\r\n".into(), body.into_bytes()),
        }
    }
}

fn server(state: &Arc<State>) -> Web {
    let state = Arc::clone(state);
    Web::start(move |request| {
        if request.field("authorization") != Some(&format!("Bearer {TOKEN}")) {
            return Reply::Page(401, String::new(), Vec::new());
        }
        match request.path.split('?').next().unwrap() {
            "/api/v2/instance" => Reply::Page(404, String::new(), Vec::new()),
            "/api/v1/timelines/public" => state.page(request),
            "/api/v1/streaming/public" => events(&state),
            "/api/v1/streaming" => websocket(&state),
            other => panic!("{other}"),
        }
    })
}

/// Server-sent events with comments, a repeated post, an edit and the cut in the middle of an event.
fn events(state: &Arc<State>) -> Reply {
    let (numbers, connection) = state.publish();
    Reply::Chunks(Box::new(move |chunks| {
        chunks.send(":)\n");
        for number in numbers.clone() {
            let data = status(number);
            // A chunk may end anywhere.
            let text = format!(":thump\nevent: update\ndata: {data}\n\n");
            let (one, two) = text.split_at(text.len() / 3);
            chunks.send(one);
            chunks.send(two);
            if number % 7 == 0 {
                chunks.send(&format!("event: update\ndata: {data}\n\n"));
            }
        }
        match connection % 3 {
            0 => assert!(chunks.send("event: update\ndata: {\"id\":\"9") || connection > 0),
            1 => chunks.end(),
            _ => {}
        }
    }))
}

fn websocket(state: &Arc<State>) -> Reply {
    let (numbers, connection) = state.publish();
    Reply::Socket(Box::new(move |mut socket| {
        let subscribe = socket.read().unwrap();
        assert_eq!(subscribe.to_text().unwrap(), r#"{"type":"subscribe","stream":"public"}"#);
        for number in numbers {
            let frame = serde_json::json!({"stream": ["public"], "event": "update", "payload": status(number)}).to_string();
            for _ in 0..=usize::from(number % 7 == 0) {
                drop(socket.send(Message::text(&*frame)));
            }
        }
        if connection % 2 == 0 {
            drop(socket.close(None));
            drop(socket.flush());
        }
    }))
}

fn source(bench: &Bench, web: &Web, timeline: Timeline, transport: Transport) -> vigie_live::Source {
    let settings = Settings { token: Some(Secret::new(TOKEN).unwrap()), ..Bench::settings(&web.url) };
    mastodon(settings, Mastodon { timeline, transport }, bench.listener()).unwrap()
}

fn cut_fifty_times(transport: Transport) {
    let bench = Bench::new();
    let state = State::new(700);
    let web = server(&state);
    let told = bench.run(source(&bench, &web, Timeline::Public, transport), 700);
    assert_eq!(bench.counted(), 700, "{:?}", bench.losses);
    assert_eq!((told.cursor, told.rejected), (id(699), 0));
    assert!(told.posts > 700, "the overlap and what was repeated: {}", told.posts);
    assert!(state.connections.load(Ordering::Relaxed) > 50);
    assert!(bench.losses("Refused") >= 2 && bench.losses("Broken") + bench.losses("Closed") >= 40, "{:?}", bench.losses);
}

#[test]
fn a_stream_of_events_cut_fifty_times_loses_nothing_and_counts_nothing_twice() {
    cut_fifty_times(Transport::Events);
}

#[test]
fn a_websocket_cut_fifty_times_loses_nothing_and_counts_nothing_twice() {
    cut_fifty_times(Transport::Websocket);
}

#[test]
fn a_refused_token_is_explained_and_never_shown() {
    let bench = Bench::new();
    let refuse_once = AtomicUsize::new(0);
    let state = State::new(5);
    let inner = Arc::clone(&state);
    let web = Web::start(move |request| match request.path.split('?').next().unwrap() {
        "/api/v2/instance" => Reply::Page(404, String::new(), Vec::new()),
        "/api/v1/streaming/public" if refuse_once.fetch_add(1, Ordering::Relaxed) == 0 => Reply::Page(401, String::new(), b"{}".to_vec()),
        "/api/v1/streaming/public" => events(&inner),
        _ => inner.page(request),
    });
    bench.run(source(&bench, &web, Timeline::Public, Transport::Events), 5);
    let said = bench.said.lock().unwrap().iter().cloned().collect::<String>();
    assert!(said.contains("401; it wants a token"), "{said}");
    assert!(!said.contains(TOKEN));
}

#[test]
fn a_token_goes_to_its_own_server_only() {
    let bench = Bench::new();
    let seen: Arc<Mutex<Vec<bool>>> = Arc::default();
    let told = Arc::clone(&seen);
    let other = Web::start(move |request| {
        told.lock().unwrap().push(request.field("authorization").is_some());
        Reply::Chunks(Box::new(|chunks| {
            chunks.send(&format!("event: update\ndata: {}\n\n", status(1)));
        }))
    });
    let target = format!("Location: {}/elsewhere\r\n", other.url);
    let web = Web::start(move |request| match request.path.split('?').next().unwrap() {
        "/api/v2/instance" => Reply::Page(404, String::new(), Vec::new()),
        "/api/v1/streaming/public" => Reply::Page(307, target.clone(), Vec::new()),
        _ => Reply::Page(200, String::new(), b"[]".to_vec()),
    });
    bench.run(source(&bench, &web, Timeline::Public, Transport::Events), 1);
    assert!(!seen.lock().unwrap().iter().any(|shown| *shown));
}

/// Exchanges of Mastodon.py's authors with a real Mastodon 4.6, beside this clone.
#[test]
fn the_recorded_pages_of_a_real_server_are_read() {
    let folder = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/api_mastodon_cassettes");
    if !folder.exists() && std::env::var_os("CI").is_none() {
        eprintln!("not run: {} is not beside this clone", folder.display());
        return;
    }
    let recorded: serde_norway::Value = serde_norway::from_str(&std::fs::read_to_string(folder.join("test_hashtag_tl.yaml")).unwrap()).unwrap();
    let answers: Vec<(String, String, String)> = recorded["interactions"]
        .as_sequence()
        .unwrap()
        .iter()
        .map(|exchange| {
            let text = |value: &serde_norway::Value| value.as_str().unwrap_or_default().to_owned();
            let link = text(&exchange["response"]["headers"]["link"][0]);
            (text(&exchange["request"]["uri"]), text(&exchange["response"]["body"]["string"]), link)
        })
        .collect();
    let asked = AtomicUsize::new(0);
    let web = Web::start(move |request| {
        let path = request.path.split('?').next().unwrap();
        let recorded = answers.iter().find(|(uri, ..)| uri.trim_end_matches('/').ends_with(path));
        match (path, recorded) {
            // The recording names the stream's own port.
            ("/api/v2/instance", Some((_, body, _))) => {
                let here = request.field("host").unwrap();
                Reply::Page(200, String::new(), body.replace("localhost:4000", here).into_bytes())
            }
            ("/api/v1/streaming", _) => Reply::Socket(Box::new(|mut socket| {
                drop(socket.read());
                drop(socket.read());
            })),
            (_, Some((_, body, link))) if asked.fetch_add(1, Ordering::Relaxed) == 0 => {
                let link = link.replace("localhost:3000", request.field("host").unwrap());
                Reply::Page(200, format!("Link: {link}\r\n"), body.clone().into_bytes())
            }
            _ => Reply::Page(200, String::new(), b"[]".to_vec()),
        }
    });
    let bench = Bench::new();
    let told = bench.run(source(&bench, &web, Timeline::Hashtag("hoot".into()), Transport::Websocket), 1);
    assert_eq!((bench.counted(), told.rejected, told.cursor), (1, 0, 117_020_593_741_189_701));
    let pages = web.asked("/timelines/tag/hoot");
    assert!(pages.last().unwrap().ends_with("/tag/hoot?min_id=117020593741189701"), "the server's own link: {pages:?}");
}
