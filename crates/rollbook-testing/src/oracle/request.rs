//! Whole requests, one after the other, against a small service without a socket.

mod parse;
mod service;

use ::http::header::{ALLOW, CONTENT_TYPE, ETAG, LOCATION, WWW_AUTHENTICATE};
use ::http::{HeaderMap, Method, Request, StatusCode};
use bytes::Bytes;
use http_body_util::Full;
use serde_json::Value;

pub(super) use service::{Answer, TOKEN, World};

/// The most requests that one input makes.
const MOST: usize = 8;

/// A line `---` parts the requests; each is `METHOD target`, header lines, an empty line, the body.
///
/// Whatever comes, the answer is one that SCIM knows: an error has a SCIM body, nothing fails inside, no password is
/// shown, and what was created can be read.
pub fn request(data: &[u8]) {
    let world = World::new();
    // A detail may repeat what the input says in another place than the credentials.
    let told = data.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
    for request in parse::requests(data).take(MOST) {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let answer = world.answer(request);
        is_scim(&method, &path, &answer);
        assert!(told || !shows_token(&answer), "{method} {path} shows the token");
        if answer.status == StatusCode::CREATED && path.contains("/scim/") {
            can_be_read(&world, &answer);
        }
    }
}

fn can_be_read(world: &World, created: &Answer) {
    let location = created.headers[LOCATION].to_str().unwrap();
    let request = Request::get(location).header("authorization", format!("Bearer {TOKEN}"));
    let read = world.answer(request.body(Full::new(Bytes::new())).unwrap());
    assert_eq!(read.status, StatusCode::OK, "created, but not to be read at {location}");
    assert_eq!(read.headers[ETAG], created.headers[ETAG], "{location}");
}

/// Checks an answer against what SCIM allows (RFC 7644 §3.12).
pub(super) fn is_scim(method: &Method, path: &str, answer: &Answer) {
    let status = answer.status;
    let place = || format!("{method} {path}: {status}");
    assert!(!status.is_server_error() || status == StatusCode::NOT_IMPLEMENTED, "{}", place());
    assert!(!status.is_informational(), "{}", place());
    if [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&status) || method == Method::HEAD {
        assert!(answer.body.is_empty(), "{} with a body", place());
        return;
    }
    assert_eq!(content_type(&answer.headers), Some("application/scim+json"), "{}", place());
    let body: Value =
        serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{}: {error}", place()));
    if status.is_client_error() || status.is_server_error() {
        is_error(&body, answer, &place());
    } else {
        assert!(body.get("password").is_none(), "{} shows a password", place());
    }
}

/// Whether the token is in an answer's body.
pub(super) fn shows_token(answer: &Answer) -> bool {
    answer.body.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes())
}

fn is_error(body: &Value, answer: &Answer, place: &str) {
    assert_eq!(body["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error", "{place}");
    assert_eq!(body["status"], answer.status.as_str(), "{place}");
    let detail = body["detail"].as_str().unwrap_or_default();
    assert!(!detail.is_empty(), "{place} says nothing");
    match answer.status {
        StatusCode::UNAUTHORIZED => assert!(answer.headers.contains_key(WWW_AUTHENTICATE), "{place}"),
        StatusCode::METHOD_NOT_ALLOWED => assert!(answer.headers.contains_key(ALLOW), "{place}"),
        StatusCode::NOT_FOUND => assert!(body.get("scimType").is_none(), "{place}"),
        _ => {}
    }
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok())
}
