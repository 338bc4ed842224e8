//! The connections that read.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rollbook_store::StoreError;
use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::db::{self, Db};
use crate::error::unavailable;

/// Read-only connections: opened when one is needed, kept when it comes back.
#[derive(Clone, Debug)]
pub(crate) struct Pool(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    wait: Duration,
    keep: usize,
    idle: Mutex<Vec<Connection>>,
    pages: Arc<Semaphore>,
    scans: Arc<Semaphore>,
}

impl Pool {
    /// A pool that runs up to `scans` scans at the same time.
    pub(crate) fn new(path: PathBuf, wait: Duration, scans: usize) -> Self {
        let scans = scans.max(1);
        let keep = scans + std::thread::available_parallelism().map_or(1, usize::from);
        let (pages, scans) = (Arc::new(Semaphore::new(keep)), Arc::new(Semaphore::new(scans)));
        Self(Arc::new(Inner { path, wait, keep, idle: Mutex::new(Vec::new()), pages, scans }))
    }

    /// Reads a few rows on the calling thread: microseconds, less than handing the work over.
    pub(crate) fn point<T>(
        &self,
        read: impl FnOnce(Db<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let connection = self.take()?;
        let answer = read(Db::new(&connection));
        self.put_back(connection);
        answer
    }

    /// Reads up to some thousand rows on a thread that may block, one view of the database throughout. As many at a
    /// time as connections are kept: more would not be faster, and each has memory of its own.
    pub(crate) async fn page<T: Send + 'static>(
        &self,
        read: impl FnOnce(Db<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let turn = turn(&self.0.pages).await?;
        let pool = self.clone();
        let task = tokio::task::spawn_blocking(move || {
            let answer = pool.point(|db| db.snapshot(read));
            drop(turn);
            answer
        });
        task.await.unwrap_or_else(|error| Err(unavailable("the server is stopping", error)))
    }

    /// Reads any number of rows as [`Pool::page`], when it is its turn: a few scans never delay the other reads.
    pub(crate) async fn scan<T: Send + 'static>(
        &self,
        read: impl FnOnce(Db<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let turn = turn(&self.0.scans).await?;
        self.page(move |db| {
            let answer = read(db);
            drop(turn);
            answer
        })
        .await
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| db::open_one_of(&self.0.path, self.0.wait, self.0.keep), Ok)
    }

    /// Keeps the connection, unless there are enough or a failed read left its transaction open.
    fn put_back(&self, connection: Connection) {
        if Db::new(&connection).in_transaction() {
            return;
        }
        let mut idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.0.keep {
            idle.push(connection);
        }
    }
}

async fn turn(turns: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, StoreError> {
    let turn = Arc::clone(turns).acquire_owned().await;
    turn.map_err(|error| unavailable("the store is closed", error))
}
