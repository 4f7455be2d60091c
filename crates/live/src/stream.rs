//! A stream over WebSocket: one thread that connects, reads, hands on blocks, and begins again.

use std::{
    fmt,
    io::ErrorKind,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tungstenite::{
    ClientRequestBuilder, HandshakeError, Message, WebSocket,
    error::ProtocolError,
    http::{StatusCode, Uri, header::RETRY_AFTER},
    protocol::WebSocketConfig,
};
use vigie_ingest::{Block, BlockBuilder, LiveSource, Position};

use crate::{
    Backoff, Loss, Protocol,
    dial::{Socket, dial},
    protocol::Notice,
};

/// How to read a stream.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Name under which the cursor is kept.
    pub name: String,
    /// What the server speaks.
    pub protocol: Protocol,
    /// `ws` or `wss` address; without a path, the usual one for the protocol.
    pub url: String,
    /// Whether the server may be in a private network.
    pub allow_private: bool,
    /// Where to begin the first time: with the oldest message that the server still has, or with what comes now.
    pub from_beginning: bool,
    /// Waits between attempts.
    pub backoff: Backoff,
    /// Without any message for half of this a ping is sent, and after all of it the connection is given up.
    pub silence: Duration,
    /// Longest message, in bytes: the connection is given up for a longer one.
    pub max_message: usize,
}

impl Settings {
    /// The usual settings for a server.
    #[must_use]
    pub fn new(name: impl Into<String>, protocol: Protocol, url: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            protocol,
            url: url.into(),
            allow_private: false,
            from_beginning: false,
            backoff: Backoff::default(),
            silence: Duration::from_secs(120),
            max_message: 16 << 20,
        }
    }
}

/// Why a stream cannot be set up at all.
#[derive(Debug, thiserror::Error)]
#[error("{url:?} is no address of a stream; it looks like wss://relay.example.org")]
pub struct SettingsError {
    url: String,
}

/// What happens to a connection, for whoever keeps a log.
#[derive(Debug)]
pub enum Happening<'a> {
    /// Connected; messages after the cursor were asked for, or those from now on.
    Connected {
        /// The cursor.
        cursor: Option<u64>,
    },
    /// Not connected, or no longer.
    Lost {
        /// Why.
        loss: &'a Loss,
        /// How long it is until the next attempt.
        wait: Duration,
    },
}

/// Is told what happens to the connection of the source of that name.
pub type Listener = Arc<dyn Fn(&str, &Happening<'_>) + Send + Sync>;

/// A live source over WebSocket.
pub struct Stream {
    settings: Settings,
    uri: Uri,
    listener: Listener,
    /// What was handed on last.
    position: Position,
    /// Whether `position` is a cursor to go on from.
    resumable: bool,
    failures: u32,
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("settings", &self.settings).field("position", &self.position).finish_non_exhaustive()
    }
}

/// How long a read waits: what the source needs at most to notice that it shall stop, and what a message waits for
/// others to share its block.
const TICK: Duration = Duration::from_millis(200);
/// Messages and bytes of a block, about.
const BLOCK_MESSAGES: usize = 1_000;
const BLOCK_BYTES: usize = 512 << 10;

impl Stream {
    /// A stream that was not connected yet.
    ///
    /// # Errors
    /// [`SettingsError`] if the address is none.
    pub fn new(settings: Settings, listener: Listener) -> Result<Self, SettingsError> {
        let uri = address(&settings).ok_or_else(|| SettingsError { url: settings.url.clone() })?;
        Ok(Self { settings, uri, listener, position: Position { byte: 0, line: 0 }, resumable: false, failures: 0 })
    }

    /// Connects and reads until the connection is lost; `Ok` if nothing more is wanted.
    fn session(&mut self, deliver: &mut dyn FnMut(Block) -> bool, stop: &AtomicBool) -> Result<(), Loss> {
        let mut socket = self.connect()?;
        let mut block = BlockBuilder::new(self.position);
        let mut after = self.position;
        let (mut heard, mut pinged) = (Instant::now(), false);
        let mut since = None;
        let end = loop {
            if stop.load(Ordering::Relaxed) {
                break Ok(());
            }
            match socket.read() {
                Ok(message) => {
                    (heard, pinged) = (Instant::now(), false);
                    if let Err(loss) = self.take(&message, &mut block, &mut after) {
                        break Err(loss);
                    }
                    if !block.is_empty() {
                        since.get_or_insert(heard);
                    }
                }
                Err(tungstenite::Error::Io(error)) if is_timeout(error.kind()) => {
                    let silent = heard.elapsed();
                    if silent > self.settings.silence {
                        break Err(Loss::Silent(silent));
                    }
                    if !pinged && silent > self.settings.silence / 2 {
                        pinged = true;
                        // If it cannot be sent, reading will tell why.
                        drop(socket.send(Message::Ping(Vec::new().into())));
                    }
                }
                Err(error) => break Err(loss(error)),
            }
            let full = block.records() >= BLOCK_MESSAGES || block.len() >= BLOCK_BYTES;
            if full || since.is_some_and(|since| since.elapsed() >= TICK) {
                since = None;
                if !self.hand_on(std::mem::replace(&mut block, BlockBuilder::new(after)), after, deliver) {
                    return Ok(());
                }
            }
        };
        // What came before the loss counts; the server is asked only for what follows.
        if !block.is_empty() && !self.hand_on(block, after, deliver) {
            return Ok(());
        }
        end
    }

    fn connect(&mut self) -> Result<WebSocket<Socket>, Loss> {
        let cursor = self.cursor();
        let socket = dial(&self.uri, self.settings.allow_private)?;
        let mut request = ClientRequestBuilder::new(with_cursor(&self.uri, cursor));
        if let Some(subprotocol) = self.settings.protocol.subprotocol() {
            request = request.with_sub_protocol(subprotocol);
        }
        let most = Some(self.settings.max_message);
        let config = WebSocketConfig::default().max_message_size(most).max_frame_size(most);
        let (socket, _) = tungstenite::client::client_with_config(request, socket, Some(config)).map_err(|error| match error {
            HandshakeError::Failure(error) => refused(error, cursor.is_some()),
            HandshakeError::Interrupted(_) => Loss::Broken("no answer to the request".to_owned()),
        })?;
        socket.get_ref().set_read_timeout(TICK).map_err(|error| Loss::Broken(error.to_string()))?;
        (self.listener)(&self.settings.name, &Happening::Connected { cursor });
        Ok(socket)
    }

    /// The cursor to ask for.
    fn cursor(&self) -> Option<u64> {
        if self.resumable { Some(self.settings.protocol.requested(self.position.byte)) } else { self.settings.from_beginning.then_some(0) }
    }

    /// Adds a message to the block.
    fn take(&mut self, message: &Message, block: &mut BlockBuilder, after: &mut Position) -> Result<(), Loss> {
        let bytes = match message {
            Message::Text(text) => text.as_bytes(),
            Message::Binary(bytes) => bytes.as_ref(),
            // Answered by the library.
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => return Ok(()),
        };
        match self.settings.protocol.notice(bytes) {
            Some(Notice::Ended(name)) => return Err(Loss::Ended(plain(&name))),
            Some(Notice::FutureCursor) => return Err(Loss::Cursor),
            Some(Notice::Gap) => {
                block.problem(&self.settings.name, *after, &Loss::Cursor, b"");
                return Ok(());
            }
            None => {}
        }
        after.line = after.line.saturating_add(1);
        // Times are not quite in order, and what is delivered again must not turn the cursor back.
        after.byte = after.byte.max(self.settings.protocol.cursor(bytes).unwrap_or(0));
        if !bytes.trim_ascii().is_empty() {
            block.record(bytes, *after);
        }
        Ok(())
    }

    fn hand_on(&mut self, block: BlockBuilder, after: Position, deliver: &mut dyn FnMut(Block) -> bool) -> bool {
        self.position = after;
        self.resumable |= after.byte > 0;
        self.failures = 0;
        deliver(block.finish(after))
    }

    /// Goes on without the cursor that was refused, and reports the gap.
    fn forget_cursor(&mut self, deliver: &mut dyn FnMut(Block) -> bool) -> bool {
        let mut block = BlockBuilder::new(self.position);
        block.problem(&self.settings.name, self.position, &Loss::Cursor, b"");
        let after = Position { byte: 0, line: self.position.line };
        self.position = after;
        self.resumable = false;
        // A relay replays all that it has; Jetstream is taken up where it is now.
        self.settings.from_beginning = self.settings.protocol == Protocol::Firehose;
        deliver(block.finish(after))
    }

    fn wait(&self, loss: &Loss, stop: &AtomicBool) {
        let wait = self.settings.backoff.wait(self.failures).max(loss.retry_after().unwrap_or_default());
        (self.listener)(&self.settings.name, &Happening::Lost { loss, wait });
        let begun = Instant::now();
        while !stop.load(Ordering::Relaxed) {
            let left = wait.saturating_sub(begun.elapsed());
            if left.is_zero() {
                break;
            }
            std::thread::sleep(left.min(TICK));
        }
    }
}

impl LiveSource for Stream {
    fn name(&self) -> &str {
        &self.settings.name
    }

    fn run(&mut self, from: Option<Position>, deliver: &mut dyn FnMut(Block) -> bool, stop: &AtomicBool) {
        if let Some(from) = from {
            self.position = from;
            self.resumable = from.byte > 0;
        }
        while !stop.load(Ordering::Relaxed) {
            let Err(loss) = self.session(deliver, stop) else { return };
            if matches!(loss, Loss::Cursor) && self.cursor().is_some_and(|cursor| cursor > 0) && !self.forget_cursor(deliver) {
                return;
            }
            self.failures = self.failures.saturating_add(1);
            self.wait(&loss, stop);
        }
    }
}

/// The address with a path.
fn address(settings: &Settings) -> Option<Uri> {
    let uri: Uri = settings.url.parse().ok()?;
    let known = matches!(uri.scheme_str(), Some("ws" | "wss")) && uri.host().is_some_and(|host| !host.is_empty());
    if !known {
        return None;
    }
    if uri.path() != "/" || uri.query().is_some() {
        return Some(uri);
    }
    format!("{}{}", settings.url.trim_end_matches('/'), settings.protocol.default_path()).parse().ok()
}

fn with_cursor(uri: &Uri, cursor: Option<u64>) -> Uri {
    let Some(cursor) = cursor else { return uri.clone() };
    let separator = if uri.query().is_some() { '&' } else { '?' };
    // An address with a number added is an address.
    format!("{uri}{separator}cursor={cursor}").parse().unwrap_or_else(|_| uri.clone())
}

fn is_timeout(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

fn refused(error: tungstenite::Error, had_cursor: bool) -> Loss {
    let tungstenite::Error::Http(response) = error else { return loss(error) };
    // `CursorTooOld` and its like; nothing else in our request changes.
    if had_cursor && response.status() == StatusCode::BAD_REQUEST {
        return Loss::Cursor;
    }
    let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    Loss::Refused { status: response.status().as_u16(), retry_after: seconds.map(Duration::from_secs) }
}

fn loss(error: tungstenite::Error) -> Loss {
    match error {
        tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed => Loss::Closed,
        tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Loss::Broken("cut off".to_owned()),
        tungstenite::Error::Io(error) => Loss::Broken(error.kind().to_string()),
        other => Loss::Broken(other.to_string()),
    }
}

/// A server's words, made safe for a message.
fn plain(words: &str) -> String {
    words.chars().filter(|c| c.is_ascii_alphanumeric()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(url: &str, protocol: Protocol) -> Option<String> {
        address(&Settings::new("a", protocol, url)).map(|uri| uri.to_string())
    }

    #[test]
    fn addresses_get_the_usual_path_unless_they_have_one() {
        let path = "/xrpc/com.atproto.sync.subscribeRepos";
        assert_eq!(uri("wss://relay.example.org", Protocol::Firehose).as_deref(), Some(&*format!("wss://relay.example.org{path}")));
        assert_eq!(uri("ws://h.example.org:81/x?y=1", Protocol::Jetstream).as_deref(), Some("ws://h.example.org:81/x?y=1"));
        for bad in ["https://relay.example.org", "relay.example.org", "wss://", "", "file:///etc/passwd"] {
            assert_eq!(uri(bad, Protocol::Firehose), None, "{bad}");
        }
        let with = |uri: &str| with_cursor(&uri.parse().unwrap(), Some(7)).to_string();
        assert_eq!((with("ws://a/b"), with("ws://a/b?c=d")), ("ws://a/b?cursor=7".into(), "ws://a/b?c=d&cursor=7".into()));
    }
}
