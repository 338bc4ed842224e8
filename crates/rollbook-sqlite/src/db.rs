//! The one module that talks to SQLite: connections, statements, transactions.
//!
//! Everything else names its SQL and passes it here, so that each statement is prepared once for each connection and
//! its errors become the contract's in one place.

use std::path::Path;
use std::time::Duration;

use rollbook_store::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection, OpenFlags, Params, Row};

use crate::error::store_error;

/// Prepared statements kept for each connection: more than there are in this crate.
const STATEMENTS: usize = 160;

/// Pages that the connection that writes keeps in memory, in KiB: it comes by all the indexes.
const WRITER_PAGES: i64 = 8 * 1024;

/// The same for all connections of the pool together, and for each of them at least: the upper levels of the indexes.
const ALL_READERS_PAGES: i64 = 8 * 1024;
const READER_PAGES: i64 = 256;

/// A connection in use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Db<'c>(&'c Connection);

impl<'c> Db<'c> {
    pub(crate) const fn new(connection: &'c Connection) -> Self {
        Self(connection)
    }

    /// Runs a statement; answers how many rows it wrote.
    pub(crate) fn run(self, sql: &'static str, params: impl Params) -> Result<usize, StoreError> {
        self.prepare(sql).and_then(|mut statement| statement.execute(params)).map_err(store_error)
    }

    /// The first row of an answer.
    pub(crate) fn one<T>(
        self,
        sql: &'static str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        let answer = self.prepare(sql).and_then(|mut statement| {
            let mut rows = statement.query(params)?;
            rows.next()?.map(read).transpose()
        });
        answer.map_err(store_error)
    }

    /// The first of an answer that `read` takes from a row; the rows after it are not read.
    pub(crate) fn find<T>(
        self,
        sql: &'static str,
        params: impl Params,
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<Option<T>>,
    ) -> Result<Option<T>, StoreError> {
        let mut statement = self.prepare(sql).map_err(store_error)?;
        let mut rows = statement.query(params).map_err(store_error)?;
        while let Some(row) = rows.next().map_err(store_error)? {
            if let Some(found) = read(row).map_err(store_error)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// All rows of an answer, for answers that are small or limited.
    pub(crate) fn all<T>(
        self,
        sql: &'static str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let answer = self
            .prepare(sql)
            .and_then(|mut statement| statement.query_map(params, read)?.collect::<rusqlite::Result<_>>());
        answer.map_err(store_error)
    }

    /// Shows each row of an answer to `visit`, holding one at a time.
    pub(crate) fn each<T>(
        self,
        sql: &'static str,
        params: impl Params,
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
        mut visit: impl FnMut(T) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.prepare(sql).map_err(store_error)?;
        let mut rows = statement.query(params).map_err(store_error)?;
        while let Some(row) = rows.next().map_err(store_error)? {
            visit(read(row).map_err(store_error)?)?;
        }
        Ok(())
    }

    /// The key of the row that was inserted last.
    pub(crate) fn last_key(self) -> i64 {
        self.0.last_insert_rowid()
    }

    /// Reads with one view of the database, whatever is committed meanwhile.
    pub(crate) fn snapshot<T>(
        self,
        read: impl FnOnce(Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.run("BEGIN DEFERRED", [])?;
        let answer = read(self);
        let ended = self.run("ROLLBACK", []);
        let answer = answer?;
        ended?;
        Ok(answer)
    }

    /// Begins to write.
    pub(crate) fn begin(self) -> Result<(), StoreError> {
        self.run("BEGIN IMMEDIATE", []).map(drop)
    }

    /// Makes what was written durable.
    pub(crate) fn commit(self) -> Result<(), StoreError> {
        self.run("COMMIT", []).map(drop)
    }

    /// Takes back what was written since [`Db::begin`], if SQLite has not done so itself.
    pub(crate) fn roll_back(self) -> Result<(), StoreError> {
        if self.in_transaction() { self.run("ROLLBACK", []).map(drop) } else { Ok(()) }
    }

    /// Whether a transaction is open: SQLite ends one by itself when the disk is full or fails.
    pub(crate) fn in_transaction(self) -> bool {
        !self.0.is_autocommit()
    }

    /// Writes all of `write` or nothing of it, within a transaction.
    ///
    /// The outer error is one of the transaction: it must be rolled back.
    pub(crate) fn savepoint<T>(
        self,
        write: impl FnOnce(Self) -> Result<T, StoreError>,
    ) -> Result<Result<T, StoreError>, StoreError> {
        self.run("SAVEPOINT batch", [])?;
        let done = write(self);
        match done {
            Ok(_) => {}
            // A full or failing disk can make SQLite undo the whole transaction.
            Err(error) if !self.in_transaction() => return Err(error),
            Err(_) => self.run("ROLLBACK TO batch", []).map(drop)?,
        }
        self.run("RELEASE batch", [])?;
        Ok(done)
    }

    fn prepare(self, sql: &'static str) -> rusqlite::Result<CachedStatement<'c>> {
        #[cfg(test)]
        seen::note(sql);
        self.0.prepare_cached(sql)
    }
}

/// Opens the connection that writes; makes the file when there is none. Nothing in the file changes yet.
pub(crate) fn open_writer(path: &Path, wait: Duration) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    open(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX, wait, WRITER_PAGES)
}

/// Opens a connection that only reads; the file is there and in WAL mode.
pub(crate) fn open_reader(path: &Path, wait: Duration) -> Result<Connection, StoreError> {
    open_one_of(path, wait, 1)
}

/// Opens one of a number of connections that only read, which share the memory for pages.
pub(crate) fn open_one_of(path: &Path, wait: Duration, count: usize) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let pages = ALL_READERS_PAGES / i64::try_from(count.max(1)).unwrap_or(i64::MAX);
    open(path, flags, wait, pages.max(READER_PAGES)).map_err(store_error)
}

/// Opens a connection that reads a file which nobody writes, where no file can be made beside it: on a read-only disk.
pub(crate) fn open_frozen(path: &Path) -> rusqlite::Result<Connection> {
    let mut name = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => name.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => name.push(char::from(*byte)),
            byte => name.push_str(&format!("%{byte:02X}")),
        }
    }
    name.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    open(Path::new(&name), flags | OpenFlags::SQLITE_OPEN_URI, Duration::ZERO, READER_PAGES)
}

/// Sets the connection that writes to WAL with `synchronous=FULL`; answers the journal mode that it has now.
///
/// `fullfsync` makes macOS write through the disk's own cache; elsewhere it does nothing.
pub(crate) fn make_durable(connection: &Connection) -> rusqlite::Result<String> {
    let mode = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    Ok(mode)
}

/// Reads a number that a database keeps in its header, such as `user_version`.
pub(crate) fn header(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

/// Writes a number that a database keeps in its header.
pub(crate) fn set_header(connection: &Connection, name: &str, value: i64) -> rusqlite::Result<()> {
    connection.pragma_update(None, name, value)
}

/// Whether SQLite could open the file for reading only, which it does without a word.
pub(crate) fn is_read_only(connection: &Connection) -> rusqlite::Result<bool> {
    connection.is_readonly(rusqlite::MAIN_DB)
}

/// Whether the database holds any table.
pub(crate) fn is_used(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))
}

/// Runs `write` in a transaction of its own: for migrations.
pub(crate) fn transaction<T>(
    connection: &mut Connection,
    write: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let done = write(&transaction)?;
    transaction.commit()?;
    Ok(done)
}

/// Runs the statements of a migration.
pub(crate) fn script(connection: &Connection, sql: &'static str) -> rusqlite::Result<()> {
    connection.execute_batch(sql)
}

fn open(path: &Path, flags: OpenFlags, wait: Duration, pages: i64) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(wait)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Plans never look at what is bound: else each bind may throw the plan away, and the next step parses again.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.pragma_update(None, "cache_size", -pages)?;
    Ok(connection)
}

/// The statements that a thread has prepared, so that tests can look at their plans.
#[cfg(test)]
pub(crate) mod seen {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    use rusqlite::{Connection, StatementStatus};

    thread_local! {
        static SEEN: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
    }

    pub(super) fn note(sql: &'static str) {
        SEEN.with_borrow_mut(|seen| seen.insert(sql));
    }

    pub(crate) fn statements() -> BTreeSet<&'static str> {
        SEEN.take()
    }

    /// How often SQLite has parsed a statement again that was prepared already.
    pub(crate) fn parsed_again(connection: &Connection, sql: &str) -> i32 {
        connection.prepare_cached(sql).unwrap().get_status(StatementStatus::RePrepare)
    }

    /// The steps by which SQLite answers a statement.
    pub(crate) fn plan(connection: &Connection, sql: &str) -> Vec<String> {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        statement.raw_query().mapped(|row| row.get(3)).collect::<rusqlite::Result<_>>().unwrap()
    }
}
