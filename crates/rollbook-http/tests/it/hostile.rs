//! Input that means harm: it costs little and gets a SCIM error (RFC 7644 §3.12, D25).

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Uri;
use http_body_util::{Full, StreamBody};
use rollbook_http::HttpLimits;
use rollbook_protocol::ClientKind;
use serde_json::json;

use crate::support::{Answer, BASE, Hub, to_demo};

/// How long any hostile request may keep the service busy, in an unoptimised build on a busy machine.
const AT_MOST: Duration = Duration::from_secs(30);

#[tokio::test]
async fn bodies_that_mean_harm() {
    let hub = Hub::new().await;
    let id = hub.user("ann").await;
    let nested =
        |open: &str, close: &str, count: usize| format!("{}1{}", open.repeat(count), close.repeat(count));
    let many_keys: String = (0..100_000).map(|number| format!("\"k{number}\":1,")).collect();
    let many_ops = vec![r#"{"op":"add","path":"title","value":"t"}"#; 20_000].join(",");
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("brackets", nested("[", "]", 10_000).into()),
        ("braces", nested("{\"a\":", "}", 10_000).into()),
        ("open brackets", "[".repeat(1_000_000).into()),
        ("brackets within", format!("{{\"userName\":\"x\",\"emails\":{}}}", nested("[", "]", 10_000)).into()),
        (
            "brackets in an extension",
            format!("{{\"userName\":\"x\",\"urn:x:y\":{}}}", nested("{\"a\":", "}", 10_000)).into(),
        ),
        (
            "brackets in a value",
            format!(
                "{{\"Operations\":[{{\"op\":\"add\",\"path\":\"title\",\"value\":{}}}]}}",
                nested("[", "]", 10_000)
            )
            .into(),
        ),
        ("invalid UTF-8", b"{\"userName\":\"\xff\xfe\"}".to_vec()),
        ("invalid UTF-8 in a name", b"{\"\xc3\x28\":1,\"userName\":\"x\"}".to_vec()),
        ("a lone surrogate", br#"{"userName":"\ud800"}"#.to_vec()),
        ("a lone low surrogate", br#"{"userName":"\udc00x"}"#.to_vec()),
        ("a raw NUL", b"{\"userName\":\"a\0b\"}".to_vec()),
        ("a byte order mark", b"\xef\xbb\xbf{\"userName\":\"x\"}".to_vec()),
        ("UTF-16", b"\xff\xfe{\0\"\0".to_vec()),
        ("keys that are equal but for case", br#"{"userName":"a","username":"b"}"#.to_vec()),
        ("the same within", br#"{"userName":"a","name":{"givenName":"a","GIVENNAME":"b"}}"#.to_vec()),
        ("the same in an extension", br#"{"userName":"a","urn:x:y":{"a":1,"A":2}}"#.to_vec()),
        ("a number without end", format!("{{\"userName\":{}}}", "9".repeat(100_000)).into()),
        ("a number of a huge power", br#"{"userName":1e999999999}"#.to_vec()),
        ("many keys", format!("{{{many_keys}\"userName\":7}}").into()),
        ("a text for operations", br#"{"Operations":"x"}"#.to_vec()),
        ("many operations and a bad one", format!("{{\"Operations\":[{many_ops},{{}}]}}").into()),
        (
            "a deep path",
            format!(
                "{{\"Operations\":[{{\"op\":\"remove\",\"path\":\"emails[{}type pr{}]\"}}]}}",
                "(".repeat(5_000),
                ")".repeat(5_000)
            )
            .into(),
        ),
        (
            "a long path",
            format!("{{\"Operations\":[{{\"op\":\"remove\",\"path\":\"{}\"}}]}}", "x".repeat(1_000_000))
                .into(),
        ),
        ("not JSON", b"<html>".to_vec()),
    ];
    for (name, body) in bodies {
        for (method, path) in [
            ("POST", "/Users".to_owned()),
            ("PUT", format!("/Users/{id}")),
            ("PATCH", format!("/Users/{id}")),
            ("POST", "/Groups".to_owned()),
        ] {
            let started = Instant::now();
            let answer = hub.raw(method, &path, body.clone()).await;
            assert_eq!(answer.status, 400, "{name} {method} {path}: {}", answer.text());
            assert!(started.elapsed() < AT_MOST, "{name} {method} {path} took {:?}", started.elapsed());
        }
        // A search ignores what it does not know, so that some of these ask for everything; a bulk that can be read
        // has the errors of its operations within.
        let data = [
            br#"{"Operations":[{"method":"POST","path":"/Users","bulkId":"b","data":"#,
            body.as_slice(),
            b"}]}",
        ];
        let wrapped = data.concat();
        for (path, body) in
            [("/Bulk", &body), ("/Bulk", &wrapped), ("/.search", &body), ("/Users/.search", &body)]
        {
            let started = Instant::now();
            let answer = hub.raw("POST", path, body.clone()).await;
            assert!([200, 400, 413].contains(&answer.status), "{name} {path}: {}", answer.text());
            assert!(started.elapsed() < AT_MOST, "{name} {path} took {:?}", started.elapsed());
            if path == "/Bulk" && answer.status == 200 {
                let results = answer.json()["Operations"].as_array().unwrap().clone();
                assert!(results.iter().all(|it| it["status"] == "400"), "{name}: {}", answer.text());
            }
        }
    }
    assert_eq!(hub.get("/Users").await.column("userName"), ["ann"]);
}

#[tokio::test]
async fn odd_values_that_are_allowed_come_back_as_they_were() {
    let hub = Hub::new().await;
    for (index, text) in
        [r"a\u0000b", r"\ud83d\ude00", "\u{202e}x", r"\\\u0022", "é\u{301}", "&lt;script&gt;"]
            .into_iter()
            .enumerate()
    {
        let answer =
            hub.raw("POST", "/Users", format!("{{\"userName\":\"u{index}\",\"title\":\"{text}\"}}")).await;
        let wanted: serde_json::Value = serde_json::from_str(&format!("\"{text}\"")).unwrap();
        assert_eq!(answer.expect(201).json()["title"], wanted, "{text}");
        assert_eq!(hub.get(&format!("/Users/{}", answer.id())).await.json()["title"], wanted, "{text}");
    }
}

#[tokio::test]
async fn queries_and_paths_that_mean_harm() {
    let hub = Hub::new().await;
    let id = hub.user("ann").await;
    let long = "x".repeat(30_000);
    for (query, status) in [
        (format!("filter={long}"), 400),
        (format!("filter={}", "(".repeat(60_000)), 400),
        (format!("filter={}", "not+(".repeat(10_000)), 400),
        (format!("filter=userName+eq+%22{}", "%5C".repeat(600)), 400),
        ("filter=userName+eq+%22%FF%22".to_owned(), 400),
        ("filter=userName+eq+%22%5Cud800%22".to_owned(), 400),
        ("filter=userName+eq+%22%00%22".to_owned(), 400),
        ("filter=%zz".to_owned(), 400),
        ("filter=%".to_owned(), 400),
        (format!("attributes={}", "a,".repeat(20_000)), 400),
        (format!("attributes={long}"), 400),
        (format!("sortBy={long}"), 200),
        (format!("{long}={long}"), 200),
        ("&".repeat(60_000), 200),
        (format!("count={}", "9".repeat(60_000)), 200),
        (format!("count=-{}", "9".repeat(60_000)), 200),
        ("startIndex=%F0%9F%98%80".to_owned(), 400),
    ] {
        let started = Instant::now();
        let answer = hub.get(&format!("/Users?{query}")).await;
        let name: String = query.chars().take(60).collect();
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
        assert!(started.elapsed() < AT_MOST, "{name} took {:?}", started.elapsed());
    }
    for path in [
        "/Users/%",
        "/Users/%1",
        "/Users/%gg",
        "/Users/%ff%fe",
        "/%ff",
        "/Users/..%2f..%2fetc",
        "/Users/.",
        "/Users/..",
        "/../Users/x",
        "/%2e%2e/x",
        "/Schemas/%00",
        "/ResourceTypes/%ff",
    ] {
        hub.get(path).await.expect(404);
    }
    // An encoded slash belongs to the id.
    hub.get(&format!("/Users%2f{id}")).await.expect(404);
    hub.get(&format!("/Users/{}", id.replace('-', "%2D"))).await.expect(200);
}

#[tokio::test]
async fn a_filter_of_a_megabyte_in_a_search() {
    let hub = Hub::new().await;
    let filter = format!("userName eq \"{}\"", "x".repeat(1_000_000));
    let started = Instant::now();
    hub.call("POST", "/Users/.search", json!({ "filter": filter })).await.refused(
        400,
        "invalidFilter",
        "filter",
    );
    assert!(started.elapsed() < AT_MOST);
}

#[tokio::test]
async fn d25_a_body_over_the_limit_is_413_whether_it_says_so_or_not() {
    let limits = HttpLimits {
        json: rollbook_schema::JsonLimits { max_bytes: 100, ..Default::default() },
        ..Default::default()
    };
    let hub = Hub::with(ClientKind::Generic, limits).await;
    let body = |length: usize| format!("{{\"userName\":\"{}\"}}", "x".repeat(length - 15));
    for (length, status) in [(99, 201), (100, 201), (101, 413), (100_000, 413)] {
        let answer = hub.raw("POST", "/Users", body(length)).await;
        assert_eq!(answer.status, status, "{length}");
        let pieces = body(length).into_bytes();
        let pieces: Vec<_> = pieces
            .chunks(7)
            .map(|piece| Ok::<_, std::io::Error>(http_body::Frame::data(Bytes::copy_from_slice(piece))))
            .collect();
        let stream = StreamBody::new(futures_util::stream::iter(pieces));
        let answer = Answer::of(
            "POST",
            hub.service.handle(to_demo("PUT", "/Users/nobody").body(stream).unwrap()).await,
        )
        .await;
        assert_eq!(answer.status, if status == 201 { 404 } else { 413 }, "{length} in pieces");
        if status == 413 {
            answer.refused(413, "", "100 bytes");
        }
    }
    let refused = hub.with_headers("POST", "/Users", &[("Content-Length", "101")], None).await;
    refused.refused(413, "", "100 bytes");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_400() {
    let hub = Hub::new().await;
    let pieces =
        vec![Ok(http_body::Frame::data(Bytes::from_static(b"{"))), Err(std::io::Error::other("gone"))];
    let request =
        to_demo("POST", "/Users").body(StreamBody::new(futures_util::stream::iter(pieces))).unwrap();
    let answer = Answer::of("POST", hub.service.handle(request).await).await;
    answer.refused(400, "invalidSyntax", "broke off");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_408() {
    let hub = Hub::new().await;
    let never =
        StreamBody::new(futures_util::stream::pending::<Result<http_body::Frame<Bytes>, std::io::Error>>());
    let answer =
        Answer::of("POST", hub.service.handle(to_demo("POST", "/Users").body(never).unwrap()).await).await;
    answer.refused(408, "", "too long");
}

#[tokio::test]
async fn headers_that_mean_harm() {
    let hub = Hub::new().await;
    let at = format!("/Users/{}", hub.user("ann").await);
    let long = "\"x\", ".repeat(10_000);
    hub.with_headers("GET", &at, &[("If-Match", &long)], None).await.refused(412, "", "version");
    for (name, value) in [
        ("If-None-Match", long.as_str()),
        ("Content-Length", "-1"),
        ("Content-Length", "99999999999999999999999"),
        ("Content-Type", ";;;"),
        ("Host", "\"><script>"),
        ("Accept", &long),
    ] {
        let answer = hub.with_headers("GET", &at, &[(name, value)], None).await;
        assert_eq!(answer.status, 200, "{name}");
        // The address of an answer never comes from the request's `Host`.
        assert!(answer.header("location").unwrap().starts_with("https://hub.example/"), "{name}");
    }
    let uri: Uri = format!("http://evil.example{BASE}/Users").parse().unwrap();
    let mut request = to_demo("GET", "/Users").body(Full::<Bytes>::default()).unwrap();
    *request.uri_mut() = uri;
    assert!(!hub.send(request).await.expect(200).text().contains("evil"));
}
