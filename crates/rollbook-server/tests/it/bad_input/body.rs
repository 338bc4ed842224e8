//! Bodies that are no JSON, or JSON that no resource can be.

use super::{Fixture, wanted};

/// The largest body (design §4).
const LIMIT: usize = 16 * 1024 * 1024;

#[test]
fn broken_json_is_refused() {
    let fixture = Fixture::new();
    let deep = format!("{{\"userName\":\"deep\",\"x\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let open = "[".repeat(10_000);
    let syntax = Some("invalidSyntax");
    let cases: [(&str, &[u8], _); 15] = [
        ("nothing", b"", wanted(400, syntax, &[])),
        ("half an object", b"{\"userName\": ", wanted(400, syntax, &["line 1"])),
        ("a trailing comma", b"{\"userName\": \"x\",}", wanted(400, syntax, &["line 1", "column 18"])),
        ("two objects", b"{\"userName\": \"x\"} {}", wanted(400, syntax, &["end"])),
        ("single quotes", b"{'userName': 'x'}", wanted(400, syntax, &["double quotes"])),
        ("text", b"\"userName\"", wanted(400, syntax, &["object"])),
        ("10,000 brackets, closed", deep.as_bytes(), wanted(400, syntax, &["32"])),
        ("10,000 brackets, open", open.as_bytes(), wanted(400, syntax, &["32"])),
        ("not UTF-8", b"{\"userName\": \"\xff\xfe\"}", wanted(400, syntax, &["UTF-8"])),
        ("UTF-16", b"{\0\"\0}\0", wanted(400, syntax, &[])),
        ("half a surrogate pair", b"{\"userName\": \"\\ud800\"}", wanted(400, syntax, &["surrogate"])),
        ("a NUL byte", b"{\"userName\": \"a\0b\"}", wanted(400, syntax, &["line 1"])),
        (
            "one name twice",
            b"{\"userName\": \"a\", \"userName\": \"b\"}",
            wanted(400, syntax, &["userName", "twice"]),
        ),
        (
            "one name twice by case",
            b"{\"userName\": \"a\", \"USERNAME\": \"b\"}",
            wanted(400, syntax, &["USERNAME", "twice"]),
        ),
        (
            "one name twice within",
            b"{\"userName\": \"a\", \"name\": {\"givenName\": \"a\", \"GivenName\": \"b\"}}",
            wanted(400, syntax, &["GivenName"]),
        ),
    ];
    for (name, body, wanted) in cases {
        for (method, path) in [("POST", "/Users".to_owned()), ("PUT", format!("/Users/{}", fixture.user))] {
            let mut request = fixture.client.head(method, &path).into_bytes();
            request.extend(format!("Content-Length: {}\r\n\r\n", body.len()).bytes());
            request.extend_from_slice(body);
            let answer = fixture.client.raw(&request).unwrap();
            fixture.check(&format!("{method} {name}"), &answer, &wanted);
        }
    }
}

/// An escaped NUL is a character like others: it is kept, never the end of a text.
#[test]
fn an_escaped_nul_is_kept_or_refused_never_cut() {
    let fixture = Fixture::new();
    let body = serde_json::json!({ "userName": "nul@example.com", "displayName": "a\0b" });
    let answer = fixture.client.send("POST", "/Users", Some(&body));
    if answer.status == 201 {
        let id = answer.id(201);
        let read = fixture.client.send("GET", &format!("/Users/{id}"), None).json();
        assert_eq!(read["displayName"], "a\0b");
        assert_eq!(fixture.client.send("DELETE", &format!("/Users/{id}"), None).status, 204);
    } else {
        fixture.check("an escaped NUL", &answer, &wanted(400, Some("invalidValue"), &["displayName"]));
    }
}

#[test]
fn a_body_over_the_limit_is_413_by_its_announced_length() {
    let fixture = Fixture::new();
    let head = fixture.client.head("POST", "/Users");
    // No byte of the body is sent: the length alone is enough.
    let request = format!("{head}Content-Length: {}\r\n\r\n", LIMIT + 1);
    let answer = fixture.client.raw(request.as_bytes()).unwrap();
    fixture.check("announced", &answer, &wanted(413, None, &["16777216"]));
}

#[test]
fn a_body_over_the_limit_is_413_by_what_arrives() {
    let fixture = Fixture::new();
    let mut request = fixture.client.head("POST", "/Users").into_bytes();
    request.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
    let chunk = vec![b' '; 1024 * 1024];
    for _ in 0..17 {
        request.extend_from_slice(b"100000\r\n");
        request.extend_from_slice(&chunk);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    let answer = fixture.client.raw(&request).unwrap();
    fixture.check("chunked", &answer, &wanted(413, None, &["16777216"]));
}

#[test]
fn another_media_type_is_415() {
    let fixture = Fixture::new();
    for media in ["text/plain", "application/xml; charset=utf-8", "multipart/form-data"] {
        let head = fixture.client.head("POST", "/Users");
        let request = format!("{head}Content-Type: {media}\r\nContent-Length: 2\r\n\r\n{{}}");
        let answer = fixture.client.raw(request.as_bytes()).unwrap();
        fixture.check(media, &answer, &wanted(415, None, &["application/scim+json"]));
    }
}

#[test]
fn ten_thousand_brackets_in_a_filter_are_refused() {
    let fixture = Fixture::new();
    let many = format!("/Users?filter={}userName%20pr{}", "(".repeat(10_000), ")".repeat(10_000));
    let answer = fixture.client.send("GET", &many, None);
    fixture.check("long", &answer, &wanted(400, Some("invalidFilter"), &["2000"]));
    let deep = format!("/Users?filter={}userName%20pr{}", "(".repeat(100), ")".repeat(100));
    let answer = fixture.client.send("GET", &deep, None);
    fixture.check("deep", &answer, &wanted(400, Some("invalidFilter"), &["32"]));
}
