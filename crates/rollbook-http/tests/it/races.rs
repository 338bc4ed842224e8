//! Requests at the same time (idp-clients §0 16; fleet#50724).

use std::sync::Arc;

use rollbook_http::Service;
use serde_json::json;

use crate::store_errors::Wrapped;
use crate::support::{Hub, ORIGIN};

/// A hub whose store lets others go first before each read and write, so that every race is lost by somebody.
async fn contended() -> Hub {
    let mut hub = Hub::new().await;
    let store = Wrapped::yielding(Arc::clone(&hub.store));
    let environment = Arc::new(rollbook_store::SystemEnvironment);
    let tokens: Arc<dyn rollbook_store::Store> = Arc::<rollbook_store::MemoryStore>::clone(&hub.store);
    let authenticator = Arc::new(rollbook_http::StoreAuthenticator::new(tokens, environment));
    hub.service = Service::builder(Arc::new(store), authenticator).base_url(ORIGIN).build();
    hub
}

/// Runs the calls at once; the statuses in order.
async fn at_once(hub: &Hub, calls: Vec<(&'static str, String, serde_json::Value)>) -> Vec<u16> {
    let tasks: Vec<_> = calls
        .into_iter()
        .map(|(method, path, body)| {
            let hub = hub.clone();
            tokio::spawn(async move { hub.call(method, &path, body).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.unwrap());
    }
    statuses
}

#[tokio::test]
async fn members_that_are_added_at_once_are_all_there() {
    let hub = contended().await;
    let at = format!("/Groups/{}", hub.group("g", &[]).await);
    let mut calls = Vec::new();
    for number in 0..16 {
        let user = hub.user(&format!("u{number}")).await;
        let add = json!([{ "op": "add", "path": "members", "value": [{ "value": user }] }]);
        calls.push(("PATCH", at.clone(), json!({ "Operations": add })));
    }
    assert_eq!(at_once(&hub, calls).await, [200; 16]);
    assert_eq!(hub.get(&at).await.json()["members"].as_array().unwrap().len(), 16);
}

#[tokio::test]
async fn attributes_that_are_changed_at_once_are_all_changed() {
    let hub = contended().await;
    let at = format!("/Users/{}", hub.user("ann").await);
    let calls = (0..32).map(|number| {
        let add = json!([{ "op": "add", "path": "emails", "value": [{ "type": "other", "value": format!("a{number}@x") }] }]);
        ("PATCH", at.clone(), json!({ "Operations": add }))
    });
    assert_eq!(at_once(&hub, calls.collect()).await, [200; 32]);
    assert_eq!(hub.get(&at).await.json()["emails"].as_array().unwrap().len(), 32);
}

#[tokio::test]
async fn members_and_attributes_of_a_group_change_side_by_side() {
    let hub = contended().await;
    let at = format!("/Groups/{}", hub.group("g", &[]).await);
    let mut calls = Vec::new();
    for number in 0..8 {
        let add = json!([{ "op": "add", "path": "members", "value": [{ "value": format!("m{number}") }] }]);
        let rename = json!([{ "op": "replace", "path": "externalId", "value": format!("e{number}") }]);
        let both = json!([
            { "op": "add", "path": "members", "value": [{ "value": format!("n{number}") }] },
            { "op": "replace", "path": "displayName", "value": format!("g{number}") }
        ]);
        for operations in [add, rename, both] {
            calls.push(("PATCH", at.clone(), json!({ "Operations": operations })));
        }
    }
    assert_eq!(at_once(&hub, calls).await, [200; 24]);
    assert_eq!(hub.get(&at).await.json()["members"].as_array().unwrap().len(), 16);
}

#[tokio::test]
async fn of_two_creates_of_one_name_one_wins() {
    let hub = contended().await;
    for round in 0..20 {
        let create = |name: String| ("POST", "/Users".to_owned(), json!({ "userName": name }));
        let calls = vec![create(format!("ann{round}")), create(format!("ANN{round}"))];
        let mut statuses = at_once(&hub, calls).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
    }
    assert_eq!(hub.get("/Users").await.json()["totalResults"], 20);
}

#[tokio::test]
async fn of_many_who_name_the_same_version_one_wins() {
    let hub = contended().await;
    let at = format!("/Users/{}", hub.user("ann").await);
    let etag = hub.get(&at).await.etag();
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let (hub, at, etag) = (hub.clone(), at.clone(), etag.clone());
            let (method, body) = if number % 2 == 0 {
                ("PUT", json!({ "userName": "ann", "title": number.to_string() }))
            } else {
                (
                    "PATCH",
                    json!({ "Operations": [{ "op": "add", "path": "title", "value": number.to_string() }] }),
                )
            };
            tokio::spawn(
                async move { hub.with_headers(method, &at, &[("If-Match", &etag)], body).await.status },
            )
        })
        .collect();
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
}

#[tokio::test]
async fn of_two_deletes_one_finds_nothing() {
    let hub = contended().await;
    let at = format!("/Users/{}", hub.user("ann").await);
    let calls = vec![("DELETE", at.clone(), json!(null)), ("DELETE", at, json!(null))];
    let mut statuses = at_once(&hub, calls).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 404]);
}
