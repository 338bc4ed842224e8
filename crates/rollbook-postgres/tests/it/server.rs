//! What a server, and other nodes on it, do to a store.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::DateTime;
use rollbook_postgres::{OpenError, Options, PostgresStore};
use rollbook_protocol::Key;
use rollbook_store::{
    Batch, DirectoryId, Ledger as _, ResourceId, ResourceWrite, Resources as _, StoreError,
};
use rollbook_testing::Postgres;

use crate::fixture::{database, server};

fn user(id: &str) -> Batch {
    Batch::new("d".into(), DateTime::UNIX_EPOCH).resource(ResourceWrite::Create {
        id: ResourceId::new(id),
        resource_type: "User".to_owned(),
        body: format!(r#"{{"userName":"{id}"}}"#).into(),
        keys: vec![Key::new("username", id, true)],
        display: None,
        members: Vec::new(),
        attributes: vec!["userName".to_owned()],
    })
}

async fn assert_gapless(store: &PostgresStore, count: usize) {
    let directory = DirectoryId::new("d");
    let changes = store.changes(&directory, 0, usize::MAX).await.unwrap();
    let seqs: Vec<u64> = changes.iter().map(|change| change.seq).collect();
    assert_eq!(seqs, (1..=count as u64).collect::<Vec<_>>());
    assert_eq!(store.last_seq(&directory).await.unwrap(), count as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_leave_no_gap_in_the_log() {
    let address = database(server()).await;
    let mut tasks = Vec::new();
    for node in 0..2 {
        let store = PostgresStore::open(&address, Options::default().connections(6)).await.unwrap();
        for client in 0..4 {
            let store = store.clone();
            tasks.push(tokio::spawn(async move {
                for number in 0..25 {
                    store.commit(user(&format!("{node}-{client}-{number}"))).await.unwrap();
                    // Refused ones in between use up no number.
                    let taken = store.commit(user(&format!("{node}-{client}-{number}"))).await;
                    assert!(matches!(taken, Err(StoreError::Uniqueness { .. })), "{taken:?}");
                }
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    let store = PostgresStore::open(&address, Options::default()).await.unwrap();
    assert_gapless(&store, 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_nodes_that_create_one_name_one_wins() {
    let address = database(server()).await;
    let open = || PostgresStore::open(&address, Options::default().connections(4));
    let (one, other) = (open().await.unwrap(), open().await.unwrap());
    for round in 0..20 {
        let name = format!("u{round}");
        let twin = |id: String| {
            let mut batch = user(&id);
            if let Some(ResourceWrite::Create { keys, .. }) = batch.resources.first_mut() {
                *keys = vec![Key::new("username", name.clone(), true)];
            }
            batch
        };
        let (first, second) =
            tokio::join!(one.commit(twin(format!("a{round}"))), other.commit(twin(format!("b{round}"))));
        assert_eq!([&first, &second].iter().filter(|it| it.is_ok()).count(), 1, "{first:?} {second:?}");
    }
    assert_gapless(&one, 20).await;
}

/// A hint, but a quick one: what an engine writes in its tenure is of no interest to others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_hear_of_each_others_commits() {
    let address = database(server()).await;
    let open = || PostgresStore::open(&address, Options::default().connections(2));
    let (one, other) = (open().await.unwrap(), open().await.unwrap());
    // Until it listens, nothing is heard.
    let mut heard = other.commits();
    let mut number = 0;
    let listens = async {
        loop {
            one.commit(user(&format!("u{number}"))).await.unwrap();
            number += 1;
            if tokio::time::timeout(Duration::from_millis(200), heard.changed()).await.is_ok() {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), listens).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    heard.borrow_and_update();
    let target = "t".into();
    let lease = one.lease(&target, "n", Duration::from_secs(60), DateTime::UNIX_EPOCH).await.unwrap();
    one.commit(Batch::global(DateTime::UNIX_EPOCH).fenced(target, lease.fence)).await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(500), heard.changed()).await.is_err());
    one.commit(user("last")).await.unwrap();
    tokio::time::timeout(Duration::from_secs(2), heard.changed()).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_at_once_make_the_tables_once() {
    let address = database(server()).await;
    let open = || PostgresStore::open(&address, Options::default().connections(2));
    let (a, b, c, d) = tokio::join!(open(), open(), open(), open());
    for store in [a, b, c, d] {
        store.unwrap();
    }
}

/// Promise P1: what was answered is there after a crash of the server, once; a commit meanwhile is a pause, not an error.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_of_the_server_loses_nothing_that_was_answered() {
    let Some(bin) = Postgres::programs() else { return };
    let server = Arc::new(Postgres::start(&bin, true));
    let store = PostgresStore::open(&database(&server).await, Options::default()).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let mut clients = Vec::new();
    for client in 0..8 {
        let (store, stop) = (store.clone(), Arc::clone(&stop));
        clients.push(tokio::spawn(async move {
            let mut answered = Vec::new();
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let id = format!("{client}-{number}");
                store.commit(user(&id)).await.unwrap();
                answered.push(id);
            }
            answered
        }));
    }
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let server = Arc::clone(&server);
        tokio::task::spawn_blocking(move || server.crash()).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(700)).await;
    stop.store(true, Ordering::Relaxed);
    let mut answered = BTreeSet::new();
    for client in clients {
        answered.extend(client.await.unwrap());
    }
    let directory = DirectoryId::new("d");
    let changes = store.changes(&directory, 0, usize::MAX).await.unwrap();
    let there: BTreeSet<String> = changes.iter().map(|change| change.resource.as_str().to_owned()).collect();
    assert_eq!(there.len(), changes.len(), "something was written twice");
    assert_eq!(there, answered);
    assert!(answered.len() > 50, "only {} commits were tried", answered.len());
    assert_gapless(&store, answered.len()).await;
}

/// With several hosts and `target_session_attrs=read-write` the one that takes writes is found, at the start and when they
/// change their roles: no proxy is needed, and no commit fails.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_that_takes_writes_is_found() {
    let Some(bin) = Postgres::programs() else { return };
    let servers = [Postgres::start(&bin, false), Postgres::start(&bin, false)];
    // Both are separate here, so that it shows where a commit went; a replica would have the tables from its primary.
    for server in &servers {
        drop(PostgresStore::open(&server.address("postgres"), Options::default()).await.unwrap());
    }
    let host = |server: &Postgres| {
        let address = server.address("postgres");
        address.split_once('@').and_then(|(_, rest)| rest.split_once('/')).unwrap().0.to_owned()
    };
    let address = format!(
        "postgres://rollbook@{},{}/postgres?target_session_attrs=read-write",
        host(&servers[0]),
        host(&servers[1])
    );
    let mut store = None;
    for (number, primary) in [1, 0, 1, 0].into_iter().enumerate() {
        read_only(&servers[1 - primary], true).await;
        read_only(&servers[primary], false).await;
        let store = match &store {
            Some(store) => store,
            None => {
                store.insert(PostgresStore::open(&address, Options::default().connections(4)).await.unwrap())
            }
        };
        let id = format!("u{number}");
        let (one, two) = (user(&format!("{id}-one")), user(&format!("{id}-two")));
        let (one, two) = tokio::join!(store.commit(one), store.commit(two));
        one.unwrap();
        two.unwrap();
        store.commit(Batch::global(DateTime::UNIX_EPOCH)).await.unwrap();
        let (client, connection) =
            tokio_postgres::connect(&servers[primary].address("postgres"), tokio_postgres::NoTls)
                .await
                .unwrap();
        tokio::spawn(connection);
        let there = "SELECT count(*) FROM resources WHERE id LIKE $1";
        let there: i64 = client.query_one(there, &[&format!("{id}-%")]).await.unwrap().get(0);
        assert_eq!(there, 2, "round {number}");
    }
}

async fn read_only(server: &Postgres, on: bool) {
    let (client, connection) =
        tokio_postgres::connect(&server.address("postgres"), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("SET default_transaction_read_only = off").await.unwrap();
    let set = if on { "on" } else { "off" };
    client.batch_execute(&format!("ALTER SYSTEM SET default_transaction_read_only = {set}")).await.unwrap();
    client.batch_execute("SELECT pg_reload_conf()").await.unwrap();
    // Sessions that are there hear of it by and by.
    tokio::time::sleep(Duration::from_millis(300)).await;
}

#[tokio::test]
async fn an_address_that_cannot_be_used_is_one_sentence_without_its_password() {
    let nowhere = "postgres://rollbook:hunter2@127.0.0.1:1/rollbook?connect_timeout=2";
    for (address, expected) in [
        ("mysql://rollbook:hunter2@host/x", "is not an address such as postgres://"),
        (nowhere, "the PostgreSQL server cannot be used"),
    ] {
        let error = PostgresStore::open(address, Options::default()).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    let missing = server().address("missing");
    let error = PostgresStore::open(&missing, Options::default()).await.unwrap_err();
    assert!(error.to_string().contains("\"missing\" does not exist"), "{error}");
}

/// Promise P10: one version ahead is opened, more is not.
#[tokio::test]
async fn a_database_of_a_newer_program_is_opened_one_version_ahead() {
    let address = database(server()).await;
    drop(PostgresStore::open(&address, Options::default()).await.unwrap());
    let (client, connection) = tokio_postgres::connect(&address, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let known: i64 = client.query_one("SELECT version FROM rollbook_version", &[]).await.unwrap().get(0);
    for (version, opens) in [(known + 1, true), (known + 2, false)] {
        client.execute("UPDATE rollbook_version SET version = $1", &[&version]).await.unwrap();
        let opened = PostgresStore::open(&address, Options::default()).await;
        match opened {
            Ok(_) => assert!(opens, "{version}"),
            Err(OpenError::Newer { found, known }) => {
                assert!(!opens);
                assert_eq!((i64::from(found), i64::from(known)), (version, version - 1));
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// Text with NUL and long text are kept and found.
#[tokio::test]
async fn every_text_can_be_kept_and_found() {
    let store = PostgresStore::open(&database(server()).await, Options::default()).await.unwrap();
    let directory = DirectoryId::new("d");
    for (number, value) in ["a\0b", "a\u{1}b", "a\u{1}0b", &"x".repeat(10_000), "ß"].iter().enumerate() {
        let id = format!("u{number}");
        let mut batch = user(&id);
        if let Some(ResourceWrite::Create { keys, display, .. }) = batch.resources.first_mut() {
            *keys = vec![Key::new("username", (*value).to_owned(), true)];
            *display = Some((*value).to_owned());
        }
        store.commit(batch).await.unwrap();
        let values = vec![(*value).to_owned()];
        let found = store.ids_by_key(&directory, "User", "username", &values).await.unwrap();
        assert_eq!(found, [((*value).to_owned(), ResourceId::new(id.as_str()))]);
    }
}

/// What CockroachDB, YugabyteDB or Citus lack is not in our SQL (nor what breaks behind a connection pooler).
#[test]
fn our_sql_is_plain() {
    let mut files = vec![];
    for folder in ["src", "src/read", "src/write", "src/store", "migrations"] {
        let folder = format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"));
        files.extend(std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    }
    let files: Vec<_> = files.into_iter().filter(|path| path.is_file()).collect();
    assert!(files.len() > 20, "{files:?}");
    for path in files {
        // A hint that is not needed for anything to be right.
        let hints = path.ends_with("src/news.rs");
        let text = std::fs::read_to_string(&path).unwrap();
        for word in [
            "advisory",
            "TRIGGER",
            "EXTENSION",
            "LISTEN ",
            "NOTIFY",
            "BIGSERIAL",
            "plpgsql",
            "ctid",
            "xmin",
            "TEMP TABLE",
        ] {
            let allowed = hints && ["LISTEN ", "NOTIFY"].contains(&word);
            assert!(allowed || !text.contains(word), "{} holds {word}", path.display());
        }
    }
}
