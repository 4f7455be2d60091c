//! Reads inputs whole, for tests to look at what came out.

#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its part of it, and a test fails by panicking")]

use std::{io::Cursor, path::Path};

use serde_json::Value;
use vigie_ingest::{Block, Blocks, Decoder, Input, Limits, Position, Problem};
use vigie_model::Event;

/// A post that owns its parts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OwnedPost {
    pub(crate) network: String,
    pub(crate) id: String,
    pub(crate) revision: u32,
    pub(crate) text: String,
    pub(crate) author_id: Option<String>,
    pub(crate) handle: Option<String>,
    pub(crate) created_at: Option<i64>,
    pub(crate) lang: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) url: Option<String>,
    pub(crate) reply_to: Option<String>,
    pub(crate) repost_of: Option<String>,
    pub(crate) quote_of: Option<String>,
    pub(crate) media: Option<Value>,
    pub(crate) metrics: Option<Value>,
    pub(crate) raw: Vec<u8>,
}

/// Everything that an input gave.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) posts: Vec<OwnedPost>,
    pub(crate) deleted: Vec<(String, String)>,
    pub(crate) ignored: usize,
    pub(crate) problems: Vec<Problem>,
}

impl Seen {
    pub(crate) fn reasons(&self) -> Vec<&str> {
        self.problems.iter().map(|problem| &*problem.reason).collect()
    }

    pub(crate) fn ids(&self) -> Vec<&str> {
        self.posts.iter().map(|post| &*post.id).collect()
    }

    fn event(&mut self, event: Event<'_>) {
        let post = match event {
            Event::Ignored => return self.ignored += 1,
            Event::AccountGone { network, author } => return self.deleted.push((network.into_owned(), author.into_owned())),
            Event::Delete { network, id } => return self.deleted.push((network.into_owned(), id.into_owned())),
            Event::Post(post) => post,
        };
        let text = |field: Option<std::borrow::Cow<'_, str>>| field.map(std::borrow::Cow::into_owned);
        self.posts.push(OwnedPost {
            network: post.network.into_owned(),
            id: post.id.into_owned(),
            revision: post.revision,
            text: post.text.into_owned(),
            author_id: text(post.author.id),
            handle: text(post.author.handle),
            created_at: post.created_at.map(vigie_model::Timestamp::seconds),
            lang: post.lang.map(|lang| lang.to_string()),
            tags: post.tags.into_iter().map(std::borrow::Cow::into_owned).collect(),
            url: text(post.url),
            reply_to: text(post.reply_to),
            repost_of: text(post.repost_of),
            quote_of: text(post.quote_of),
            media: post.media.map(|media| serde_json::from_str(media.get()).unwrap_or_default()),
            metrics: post.metrics.map(|metrics| serde_json::from_str(metrics.get()).unwrap_or_default()),
            raw: post.raw.to_vec(),
        });
    }

    pub(crate) fn block(&mut self, source: &str, block: &Block, decoder: &Decoder) {
        self.problems.extend_from_slice(block.problems());
        for record in block.records() {
            let mut found = Vec::new();
            decoder.decode(record.bytes, record.event, &mut found, &mut |event| self.event(event));
            self.problems.extend(found.iter().map(|problem| Problem::from_decode(source, record.position, problem, record.bytes)));
        }
    }
}

pub(crate) fn read_blocks(blocks: Blocks, limits: &Limits) -> Seen {
    let decoder = Decoder::new(limits);
    let mut seen = Seen::default();
    let source = blocks.source().to_owned();
    for block in blocks {
        seen.block(&source, &block, &decoder);
    }
    seen
}

pub(crate) fn read_file(path: &Path) -> Seen {
    let limits = Limits::default();
    read_blocks(Blocks::open(&Input::File(path.to_owned()), &limits, Position::START).unwrap(), &limits)
}

pub(crate) fn read_bytes(bytes: &[u8]) -> Seen {
    read_within(bytes, &Limits::default())
}

pub(crate) fn read_within(bytes: &[u8], limits: &Limits) -> Seen {
    read_blocks(Blocks::from_read("test", Cursor::new(bytes.to_vec()), limits, Position::START), limits)
}

/// Decodes one record: what came out, and the problems as text.
pub(crate) fn decode(record: &str) -> (Seen, Vec<String>) {
    decode_bytes(record.as_bytes(), None)
}

pub(crate) fn decode_bytes(record: &[u8], event: Option<&str>) -> (Seen, Vec<String>) {
    let mut seen = Seen::default();
    let mut problems = Vec::new();
    Decoder::new(&Limits::default()).decode(record, event, &mut problems, &mut |event| seen.event(event));
    let texts = problems.iter().map(|problem| format!("{:?}: {problem}", problem.kind)).collect();
    (seen, texts)
}
