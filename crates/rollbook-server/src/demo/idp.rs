//! An identity provider's side: one keep-alive connection that sends SCIM requests.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::error::ServerError;

/// An identity provider that pushes to one directory.
#[derive(Clone, Debug)]
pub(super) struct Idp {
    address: SocketAddr,
    base: String,
    token: String,
}

/// A connection of an identity provider.
#[derive(Debug)]
pub(super) struct Connection {
    idp: Idp,
    sender: SendRequest<Full<Bytes>>,
}

impl Idp {
    pub(super) fn new(address: SocketAddr, directory: &str, token: String) -> Self {
        Self { address, base: format!("/scim/v2/{directory}"), token }
    }

    pub(super) async fn connect(&self) -> Result<Connection, ServerError> {
        let failed = || ServerError::io("calling the hub");
        let stream = TcpStream::connect(self.address).await.map_err(failed())?;
        stream.set_nodelay(true).map_err(failed())?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(broken)?;
        tokio::spawn(connection);
        Ok(Connection { idp: self.clone(), sender })
    }
}

impl Connection {
    /// Looks for a resource as clients do before they create one; its id when there is one.
    pub(super) async fn find(
        &mut self,
        endpoint: &str,
        attribute: &str,
        value: &str,
    ) -> Result<Option<String>, ServerError> {
        let value = value.replace('@', "%40").replace(' ', "%20");
        let path = format!("/{endpoint}?filter={attribute}%20eq%20%22{value}%22");
        let answer = self.send(Method::GET, &path, None).await?;
        Ok(answer.pointer("/Resources/0/id").and_then(Value::as_str).map(str::to_owned))
    }

    /// Creates a resource and returns its id.
    pub(super) async fn create(&mut self, endpoint: &str, body: &Value) -> Result<String, ServerError> {
        let answer = self.send(Method::POST, &format!("/{endpoint}"), Some(body)).await?;
        let id = answer.get("id").and_then(Value::as_str);
        id.map(str::to_owned)
            .ok_or_else(|| ServerError::Demo("the hub answered a create without an id".to_owned()))
    }

    /// Sends a request; an answer that is not 2xx ends the demo with the hub's own words.
    pub(super) async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, ServerError> {
        let request = Request::builder()
            .method(method.clone())
            .uri(format!("{}{path}", self.idp.base))
            .header("host", self.idp.address.to_string())
            .header("authorization", format!("Bearer {}", self.idp.token))
            .header("content-type", "application/scim+json; charset=utf-8")
            .body(Full::new(body.map(|body| Bytes::from(body.to_string())).unwrap_or_default()))
            .map_err(|error| ServerError::Demo(error.to_string()))?;
        let answer = self.sender.send_request(request).await.map_err(broken)?;
        let status = answer.status();
        let bytes = answer.into_body().collect().await.map_err(broken)?.to_bytes();
        if !status.is_success() {
            let said = String::from_utf8_lossy(&bytes).into_owned();
            return Err(ServerError::Demo(format!("{method} {path} was answered {status}: {said}")));
        }
        if status == StatusCode::NO_CONTENT {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).map_err(|error| ServerError::Demo(error.to_string()))
    }
}

fn broken(error: hyper::Error) -> ServerError {
    ServerError::Demo(format!("the connection to the hub broke: {error}"))
}
