//! The smallest SCIM server: hyper, an in-memory store, one token.
//!
//! ```text
//! cargo run -p rollbook-examples --example smallest_server
//! curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8080/scim/v2/demo/Users
//! ```

use std::sync::Arc;

use rollbook_http::{Principal, Service, TokenAuthenticator, serve};
use rollbook_protocol::ClientKind;
use rollbook_store::{DirectoryId, MemoryStore, Secret, SystemEnvironment};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    let token = Secret::generate(&SystemEnvironment, "demo_");
    let caller = Principal::new(DirectoryId::new("demo"), "demo", ClientKind::Generic);
    let authenticator = TokenAuthenticator::new(&token, caller);
    let service = Service::builder(Arc::new(MemoryStore::new()), Arc::new(authenticator))
        .base_url("http://127.0.0.1:8080")
        .build();
    eprintln!("http://127.0.0.1:8080/scim/v2/demo with the token {}", token.expose());
    serve(listener, service, async {
        let _ = tokio::signal::ctrl_c().await;
    })
    .await;
    Ok(())
}
