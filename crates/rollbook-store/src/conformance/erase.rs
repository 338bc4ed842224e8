//! Erasing what is kept of somebody who was deleted.

use std::sync::Arc;

use super::fixture::{Fixture, delete, group, instant, user};
use super::ledger::{due, linked, target, write};
use super::requests::{append, paths, request};
use crate::{
    Attempt, Batch, LedgerWrite, Outcome, RequestRecord, SettingsWrite, Store, StoreError, TargetId,
};

async fn erase(store: &Arc<dyn Store>, hub: &Fixture<dyn Store>, id: &str) -> Result<(), StoreError> {
    let erase = SettingsWrite::Erase { directory: hub.directory.clone(), resource: id.into() };
    store.commit(Batch::global(instant(500)).setting(erase)).await.map(drop)
}

/// Two users in a group, both with everything that a ledger and the logs may know of them.
async fn fill(store: &Arc<dyn Store>) -> (Fixture<dyn Store>, TargetId) {
    let hub = Fixture::named(Arc::clone(store), "acme").await;
    hub.commit([user("ann"), user("ben"), group("g", &["u-ann", "u-ben"])]).await.expect("all are new");
    let target = target(&hub, "acme").await;
    write(&hub, ["u-ann", "u-ben", "g"].map(|id| due(&target, id, 100))).await;
    for id in ["u-ann", "u-ben"] {
        let link = super::ledger::link(&hub, &target, id).await;
        let waits = |resource: &str, on: &str| LedgerWrite::SetWaiting {
            target: target.clone(),
            resource: resource.into(),
            on: vec![on.into()],
        };
        let attempt = Attempt {
            id: format!("attempt {id}"),
            directory: hub.directory.clone(),
            target: target.clone(),
            resource: id.into(),
            resource_type: "User".to_owned(),
            at: instant(5),
            millis: 7,
            outcome: Outcome::Created,
            steps: Vec::new(),
            failure: None,
        };
        let writes = [
            LedgerWrite::Settle(linked(link)),
            waits(id, "manager"),
            waits(&format!("waits for {id}"), id),
            LedgerWrite::Append(attempt),
        ];
        write(&hub, writes).await;
        let mark = SettingsWrite::PutMark {
            name: format!("owner/{target}/User/remote {id}"),
            value: id.to_owned().into(),
        };
        store.commit(Batch::global(instant(9)).setting(mark)).await.expect("a mark is accepted");
        let named = RequestRecord {
            path: format!("/scim/v2/acme/Users/{id}"),
            ..request(Some(&hub.directory), "x", 1)
        };
        append(store, [named]).await;
    }
    (hub, target)
}

/// What is known of a user beside the directory itself.
async fn known(store: &Arc<dyn Store>, hub: &Fixture<dyn Store>, target: &TargetId, id: &str) -> [usize; 6] {
    let waits_for_it = format!("waits for {id}");
    let requests = paths(store, Some(&hub.directory), 100).await;
    [
        usize::from(store.link(target, &id.into()).await.unwrap().is_some()),
        store.waiting(target, &id.into()).await.unwrap().len(),
        store.waiting(target, &waits_for_it.as_str().into()).await.unwrap().len(),
        store.attempts(target, Some(&id.into()), 9).await.unwrap().len(),
        usize::from(store.mark(&format!("owner/{target}/User/remote {id}")).await.unwrap().is_some()),
        requests.iter().filter(|path| path.contains(id)).count(),
    ]
}

/// All that is kept of who was deleted goes; what is kept of others stays, and so do the log and its numbers.
pub async fn who_was_deleted_is_erased(store: Arc<dyn Store>) {
    let (hub, target) = fill(&store).await;
    hub.commit([delete("u-ann")]).await.expect("she is there");
    let (changes, edges) = (hub.changes().await, hub.member_changes("g", 0).await);
    assert_eq!(known(&store, &hub, &target, "u-ann").await, [1; 6]);
    erase(&store, &hub, "u-ann").await.expect("she was deleted");
    assert_eq!(known(&store, &hub, &target, "u-ann").await, [0; 6]);
    assert_eq!(known(&store, &hub, &target, "u-ben").await, [1; 6]);
    assert_eq!((hub.changes().await, hub.member_changes("g", 0).await), (changes, edges));
    assert!(
        store
            .due(&target, "User", instant(999), 9)
            .await
            .unwrap()
            .iter()
            .all(|it| it.resource.as_str() != "u-ann")
    );
    // Again is fine, and so is an id that names nothing.
    erase(&store, &hub, "u-ann").await.expect("it can be repeated");
    erase(&store, &hub, "nobody").await.expect("there is nothing to erase");
    // The id can be used again.
    hub.commit([user("ann")]).await.expect("the id and the name are free");
}

/// What lives is not erased, and nothing else of the batch is done.
pub async fn who_lives_is_not_erased(store: Arc<dyn Store>) {
    let (hub, target) = fill(&store).await;
    let refused = erase(&store, &hub, "u-ann").await.expect_err("she lives");
    assert!(matches!(refused, StoreError::Backend(_)), "{refused:?}");
    assert_eq!(known(&store, &hub, &target, "u-ann").await, [1; 6]);
}
