//! What can go wrong: opening a database, and SQLite's errors as the contract's.

use std::path::PathBuf;
use std::sync::Arc;

use rollbook_store::StoreError;
use rusqlite::ErrorCode;
use thiserror::Error;

/// Why a database could not be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The directory of the database is not there and cannot be made.
    #[error("cannot create the directory `{}`; check that its parent exists and is writable", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The file cannot be made, read or written.
    #[error("cannot read and write the database file `{}`; check its permissions and those of its directory, and that the disk is neither full nor read-only", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file is not a SQLite database, or it is damaged.
    #[error("`{}` is not a rollbook database, or it is damaged; name another file or restore a backup", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// What SQLite says; `None` when it is a healthy database of some other program.
        #[source]
        cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// A newer program wrote the database. One version ahead is opened (promise P10), more is not.
    #[error("the database `{}` has version {found}, this program knows up to {known}; use the newer program", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version that the file has.
        found: u32,
        /// The newest version that this program can open.
        known: u32,
    },
    /// Another process holds the database for itself.
    #[error("another process holds the database `{}`; stop it, or wait until it is done, and try again", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The thread that writes could not be started.
    #[error("cannot start the thread that writes the database; check the limits on threads and memory")]
    Thread(#[source] std::io::Error),
}

impl OpenError {
    /// Sorts SQLite's errors while opening into those that a person can act on.
    pub(crate) fn from_sqlite(path: &std::path::Path, cause: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match cause.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                Self::NotADatabase { path, cause: Some(Box::new(cause)) }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Locked { path, cause: Box::new(cause) }
            }
            _ => Self::File { path, cause: Box::new(cause) },
        }
    }
}

/// SQLite's error as the contract's: what may pass by itself is [`StoreError::Unavailable`].
pub(crate) fn store_error(cause: rusqlite::Error) -> StoreError {
    let reason = match cause.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk is full",
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => "the database cannot be written",
        Some(ErrorCode::SystemIoFailure) => "the disk failed to read or write",
        Some(ErrorCode::CannotOpen) => "the database file cannot be opened",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            "another process holds the database"
        }
        Some(ErrorCode::OutOfMemory) => "memory is short",
        _ => return StoreError::Backend(Box::new(cause)),
    };
    unavailable(reason, cause)
}

/// The store cannot work now, for this reason.
pub(crate) fn unavailable(
    reason: &str,
    cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> StoreError {
    StoreError::Unavailable { reason: reason.to_owned(), cause: cause.into() }
}

/// One failure that several commits share, since they were to become durable together.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    reason: String,
    cause: Arc<StoreError>,
}

impl Shared {
    pub(crate) fn new(error: StoreError) -> Self {
        let reason = match &error {
            StoreError::Unavailable { reason, .. } => reason.clone(),
            _ => "the commit failed".to_owned(),
        };
        Self { reason, cause: Arc::new(error) }
    }

    pub(crate) fn error(&self) -> StoreError {
        unavailable(&self.reason.clone(), SharedCause(Arc::clone(&self.cause)))
    }
}

#[derive(Debug, Error)]
#[error("the transaction that this commit shared with others failed")]
struct SharedCause(#[source] Arc<StoreError>);
