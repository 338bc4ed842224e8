//! Requests out of text.

use ::http::header::{AUTHORIZATION, CONTENT_TYPE};
use ::http::{HeaderValue, Request};
use bytes::Bytes;
use http_body_util::Full;

use super::TOKEN;

/// Reads the requests of an input; what is no HTTP is left out.
///
/// A request without `Authorization` gets the right token, one without `Content-Type` that of SCIM.
pub(super) fn requests(data: &[u8]) -> impl Iterator<Item = Request<Full<Bytes>>> {
    let mut parts: Vec<Vec<&[u8]>> = vec![Vec::new()];
    for line in data.split(|byte| *byte == b'\n') {
        match line {
            b"---" => parts.push(Vec::new()),
            line => parts.last_mut().unwrap().push(line),
        }
    }
    parts.into_iter().filter_map(|lines| request(&lines))
}

fn request(lines: &[&[u8]]) -> Option<Request<Full<Bytes>>> {
    let (first, rest) = lines.split_first()?;
    let (method, target) = std::str::from_utf8(first).ok()?.split_once(' ')?;
    let mut builder = Request::builder().method(method).uri(target);
    let head = rest.iter().position(|line| line.is_empty()).unwrap_or(rest.len());
    let (head, body) = rest.split_at(head);
    for line in head {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at(colon);
        builder = builder.header(name, HeaderValue::from_bytes(value[1..].trim_ascii()).ok()?);
    }
    let body = body.split_first().map(|(_, body)| body.join(&b'\n')).unwrap_or_default();
    let mut request = builder.body(Full::new(Bytes::from(body))).ok()?;
    let headers = request.headers_mut();
    if !headers.contains_key(AUTHORIZATION) {
        headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {TOKEN}")).unwrap());
    }
    if !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
    }
    Some(request)
}
