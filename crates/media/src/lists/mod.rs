//! Named lists of hashes: where they come from, until when they hold, and which pictures are on them.
//!
//! A list is a file of JSON lines, `NAME.hashes`: the head, an entry a line, and a last line with the SHA-256 of all before. It is replaced
//! in one step. Hashes say nothing about the pictures that they were made of; no picture is kept.

mod exchange;
mod file;

use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
};

pub use exchange::{Exchange, Imported, export, import};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    index::HashIndex,
    pdq::{MATCH_DISTANCE, Pdq, PdqHash},
};

/// What pictures of a list are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Pictures of adverts: a post with one of them is to be looked at.
    Adverts,
    /// Pictures that everybody posts: blank grounds, memes, logos. They outweigh every list of adverts.
    Harmless,
}

/// The head of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Name; letters, digits, `-` and `_`.
    pub name: String,
    /// What its pictures are.
    pub kind: Kind,
    /// Who made it, and how it was received.
    pub source: String,
    /// Day on which it was made here.
    pub created: Date,
    /// Last day on which it holds; without one it holds until it is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
}

/// A hash of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The hash.
    pub pdq: PdqHash,
    /// The source's own identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When the source listed it, in its own form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added: Option<String>,
    /// The source's marks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashList {
    /// Its head.
    pub head: Head,
    /// Its hashes, each once.
    pub entries: Vec<Entry>,
}

/// What adding entries came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Added {
    /// New in the list.
    pub new: usize,
    /// There already.
    pub known: usize,
    /// Refused: hashes of blank pictures, which match one another whatever they show.
    pub blank: usize,
}

/// Why a list cannot be used.
#[derive(Debug, Error)]
pub enum ListError {
    /// The disk.
    #[error("the list of hashes {path} cannot be used: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Not what was written.
    #[error("the list of hashes {path} is damaged at line {line} ({what}): import it again from its source")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// In which way.
        what: String,
    },
    /// A name that cannot be that of a file.
    #[error("{0:?} cannot name a list: use letters, digits, - and _, at most 64")]
    Name(String),
    /// No such list.
    #[error("there is no list {0:?}: `vigie hashes list` shows those that there are")]
    Unknown(String),
    /// Not a file of hashes.
    #[error("no PDQ hash was found in the file: it needs one of 64 hexadecimal digits in each row or object")]
    NoHash,
}

impl HashList {
    /// An empty list.
    ///
    /// # Errors
    /// [`ListError::Name`].
    pub fn new(head: Head) -> Result<Self, ListError> {
        check_name(&head.name)?;
        Ok(Self { head, entries: Vec::new() })
    }

    /// Adds entries, each hash once, without those of blank pictures.
    pub fn add(&mut self, entries: impl IntoIterator<Item = Entry>) -> Added {
        let mut seen: HashSet<PdqHash> = self.entries.iter().map(|entry| entry.pdq).collect();
        let mut added = Added::default();
        for entry in entries {
            if !entry.pdq.is_balanced() {
                added.blank += 1;
            } else if seen.insert(entry.pdq) {
                added.new += 1;
                self.entries.push(entry);
            } else {
                added.known += 1;
            }
        }
        added
    }

    /// Whether the list holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.head.expires.is_none_or(|last| day <= last)
    }
}

fn check_name(name: &str) -> Result<(), ListError> {
    let fits = (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if fits { Ok(()) } else { Err(ListError::Name(name.to_owned())) }
}

/// The folder of lists.
#[derive(Debug, Clone)]
pub struct ListFolder(PathBuf);

/// End of the names of files of lists.
const EXTENSION: &str = "hashes";

impl ListFolder {
    /// Lists in this folder, which need not be there yet.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    fn path(&self, name: &str) -> Result<PathBuf, ListError> {
        check_name(name)?;
        Ok(self.0.join(name).with_extension(EXTENSION))
    }

    /// Reads a list.
    ///
    /// # Errors
    /// [`ListError`], [`ListError::Unknown`] if it is not there.
    pub fn read(&self, name: &str) -> Result<HashList, ListError> {
        let path = self.path(name)?;
        if path.exists() { file::read(&path) } else { Err(ListError::Unknown(name.to_owned())) }
    }

    /// Writes a list.
    ///
    /// # Errors
    /// [`ListError::Io`].
    pub fn write(&self, list: &HashList) -> Result<(), ListError> {
        let path = self.path(&list.head.name)?;
        std::fs::create_dir_all(&self.0).map_err(|source| ListError::Io { path: self.0.clone(), source })?;
        file::write(&path, list)
    }

    /// All lists, by name.
    ///
    /// # Errors
    /// [`ListError`] for the first that cannot be read.
    pub fn all(&self) -> Result<Vec<HashList>, ListError> {
        let Ok(files) = std::fs::read_dir(&self.0) else { return Ok(Vec::new()) }; // none was made yet
        let mut paths: Vec<PathBuf> = files.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == EXTENSION)).collect();
        paths.sort();
        paths.iter().map(|path| file::read(path)).collect()
    }
}

/// A list on which a picture is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Match {
    /// Name of the list.
    pub list: String,
    /// What its pictures are.
    pub kind: Kind,
    /// The listed hash.
    pub pdq: PdqHash,
    /// In how many bits the picture's hash differs from it: the least over the eight ways to turn the picture.
    pub distance: u32,
    /// The source's own identifier.
    pub id: Option<String>,
}

/// Lists that hold, ready to be asked. Memory: the entries, and an index.
#[derive(Debug, Default)]
pub struct Known {
    lists: Vec<HashList>,
    /// List and entry of each number in the index.
    places: Vec<(u32, u32)>,
    index: HashIndex,
}

impl Known {
    /// Those of the lists that hold on a day.
    #[must_use]
    pub fn new(lists: Vec<HashList>, day: Date) -> Self {
        let lists: Vec<HashList> = lists.into_iter().filter(|list| list.holds_on(day)).collect();
        let places: Vec<(u32, u32)> =
            (0u32..).zip(&lists).flat_map(|(number, list)| (0u32..).zip(&list.entries).map(move |(entry, _)| (number, entry))).collect();
        let hashes = lists.iter().flat_map(|list| list.entries.iter().map(|entry| entry.pdq));
        let index = HashIndex::build(hashes.zip(0..));
        Self { lists, places, index }
    }

    /// Whether there is no hash to compare with.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The lists on which a picture is, turned or mirrored in any way: of each list the nearest entry. None for pictures that say too little.
    #[must_use]
    pub fn matches(&self, pdq: &Pdq) -> Vec<Match> {
        if self.is_empty() || !pdq.is_telling() { Vec::new() } else { self.nearest(&pdq.dihedral()) }
    }

    /// The lists on which a hash is.
    #[must_use]
    pub fn matches_of_hash(&self, hash: &PdqHash) -> Vec<Match> {
        self.nearest(std::slice::from_ref(hash))
    }

    fn nearest(&self, hashes: &[PdqHash]) -> Vec<Match> {
        let mut found: Vec<Match> = Vec::new();
        let mut near: Vec<_> = hashes.iter().flat_map(|hash| self.index.within(hash, MATCH_DISTANCE)).collect();
        near.sort_unstable();
        for neighbour in near {
            let Some((list, entry)) = self.entry(neighbour.id) else { continue };
            if found.iter().all(|before| before.list != list.head.name) {
                let Head { name, kind, .. } = &list.head;
                found.push(Match { list: name.clone(), kind: *kind, pdq: entry.pdq, distance: neighbour.distance, id: entry.id.clone() });
            }
        }
        found
    }

    fn entry(&self, number: u32) -> Option<(&HashList, &Entry)> {
        let (list, entry) = *self.places.get(number as usize)?;
        let list = self.lists.get(list as usize)?;
        Some((list, list.entries.get(entry as usize)?))
    }
}
