//! The connections.

use std::time::Duration;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool as Connections, PoolError, RecyclingMethod, Runtime,
};
use tokio_postgres::Config;

use crate::db::Db;
use crate::error::{Fault, OpenError};
use crate::options::Options;
use crate::tls;

/// How long to wait for a connection, or for a new one to be made.
const WAIT: Duration = Duration::from_secs(10);

/// What the address does not say: how soon a server that does not answer is given up.
pub(crate) fn with_defaults(mut config: Config) -> Config {
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(3));
    }
    if config.get_application_name().is_none() {
        config.application_name("rollbook");
    }
    // So that a server that is gone without a word is noticed, also by who only listens.
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE);
    }
    if config.get_keepalives_idle() == Config::new().get_keepalives_idle() {
        config.keepalives_idle(SILENCE);
    }
    config
}

/// How long a server may be silent on what was sent to it.
const SILENCE: Duration = Duration::from_secs(10);

/// The connections of a store.
#[derive(Clone, Debug)]
pub(crate) struct Pool(Connections);

impl Pool {
    pub(crate) fn new(config: Config, options: &Options) -> Result<Self, OpenError> {
        let address = |error: rustls::Error| OpenError::Address(error.into());
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(config, tls::connector().map_err(address)?, recycling);
        let pool = Connections::builder(manager)
            .max_size(options.connections.max(2))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(WAIT))
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(async move {
                    let began = Db::new(client).begin_session().await;
                    began.map_err(|fault| HookError::message(format!("{fault:?}")))
                })
            }))
            .build()
            .map_err(|error| OpenError::Address(error.into()))?;
        Ok(Self(pool))
    }

    pub(crate) async fn get(&self) -> Result<Connection, Fault> {
        let failed = |error| match error {
            PoolError::Backend(error) => Fault::Database(error),
            error => Fault::Connection(error.into()),
        };
        Ok(Connection(Some(self.0.get().await.map_err(failed)?)))
    }
}

/// A connection that goes back to the pool, unless it is discarded.
#[derive(Debug)]
pub(crate) struct Connection(Option<Object>);

impl Connection {
    pub(crate) fn db(&self) -> Result<Db<'_>, Fault> {
        let gone = || Fault::Connection("the connection was discarded".into());
        self.0.as_ref().map(|object| Db::new(object)).ok_or_else(gone)
    }

    /// Closes the connection: another one is made when it is needed.
    pub(crate) fn discard(&mut self) {
        if let Some(object) = self.0.take() {
            drop(Object::take(object));
        }
    }
}

/// A transaction; the connection is closed when it does not end well, or is dropped before its end.
#[derive(Debug)]
pub(crate) struct Transaction {
    connection: Connection,
    open: bool,
}

impl Transaction {
    pub(crate) async fn begin(pool: &Pool) -> Result<Self, Fault> {
        let transaction = Self { connection: pool.get().await?, open: true };
        transaction.db()?.begin().await?;
        Ok(transaction)
    }

    /// Reads one view of the database with several statements.
    pub(crate) async fn begin_snapshot(pool: &Pool) -> Result<Self, Fault> {
        let transaction = Self { connection: pool.get().await?, open: true };
        transaction.db()?.begin_snapshot().await?;
        Ok(transaction)
    }

    pub(crate) fn db(&self) -> Result<Db<'_>, Fault> {
        self.connection.db()
    }

    pub(crate) async fn commit(&mut self) -> Result<(), Fault> {
        self.db()?.commit().await?;
        self.open = false;
        Ok(())
    }

    pub(crate) async fn roll_back(&mut self) -> Result<(), Fault> {
        self.db()?.roll_back().await?;
        self.open = false;
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if self.open {
            self.connection.discard();
        }
    }
}
