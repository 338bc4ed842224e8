//! `/Me` (RFC 7644 §3.11, D10).

use rollbook_store::Scope;
use serde_json::{Value, json};

use crate::support::{BASE, Hub, ORIGIN};

#[tokio::test]
async fn d10_without_a_resource_it_is_501() {
    let hub = Hub::new().await;
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] {
        let answer = hub.call(method, "/Me", json!({})).await;
        assert_eq!(answer.status, 501, "{method}");
        if method != "HEAD" {
            answer.refused(501, "", "/Me");
        }
    }
}

#[tokio::test]
async fn d10_it_is_the_resource_of_the_token() {
    let hub = Hub::new().await;
    let ann = hub.user("ann").await;
    hub.user("bob").await;
    hub.token_of("anns", &ann, Scope::Write).await;
    let at = format!("{ORIGIN}{BASE}/Users/{ann}");
    let me = async |method: &str, headers: &[(&str, &str)], body: Value| {
        let body = Some(body).filter(|body| !body.is_null());
        let answer = hub.with_token("anns", method, "/Me", headers, body).await;
        assert_eq!(answer.header("location"), Some(at.as_str()), "{method} {}", answer.text());
        answer
    };
    let read = me("GET", &[], Value::Null).await;
    assert_eq!(read.expect(200).body, hub.get(&format!("/Users/{ann}")).await.body);
    assert_eq!(read.header("content-location"), Some(at.as_str()));
    assert_eq!(read.json()["meta"]["location"], at);
    let head = me("HEAD", &[], Value::Null).await;
    assert_eq!(head.header("content-length"), Some(read.body.len().to_string().as_str()));
    me("GET", &[("If-None-Match", &read.etag())], Value::Null).await.expect(304);

    let put = me("PUT", &[("If-Match", &read.etag())], json!({ "userName": "ann", "title": "t" })).await;
    assert_eq!(put.expect(200).json()["title"], "t");
    me("PUT", &[("If-Match", &read.etag())], json!({ "userName": "ann" })).await.refused(412, "", "version");
    let patch = json!({ "Operations": [{ "op": "add", "path": "title", "value": "u" }] });
    assert_eq!(me("PATCH", &[], patch).await.expect(200).json()["title"], "u");
    me("PUT", &[], json!({ "userName": "bob" })).await.refused(409, "uniqueness", "userName");
    assert_eq!(
        hub.with_token("anns", "GET", "/Me?attributes=title", &[], None).await.json()["userName"],
        Value::Null
    );

    hub.with_token("anns", "POST", "/Me", &[], json!({ "userName": "x" })).await.refused(501, "", "/Users");
    hub.with_token("anns", "TRACE", "/Me", &[], None).await.expect(405);
    me("DELETE", &[], Value::Null).await.expect(204);
    hub.with_token("anns", "GET", "/Me", &[], None).await.refused(404, "", "gone");
}

#[tokio::test]
async fn a_reader_may_only_read_itself() {
    let hub = Hub::new().await;
    let group = hub.group("g", &[]).await;
    hub.token_of("reader", &group, Scope::Read).await;
    let read = hub.with_token("reader", "GET", "/Me", &[], None).await;
    assert_eq!(read.expect(200).json()["displayName"], "g");
    hub.with_token("reader", "DELETE", "/Me", &[], None).await.expect(403);
    hub.with_token("reader", "PATCH", "/Me", &[], json!({ "Operations": [] })).await.expect(403);
}
