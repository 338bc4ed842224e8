//! The administrative functions.

mod check;
mod clients;
mod directories;
mod erase;
mod expiry;
mod logs;
mod purge;
mod requests;
mod status;
mod targets;
mod tokens;

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use rollbook_schema::Registry;
use rollbook_store::{Directory, Environment, Keyring, Store};
use tokio::sync::{Mutex, Notify};

pub use self::logs::DeliveryLogKeeps;

use crate::error::AdminError;

/// The administrative functions over a store; cheap to clone.
///
/// Acts of one value and its clones happen one after the other, so that none undoes what another has just done: a
/// process should have one.
#[derive(Clone, Debug)]
pub struct Admin {
    store: Arc<dyn Store>,
    environment: Arc<dyn Environment>,
    keyring: Arc<Keyring>,
    registry: Arc<Registry>,
    base_url: String,
    /// Held while something is read, changed and written.
    changes: Arc<Mutex<()>>,
    /// Told of each directory that is to be deleted.
    deletions: Arc<Notify>,
}

impl Admin {
    /// Administers `store`; `base_url` is what clients know the server by.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        environment: Arc<dyn Environment>,
        keyring: Arc<Keyring>,
        base_url: impl Into<String>,
    ) -> Self {
        let url: String = base_url.into();
        Self {
            store,
            environment,
            keyring,
            registry: Arc::new(Registry::standard()),
            base_url: url.trim_end_matches('/').to_owned(),
            changes: Arc::default(),
            deletions: Arc::default(),
        }
    }

    /// Checks required attributes against this registry; against the standard one otherwise.
    #[must_use]
    pub fn with_registry(mut self, registry: Arc<Registry>) -> Self {
        self.registry = registry;
        self
    }

    /// The directories that are meant: the named one, or all.
    async fn chosen(&self, directory: Option<&str>) -> Result<Vec<Directory>, AdminError> {
        match directory {
            Some(name) => Ok(vec![self.directory(name).await?]),
            None => Ok(self.store.directories().await?),
        }
    }

    /// A directory by slug or id.
    async fn directory(&self, name: &str) -> Result<Directory, AdminError> {
        let found = self.store.directory(name).await?;
        found.ok_or_else(|| AdminError::NotFound {
            what: "directory",
            name: name.to_owned(),
            next_step: "`rollbook directory list` shows them, `rollbook directory add` makes one",
        })
    }

    /// A directory that may be changed: one that is not being deleted.
    async fn live_directory(&self, name: &str) -> Result<Directory, AdminError> {
        let directory = self.directory(name).await?;
        if directory.deleting.is_some() {
            return Err(AdminError::Deleting { name: directory.slug });
        }
        Ok(directory)
    }

    /// The time now, to the millisecond as stores keep it, so that what is made and what is read later are the same.
    fn now(&self) -> DateTime<Utc> {
        self.environment.now().trunc_subsecs(3)
    }

    fn scim_url(&self, slug: &str) -> String {
        format!("{}/scim/v2/{slug}", self.base_url)
    }
}
