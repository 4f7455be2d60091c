//! Notices from the find to the relay, with relays that misbehave and a sender that is killed.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use serde_json::Value;

/// What a relay does with the next connection.
#[derive(Clone, Copy)]
enum Relay {
    Takes,
    /// Answers 451 to the recipient.
    Busy,
    /// Answers 550 to the recipient.
    Refuses,
    /// Takes the whole message, and closes without a word.
    FallsSilent,
    /// Takes the whole message, and says nothing until the test ends.
    Stalls,
}

/// A relay that does what it is told, connection by connection, and keeps every message that arrived whole.
struct FakeRelay {
    port: u16,
    mails: Arc<Mutex<Vec<String>>>,
    arrived: Receiver<()>,
}

impl FakeRelay {
    fn start(plan: Vec<Relay>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let (tell, arrived) = channel();
        let kept = Arc::clone(&mails);
        thread::spawn(move || {
            for does in plan {
                let Ok((stream, _)) = listener.accept() else { return };
                serve(stream, does, &kept, &tell);
            }
        });
        Self { port, mails, arrived }
    }

    fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }
}

fn serve(stream: std::net::TcpStream, does: Relay, mails: &Mutex<Vec<String>>, tell: &Sender<()>) {
    let mut out = stream.try_clone().unwrap();
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let mut say = |text: &str| out.write_all(format!("{text}\r\n").as_bytes());
    let _open = say("220 relay.example.org");
    while let Some(line) = lines.next() {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match (verb.as_str(), does) {
            ("RCPT", Relay::Busy) => "451 try later",
            ("RCPT", Relay::Refuses) => "550 no such user",
            ("DATA", _) => "354 go on",
            ("QUIT", _) => "221 bye",
            _ => "250 ok",
        };
        if say(answer).is_err() || verb == "QUIT" {
            return;
        }
        if verb == "DATA" {
            let message: Vec<_> = lines.by_ref().take_while(|line| line != ".").collect();
            mails.lock().unwrap().push(message.join("\n"));
            tell.send(()).ok();
            match does {
                Relay::FallsSilent => return,
                // Holds the connection until the other side goes away.
                Relay::Stalls => return drop(lines.next()),
                _ => drop(say("250 queued as 7")),
            }
        }
    }
}

const POSTS: &str = r#"{"id":"did:plc:fictif/1","network":"bluesky","url":"https://bsky.app/profile/did:plc:fictif/post/1","author":{"id":"did:plc:fictif","handle":"demo.example.org"},"text":"Toulouse : beuh dispo, 10€ le g, livraison. Snap: demo_fictif31","created_at":"2026-11-20T18:00:00Z","lang":"fr"}
{"id":"did:plc:fictif/2","network":"bluesky","url":"https://bsky.app/profile/did:plc:fictif/post/2","author":{"id":"did:plc:fictif","handle":"demo.example.org"},"text":"Toulouse : coke et shit dispo ce soir, livraison, 50€. Snap: demo_fictif31","created_at":"2026-11-21T18:00:00Z","lang":"fr"}
"#;

fn vigie(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vigie"));
    command.current_dir(folder).args(arguments).env("LANG", "C");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    vigie(folder, arguments).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn ok(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output));
    text(&output)
}

/// A store with two adverts of one account, and a channel to a relay.
fn case(port: u16) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let reporting = format!(
        "profile = \"platform\"\n[reporting]\norganisation = \"Agence Exemple\"\nemail = \"signalement@example.org\"\n[[reporting.channel]]\nname = \"relay\"\nvia = \"smtp\"\n\
         host = \"127.0.0.1\"\nport = {port}\nplain = true\nfrom = \"Agence Exemple <signalement@example.org>\"\nto = \"abuse@platform.example.org\"\n"
    );
    fs::write(folder.path().join("vigie.toml"), reporting).unwrap();
    fs::write(folder.path().join("posts.jsonl"), POSTS).unwrap();
    ok(folder.path(), &["scan", "posts.jsonl"]);
    folder
}

/// Drafts and signs the one notice of the case; gives its reference.
fn signed(folder: &Path) -> String {
    let drafted = ok(folder, &["notice", "draft", "--by", "Camille"]);
    assert_eq!(drafted.lines().count(), 1, "one notice for both posts: {drafted}");
    let id = drafted.split_whitespace().next().unwrap().to_owned();
    ok(folder, &["notice", "sign", &id, "--by", "Camille Exemple", "--bona-fide"]);
    id
}

fn outbox(folder: &Path) -> Vec<Value> {
    serde_json::from_str(&ok(folder, &["notice", "outbox", "--format", "json"])).unwrap()
}

#[test]
fn a_person_signs_and_sends_and_the_notice_arrives_once() {
    let relay = FakeRelay::start(vec![Relay::Takes]);
    let folder = case(relay.port);
    let folder = folder.path();
    let id = ok(folder, &["notice", "draft", "--by", "Camille"]).split_whitespace().next().unwrap().to_owned();
    assert!(text(&run(folder, &["notice", "send", &id, "--via", "relay", "--by", "Camille"])).contains("is not signed"));
    let unsure = text(&run(folder, &["notice", "sign", &id, "--by", "Camille Exemple"]));
    assert!(unsure.contains("nothing was signed") && unsure.contains("Je déclare de bonne foi"), "{unsure}");
    ok(folder, &["notice", "sign", &id, "--by", "Camille Exemple", "--bona-fide"]);
    let sent = ok(folder, &["notice", "send", &id, "--via", "relay", "--by", "Camille Exemple"]);
    assert!(sent.contains("delivered"), "{sent}");
    let mails = relay.mails();
    assert_eq!(mails.len(), 1);
    for part in [format!("Message-ID: <{id}@example.org>"), format!("filename=\"{id}.pdf\""), format!("filename=\"{id}.json\"")] {
        assert!(mails[0].contains(&part), "{part}");
    }
    // Neither a second release, nor another delivery, nor another draft sends it again.
    assert!(text(&run(folder, &["notice", "send", &id, "--via", "relay", "--by", "Camille"])).contains("released before"));
    assert_eq!(ok(folder, &["notice", "deliver"]), "nothing is due\n");
    assert!(ok(folder, &["notice", "draft", "--by", "Camille"]).contains("nothing to notify"));
    assert_eq!(relay.mails().len(), 1);
    ok(folder, &["notice", "decision", &id, "removed", "--by", "Camille"]);
    assert!(ok(folder, &["notice", "rates"]).contains("acted on 1 of the last 1 decided"));
}

#[test]
fn a_busy_relay_is_tried_again_and_a_refusal_is_final() {
    let relay = FakeRelay::start(vec![Relay::Busy]);
    let folder = case(relay.port);
    let id = signed(folder.path());
    let first = run(folder.path(), &["notice", "send", &id, "--via", "relay", "--by", "Camille"]);
    assert!(first.status.code() == Some(2) && text(&first).contains("451") && text(&first).contains("again at"), "{}", text(&first));
    let waiting = outbox(folder.path());
    assert_eq!((&waiting[0]["state"], &waiting[0]["attempts"]), (&"queued".into(), &1.into()));
    assert_eq!(ok(folder.path(), &["notice", "deliver"]), "nothing is due\n");

    let relay = FakeRelay::start(vec![Relay::Refuses]);
    let folder = case(relay.port);
    let id = signed(folder.path());
    assert!(text(&run(folder.path(), &["notice", "send", &id, "--via", "relay", "--by", "Camille"])).contains("refused: the relay answers 550"));
    assert_eq!(outbox(folder.path())[0]["state"], "refused");
}

#[test]
fn a_relay_that_is_down_loses_nothing() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let folder = case(port);
    let id = signed(folder.path());
    let sent = run(folder.path(), &["notice", "send", &id, "--via", "relay", "--by", "Camille"]);
    assert!(text(&sent).contains("not delivered"), "{}", text(&sent));
    assert_eq!(outbox(folder.path())[0]["state"], "queued");
}

/// Whether the message arrived cannot be known: it did, as the test sees. It is not sent a second time before a person says so.
#[test]
fn a_relay_that_falls_silent_leaves_the_question_to_a_person() {
    let relay = FakeRelay::start(vec![Relay::FallsSilent, Relay::Takes]);
    let folder = case(relay.port);
    let folder = folder.path();
    let id = signed(folder);
    assert!(text(&run(folder, &["notice", "send", &id, "--via", "relay", "--by", "Camille"])).contains("uncertain"));
    assert_eq!(ok(folder, &["notice", "deliver"]), "nothing is due\n");
    assert_eq!(relay.mails().len(), 1);
    assert!(text(&run(folder, &["notice", "withdraw", &id, "--by", "Camille", "--reason", "x"])).contains("may have left"));
    let number = outbox(folder)[0]["id"].to_string();
    ok(folder, &["notice", "settle", &number, "arrived", "--by", "Camille"]);
    assert_eq!(outbox(folder)[0]["state"], "delivered");
    assert_eq!(ok(folder, &["notice", "deliver"]), "nothing is due\n");
    assert_eq!(relay.mails().len(), 1);
}

/// Killed while the relay has the message and has not answered.
#[test]
fn a_killed_sender_sends_nothing_twice_and_loses_nothing() {
    let relay = FakeRelay::start(vec![Relay::Stalls, Relay::Takes]);
    let folder = case(relay.port);
    let folder = folder.path();
    let id = signed(folder);
    ok(folder, &["notice", "send", &id, "--via", "relay", "--by", "Camille", "--queue-only"]);
    let mut sender = vigie(folder, &["notice", "deliver"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    relay.arrived.recv().unwrap();
    // A second sender has to wait for the first.
    assert!(text(&run(folder, &["notice", "deliver"])).contains("another vigie is delivering"));
    sender.kill().unwrap();
    sender.wait().unwrap();
    assert_eq!(ok(folder, &["notice", "deliver"]), "nothing is due\n");
    let message = &outbox(folder)[0];
    assert_eq!((message["state"].as_str(), message["problem"].as_str()), (Some("uncertain"), Some("the sender died while it was sending")));
    assert_eq!(relay.mails().len(), 1);
    // The receiver says that it has nothing: now it is sent.
    ok(folder, &["notice", "settle", &message["id"].to_string(), "not-arrived", "--by", "Camille"]);
    assert!(ok(folder, &["notice", "deliver"]).contains("delivered"));
}

/// Killed at random moments while it delivers, a sender sends no mail twice and forgets none. `VIGIE_KILLS` sets how often.
#[test]
fn killed_at_random_moments_no_mail_is_doubled_or_forgotten() {
    const NOTICES: usize = 12;
    let kills: usize = std::env::var("VIGIE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    let relay = FakeRelay::start(vec![Relay::Takes; NOTICES + kills]);
    let folder = case(relay.port);
    let folder = folder.path();
    let posts: String = (10..10 + NOTICES)
        .map(|n| POSTS.lines().next().unwrap().replace("did:plc:fictif", &format!("did:plc:fictif{n}")).replace("/post/1", &format!("/post/{n}")) + "\n")
        .collect();
    fs::write(folder.join("more.jsonl"), posts).unwrap();
    ok(folder, &["scan", "more.jsonl"]);
    for line in ok(folder, &["notice", "draft", "--by", "Camille"]).lines().take(NOTICES) {
        let id = line.split_whitespace().next().unwrap();
        ok(folder, &["notice", "sign", id, "--by", "Camille Exemple", "--bona-fide"]);
        ok(folder, &["notice", "send", id, "--via", "relay", "--by", "Camille", "--queue-only"]);
    }
    for kill in 0..kills {
        let mut sender = vigie(folder, &["notice", "deliver"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Somewhere between the start and a few messages; the moment is the subject of the test.
        thread::sleep(std::time::Duration::from_micros(20_000 + 9_700 * (kill as u64 * 7 % 11)));
        sender.kill().unwrap();
        sender.wait().unwrap();
    }
    run(folder, &["notice", "deliver"]);
    let state = |name: &str| outbox(folder).iter().filter(|message| message["state"] == name).count();
    let (delivered, uncertain) = (state("delivered"), state("uncertain"));
    assert_eq!(delivered + uncertain, NOTICES, "none is forgotten");
    // What was cut off before the end of its data was not received.
    let ids: Vec<_> = relay.mails().iter().filter_map(|mail| mail.lines().find(|line| line.starts_with("Message-ID")).map(str::to_owned)).collect();
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "none is sent twice");
    assert!((delivered..=NOTICES).contains(&ids.len()), "{delivered} delivered, {uncertain} uncertain, {} arrived", ids.len());
}
