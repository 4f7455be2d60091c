//! What can go wrong in a store, and what to do about it.

use std::path::PathBuf;

use vigie_model::Profile;

/// The result of a store operation.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a store refused or failed. After an error in a commit nothing of its batch is stored, and the same batch may be
/// committed again once the cause is removed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process holds the store open for writing.
    #[error("another vigie is writing to {}: wait for it to end, or stop it", .0.display())]
    InUse(PathBuf),
    /// The database was set up for another operating profile.
    #[error(
        "the store in {} was set up for the profile {stored}, not {asked}: use the profile {stored}, or another folder",
        dir.display()
    )]
    OtherProfile {
        /// The store's folder.
        dir: PathBuf,
        /// The profile written at creation.
        stored: String,
        /// The profile asked for.
        asked: &'static str,
    },
    /// The samples of the database were drawn with another seed.
    #[error("the samples in {} were drawn with another seed: put the seed of the configuration back, or use another folder", .0.display())]
    OtherSeed(PathBuf),
    /// The profile does not allow to link accounts.
    #[error("the profile {0} does not link accounts: only the profiles authority and platform may")]
    LinkingOff(&'static str),
    /// No network has this number.
    #[error("there is no network {0}: `vigie networks` lists those there are")]
    NoNetwork(u64),
    /// An override of source terms names no legal basis.
    #[error("the terms override for {0} names no legal basis: write down the law or contract that allows it")]
    NoLegalBasis(String),
    /// There is a database and no key.
    #[error("{} is missing: put it back from a backup (without it known posts would be counted again)", .0.display())]
    KeyMissing(PathBuf),
    /// The key is not this database's, or is damaged.
    #[error("{} does not belong to the database beside it: put back the one of the same backup", .0.display())]
    KeyMismatch(PathBuf),
    /// There is no store yet where one was to be read.
    #[error("there is no store in {}: run a scan first, or name the folder of one", .0.display())]
    NoStore(PathBuf),
    /// The database was written by a later Vigie.
    #[error("the database has version {found}, this vigie knows versions up to {known}: update vigie")]
    NewerDatabase {
        /// Version in the database.
        found: u32,
        /// Newest version known.
        known: u32,
    },
    /// The database is to be read only, and needs to be brought up to date first.
    #[error("the database has version {found}, this vigie needs {known}: run a scan, or any command that writes, to update it")]
    OlderDatabase {
        /// Version in the database.
        found: u32,
        /// Version needed.
        known: u32,
    },
    /// A migration in the database is not the one that this Vigie has under that number.
    #[error(
        "migration {version} of the database differs from this vigie's: it was made by a modified vigie, or was tampered \
         with; restore a backup, or use the vigie that made it"
    )]
    MigrationChanged {
        /// Number of the migration.
        version: u32,
    },
    /// A file is in the way.
    #[error("{} is there already: name an empty folder", .0.display())]
    Exists(PathBuf),
    /// No space left.
    #[error("the disk is full: free space and run again; the scan resumes where it stopped")]
    DiskFull,
    /// The database may not be written.
    #[error("the database may not be written: check the permissions of its folder")]
    ReadOnly,
    /// Something else keeps the database locked.
    #[error("the database is locked by another program: close it and run again")]
    Locked,
    /// The database is damaged.
    #[error("the database is damaged ({0}): restore a backup, or start a new store and scan again")]
    Damaged(String),
    /// A batch names a cell that it does not have.
    #[error("entry {entry} of the batch names cell {cell}, and the batch has {cells}")]
    NoSuchCell {
        /// Index of the entry.
        entry: usize,
        /// Local cell that it names.
        cell: u32,
        /// Cells in the batch.
        cells: usize,
    },
    /// More entries than a batch can have.
    #[error("the batch has {0} entries: commit at most 4,294,967,295 at once")]
    BatchTooLarge(usize),
    /// A find is in another document of the same kind to the same receiver.
    #[error("find {find} is in {document} already: a decision is reported once; withdraw that document first")]
    AlreadyReported {
        /// The find.
        find: i64,
        /// The document that has it.
        document: String,
    },
    /// A document is not in the state that an act needs.
    #[error("{id}: {why}")]
    DocumentState {
        /// The document.
        id: String,
        /// What is in the way, and what to do.
        why: &'static str,
    },
    /// A file beside the database could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A dump could not be written.
    #[error("the dump could not be written: {0}")]
    Output(std::io::Error),
    /// Any other failure of the database.
    #[error("the database failed: {0}")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub(crate) fn other_profile(dir: PathBuf, stored: String, asked: Profile) -> Self {
        Self::OtherProfile { dir, stored, asked: asked.as_str() }
    }

    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        |source| match source.kind() {
            std::io::ErrorKind::StorageFull => Self::DiskFull,
            _ => Self::File { path, source },
        }
    }

    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged(what.into())
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ConstraintViolation) => Self::Damaged(error.to_string()),
            _ => Self::Backend(Box::new(error)),
        }
    }
}
