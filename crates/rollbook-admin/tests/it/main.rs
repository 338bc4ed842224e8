//! The administration API over the in-memory store, request by request.

#![allow(clippy::unwrap_used, reason = "tests: what is not there is the failure")]

mod directories;
mod targets;

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use rollbook_admin::{Admin, Api};
use rollbook_store::{Keyring, MemoryStore, Store, SystemEnvironment};
use serde_json::Value;

/// An API over an empty store, and the store.
fn api() -> (Api, Arc<dyn Store>) {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let environment = Arc::new(SystemEnvironment);
    let keyring = Arc::new(Keyring::generate(environment.as_ref()));
    let admin = Admin::new(Arc::clone(&store), environment, keyring, "https://hub.example/");
    (Api::new(admin), store)
}

/// Sends one request; status and body.
async fn send(api: &Api, method: Method, path: &str, body: &str) -> (u16, Value) {
    let request = Request::builder()
        .method(method)
        .uri(format!("/provisioning/v1/{path}"))
        .body(Full::new(Bytes::from(body.to_owned())))
        .unwrap();
    let answer = api.handle(request).await;
    assert_eq!(answer.headers()["content-type"], "application/json");
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

/// The sentence of a refusal.
fn message(body: &Value) -> &str {
    body.pointer("/errors/0/message").and_then(Value::as_str).unwrap()
}
