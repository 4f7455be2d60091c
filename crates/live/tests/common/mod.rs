//! A server that misbehaves on purpose. It stands in for Jetstream and for a relay; what it shows is ours, not theirs.

#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "each test file uses its part of it, and a test fails by panicking")]

pub(crate) mod bench;
pub(crate) mod web;

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use tungstenite::{
    Message,
    handshake::server::{ErrorResponse, Request, Response},
};

/// What the server does with one connection.
#[derive(Debug, Clone)]
pub(crate) enum Turn {
    /// Closes before a word is said.
    HangUp,
    /// Answers the request with a status and a body.
    Answer(u16, &'static str),
    /// Answers with bytes that are no HTTP.
    Garbage,
    /// Sends so many messages, then ends in some way.
    Serve(usize, End),
    /// Sends everything and stays.
    Stay,
}

/// How a connection ends.
#[derive(Debug, Clone)]
pub(crate) enum End {
    /// In the middle of a frame.
    Cut,
    /// Properly.
    Close,
    /// With a last message.
    Say(Message),
}

/// A message and its cursor.
pub(crate) type Event = (u64, Message);

/// The running server.
pub(crate) struct Server {
    pub(crate) url: String,
    /// Requests, as they came: path and query.
    pub(crate) requests: Arc<Mutex<Vec<String>>>,
    pub(crate) connections: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// `turn` is asked what to do with each connection, counted from 0. Every fifth message is sent twice and out of order.
    pub(crate) fn start(events: Vec<Event>, mut turn: impl FnMut(usize) -> Turn + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        let (requests, connections, stop) = (Arc::default(), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (log, count, stopping): (Arc<Mutex<Vec<String>>>, _, _) = (Arc::clone(&requests), Arc::clone(&connections), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            for socket in listener.incoming() {
                if stopping.load(Ordering::Relaxed) {
                    return;
                }
                let number = count.fetch_add(1, Ordering::Relaxed);
                attend(socket.unwrap(), turn(number), &events, &log, &stopping);
            }
        });
        Self { url, requests, connections, stop, thread: Some(thread) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.url.trim_start_matches("ws://"))); // wakes the listener
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn attend(mut socket: TcpStream, turn: Turn, events: &[Event], log: &Mutex<Vec<String>>, stop: &AtomicBool) {
    socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    match turn {
        Turn::HangUp => {}
        Turn::Garbage => drop(socket.write_all(b"SSH-2.0-no\r\n\r\n")),
        Turn::Answer(status, body) => {
            let request = read_request(&mut socket);
            log.lock().unwrap().push(request);
            let answer = format!("HTTP/1.1 {status} No\r\nRetry-After: 0\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            drop(socket.write_all(answer.as_bytes()));
            drop(socket.read(&mut [0; 64]));
        }
        Turn::Serve(count, end) => serve(socket, Some((count, end)), events, log, stop),
        Turn::Stay => serve(socket, None, events, log, stop),
    }
}

fn read_request(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut one = [0; 512];
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        match socket.read(&mut one) {
            Ok(0) => break,
            Ok(read) => bytes.extend_from_slice(&one[..read]),
            Err(_) => {}
        }
    }
    String::from_utf8_lossy(&bytes).split(' ').nth(1).unwrap_or_default().to_owned()
}

fn serve(socket: TcpStream, end: Option<(usize, End)>, events: &[Event], log: &Mutex<Vec<String>>, stop: &AtomicBool) {
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut asked = String::new();
    #[expect(clippy::result_large_err, reason = "the library's signature")]
    let accept = |request: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        asked = request.uri().to_string();
        if let Some(subprotocol) = request.headers().get("sec-websocket-protocol") {
            response.headers_mut().insert("sec-websocket-protocol", subprotocol.clone());
        }
        Ok(response)
    };
    let Ok(mut websocket) = tungstenite::accept_hdr(socket, accept) else { return };
    let cursor: u64 = asked.split("cursor=").nth(1).and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    log.lock().unwrap().push(asked);
    let due: Vec<&Event> = events.iter().filter(|(at, _)| *at > cursor).collect();
    let count = end.as_ref().map_or(due.len(), |(count, _)| *count);
    for (index, (_, message)) in due.iter().take(count).enumerate() {
        if websocket.send(message.clone()).is_err() {
            return;
        }
        if index % 5 == 4 && websocket.send(due[index - 2].1.clone()).is_err() {
            return;
        }
    }
    match end.map(|(_, end)| end) {
        Some(End::Cut) => drop(websocket.get_mut().write_all(&[0x81, 126, 0x10])),
        Some(End::Close) => {
            drop(websocket.close(None));
            drop(websocket.flush());
        }
        Some(End::Say(message)) => drop(websocket.send(message)),
        None => {
            websocket.get_mut().set_read_timeout(Some(Duration::from_millis(20))).unwrap();
            while !stop.load(Ordering::Relaxed) {
                match websocket.read() {
                    Ok(_) => {}
                    Err(tungstenite::Error::Io(error)) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
                    Err(_) => return,
                }
            }
        }
    }
}
