//! The deletion of a directory: at once for callers, bit by bit for what it holds.

use std::time::Duration;

use rollbook_store::{Batch, ResourceId, ResourceWrite};
use serde_json::json;
use tokio::sync::watch;

use super::{Hub, code, message};

/// Puts users into a directory.
async fn users(hub: &Hub, slug: &str, count: usize) {
    let directory = hub.store.directory(slug).await.unwrap().unwrap();
    let mut batch = Batch::new(directory.id, directory.created);
    for number in 0..count {
        batch = batch.resource(ResourceWrite::Create {
            id: ResourceId::new(format!("u{number}")),
            resource_type: "User".to_owned(),
            body: r#"{"userName":"x"}"#.into(),
            keys: Vec::new(),
            display: None,
            members: Vec::new(),
            attributes: Vec::new(),
        });
    }
    hub.store.commit(batch).await.unwrap();
}

async fn gone(hub: &Hub, slug: &str) -> bool {
    for _ in 0..400 {
        if hub.store.directory(slug).await.unwrap().is_none() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    false
}

#[tokio::test]
async fn nothing_may_be_changed_while_it_goes() {
    let hub = Hub::with_acme().await;
    hub.made("directories/acme/clients", r#"{"client_id": "okta"}"#).await;
    users(&hub, "acme", 3).await;
    let (status, answer) = hub.delete("directories/acme").await;
    assert_eq!((status, &answer["delete_in_progress"], &answer["users"]), (202, &json!(true), &json!(3)));
    // Again is fine.
    assert_eq!(hub.delete("directories/acme").await.0, 202);
    let words = "the directory `acme` is being deleted; `rollbook directory list` shows when it is gone";
    for (path, body) in [
        ("directories/acme/tokens", "{}"),
        ("directories/acme/tokens/rotate", "{}"),
        ("directories/acme/clients", "{}"),
        ("directories/acme/clients/okta/rotate", "{}"),
        ("directories/acme/targets", r#"{"name": "wiki", "url": "https://a.example"}"#),
        ("directories", r#"{"name": "Acme"}"#),
    ] {
        let (status, answer) = hub.post(path, body).await;
        assert_eq!((status, code(&answer), message(&answer)), (409, "delete.in.progress", words), "{path}");
    }
    assert_eq!(hub.patch("directories/acme", r#"{"name": "X"}"#).await.0, 409);
    assert_eq!(hub.get("directories/acme").await["delete_in_progress"], true);
}

#[tokio::test]
async fn all_goes_in_steps_and_the_neighbour_stays() {
    let hub = Hub::with_acme().await;
    hub.made("directories", r#"{"name": "Beta"}"#).await;
    users(&hub, "acme", 2_500).await;
    users(&hub, "beta", 5).await;
    hub.made("directories/acme/tokens", "{}").await;
    hub.made("directories/acme/clients", r#"{"client_id": "okta"}"#).await;
    hub.made("directories/acme/targets", r#"{"name": "wiki", "url": "https://a.example"}"#).await;
    let (stop, stopped) = watch::channel(false);
    let admin = hub.admin.clone();
    let purge = tokio::spawn(async move { admin.purge(stopped).await });
    tokio::time::sleep(Duration::from_millis(20)).await;
    hub.delete("directories/acme").await;
    assert!(gone(&hub, "acme").await, "it is still there");
    assert_eq!(hub.get("directories/beta").await["users"], 5);
    assert!(hub.store.client(&"okta".into()).await.unwrap().is_none());
    assert_eq!(hub.get("targets").await, json!([]));
    // Its name is free again, and the new one is empty.
    let made = hub.made("directories", r#"{"name": "Acme"}"#).await;
    assert_eq!((&made["users"], &made["delete_in_progress"]), (&json!(0), &json!(false)));
    assert_eq!(hub.get("directories/acme/tokens").await, json!([]));
    stop.send_replace(true);
    purge.await.unwrap();
}

#[tokio::test]
async fn what_was_left_from_before_goes_on() {
    let hub = Hub::with_acme().await;
    users(&hub, "acme", 10).await;
    hub.delete("directories/acme").await;
    // The process that was told of it is gone; this one only finds it in the store.
    let (stop, stopped) = watch::channel(false);
    let admin = hub.admin.clone();
    let purge = tokio::spawn(async move { admin.purge(stopped).await });
    assert!(gone(&hub, "acme").await, "it is still there");
    stop.send_replace(true);
    purge.await.unwrap();
}

#[tokio::test]
async fn a_process_that_serves_nobody_deletes_at_once() {
    let hub = Hub::with_acme().await;
    hub.made("directories/acme/targets", r#"{"name": "wiki", "url": "https://a.example"}"#).await;
    users(&hub, "acme", 1_500).await;
    hub.admin.purge_now("acme").await.unwrap();
    assert_eq!(hub.get("directories/acme").await["users"], 1_500, "it was not to be deleted");
    hub.delete("directories/acme").await;
    hub.admin.purge_now("acme").await.unwrap();
    assert!(hub.store.directory("acme").await.unwrap().is_none());
    hub.admin.purge_now("acme").await.unwrap();
}
