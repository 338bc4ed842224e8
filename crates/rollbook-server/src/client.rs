//! Where a verb's request goes: to the running server by its socket, else to an API opened here.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use rollbook_admin::{Api, DirectoryView};
use rollbook_store::SystemEnvironment;
use serde_json::Value;
use tokio::net::UnixStream;

use crate::config::Config;
use crate::data::{Data, database_path, socket_path};
use crate::error::ServerError;
use crate::hub::{Hub, Parts};

/// Sends one request of the administration API and returns its answer.
///
/// # Errors
/// [`ServerError::Refused`] with the API's own sentence for an answer that is not 2xx.
pub(crate) async fn call(
    config: &Config,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Result<Value, ServerError> {
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let socket = socket_path(&config.data);
    let request = Request::builder()
        .method(method)
        .uri(format!("/provisioning/v1/{path}"))
        .header(http::header::HOST, "rollbook")
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| ServerError::Refused(error.to_string()))?;
    let (status, body) = match UnixStream::connect(&socket).await {
        Ok(stream) => over_socket(stream, request, &socket).await?,
        // No socket, or one that nobody listens on any more: no server runs here. To look at what is not there, or to
        // change it, would only leave an empty directory behind; to make a first directory is fine.
        Err(_)
            if path != "directories"
                && config.database.is_none()
                && !database_path(&config.data).exists() =>
        {
            let data = config.data.display();
            return Err(ServerError::Config(format!(
                "there is no rollbook data in `{data}`: name its directory with `--data`, or make a first directory with \
                 `rollbook directory add`"
            )));
        }
        Err(_) => here(config, request).await?,
    };
    let value: Value = serde_json::from_slice(&body).map_err(|error| unreachable(&socket, error))?;
    if status.is_success() {
        return Ok(value);
    }
    let said =
        value.pointer("/errors/0/message").and_then(Value::as_str).unwrap_or("the request was refused");
    Err(ServerError::Refused(said.to_owned()))
}

async fn over_socket(
    stream: UnixStream,
    request: Request<Full<Bytes>>,
    socket: &Path,
) -> Result<(StatusCode, Bytes), ServerError> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unreachable(socket, error))?;
    let connection = tokio::spawn(connection);
    let answer = sender.send_request(request).await.map_err(|error| unreachable(socket, error))?;
    let status = answer.status();
    let body = answer.into_body().collect().await.map_err(|error| unreachable(socket, error))?.to_bytes();
    connection.abort();
    Ok((status, body))
}

/// A name as one segment of a path, or as the value of a query's parameter.
pub(crate) fn segment(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

async fn here(config: &Config, request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes), ServerError> {
    let parts = Parts::of(config)?;
    let environment = Arc::new(SystemEnvironment);
    let data = Data::open(config, environment.as_ref()).await?;
    let base_url = config.base_url_at(config.listen);
    let hub = Hub::new(&data, environment, &base_url, parts);
    let deletes = *request.method() == Method::DELETE;
    let answer = Api::handle(&hub.api(), request).await;
    let status = answer.status();
    let body =
        answer.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let view = serde_json::from_slice::<DirectoryView>(&body);
    match view {
        Ok(view) if deletes && status.is_success() => Ok((status, deleted(&hub, view).await?)),
        _ => Ok((status, body)),
    }
}

/// Deletes a directory to its end: nobody else works in the data directory, so that there is nothing to wait for.
async fn deleted(hub: &Hub, mut view: DirectoryView) -> Result<Bytes, ServerError> {
    hub.admin.purge_now(&view.id).await?;
    view.delete_in_progress = false;
    let body = serde_json::to_vec(&view).map_err(|error| ServerError::Refused(error.to_string()))?;
    Ok(body.into())
}

fn unreachable(socket: &Path, error: impl std::fmt::Display) -> ServerError {
    ServerError::Unreachable { at: socket.display().to_string(), reason: error.to_string() }
}
