//! The store: opening it, and the contract over its parts.

mod ledger;
mod resources;
mod settings;

use tokio_postgres::Config;

use crate::error::OpenError;
use crate::migrate;
use crate::options::Options;
use crate::pool::{Pool, with_defaults};
use crate::writer::Writer;

/// A store in a PostgreSQL database, which several processes may use at once.
///
/// Its methods need a tokio runtime with its timer and network.
///
/// [`commits`] tells of this process' commits at once, and of other nodes' soon after, where the server can tell (LISTEN):
/// that is a hint only, so readers look by themselves now and then.
///
/// [`commits`]: rollbook_store::Resources::commits
#[derive(Clone, Debug)]
pub struct PostgresStore {
    pool: Pool,
    writer: Writer,
}

impl PostgresStore {
    /// Opens the database at an address such as
    /// `postgres://rollbook@host1,host2/rollbook?target_session_attrs=read-write`; makes the tables that it lacks.
    ///
    /// With several hosts and `target_session_attrs=read-write` the one that takes writes is found by itself, at the
    /// start and after a failover.
    ///
    /// # Errors
    ///
    /// [`OpenError`] says in a sentence what a person can do; it never shows the address, which may hold a password.
    pub async fn open(address: &str, options: Options) -> Result<Self, OpenError> {
        let config: Config =
            address.parse().map_err(|error: tokio_postgres::Error| OpenError::Address(error.into()))?;
        let config = with_defaults(config);
        let pool = Pool::new(config.clone(), &options)?;
        migrate::run(&pool).await?;
        let writer = Writer::new(pool.clone(), config, options)?;
        Ok(Self { pool, writer })
    }
}

/// Reads (or takes a lease) with one statement, or with several that need not agree; once more when the connection was lost.
macro_rules! read {
    ($store:expr, $db:ident => $read:expr) => {{
        let mut connection = $store.pool.get().await?;
        let first = {
            let $db = connection.db()?;
            $read.await
        };
        match first {
            Err(fault) if fault.is_lost() => {
                connection.discard();
                let connection = $store.pool.get().await?;
                let $db = connection.db()?;
                Ok($read.await?)
            }
            answer => Ok(answer?),
        }
    }};
}
use read;
