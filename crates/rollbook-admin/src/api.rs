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

/// Rows of the delivery log when nobody says how many, and at most.
const LOG_ROWS: (usize, usize) = (20, 1_000);

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
    /// | `GET /status` | how every directory and target is doing; `?directory=` for one |
    /// | `GET /directories`, `POST /directories` | lists, makes |
    /// | `POST /directories/{directory}/tokens` | makes a token and shows it once |
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

    async fn route(
        &self,
        method: &Method,
        path: &str,
        query: &str,
        body: &[u8],
    ) -> Result<(StatusCode, Bytes), AdminError> {
        let no_route = || AdminError::NoRoute { method: method.to_string(), path: path.to_owned() };
        let rest = path.strip_prefix("/provisioning/v1/").ok_or_else(no_route)?;
        let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
        let admin = &self.admin;
        let get = *method == Method::GET;
        let post = *method == Method::POST;
        match parts.as_slice() {
            ["status"] if get => ok(&admin.status(parameter(query, "directory")).await?),
            ["directories"] if get => ok(&admin.directories().await?),
            ["directories"] if post => created(&admin.add_directory(parse(body)?).await?),
            ["directories", directory, "tokens"] if post => {
                created(&admin.create_token(directory, parse(body)?).await?)
            }
            ["targets"] if get => ok(&admin.targets(None).await?),
            ["directories", directory, "targets"] if get => ok(&admin.targets(Some(directory)).await?),
            ["directories", directory, "targets"] if post => {
                created(&admin.add_target(directory, parse(body)?).await?)
            }
            ["directories", directory, "targets", target, "log"] if get => {
                let rows =
                    parameter(query, "limit").and_then(|limit| limit.parse().ok()).unwrap_or(LOG_ROWS.0);
                let resource = parameter(query, "resource");
                ok(&admin.log(directory, target, resource, rows.min(LOG_ROWS.1)).await?)
            }
            _ => Err(no_route()),
        }
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

/// A query parameter; names, ids and numbers need no decoding.
fn parameter<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
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

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, AdminError> {
    serde_json::from_slice(body)
        .map_err(|error| AdminError::Invalid { field: "body", problem: format!("does not fit: {error}") })
}

fn ok<T: Serialize>(value: &T) -> Result<(StatusCode, Bytes), AdminError> {
    answer(StatusCode::OK, value)
}

fn created<T: Serialize>(value: &T) -> Result<(StatusCode, Bytes), AdminError> {
    answer(StatusCode::CREATED, value)
}

fn answer<T: Serialize>(status: StatusCode, value: &T) -> Result<(StatusCode, Bytes), AdminError> {
    match serde_json::to_vec(value) {
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
