//! X's interface against a server of ours: rules, the filtered stream, its budget, search and counts. It shows that we do what we believe of X.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use common::{
    bench::Bench,
    web::{Reply, Request, Web},
};
use vigie_live::{Budget, Loss, Price, Purse, RuleSet, Secret, Settings, XAccount, XStream, x_stream};

const READ: u64 = 5_000;

fn post(number: usize) -> String {
    format!(
        r#"{{"data":{{"id":"{}","text":"bonjour numéro {number}","author_id":"7","edit_history_tweet_ids":["{}"],"created_at":"2026-11-24T10:00:00.000Z","lang":"fr"}},"matching_rules":[{{"id":"1","tag":"vigie:a"}}]}}"#,
        id(number),
        id(number)
    )
}

fn id(number: usize) -> u64 {
    1_980_000_000_000_000_000 + number as u64
}

fn account(folder: &Path, web: &Web, day: u64) -> Arc<XAccount> {
    let settings = Settings { token: Some(Secret::new("demo-token").unwrap()), ..Bench::settings(&web.url) };
    let purse = Purse::open(folder, "test", Budget { day, month: 1_000_000_000 }).unwrap();
    Arc::new(XAccount::new(&settings, Price { read: READ, count: READ }, purse).unwrap())
}

fn rules() -> RuleSet {
    let mut rules = RuleSet::default();
    rules.add("a", &["bonjour".to_owned()], &[], &[]).unwrap();
    rules
}

const STORED: &str = r#"{"data":[{"id":"1","value":"bonjour -is:retweet","tag":"vigie:a"},{"id":"2","value":"autre","tag":"press"}],"meta":{"sent":"2026-11-24T10:00:00.000Z"}}"#;

/// The stream sends so many posts and ends; what comes while nobody listens is found by search.
struct Network {
    all: usize,
    sent: AtomicUsize,
    connections: AtomicUsize,
}

impl Network {
    fn new(all: usize) -> Arc<Self> {
        Arc::new(Self { all, sent: AtomicUsize::new(0), connections: AtomicUsize::new(0) })
    }

    fn answer(self: &Arc<Self>, request: &Request) -> Reply {
        assert_eq!(request.field("authorization"), Some("Bearer demo-token"));
        match request.path.split('?').next().unwrap() {
            "/2/tweets/search/stream/rules" => Reply::Page(200, String::new(), STORED.into()),
            "/2/tweets/search/stream" => self.stream(),
            "/2/tweets/search/recent" => self.search(request),
            other => panic!("{other}"),
        }
    }

    fn stream(self: &Arc<Self>) -> Reply {
        let connection = self.connections.fetch_add(1, Ordering::Relaxed);
        match connection {
            1 => return Reply::Page(429, "x-rate-limit-reset: 1\r\n".into(), b"{}".to_vec()),
            2 => return Reply::Page(503, String::new(), Vec::new()),
            _ => {}
        }
        let from = (self.sent.load(Ordering::Relaxed) + connection % 3).min(self.all);
        let to = (from + 3 + connection % 5).min(self.all);
        self.sent.store(to, Ordering::Relaxed);
        Reply::Chunks(Box::new(move |chunks| {
            chunks.send("\r\n");
            for number in from..to {
                let line = post(number) + "\r\n";
                let (one, two) = line.split_at(50);
                chunks.send(one);
                chunks.send(two);
            }
            match connection % 4 {
                0 => assert!(chunks.send("{\"data\":{\"id\":\"1980") || connection > 0),
                1 => chunks.end(),
                2 => assert!(
                    chunks.send("{\"errors\":[{\"title\":\"operational-disconnect\",\"disconnect_type\":\"UpstreamOperationalDisconnect\"}]}\r\n")
                        || connection > 0
                ),
                _ => {}
            }
        }))
    }

    /// Pages of five, the newest first.
    fn search(&self, request: &Request) -> Reply {
        let since: u64 = request.query("since_id").unwrap().parse().unwrap();
        let skip: usize = request.query("next_token").map_or(0, |token| token.parse().unwrap());
        let mut found: Vec<usize> = (0..self.sent.load(Ordering::Relaxed)).filter(|number| id(*number) > since).collect();
        found.reverse();
        let page: Vec<String> = found
            .iter()
            .skip(skip)
            .take(5)
            .map(|number| post(*number).trim_start_matches("{\"data\":").split(r#","matching"#).next().unwrap().to_owned())
            .collect();
        let next = if found.len() > skip + 5 { format!(r#","next_token":"{}""#, skip + 5) } else { String::new() };
        let data = if page.is_empty() { String::new() } else { format!(r#""data":[{}],"#, page.join(",")) };
        Reply::Page(200, String::new(), format!(r#"{{{data}"meta":{{"result_count":{}{next}}}}}"#, page.len()).into_bytes())
    }
}

fn serve(network: &Arc<Network>) -> Web {
    let network = Arc::clone(network);
    Web::start(move |request| network.answer(request))
}

fn filtered(catch_up: bool) -> XStream {
    XStream::Filtered { rules: rules(), backfill_minutes: Some(2), catch_up }
}

#[test]
fn a_stream_cut_fifty_times_and_caught_up_by_search_loses_nothing_and_counts_nothing_twice() {
    let bench = Bench::new();
    let network = Network::new(250);
    let web = serve(&network);
    let account = account(bench.folder.path(), &web, 100_000_000);
    let source = x_stream(&Bench::settings(&web.url), Arc::clone(&account), filtered(true), bench.listener());
    let told = bench.run(source, 250);
    // What a search brings moves the cursor when all of it is there, which the end of the run may come before.
    assert_eq!((bench.counted(), told.rejected, told.cursor > id(200)), (250, 0, true));
    assert!(network.connections.load(Ordering::Relaxed) > 45 && bench.losses("Refused") == 2 && bench.losses("Ended") > 5, "{:?}", bench.losses);
    let streams: Vec<String> = web.asked("/search/stream?");
    assert!(!streams[0].contains("backfill") && streams.last().unwrap().contains("backfill_minutes=2"));
    // Everything that was read is paid, and not much more: what was on its way when a connection broke.
    assert!(account.spending().day >= told.posts * READ, "{:?} for {}", account.spending(), told.posts);
    assert!(account.spending().day <= (told.posts + 10) * READ, "{:?} for {}", account.spending(), told.posts);
}

#[test]
fn reading_stops_before_the_budget_is_exceeded() {
    let bench = Bench::new();
    let network = Network::new(10_000);
    let web = serve(&network);
    // Sixty posts; what is paid ahead is twenty.
    let budget = 60 * READ;
    let account = account(bench.folder.path(), &web, budget);
    let source = x_stream(&Bench::settings(&web.url), Arc::clone(&account), filtered(false), bench.listener());
    bench.run(source, 41);
    assert!(account.spending().day <= budget);
    let before = network.connections.load(Ordering::Relaxed);
    // Another run, another process: the account is in a file.
    let again = self::account(bench.folder.path(), &web, account.spending().day + 19 * READ);
    let said = Arc::clone(&bench.said);
    let (stop, told) = (Arc::new(std::sync::atomic::AtomicBool::new(false)), bench.listener());
    let stopping = Arc::clone(&stop);
    let listener = move |name: &str, happening: &vigie_live::Happening<'_>| {
        told(name, happening);
        stopping.store(matches!(happening, vigie_live::Happening::Lost { loss: Loss::Budget(_), .. }), Ordering::Relaxed);
    };
    let mut source = x_stream(&Bench::settings(&web.url), again, filtered(false), Arc::new(listener));
    vigie_ingest::LiveSource::run(&mut source, None, &mut |_| panic!("nothing may be read"), &stop);
    assert_eq!(network.connections.load(Ordering::Relaxed), before, "the stream was not even asked for");
    assert!(said.lock().unwrap().iter().any(|text| text.contains("stopped before the budget is exceeded")), "{said:?}");
}

#[test]
fn a_stream_with_other_rules_is_not_read() {
    let bench = Bench::new();
    let network = Network::new(10);
    let web = serve(&network);
    let mut other = rules();
    other.add("b", &["soir".to_owned()], &[], &[]).unwrap();
    let account = account(bench.folder.path(), &web, 1_000_000);
    let diff = other.diff(account.rules().unwrap());
    assert_eq!((diff.add.len(), diff.keep.len(), diff.delete.len(), diff.foreign.len()), (1, 1, 0, 1));
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopping = Arc::clone(&stop);
    let listener = move |_: &str, happening: &vigie_live::Happening<'_>| {
        stopping.store(matches!(happening, vigie_live::Happening::Lost { loss: Loss::Rules, .. }), Ordering::Relaxed);
    };
    let what = XStream::Filtered { rules: other, backfill_minutes: None, catch_up: false };
    let mut source = x_stream(&Bench::settings(&web.url), account, what, Arc::new(listener));
    vigie_ingest::LiveSource::run(&mut source, None, &mut |_| panic!("nothing may be read"), &stop);
    assert_eq!(network.connections.load(Ordering::Relaxed), 0);
}

#[test]
fn counts_come_in_pages_and_are_paid_by_the_request() {
    let bench = Bench::new();
    let web = Web::start(|request| {
        assert!(request.path.starts_with("/2/tweets/counts/recent?query=") && request.query("granularity") == Some("minute"));
        let (minute, next) = if request.query("next_token").is_none() { (0, r#","next_token":"b""#) } else { (1, "") };
        Reply::Page(200, String::new(), format!(r#"{{"data":[{{"start":"2026-11-24T10:0{minute}:00.000Z","end":"2026-11-24T10:0{}:00.000Z","tweet_count":{}}}],"meta":{{"total_tweet_count":9{next}}}}}"#, minute + 1, minute + 4).into_bytes())
    });
    let account = account(bench.folder.path(), &web, 2 * READ);
    let minutes = account.counts("bonjour", "2026-11-24T10:00:00Z", "2026-11-24T10:02:00Z").unwrap();
    assert_eq!(minutes.iter().map(|minute| minute.posts).collect::<Vec<_>>(), [4, 5]);
    assert!(matches!(account.counts("bonjour", "2026-11-24T10:00:00Z", "2026-11-24T10:02:00Z"), Err(Loss::Budget(_))), "two requests were all there was");
}
