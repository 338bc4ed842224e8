//! Headers: credentials, entity tags.

use ::http::{HeaderValue, Method, Request, StatusCode};
use bytes::Bytes;
use http_body_util::Full;
use rollbook_protocol::{Cursor, Fingerprint, ScimType, SearchParams, etag, etag_matches};

use super::request::{Answer, TOKEN, World, is_scim, shows_token};

thread_local! {
    /// One for all inputs: what is read here changes nothing.
    static WORLD: World = World::new();
}

/// Only the token opens the directory, whatever surrounds it; anything else is one and the same 401.
pub fn authorization(data: &[u8]) {
    let Some(answer) = get("/scim/v2/demo/Users?count=0", "authorization", data) else { return };
    let text = std::str::from_utf8(data).unwrap_or_default();
    let right = text
        .trim_ascii()
        .split_once(' ')
        .is_some_and(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && token.trim_ascii() == TOKEN);
    let expected = if right { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
    assert_eq!(answer.status, expected, "{text:?}");
    if !right {
        let other = get("/scim/v2/demo/Users?count=0", "authorization", b"Bearer x").unwrap();
        assert_eq!(answer.body, other.body, "the answer tells why the credentials are refused");
    }
}

/// A list of entity tags names a version or does not; a precondition passes or fails, and nothing else.
pub fn cursor_or_etag(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        for version in [0, 1, 7, 42, u64::MAX] {
            let named = etag_matches(text, version);
            let sense = text.contains('*') || text.contains(&version.to_string());
            assert!(sense || !named, "{text:?} is said to name {version}");
            assert!(etag_matches(&format!("{}, {text}", etag(version)), version), "{text:?}");
        }
        cursor(text);
    }
    for (header, allowed) in [
        ("if-match", [StatusCode::OK, StatusCode::PRECONDITION_FAILED]),
        ("if-none-match", [StatusCode::OK, StatusCode::NOT_MODIFIED]),
    ] {
        let Some(answer) = get("/scim/v2/demo/Users/u1", header, data) else { return };
        assert!(allowed.contains(&answer.status), "{header}: {:?}: {}", data, answer.status);
    }
    let query: String = data.iter().map(|byte| format!("%{byte:02X}")).collect();
    let target = format!("/scim/v2/demo/Users?count=1&cursor={query}");
    if let Some(answer) = get(&target, "accept", b"*/*") {
        let allowed = [StatusCode::OK, StatusCode::BAD_REQUEST];
        assert!(allowed.contains(&answer.status), "cursor {data:?}: {}", answer.status);
    }
}

/// A text is a cursor of this query or is refused; a cursor made with it comes back, for its own query and whole alone.
fn cursor(text: &str) {
    let query = |text| Fingerprint::new("demo/Users", &SearchParams::from_query(Some(text)).unwrap());
    let (query, other) = (query("count=1"), query("count=1&sortBy=userName"));
    match Cursor::decode(text, &query) {
        Ok(cursor) => assert_eq!(cursor.encode(&query), text, "two tokens of one cursor"),
        Err(error) => assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidCursor))),
    }
    if text.len() > 2_500 {
        return;
    }
    let bytes = text.as_bytes();
    let made = Cursor {
        position: text.into(),
        backward: bytes.len().is_multiple_of(2),
        count: bytes.first().map(|byte| u64::from(*byte)),
        issued: bytes.iter().map(|byte| i64::from(*byte)).sum(),
    };
    let token = made.encode(&query);
    assert_eq!(Cursor::decode(&token, &query).as_ref(), Ok(&made));
    assert!(Cursor::decode(&token, &other).is_err(), "{token} is good for another query");
    let cut = token.get(1..).unwrap_or_default();
    assert!(Cursor::decode(cut, &query).is_err(), "{cut} is good, though cut");
}

/// Sends a GET with one header of the input; `None` where HTTP itself does not let it through.
fn get(target: &str, name: &'static str, value: &[u8]) -> Option<Answer> {
    let mut request = Request::get(target).body(Full::new(Bytes::new())).ok()?;
    if name != "authorization" {
        request.headers_mut().insert("authorization", HeaderValue::from_static("Bearer token-of-demo"));
    }
    request.headers_mut().insert(name, HeaderValue::from_bytes(value.trim_ascii()).ok()?);
    let answer = WORLD.with(|world| world.answer(request));
    is_scim(&Method::GET, target, &answer);
    assert!(!shows_token(&answer), "{target} shows the token");
    Some(answer)
}
