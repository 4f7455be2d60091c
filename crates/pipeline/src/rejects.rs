//! The reject files: what could not be used, kept with its place and reason.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use vigie_ingest::Problem;
use xxhash_rust::xxh3::xxh3_64;

/// Where rejects go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RejectsTo {
    /// A file for each source in this folder: in step with the store, since a resumed scan cuts it to the length that the cursor names.
    Folder(PathBuf),
    /// One file for everything, written anew.
    File(PathBuf),
    /// Only counted.
    Nowhere,
}

/// The open reject file of a source.
#[derive(Debug)]
pub(crate) struct Rejects {
    to: RejectsTo,
    open: Option<(PathBuf, BufWriter<File>)>,
    path: Option<PathBuf>,
    length: u64,
}

impl Rejects {
    pub(crate) fn new(to: RejectsTo) -> io::Result<Self> {
        let mut rejects = Self { to, open: None, path: None, length: 0 };
        if let RejectsTo::File(path) = &rejects.to {
            let path = path.clone();
            rejects.open_at(path, 0)?;
        }
        Ok(rejects)
    }

    /// Turns to a source, of whose rejects the first `keep` bytes are committed.
    pub(crate) fn begin(&mut self, source: &str, keep: u64) -> io::Result<()> {
        let RejectsTo::Folder(folder) = &self.to else { return Ok(()) };
        let path = folder.join(file_name(source));
        self.flush()?;
        self.open = None;
        self.length = keep;
        if path.exists() {
            self.open_at(path, keep)?;
        } else {
            self.path = Some(path);
        }
        Ok(())
    }

    /// Adds a problem; without its record where that may not be kept.
    pub(crate) fn write(&mut self, problem: &Problem, with_record: bool) -> io::Result<()> {
        if let (None, Some(path)) = (&self.open, self.path.take()) {
            self.open_at(path, 0)?;
        }
        if let Some((_, file)) = &mut self.open {
            let line = if with_record { problem.to_json_line() } else { Problem { bytes: Vec::new(), truncated: true, ..problem.clone() }.to_json_line() };
            writeln!(file, "{line}")?;
            self.length += line.len() as u64 + 1;
        }
        Ok(())
    }

    /// Puts everything on the disk; what follows in the store may rely on it. Gives the length.
    pub(crate) fn sync(&mut self) -> io::Result<u64> {
        self.flush()?;
        if let Some((_, file)) = &self.open {
            file.get_ref().sync_data()?;
        }
        Ok(self.length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.open.as_mut().map_or(Ok(()), |(_, file)| file.flush())
    }

    fn open_at(&mut self, path: PathBuf, keep: u64) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().create(true).write(true).truncate(false).open(&path)?;
        file.set_len(keep.min(file.metadata()?.len()))?;
        self.length = file.seek(SeekFrom::End(0))?;
        self.open = Some((path, BufWriter::new(file)));
        Ok(())
    }
}

/// A name that says what it belongs to and is unique: the last part of the path and a hash of all of it.
fn file_name(source: &str) -> String {
    let last = Path::new(source).file_name().map_or_else(|| "stdin".into(), |name| name.to_string_lossy().into_owned());
    let plain: String = last.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).take(80).collect();
    format!("{plain}.{:016x}.jsonl", xxh3_64(source.as_bytes()))
}
