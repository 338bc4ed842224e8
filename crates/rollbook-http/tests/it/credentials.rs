//! Who may call (D20, RFC 6750), and what is checked before what (design §4).

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde_json::json;

use crate::support::{BASE, Hub, OLD_TOKEN, OTHER_TOKEN, TOKEN, USER, to_demo};

fn request(method: &str, uri: &str, authorization: Option<&str>) -> Request<Full<Bytes>> {
    let mut builder = Request::builder().method(method).uri(uri);
    if let Some(value) = authorization {
        builder = builder.header("Authorization", value);
    }
    builder.body(Full::default()).unwrap()
}

#[tokio::test]
async fn d20_every_way_to_be_refused_is_the_same_401() {
    let hub = Hub::new().await;
    let path = format!("{BASE}/Users");
    let nothing = hub.send(request("GET", &path, None)).await;
    assert_eq!(nothing.status, 401);
    // RFC 6750 §3.1: who sent no bearer token gets no error code.
    assert_eq!(nothing.header("www-authenticate"), Some("Bearer realm=\"scim\""));
    for value in ["non-token", "Basic YTpi", TOKEN, ""] {
        let answer = hub.send(request("GET", &path, Some(value))).await;
        assert_eq!((answer.status, &answer.body), (401, &nothing.body), "{value}");
        assert_eq!(answer.headers, nothing.headers, "{value}");
    }
    let wanted = hub.send(request("GET", &path, Some("Bearer x"))).await;
    assert_eq!((wanted.status, &wanted.body), (401, &nothing.body));
    let challenge = "Bearer realm=\"scim\", error=\"invalid_token\"";
    assert_eq!(wanted.header("www-authenticate"), Some(challenge));
    let (bearer_old, bearer_other) = (format!("Bearer {OLD_TOKEN}"), format!("Bearer {OTHER_TOKEN}"));
    for value in ["Bearer", "Bearer ", "Bearer  ", "Bearer nobody's", &bearer_old, &bearer_other] {
        let answer = hub.send(request("GET", &path, Some(value))).await;
        assert_eq!(answer.status, 401, "{value}");
        assert_eq!(answer.body, wanted.body, "{value}");
        assert_eq!(answer.headers, wanted.headers, "{value}");
    }
    // A token in the query or in a form is none (RFC 6750 §2.2, §2.3).
    let in_query = format!("{path}?access_token={TOKEN}");
    assert_eq!(hub.send(request("GET", &in_query, None)).await.headers, nothing.headers);
    let in_form = Request::post(&path)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(Full::from(format!("access_token={TOKEN}")));
    assert_eq!(hub.send(in_form.unwrap()).await.headers, nothing.headers);
    // RFC 6750 §3.1: several credentials are a malformed request.
    let twice = to_demo("GET", "/Users").header("Authorization", format!("Bearer {TOKEN}"));
    let twice = hub.send(twice.body(Full::default()).unwrap()).await;
    twice.refused(400, "", "several `Authorization` headers");
    let challenge = "Bearer realm=\"scim\", error=\"invalid_request\"";
    assert_eq!(twice.header("www-authenticate"), Some(challenge));
    let bytes = Request::get(&path).header("Authorization", b"Bearer \xff".as_slice()).body(Full::default());
    assert_eq!(hub.send(bytes.unwrap()).await.body, wanted.body);
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case() {
    let hub = Hub::new().await;
    for scheme in ["Bearer", "bearer", "BEARER", "Bearer  "] {
        let value = format!("{scheme} {TOKEN}");
        assert_eq!(hub.send(request("GET", &format!("{BASE}/Users"), Some(&value))).await.status, 200);
    }
}

#[tokio::test]
async fn a_token_opens_its_own_directory_alone() {
    let hub = Hub::new().await;
    let id = hub.user("ann").await;
    let token = format!("Bearer {TOKEN}");
    let other = format!("Bearer {OTHER_TOKEN}");
    for (path, authorization, status) in [
        ("/scim/v2/demo/Users", &token, 200),
        ("/scim/v2/1d3m0/Users", &token, 200),
        ("/usergroup/scim/v2/Users", &token, 200),
        ("/usergroup/t/anything/scim/v2/Users", &token, 200),
        ("/scim/v2/other/Users", &token, 401),
        ("/scim/v2/20the7/Users", &token, 401),
        ("/scim/v2/nowhere/Users", &token, 401),
        ("/scim/v2/DEMO/Users", &token, 401),
        ("/scim/v2/%ff/Users", &token, 401),
        ("/scim/v2/demo/Users", &other, 401),
        ("/scim/v2/other/Users", &other, 200),
    ] {
        let answer = hub.send(request("GET", path, Some(authorization))).await;
        assert_eq!(answer.status, status, "{path}");
        if status == 200 {
            let names: &[&str] = if authorization == &token { &["ann"] } else { &[] };
            assert_eq!(answer.column("userName"), names, "{path}");
        }
    }
    // Another directory's resources are not there, by any method.
    for method in ["GET", "DELETE"] {
        let uri = format!("/usergroup/scim/v2/Users/{id}");
        assert_eq!(hub.send(request(method, &uri, Some(&other))).await.status, 404, "{method}");
    }
    let group = hub.group("g", &[]).await;
    let other_hub = |body: serde_json::Value| {
        Request::patch(format!("/scim/v2/other/Groups/{group}"))
            .header("Authorization", &other)
            .body(Full::from(body.to_string()))
            .unwrap()
    };
    let patch = json!({ "Operations": [{ "op": "add", "path": "members", "value": [{ "value": id }] }] });
    assert_eq!(hub.send(other_hub(patch)).await.status, 404);
    // The same names are free there.
    let same = Request::post("/scim/v2/other/Users")
        .header("Authorization", &other)
        .body(Full::<Bytes>::from(json!({ "userName": "ann" }).to_string()));
    assert_eq!(hub.send(same.unwrap()).await.status, 201);
}

#[tokio::test]
async fn checks_come_in_the_order_credentials_endpoint_method_type_size_body() {
    let hub = Hub::new().await;
    let big = "17000000";
    for (method, path, token, content_type, length, status) in [
        ("POST", "/Nothing", false, "text/plain", big, 401),
        ("BREW", "/Nothing", false, "text/plain", big, 401),
        ("POST", "/%zz", false, "text/plain", big, 401),
        ("BREW", "/Nothing", true, "text/plain", big, 404),
        ("PUT", "/Nothing/x/y", true, "text/plain", big, 404),
        ("PUT", "/%zz", true, "text/plain", big, 404),
        ("PUT", "/Users", true, "text/plain", big, 405),
        ("POST", "/Users/1", true, "text/plain", big, 405),
        ("POST", "/Users", true, "text/plain", big, 415),
        ("POST", "/Users", true, "application/json", big, 413),
        ("POST", "/Users", true, "application/json", "1", 400),
        ("PUT", "/Users/1", true, "application/json", "1", 400),
        ("PATCH", "/Users/1", true, "application/json", "1", 400),
    ] {
        let mut builder = Request::builder()
            .method(method)
            .uri(format!("{BASE}{path}"))
            .header("Content-Type", content_type)
            .header("Content-Length", length);
        if token {
            builder = builder.header("Authorization", format!("Bearer {TOKEN}"));
        }
        let answer = hub.send(builder.body(Full::from("{")).unwrap()).await;
        assert_eq!(answer.status, status, "{method} {path} {}", answer.text());
    }
}

#[tokio::test]
async fn the_last_use_of_a_token_is_noted() {
    use rollbook_store::{Settings, TokenHash};
    let hub = Hub::new().await;
    hub.get("/Users").await.expect(200);
    for _ in 0..100 {
        tokio::task::yield_now().await;
        let token = hub.store.token(&TokenHash::of(TOKEN)).await.unwrap().unwrap();
        if token.last_used.is_some() {
            return;
        }
    }
    panic!("the use of the token was not noted");
}

#[tokio::test]
async fn a_fixed_token_serves_the_smallest_server() {
    use std::sync::Arc;

    use rollbook_http::{Principal, Service, TokenAuthenticator};
    use rollbook_store::{DirectoryId, MemoryStore, Secret};

    use crate::support::Answer;

    let caller = Principal::new(DirectoryId::new("d"), "demo", rollbook_protocol::ClientKind::Generic);
    let authenticator = TokenAuthenticator::new(&Secret::new("secret"), caller);
    let service = Service::builder(Arc::new(MemoryStore::new()), Arc::new(authenticator)).build();
    for (token, status) in [("Bearer secret", 201), ("Bearer secret2", 401)] {
        let body = json!({ "schemas": [USER], "userName": "ann" }).to_string();
        let request = Request::post("/scim/v2/demo/Users")
            .header("Authorization", token)
            .body(Full::<Bytes>::from(body));
        let answer = Answer::of("POST", service.handle(request.unwrap()).await).await;
        assert_eq!(answer.status, status);
        if status == 201 {
            // Without a base URL, locations are relative to the host.
            let location = format!("/scim/v2/demo/Users/{}", answer.id());
            assert_eq!(answer.header("location"), Some(location.as_str()));
        }
    }
}
