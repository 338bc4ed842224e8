//! Batches that write resources, ledger and settings together.

use std::sync::Arc;

use super::fixture::{Fixture, assert_missing, assert_taken, delete, instant, user};
use super::ledger::{due, linked, target};
use crate::{Batch, LedgerWrite, SettingsWrite, Store};

/// Resources, ledger and settings stand or fall together.
pub async fn a_refused_setting_undoes_resources_and_ledger(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let target = target(&hub, "crm").await;
    let batch = hub
        .batch()
        .resource(user("Ann"))
        .ledger(LedgerWrite::SetCursor { target: target.clone(), seq: 1 })
        .ledger(due(&target, "u-ann", 5))
        .setting(SettingsWrite::PutMark { name: "note".to_owned(), value: "x".into() })
        .setting(SettingsWrite::TouchToken { id: "nothing".into(), at: instant(1) });
    assert_missing(&hub.store.commit(batch).await.expect_err("no such token"), "token", "nothing");
    assert_eq!(hub.get("u-ann").await, None);
    assert_eq!(hub.last_seq().await, 0);
    assert_eq!(hub.store.cursor(&target).await.unwrap(), 0);
    assert_eq!(hub.store.link(&target, &"u-ann".into()).await.unwrap(), None);
    assert_eq!(hub.store.next_due(&target).await.unwrap(), None);
    assert_eq!(hub.store.mark("note").await.unwrap(), None);
}

/// A refused resource undoes nothing of others, and nothing of the ledger and settings beside it happens.
pub async fn a_refused_resource_undoes_ledger_and_settings(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    hub.write(user("Ann")).await;
    let batch = hub
        .batch()
        .resource(user("Bob"))
        .resource(super::fixture::user_with("u-2", "Ann"))
        .ledger(LedgerWrite::SetCursor { target: crm.clone(), seq: 1 })
        .ledger(LedgerWrite::SetWaiting { target: crm.clone(), resource: "g".into(), on: vec!["a".into()] })
        .setting(SettingsWrite::PutMark { name: "note".to_owned(), value: "x".into() });
    assert_taken(&hub.store.commit(batch).await.expect_err("`Ann` is taken"), "User", "userName");
    assert_eq!(hub.store.cursor(&crm).await.unwrap(), 0);
    assert_eq!(hub.store.waiting(&crm, &"g".into()).await.unwrap(), []);
    assert_eq!(hub.store.mark("note").await.unwrap(), None);
    assert_eq!((hub.last_seq().await, hub.get("u-bob").await), (1, None));
}

/// What is refused as the last of many settings undoes those before it, also where they replaced something.
pub async fn a_refused_setting_restores_what_was_there(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    let before = hub.store.target(&crm).await.unwrap().expect("it is there");
    let mark = |value: &'static str| SettingsWrite::PutMark { name: "note".to_owned(), value: value.into() };
    hub.store.commit(Batch::global(instant(1)).setting(mark("one"))).await.expect("it is kept");
    let mut changed = before.clone();
    changed.url = "https://elsewhere.example".to_owned();
    let directory = hub.store.directory("acme").await.unwrap().expect("it is there");
    let mut renamed = directory.clone();
    renamed.name = "Another name".to_owned();
    let batch = Batch::global(instant(2))
        .setting(mark("two"))
        .setting(SettingsWrite::PutTarget(changed))
        .setting(SettingsWrite::PutDirectory(renamed))
        .setting(SettingsWrite::TouchToken { id: "nothing".into(), at: instant(1) });
    assert_missing(&hub.store.commit(batch).await.expect_err("no such token"), "token", "nothing");
    assert_eq!(hub.store.mark("note").await.unwrap().as_deref(), Some(&b"one"[..]));
    assert_eq!(hub.store.target(&crm).await.unwrap(), Some(before));
    assert_eq!(hub.store.directory("acme").await.unwrap(), Some(directory));
}

/// One batch can change a resource, settle its link and move the cursor.
pub async fn a_batch_writes_all_three_kinds(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    let batch = hub
        .batch()
        .resource(user("Ann"))
        .resource(user("Bob"))
        .resource(delete("u-bob"))
        .ledger(due(&crm, "u-ann", 200))
        .ledger(LedgerWrite::SetCursor { target: crm.clone(), seq: 3 })
        .setting(SettingsWrite::PutMark { name: "note".to_owned(), value: "x".into() });
    let committed = hub.store.commit(batch).await.expect("all of it is accepted");
    assert_eq!(committed.results.len(), 3, "one result for each resource write");
    assert_eq!(hub.last_seq().await, 3);
    assert_eq!(hub.store.cursor(&crm).await.unwrap(), 3);
    assert_eq!(hub.store.mark("note").await.unwrap().as_deref(), Some(&b"x"[..]));
    let link = super::ledger::link(&hub, &crm, "u-ann").await;
    let batch = hub.batch().resource(delete("u-ann")).ledger(LedgerWrite::Settle(linked(link)));
    hub.store.commit(batch).await.expect("here too");
    assert_eq!(hub.store.next_due(&crm).await.unwrap(), None);
    assert_eq!(hub.get("u-ann").await, None);
}
