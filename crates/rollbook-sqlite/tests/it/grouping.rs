//! Commits that wait together share a transaction, and stay apart in all else.

use std::sync::Arc;

use rollbook_store::{Resources, StoreError};

use crate::fixture::{batch, directory, open, seqs, user};

#[tokio::test(flavor = "multi_thread")]
async fn commits_64_at_once_without_a_gap() {
    let scratch = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&scratch.path().join("rollbook.db")));
    let commits = store.commits();
    let mut tasks = Vec::new();
    for n in 0..64 {
        let store = Arc::clone(&store);
        tasks.push(tokio::spawn(async move {
            let committed = store.commit(batch().resource(user(&format!("u{n}")))).await.unwrap();
            committed.results[0].version
        }));
    }
    let mut versions = Vec::new();
    for task in tasks {
        versions.push(task.await.unwrap());
    }
    versions.sort_unstable();
    assert_eq!(versions, (1..=64).collect::<Vec<_>>());
    assert_eq!(seqs(&store).await, versions);
    assert!(commits.has_changed().unwrap());
    assert!((1..=64).contains(&*commits.borrow()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_commit_leaves_its_neighbours_alone() {
    let scratch = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&scratch.path().join("rollbook.db")));
    let mut tasks = Vec::new();
    for n in 0..64 {
        let store = Arc::clone(&store);
        // Each name comes twice; the second one of a pair also brings a user who must not stay.
        let batch = batch().resource(user(&format!("only{n}"))).resource(user(&format!("pair{}", n / 2)));
        tasks.push(tokio::spawn(async move { store.commit(batch).await }));
    }
    let mut refused = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(committed) => assert_eq!(committed.results.len(), 2),
            Err(StoreError::Uniqueness { .. }) => refused += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(refused, 32);
    assert_eq!(store.last_seq(&directory()).await.unwrap(), 64);
    assert_eq!(seqs(&store).await, (1..=64).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_commit_that_nobody_waits_for_is_still_made() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("rollbook.db");
    let store = open(&path);
    let commit = store.commit(batch().resource(user("a")));
    let _ = tokio::time::timeout(std::time::Duration::ZERO, commit).await;
    drop(store);
    assert_eq!(seqs(&open(&path)).await, [1]);
}
