//! The administration API: JSON under `/provisioning/v1`.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::admin::Admin;
use crate::error::AdminError;

/// The largest request body: 1 MiB.
const MAX_BODY: usize = 1024 * 1024;

/// Rows of a log when nobody says how many, and at most.
const LOG_ROWS: (usize, usize) = (20, 1_000);

/// A status and a body in JSON.
type Answer = Result<(StatusCode, Bytes), AdminError>;

/// Serves [`Admin`] as JSON; cheap to clone, never fails. It asks for no credential: whoever may open the socket in
/// the data directory (mode 0600) may administer.
#[derive(Clone, Debug)]
pub struct Api {
    admin: Admin,
}

impl Api {
    /// Serves these functions.
    #[must_use]
    pub const fn new(admin: Admin) -> Self {
        Self { admin }
    }

    /// Answers one request.
    ///
    /// | method and path below `/provisioning/v1` | does |
    /// |---|---|
    /// | `GET /status` | how every directory and target is doing, and what expires soon; `?directory=` for one |
    /// | `GET /directories`, `POST /directories` | lists, makes |
    /// | `GET`, `PATCH /directories/{directory}` | shows, changes (what is absent stays) |
    /// | `DELETE /directories/{directory}` | begins to delete it: 202, `delete_in_progress` until it is gone |
    /// | `GET`, `POST /directories/{directory}/tokens` | lists (`?issued=true` with those of clients), makes and shows once |
    /// | `POST /directories/{directory}/tokens/rotate`, `…/tokens/{token}/rotate` | rotates the only one, or the named one |
    /// | `DELETE /directories/{directory}/tokens/{token}` | revokes it |
    /// | `GET`, `POST /directories/{directory}/clients` | lists, makes and shows the secret once |
    /// | `POST /directories/{directory}/clients/{client}/rotate`, `…/retire` | a new secret; ends the old one |
    /// | `DELETE /directories/{directory}/clients/{client}` | removes it, its secrets and its access tokens |
    /// | `GET /directories/{directory}/requests`, `GET /requests` | the inbound request log; of no directory; `?limit=` |
    /// | `POST /directories/{directory}/erase` | erases what is kept of a user: 200, or 202 while services are not told |
    /// | `GET /targets` | lists the targets of all directories |
    /// | `GET` and `POST /directories/{directory}/targets` | lists, adds |
    /// | `GET /directories/{directory}/targets/{target}/log` | the delivery log; `?resource=`, `?limit=` |
    pub async fn handle<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: hyper::body::Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (head, body) = request.into_parts();
        let answer = match read(body).await {
            Ok(body) => {
                self.route(&head.method, head.uri.path(), head.uri.query().unwrap_or_default(), &body).await
            }
            Err(error) => Err(error),
        };
        match answer {
            Ok((status, body)) => json(status, body),
            Err(error) => {
                if let AdminError::Store(cause) = &error {
                    tracing::error!(error = ?cause, "an administrative act failed in the store");
                }
                let status =
                    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                json(status, error.to_json().to_string().into())
            }
        }
    }

    async fn route(&self, method: &Method, path: &str, query: &str, body: &[u8]) -> Answer {
        let no_route = || AdminError::NoRoute { method: method.to_string(), path: path.to_owned() };
        let rest = path.strip_prefix("/provisioning/v1/").ok_or_else(no_route)?;
        let parts: Vec<String> = rest.trim_end_matches('/').split('/').map(decode).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["directories", directory, rest @ ..] if !rest.is_empty() => self
                .route_within(method, directory, rest, query, body)
                .await
                .unwrap_or_else(|| Err(no_route())),
            parts => self.route_top(method, parts, query, body).await.unwrap_or_else(|| Err(no_route())),
        }
    }

    /// What is not within a directory; `None` when there is no such route.
    async fn route_top(&self, method: &Method, parts: &[&str], query: &str, body: &[u8]) -> Option<Answer> {
        let admin = &self.admin;
        Some(match (method.as_str(), parts) {
            ("GET", ["status"]) => ok(admin.status(parameter(query, "directory").as_deref()).await),
            ("GET", ["directories"]) => ok(admin.directories().await),
            ("POST", ["directories"]) => match parse(body) {
                Ok(new) => created(admin.add_directory(new).await),
                Err(error) => Err(error),
            },
            ("GET", ["directories", directory]) => ok(admin.show_directory(directory).await),
            ("PATCH", ["directories", directory]) => match parse(body) {
                Ok(change) => ok(admin.change_directory(directory, change).await),
                Err(error) => Err(error),
            },
            ("DELETE", ["directories", directory]) => {
                answer(StatusCode::ACCEPTED, admin.delete_directory(directory).await)
            }
            ("GET", ["targets"]) => ok(admin.targets(None).await),
            ("GET", ["requests"]) => ok(admin.requests(None, rows(query)).await),
            _ => return None,
        })
    }

    /// What is within a directory; `None` when there is no such route.
    async fn route_within(
        &self,
        method: &Method,
        directory: &str,
        rest: &[&str],
        query: &str,
        body: &[u8],
    ) -> Option<Answer> {
        let admin = &self.admin;
        Some(match (method.as_str(), rest) {
            ("GET", ["tokens"]) => {
                ok(admin.tokens(directory, parameter(query, "issued").as_deref() == Some("true")).await)
            }
            ("POST", ["tokens"]) => match parse(body) {
                Ok(new) => created(admin.create_token(directory, new).await),
                Err(error) => Err(error),
            },
            ("POST", ["tokens", "rotate"]) => match parse(body) {
                Ok(rotation) => created(admin.rotate_token(directory, None, rotation).await),
                Err(error) => Err(error),
            },
            ("POST", ["tokens", token, "rotate"]) => match parse(body) {
                Ok(rotation) => created(admin.rotate_token(directory, Some(token), rotation).await),
                Err(error) => Err(error),
            },
            ("DELETE", ["tokens", token]) => ok(admin.revoke_token(directory, token).await),
            ("GET", ["clients"]) => ok(admin.clients(directory).await),
            ("POST", ["clients"]) => match parse(body) {
                Ok(new) => created(admin.add_client(directory, new).await),
                Err(error) => Err(error),
            },
            ("POST", ["clients", client, "rotate"]) => match parse(body) {
                Ok(rotation) => created(admin.rotate_client(directory, client, rotation).await),
                Err(error) => Err(error),
            },
            ("POST", ["clients", client, "retire"]) => ok(admin.retire_client(directory, client).await),
            ("DELETE", ["clients", client]) => ok(admin.delete_client(directory, client).await),
            ("POST", ["erase"]) => match parse(body) {
                Ok(erasure) => {
                    let done = admin.erase(directory, erasure).await;
                    let is_open = done.as_ref().is_ok_and(|view| !view.erased);
                    answer(if is_open { StatusCode::ACCEPTED } else { StatusCode::OK }, done)
                }
                Err(error) => Err(error),
            },
            ("GET", ["requests"]) => ok(admin.requests(Some(directory), rows(query)).await),
            ("GET", ["targets"]) => ok(admin.targets(Some(directory)).await),
            ("POST", ["targets"]) => match parse(body) {
                Ok(new) => created(admin.add_target(directory, new).await),
                Err(error) => Err(error),
            },
            ("GET", ["targets", target, "log"]) => {
                let resource = parameter(query, "resource");
                ok(admin.log(directory, target, resource.as_deref(), rows(query)).await)
            }
            _ => return None,
        })
    }
}

impl<B> hyper::service::Service<Request<B>> for Api
where
    B: hyper::body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<B>) -> Self::Future {
        let api = self.clone();
        Box::pin(async move { Ok(api.handle(request).await) })
    }
}

/// A query parameter.
fn parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| decode(value))
}

/// Text with `%` escapes (RFC 3986 §2.1); what is none stays as it is, and names nothing.
fn decode(text: &str) -> String {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, digit(tail.first()), digit(tail.get(1))) {
            (b'%', Some(high), Some(low)) => {
                bytes.extend(u8::try_from(high * 16 + low));
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn read<B>(body: B) -> Result<Bytes, AdminError>
where
    B: hyper::body::Body + Send,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(_) => {
            Err(AdminError::Invalid { field: "body", problem: format!("is longer than {MAX_BODY} bytes") })
        }
    }
}

/// How many rows of a log are asked for.
fn rows(query: &str) -> usize {
    let asked = parameter(query, "limit").and_then(|limit| limit.parse().ok());
    asked.unwrap_or(LOG_ROWS.0).min(LOG_ROWS.1)
}

/// The body as what it must be; an empty one is an empty object.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, AdminError> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body)
        .map_err(|error| AdminError::Invalid { field: "body", problem: format!("does not fit: {error}") })
}

fn ok<T: Serialize>(value: Result<T, AdminError>) -> Answer {
    answer(StatusCode::OK, value)
}

fn created<T: Serialize>(value: Result<T, AdminError>) -> Answer {
    answer(StatusCode::CREATED, value)
}

fn answer<T: Serialize>(status: StatusCode, value: Result<T, AdminError>) -> Answer {
    match serde_json::to_vec(&value?) {
        Ok(bytes) => Ok((status, bytes.into())),
        Err(error) => Err(AdminError::Store(rollbook_store::StoreError::Backend(error.into()))),
    }
}

fn json(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
