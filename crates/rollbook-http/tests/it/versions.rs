//! ETags and preconditions (RFC 7644 §3.14, D32; design §3, versions).

use serde_json::{Value, json};

use crate::support::Hub;

#[tokio::test]
async fn d32_if_match_guards_every_change() {
    let hub = Hub::new().await;
    let at = format!("/Users/{}", hub.user("ann").await);
    let version = |etag: &str| etag.trim_start_matches("W/").trim_matches('"').to_owned();
    for (method, body) in [
        ("PUT", Some(json!({ "userName": "ann", "title": "put" }))),
        ("PATCH", Some(json!({ "Operations": [{ "op": "add", "path": "nickName", "value": "n" }] }))),
        ("PATCH", Some(json!({ "Operations": [] }))),
        ("DELETE", None),
    ] {
        let before = hub.get(&at).await;
        for bad in ["W/\"0\"", "\"0\"", "", "x", "W/\"0\", \"x\"", "\"*\""] {
            let answer = hub.with_headers(method, &at, &[("If-Match", bad)], body.clone()).await;
            answer.refused(412, "", &version(&before.etag()));
        }
        for known in [before.etag().as_str(), "*"] {
            let headers = [("If-None-Match", known)];
            hub.with_headers(method, &at, &headers, body.clone()).await.refused(412, "", "version");
        }
        assert_eq!(hub.get(&at).await.body, before.body, "{method}");
        let good = format!("\"0\", W/\"{}\"", version(&before.etag()));
        let answer = hub.with_headers(method, &at, &[("If-Match", &good)], body).await;
        assert!([200, 204].contains(&answer.status), "{method} {}", answer.text());
    }
    let headers = [("If-Match", "*")];
    hub.with_headers("DELETE", &at, &headers, None).await.expect(404);
}

#[tokio::test]
async fn every_form_of_the_current_version_matches() {
    let hub = Hub::new().await;
    let at = format!("/Users/{}", hub.user("ann").await);
    for number in 0..6 {
        let etag = hub.get(&at).await.etag();
        let version = etag.trim_start_matches("W/").to_owned();
        let bare = version.trim_matches('"').to_owned();
        let forms =
            [etag.clone(), version, bare, "*".to_owned(), format!("\"x\",{etag}"), format!("{etag} , \"x\"")];
        let headers = [("If-Match", forms[number].as_str())];
        let patch =
            json!({ "Operations": [{ "op": "replace", "path": "title", "value": number.to_string() }] });
        let answer = hub.with_headers("PATCH", &at, &headers, patch).await;
        assert_eq!(answer.status, 200, "{headers:?} {}", answer.text());
    }
    // Several lines are one list.
    let etag = hub.get(&at).await.etag();
    let lines = [("If-Match", "\"x\""), ("If-Match", etag.as_str())];
    hub.with_headers("PUT", &at, &lines, json!({ "userName": "ann" })).await.expect(200);
}

#[tokio::test]
async fn bytes_that_are_no_text_match_no_version() {
    use http_body_util::Full;

    let hub = Hub::new().await;
    let at = format!("/Users/{}", hub.user("ann").await);
    let request = crate::support::to_demo("DELETE", &at).header("If-Match", b"\xff".as_slice());
    hub.send(request.body(Full::default()).unwrap()).await.expect(412);
}

#[tokio::test]
async fn if_none_match_saves_reading_what_is_known() {
    let hub = Hub::new().await;
    let id = hub.user("ann").await;
    let at = format!("/Users/{id}");
    let etag = hub.get(&at).await.etag();
    let read =
        async |path: &str, etag: &str| hub.with_headers("GET", path, &[("If-None-Match", etag)], None).await;
    let known = read(&at, &etag).await;
    assert_eq!(known.expect(304).etag(), etag);
    assert_eq!(known.header("content-location"), hub.get(&at).await.header("location"));
    read(&at, "*").await.expect(304);
    read(&at, "W/\"0\"").await.expect(200);
    let head = hub.with_headers("HEAD", &at, &[("If-None-Match", &etag)], None).await;
    assert_eq!((head.status, head.header("content-length")), (304, None));
    // The version does not cover the groups of a user: who is in one is always read.
    let group = hub.group("g", &[&id]).await;
    let now = hub.get(&at).await.etag();
    assert_eq!(now, etag, "membership is the group's change");
    let shown = read(&at, &etag).await;
    assert_eq!(shown.expect(200).json()["groups"][0]["value"], json!(group));
    read(&format!("{at}?excludedAttributes=groups"), &etag).await.expect(304);
    read(&format!("{at}?attributes=userName"), &etag).await.expect(304);
    // A group's version covers its members.
    let group = format!("/Groups/{group}");
    let etag = hub.get(&group).await.etag();
    read(&group, &etag).await.expect(304);
    let remove = json!([{ "op": "remove", "path": "members" }]);
    assert_ne!(hub.patch(&group, remove).await.etag(), etag);
    assert_eq!(read(&group, &etag).await.expect(200).json()["members"], Value::Array(vec![]));
    read(&at, &now).await.expect(304);
}
