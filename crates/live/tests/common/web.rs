//! A web server that does to each request what a test wants, and misbehaves where it is told to.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use tungstenite::{WebSocket, handshake::derive_accept_key, protocol::Role};

/// What came.
pub(crate) struct Request {
    /// Path and query.
    pub(crate) path: String,
    /// Everything before the body.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// A parameter of the query.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.path.split_once('?')?.1.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.split_once(": ").filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value))
    }
}

/// What is answered.
pub(crate) enum Reply {
    /// Status, further fields each with its line break, body.
    Page(u16, String, Vec<u8>),
    /// These bytes, and then the connection is cut.
    Raw(Vec<u8>),
    /// The head of an answer in chunks, then what this writes.
    Chunks(Box<dyn FnOnce(&mut Chunks<'_>) + Send>),
    /// A WebSocket.
    Socket(Box<dyn FnOnce(WebSocket<TcpStream>) + Send>),
}

/// Writes chunks.
pub(crate) struct Chunks<'a>(pub(crate) &'a mut TcpStream);

impl Chunks<'_> {
    /// Whether somebody still reads.
    pub(crate) fn send(&mut self, text: &str) -> bool {
        self.0.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes()).is_ok()
    }

    /// The proper end.
    pub(crate) fn end(&mut self) {
        drop(self.0.write_all(b"0\r\n\r\n"));
    }
}

/// The running server.
pub(crate) struct Web {
    pub(crate) url: String,
    /// Paths and queries, as they came.
    pub(crate) requests: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Web {
    pub(crate) fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let stop = Arc::new(AtomicBool::new(false));
        let (log, stopping, handler) = (Arc::clone(&requests), Arc::clone(&stop), Arc::new(handler));
        let thread = std::thread::spawn(move || {
            for socket in listener.incoming() {
                if stopping.load(Ordering::Relaxed) {
                    return;
                }
                let (log, handler, mut socket) = (Arc::clone(&log), Arc::clone(&handler), socket.unwrap());
                std::thread::spawn(move || {
                    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
                    let Some(request) = read(&mut socket) else { return };
                    log.lock().unwrap().push(request.path.clone());
                    answer(socket, &request, handler(&request));
                });
            }
        });
        Self { url, requests, stop, thread: Some(thread) }
    }

    pub(crate) fn asked(&self, part: &str) -> Vec<String> {
        self.requests.lock().unwrap().iter().filter(|request| request.contains(part)).cloned().collect()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.url.trim_start_matches("http://"))); // wakes the listener
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn read(socket: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        let read = socket.read(&mut part).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&part[..read]);
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let path = head.split(' ').nth(1)?.to_owned();
    let mut request = Request { path, head, body: bytes.split_off(end) };
    let length: usize = request.field("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while request.body.len() < length {
        let read = socket.read(&mut part).ok().filter(|read| *read > 0)?;
        request.body.extend_from_slice(&part[..read]);
    }
    Some(request)
}

fn answer(mut socket: TcpStream, request: &Request, reply: Reply) {
    match reply {
        Reply::Page(status, fields, body) => {
            let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{fields}\r\n", body.len());
            drop(socket.write_all(&[head.as_bytes(), &body].concat()));
        }
        Reply::Raw(bytes) => drop(socket.write_all(&bytes)),
        Reply::Chunks(write) => {
            drop(socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"));
            write(&mut Chunks(&mut socket));
        }
        Reply::Socket(serve) => {
            let key = derive_accept_key(request.field("sec-websocket-key").unwrap_or_default().as_bytes());
            let head = format!("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {key}\r\n\r\n");
            drop(socket.write_all(head.as_bytes()));
            let clone = socket.try_clone().unwrap();
            serve(WebSocket::from_raw_socket(clone, Role::Server, None));
        }
    }
    drop(socket.shutdown(Shutdown::Both));
}
