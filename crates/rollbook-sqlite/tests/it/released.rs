//! Promise P10: data of every version that there was open, whole; so do those of the next version, which only adds; those
//! of the one after are refused.
//!
//! `tests/released/version_N` holds a data directory of each version, the database as SQL text. Whoever adds a migration
//! adds the data of its version, made by the binary.

use std::fs;
use std::path::{Path, PathBuf};

use rollbook_sqlite::{OpenError, Options, SqliteStore, check};
use rollbook_store::{
    DirectoryId, Ledger, LinkState, Precondition, Query, ResourceWrite, Resources, Settings, TokenHash,
};
use rusqlite::Connection;

use crate::fixture::{at, open};

/// The data directory of a version.
fn folder(version: i64) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/released/version_{version}"))
}

/// Makes a database of its SQL text.
fn unpack(version: i64, path: &Path) {
    let text = fs::read_to_string(folder(version).join("rollbook.sql"))
        .unwrap_or_else(|error| panic!("no data of version {version} are kept: {error}"));
    Connection::open(path).unwrap().execute_batch(&text).unwrap();
    assert_eq!(header(path), version);
}

fn header(path: &Path) -> i64 {
    Connection::open(path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

/// The version that this program writes.
fn own() -> i64 {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("rollbook.db");
    drop(open(&path));
    header(&path)
}

fn assert_sound(path: &Path) {
    let report = check(path, &|_, _| Ok(None)).unwrap();
    assert_eq!(report.findings, [], "{}", path.display());
}

/// Reads what the data hold, and changes them.
async fn use_it(store: &SqliteStore, token: &str) -> DirectoryId {
    let acme = store.directory("acme").await.unwrap().unwrap();
    let users = store.query(&acme.id, &Query::of("User", 100)).await.unwrap();
    assert_eq!((users.total, users.items.len()), (4, 4));
    let groups = store.query(&acme.id, &Query::of("Group", 100)).await.unwrap();
    assert_eq!(groups.total, 2);
    let mut members = Vec::new();
    for group in &groups.items {
        members.push(store.members(&acme.id, &group.id, None, 100).await.unwrap().len());
    }
    assert_eq!(members, [2, 6]);
    let name = ["émile@acme.example".to_owned()];
    let found = store.ids_by_key(&acme.id, "User", "username", &name).await.unwrap();
    let [(_, emile)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(store.groups_of(&acme.id, emile).await.unwrap().len(), 1);
    let token = store.token(&TokenHash::of(token)).await.unwrap().unwrap();
    assert_eq!((token.directory, &*token.label), (acme.id.clone(), "Entra"));
    let targets = store.targets(Some(&acme.id)).await.unwrap();
    let target = &targets[0];
    assert!(target.credential.is_some());
    let last = store.last_seq(&acme.id).await.unwrap();
    assert_eq!(store.cursor(&target.id).await.unwrap(), last);
    let changes = store.changes(&acme.id, 0, 100).await.unwrap();
    assert_eq!(changes.iter().map(|it| it.seq).collect::<Vec<_>>(), (1..=last).collect::<Vec<_>>());
    let ann = &users.items[0].id;
    let link = store.link(&target.id, ann).await.unwrap().unwrap();
    assert_eq!((link.state, link.remote_id.is_some(), link.due_at), (LinkState::Linked, true, None));
    assert!(!store.attempts(&target.id, Some(ann), 9).await.unwrap().is_empty());
    let delete = ResourceWrite::Delete { id: ann.clone(), expected: Precondition::Any };
    let batch = rollbook_store::Batch::new(acme.id.clone(), at(0))
        .resource(delete)
        .resource(crate::fixture::user("new"));
    store.commit(batch).await.unwrap();
    // She was the manager's entry and a member of both groups.
    assert_eq!(store.last_seq(&acme.id).await.unwrap(), last + 4);
    acme.id
}

#[tokio::test]
async fn data_of_every_version_open_and_go_on() {
    let own = own();
    for version in 1..=own {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("rollbook.db");
        unpack(version, &path);
        let token = fs::read_to_string(folder(version).join("token")).unwrap();
        let store = open(&path);
        use_it(&store, token.trim()).await;
        drop(store);
        assert_eq!(header(&path), own, "they were brought to this version");
        assert_sound(&path);
    }
    assert!(!folder(own + 1).exists(), "data of a version that is not there yet");
}

#[tokio::test]
async fn data_of_the_next_version_open_and_keep_what_it_added() {
    let own = own();
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("rollbook.db");
    unpack(own, &path);
    // What a next version may do: add.
    let added = "ALTER TABLE resources ADD COLUMN later TEXT NOT NULL DEFAULT 'later';
         ALTER TABLE targets ADD COLUMN later INTEGER;
         CREATE TABLE later (id TEXT NOT NULL PRIMARY KEY) STRICT;
         CREATE INDEX links_later ON links (remote_id);
         INSERT INTO later VALUES ('x');
         UPDATE resources SET later = 'kept';
         UPDATE targets SET later = 7;";
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(added).unwrap();
    connection.pragma_update(None, "user_version", own + 1).unwrap();
    drop(connection);
    let token = fs::read_to_string(folder(own).join("token")).unwrap();
    let store = open(&path);
    let acme = use_it(&store, token.trim()).await;
    let target = store.targets(Some(&acme)).await.unwrap().remove(0);
    let put = rollbook_store::SettingsWrite::PutTarget(target);
    store.commit(rollbook_store::Batch::global(at(1)).setting(put)).await.unwrap();
    drop(store);
    assert_eq!(header(&path), own + 1, "they stay of the next version");
    assert_sound(&path);
    let connection = Connection::open(&path).unwrap();
    let one = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(one("SELECT count(*) FROM later"), 1);
    assert_eq!(one("SELECT count(*) FROM resources WHERE later = 'kept'"), 7);
    assert_eq!(one("SELECT later FROM targets"), 7);
    drop(connection);

    Connection::open(&path).unwrap().pragma_update(None, "user_version", own + 2).unwrap();
    let before = fs::read(&path).unwrap();
    let refused = SqliteStore::open(&path, Options::default()).unwrap_err();
    assert!(matches!(refused, OpenError::Newer { .. }), "{refused:?}");
    assert!(matches!(check(&path, &|_, _| Ok(None)), Err(OpenError::Newer { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);
}
