//! The console from outside: requests in, answers out, on a real store.

mod access;
mod api;
mod flow;
mod security;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use tower::ServiceExt;
use vigie_detect::{Detector, Lexicon, Model, Watch};
use vigie_measure::{CellKey, Network, ScoreBin, WatchSet, author_hash, post_key, text_hash};
use vigie_model::{Band, Component, ComponentKind, Contact, ContactKind, Label, Lang, Profile, Timestamp, Verdict, Versions};
use vigie_rules::PackSource;
use vigie_store::{Accounts, Added, Batch, FindDraft, Ingest, Policy, Post, Role, SampleDraft, SqliteDesk, SqliteStore, UserId};

use crate::{
    app::{App, Site},
    auth::{Hashing, hash_of},
    routes::router,
};

const T: i64 = 1_795_000_000;
const PASSWORD: &str = "a long sentence as password";
/// What the terminal would be steered by, and the page.
const HOSTILE: &str = "<script>alert(1)</script> \"'><img src=x onerror=alert(1)> beuh dispo \u{202E}{{ 7*7 }} snap vendeur_fictif";

fn clock() -> Timestamp {
    Timestamp::from_seconds(T).unwrap()
}

struct Fixture {
    app: App,
    router: Router,
    dir: tempfile::TempDir,
    policy: Policy,
}

/// An answer, read to its end.
struct Got {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Got {
    fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    fn cookie(&self) -> String {
        self.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    /// What forms of the page bring back.
    fn csrf(&self) -> String {
        let after = self.body.split("name=\"csrf\" value=\"").nth(1).expect("a form");
        after.split('"').next().unwrap().to_owned()
    }
}

fn draft(id: usize, text: &str) -> FindDraft {
    let span = |word: &str| text.find(word).map(|start| (u32::try_from(start).unwrap(), u32::try_from(start + word.len()).unwrap()));
    let components = span("beuh").map(|(start, end)| Component { kind: ComponentKind::Product, start, end });
    let contact = span("vendeur_fictif").map(|(start, end)| Contact { kind: ContactKind::Snapchat, value: "vendeur_fictif".into(), start, end });
    FindDraft {
        network: Network::parse("bluesky").unwrap(),
        native_id: format!("post{id}"),
        revision: 0,
        author_id: Some("did:example:1".into()),
        author_handle: Some("\"><b>handle_exemple".into()),
        author_name: None,
        posted_at: Some(clock()),
        found_at: clock(),
        lang: Lang::parse("fr"),
        url: Some("javascript:alert(1)".into()),
        text: text.into(),
        tags: vec![],
        media: None,
        raw: vec![],
        watches: WatchSet::new(["Lorient"]),
        verdict: Verdict {
            score: 0.87,
            band: Band::Advert,
            label: Label::Advert,
            products: vec![],
            components: components.into_iter().collect(),
            contacts: contact.into_iter().collect(),
            prices: vec![],
            places: vec!["<i>Lorient".into()],
            reasons: vec![vigie_model::Reason { what: "<u>hostile".into(), weight: 1.5 }],
            rules: vec![],
            pictures: vec![],
            versions: Arc::new(Versions { vigie: "0".into(), lexicon: "0".into(), model: "m".into(), rules: None }),
        },
        canonical: "{}".into(),
    }
}

fn fill(store: &mut SqliteStore, texts: &[String]) {
    let mut batch = Batch::new();
    for (index, text) in texts.iter().enumerate() {
        let draft = draft(index, text);
        let key = CellKey {
            watches: draft.watches.clone(),
            network: draft.network,
            lang: draft.lang,
            hour: T / 3_600,
            bin: ScoreBin::new(Band::Advert, 0.87),
            repost: false,
        };
        let sample = SampleDraft {
            taken_at: clock(),
            score: 0.87,
            text: text.as_str().into(),
            author_names: vec![],
            contacts: draft.verdict.contacts.clone(),
            views: Some(100),
        };
        let cell = batch.cell(&key);
        batch.post(Post {
            key: post_key(draft.network, &draft.native_id),
            revision: 0,
            cell,
            text_hash: text_hash(text.as_bytes()),
            author_hash: author_hash(draft.network, "a"),
            find: Some(Box::new(draft)),
            sample: Some(Box::new(sample)),
        });
    }
    store.commit(&batch).unwrap();
}

impl Fixture {
    fn new(profile: Profile, public_url: Option<&str>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let policy = Policy::new(profile);
        let mut store = SqliteStore::open(dir.path(), &policy).unwrap();
        let mut texts = vec![HOSTILE.to_owned()];
        texts.extend((0..6).map(|n| format!("beuh dispo {} livraison snap vendeur_fictif", "abcdef".chars().nth(n).unwrap().to_string().repeat(6))));
        fill(&mut store, &texts);
        drop(store);
        let watch = Watch { name: "Lorient".into(), any: vec!["lorient".into()], ..Watch::default() };
        let site = Site {
            data: dir.path().to_owned(),
            policy: policy.clone(),
            detector: Detector::new(Lexicon::embedded().unwrap(), Model::embedded().unwrap(), vec![watch]),
            rules: PackSource { embedded: true, paths: vec![] },
            public_url: public_url.map(str::to_owned),
            sources: Box::new(Vec::new),
        };
        let app = App::new(site, clock).unwrap();
        Self { router: router(&app), app, dir, policy }
    }

    fn platform() -> Self {
        Self::new(Profile::Platform, None)
    }

    /// As after a start with people.
    fn set_up(&self) {
        *self.app.setup.lock().unwrap() = None;
    }

    fn desk(&self) -> SqliteDesk {
        SqliteDesk::open(self.dir.path(), &self.policy).unwrap()
    }

    /// Somebody with a role, and the cookie of a session. The password is not hashed: signing in has tests of its own.
    fn somebody(&self, role: Role) -> (UserId, String) {
        self.set_up();
        let mut desk = self.desk();
        let name = format!("{}{}", role.as_str(), desk.users().unwrap().len());
        let Added::Added(user) = desk.add_user(&name, role, "-", false, clock()).unwrap() else { panic!("taken") };
        let token = format!("token of {name}").replace(' ', "-");
        desk.begin_session(user, &hash_of(&token), clock()).unwrap();
        (user, format!("vigie={token}"))
    }

    /// Somebody who can sign in.
    fn with_password(&self, name: &str, role: Role) {
        self.desk().add_user(name, role, &Hashing::hash(PASSWORD).unwrap(), false, clock()).unwrap();
    }

    async fn send(&self, request: Request<Body>) -> Got {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let stream = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let body = if stream { String::new() } else { String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap() };
        Got { status, headers, body }
    }

    async fn get(&self, path: &str, cookie: &str) -> Got {
        self.send(request("GET", path, cookie, String::new())).await
    }

    async fn post(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Got {
        self.send(request("POST", path, cookie, serde_urlencoded::to_string(fields).unwrap())).await
    }
}

fn request(method: &str, path: &str, cookie: &str, body: String) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "127.0.0.1:8080")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000))));
    request
}
