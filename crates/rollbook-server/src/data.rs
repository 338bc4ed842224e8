//! The data directory: one process at a time, the database, the key.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rollbook_sqlite::{Options, SqliteStore};
use rollbook_store::{Environment, Keyring, Store};

use crate::config::Config;
use crate::error::ServerError;

/// An open data directory; the lock lasts as long as this value.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) keyring: Arc<Keyring>,
    _lock: File,
}

/// Where the administration socket of a data directory is.
pub(crate) fn socket_path(data: &Path) -> PathBuf {
    data.join("admin.sock")
}

/// Where the database of a data directory is.
pub(crate) fn database_path(data: &Path) -> PathBuf {
    data.join("rollbook.db")
}

impl Data {
    /// Locks the directory, opens or makes the key and the database, and checks that they belong together.
    pub(crate) async fn open(config: &Config, environment: &dyn Environment) -> Result<Self, ServerError> {
        let directory = &config.data;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(unusable(directory))?;
        let lock = lock(directory)?;
        let database = database_path(directory);
        let keyring = Arc::new(keyring(config, &database, environment)?);
        let store = Arc::new(SqliteStore::open(&database, Options::default())?);
        let as_store: &dyn Store = store.as_ref();
        keyring.verify_or_mark(as_store, environment).await.map_err(|error| {
            let place = key_place(config);
            ServerError::Key(format!(
                "the key in {place} does not fit the database `{}`: {error}",
                database.display()
            ))
        })?;
        Ok(Self { store, keyring, _lock: lock })
    }
}

fn lock(directory: &Path) -> Result<File, ServerError> {
    let path = directory.join("rollbook.lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let file = file.map_err(unusable(directory))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ServerError::InUse(directory.to_owned())),
        Err(TryLockError::Error(error)) => Err(unusable(directory)(error)),
    }
}

/// The key: given directly, or from its file; made only where there is neither a key nor a database.
fn keyring(config: &Config, database: &Path, environment: &dyn Environment) -> Result<Keyring, ServerError> {
    let place = key_place(config);
    let parse = |text: &str| {
        Keyring::parse(text)
            .map_err(|error| ServerError::Key(format!("the key in {place} cannot be used: {error}")))
    };
    if let Some(key) = &config.key {
        return parse(key.expose());
    }
    let path = key_path(config);
    match std::fs::read_to_string(&path) {
        Ok(text) => return parse(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(ServerError::Key(format!(
                "the key file `{}` cannot be read: {error}",
                path.display()
            )));
        }
    }
    if config.key_file.is_some() {
        return Err(ServerError::Key(format!(
            "`key_file` names `{}`, which is not there; restore it, or leave the key out to have one made",
            path.display()
        )));
    }
    if database.exists() {
        return Err(ServerError::Key(format!(
            "the key file `{}` is missing, but there is a database: restore the file from its backup (the credentials of \
             the targets cannot be read without it)",
            path.display()
        )));
    }
    let keyring = Keyring::generate(environment);
    let file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&path);
    let written = file.and_then(|mut file| {
        file.write_all(keyring.to_text().expose().as_bytes())?;
        file.sync_all()
    });
    written.map_err(unusable(&path))?;
    Ok(keyring)
}

fn key_path(config: &Config) -> PathBuf {
    config.key_file.clone().unwrap_or_else(|| config.data.join("rollbook.key"))
}

fn key_place(config: &Config) -> String {
    if config.key.is_some() {
        "`key` (ROLLBOOK_KEY)".to_owned()
    } else {
        format!("`{}`", key_path(config).display())
    }
}

fn unusable(path: &Path) -> impl Fn(std::io::Error) -> ServerError {
    let path = path.to_owned();
    move |error| {
        let advice = match error.kind() {
            std::io::ErrorKind::PermissionDenied => {
                "; give this user the right to write there, or choose another with `--data`"
            }
            std::io::ErrorKind::StorageFull => "; make room on the disk",
            _ => "",
        };
        ServerError::Data { path: path.clone(), reason: format!("{error}{advice}") }
    }
}
