//! The neutral JSON-lines form: accounts, ids, media, counts.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::{
    LabelledPost, Truth,
    contacts::{self, Identity},
    grammar::choose,
    write::{base32, mix, number, rfc3339},
};

/// Networks of the stream.
pub(crate) const NETWORKS: [&str; 7] = ["x", "instagram", "snapchat", "facebook", "bluesky", "mastodon", "telegram"];

/// Any network, by its share in 100.
pub(crate) fn network(rng: &mut ChaCha8Rng) -> &'static str {
    const SHARES: [u32; 7] = [38, 16, 8, 12, 10, 7, 9];
    let mut left = rng.random_range(0..100);
    for (name, share) in NETWORKS.into_iter().zip(SHARES) {
        if left < share {
            return name;
        }
        left -= share;
    }
    "x"
}

/// Who posts.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) network: &'static str,
    pub(crate) handle: String,
    name: String,
    seed: u64,
    sells: bool,
}

impl Account {
    /// An account of the general public: some post often, most seldom.
    pub(crate) fn ordinary(network: &'static str, posts: u64, rng: &mut ChaCha8Rng) -> Self {
        let people = (posts / 5).max(150);
        let most = rng.random_range(1..=people);
        let seed = mix(rng.random_range(0..most)) ^ network.len() as u64;
        let (mut handle, mut name) = (String::new(), String::new());
        contacts::person_handle(&mut handle, seed);
        contacts::person_name(&mut name, seed);
        Self { network, handle, name, seed, sells: false }
    }

    pub(crate) fn seller(network: &'static str, identity: Identity, seed: u64) -> Self {
        let kind = if network == "telegram" { "telegram" } else { "instagram" };
        let mut handle = identity.handle(kind);
        if !seed.is_multiple_of(3) {
            handle.push_str(choose_by(seed, &["off", "_bis", "2", "fr", "x"]));
        }
        Self { network, name: contacts::seller_name(identity, seed), handle, seed, sells: true }
    }

    /// The same account on a network where that much text fits.
    pub(crate) fn with_room_for(mut self, text: &str) -> Self {
        if self.network == "bluesky" && text.chars().count() > 270 {
            self.network = "instagram";
        }
        self
    }

    fn id(&self) -> String {
        let mut id = String::with_capacity(32);
        let digits = mix(self.seed) % 1_000_000_000_000_000 + 1_000_000_000_000_000;
        match self.network {
            "bluesky" => {
                id.push_str("did:plc:");
                base32(&mut id, mix(self.seed), 12);
                base32(&mut id, mix(self.seed ^ 1), 12);
            }
            "telegram" => {
                id.push_str("channel");
                number(&mut id, digits % 1_000_000_000);
            }
            _ => number(&mut id, digits),
        }
        id
    }

    /// An id as the network would give it, unique for each number.
    fn post_id(&self, ordinal: u64, time: i64) -> String {
        let milliseconds = time.unsigned_abs() * 1000 + ordinal % 1000;
        let mut id = String::with_capacity(48);
        match self.network {
            "x" => number(&mut id, (milliseconds.saturating_sub(1_288_834_974_657) << 22) | (ordinal & 0x3f_ffff)),
            "mastodon" => number(&mut id, (milliseconds << 16) | (ordinal & 0xffff)),
            "bluesky" => {
                id = self.id();
                id.push('/');
                // A TID (atproto.com/specs/tid): microseconds and a clock id in sortable base 32.
                base32(&mut id, ((milliseconds * 1000 + ordinal / 1000 % 1000) << 10) | (ordinal / 1_000_000 % 1024), 13);
            }
            "telegram" => {
                id.push_str(&self.handle);
                id.push('/');
                number(&mut id, ordinal + 12);
            }
            "instagram" => number(&mut id, 17_900_000_000_000_000 + ordinal),
            "facebook" => {
                number(&mut id, mix(self.seed) % 1_000_000_000_000 + 100_000_000_000_000);
                id.push('_');
                number(&mut id, 122_000_000_000_000 + ordinal);
            }
            _ => base32(&mut id, mix(ordinal), 13),
        }
        id
    }
}

fn choose_by(seed: u64, words: &[&'static str]) -> &'static str {
    usize::try_from(seed % words.len().max(1) as u64).ok().and_then(|index| words.get(index)).copied().unwrap_or("")
}

/// To which other posts a post belongs.
#[derive(Debug, Default)]
pub(crate) struct Links {
    pub(crate) reply_to: Option<String>,
    pub(crate) repost_of: Option<String>,
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    network: &'a str,
    author: Author<'a>,
    created_at: &'a str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    media: Vec<Media>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repost_of: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics: Option<Metrics>,
}

#[derive(Serialize)]
struct Author<'a> {
    id: &'a str,
    handle: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct Media {
    kind: &'static str,
    url: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    alt: &'static str,
}

#[derive(Serialize)]
struct Metrics {
    views: u64,
    likes: u64,
    reposts: u64,
    replies: u64,
}

/// The post as a line, and its truth with id and network filled in. `when` is the number and the time of the post.
pub(crate) fn post(account: &Account, text: &str, mut truth: Truth, links: &Links, when: (u64, i64), rng: &mut ChaCha8Rng) -> LabelledPost {
    let (ordinal, time) = when;
    truth.network = account.network;
    truth.id = account.post_id(ordinal, time);
    let tail = truth.id.rsplit_once('/').map_or(truth.id.as_str(), |(_, tail)| tail);
    let url = format!("https://example.org/{}/{}/{tail}", account.network, account.handle);
    let tagged = matches!(account.network, "x" | "instagram" | "mastodon" | "bluesky");
    let line = Line {
        id: &truth.id,
        network: account.network,
        author: Author { id: &account.id(), handle: &account.handle, name: rng.random_ratio(9, 10).then_some(account.name.as_str()) },
        created_at: &rfc3339(time),
        text,
        lang: rng.random_ratio(85, 100).then_some(truth.lang),
        tags: if tagged { hashtags(text).map(|(_, tag)| tag).collect() } else { Vec::new() },
        media: media(account, ordinal, rng),
        url: (account.network != "snapchat").then_some(&url),
        reply_to: links.reply_to.as_deref(),
        repost_of: links.repost_of.as_deref(),
        metrics: metrics(account, rng),
    };
    // A struct of strings and numbers always serialises.
    let line = serde_json::to_string(&line).unwrap_or_default();
    LabelledPost { line, truth }
}

/// The hashtags of a text without `#`, each with the byte offset of its `#`.
pub(crate) fn hashtags(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices('#').filter_map(|(at, _)| {
        let rest = text.get(at + 1..)?;
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest.get(..end).filter(|tag| !tag.is_empty()).map(|tag| (at, tag))
    })
}

fn media(account: &Account, ordinal: u64, rng: &mut ChaCha8Rng) -> Vec<Media> {
    const GOODS: [&str; 8] = [
        "",
        "",
        "photo floue d'un sachet",
        "menu du soir, texte blanc sur fond noir",
        "flyer avec un pseudo",
        "pochons sur une table",
        "a plastic bag on a scale",
        "price list",
    ];
    const VIEWS: [&str; 10] = [
        "",
        "",
        "",
        "selfie",
        "un chat endormi",
        "le ciel au coucher du soleil",
        "assiette de pâtes",
        "sunset over the river",
        "crowd at a concert",
        "capture d'écran",
    ];
    let visual = matches!(account.network, "instagram" | "snapchat");
    if !visual && !rng.random_ratio(if account.sells { 50 } else { 22 }, 100) {
        return Vec::new();
    }
    let count = if rng.random_ratio(1, 5) { 2 } else { 1 };
    let one = |index: u64| {
        let video = rng.random_ratio(1, 8);
        let mut url = String::from("https://example.net/media/");
        base32(&mut url, mix(ordinal) ^ index, 7);
        url.push_str(if video { ".mp4" } else { ".jpg" });
        let alt = if rng.random_ratio(1, 3) { choose(if account.sells { &GOODS } else { &VIEWS }, rng) } else { "" };
        Media { kind: if video { "video" } else { "image" }, url, alt }
    };
    (0..count).map(one).collect()
}

fn metrics(account: &Account, rng: &mut ChaCha8Rng) -> Option<Metrics> {
    if !rng.random_ratio(4, 5) {
        return None;
    }
    // Doubling a random number of times gives the long tail of real counts.
    let views = rng.random_range(8..60_u64) << rng.random_range(0..if account.sells { 6_u32 } else { 9 });
    let likes = views * rng.random_range(0..60) / 1000;
    Some(Metrics { views, likes, reposts: likes * rng.random_range(0..30) / 100, replies: likes * rng.random_range(0..25) / 100 })
}
