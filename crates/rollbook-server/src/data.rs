//! The data directory (one process at a time), the database in it or the one that nodes share, and the key.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rollbook_postgres::PostgresStore;
use rollbook_sqlite::SqliteStore;
use rollbook_store::{Environment, Keyring, Lease, Ledger, Secret, Store, TargetId};

use crate::config::Config;
use crate::error::ServerError;
use crate::key;

/// An open data directory; the lock lasts as long as this value.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) store: Arc<dyn Store>,
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
    /// Locks the directory, opens or makes the key and the database (or opens the shared one), and checks that they belong together.
    pub(crate) async fn open(config: &Config, environment: &dyn Environment) -> Result<Self, ServerError> {
        let directory = &config.data;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(unusable(directory))?;
        let lock = lock(directory)?;
        let (store, keyring) = match &config.database {
            Some(address) => shared(config, address, environment).await?,
            None => own(config, environment).await?,
        };
        Ok(Self { store, keyring: Arc::new(keyring), _lock: lock })
    }
}

/// The lease that a node holds while it looks for the key; no target has such an id.
const FIRST: &str = "start";
/// How long it is good for, when the node dies meanwhile.
const FIRST_LASTS: Duration = Duration::from_secs(10);
/// How long to wait for another node before asking again.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// The database in the data directory, and its key.
async fn own(
    config: &Config,
    environment: &dyn Environment,
) -> Result<(Arc<dyn Store>, Keyring), ServerError> {
    let database = database_path(&config.data);
    let keyring = key::read_or_make(config, database.exists(), environment)?;
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&database, rollbook_sqlite::Options::default())?);
    let what = format!("the database `{}`", database.display());
    let keyring = key::fitting(config, keyring, store.as_ref(), environment, &what).await?;
    Ok((store, keyring))
}

/// The database that several nodes share, and their key.
///
/// One node at a time looks for the key and makes one, so that nodes which start together do not make several.
async fn shared(
    config: &Config,
    address: &Secret,
    environment: &dyn Environment,
) -> Result<(Arc<dyn Store>, Keyring), ServerError> {
    let options = rollbook_postgres::Options::default().connections(config.database_connections);
    let store = PostgresStore::open(address.expose(), options).await?;
    let (turn, node) = (TargetId::new(FIRST), environment.new_id());
    let fence = loop {
        let Lease { node: holder, fence, left } =
            store.lease(&turn, &node, FIRST_LASTS, environment.now()).await?;
        if holder == node {
            break fence;
        }
        tokio::time::sleep(left.min(FIRST_WAIT)).await;
    };
    let keyring = agree(config, &store, environment).await;
    store.release(&turn, fence).await?;
    Ok((Arc::new(store), keyring?))
}

async fn agree(
    config: &Config,
    store: &PostgresStore,
    environment: &dyn Environment,
) -> Result<Keyring, ServerError> {
    let keyring = key::read_or_make(config, Keyring::is_needed(store).await?, environment)?;
    key::fitting(config, keyring, store, environment, "the PostgreSQL database").await
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

/// What the system says about a file or directory, and what to do.
pub(crate) fn unusable(path: &Path) -> impl Fn(std::io::Error) -> ServerError {
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
