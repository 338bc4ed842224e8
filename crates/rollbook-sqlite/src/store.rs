//! The store: opening it, and the contract over its parts.

mod ledger;
mod pages;
mod resources;
mod settings;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rollbook_store::{DirectoryId, Leases, StoreError};
use rusqlite::Connection;

use crate::cache::{Cache, Entry};
use crate::db;
use crate::error::OpenError;
use crate::migrate;
use crate::options::Options;
use crate::pool::Pool;
use crate::read;
use crate::writer::Writer;

/// Held while a file is made and opened: see [`prepare`].
static OPENING: Mutex<()> = Mutex::new(());

/// A store in one SQLite file.
///
/// Dropping it waits until the commits that were handed over are durable, and closes the file. Two stores may have
/// one file open, in one process or in two, when both keep nothing in memory ([`Options::cache`] is 0); each commit is
/// still all or nothing, and only [`commits`] misses those of the other store.
///
/// Its methods need a tokio runtime, since scans run on its blocking threads.
///
/// [`commits`]: rollbook_store::Resources::commits
#[derive(Debug)]
pub struct SqliteStore {
    file: PathBuf,
    /// In memory, since one process owns the file.
    leases: Arc<Leases>,
    cache: Arc<Cache>,
    // Closed before the writer, so that the writer is the last to close the file and tidies up.
    pool: Pool,
    writer: Writer,
}

impl SqliteStore {
    /// Opens the database file; makes it, with its directory, when there is none (Unix: for the owner alone).
    ///
    /// # Errors
    ///
    /// [`OpenError`] says in a sentence what a person can do. A database that cannot be opened is left as it is.
    pub fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        let connection = connect(path, &options)?;
        let cache = Arc::new(Cache::new(options.cache));
        let leases = Arc::new(Leases::default());
        let writer = Writer::start(connection, options.group, Arc::clone(&cache), Arc::clone(&leases))
            .map_err(OpenError::Thread)?;
        let pool = Pool::new(path.to_owned(), options.busy_timeout, options.readers);
        Ok(Self { file: path.to_owned(), leases, cache, pool, writer })
    }

    /// The database file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What stands for a directory in the tables; `None` while nothing was written to it.
    fn number(&self, directory: &DirectoryId) -> Result<Option<i64>, StoreError> {
        match self.cache.number(directory) {
            Ok(number) => Ok(Some(number)),
            Err(ticket) => {
                let number = self.pool.point(|db| read::resources::number_of(db, directory))?;
                if let Some(number) = number {
                    self.cache.put(ticket, Entry::Number(directory.clone(), number));
                }
                Ok(number)
            }
        }
    }
}

/// Opens the connection that writes, over a database of this program's version.
fn connect(path: &Path, options: &Options) -> Result<Connection, OpenError> {
    let _one_at_a_time = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
    prepare(path)?;
    let failed = |cause| OpenError::from_sqlite(path, cause);
    let unusable = |cause: String| OpenError::File { path: path.to_owned(), cause: cause.into() };
    let mut connection = db::open_writer(path, options.busy_timeout).map_err(failed)?;
    if db::is_read_only(&connection).map_err(failed)? {
        return Err(unusable("the file can only be read".to_owned()));
    }
    migrate::check(&connection, path)?;
    let mode = db::make_durable(&connection).map_err(failed)?;
    if mode != "wal" {
        return Err(unusable(format!("the journal mode is `{mode}`: the file system cannot share memory")));
    }
    migrate::run(&mut connection, path)?;
    Ok(connection)
}

/// Makes the directory and the file where they are missing, so that nobody else may read them.
///
/// A file that is there is left to SQLite: closing it here would release the locks (POSIX advisory ones, which belong
/// to the process) of another store on the same file.
fn prepare(path: &Path) -> Result<(), OpenError> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        directory_builder()
            .create(parent)
            .map_err(|cause| OpenError::Directory { path: parent.to_owned(), cause })?;
    }
    match file_options().open(path) {
        Err(cause) if cause.kind() != ErrorKind::AlreadyExists => {
            Err(OpenError::File { path: path.to_owned(), cause: cause.into() })
        }
        _ => Ok(()),
    }
}

fn directory_builder() -> std::fs::DirBuilder {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn file_options() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
pub(crate) fn scratch() -> (tempfile::TempDir, Connection) {
    let directory = tempfile::tempdir().unwrap();
    let connection = connect(&directory.path().join("rollbook.db"), &Options::default()).unwrap();
    (directory, connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_reaches_the_disk_before_it_is_answered() {
        let (_directory, connection) = scratch();
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
        assert_eq!(db::header(&connection, "synchronous").unwrap(), 2, "FULL is 2");
    }
}
