//! Brings a database to this program's version.
//!
//! The version is the one row of `rollbook_version`, which is locked meanwhile, so that several nodes may start at once.
//! Migrations within one version only add, so that a program opens a database one version ahead of it (promise P10).

use crate::columns::count;
use crate::db::Db;
use crate::error::{Fault, OpenError};
use crate::pool::{Pool, Transaction};

/// The migrations, in order; the first makes version 1.
const MIGRATIONS: &[&str] =
    &[include_str!("../migrations/0001_initial.sql"), include_str!("../migrations/0002_leases.sql")];

/// How many versions ahead of this program a database may be.
const AHEAD: u32 = 1;

/// The version that this program writes.
#[allow(clippy::cast_possible_truncation, reason = "there are not 4 billion migrations")]
const KNOWN: u32 = MIGRATIONS.len() as u32;

/// Times that a start is tried when several nodes make the table of versions at the same time.
const TRIES: usize = 5;

/// Runs the migrations that the database lacks.
pub(crate) async fn run(pool: &Pool) -> Result<(), OpenError> {
    drop(pool.get().await.map_err(connect)?);
    let mut tries = 0;
    let found = loop {
        match migrate(pool).await {
            Ok(found) => break found,
            Err(fault) if fault.is_lost() => return Err(connect(fault)),
            Err(_) if tries < TRIES => tries += 1,
            Err(fault) => return Err(OpenError::Tables(cause(fault))),
        }
    };
    let known = KNOWN + AHEAD;
    if found > known { Err(OpenError::Newer { found, known }) } else { Ok(()) }
}

/// Answers the version that was found; one too far ahead is left alone.
async fn migrate(pool: &Pool) -> Result<u32, Fault> {
    let mut transaction = Transaction::begin(pool).await?;
    let db = transaction.db()?;
    db.run(
        "CREATE TABLE IF NOT EXISTS rollbook_version (one INT NOT NULL PRIMARY KEY, version BIGINT NOT NULL)",
        &[],
    )
    .await?;
    db.run("INSERT INTO rollbook_version (one, version) VALUES (1, 0) ON CONFLICT (one) DO NOTHING", &[])
        .await?;
    let found: u32 = db
        .one("SELECT version FROM rollbook_version WHERE one = 1 FOR UPDATE", &[], |row| {
            count(row.try_get(0)?)
        })
        .await?
        .unwrap_or(0);
    for (sql, version) in MIGRATIONS.iter().zip(1_u32..) {
        if version > found {
            apply(db, sql, version).await?;
        }
    }
    transaction.commit().await?;
    Ok(found)
}

async fn apply(db: Db<'_>, sql: &'static str, version: u32) -> Result<(), Fault> {
    db.script(sql).await?;
    let set = "UPDATE rollbook_version SET version = $1 WHERE one = 1";
    db.run(set, &[&i64::from(version)]).await?;
    tracing::info!(version, "the database was brought to a new version");
    Ok(())
}

fn connect(fault: Fault) -> OpenError {
    let reason = match &fault {
        Fault::Database(error) => match error.as_db_error() {
            Some(error) => error.message().to_owned(),
            None => "it does not answer".to_owned(),
        },
        Fault::Store(_) | Fault::Connection(_) => "it does not answer".to_owned(),
    };
    OpenError::Connect { reason, cause: cause(fault) }
}

fn cause(fault: Fault) -> Box<dyn std::error::Error + Send + Sync> {
    match fault {
        Fault::Store(error) => error.into(),
        Fault::Database(error) => error.into(),
        Fault::Connection(cause) => cause,
    }
}
