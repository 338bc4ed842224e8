//! Batches and the change log.

use std::sync::Arc;

use super::fixture::{
    Fixture, adding, assert_taken, delete, edit, group, instant, removing, rename, rename_if, user, user_with,
};
use crate::{Batch, ChangeKind, Precondition, ResourceWrite, Resources, StoreError};

/// Each change has a row, in order, with its type, time and the names of the attributes.
pub async fn every_change_is_logged(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user("Ann")).await;
    hub.write(group("Staff", &["u-ann"])).await;
    hub.write(rename("u-ann", "Ann", Some("Boss"))).await;
    hub.write(edit("Staff", [removing(&["u-ann"])])).await;
    hub.write(delete("Staff")).await;
    let rows: Vec<_> = hub.changes().await;
    let expected = [
        (1, "u-ann", "User", ChangeKind::Created, vec!["userName"]),
        (2, "Staff", "Group", ChangeKind::Created, vec!["displayName", "members"]),
        (3, "u-ann", "User", ChangeKind::Replaced, vec!["userName", "title"]),
        (4, "Staff", "Group", ChangeKind::Members, vec!["members"]),
        (5, "Staff", "Group", ChangeKind::Deleted, vec![]),
    ];
    assert_eq!(rows.len(), expected.len());
    for (row, (seq, id, resource_type, kind, attributes)) in rows.iter().zip(expected) {
        assert_eq!((row.seq, row.resource.as_str(), row.resource_type.as_str()), (seq, id, resource_type));
        assert_eq!((row.kind, &row.attributes), (kind, &attributes.into_iter().map(str::to_owned).collect()));
        assert_eq!(row.at, instant(i64::try_from(seq).unwrap()));
    }
}

/// A resource's version is the sequence number of its last change.
pub async fn versions_are_sequence_numbers(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit([user("Ann"), user("Bob"), group("Staff", &["u-ann"])]).await.expect("all are new");
    hub.write(edit("Staff", [adding(&["u-bob"])])).await;
    hub.write(rename("u-ann", "Ann", Some("Boss"))).await;
    for (id, version) in [("u-ann", 5), ("u-bob", 2), ("Staff", 4)] {
        assert_eq!(hub.stored(id).await.version, version, "{id}");
    }
    assert_eq!(hub.last_seq().await, 5);
}

/// Results come one for each write, in order.
pub async fn a_batch_answers_each_write(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user("Ann")).await;
    let writes =
        [user("Bob"), rename("u-ann", "Ann", None), group("Staff", &["u-ann", "u-bob"]), delete("u-bob")];
    let results = hub.commit(writes).await.expect("all are accepted").results;
    let got: Vec<_> = results.iter().map(|it| (it.id.as_str(), it.version, it.changed, it.members)).collect();
    assert_eq!(
        got,
        [("u-bob", 2, true, 0), ("u-ann", 1, false, 0), ("Staff", 3, true, 2), ("u-bob", 4, true, 0)]
    );
}

/// A write may build on the one before it in the same batch.
pub async fn a_batch_sees_its_own_writes(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit([user("Ann"), rename("u-ann", "Anna", None), delete("u-ann")]).await.expect("in order");
    assert_eq!(hub.get("u-ann").await, None);
    let kinds: Vec<_> = hub.log().await.into_iter().map(|(_, _, kind)| kind).collect();
    assert_eq!(kinds, [ChangeKind::Created, ChangeKind::Replaced, ChangeKind::Deleted]);
}

/// When one write of a batch is refused, none has happened.
pub async fn a_refused_batch_leaves_nothing(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit([user("Ann"), user("Bob"), group("Staff", &["u-ann"])]).await.expect("all are new");
    let before = (hub.changes().await, hub.stored("u-ann").await, hub.stored("Staff").await);
    let writes = [
        user("Max"),
        rename("u-ann", "Anna", Some("Boss")),
        edit("Staff", [adding(&["u-bob"])]),
        delete("u-bob"),
        user_with("u-9", "max"),
    ];
    assert_taken(&hub.commit(writes).await.expect_err("`max` is there twice"), "User", "userName");
    assert_eq!((hub.changes().await, hub.stored("u-ann").await, hub.stored("Staff").await), before);
    assert_eq!(hub.get("u-max").await, None);
    assert_eq!(hub.values("Staff").await, ["u-ann"]);
    assert_eq!(hub.member_changes("Staff", 0).await.len(), 1);
    assert_eq!(hub.groups_of("u-bob").await, [""; 0]);
    for (name, ids) in [("ann", vec!["u-ann"]), ("anna", vec![]), ("max", vec![]), ("bob", vec!["u-bob"])] {
        assert_eq!(hub.select("User", &format!("userName eq \"{name}\"")).await, ids, "{name}");
    }
}

/// Refused batches use up no sequence number.
pub async fn the_log_has_no_gaps(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    for n in 0..5 {
        hub.write(user(&format!("ann{n}"))).await;
        hub.commit([user(&format!("bob{n}")), user("ann0")]).await.expect_err("`ann0` is taken");
        hub.write(rename("u-ann0", "ann0", None)).await;
    }
    let seqs: Vec<_> = hub.changes().await.into_iter().map(|change| change.seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5]);
}

/// Concurrent commits to one directory share one gapless order.
pub async fn concurrent_commits_leave_no_gaps(store: Arc<dyn Resources>) {
    let hub = Arc::new(Fixture::new(store).await);
    let tasks: Vec<_> = (0..24)
        .map(|n| {
            let hub = Arc::clone(&hub);
            // Every third one is refused.
            let last = if n % 3 == 0 { delete("nobody") } else { user(&format!("b{n}")) };
            tokio::spawn(async move { hub.commit([user(&format!("a{n}")), last]).await.is_ok() })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += usize::from(task.await.expect("the task ends"));
    }
    assert_eq!(done, 16);
    let changes = hub.changes().await;
    let seqs: Vec<_> = changes.iter().map(|change| change.seq).collect();
    assert_eq!(seqs, (1..=32).collect::<Vec<_>>());
    for pair in changes.chunks(2) {
        let [a, b] = pair else { panic!("rows of a batch come in pairs") };
        assert_eq!(
            a.resource.as_str().get(3..),
            b.resource.as_str().get(3..),
            "a batch's rows stand together"
        );
        assert_eq!(hub.stored(a.resource.as_str()).await.version, a.seq);
    }
}

/// Each directory counts for itself.
pub async fn each_directory_has_its_own_log(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let other = Fixture::named(Arc::clone(&hub.store), "other").await;
    hub.write(user("Ann")).await;
    other.write(user("Bob")).await;
    hub.write(user("Max")).await;
    assert_eq!(hub.log().await.len(), 2);
    assert_eq!(other.log().await, [(1, "u-bob".to_owned(), ChangeKind::Created)]);
    assert_eq!((hub.last_seq().await, other.last_seq().await), (2, 1));
    assert_eq!(hub.stored("u-max").await.version, 2);
}

/// The log is read in pages, each after the last number of the one before.
pub async fn changes_come_in_pages(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit((0..7).map(|n| user(&format!("ann{n}")))).await.expect("all are new");
    let mut after = 0;
    let mut sizes = Vec::new();
    let mut seen = Vec::new();
    // A store that answers the same page again must fail here, not hang.
    for _ in 0..10 {
        let page = hub.store.changes(&hub.directory, after, 3).await.unwrap();
        sizes.push(page.len());
        let Some(last) = page.last() else { break };
        after = last.seq;
        seen.extend(page.into_iter().map(|change| change.seq));
    }
    assert_eq!(sizes, [3, 3, 1, 0]);
    assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(hub.store.changes(&hub.directory, 0, 0).await.unwrap(), []);
    assert_eq!(hub.store.changes(&hub.directory, u64::from(u32::MAX), 3).await.unwrap(), []);
}

/// An empty directory has no log.
pub async fn an_empty_directory_has_no_log(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    assert_eq!((hub.last_seq().await, hub.changes().await), (0, Vec::new()));
}

/// An empty batch is accepted and writes nothing.
pub async fn an_empty_batch_writes_nothing(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    assert!(hub.commit([]).await.expect("nothing is refused").results.is_empty());
    assert!(hub.store.commit(Batch::global(instant(1))).await.expect("here too").results.is_empty());
    assert_eq!(hub.last_seq().await, 0);
}

/// Resource writes without a directory are refused.
pub async fn resources_need_a_directory(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.store.commit(Batch::global(instant(1)).resource(user("Ann"))).await.expect_err("of which directory?");
    assert_eq!(hub.last_seq().await, 0);
}

/// Those who watch for commits hear of each, and can read what it wrote.
pub async fn a_commit_wakes_those_who_watch(store: Arc<dyn Resources>) {
    let hub = Arc::new(Fixture::new(store).await);
    let mut commits = hub.store.commits();
    commits.borrow_and_update();
    assert!(!commits.has_changed().expect("the store is there"), "nothing has happened yet");
    let watcher = Arc::clone(&hub);
    let seen = tokio::spawn(async move {
        commits.changed().await.expect("the store is there");
        watcher.last_seq().await
    });
    let mut probe = hub.store.commits();
    probe.borrow_and_update();
    hub.write(user("Ann")).await;
    assert!(probe.has_changed().expect("the store is there"), "the value changes before the commit returns");
    assert_eq!(seen.await.expect("the watcher ends"), 1, "what is announced is durable");
    let mut commits = hub.store.commits();
    commits.borrow_and_update();
    hub.commit([delete("nobody")]).await.expect_err("nobody is there");
    assert!(!commits.has_changed().expect("the store is there"), "a refused batch wakes nobody");
}

/// Of several that replace the same version at the same time, exactly one wins: no update is lost.
pub async fn a_lost_update_is_refused(store: Arc<dyn Resources>) {
    let hub = Arc::new(Fixture::new(store).await);
    hub.write(user("Ann")).await;
    let tasks: Vec<_> = (0..16)
        .map(|n| {
            let hub = Arc::clone(&hub);
            let write = rename_if("u-ann", "Ann", Some(&format!("Boss {n}")), Precondition::Version(1));
            tokio::spawn(async move { hub.commit([write]).await })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        match task.await.expect("the task ends") {
            Ok(_) => won += 1,
            Err(StoreError::PreconditionFailed { current }) => assert_eq!(current, 2),
            Err(other) => panic!("a lost update is no {other:?}"),
        }
    }
    assert_eq!((won, hub.last_seq().await), (1, 2));
}

/// Of several that count up from what they have read, each gets its turn, and none is lost.
pub async fn each_of_many_updates_counts(store: Arc<dyn Resources>) {
    let hub = Arc::new(Fixture::new(store).await);
    hub.write(rename_of_new("Ann", 0)).await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let hub = Arc::clone(&hub);
            tokio::spawn(async move {
                for _ in 0..1_000 {
                    let stored = hub.stored("u-ann").await;
                    let body: serde_json::Value = serde_json::from_slice(&stored.body).expect("it is JSON");
                    let count: u64 = body["title"].as_str().and_then(|it| it.parse().ok()).expect("a number");
                    let title = (count + 1).to_string();
                    let expected = Precondition::Version(stored.version);
                    if hub.commit([rename_if("u-ann", "Ann", Some(&title), expected)]).await.is_ok() {
                        return;
                    }
                }
                panic!("a thousand turns are enough");
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("the task ends");
    }
    assert_eq!(hub.select("User", "title eq \"8\"").await, ["u-ann"]);
    assert_eq!(hub.stored("u-ann").await.version, 9);
}

/// Members that are added at the same time are all there, each with a version of its own.
pub async fn concurrent_member_edits_are_all_kept(store: Arc<dyn Resources>) {
    let hub = Arc::new(Fixture::new(store).await);
    hub.write(group("Staff", &[])).await;
    let tasks: Vec<_> = (0..16)
        .map(|n| {
            let hub = Arc::clone(&hub);
            tokio::spawn(async move {
                for m in 0..5 {
                    let value = format!("m{n:02}{m}");
                    hub.commit([edit("Staff", [adding(&[&value])])]).await.expect("it is added");
                }
                let gone = format!("m{n:02}0");
                hub.commit([edit("Staff", [removing(&[&gone])])]).await.expect("it is removed");
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("the task ends");
    }
    let expected: Vec<_> = (0..16).flat_map(|n| (1..5).map(move |m| format!("m{n:02}{m}"))).collect();
    assert_eq!(hub.values("Staff").await, expected);
    let result = hub.write(edit("Staff", [adding(&["m001"])])).await;
    assert_eq!((result.changed, result.members, result.version), (false, 64, 97));
    let seqs: Vec<_> = hub.member_changes("Staff", 0).await.iter().map(|change| change.seq).collect();
    assert_eq!(seqs.len(), 80, "removed ones stay as tombstones");
    assert!(seqs.is_sorted(), "{seqs:?}");
}

/// Directories do not wait for each other's numbers, nor mix them up.
pub async fn directories_are_written_side_by_side(store: Arc<dyn Resources>) {
    let mut hubs = Vec::new();
    for n in 0..4 {
        hubs.push(Arc::new(Fixture::named(Arc::clone(&store), &format!("d{n}")).await));
    }
    let tasks: Vec<_> = (0..40)
        .map(|n| {
            let hub = Arc::clone(&hubs[n % 4]);
            tokio::spawn(async move { hub.commit([user(&format!("p{n}"))]).await.expect("it is new") })
        })
        .collect();
    for task in tasks {
        task.await.expect("the task ends");
    }
    for (n, hub) in hubs.iter().enumerate() {
        let seqs: Vec<_> = hub.changes().await.into_iter().map(|change| change.seq).collect();
        assert_eq!(seqs, (1..=10).collect::<Vec<_>>());
        let mut ids = hub.ids(&super::fixture::all("User")).await;
        ids.sort();
        let mut expected: Vec<_> = (0..10).map(|m| format!("u-p{}", m * 4 + n)).collect();
        expected.sort();
        assert_eq!(ids, expected);
    }
}

/// A user whose title is a number.
fn rename_of_new(name: &str, title: u64) -> ResourceWrite {
    let mut write = user(name);
    if let ResourceWrite::Create { body, .. } = &mut write {
        *body = super::fixture::user_body(name, Some(&title.to_string()));
    }
    write
}
