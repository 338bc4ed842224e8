//! Paths and methods (D10, D24, D33, D34).

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};

use crate::support::{Hub, TOKEN, USER};

#[tokio::test]
async fn d24_a_wrong_method_is_405_with_allow_before_the_body_is_read() {
    let hub = Hub::new().await;
    let one = "GET, HEAD, PUT, PATCH, DELETE";
    let many = "GET, HEAD, POST";
    for (path, methods, allow) in [
        ("/Users", vec!["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"], many),
        ("/Groups", vec!["PUT", "PATCH", "DELETE"], many),
        ("/Users/1", vec!["POST", "OPTIONS", "BREW", "get"], one),
        ("/Groups/1", vec!["POST"], one),
        ("/Schemas", vec!["POST", "PUT", "PATCH", "DELETE"], "GET, HEAD"),
        ("/Schemas/x", vec!["POST"], "GET, HEAD"),
        ("/ResourceTypes", vec!["POST"], "GET, HEAD"),
        ("/ServiceProviderConfig", vec!["POST", "DELETE"], "GET, HEAD"),
        ("/Users/.search", vec!["GET", "PUT"], "POST"),
        ("/Bulk", vec!["GET", "PUT"], "POST"),
        ("/.search", vec!["GET", "DELETE"], "POST"),
        ("", vec!["POST", "OPTIONS"], "GET, HEAD"),
        ("/", vec!["PUT"], "GET, HEAD"),
        ("/Me", vec!["TRACE"], "GET, HEAD, POST, PUT, PATCH, DELETE"),
    ] {
        for method in methods {
            let answer = hub.raw(method, path, "not read").await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn d34_slashes_unknown_parameters_and_the_old_name_are_tolerated() {
    let hub = Hub::new().await;
    let id = hub.user("ann").await;
    for path in [
        "/Users/".to_owned(),
        "//Users".to_owned(),
        "//Users//".to_owned(),
        "/Users?".to_owned(),
        "/Users?&".to_owned(),
        "/Users?filter=userName+eq+%22ann%22&".to_owned(),
        "/Users?FILTER=userName+eq+%22ann%22".to_owned(),
        "/Users?aadOptscim062020".to_owned(),
        "/Users?aadOptscim062020=1&x=%ff&=y&&z".to_owned(),
        format!("/Users/{id}?"),
        format!("/Users/{id}/"),
        format!("/Users//{id}?foo=bar&"),
        "/serviceConfiguration".to_owned(),
        "/serviceConfiguration/?x=y".to_owned(),
    ] {
        assert_eq!(hub.get(&path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_404_without_a_type() {
    let hub = Hub::new().await;
    let id = hub.user("ann").await;
    for path in [
        "/users".to_owned(),
        "/Nothing".to_owned(),
        "/Users/x/y".to_owned(),
        "/Users/nobody".to_owned(),
        format!("/Users/{}", id.to_ascii_uppercase()),
        format!("/Groups/{id}"),
        "/Users/%zz".to_owned(),
        "/Users/%C3%28".to_owned(),
        "/Users/%00%0a%1b".to_owned(),
        format!("/Users/{}", "x".repeat(60_000)),
        "/Schemas/urn:nothing".to_owned(),
        "/ResourceTypes/Nothing".to_owned(),
        "/ServiceProviderConfig/x".to_owned(),
    ] {
        let answer = hub.get(&path).await;
        assert_eq!(answer.outcome(), (404, None), "{path}");
        assert!(!answer.text().contains("\\n"), "{path}");
    }
    for method in ["PUT", "PATCH", "DELETE"] {
        let body = json!({ "userName": "x", "Operations": [] });
        assert_eq!(hub.call(method, "/Users/nobody", body.clone()).await.outcome(), (404, None), "{method}");
        assert_eq!(
            hub.call(method, &format!("/Groups/{id}"), json!({"displayName": "x", "Operations": []}))
                .await
                .status,
            404
        );
    }
    let outside = Request::get("/elsewhere").body(Full::<Bytes>::default()).unwrap();
    assert_eq!(hub.send(outside).await.status, 404);
}

#[tokio::test]
async fn d33_scim_1_is_told_where_to_go() {
    let hub = Hub::new().await;
    let one = json!({ "schemas": ["urn:scim:schemas:core:1.0"], "userName": "x" });
    let both =
        json!({ "schemas": ["urn:scim:schemas:core:1.0", "urn:scim:schemas:extension:enterprise:1.0"] });
    let two = json!({ "schemas": [USER], "userName": "x" });
    let none = json!({ "userName": "x" });
    let send = async |method: &str, uri: &str, body: &Value, token: bool| {
        let mut request = Request::builder().method(method).uri(uri);
        if token {
            request = request.header("Authorization", format!("Bearer {TOKEN}"));
        }
        hub.send(request.body(Full::from(body.to_string())).unwrap()).await
    };
    for base in ["/scim/v1/demo", "/usergroup/scim/v1", "/usergroup/t/x/scim/v1"] {
        let users = format!("{base}/Users");
        send("POST", &users, &one, false).await.expect(401);
        send("POST", &users, &one, true).await.refused(400, "invalidVers", "SCIM 2.0");
        send("PUT", &format!("{users}/1"), &both, true).await.refused(400, "invalidVers", "SCIM 2.0");
        send("POST", &users, &two, true).await.refused(404, "", "/v2");
        send("POST", &users, &none, true).await.refused(404, "", "/v2");
        send("GET", &users, &none, true).await.refused(404, "", "/v2");
        send("POST", &users, &json!([1]), true).await.refused(404, "", "/v2");
    }
    // On a path of 2.0 the words in `schemas` are an output (D3).
    hub.call("POST", "/Users", one).await.expect(201);
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let hub = Hub::new().await;
    let id = hub.user("ann").await;
    for path in
        ["/Users", "/ServiceProviderConfig", "/Schemas", &format!("/Users/{id}"), "/Users/nobody", "/Nope"]
    {
        let (get, head) = (hub.get(path).await, hub.call("HEAD", path, None).await);
        assert_eq!(head.status, get.status, "{path}");
        assert!(head.body.is_empty(), "{path}");
        let length = get.body.len().to_string();
        assert_eq!(head.header("content-length"), Some(length.as_str()), "{path}");
        for name in ["content-type", "etag", "location"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
}
