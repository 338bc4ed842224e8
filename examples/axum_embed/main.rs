//! Mounts the SCIM service in an axum application, over a store of the application's own.
//!
//! * `store.rs`: the store, a `HashMap` behind the first of the storage traits; that is all that SCIM needs.
//! * `hooks.rs`: a wrapper around any store that sees each committed change and may refuse a write with a SCIM error.
//!
//! ```text
//! cargo run -p rollbook-examples --example axum_embed
//! cargo run -p rollbook-examples --example axum_embed -- --check     # a few requests without a socket, then the end
//! ```

#![allow(
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "an example shows what it does; JSON is indexed without a panic"
)]

mod hooks;
mod store;

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use rollbook_http::{Principal, Service, TokenAuthenticator};
use rollbook_protocol::{ClientKind, ScimError, ScimType};
use rollbook_store::{DirectoryId, Resources, Secret, SystemEnvironment};
use serde_json::{Value, json};
use tower_service::Service as _;

use hooks::{Hooked, Hooks, Written};
use store::HashStore;

/// What this application does with writes: it knows who came and went, and lets no contractor be an administrator.
#[derive(Debug, Default)]
struct House {
    seen: Mutex<Vec<String>>,
}

impl House {
    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Hooks for House {
    fn before(&self, body: &Value) -> Result<(), ScimError> {
        let is = |name: &str, wanted: &str| body[name].as_str().is_some_and(|text| text == wanted);
        if is("userType", "Contractor") && is("title", "Administrator") {
            let detail = "a contractor cannot be an administrator; choose another `title`";
            return Err(ScimError::bad_request(ScimType::InvalidValue, detail));
        }
        Ok(())
    }

    fn after(&self, written: &Written) {
        let line = format!("{} {} at {}", written.kind, written.id, written.version);
        println!("hook: {line}");
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(written.kind.to_owned());
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().any(|argument| argument == "--check") {
        return check().await;
    }
    let token = Secret::generate(&SystemEnvironment, "demo_");
    let app = application(&token, "http://127.0.0.1:8080", Arc::new(House::default()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    println!("http://127.0.0.1:8080/scim/v2/demo with the token {}", token.expose());
    axum::serve(listener, app).await?;
    Ok(())
}

/// The application: a page of its own, and SCIM below `/scim/v2`.
fn application(token: &Secret, base_url: &str, house: Arc<House>) -> Router {
    let store: Arc<dyn Resources> = Arc::new(Hooked::new(HashStore::default(), house));
    let caller = Principal::new(DirectoryId::new("demo"), "demo", ClientKind::Generic);
    let scim =
        Service::builder(store, Arc::new(TokenAuthenticator::new(token, caller))).base_url(base_url).build();
    Router::new().route("/", get(async || "our own page")).route_service("/scim/v2/{*rest}", scim)
}

/// A few requests, as an identity provider sends them.
async fn check() -> Result<(), Box<dyn Error>> {
    let token = Secret::new("a-token-for-the-check");
    let house = Arc::new(House::default());
    let mut app = application(&token, "http://app.example", Arc::clone(&house));
    let mut call =
        async |method: &str, path: &str, body: Value| -> Result<(StatusCode, Value), Box<dyn Error>> {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("authorization", format!("Bearer {}", token.expose()))
                .header("content-type", "application/scim+json")
                .body(Body::from(body.to_string()))?;
            let response = app.call(request).await?;
            let status = response.status();
            let bytes = response.into_body().collect().await?.to_bytes();
            println!("{method} {path}: {status}");
            Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
        };

    let (status, ana) =
        call("POST", "/scim/v2/demo/Users", json!({ "userName": "ana", "userType": "Contractor" })).await?;
    assert_eq!(status, StatusCode::CREATED);
    let id = ana["id"].as_str().ok_or("no id")?;
    let group = json!({ "displayName": "Sales", "members": [{ "value": id }] });
    let (status, _) = call("POST", "/scim/v2/demo/Groups", group).await?;
    assert_eq!(status, StatusCode::CREATED);

    // Uniqueness is the store's.
    let (status, error) = call("POST", "/scim/v2/demo/Users", json!({ "userName": "ANA" })).await?;
    assert_eq!((status, &error["scimType"]), (StatusCode::CONFLICT, &json!("uniqueness")));

    // The rule is the application's, and it holds for PATCH as for POST, without knowing what PATCH is.
    let path = format!("/scim/v2/demo/Users/{id}");
    let promote = json!({ "Operations": [{ "op": "replace", "path": "title", "value": "Administrator" }] });
    let (status, error) = call("PATCH", &path, promote).await?;
    assert_eq!((status, &error["scimType"]), (StatusCode::BAD_REQUEST, &json!("invalidValue")));
    println!("refused: {}", error["detail"]);

    let (_, read) = call("GET", &path, Value::Null).await?;
    assert_eq!((&read["title"], &read["groups"][0]["display"]), (&Value::Null, &json!("Sales")));
    let (_, list) = call("GET", "/scim/v2/demo/Users?filter=userName%20sw%20%22a%22", Value::Null).await?;
    assert_eq!(list["totalResults"], 1);
    let (status, _) = call("DELETE", &path, Value::Null).await?;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (_, groups) = call("GET", "/scim/v2/demo/Groups", Value::Null).await?;
    assert_eq!(groups["Resources"][0]["members"], json!([]));

    assert_eq!(house.seen(), ["created", "created", "deleted"]);
    Ok(())
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn it_runs() {
        super::check().await.unwrap();
    }
}
