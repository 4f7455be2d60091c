//! Statements to a database that behaves as the published one does: it refuses a batch as a whole, names what is at fault in it, and knows
//! identifiers that it has.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::{Value, json};
use vigie_deliver::{Backoff, Channel, Channels, Payload, deliver_due};
use vigie_model::{Profile, Timestamp};
use vigie_store::{Act, Casework, DocumentDraft, Message, MessageDraft, MessageState, Policy, SqliteDesk, SqliteStore};

#[derive(Default)]
struct Database {
    kept: BTreeSet<String>,
    posts: u32,
    /// Answers to batches: statuses before the real one is given.
    moods: Vec<u16>,
    /// Keeps the batch and then closes without an answer, so many times.
    silent: u32,
}

/// Answers one request as the database does; none: it closes.
fn answer(database: &mut Database, method: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
    if let Some(puid) = path.strip_prefix("/api/v1/statement/existing-puid/") {
        return Some((if database.kept.contains(puid) { 302 } else { 404 }, json!({})));
    }
    assert_eq!((method, path), ("POST", "/api/v1/statements"));
    database.posts += 1;
    if let Some(mood) = database.moods.pop() {
        return Some((mood, json!({})));
    }
    let statements = body["statements"].as_array().unwrap();
    assert!(statements.len() <= 100);
    let mut errors = serde_json::Map::new();
    for (number, statement) in statements.iter().enumerate() {
        let puid = statement["puid"].as_str().unwrap();
        if statement["category"] == "WRONG" {
            errors.insert(format!("statement_{number}"), json!({ "category": ["The selected category is invalid."] }));
        } else if database.kept.contains(puid) {
            errors.insert(format!("statement_{number}"), json!({ "puid": ["The identifier given is not unique within this platform."] }));
        }
    }
    if !errors.is_empty() {
        return Some((422, json!({ "message": "at fault", "errors": errors })));
    }
    database.kept.extend(statements.iter().map(|statement| statement["puid"].as_str().unwrap().to_owned()));
    if database.silent > 0 {
        database.silent -= 1;
        return None;
    }
    Some((201, json!({ "statements": [] })))
}

fn serve(stream: TcpStream, database: &Mutex<Database>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).unwrap();
    for line in reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
        let lower = line.to_ascii_lowercase();
        length = lower.strip_prefix("content-length:").map_or(length, |value| value.trim().parse().unwrap());
        assert!(!lower.starts_with("authorization:") || line.ends_with("Bearer token"));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if path.is_empty() {
        return;
    }
    let Some((status, value)) = answer(&mut database.lock().unwrap(), method, path, &serde_json::from_slice(&body).unwrap_or_default()) else { return };
    let value = value.to_string();
    let mut stream = stream;
    write!(stream, "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{value}", value.len()).unwrap();
}

struct Case {
    folder: tempfile::TempDir,
    desk: SqliteDesk,
    channels: Channels,
    database: Arc<Mutex<Database>>,
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_795_000_000 + seconds).unwrap()
}

fn case(database: Database) -> Case {
    let database = Arc::new(Mutex::new(database));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let service = format!("http://{}", listener.local_addr().unwrap());
    let served = Arc::clone(&database);
    thread::spawn(move || listener.incoming().flatten().for_each(|stream| serve(stream, &served)));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), "token\n").unwrap();
    let mut channel: Channel = serde_json::from_value(json!({ "name": "dsa", "via": "dsa", "service": service, "secret_file": "token" })).unwrap();
    channel.secret_relative_to(folder.path());
    let policy = Policy::new(Profile::Platform);
    drop(SqliteStore::open(folder.path(), &policy).unwrap());
    let desk = SqliteDesk::open(folder.path(), &policy).unwrap();
    Case { folder, desk, channels: Channels(vec![channel]), database }
}

impl Case {
    fn release(&mut self, statements: &[Value]) {
        let act = Act { by: "Camille".into(), reason: None, at: at(0) };
        let draft = DocumentDraft {
            id: "VS-1".into(),
            kind: "statement".into(),
            receiver: "dsa".into(),
            account: None,
            body: "[]".into(),
            finds: Vec::new(),
            grounds: String::new(),
            act: act.clone(),
        };
        self.desk.create(&draft).unwrap();
        self.desk.sign("VS-1", "[]", &act).unwrap();
        let payload = serde_json::to_string(&Payload::Statements { statements: statements.to_vec() }).unwrap();
        self.desk.release(&MessageDraft { key: "k".into(), document: "VS-1".into(), channel: "dsa".into(), repeatable: true, payload, act }).unwrap();
    }

    fn deliver(&mut self, seconds: i64) -> Message {
        deliver_due(&mut self.desk, &self.channels, Backoff::default(), self.folder.path(), &|| at(seconds), &mut |_| {}).unwrap();
        self.desk.outbox().unwrap().remove(0)
    }

    fn kept(&self) -> usize {
        self.database.lock().unwrap().kept.len()
    }
}

fn statements(count: usize) -> Vec<Value> {
    (0..count).map(|number| json!({ "puid": format!("p{number}"), "category": "RIGHT" })).collect()
}

#[test]
fn a_batch_is_created_once() {
    let mut case = case(Database::default());
    case.release(&statements(100));
    let message = case.deliver(0);
    assert_eq!((message.state, case.kept()), (MessageState::Delivered, 100), "{:?}", message.problem);
    assert_eq!(serde_json::from_str::<Value>(&message.receipt.unwrap()).unwrap()["created"].as_array().unwrap().len(), 100);
}

/// One statement at fault would make the database refuse the other ninety-nine.
#[test]
fn what_is_at_fault_is_named_and_the_rest_is_created() {
    let mut case = case(Database::default());
    let mut batch = statements(5);
    batch[2]["category"] = "WRONG".into();
    case.release(&batch);
    let message = case.deliver(0);
    assert_eq!((message.state, case.kept()), (MessageState::Delivered, 4));
    let receipt: Value = serde_json::from_str(&message.receipt.unwrap()).unwrap();
    assert_eq!(receipt, json!({ "created": ["p0", "p1", "p3", "p4"], "known": [], "rejected": { "p2": ["category"] } }));
}

/// The database kept the batch, and its answer was lost.
#[test]
fn a_lost_answer_makes_no_second_statement() {
    let mut case = case(Database { silent: 1, ..Database::default() });
    case.release(&statements(3));
    assert_eq!((case.deliver(0).state, case.kept()), (MessageState::Queued, 3));
    let message = case.deliver(3_600);
    assert_eq!((message.state, message.attempts, case.database.lock().unwrap().posts), (MessageState::Delivered, 2, 1));
    assert!(message.receipt.unwrap().contains("\"known\":[\"p0\",\"p1\",\"p2\"]"));
}

#[test]
fn a_database_that_is_down_or_busy_is_tried_again() {
    let mut case = case(Database { moods: vec![429, 503, 500], ..Database::default() });
    case.release(&statements(1));
    for (hour, expected) in [(0, MessageState::Queued), (1, MessageState::Queued), (2, MessageState::Queued), (3, MessageState::Delivered)] {
        assert_eq!(case.deliver(hour * 3_600).state, expected, "hour {hour}");
    }
    assert_eq!(case.kept(), 1);
}

#[test]
fn a_batch_that_is_wholly_at_fault_is_refused() {
    let mut case = case(Database::default());
    case.release(&[json!({ "puid": "p0", "category": "WRONG" })]);
    assert_eq!((case.deliver(0).state, case.kept()), (MessageState::Refused, 0));
}
