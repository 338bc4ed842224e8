//! Brings a database to this program's version.
//!
//! The version is SQLite's `user_version`. Migrations within one version only add, so that a program opens a database
//! one version ahead of it (promise P10) and leaves it as it is.

use std::path::Path;

use rusqlite::Connection;

use crate::db;
use crate::error::OpenError;

/// The migrations, in order; the first makes version 1.
const MIGRATIONS: &[&str] =
    &[include_str!("../migrations/0001_initial.sql"), include_str!("../migrations/0002_access.sql")];

/// How many versions ahead of this program a database may be.
const AHEAD: u32 = 1;

/// Marks the file as rollbook's (`application_id`): "rbk1" in ASCII.
const APPLICATION: i64 = 0x7262_6b31;

/// The version that this program writes.
#[allow(clippy::cast_possible_truncation, reason = "there are not 4 billion migrations")]
const KNOWN: u32 = MIGRATIONS.len() as u32;

/// Refuses a database of another program or of a version too far ahead; changes nothing.
pub(crate) fn check(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let failed = |cause| OpenError::from_sqlite(path, cause);
    let used = db::is_used(connection).map_err(failed)?;
    let ours = db::header(connection, "application_id").map_err(failed)? == APPLICATION;
    if used && !ours {
        return Err(OpenError::NotADatabase { path: path.to_owned(), cause: None });
    }
    let found = version(connection).map_err(failed)?;
    let known = KNOWN + AHEAD;
    if found > known {
        return Err(OpenError::Newer { path: path.to_owned(), found, known });
    }
    Ok(())
}

/// Runs the migrations that the database lacks, each in a transaction of its own.
pub(crate) fn run(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    for (sql, version) in MIGRATIONS.iter().zip(1..) {
        db::transaction(connection, |connection| apply(connection, sql, version))
            .map_err(|cause| OpenError::from_sqlite(path, cause))?;
    }
    Ok(())
}

/// Looks at the version again, within the transaction: another process may have been faster.
fn apply(connection: &Connection, sql: &'static str, target: u32) -> rusqlite::Result<()> {
    if version(connection)? >= target {
        return Ok(());
    }
    db::script(connection, sql)?;
    db::set_header(connection, "application_id", APPLICATION)?;
    db::set_header(connection, "user_version", i64::from(target))?;
    tracing::info!(version = target, "the database was brought to a new version");
    Ok(())
}

/// A negative version is nobody's; it counts as far ahead.
fn version(connection: &Connection) -> rusqlite::Result<u32> {
    Ok(u32::try_from(db::header(connection, "user_version")?).unwrap_or(u32::MAX))
}
