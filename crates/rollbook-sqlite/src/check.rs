//! Whether a database is sound: SQLite's own check, and what our tables promise each other. Only reads.

mod bodies;
mod counts;
mod rules;

use std::path::Path;

use rollbook_protocol::Key;
use rollbook_store::StoreError;
use serde::Serialize;

use crate::db::{self, Db};
use crate::error::OpenError;
use crate::migrate;
use crate::options::Options;

pub use self::counts::Counts;

/// How many findings of one kind are told; more are counted.
const MOST: usize = 10;

/// What to do about a file that SQLite itself finds broken.
const RESTORE: &str = "restore the newest backup (docs/administration.md, Backup); keep this file";

/// What to do about tables that disagree.
const REPORT: &str =
    "keep a copy of the data directory, report this as a defect, and restore the newest backup that is sound";

/// Tells the keys of a body of a resource type: `None` for a type that is not known, a sentence for a body that is none.
///
/// A store knows no schemas, so that whoever checks brings them.
pub type KeysOf<'k> = dyn Fn(&str, &[u8]) -> Result<Option<Vec<Key>>, String> + 'k;

/// What a check found.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The version of the database.
    pub version: u32,
    /// What it holds.
    pub counts: Counts,
    /// What is wrong; empty for a sound database.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    fn add(&mut self, sentence: impl Into<String>, next_step: &'static str) {
        self.findings.push(Finding { sentence: sentence.into(), next_step });
    }

    /// The first findings of one kind, and how many more there are.
    fn add_all(&mut self, sentences: Vec<String>, next_step: &'static str) {
        let more = sentences.len().saturating_sub(MOST);
        for sentence in sentences.into_iter().take(MOST) {
            self.add(sentence, next_step);
        }
        if more > 0 {
            self.add("and more of this kind", next_step);
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What is wrong: ids and names of tables, no personal data.
    pub sentence: String,
    /// What to do.
    pub next_step: &'static str,
}

/// Checks a database, whether a hub works with it or not; changes nothing in it.
///
/// It reads everything at one moment, in a single read transaction; what is committed meanwhile waits in the log file,
/// which grows by so much.
///
/// # Errors
///
/// [`OpenError`] for a file that is not there, is none of ours, or of a version too far ahead. What is wrong within the
/// file is in the report.
pub fn check(database: &Path, keys: &KeysOf<'_>) -> Result<Report, OpenError> {
    let connection = open(database)?;
    let mut report = Report::default();
    let version =
        db::header(&connection, "user_version").map_err(|cause| OpenError::from_sqlite(database, cause))?;
    report.version = u32::try_from(version).unwrap_or(u32::MAX);
    let db = Db::new(&connection);
    let done = db.snapshot(|db| all(db, keys, &mut report));
    if let Err(error) = done {
        report.add(format!("the database cannot be read to its end: {}", words(&error)), RESTORE);
    }
    Ok(report)
}

/// Opens a database of ours for reading.
pub(crate) fn open(database: &Path) -> Result<rusqlite::Connection, OpenError> {
    let unreadable = |cause: Box<dyn std::error::Error + Send + Sync>| OpenError::File {
        path: database.to_owned(),
        cause,
    };
    if !database.is_file() {
        return Err(unreadable("there is no such file".into()));
    }
    let opened = db::open_reader(database, Options::default().busy_timeout);
    let connection = opened.or_else(|error| match error {
        // No file can be made beside it; where none is there, nobody writes, and all is in the file itself.
        StoreError::Unavailable { .. } if !has_log(database) => {
            db::open_frozen(database).map_err(|cause| OpenError::from_sqlite(database, cause))
        }
        StoreError::Backend(cause) | StoreError::Unavailable { cause, .. } => Err(match cause.downcast() {
            Ok(cause) => OpenError::from_sqlite(database, *cause),
            Err(cause) => unreadable(cause),
        }),
        error => Err(unreadable(error.into())),
    })?;
    migrate::check(&connection, database)?;
    Ok(connection)
}

/// Whether a write-ahead log with something in it lies beside a database.
fn has_log(database: &Path) -> bool {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

fn all(db: Db<'_>, keys: &KeysOf<'_>, report: &mut Report) -> Result<(), StoreError> {
    let said = db.all("PRAGMA integrity_check(11)", [], |row| row.get::<_, String>(0))?;
    let broken: Vec<String> =
        said.into_iter().filter(|line| line != "ok").map(|line| format!("SQLite: {line}")).collect();
    report.add_all(broken, RESTORE);
    report.counts = counts::read(db)?;
    for rule in rules::RULES {
        report.add_all(db.all(rule, [], |row| row.get(0))?, REPORT);
    }
    let wrong = bodies::wrong(db, keys)?;
    report.add_all(wrong, REPORT);
    Ok(())
}

/// A store's error with its cause, which is SQLite's own words.
pub(crate) fn words(error: &StoreError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error} ({cause})"),
        None => error.to_string(),
    }
}
