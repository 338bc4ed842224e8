//! The removal of what belongs to deleted directories, bit by bit.

use std::time::Duration;

use rollbook_store::{Batch, DirectoryId, SettingsWrite, StoreError};
use tokio::sync::watch;

use super::Admin;

/// How many rows are removed at once: few enough that no request waits for it noticeably.
const ROWS: usize = 1_000;

/// The pause between two steps, in which other writes have their turn.
const PAUSE: Duration = Duration::from_millis(5);

/// How long to wait after the store failed.
const RETRY: Duration = Duration::from_secs(5);

impl Admin {
    /// Removes what belongs to directories that are being deleted, those that were left from before included, until
    /// `stopped` turns true.
    pub async fn purge(&self, mut stopped: watch::Receiver<bool>) {
        loop {
            let wait = match self.purge_round().await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::error!(error = ?error, "deleted directories could not be removed; tried again soon");
                    Some(RETRY)
                }
            };
            let look = async {
                match wait {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = look => {}
                () = self.deletions.notified() => {}
                // An error means that the sender is gone, which is the end too.
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
        }
    }

    /// Removes a directory that is being deleted to its end: for a process that runs no [`Admin::purge`]. A directory
    /// that is gone is fine.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn purge_now(&self, directory: &str) -> Result<(), StoreError> {
        match self.store.directory(directory).await? {
            Some(directory) if directory.deleting.is_some() => while self.purge_step(&directory.id).await? {},
            _ => {}
        }
        Ok(())
    }

    /// Does a step for each directory that is being deleted; how long to wait until the next one.
    ///
    /// Nothing has to end first: a store takes no resource of such a directory any more, and drops what a delivery that
    /// was under way would still write.
    async fn purge_round(&self) -> Result<Option<Duration>, StoreError> {
        let mut wait = None;
        for directory in self.store.directories().await? {
            if directory.deleting.is_none() {
                continue;
            }
            if self.purge_step(&directory.id).await? {
                wait = Some(PAUSE);
            } else {
                tracing::info!(directory = directory.slug, "the directory and all that it held is removed");
            }
        }
        Ok(wait)
    }

    /// Removes some rows; whether there is more to remove.
    async fn purge_step(&self, directory: &DirectoryId) -> Result<bool, StoreError> {
        let _turn = self.changes.lock().await;
        let write = SettingsWrite::PurgeDirectory { directory: directory.clone(), limit: ROWS };
        self.store.commit(Batch::global(self.now()).setting(write)).await?;
        Ok(self.store.directory(directory.as_str()).await?.is_some())
    }
}
