//! The check: silent about what is sound, and a sentence for each thing that is not. The backup, which is checked too.

use std::fs;
use std::path::Path;

use rollbook_protocol::Key;
use rollbook_sqlite::{BackupError, OpenError, Report, backup, check};
use rollbook_store::{
    Attempt, LedgerWrite, Outcome, Precondition, RequestRecord, ResourceWrite, Resources, SettingsWrite,
    Step, StepName, StepStatus,
};
use rusqlite::Connection;

use crate::durability::everything;
use crate::fixture::{at, batch, directory, group, open, seqs, user};

/// The keys that the fixture gives its resources.
pub(crate) fn keys(resource_type: &str, body: &[u8]) -> Result<Option<Vec<Key>>, String> {
    let body: serde_json::Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let (attribute, spelled) = match resource_type {
        "User" => ("username", "userName"),
        "Group" => ("displayname", "displayName"),
        _ => return Ok(None),
    };
    Ok(Some(body[spelled].as_str().map(|name| Key::new(attribute, name, true)).into_iter().collect()))
}

fn checked(path: &Path) -> Report {
    check(path, &keys).unwrap()
}

/// A database with something in every table.
async fn fill(path: &Path) {
    let store = open(path);
    store.commit(everything()).await.unwrap();
    let more = batch()
        .resource(user("ben"))
        .resource(user("cleo"))
        .resource(group("sales", &["ben", "cleo", "gone"]))
        .resource(ResourceWrite::Delete { id: "cleo".into(), expected: Precondition::Any })
        .ledger(LedgerWrite::MarkDue {
            target: "t".into(),
            resource: "ben".into(),
            resource_type: "User".to_owned(),
            at: at(5),
            changed_at: at(0),
        })
        .ledger(LedgerWrite::Append(attempt("ben")))
        .setting(SettingsWrite::AppendRequest(request("/scim/v2/acme/Users/ben")));
    store.commit(more).await.unwrap();
}

/// A row of the delivery log.
fn attempt(resource: &str) -> Attempt {
    Attempt {
        id: format!("attempt-{resource}"),
        directory: directory(),
        target: "t".into(),
        resource: resource.into(),
        resource_type: "User".to_owned(),
        at: at(2),
        millis: 12,
        outcome: Outcome::Failed,
        steps: vec![Step { name: StepName::Import, status: StepStatus::Success, detail: "read".to_owned() }],
        failure: None,
    }
}

/// A row of the inbound request log.
fn request(path: &str) -> RequestRecord {
    RequestRecord {
        at: at(2),
        directory: Some(directory()),
        client: None,
        token: None,
        method: "GET".to_owned(),
        path: path.to_owned(),
        status: 200,
        reason: None,
        micros: 70,
    }
}

#[tokio::test]
async fn a_sound_database_is_silent_in_use_and_at_rest() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("rollbook.db");
    fill(&path).await;
    let report = checked(&path);
    assert_eq!(report.findings, []);
    assert_eq!(
        (report.counts.directories, report.counts.resources["User"], report.counts.tombstones),
        (1, 2, 1)
    );
    assert_eq!((report.counts.members, report.counts.links, report.counts.targets), (4, 2, 1));
    assert_eq!((report.counts.changes, report.counts.sequence), (7, 7));
    let store = open(&path);
    let before = fs::read(&path).unwrap();
    assert!(checked(&path).is_sound());
    assert_eq!(fs::read(&path).unwrap(), before, "a check writes nothing");
    store.commit(batch().resource(user("dora"))).await.unwrap();
    assert_eq!(checked(&path).counts.resources["User"], 3, "what was answered counts");
}

#[tokio::test]
async fn each_broken_promise_is_told() {
    let scratch = tempfile::tempdir().unwrap();
    let whole = scratch.path().join("rollbook.db");
    fill(&whole).await;
    for (sql, words) in [
        (
            "UPDATE totals SET live = live + 1 WHERE type = 'User'",
            "totals: 3 resources of type User are counted, there are 2",
        ),
        ("DELETE FROM totals WHERE type = 'Group'", "totals: resources of type Group are not counted"),
        ("UPDATE blocks SET live = live + 1 WHERE type = 'User'", "blocks: 3 resources of type User"),
        (
            "DELETE FROM blocks WHERE type = 'Group'",
            "blocks: they count another number of resources of type Group",
        ),
        (
            "UPDATE resources SET members = 9 WHERE id = 'sales'",
            "group sales: 9 members are counted, 1 of them without a resource; there are 2 and 1",
        ),
        (
            "UPDATE resources SET unresolved = 0 WHERE id = 'sales'",
            "group sales: 2 members are counted, 0 of them",
        ),
        ("UPDATE edges SET grp = 99 WHERE member = 'gone'", "edges: the group of member gone is not there"),
        (
            "UPDATE keys SET resource = 99 WHERE value = 'ben'",
            "keys: a key `username` belongs to no resource that lives",
        ),
        (
            "UPDATE keys SET value = 'eve' WHERE value = 'ben'",
            "resource ben: its key `username` is not that of its body",
        ),
        ("DELETE FROM keys WHERE value = 'ben'", "resource ben: its key `username` is not that of its body"),
        (
            "UPDATE resources SET body = CAST('{\"a' AS BLOB) WHERE id = 'ben'",
            "resource ben: its body cannot be read",
        ),
        (
            "UPDATE resources SET body = CAST('' AS BLOB) WHERE id = 'cleo'",
            "resource cleo: its body cannot be read",
        ),
        ("UPDATE counters SET n = 99", "its directory is not there"),
        ("DELETE FROM directories", "counters: the directory 0b1e is not there, but open"),
        ("DELETE FROM directories", "target t: its directory is not there"),
        ("DELETE FROM directories", "token k: its directory is not there"),
        ("DELETE FROM targets", "link of ben: its target t is not there"),
        ("DELETE FROM targets", "waiting: staff waits at the target t"),
        ("DELETE FROM targets", "cursors: the target t is not there"),
        (
            "UPDATE links SET resource = 'stranger' WHERE resource = 'ben'",
            "link of stranger at access: the resource was never there",
        ),
        ("DELETE FROM changes WHERE seq = 3", "changes: the log of directory 0b1e has 6 rows from 1 to 7"),
        (
            "DELETE FROM changes WHERE seq = 7",
            "changes: the log of directory 0b1e has 6 rows from 1 to 6, the directory is at 7",
        ),
        ("UPDATE resources SET version = 40 WHERE id = 'ben'", "resource ben: its version 40"),
        ("UPDATE resources SET version = 1 WHERE id = 'ben'", "resource ben: its version 1"),
        (
            "UPDATE edges SET seq = 7 WHERE member = 'nobody'",
            "group staff: member nobody changed at 7, after its group at 2",
        ),
        ("UPDATE cursors SET seq = 70", "target access: it has read up to 70, its directory is at 7"),
        (
            "UPDATE links SET confirmed_seq = 70 WHERE resource = 'ann'",
            "link of ann at access: confirmed up to 70",
        ),
        ("UPDATE directories SET settings = '{'", "directory 0b1e: its settings cannot be read"),
        ("UPDATE targets SET health = ''", "target access: its profile or its health cannot be read"),
        (
            "UPDATE links SET failure = 'x', class = 'data'",
            "link of ann: its failure or its confirmed state cannot be read",
        ),
        ("UPDATE attempts SET steps = '['", "its steps or its failure cannot be read"),
        ("UPDATE requests SET record = '['", "its record cannot be read"),
    ] {
        let broken = scratch.path().join("broken.db");
        fs::copy(&whole, &broken).unwrap();
        let connection = Connection::open(&broken).unwrap();
        assert!(connection.execute(sql, []).unwrap() > 0, "{sql} changes nothing");
        drop(connection);
        let report = checked(&broken);
        let told: Vec<&str> = report.findings.iter().map(|it| &*it.sentence).collect();
        assert!(told.iter().any(|it| it.contains(words)), "{sql}: {told:#?}");
        assert!(report.findings.iter().all(|it| !it.next_step.is_empty()));
        // Nor does anybody take a backup of it for one.
        let to = scratch.path().join("copy.db");
        let refused = backup(&broken, &to, &keys).unwrap_err();
        assert!(matches!(refused, BackupError::Unsound { .. }), "{refused:?}");
        assert!(!to.exists());
    }
    assert!(checked(&whole).is_sound());
}

#[tokio::test]
async fn damaged_pages_are_told() {
    let scratch = tempfile::tempdir().unwrap();
    let whole = scratch.path().join("rollbook.db");
    fill(&whole).await;
    let bytes = fs::read(&whole).unwrap();
    let broken = scratch.path().join("broken.db");
    let mut told = 0;
    for page in 1..bytes.len() / 4096 {
        let mut bytes = bytes.clone();
        bytes[page * 4096..page * 4096 + 200].fill(0xA5);
        fs::write(&broken, bytes).unwrap();
        match check(&broken, &keys) {
            Ok(report) if report.is_sound() => panic!("page {page} is broken, and nobody says so"),
            Ok(report) => {
                told += 1;
                assert!(report.findings[0].next_step.contains("restore"), "{report:?}");
            }
            Err(OpenError::NotADatabase { .. }) => told += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert!(told > 20, "{told}");
}

#[tokio::test]
async fn what_is_not_ours_is_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("x.db");
    assert!(
        matches!(check(&path, &keys), Err(OpenError::File { .. })),
        "nothing is there, and nothing is made"
    );
    assert!(!path.exists());
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE songs (title TEXT)").unwrap();
    assert!(matches!(check(&path, &keys), Err(OpenError::NotADatabase { .. })));
    fs::write(&path, "text ".repeat(1_000)).unwrap();
    assert!(matches!(check(&path, &keys), Err(OpenError::NotADatabase { .. })));
}

#[tokio::test]
async fn a_backup_is_the_database_at_one_moment() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("rollbook.db");
    fill(&path).await;
    let store = open(&path);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let writing = tokio::spawn(async move {
        let mut stopped = stopped;
        let mut n = 0;
        while stopped.try_recv().is_err() {
            // Two users and a group that holds them: a copy has all of them or none.
            let (a, b, g) = (format!("a{n}"), format!("b{n}"), format!("g{n}"));
            let batch = batch().resource(user(&a)).resource(user(&b)).resource(group(&g, &[&a, &b]));
            store.commit(batch).await.unwrap();
            n += 1;
        }
        n
    });
    let mut copies = Vec::new();
    for n in 0..5 {
        let to = scratch.path().join(format!("copy{n}.db"));
        let (from, file) = (path.clone(), to.clone());
        let report = tokio::task::spawn_blocking(move || backup(&from, &file, &keys)).await.unwrap().unwrap();
        let counts = &report.counts;
        assert_eq!(counts.resources["User"], 2 * counts.resources["Group"] - 2, "{counts:?}");
        copies.push((to, report));
    }
    stop.send(()).unwrap();
    let written = writing.await.unwrap();
    assert!(
        copies[4].1.counts.changes > copies[0].1.counts.changes,
        "nothing was written meanwhile: {written}"
    );
    for (to, report) in copies {
        let again = backup(&path, &to, &keys).unwrap_err();
        assert!(matches!(again, BackupError::Exists(_)), "{again:?}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
        }
        // It opens as a store, which goes on from there.
        let copy = open(&to);
        assert_eq!(seqs(&copy).await, (1..=report.counts.changes).collect::<Vec<_>>());
        copy.commit(batch().resource(user("new"))).await.unwrap();
        drop(copy);
        assert_eq!(checked(&to).counts.changes, report.counts.changes + 1);
    }
    let left: Vec<_> = fs::read_dir(scratch.path())
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("part"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[tokio::test]
async fn a_backup_that_cannot_be_written_leaves_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("rollbook.db");
    fill(&path).await;
    for to in [
        scratch.path().join("absent/copy.db"),
        Path::new("/proc/copy.db").to_owned(),
        Path::new("/").to_owned(),
    ] {
        let refused = backup(&path, &to, &keys).unwrap_err();
        assert!(matches!(refused, BackupError::Write { .. } | BackupError::Exists(_)), "{to:?}: {refused:?}");
    }
    let missing = backup(&scratch.path().join("absent.db"), &scratch.path().join("copy.db"), &keys);
    assert!(matches!(missing, Err(BackupError::Open(_))), "{missing:?}");
    assert!(!scratch.path().join("copy.db").exists());
}
