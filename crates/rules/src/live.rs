//! Packs on disk: read with bounds, and taken up again when their content changes.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use vigie_detect::Detector;

use crate::{Error, RuleBook, book};

/// Longest pack, in bytes.
const PACK_BYTES: u64 = 256 << 10;
/// Most packs.
const PACKS: usize = 64;

/// The packs that come with Vigie.
const EMBEDDED: &[(&str, &str)] = &[
    ("rules/lookalikes.toml", include_str!("../../../rules/lookalikes.toml")),
    ("rules/safeguarding.toml", include_str!("../../../rules/safeguarding.toml")),
    ("rules/trade.toml", include_str!("../../../rules/trade.toml")),
];

/// A pack as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackText {
    /// Name of its file, for messages.
    pub name: String,
    /// Its TOML.
    pub content: String,
    /// It is part of the program; its examples are tried by the program's tests, not at every start.
    pub embedded: bool,
}

/// Which packs to use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackSource {
    /// Those that come with Vigie.
    pub embedded: bool,
    /// Files, and folders whose `*.toml` are read in the order of their names.
    pub paths: Vec<PathBuf>,
}

impl PackSource {
    /// Reads the packs, those of Vigie first.
    ///
    /// # Errors
    /// [`Error::Unreadable`], [`Error::TooLong`], [`Error::TooManyPacks`].
    pub fn read(&self) -> Result<Vec<PackText>, Error> {
        let own = |(name, content): &(&str, &str)| PackText { name: (*name).to_owned(), content: (*content).to_owned(), embedded: true };
        let mut packs: Vec<PackText> = if self.embedded { EMBEDDED.iter().map(own).collect() } else { Vec::new() };
        for path in self.files()? {
            if packs.len() >= PACKS {
                return Err(Error::TooManyPacks { limit: PACKS });
            }
            packs.push(PackText { name: path.display().to_string(), content: read(&path)?, embedded: false });
        }
        Ok(packs)
    }

    /// Reads, compiles and checks the packs; examples are tried on the detector.
    ///
    /// # Errors
    /// [`Error`] at the first pack, rule or example that is wrong.
    pub fn load(&self, detector: &Detector) -> Result<RuleBook, Error> {
        compile(&self.read()?, detector)
    }

    fn files(&self) -> Result<Vec<PathBuf>, Error> {
        let mut files = Vec::new();
        for path in &self.paths {
            if !path.is_dir() {
                files.push(path.clone());
                continue;
            }
            let unreadable = |source| Error::Unreadable { path: path.clone(), source };
            let mut inside = Vec::new();
            for entry in fs::read_dir(path).map_err(unreadable)? {
                inside.push(entry.map_err(unreadable)?.path());
            }
            inside.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
            inside.sort();
            files.append(&mut inside);
        }
        Ok(files)
    }
}

fn read(path: &Path) -> Result<String, Error> {
    let unreadable = |source| Error::Unreadable { path: path.to_path_buf(), source };
    let mut content = String::new();
    let length = File::open(path).map_err(unreadable)?.take(PACK_BYTES + 1).read_to_string(&mut content).map_err(unreadable)?;
    if length as u64 > PACK_BYTES {
        return Err(Error::TooLong { path: path.to_path_buf(), limit: PACK_BYTES });
    }
    Ok(content)
}

fn compile(packs: &[PackText], detector: &Detector) -> Result<RuleBook, Error> {
    let book = RuleBook::compile(packs, detector)?;
    packs.iter().filter(|pack| !pack.embedded).try_for_each(|pack| book.verify(&pack.name, detector))?;
    Ok(book)
}

/// Packs in use. [`LiveRules::refresh`] takes up a change of their content; whoever works with the old book keeps it until done.
#[derive(Debug)]
pub struct LiveRules {
    source: PackSource,
    current: RwLock<Arc<RuleBook>>,
    /// Hash of the content that was refused last, so that it is refused once.
    refused: Mutex<String>,
}

impl LiveRules {
    /// Reads, compiles and checks the packs.
    ///
    /// # Errors
    /// As [`PackSource::load`].
    pub fn open(source: PackSource, detector: &Detector) -> Result<Self, Error> {
        let book = source.load(detector)?;
        Ok(Self { source, current: RwLock::new(Arc::new(book)), refused: Mutex::default() })
    }

    /// The book in use.
    #[must_use]
    pub fn current(&self) -> Arc<RuleBook> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the packs again and uses them if their content is another; says whether it is. What is wrong is refused as a whole
    /// and said once, and the old book stays in use.
    ///
    /// # Errors
    /// As [`PackSource::load`].
    pub fn refresh(&self, detector: &Detector) -> Result<bool, Error> {
        if self.source.paths.is_empty() {
            return Ok(false); // what is part of the program does not change
        }
        let packs = self.source.read()?;
        let hash = book::hash(&packs);
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if hash == self.current().content() || hash == *refused {
            return Ok(false);
        }
        *refused = hash;
        let book = compile(&packs, detector)?;
        refused.clear();
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(book);
        Ok(true)
    }
}
