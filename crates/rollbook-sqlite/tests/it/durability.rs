//! What was answered is there afterwards: after closing, after a copy of the files, after kill -9 (promise P1).

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use rollbook_protocol::ClientKind;
use rollbook_store::{
    Batch, Directory, Ledger, LedgerWrite, ResourceId, Resources, Settings, SettingsWrite, Target,
    TargetHealth, Token, TokenHash,
};

use crate::fixture::{at, batch, directory, group, open, seqs, user};

/// Names the database for the child of [`kill_9_loses_nothing_that_was_answered`].
const CHILD_DATABASE: &str = "ROLLBOOK_TEST_DATABASE";

pub(crate) fn everything() -> Batch {
    batch()
        .resource(user("ann"))
        .resource(group("staff", &["ann", "nobody"]))
        .ledger(LedgerWrite::MarkDue {
            target: "t".into(),
            resource: "ann".into(),
            resource_type: "User".to_owned(),
            at: at(5),
            changed_at: at(0),
        })
        .ledger(LedgerWrite::SetWaiting {
            target: "t".into(),
            resource: "staff".into(),
            on: vec!["ann".into()],
        })
        .ledger(LedgerWrite::SetCursor { target: "t".into(), seq: 2 })
        .setting(SettingsWrite::PutDirectory(Directory {
            id: directory(),
            slug: "acme".to_owned(),
            name: "Acme".to_owned(),
            client: ClientKind::Entra,
            created: at(0),
            settings: rollbook_store::DirectorySettings::default(),
            deleting: None,
        }))
        .setting(SettingsWrite::PutToken(token()))
        .setting(SettingsWrite::PutTarget(target()))
        .setting(SettingsWrite::PutMark { name: "check".to_owned(), value: vec![0, 1, 255].into() })
}

fn token() -> Token {
    Token {
        id: "k".into(),
        directory: directory(),
        hash: TokenHash::of("rbk_x"),
        prefix: "rbk_".to_owned(),
        label: "Entra".to_owned(),
        created: at(0),
        expires: at(1_000),
        last_used: None,
        scope: rollbook_store::Scope::Write,
        replaces: None,
        client: None,
        resource: None,
    }
}

fn target() -> Target {
    Target {
        id: "t".into(),
        directory: directory(),
        name: "access".to_owned(),
        connector: "scim2".to_owned(),
        url: "https://service.example/scim/v2".to_owned(),
        profile: "{}".into(),
        credential: Some(vec![1, 2, 3].into()),
        created: at(0),
        health: TargetHealth { failures: 2, closed_until: Some(at(9)), failure: None, last_success: None },
    }
}

/// All that [`everything`] has written, read back.
async fn check(path: &Path) {
    let store = open(path);
    let ann = store.get(&directory(), &"ann".into()).await.unwrap().unwrap();
    assert_eq!(
        (ann.version, ann.created, &ann.body[..]),
        (1, at(0), &br#"{"schemas":[],"userName":"ann"}"#[..])
    );
    let members = store.members(&directory(), &"staff".into(), None, 10).await.unwrap();
    let shown: Vec<_> = members.iter().map(|row| (&*row.value, row.display.as_deref())).collect();
    assert_eq!(shown, [("ann", Some("ann")), ("nobody", None)]);
    assert_eq!(seqs(&store).await, [1, 2]);
    let link = store.link(&"t".into(), &"ann".into()).await.unwrap().unwrap();
    assert_eq!((link.mark, link.due_at, link.changed_at), (1, Some(at(5)), Some(at(0))));
    assert_eq!(store.waiting(&"t".into(), &"staff".into()).await.unwrap(), ["ann".into()]);
    assert_eq!(store.cursor(&"t".into()).await.unwrap(), 2);
    assert_eq!(store.directory("acme").await.unwrap().unwrap().client, ClientKind::Entra);
    assert_eq!(store.token(&TokenHash::of("rbk_x")).await.unwrap(), Some(token()));
    assert_eq!(store.target(&"t".into()).await.unwrap(), Some(target()));
    assert_eq!(store.mark("check").await.unwrap().as_deref(), Some(&[0, 1, 255][..]));
}

/// Copies the database and its log, as a crash at this moment would leave them.
fn copy(path: &Path, to: &Path) -> PathBuf {
    fs::create_dir_all(to).unwrap();
    for name in ["rollbook.db", "rollbook.db-wal"] {
        fs::copy(path.with_file_name(name), to.join(name)).unwrap();
    }
    to.join("rollbook.db")
}

#[tokio::test]
async fn reopening_keeps_everything() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("rollbook.db");
    let store = open(&path);
    store.commit(everything()).await.unwrap();
    drop(store);
    assert!(!path.with_file_name("rollbook.db-wal").exists(), "closing leaves one tidy file");
    check(&path).await;
}

#[tokio::test]
async fn each_answered_commit_is_in_a_copy_of_the_files() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("rollbook.db");
    let store = open(&path);
    store.commit(everything()).await.unwrap();
    check(&copy(&path, &scratch.path().join("first"))).await;
    for n in 0..30_u64 {
        store.commit(batch().resource(user(&format!("u{n}")))).await.unwrap();
        let copied = open(&copy(&path, &scratch.path().join(n.to_string())));
        assert_eq!(copied.last_seq(&directory()).await.unwrap(), n + 3);
        assert_eq!(seqs(&copied).await, (1..=n + 3).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn kill_9_loses_nothing_that_was_answered() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("rollbook.db");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "durability::child_that_is_killed", "--ignored", "--nocapture"])
        .env(CHILD_DATABASE, &path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let answered: Vec<_> =
        lines.filter_map(|line| line.strip_prefix("answered ").map(str::to_owned)).take(300).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(answered.len(), 300);
    let store = open(&path);
    for id in answered {
        assert!(
            store.get(&directory(), &ResourceId::new(id.as_str())).await.unwrap().is_some(),
            "{id} is lost"
        );
    }
    let last = store.last_seq(&directory()).await.unwrap();
    assert_eq!(seqs(&store).await, (1..=last).collect::<Vec<_>>());
}

/// Commits without end and prints what was answered, until it is killed.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by kill_9_loses_nothing_that_was_answered as a child process"]
async fn child_that_is_killed() {
    let path = std::env::var_os(CHILD_DATABASE).expect("run by its parent only");
    let store = Arc::new(open(Path::new(&path)));
    let mut tasks = Vec::new();
    for task in 0..8 {
        let store = Arc::clone(&store);
        tasks.push(tokio::spawn(async move {
            for n in 0_u64.. {
                let id = format!("u{task}-{n}");
                store.commit(batch().resource(user(&id))).await.unwrap();
                let mut out = std::io::stdout().lock();
                if writeln!(out, "answered {id}").and_then(|()| out.flush()).is_err() {
                    return;
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
}
