//! Exports of networks and tools, told apart by content and turned into the neutral form.
//!
//! A module a family of formats, all of one shape: `recognise(text)` and `read(text, options, out)`. An export is read whole,
//! up to [`MAX_EXPORT`] bytes, because most can only be understood as a whole: a chat's order of day and month, the
//! columns of a table, a JSON document. Of a record's [`Position`], `byte` and `line` are its number in the export.

mod json;
mod table;
mod text;
mod whatsapp;

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::mpsc::{Receiver, sync_channel},
    thread,
};

use sha2::{Digest, Sha256};
use vigie_model::NeutralPost;

use crate::{Block, BlockBuilder, Position, input::InputError};

/// Longest export, in bytes: it is held in memory.
pub const MAX_EXPORT: u64 = 512 << 20;

/// Bytes of a block, about.
const BLOCK: usize = 512 << 10;
/// Blocks made ahead.
const AHEAD: usize = 2;

/// What the user says of exports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ImportOptions {
    /// Field of the neutral form and column of a table, where the names of columns do not tell.
    pub map: Vec<(String, String)>,
    /// Network of tables that do not say it.
    pub network: Option<String>,
    /// Order of day and month in chats, where the chat itself does not tell.
    pub day_first: Option<bool>,
}

/// Why an export gave nothing, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportFault {
    /// None of the known exports.
    #[error("no known export; docs/sources.md lists those that are read")]
    Unknown,
    /// Longer than [`MAX_EXPORT`].
    #[error("export is longer than {} MiB; export shorter periods", MAX_EXPORT >> 20)]
    TooLong,
    /// Cannot be read.
    #[error("cannot read on: {0}")]
    Unreadable(io::ErrorKind),
    /// The document is not what its beginning says.
    #[error("not valid {0}")]
    Syntax(&'static str),
    /// An element without something that a post must have.
    #[error("no `{0}`")]
    Missing(&'static str),
    /// A table without a column of text.
    #[error("no column holds the text; name it with --map text=COLUMN (columns: {0})")]
    NoText(String),
    /// `--map` names a column that is not there.
    #[error("there is no column {0:?}")]
    NoColumn(String),
    /// A chat in which no day is beyond 12.
    #[error("the chat does not tell whether the day or the month stands first; say it with --dates day-first or month-first")]
    DateOrder,
}

/// Reads an export on a thread of its own; blocks come as they are asked for.
pub(crate) fn open(path: &Path, options: &ImportOptions, start: Position) -> Result<Receiver<Block>, InputError> {
    let file = File::open(path).map_err(|source| InputError::at(path, source))?;
    let (name, options) = (path.to_string_lossy().into_owned(), options.clone());
    let (sender, receiver) = sync_channel(AHEAD);
    thread::Builder::new()
        .name("import".into())
        .spawn(move || {
            let mut deliver = |block| sender.send(block).is_ok();
            match load(file) {
                Ok(text) => read_export(&name, &text, &options, start, &mut deliver),
                Err(fault) => Out::new(&name, start, &mut deliver).give_up(&fault),
            }
        })
        .map_err(|source| InputError::at(path, source))?;
    Ok(receiver)
}

fn load(file: File) -> Result<String, ImportFault> {
    let mut bytes = Vec::new();
    file.take(MAX_EXPORT + 1).read_to_end(&mut bytes).map_err(|error| ImportFault::Unreadable(error.kind()))?;
    if bytes.len() as u64 > MAX_EXPORT {
        return Err(ImportFault::TooLong);
    }
    let text = String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Reads an export that is in memory, after `start`, until the end or until `deliver` wants no more.
pub fn read_export(name: &str, text: &str, options: &ImportOptions, start: Position, deliver: &mut dyn FnMut(Block) -> bool) {
    let mut out = Out::new(name, start, deliver);
    match read(text, options, &mut out) {
        Ok(()) => out.finish(),
        Err(fault) => out.give_up(&fault),
    }
}

fn read(text: &str, options: &ImportOptions, out: &mut Out<'_>) -> Result<(), ImportFault> {
    // A chat of iOS begins with a bracket as well.
    if whatsapp::recognise(text) {
        whatsapp::read(text, options, out)
    } else if json::recognise(text) {
        json::read(text, out)
    } else if table::recognise(text) {
        table::read(text, options, out)
    } else {
        Err(ImportFault::Unknown)
    }
}

/// Where importers put what they find.
struct Out<'d> {
    name: String,
    /// Records up to this number were dealt with by an earlier run.
    done: u64,
    at: Position,
    block: BlockBuilder,
    deliver: &'d mut dyn FnMut(Block) -> bool,
    /// Nobody listens any more.
    closed: bool,
}

impl<'d> Out<'d> {
    fn new(name: &str, start: Position, deliver: &'d mut dyn FnMut(Block) -> bool) -> Self {
        let at = Position { byte: 0, line: 0 };
        Self { name: name.to_owned(), done: if start == Position::START { 0 } else { start.byte }, at, block: BlockBuilder::new(at), deliver, closed: false }
    }

    /// Delivers a post.
    fn post(&mut self, post: &NeutralPost) {
        if self.next() {
            // Strings and numbers always serialise.
            let json = serde_json::to_string(post).unwrap_or_default();
            self.block.record(json.as_bytes(), self.at);
            self.send_if(BLOCK);
        }
    }

    /// Reports an element that gave no post.
    fn reject(&mut self, fault: &ImportFault, element: &str) {
        if self.next() {
            self.block.problem(&self.name, self.at, fault, element.as_bytes());
            self.send_if(BLOCK);
        }
    }

    /// Counts an element; whether it is news.
    fn next(&mut self) -> bool {
        let number = self.at.byte.saturating_add(1);
        self.at = Position { byte: number, line: number };
        number > self.done && !self.closed
    }

    fn send_if(&mut self, full: usize) {
        if self.block.len() >= full || self.block.records() >= 4_096 {
            self.send();
        }
    }

    fn send(&mut self) {
        let block = std::mem::replace(&mut self.block, BlockBuilder::new(self.at));
        self.closed |= !(self.deliver)(block.finish(self.at));
    }

    /// Ends with what is wrong with the export as a whole.
    fn give_up(mut self, fault: &ImportFault) {
        self.reject(fault, "");
        self.finish();
    }

    fn finish(mut self) {
        if !self.block.is_empty() {
            self.send();
        }
    }
}

/// An empty post of a network.
fn post(network: &str, id: String, text: String) -> NeutralPost {
    NeutralPost {
        id,
        network: Some(network.to_owned()),
        author: None,
        created_at: None,
        edited_at: None,
        text,
        lang: None,
        tags: Vec::new(),
        media: Vec::new(),
        url: None,
        reply_to: None,
        repost_of: None,
        quote_of: None,
        metrics: std::collections::BTreeMap::new(),
    }
}

/// An identifier for what has none: a hash of what makes it different from others, so that exporting again changes nothing.
fn hashed_id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    data_encoding::HEXLOWER.encode(digest.get(..16).unwrap_or_default())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What an export gives: posts as JSON, and reasons.
    pub(crate) fn import(text: &str, options: &ImportOptions) -> (Vec<serde_json::Value>, Vec<String>) {
        let (mut posts, mut reasons) = (Vec::new(), Vec::new());
        read_export("test", text, options, Position::START, &mut |block| {
            posts.extend(block.records().map(|record| serde_json::from_slice::<serde_json::Value>(record.bytes).unwrap()));
            reasons.extend(block.problems().iter().map(|problem| problem.reason.clone()));
            true
        });
        (posts, reasons)
    }

    #[test]
    fn what_is_no_export_says_so() {
        for text in ["", "hello", "{}", "[]", "[1]", "{\"a\":", "\u{0}\u{1}"] {
            let (posts, reasons) = import(text, &ImportOptions::default());
            assert!(posts.is_empty() && reasons.len() == 1, "{text:?}: {reasons:?}");
        }
    }
}
