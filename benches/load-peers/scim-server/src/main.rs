//! The scim-server crate over its store in memory, behind hyper: `rollbook-load-scim-server PORT TOKEN`.
//!
//! It answers what the load program asks for: create, read by id, `filter=userName eq "x"`, a list with `count`.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use scim_server::multi_tenant::ScimOperation;
use scim_server::providers::StandardResourceProvider;
use scim_server::resource_handlers::{create_group_resource_handler, create_user_resource_handler};
use scim_server::schema::SchemaRegistry;
use scim_server::storage::InMemoryStorage;
use scim_server::{RequestContext, ScimServer};
use serde_json::{Value, json};
use tokio::net::TcpListener;

type Server = ScimServer<StandardResourceProvider<InMemoryStorage>>;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, port, token] = &arguments[..] else { panic!("PORT TOKEN") };
    let (port, token) = (port.parse::<u16>().expect("a port"), format!("Bearer {token}"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(serve(port, Arc::from(token)));
}

async fn serve(port: u16, token: Arc<str>) {
    let mut server =
        ScimServer::new(StandardResourceProvider::new(InMemoryStorage::new())).expect("a server");
    let schemas = SchemaRegistry::new().expect("schemas");
    let all = || {
        use ScimOperation::{Create, Delete, List, Read, Search, Update};
        vec![Create, Read, Update, Delete, List, Search]
    };
    let user = create_user_resource_handler(schemas.get_user_schema().clone());
    server.register_resource_type("User", user, all()).expect("a type");
    let group = create_group_resource_handler(schemas.get_group_schema().clone());
    server.register_resource_type("Group", group, all()).expect("a type");
    let server = Arc::new(server);
    let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        let (server, token) = (Arc::clone(&server), Arc::clone(&token));
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let (server, token) = (Arc::clone(&server), Arc::clone(&token));
                async move { Ok::<_, Infallible>(answer(&server, &token, request).await) }
            });
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(server: &Server, token: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let sent = request.headers().get("authorization").and_then(|it| it.to_str().ok());
    if sent != Some(token) {
        return respond(401, &Value::Null);
    }
    let (head, body) = request.into_parts();
    let context = RequestContext::new("load".to_owned());
    let mut path = head.uri.path().trim_start_matches('/').split('/');
    let ty = if path.next() == Some("Groups") { "Group" } else { "User" };
    let done = match (head.method, path.next()) {
        (Method::POST, None) => {
            let bytes = body.collect().await.expect("a body").to_bytes();
            let mut value: Value = serde_json::from_slice(&bytes).expect("JSON");
            leave_extensions_out(&mut value);
            server.create_resource(ty, value, &context).await.map(|it| (201, it.to_json().expect("JSON")))
        }
        (_, Some(id)) => match server.get_resource(ty, id, &context).await {
            Ok(Some(found)) => Ok((200, found.to_json().expect("JSON"))),
            Ok(None) => Ok((404, Value::Null)),
            Err(error) => Err(error),
        },
        (_, None) => list(server, ty, head.uri.query().unwrap_or_default(), &context).await,
    };
    match done {
        Ok((status, body)) => respond(status, &body),
        Err(error) => respond(400, &json!({ "detail": error.to_string() })),
    }
}

/// The crate refuses an extension, known or not: it gets the rest.
fn leave_extensions_out(value: &mut Value) {
    let is_extension = |text: &str| text.contains(":extension:");
    if let Some(object) = value.as_object_mut() {
        object.retain(|name, _| !is_extension(name));
    }
    if let Some(schemas) = value["schemas"].as_array_mut() {
        schemas.retain(|uri| !uri.as_str().is_some_and(is_extension));
    }
}

async fn list(
    server: &Server,
    ty: &str,
    query: &str,
    context: &RequestContext,
) -> Result<(u16, Value), scim_server::ScimError> {
    let wanted = query.strip_prefix("filter=userName%20eq%20%22").and_then(|it| it.strip_suffix("%22"));
    let (total, found) = match wanted {
        Some(name) => {
            let name = Value::from(name.replace("%40", "@"));
            let found = server.find_resource_by_attribute(ty, "userName", &name, context).await?;
            (found.iter().count(), Vec::from_iter(found))
        }
        None => {
            let all = server.list_resources(ty, context).await?;
            (all.len(), all)
        }
    };
    let resources: Vec<Value> = found.iter().take(100).map(|it| it.to_json().expect("JSON")).collect();
    let schema = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
    Ok((200, json!({ "schemas": [schema], "totalResults": total, "startIndex": 1, "Resources": resources })))
}

fn respond(status: u16, body: &Value) -> Response<Full<Bytes>> {
    let response = Response::builder().status(status).header("content-type", "application/scim+json");
    response.body(Full::from(body.to_string())).expect("a response")
}
