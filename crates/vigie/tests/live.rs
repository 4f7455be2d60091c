//! `vigie watch` as its users run it: the webhook acknowledges what is committed, the figures are served.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, reason = "a test fails by panicking")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::{SystemTime, UNIX_EPOCH},
};

use vigie_live::{Secret, sign};

const SECRET: &str = "demo-secret-fictif-0123456789";
const CONFIG: &str =
    "profile = \"platform\"\n[serve]\nlisten = \"127.0.0.1:0\"\n[[live]]\nname = \"hook\"\nprotocol = \"webhook\"\ntoken_env = \"VIGIE_TEST_HOOK\"\n";

/// A running `vigie watch`, and where it serves.
fn start(folder: &Path) -> (Child, String) {
    let mut watch = Command::new(env!("CARGO_BIN_EXE_vigie"))
        .arg("watch")
        .current_dir(folder)
        .env("VIGIE_TEST_HOOK", SECRET)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watch.stderr.take().unwrap()).lines().map_while(Result::ok);
    let told = lines.find_map(|line| line.split_once("serving http://").map(|(_, rest)| rest.trim_end_matches("/metrics").to_owned()));
    std::thread::spawn(move || lines.for_each(drop));
    (watch, told.unwrap())
}

fn ask(address: &str, head: &str, body: &[u8]) -> String {
    let mut socket = TcpStream::connect(address).unwrap();
    let head = format!("{head}\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    socket.write_all(&[head.as_bytes(), body].concat()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

fn post(address: &str, signature: &str, body: &[u8]) -> String {
    ask(address, &format!("POST /ingest/v1/posts HTTP/1.1\r\nVigie-Signature: {signature}"), body)
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().cast_signed()
}

fn signed(body: &[u8]) -> String {
    sign(&Secret::new(SECRET).unwrap(), now(), body).unwrap()
}

#[test]
fn the_webhook_acknowledges_only_what_is_committed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("vigie.toml"), CONFIG).unwrap();
    let (mut watch, address) = start(folder.path());
    let body = (0..20).map(|n| format!("{{\"id\":\"{n}\",\"network\":\"forum\",\"text\":\"bonjour numéro {n}\"}}\n")).collect::<String>();
    let signature = signed(body.as_bytes());
    let answer = post(&address, &signature, body.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("{\"committed\":20}"), "{answer}");
    assert!(post(&address, &signature, body.as_bytes()).starts_with("HTTP/1.1 409"), "the same request again");
    assert!(post(&address, &signature, b"{}").starts_with("HTTP/1.1 401"), "another body");
    assert!(post(&address, "t=1,v1=", b"{}").starts_with("HTTP/1.1 401"), "no signature");
    let figures = ask(&address, "GET /metrics HTTP/1.1", b"");
    assert!(figures.contains("\nvigie_source_posts_total{source=\"hook\"} 20\n"), "{figures}");
    // An acknowledged post survives the hardest end; the same posts in a new request change nothing.
    let last = b"{\"id\":\"20\",\"network\":\"forum\",\"text\":\"le dernier\"}\n".as_slice();
    assert!(post(&address, &signed(last), last).starts_with("HTTP/1.1 200"));
    watch.kill().unwrap();
    watch.wait().unwrap();
    let (mut watch, address) = start(folder.path());
    let again = [body.as_bytes(), last, b"\n"].concat();
    assert!(post(&address, &signed(&again), &again).ends_with("{\"committed\":21}"));
    watch.kill().unwrap();
    watch.wait().unwrap();
    let doctor = Command::new(env!("CARGO_BIN_EXE_vigie")).args(["doctor"]).current_dir(folder.path()).output().unwrap();
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("21 posts"), "{}", String::from_utf8_lossy(&doctor.stdout));
}
