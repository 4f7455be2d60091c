//! Live sources through the pipeline into a store, from a server that misbehaves.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stderr, reason = "a test fails by panicking")]

mod common;

use std::{
    io::{BufRead, BufReader, Read},
    net::{Shutdown, TcpListener, TcpStream},
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use common::{
    End, Event, Server, Turn,
    bench::{Bench, random},
};
use tungstenite::Message;
use vigie_ingest::LiveSource;
use vigie_live::{Happening, Loss, Protocol, Settings, stream};

const START: u64 = 1_783_175_888_000_000;

fn v1(number: u64) -> Event {
    let at = START + number * 1_000_000;
    let line = format!(
        r#"{{"did":"did:plc:example{number}","time_us":{at},"kind":"commit","commit":{{"rev":"3mptbypluud2a","operation":"create","collection":"app.bsky.feed.post","rkey":"k{number}","record":{{"text":"bonjour numéro {number}","langs":["fr"]}}}}}}"#
    );
    (at, Message::text(line))
}

fn v2(number: u64) -> Event {
    let line = format!(
        r#"{{"$type":"message","payload":{{"$type":"network.bsky.jetstream.subscribeEvents#commit","seq":{number},"did":"did:plc:example{number}","time":"2026-07-04T14:38:08.085Z","rev":"3mptbypluud2a","operation":"create","collection":"app.bsky.feed.post","rkey":"k{number}","record":{{"text":"bonjour numéro {number}"}}}}}}"#
    );
    (number, Message::text(line))
}

/// Misbehaves in every way, at least 50 cuts, then serves the rest.
fn bad_day() -> impl FnMut(usize) -> Turn + Send {
    let mut state = 7;
    move |number| match number {
        0 => Turn::HangUp,
        1 => Turn::Answer(503, "later"),
        2 => Turn::Garbage,
        3 => Turn::Answer(429, "slow down"),
        4 => Turn::Answer(302, ""),
        5..=60 => Turn::Serve(8 + usize::try_from(random(&mut state) % 20).unwrap(), if number % 3 == 0 { End::Close } else { End::Cut }),
        _ => Turn::Stay,
    }
}

#[test]
fn jetstream_cut_fifty_times_loses_nothing_and_counts_nothing_twice() {
    let bench = Bench::new();
    let server = Server::start((1..=900).map(v1).collect(), bad_day());
    let state = bench.watch_at(&server.url, Protocol::Jetstream, 900);
    assert_eq!(bench.counted(), 900);
    assert!(state.posts > 900, "some came twice: {}", state.posts);
    assert_eq!(state.cursor, START + 900 * 1_000_000);
    assert!(bench.losses("Broken") + bench.losses("Closed") >= 50, "{:?}", bench.losses);
    assert_eq!(bench.losses("Refused"), 3);
    let requests = server.requests.lock().unwrap();
    assert!(requests.iter().all(|request| request.starts_with("/subscribe?wantedCollections=app.bsky.feed.post&cursor=")));
}

#[test]
fn jetstream_2_cut_fifty_times_loses_nothing_and_counts_nothing_twice() {
    let bench = Bench::new();
    let server = Server::start((1..=900).map(v2).collect(), bad_day());
    let state = bench.watch_at(&server.url, Protocol::Jetstream2, 900);
    assert_eq!((bench.counted(), state.cursor), (900, 900));
    assert!(server.requests.lock().unwrap().iter().all(|request| request.starts_with("/xrpc/network.bsky.jetstream.subscribeEvents?")));
}

#[test]
fn a_new_run_goes_on_after_the_committed_cursor() {
    let bench = Bench::new();
    let mut events: Vec<Event> = (1..=100).map(v2).collect();
    bench.watch_at(&Server::start(events.clone(), |_| Turn::Stay).url, Protocol::Jetstream2, 100);
    events.extend((101..=150).map(v2));
    let server = Server::start(events, |_| Turn::Stay);
    let state = bench.watch_at(&server.url, Protocol::Jetstream2, 50);
    assert_eq!((bench.counted(), state.cursor), (150, 150));
    assert!(state.posts < 100, "what was committed is not asked for again: {}", state.posts);
    assert!(server.requests.lock().unwrap()[0].ends_with("&cursor=100"), "{:?}", server.requests);
}

#[test]
fn an_ended_stream_is_taken_up_again_and_a_lost_cursor_is_a_located_gap() {
    let bench = Bench::new();
    let slow = End::Say(Message::text(r#"{"$type":"error","error":"ConsumerTooSlow","message":"x"}"#));
    let server = Server::start((1..=100).map(v2).collect(), move |number| match number {
        0 => Turn::Serve(30, slow.clone()),
        1 => Turn::Answer(400, r#"{"error":"CursorTooOld"}"#),
        _ => Turn::Stay,
    });
    let state = bench.watch_at(&server.url, Protocol::Jetstream2, 100);
    assert_eq!((bench.counted(), bench.losses("Ended"), bench.losses("Cursor")), (100, 1, 1));
    assert_eq!(state.rejected, 1, "the gap");
    let rejects = std::fs::read_dir(bench.folder.path().join("rejects")).unwrap().next().unwrap().unwrap();
    let line = std::fs::read_to_string(rejects.path()).unwrap();
    assert!(line.contains(r#""source":"test","#) && line.contains(r#""byte":30,"#) && line.contains("posts are missing from here on"), "{line}");
    assert!(!server.requests.lock().unwrap()[2].contains("cursor="), "goes on without it");
}

#[test]
fn a_bad_message_is_a_reject_and_the_stream_goes_on() {
    let bench = Bench::new();
    let mut events: Vec<Event> = (1..=20).map(v1).collect();
    events.insert(10, (START + 10_500_000, Message::text("{\"did\":")));
    events.insert(12, (START + 10_600_000, Message::binary(vec![0xff; 100])));
    let server = Server::start(events, |_| Turn::Stay);
    let state = bench.watch_at(&server.url, Protocol::Jetstream, 20);
    assert_eq!(bench.counted(), 20);
    assert!(state.rejected >= 2, "{state:?}");
}

#[test]
fn recorded_relay_frames_arrive_through_a_stream_that_is_cut() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/api_bluesky_jetstream/frames.bin.zst");
    if !path.exists() && std::env::var_os("CI").is_none() {
        eprintln!("not run: {} is not beside this clone", path.display());
        return;
    }
    let dump = zstd::decode_all(std::fs::File::open(path).unwrap()).unwrap();
    let mut events = Vec::new();
    let mut rest = &dump[..];
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (frame, after) = after.split_at(u32::from_le_bytes(*length) as usize);
        let seq = vigie_ingest::firehose::Frame::parse(frame).unwrap().seq().unwrap();
        events.push((u64::try_from(seq).unwrap(), Message::binary(frame.to_vec())));
        rest = after;
    }
    let bench = Bench::new();
    let server = Server::start(events, bad_day());
    let state = bench.watch_at(&server.url, Protocol::Firehose, 17);
    assert_eq!(bench.counted(), 17);
    assert_eq!(state.rejected, 0);
}

#[test]
fn a_server_that_was_reset_is_read_from_what_it_has_and_the_gap_is_told() {
    let bench = Bench::new();
    bench.watch_at(&Server::start((1..=50).map(v2).collect(), |_| Turn::Stay).url, Protocol::Jetstream2, 50);
    let error = Message::text(r#"{"$type":"error","error":"FutureCursor"}"#);
    // The new server counts from 1 again, with other posts.
    let events =
        (1..=20).map(|seq| (seq, Message::text(v2(seq + 500).1.to_text().unwrap().replace(&format!("\"seq\":{}", seq + 500), &format!("\"seq\":{seq}")))));
    let server = Server::start(events.collect(), move |number| if number == 0 { Turn::Serve(0, End::Say(error.clone())) } else { Turn::Stay });
    let state = bench.watch_at(&server.url, Protocol::Jetstream2, 20);
    let requests = server.requests.lock().unwrap();
    assert!(requests[0].ends_with("cursor=50") && !requests[1].contains("cursor="), "{requests:?}");
    assert_eq!((bench.counted(), bench.losses("Cursor"), state.rejected, state.cursor), (70, 1, 1, 20));
}

#[test]
fn a_taken_down_account_takes_what_is_kept_of_its_posts_along() {
    use vigie_model::Profile;
    use vigie_store::{FindFilter, Finds, Policy, SqliteReader};
    let advert = |number: u64| {
        let (at, message) = v1(number);
        let text = message.to_text().unwrap().replace("bonjour numéro", "Toulouse : beuh dispo, 10€ le g, livraison, snap demo_fictif31, numéro");
        (at, Message::text(text))
    };
    let at = START + 3_000_000;
    let account = format!(
        r#"{{"did":"did:plc:example1","time_us":{at},"kind":"account","account":{{"active":false,"did":"did:plc:example1","seq":3,"status":"takendown"}}}}"#
    );
    let bench = Bench::new();
    let server = Server::start(vec![advert(1), advert(2), (at, Message::text(account)), v1(4)], |_| Turn::Stay);
    let state = bench.watch_at(&server.url, Protocol::Jetstream, 3);
    let store = SqliteReader::open(bench.folder.path(), &Policy::new(Profile::Platform)).unwrap();
    let finds = store.finds(&FindFilter::default(), 10).unwrap();
    let told: Vec<_> =
        finds.iter().map(|find| (find.native_id.as_str(), find.deleted_seen_at.is_some(), find.text.is_none() && find.author_id.is_none())).collect();
    assert!(told.contains(&("did:plc:example1/k1", true, true)) && told.contains(&("did:plc:example2/k2", false, false)), "{told:?}");
    assert_eq!((state.deletes, bench.counted()), (1, 3));
}

#[test]
fn a_private_server_is_not_connected_to_unless_allowed() {
    let server = Server::start(vec![v1(1)], |_| Turn::Stay);
    let lost = Arc::new(Mutex::new(Vec::new()));
    let (stop, told) = (Arc::new(AtomicBool::new(false)), Arc::clone(&lost));
    let stopping = Arc::clone(&stop);
    let listener = move |_: &str, happening: &Happening<'_>| {
        if let Happening::Lost { loss: Loss::Private { host }, .. } = happening {
            told.lock().unwrap().push(host.clone());
            stopping.store(true, Ordering::Relaxed);
        }
    };
    let mut source = stream(Settings::new("test", &server.url), Protocol::Jetstream, Arc::new(listener)).unwrap();
    source.run(None, &mut |_| panic!("nothing may come"), &stop);
    assert_eq!(*lost.lock().unwrap(), ["127.0.0.1"]);
    assert_eq!(server.connections.load(Ordering::Relaxed), 0);
}

/// Forwards connections to a port and cuts each of the first so many after some thousand bytes.
fn cutting_proxy(to: u16, cuts: u64) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut state = 3;
        for (number, client) in (0..).zip(listener.incoming()) {
            let (mut client, mut server) = (client.unwrap(), TcpStream::connect(("localhost", to)).unwrap());
            let (mut request, mut requests) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut request, &mut requests));
            let most = if number < cuts { 6_000 + random(&mut state) % 12_000 } else { u64::MAX };
            drop(std::io::copy(&mut (&mut server).take(most), &mut client));
            drop((client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both)));
        }
    });
    port
}

/// Started where `VIGIE_PDS` names a folder with the npm package `@atproto/dev-env` (see docs/sources.md).
#[test]
fn a_real_pds_cut_fifty_times_loses_nothing_and_counts_nothing_twice() {
    let Some(folder) = std::env::var_os("VIGIE_PDS") else {
        eprintln!("not run: VIGIE_PDS does not name a folder with @atproto/dev-env");
        return;
    };
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut pds = Command::new("node")
        .args(["--input-type=module", "--eval", include_str!("pds.mjs")])
        .current_dir(folder)
        .envs([("VIGIE_PDS_ARGS", format!("{port} 400")), ("VIGIE_PDS_STAY", "60000".into())])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let ready = BufReader::new(pds.stdout.take().unwrap()).lines().map_while(Result::ok).any(|line| line == "ready");
    assert!(ready, "the PDS did not start");
    let bench = Bench::new();
    let state = bench.watch_at(&format!("ws://127.0.0.1:{}", cutting_proxy(port, 50)), Protocol::Firehose, 401);
    drop((pds.kill(), pds.wait()));
    eprintln!("{state:?}, losses {:?}", bench.losses);
    assert_eq!((bench.counted(), state.rejected), (401, 0));
    assert!(state.deletes >= 5 && state.posts >= 406, "{state:?}");
    assert!(bench.losses("Broken") + bench.losses("Closed") >= 50, "{:?}", bench.losses);
}
