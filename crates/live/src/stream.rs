//! Bluesky and the AT protocol: a stream over WebSocket that has a cursor of its own.

use tungstenite::{
    ClientRequestBuilder, Message,
    http::{StatusCode, Uri},
};

use crate::{
    Listener, Loss, Protocol, Settings, SettingsError, Source,
    feed::{Feed, Session},
    protocol::Notice,
    socket::{self, WebSocket},
};

/// A source that reads one of these streams.
///
/// # Errors
/// [`SettingsError::Url`] if the address is none of a WebSocket.
pub fn stream(settings: Settings, protocol: Protocol, listener: Listener) -> Result<Source, SettingsError> {
    let uri = address(&settings.url, protocol).ok_or_else(|| SettingsError::Url { url: settings.url.clone(), example: "wss://relay.example.org" })?;
    let (name, backoff) = (settings.name.clone(), settings.backoff);
    let from_beginning = settings.from_beginning;
    Ok(Source::new(&name, backoff, listener, Stream { settings, protocol, uri, from_beginning }))
}

struct Stream {
    settings: Settings,
    protocol: Protocol,
    uri: Uri,
    /// Whether to ask for everything where there is no cursor.
    from_beginning: bool,
}

impl Session for Stream {
    fn session(&mut self, feed: &mut Feed<'_>) -> Result<(), Loss> {
        let cursor = self.asked(feed);
        let mut socket = self.connect(cursor)?;
        feed.connected(cursor);
        while feed.tick() {
            if let Some(message) = socket.read()? {
                self.take(&message, feed)?;
            }
        }
        Ok(())
    }

    /// Goes on without a cursor that was refused, and reports the gap.
    fn lost(&mut self, loss: &Loss, feed: &mut Feed<'_>) {
        if matches!(loss, Loss::Cursor) && self.asked(feed).is_some_and(|cursor| cursor > 0) {
            feed.problem(loss);
            feed.set_cursor(0);
            // A relay replays all that it has; Jetstream is taken up where it is now.
            self.from_beginning = self.protocol == Protocol::Firehose;
        }
    }
}

impl Stream {
    /// The cursor to ask for.
    fn asked(&self, feed: &Feed<'_>) -> Option<u64> {
        feed.cursor().map(|cursor| self.protocol.requested(cursor)).or(self.from_beginning.then_some(0))
    }

    fn connect(&self, cursor: Option<u64>) -> Result<WebSocket, Loss> {
        let mut request = ClientRequestBuilder::new(with_cursor(&self.uri, cursor));
        if let Some(subprotocol) = self.protocol.subprotocol() {
            request = request.with_sub_protocol(subprotocol);
        }
        socket::connect(&self.settings, &self.uri, request).map_err(|loss| match loss {
            // `CursorTooOld` and its like; nothing else in our request changes.
            Loss::Refused { status, .. } if cursor.is_some() && status == StatusCode::BAD_REQUEST.as_u16() => Loss::Cursor,
            loss => loss,
        })
    }

    fn take(&self, message: &Message, feed: &mut Feed<'_>) -> Result<(), Loss> {
        let Some(bytes) = socket::content(message) else { return Ok(()) };
        match self.protocol.notice(bytes) {
            Some(Notice::Ended(name)) => return Err(Loss::Ended(crate::loss::plain(&name))),
            Some(Notice::FutureCursor) => return Err(Loss::Cursor),
            Some(Notice::Gap) => {
                feed.problem(&Loss::Cursor);
                return Ok(());
            }
            None => {}
        }
        feed.record(bytes, self.protocol.cursor(bytes).unwrap_or(0));
        Ok(())
    }
}

/// The address with a path.
fn address(url: &str, protocol: Protocol) -> Option<Uri> {
    let uri: Uri = url.parse().ok()?;
    let known = matches!(uri.scheme_str(), Some("ws" | "wss")) && uri.host().is_some_and(|host| !host.is_empty());
    if !known {
        return None;
    }
    if uri.path() != "/" || uri.query().is_some() {
        return Some(uri);
    }
    format!("{}{}", url.trim_end_matches('/'), protocol.default_path()).parse().ok()
}

fn with_cursor(uri: &Uri, cursor: Option<u64>) -> Uri {
    let Some(cursor) = cursor else { return uri.clone() };
    let separator = if uri.query().is_some() { '&' } else { '?' };
    // An address with a number added is an address.
    format!("{uri}{separator}cursor={cursor}").parse().unwrap_or_else(|_| uri.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(url: &str, protocol: Protocol) -> Option<String> {
        address(url, protocol).map(|uri| uri.to_string())
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
