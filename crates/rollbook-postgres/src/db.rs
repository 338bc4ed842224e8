//! The one module that talks to PostgreSQL: statements and transactions.
//!
//! Everything else names its SQL and passes it here, so that each statement is prepared once for each connection.

use deadpool_postgres::ClientWrapper;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::error::Fault;

/// Parameters of a statement.
pub(crate) type Params<'p> = &'p [&'p (dyn ToSql + Sync)];

/// A connection in use.
#[derive(Clone, Copy)]
pub(crate) struct Db<'c>(&'c ClientWrapper);

impl<'c> Db<'c> {
    pub(crate) const fn new(client: &'c ClientWrapper) -> Self {
        Self(client)
    }

    /// Sets up a new connection: the server ends a transaction of ours that stands still, such as that of a stopped node,
    /// whose locks would hold up all others.
    pub(crate) async fn begin_session(self) -> Result<(), Fault> {
        self.simple("SET idle_in_transaction_session_timeout = 5000").await
    }

    /// Runs a statement; answers how many rows it wrote.
    pub(crate) async fn run(self, sql: &'static str, params: Params<'_>) -> Result<u64, Fault> {
        let statement = self.0.prepare_cached(sql).await?;
        Ok(self.0.execute(&statement, params).await?)
    }

    /// The first row of an answer.
    pub(crate) async fn one<T>(
        self,
        sql: &'static str,
        params: Params<'_>,
        read: impl FnOnce(&Row) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let statement = self.0.prepare_cached(sql).await?;
        self.0.query_opt(&statement, params).await?.as_ref().map(read).transpose()
    }

    /// All rows of an answer, for answers that are small or limited.
    pub(crate) async fn all<T>(
        self,
        sql: &'static str,
        params: Params<'_>,
        read: impl FnMut(&Row) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let statement = self.0.prepare_cached(sql).await?;
        self.0.query(&statement, params).await?.iter().map(read).collect()
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(self) -> Result<(), Fault> {
        self.simple("BEGIN ISOLATION LEVEL READ COMMITTED").await
    }

    /// Begins a transaction that reads one view of the database, whatever is committed meanwhile.
    pub(crate) async fn begin_snapshot(self) -> Result<(), Fault> {
        self.simple("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await
    }

    pub(crate) async fn commit(self) -> Result<(), Fault> {
        self.simple("COMMIT").await
    }

    pub(crate) async fn roll_back(self) -> Result<(), Fault> {
        self.simple("ROLLBACK").await
    }

    /// Marks the place that [`Db::undo_part`] goes back to.
    pub(crate) async fn begin_part(self) -> Result<(), Fault> {
        self.simple("SAVEPOINT part").await
    }

    pub(crate) async fn keep_part(self) -> Result<(), Fault> {
        self.simple("RELEASE SAVEPOINT part").await
    }

    pub(crate) async fn undo_part(self) -> Result<(), Fault> {
        self.simple("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part").await
    }

    /// Runs the statements of a migration.
    pub(crate) async fn script(self, sql: &'static str) -> Result<(), Fault> {
        self.simple(sql).await
    }

    async fn simple(self, sql: &'static str) -> Result<(), Fault> {
        Ok(self.0.batch_execute(sql).await?)
    }
}
