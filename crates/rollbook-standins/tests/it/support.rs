//! A small HTTP client, and a stand-in to call.

use rollbook_schema::{JsonLimits, Resource, Value, parse_value};
use rollbook_standins::{Habits, Standin};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer: status, head and body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

pub(crate) async fn start(habits: Habits) -> Standin {
    Standin::start(habits, "token").await.unwrap()
}

/// Makes a call; `None` when the connection was dropped without an answer.
pub(crate) async fn try_call(
    service: &Standin,
    token: &str,
    method: &str,
    path: &str,
    body: &str,
) -> Option<Answer> {
    let host = service.url().replace("http://", "");
    let mut stream = TcpStream::connect(&host).await.unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    // A reset is a dropped connection too.
    let _ = stream.read_to_string(&mut text).await;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Some(Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() })
}

pub(crate) async fn call(service: &Standin, method: &str, path: &str, body: &str) -> Answer {
    try_call(service, "token", method, path, body).await.expect("an answer")
}

/// Creates a resource and returns its id.
pub(crate) async fn create(service: &Standin, endpoint: &str, body: &str) -> String {
    let answer = call(service, "POST", endpoint, body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.resource().id().unwrap().to_owned()
}

pub(crate) fn patch(operations: &str) -> String {
    format!(r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{operations}]}}"#)
}

impl Answer {
    pub(crate) fn resource(&self) -> Resource {
        match parse_value(self.body.as_bytes(), &JsonLimits::default()) {
            Ok(Value::Complex(complex)) => complex.into(),
            other => panic!("{other:?}: {}", self.body),
        }
    }

    /// A top-level string or number, as text.
    pub(crate) fn text(&self, name: &str) -> String {
        let value = self.resource().get(name).map(Value::to_json_string).unwrap_or_default();
        value.trim_matches('"').to_owned()
    }
}
