//! Which inputs there are.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::ImportOptions;

/// Why an input cannot be listed or opened.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The path names nothing.
    #[error("no such file or folder: {}", path.display())]
    NotFound {
        /// As given.
        path: PathBuf,
    },
    /// The system refuses.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// Which file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl InputError {
    pub(crate) fn at(path: &Path, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::NotFound { Self::NotFound { path: path.to_owned() } } else { Self::Unreadable { path: path.to_owned(), source } }
    }
}

/// Something to read records from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file, or whatever else a path can be opened as.
    File(PathBuf),
    /// An export of a network or a tool, read as the options say.
    Export(PathBuf, Arc<ImportOptions>),
}

impl Input {
    /// What problems call it: the path as text, or `-`.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) | Self::Export(path, _) => path.to_string_lossy().into_owned(),
        }
    }
}

/// Lists what `paths` stand for, in their order: `-` is standard input, a folder is every regular file below it.
///
/// Within a folder names are sorted by their bytes, and hidden names and symbolic links are left out. What a file
/// contains is found out when it is opened, not from its name; only pictures are left out by their names, because they lie beside the
/// posts that name them.
///
/// # Errors
/// [`InputError`] for the first path or folder that is missing or cannot be listed.
pub fn find_inputs<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Vec<Input>, InputError> {
    let mut inputs = Vec::new();
    for path in paths {
        let path = path.as_ref();
        if path == Path::new("-") {
            inputs.push(Input::Stdin);
        } else if fs::metadata(path).map_err(|source| InputError::at(path, source))?.is_dir() {
            scan_folder(path, &mut inputs)?;
        } else {
            inputs.push(Input::File(path.to_owned()));
        }
    }
    Ok(inputs)
}

/// Depth first without recursion, so that a deep tree costs no stack.
fn scan_folder(folder: &Path, inputs: &mut Vec<Input>) -> Result<(), InputError> {
    let mut open = vec![Entry { path: folder.to_owned(), is_folder: true }];
    while let Some(entry) = open.pop() {
        if entry.is_folder {
            let mut entries = visible_entries(&entry.path)?;
            entries.sort_by(|a, b| b.path.file_name().cmp(&a.path.file_name()));
            open.extend(entries);
        } else {
            inputs.push(Input::File(entry.path));
        }
    }
    Ok(())
}

struct Entry {
    path: PathBuf,
    is_folder: bool,
}

fn visible_entries(folder: &Path) -> Result<Vec<Entry>, InputError> {
    let at_folder = |source| InputError::at(folder, source);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(at_folder)? {
        let entry = entry.map_err(at_folder)?;
        let kind = entry.file_type().map_err(at_folder)?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if !hidden && !is_picture(&entry.path()) && (kind.is_dir() || kind.is_file()) {
            entries.push(Entry { path: entry.path(), is_folder: kind.is_dir() });
        }
    }
    Ok(entries)
}

fn is_picture(path: &Path) -> bool {
    const PICTURES: [&str; 8] = ["jpg", "jpeg", "png", "gif", "webp", "heic", "avif", "mp4"];
    path.extension().and_then(|end| end.to_str()).is_some_and(|end| PICTURES.iter().any(|picture| end.eq_ignore_ascii_case(picture)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_regular_files_sorted() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["b", ".git"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        for file in ["c.jsonl", "a.csv", "b/z.gz", "b/y", ".hidden", ".git/config", "photo.JPG", "b/flyer.webp"] {
            fs::write(root.path().join(file), "").unwrap();
        }
        #[cfg(unix)]
        for (link, target) in [("loop", "."), ("link", "a.csv")] {
            std::os::unix::fs::symlink(target, root.path().join(link)).unwrap();
        }
        let found = find_inputs([Path::new("-"), root.path()]).unwrap();
        let expected = ["a.csv", "b/y", "b/z.gz", "c.jsonl"].map(|name| Input::File(root.path().join(name)));
        assert_eq!(found.first(), Some(&Input::Stdin));
        assert_eq!(found.get(1..).unwrap(), expected);
    }

    #[test]
    fn a_missing_path_is_named() {
        let error = find_inputs(["/no/such/file"]).unwrap_err();
        assert_eq!(error.to_string(), "no such file or folder: /no/such/file");
    }
}
