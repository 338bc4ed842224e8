//! Data of version 1 are brought to the version of today, whole.

use std::path::Path;

use rollbook_protocol::ClientKind;
use rollbook_store::{
    DirectorySettings, Precondition, Query, ResourceWrite, Resources, Scope, Settings, SettingsWrite, Start,
    TokenHash,
};
use rusqlite::{Connection, params};

use crate::fixture::{at, batch, directory, open, user};
use crate::order::wrong_blocks;

/// A database as version 1 left it: 2,500 users, a tombstone among them, a group, a directory, a token.
fn version_1(path: &Path) {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "journal_mode", "wal").unwrap();
    connection.execute_batch(include_str!("../../migrations/0001_initial.sql")).unwrap();
    connection.pragma_update(None, "application_id", 0x7262_6b31).unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    let (directory, first) = (directory(), at(0).timestamp_millis());
    let run = |sql: &str, params: &[&dyn rusqlite::ToSql]| connection.execute(sql, params).unwrap();
    run(
        "INSERT INTO directories VALUES (?1, 'acme', 'Acme', 'entra', ?2)",
        params![directory.as_str(), first],
    );
    run(
        "INSERT INTO tokens VALUES ('k', ?1, ?2, 'rbk_', 'Entra', ?3, ?3 + 60000, NULL)",
        params![directory.as_str(), TokenHash::of("rbk_x").as_bytes(), first],
    );
    run("INSERT INTO counters VALUES (7, ?1, 2502)", params![directory.as_str()]);
    run(
        "INSERT INTO resources (directory, id, type, version, created, modified, body)
         WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2501)
         SELECT 7, 'u' || n, 'User', n, ?1 + n % 100, ?1, CAST('{}' AS BLOB) FROM numbers",
        params![first],
    );
    run("UPDATE resources SET deleted = created WHERE id = 'u9'", params![]);
    run(
        "INSERT INTO resources (directory, id, type, version, created, modified, body)
         VALUES (7, 'g', 'Group', 2502, ?1, ?1, CAST('{}' AS BLOB))",
        params![first],
    );
    run("INSERT INTO totals VALUES (7, 'User', 2500), (7, 'Group', 1)", params![]);
}

#[tokio::test]
async fn version_1_becomes_version_2() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("rollbook.db");
    version_1(&path);
    let store = open(&path);
    assert_eq!(wrong_blocks(&path), Vec::<String>::new());
    let blocks: String = Connection::open(&path)
        .unwrap()
        .query_row("SELECT group_concat(type || live) FROM blocks", [], |row| row.get(0))
        .unwrap();
    assert_eq!(blocks, "Group1,User1000,User1000,User500");
    let list = |start, count| Query { start, ..Query::of("User", count) };
    let all = store.query(&directory(), &list(Start::First, 9_999)).await.unwrap();
    assert_eq!((all.total, all.items.len()), (2_500, 2_500));
    let page = store.query(&directory(), &list(Start::Index(1_735), 10)).await.unwrap();
    assert_eq!(page.items, all.items[1_734..1_744]);
    let acme = store.directory("acme").await.unwrap().unwrap();
    assert_eq!(
        (acme.client, acme.settings, acme.deleting),
        (ClientKind::Entra, DirectorySettings::default(), None)
    );
    let token = store.token(&TokenHash::of("rbk_x")).await.unwrap().unwrap();
    assert_eq!((token.scope, token.replaces, token.client, token.resource), (Scope::Write, None, None, None));
    let change = batch()
        .resource(user("new"))
        .resource(ResourceWrite::Delete { id: "u1".into(), expected: Precondition::Any })
        .setting(SettingsWrite::TouchToken { id: "k".into(), at: at(9) });
    store.commit(change).await.unwrap();
    assert_eq!(store.last_seq(&directory()).await.unwrap(), 2_504);
    assert_eq!(wrong_blocks(&path), Vec::<String>::new());
    assert_eq!(store.query(&directory(), &list(Start::First, 0)).await.unwrap().total, 2_500);
    assert_eq!(store.token(&TokenHash::of("rbk_x")).await.unwrap().unwrap().last_used, Some(at(9)));
}
