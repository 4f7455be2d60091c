//! Mastodon and what speaks its client interface: one timeline as a stream, over WebSocket or server-sent events, and over
//! gaps by paging through the same timeline.
//!
//! The stream is opened first and the gap is filled before it is read, so that nothing falls between them. Identifiers
//! carry milliseconds above 16 bits, and posts of other servers get theirs from when they were written: paging begins some minutes
//! before the cursor, for those that came late.

use std::{
    borrow::Cow,
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::value::RawValue;
use tungstenite::{ClientRequestBuilder, http::Uri};
use url::Url;

use crate::{
    Listener, Loss, Settings, SettingsError, Source,
    feed::{Feed, Session},
    http::{Client, Page, Polled},
    socket,
    sse::Events,
};

/// How long a post may be under way between servers and still be found when a gap is filled: in identifiers.
const OVERLAP: u64 = (10 * 60 * 1_000) << 16;
/// Identifiers below are no times: the server simply counts.
const FIRST_TIMED: u64 = 1 << 48;
/// Posts of a page; servers give no more.
const PAGE: u32 = 40;

/// A server takes a moment until it streams what was subscribed to: then the gap is looked at once more.
const RECHECK: Duration = Duration::from_secs(10);

/// Which posts of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timeline {
    /// All public posts that the server knows.
    Public,
    /// Those of its own accounts.
    Local,
    /// Those of other servers.
    Remote,
    /// Public posts with a hashtag.
    Hashtag(String),
    /// Those of its own accounts.
    LocalHashtag(String),
}

/// How the stream is carried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// WebSocket.
    #[default]
    Websocket,
    /// Server-sent events over HTTP, where WebSockets do not get through.
    Events,
}

/// What to read of a server.
#[derive(Debug, Clone)]
pub struct Mastodon {
    /// The timeline.
    pub timeline: Timeline,
    /// The way.
    pub transport: Transport,
}

impl Timeline {
    /// By the name that the streaming interface gives it, with the tag where it needs one.
    ///
    /// # Errors
    /// [`SettingsError`] says what is wrong.
    pub fn parse(stream: &str, tag: Option<&str>) -> Result<Self, SettingsError> {
        let tag = || tag.map(|tag| tag.trim_start_matches('#').to_owned()).filter(|tag| !tag.is_empty()).ok_or(SettingsError::Missing("a `tag`"));
        match stream {
            "public" => Ok(Self::Public),
            "public:local" => Ok(Self::Local),
            "public:remote" => Ok(Self::Remote),
            "hashtag" => tag().map(Self::Hashtag),
            "hashtag:local" => tag().map(Self::LocalHashtag),
            other => Err(SettingsError::Value {
                setting: "stream",
                value: other.to_owned(),
                wanted: "it may be public, public:local, public:remote, hashtag or hashtag:local",
            }),
        }
    }

    fn tag(&self) -> Option<&str> {
        match self {
            Self::Hashtag(tag) | Self::LocalHashtag(tag) => Some(tag),
            _ => None,
        }
    }

    /// Name in the WebSocket's requests.
    fn stream(&self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Local => "public:local",
            Self::Remote => "public:remote",
            Self::Hashtag(_) => "hashtag",
            Self::LocalHashtag(_) => "hashtag:local",
        }
    }

    /// The page that lists it.
    fn page(&self, base: &Url) -> Option<Url> {
        let mut url = base.join("/api/v1/timelines/public").ok()?;
        if let Some(tag) = self.tag() {
            url.path_segments_mut().ok()?.pop().extend(["tag", tag]);
        }
        match self {
            Self::Local | Self::LocalHashtag(_) => drop(url.query_pairs_mut().append_pair("local", "true")),
            Self::Remote => drop(url.query_pairs_mut().append_pair("remote", "true")),
            Self::Public | Self::Hashtag(_) => {}
        }
        Some(url)
    }

    /// The address of its events.
    fn events(&self, base: &Url) -> Option<Url> {
        let mut url = base.join(&format!("/api/v1/streaming/{}", self.stream().replace(':', "/"))).ok()?;
        if let Some(tag) = self.tag() {
            url.query_pairs_mut().append_pair("tag", tag);
        }
        Some(url)
    }
}

/// A source that reads one timeline of a server.
///
/// # Errors
/// [`SettingsError::Url`] if the address is none of a web server.
pub fn mastodon(settings: Settings, what: Mastodon, listener: Listener) -> Result<Source, SettingsError> {
    let base = web_address(&settings.url)?;
    let (name, backoff) = (settings.name.clone(), settings.backoff);
    let client = Client::new(&settings);
    let session = Server { settings, what, base, client, streaming: None, unnumbered: false };
    Ok(Source::new(&name, backoff, listener, session))
}

/// An `http` or `https` address.
pub(crate) fn web_address(url: &str) -> Result<Url, SettingsError> {
    let wrong = || SettingsError::Url { url: url.to_owned(), example: "https://server.example.org" };
    let parsed = Url::parse(url).map_err(|_| wrong())?;
    if matches!(parsed.scheme(), "http" | "https") && parsed.has_host() && parsed.username().is_empty() { Ok(parsed) } else { Err(wrong()) }
}

struct Server {
    settings: Settings,
    what: Mastodon,
    base: Url,
    client: Client,
    /// Where the stream is: the server says it.
    streaming: Option<Url>,
    /// Identifiers are no numbers, so that there is no cursor.
    unnumbered: bool,
}

impl Session for Server {
    fn session(&mut self, feed: &mut Feed<'_>) -> Result<(), Loss> {
        let streaming = self.find_streaming()?;
        match self.what.transport {
            Transport::Websocket => self.over_websocket(&streaming, feed),
            Transport::Events => self.over_events(&streaming, feed),
        }
    }
}

impl Server {
    /// The server's streaming address, asked for once.
    fn find_streaming(&mut self) -> Result<Url, Loss> {
        if let Some(url) = &self.streaming {
            return Ok(url.clone());
        }
        let instance = self.base.join("/api/v2/instance").map_err(|_| Loss::Answer("no address"))?;
        let page = self.client.page(&instance, &[("Accept", "application/json")])?;
        // Other servers have no such page, and stream where they answer.
        let told = if page.status == 200 { streaming_address(&page.bytes) } else { None };
        let url = match told {
            Some(url) if self.base.scheme() == "https" && url.scheme() != "https" => {
                return Err(Loss::Answer("it names a stream without encryption"));
            }
            Some(url) => url,
            None => self.base.clone(),
        };
        self.streaming = Some(url.clone());
        Ok(url)
    }

    fn over_websocket(&mut self, streaming: &Url, feed: &mut Feed<'_>) -> Result<(), Loss> {
        let uri = websocket_address(streaming).ok_or(Loss::Answer("it names no address of a stream"))?;
        let mut socket = socket::connect(&self.settings, &uri, ClientRequestBuilder::new(uri.clone()))?;
        let subscribe = Subscribe { kind: "subscribe", stream: self.what.timeline.stream(), tag: self.what.timeline.tag() };
        // Plain data always serialises.
        socket.send(&serde_json::to_string(&subscribe).unwrap_or_default())?;
        let mut recheck = self.begin(feed)?;
        while feed.tick() {
            self.recheck(&mut recheck, feed)?;
            let Some(message) = socket.read()? else { continue };
            let Some(bytes) = socket::content(&message) else { continue };
            let frame: Frame<'_> = serde_json::from_slice(bytes).unwrap_or_default();
            if let Some(error) = frame.error {
                return Err(Loss::Ended(crate::loss::plain(&error)));
            }
            let cursor = frame.payload.map_or(0, |payload| self.cursor(frame.event.as_deref().unwrap_or_default(), payload.as_bytes()));
            feed.record(bytes, cursor);
        }
        Ok(())
    }

    fn over_events(&mut self, streaming: &Url, feed: &mut Feed<'_>) -> Result<(), Loss> {
        let url = self.what.timeline.events(streaming).ok_or(Loss::Answer("it names no address of a stream"))?;
        let mut answer = self.client.get(&url, &[("Accept", "text/event-stream")])?.ok()?;
        let mut recheck = self.begin(feed)?;
        let mut events = Events::new(self.settings.max_message);
        while feed.tick() {
            self.recheck(&mut recheck, feed)?;
            match answer.body.poll(self.settings.silence)? {
                Polled::Part(part) => events.push(&part),
                Polled::Nothing => continue,
                Polled::End => return Err(Loss::Closed),
            }
            while let Some(event) = events.next()? {
                let cursor = self.cursor(&event.name, &event.data);
                feed.event(&event.name, &event.data, cursor);
            }
        }
        Ok(())
    }

    /// Fills the gap before the stream is read. Gives when to look again, and from where.
    fn begin(&mut self, feed: &mut Feed<'_>) -> Result<Option<(Instant, u64)>, Loss> {
        let cursor = feed.cursor();
        feed.connected(cursor);
        if cursor.is_none() && self.unnumbered {
            feed.problem(&Loss::NoCursor);
        }
        if let Some(from) = cursor.map(overlapped).or(self.settings.from_beginning.then_some(0)) {
            self.fill(from, feed)?;
        }
        Ok(feed.cursor().map(|cursor| (Instant::now() + RECHECK, overlapped(cursor))))
    }

    /// Looks once more for what was posted between the last page and the first event.
    fn recheck(&mut self, recheck: &mut Option<(Instant, u64)>, feed: &mut Feed<'_>) -> Result<(), Loss> {
        match recheck.take_if(|(due, _)| *due <= Instant::now()) {
            Some((_, from)) => self.fill(from, feed),
            None => Ok(()),
        }
    }

    /// Reads the timeline from `from` on, page by page, from older to newer.
    fn fill(&mut self, from: u64, feed: &mut Feed<'_>) -> Result<(), Loss> {
        let base = self.what.timeline.page(&self.base).ok_or(Loss::Answer("no address"))?;
        let mut at = from;
        let mut next = after(&base, at);
        while feed.tick() {
            let page = self.client.page(&next, &[("Accept", "application/json")])?.ok()?;
            let newest = self.take_page(&page, feed)?;
            let Some(newest) = newest else { return Ok(()) };
            if newest <= at {
                return Err(Loss::Answer("its pages go round in a circle"));
            }
            at = newest;
            next = newer(&page, &base).unwrap_or_else(|| after(&base, at));
            if let Some(rest) = page.rest() {
                feed.pause(rest.min(Loss::MOST));
            }
        }
        Ok(())
    }

    /// Hands on the posts of a page, the oldest first. Gives the newest identifier; none for an empty page.
    fn take_page(&mut self, page: &Page, feed: &mut Feed<'_>) -> Result<Option<u64>, Loss> {
        let posts: Vec<&RawValue> = serde_json::from_slice(&page.bytes).map_err(|_| Loss::Answer("a timeline is no list"))?;
        let mut newest = None;
        for post in posts.iter().rev() {
            let id = self.cursor("update", post.get().as_bytes());
            newest = newest.max(Some(id));
            feed.record(post.get().as_bytes(), id);
        }
        Ok(newest)
    }

    /// The identifier of what an event carries, as far as it moves the stream.
    fn cursor(&mut self, event: &str, data: &[u8]) -> u64 {
        if !matches!(event, "update" | "status.update") {
            return 0;
        }
        let status: Status<'_> = serde_json::from_slice(data).unwrap_or_default();
        let number = status.id.as_deref().and_then(|id| id.parse().ok());
        self.unnumbered |= status.id.is_some() && number.is_none();
        number.unwrap_or(0)
    }
}

/// Where to begin so that posts that came late are found.
fn overlapped(cursor: u64) -> u64 {
    if cursor < FIRST_TIMED { cursor } else { cursor.saturating_sub(OVERLAP) }
}

/// The page after an identifier.
fn after(base: &Url, id: u64) -> Url {
    let mut url = base.clone();
    url.query_pairs_mut().append_pair("limit", &PAGE.to_string()).append_pair("min_id", &id.to_string());
    url
}

/// The page of newer posts that the server names; only one of its own.
fn newer(page: &Page, base: &Url) -> Option<Url> {
    let url = base.join(page.link("prev")?).ok()?;
    (url.origin() == base.origin() && url.path() == base.path()).then_some(url)
}

fn websocket_address(streaming: &Url) -> Option<Uri> {
    let url = streaming.join("/api/v1/streaming").ok()?;
    let rest = url.as_str().strip_prefix("http")?;
    format!("ws{rest}").parse().ok()
}

fn streaming_address(instance: &[u8]) -> Option<Url> {
    let instance: Instance = serde_json::from_slice(instance).ok()?;
    let told = instance.configuration?.urls?.streaming?;
    let rest = told.strip_prefix("ws").or(told.strip_prefix("http"))?;
    web_address(&format!("http{rest}")).ok()
}

#[derive(Deserialize)]
struct Instance {
    configuration: Option<Configuration>,
}

#[derive(Deserialize)]
struct Configuration {
    urls: Option<Urls>,
}

#[derive(Deserialize)]
struct Urls {
    streaming: Option<String>,
}

#[derive(serde::Serialize)]
struct Subscribe<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    stream: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<&'a str>,
}

#[derive(Deserialize, Default)]
struct Frame<'a> {
    #[serde(borrow)]
    event: Option<Cow<'a, str>>,
    #[serde(borrow)]
    payload: Option<Cow<'a, str>>,
    #[serde(borrow)]
    error: Option<Cow<'a, str>>,
}

#[derive(Deserialize, Default)]
struct Status<'a> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_the_interface() {
        let base = web_address("https://server.example.org/").unwrap();
        let timeline = Timeline::parse("hashtag:local", Some("#Été 31")).unwrap();
        assert_eq!(timeline.page(&base).unwrap().as_str(), "https://server.example.org/api/v1/timelines/tag/%C3%89t%C3%A9%2031?local=true");
        assert_eq!(timeline.events(&base).unwrap().as_str(), "https://server.example.org/api/v1/streaming/hashtag/local?tag=%C3%89t%C3%A9+31");
        assert_eq!(after(&Timeline::Public.page(&base).unwrap(), 7).as_str(), "https://server.example.org/api/v1/timelines/public?limit=40&min_id=7");
        assert_eq!(websocket_address(&base).unwrap().to_string(), "wss://server.example.org/api/v1/streaming");
        let told = streaming_address(br#"{"configuration":{"urls":{"streaming":"wss://streaming.example.org"}}}"#).unwrap();
        assert_eq!(websocket_address(&told).unwrap().to_string(), "wss://streaming.example.org/api/v1/streaming");
        assert!(streaming_address(br#"{"configuration":{"urls":{"streaming":"file:///etc"}}}"#).is_none());
    }

    #[test]
    fn settings_say_what_they_need() {
        assert_eq!(Timeline::parse("hashtag", None).unwrap_err(), SettingsError::Missing("a `tag`"));
        assert!(Timeline::parse("home", None).unwrap_err().to_string().contains("public:local"));
        for bad in ["wss://a.example.org", "server.example.org", "https://", "https://user@a.example.org", ""] {
            assert!(web_address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_overlap_is_ten_minutes_of_identifiers() {
        let id = 117_020_593_741_189_701_u64;
        assert_eq!((id >> 16) - (overlapped(id) >> 16), 600_000);
        assert_eq!(overlapped(90_000), 90_000);
    }
}
