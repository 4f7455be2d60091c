//! A WebSocket that gives up when nothing comes.

use std::{
    io::ErrorKind,
    time::{Duration, Instant},
};

use tungstenite::{
    ClientRequestBuilder, HandshakeError, Message,
    error::ProtocolError,
    http::{Uri, header::RETRY_AFTER},
    protocol::WebSocketConfig,
};

use crate::{
    Loss, Settings,
    dial::{Socket, dial},
    feed::TICK,
};

/// A connected WebSocket.
pub(crate) struct WebSocket {
    inner: tungstenite::WebSocket<Socket>,
    silence: Duration,
    heard: Instant,
    pinged: bool,
}

/// Connects to the server at `uri` and sends it a request.
pub(crate) fn connect(settings: &Settings, uri: &Uri, request: ClientRequestBuilder) -> Result<WebSocket, Loss> {
    let socket = dial(uri, settings.allow_private)?;
    let request = match &settings.token {
        Some(token) => request.with_header("Authorization", format!("Bearer {}", token.reveal())),
        None => request,
    };
    let most = Some(settings.max_message);
    let config = WebSocketConfig::default().max_message_size(most).max_frame_size(most);
    let (inner, _) = tungstenite::client::client_with_config(request, socket, Some(config)).map_err(|error| match error {
        HandshakeError::Failure(error) => refused(error),
        HandshakeError::Interrupted(_) => Loss::Broken("no answer to the request".to_owned()),
    })?;
    inner.get_ref().set_read_timeout(TICK).map_err(|error| Loss::Broken(error.to_string()))?;
    Ok(WebSocket { inner, silence: settings.silence, heard: Instant::now(), pinged: false })
}

impl WebSocket {
    /// The next message; none if none came within a tick.
    pub(crate) fn read(&mut self) -> Result<Option<Message>, Loss> {
        match self.inner.read() {
            Ok(message) => {
                (self.heard, self.pinged) = (Instant::now(), false);
                Ok(Some(message))
            }
            Err(tungstenite::Error::Io(error)) if is_timeout(error.kind()) => self.check_silence().map(|()| None),
            Err(error) => Err(loss(error)),
        }
    }

    /// Sends a text.
    pub(crate) fn send(&mut self, text: &str) -> Result<(), Loss> {
        self.inner.send(Message::text(text)).map_err(loss)
    }

    fn check_silence(&mut self) -> Result<(), Loss> {
        let silent = self.heard.elapsed();
        if silent > self.silence {
            return Err(Loss::Silent(silent));
        }
        if !self.pinged && silent > self.silence / 2 {
            self.pinged = true;
            // If it cannot be sent, reading will tell why.
            drop(self.inner.send(Message::Ping(Vec::new().into())));
        }
        Ok(())
    }
}

/// The bytes of a message that carries any; the library answers the others.
pub(crate) fn content(message: &Message) -> Option<&[u8]> {
    match message {
        Message::Text(text) => Some(text.as_bytes()),
        Message::Binary(bytes) => Some(bytes.as_ref()),
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => None,
    }
}

pub(crate) fn is_timeout(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

fn refused(error: tungstenite::Error) -> Loss {
    let tungstenite::Error::Http(response) = error else { return loss(error) };
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
