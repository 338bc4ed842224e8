//! What can go wrong: opening a database, and PostgreSQL's errors as the contract's.

use rollbook_store::StoreError;
use thiserror::Error;
use tokio_postgres::error::SqlState;

/// Why a database could not be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The address cannot be read. It may hold a password, so it is not shown.
    #[error(
        "`database` is not an address such as postgres://user:password@host1,host2/rollbook?target_session_attrs=read-write"
    )]
    Address(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server does not answer, or refuses the user.
    #[error("the PostgreSQL server cannot be used: {reason}; check its address, the user and the password")]
    Connect {
        /// A plain reason.
        reason: String,
        /// What the driver says.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The tables cannot be made or read.
    #[error("the tables cannot be made or read; the user must be allowed to create tables in its schema")]
    Tables(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A newer program wrote the database. One version ahead is opened (promise P10), more is not.
    #[error("the database has version {found}, this program knows up to {known}; use the newer program")]
    Newer {
        /// The version that the database has.
        found: u32,
        /// The newest version that this program can open.
        known: u32,
    },
}

/// What went wrong inside the store: kept apart from [`StoreError`], so that what can be tried again is.
#[derive(Debug)]
pub(crate) enum Fault {
    /// An answer of the contract.
    Store(StoreError),
    /// The driver or the server failed.
    Database(tokio_postgres::Error),
    /// There is no connection.
    Connection(Box<dyn std::error::Error + Send + Sync>),
}

impl Fault {
    /// Whether the transaction was undone and may be tried again as it was: serialization failure or deadlock.
    pub(crate) fn is_conflict(&self) -> bool {
        let Self::Database(error) = self else { return false };
        error.code().is_some_and(|code| {
            [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code)
        })
    }

    /// Whether the connection is gone, or the server no longer takes writes: another one may.
    pub(crate) fn is_lost(&self) -> bool {
        match self {
            Self::Store(_) => false,
            Self::Connection(_) => true,
            Self::Database(error) => {
                error.is_closed()
                    || error.code().is_none()
                    || error.code().is_some_and(|code| {
                        let gone = [
                            SqlState::ADMIN_SHUTDOWN,
                            SqlState::CRASH_SHUTDOWN,
                            SqlState::CANNOT_CONNECT_NOW,
                            SqlState::READ_ONLY_SQL_TRANSACTION,
                        ];
                        gone.contains(code) || code.code().starts_with("08")
                    })
            }
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        let lost = fault.is_lost() || fault.is_conflict();
        let (cause, reason): (Box<dyn std::error::Error + Send + Sync>, _) = match fault {
            Fault::Store(error) => return error,
            Fault::Connection(cause) => (cause, "the database server does not answer"),
            Fault::Database(error) => match error.code() {
                Some(&SqlState::DISK_FULL) => (error.into(), "the database server's disk is full"),
                Some(&SqlState::TOO_MANY_CONNECTIONS) => (error.into(), "the database server is full"),
                Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => {
                    (error.into(), "the database server takes no writes now")
                }
                Some(&SqlState::INSUFFICIENT_RESOURCES | &SqlState::OUT_OF_MEMORY) => {
                    (error.into(), "the database server is short of memory")
                }
                _ if lost => (error.into(), "the database server does not answer"),
                _ => return Self::Backend(error.into()),
            },
        };
        Self::Unavailable { reason: reason.to_owned(), cause }
    }
}
