//! What a client hears when the store refuses or fails: no cause, no internals (RFC 7644 §3.12).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use rollbook_http::{AuthError, Authenticator, Principal, Service};
use rollbook_store::{
    Batch, Change, Committed, DirectoryId, GroupRef, MemberChange, MemberRow, MemoryStore, Page, Query,
    ResourceId, Resources, Seq, StoreError, Stored,
};
use serde_json::json;
use tokio::sync::watch;

use crate::support::Hub;

/// A store that yields before each call, and may fail it.
#[derive(Debug)]
pub(crate) struct Wrapped {
    store: Arc<MemoryStore>,
    fault: Fault,
}

#[derive(Debug)]
enum Fault {
    None,
    All(fn() -> StoreError),
    /// Once so many calls went well.
    After(AtomicUsize, fn() -> StoreError),
    Commits(fn() -> StoreError),
}

impl Wrapped {
    pub(crate) fn yielding(store: Arc<MemoryStore>) -> Self {
        Self { store, fault: Fault::None }
    }

    pub(crate) fn failing_after(store: Arc<MemoryStore>, calls: usize, fail: fn() -> StoreError) -> Self {
        Self { store, fault: Fault::After(AtomicUsize::new(calls), fail) }
    }

    async fn before(&self) -> Result<(), StoreError> {
        tokio::task::yield_now().await;
        match &self.fault {
            Fault::All(fail) => Err(fail()),
            Fault::After(calls, fail) => {
                let left =
                    calls.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
                left.map(|_| ()).map_err(|_| fail())
            }
            Fault::None | Fault::Commits(_) => Ok(()),
        }
    }
}

#[async_trait]
impl Resources for Wrapped {
    async fn get(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Option<Stored>, StoreError> {
        self.before().await?;
        self.store.get(directory, id).await
    }

    async fn query(&self, directory: &DirectoryId, query: &Query) -> Result<Page, StoreError> {
        self.before().await?;
        self.store.query(directory, query).await
    }

    async fn members(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<MemberRow>, StoreError> {
        self.before().await?;
        self.store.members(directory, group, after, limit).await
    }

    async fn members_among(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        values: &[String],
    ) -> Result<Vec<MemberRow>, StoreError> {
        self.store.members_among(directory, group, values).await
    }

    async fn groups_of(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Vec<GroupRef>, StoreError> {
        self.before().await?;
        self.store.groups_of(directory, id).await
    }

    async fn member_changes(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<MemberChange>, StoreError> {
        self.store.member_changes(directory, group, after, limit).await
    }

    async fn changes(
        &self,
        directory: &DirectoryId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError> {
        self.store.changes(directory, after, limit).await
    }

    async fn last_seq(&self, directory: &DirectoryId) -> Result<Seq, StoreError> {
        self.store.last_seq(directory).await
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        self.before().await?;
        if let Fault::Commits(fail) = self.fault {
            return Err(fail());
        }
        self.store.commit(batch).await
    }

    fn commits(&self) -> watch::Receiver<u64> {
        self.store.commits()
    }
}

/// Lets everybody in, or fails as the store does.
#[derive(Debug)]
struct Door(Option<fn() -> StoreError>);

#[async_trait]
impl Authenticator for Door {
    async fn authenticate(&self, _token: &str) -> Result<Arc<Principal>, AuthError> {
        if let Some(fail) = self.0 {
            return Err(fail().into());
        }
        let directory = DirectoryId::new("1d3m0");
        let client = rollbook_protocol::ClientKind::Generic;
        Ok(Arc::new(Principal::new(directory, "demo", client)))
    }
}

pub(crate) fn unavailable() -> StoreError {
    StoreError::Unavailable { reason: "the disk is full".to_owned(), cause: "secret cause".into() }
}

fn backend() -> StoreError {
    StoreError::Backend("secret cause".into())
}

fn too_many() -> StoreError {
    StoreError::TooMany { limit: 100_000 }
}

fn unsupported() -> StoreError {
    StoreError::Unsupported("resources")
}

fn refused() -> StoreError {
    StoreError::Refused(Box::new(rollbook_protocol::ScimError::new(
        423,
        None,
        "the books are closed until Monday",
    )))
}

fn lost() -> StoreError {
    StoreError::PreconditionFailed { current: 7 }
}

#[tokio::test]
async fn a_failing_store_is_told_without_its_cause() {
    for (fail, status, words) in [
        (unavailable as fn() -> StoreError, 503, "the disk is full"),
        (backend, 500, "log"),
        (too_many, 400, "100000"),
        (unsupported, 501, "resources"),
        (refused, 423, "until Monday"),
    ] {
        for at_the_door in [false, true] {
            let mut hub = Hub::new().await;
            let store = Wrapped { store: Arc::clone(&hub.store), fault: Fault::All(fail) };
            let door = Door(at_the_door.then_some(fail));
            hub.service = Service::builder(Arc::new(store), Arc::new(door)).build();
            let body = json!({ "userName": "x", "Operations": [] });
            for (method, path) in [
                ("GET", "/Users"),
                ("GET", "/Users/1"),
                ("POST", "/Users"),
                ("PUT", "/Users/1"),
                ("PATCH", "/Users/1"),
                ("DELETE", "/Users/1"),
            ] {
                let answer = hub.call(method, path, body.clone()).await;
                assert_eq!(answer.status, status, "{method} {path}");
                let detail = answer.json()["detail"].as_str().unwrap().replace(',', "");
                assert!(detail.contains(words), "{detail}");
                assert!(!answer.text().contains("secret"), "{}", answer.text());
                assert_eq!(status == 503, answer.header("retry-after").is_some(), "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn a_write_that_never_wins_its_race_asks_to_come_again() {
    let mut hub = Hub::new().await;
    let at = format!("/Users/{}", hub.user("ann").await);
    let store = Wrapped { store: Arc::clone(&hub.store), fault: Fault::Commits(lost) };
    hub.service = Service::builder(Arc::new(store), Arc::new(Door(None))).build();
    for (method, body) in [
        ("PUT", json!({ "userName": "b" })),
        ("PATCH", json!({ "Operations": [{ "op": "add", "path": "title", "value": "x" }] })),
    ] {
        let answer = hub.call(method, &at, body.clone()).await;
        answer.refused(503, "", "try again");
        assert!(answer.header("retry-after").is_some());
        let etag = hub.get(&at).await.etag();
        hub.with_headers(method, &at, &[("If-Match", &etag)], body).await.refused(412, "", "7");
    }
}
