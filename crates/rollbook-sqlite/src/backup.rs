//! A copy of a database, made while it may be in use.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rollbook_store::StoreError;
use thiserror::Error;

use crate::check::{self, KeysOf, Report};
use crate::db::Db;
use crate::error::OpenError;

/// Why there is no backup. Nothing is left at its place.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The database cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is a file of that name.
    #[error("`{}` is there already; a backup overwrites nothing: choose another name", .0.display())]
    Exists(PathBuf),
    /// The backup cannot be written.
    #[error("the backup `{}` cannot be written: {cause}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The database cannot be copied.
    #[error("the database `{}` cannot be copied: {reason}; see `rollbook store check`", path.display())]
    Copy {
        /// The database.
        path: PathBuf,
        /// Why, for people.
        reason: String,
        /// Why.
        #[source]
        cause: StoreError,
    },
    /// The copy is not sound, because the database is not.
    #[error("the copy is not sound, so the database is not: {first}; see `rollbook store check`")]
    Unsound {
        /// The first finding.
        first: String,
        /// All of them.
        report: Box<Report>,
    },
}

/// Copies a database as it is at one moment into a new file for the owner alone, whether a hub works with it or not,
/// and checks the copy. What it holds is on the disk when this returns.
///
/// The copy is complete and compact: one file, without what was erased or is free. To restore it, put it into an empty
/// data directory as `rollbook.db`. The key that seals credentials is not in it.
///
/// # Errors
///
/// [`BackupError`]; then there is no file of that name, or the one that was there is untouched.
pub fn backup(database: &Path, to: &Path, keys: &KeysOf<'_>) -> Result<Report, BackupError> {
    let failed = |cause| BackupError::Write { path: to.to_owned(), cause };
    let connection = check::open(database)?;
    if fs::symlink_metadata(to).is_ok() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let part = Part::create(to).map_err(failed)?;
    let Some(name) = part.0.to_str() else {
        return Err(failed(ErrorKind::InvalidFilename.into()));
    };
    Db::new(&connection).run("VACUUM INTO ?1", [name]).map_err(|cause| BackupError::Copy {
        path: database.to_owned(),
        reason: check::words(&cause),
        cause,
    })?;
    let report = check::check(&part.0, keys)?;
    if let Some(first) = report.findings.first() {
        return Err(BackupError::Unsound { first: first.sentence.clone(), report: Box::new(report) });
    }
    part.keep(to)?;
    Ok(report)
}

/// The file while it is being written; dropped, it goes.
struct Part(PathBuf);

impl Part {
    fn create(to: &Path) -> std::io::Result<Self> {
        let mut name = to.file_name().ok_or(ErrorKind::InvalidFilename)?.to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let path = to.with_file_name(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path)?;
        Ok(Self(path))
    }

    /// Makes the file durable under its name, unless somebody else took the name meanwhile.
    fn keep(self, to: &Path) -> Result<(), BackupError> {
        let failed = |cause| BackupError::Write { path: to.to_owned(), cause };
        File::open(&self.0).and_then(|file| file.sync_all()).map_err(failed)?;
        match fs::hard_link(&self.0, to) {
            Ok(()) => {}
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {
                return Err(BackupError::Exists(to.to_owned()));
            }
            // A file system without links.
            Err(_) if fs::symlink_metadata(to).is_err() => fs::rename(&self.0, to).map_err(failed)?,
            Err(_) => return Err(BackupError::Exists(to.to_owned())),
        }
        drop(self);
        let parent =
            to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        File::open(parent).and_then(|directory| directory.sync_all()).map_err(failed)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It may have been renamed.
        let _ = fs::remove_file(&self.0);
    }
}
