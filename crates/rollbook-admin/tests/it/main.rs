//! The administration API over the in-memory store, request by request.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests: what is not there is the failure"
)]

mod clients;
mod deletion;
mod directories;
mod expiry;
mod log;
mod requests;
mod rotation;
mod settings;
mod targets;

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use rollbook_admin::{Admin, Api};
use rollbook_store::{Environment, Keyring, MemoryStore, Store, SystemEnvironment};
use serde_json::Value;

/// A hub without a listener: an API over an empty store, at a time that the test moves.
struct Hub {
    api: Api,
    admin: Admin,
    store: Arc<dyn Store>,
    clock: Arc<Clock>,
}

/// A clock that goes on only when it is told to.
#[derive(Debug)]
struct Clock(Mutex<DateTime<Utc>>);

impl Environment for Clock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }

    fn fill(&self, bytes: &mut [u8]) {
        SystemEnvironment.fill(bytes);
    }
}

impl Clock {
    fn pass(&self, time: TimeDelta) {
        *self.0.lock().unwrap() += time;
    }
}

impl Hub {
    fn new() -> Self {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let clock = Arc::new(Clock(Mutex::new("2026-11-22T10:00:00Z".parse().unwrap())));
        let keyring = Arc::new(Keyring::generate(clock.as_ref()));
        let environment: Arc<dyn Environment> = Arc::<Clock>::clone(&clock);
        let admin = Admin::new(Arc::clone(&store), environment, keyring, "https://hub.example/");
        Self { api: Api::new(admin.clone()), admin, store, clock }
    }

    /// A hub with the directory `acme`.
    async fn with_acme() -> Self {
        let hub = Self::new();
        assert_eq!(hub.post("directories", r#"{"name": "Acme"}"#).await.0, 201);
        hub
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = send(&self.api, Method::GET, path, "").await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn post(&self, path: &str, body: &str) -> (u16, Value) {
        send(&self.api, Method::POST, path, body).await
    }

    async fn patch(&self, path: &str, body: &str) -> (u16, Value) {
        send(&self.api, Method::PATCH, path, body).await
    }

    async fn delete(&self, path: &str) -> (u16, Value) {
        send(&self.api, Method::DELETE, path, "").await
    }

    /// The answer to a POST that must make something.
    async fn made(&self, path: &str, body: &str) -> Value {
        let (status, answer) = self.post(path, body).await;
        assert_eq!(status, 201, "{path} {body}: {answer}");
        answer
    }
}

/// An API over an empty store, and the store.
fn api() -> (Api, Arc<dyn Store>) {
    let hub = Hub::new();
    (hub.api, hub.store)
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
    body.pointer("/errors/0/message").and_then(Value::as_str).unwrap_or_else(|| panic!("no refusal: {body}"))
}

/// The word of a refusal.
fn code(body: &Value) -> &str {
    body.pointer("/errors/0/code").and_then(Value::as_str).unwrap_or_else(|| panic!("no refusal: {body}"))
}
