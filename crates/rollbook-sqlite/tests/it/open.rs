//! Opening: what is refused, with which sentence, and that nothing is harmed.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rollbook_sqlite::{OpenError, Options, SqliteStore};
use rollbook_store::Resources;
use rusqlite::Connection;

use crate::fixture::{batch, directory, open, user};

fn refused(path: &Path) -> OpenError {
    let options = Options::default().busy_timeout(Duration::from_millis(50));
    SqliteStore::open(path, options).expect_err("the file must be refused")
}

fn set_version(path: &Path, version: i64) {
    Connection::open(path).unwrap().pragma_update(None, "user_version", version).unwrap();
}

fn version(path: &Path) -> i64 {
    Connection::open(path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

#[test]
fn makes_the_directory_and_the_file_for_the_owner_alone() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("new/data/rollbook.db");
    let store = open(&path);
    assert_eq!(store.file(), path);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&path.with_extension("db-wal")), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
    }
}

#[test]
fn version_n_opens_the_data_of_n_plus_1_and_refuses_n_plus_2() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("rollbook.db");
    drop(open(&path));
    let own = version(&path);
    set_version(&path, own + 1);
    drop(open(&path));
    assert_eq!(version(&path), own + 1, "data of the next version stay what they are");
    set_version(&path, own + 2);
    let before = fs::read(&path).unwrap();
    let error = refused(&path);
    assert!(matches!(error, OpenError::Newer { found: 4, known: 3, .. }));
    assert!(error.to_string().ends_with("has version 4, this program knows up to 3; use the newer program"));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn refuses_a_directory_that_cannot_be_made() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("file");
    fs::write(&file, "").unwrap();
    let error = refused(&file.join("data/rollbook.db"));
    assert!(matches!(error, OpenError::Directory { .. }), "{error:?}");
    assert!(error.to_string().starts_with("cannot create the directory `"), "{error}");
}

/// `/proc` takes no files, not even from root, for whom permissions do not count.
#[test]
#[cfg(target_os = "linux")]
fn refuses_a_directory_that_is_read_only() {
    let error = refused(Path::new("/proc/rollbook.db"));
    assert!(matches!(error, OpenError::File { .. }), "{error:?}");
    assert!(error.to_string().starts_with("cannot read and write the database file `/proc/"), "{error}");
}

#[test]
fn refuses_a_path_that_is_a_directory() {
    let scratch = tempfile::tempdir().unwrap();
    let error = refused(scratch.path());
    assert!(matches!(error, OpenError::File { .. }), "{error:?}");
}

#[test]
fn refuses_a_file_that_is_not_a_database_and_leaves_it() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("notes.txt");
    let text = "not a database, but longer than the header of one\n".repeat(100);
    fs::write(&path, &text).unwrap();
    let error = refused(&path);
    assert!(matches!(error, OpenError::NotADatabase { cause: Some(_), .. }), "{error:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn refuses_the_database_of_another_program_and_leaves_it() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("other.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE songs (title TEXT)").unwrap();
    let before = fs::read(&path).unwrap();
    let error = refused(&path);
    assert!(matches!(error, OpenError::NotADatabase { cause: None, .. }), "{error:?}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn refuses_a_database_that_another_process_holds() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("rollbook.db");
    drop(open(&path));
    let holder = Connection::open(&path).unwrap();
    holder.pragma_update(None, "locking_mode", "exclusive").unwrap();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let error = refused(&path);
    assert!(matches!(error, OpenError::Locked { .. }), "{error:?}");
    assert!(error.to_string().starts_with("another process holds the database `"), "{error}");
}

#[tokio::test]
async fn two_stores_share_a_file() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("rollbook.db");
    let stores = [0, 1].map(|_| SqliteStore::open(&path, Options::default().cache(0)).unwrap());
    let write = async |store: &SqliteStore, name: &str| {
        for n in 0..50 {
            store.commit(batch().resource(user(&format!("{name}{n}")))).await.unwrap();
        }
    };
    tokio::join!(write(&stores[0], "a"), write(&stores[1], "b"));
    for store in &stores {
        assert_eq!(store.last_seq(&directory()).await.unwrap(), 100);
        assert_eq!(crate::fixture::seqs(store).await, (1..=100).collect::<Vec<_>>());
    }
}
