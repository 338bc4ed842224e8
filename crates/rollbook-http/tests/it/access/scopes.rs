//! A token that may only read (RFC 6750 §3.1).

use super::{READER, Site, TOKEN};

#[tokio::test]
async fn a_reading_token_gets_reads_alone() {
    let site = Site::new().await;
    let made = site.call(TOKEN, "POST", "/scim/v2/acme/Users", r#"{"userName":"ann"}"#).await;
    let at = format!("/Users/{}", made.body["id"].as_str().unwrap());
    let search = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"count":1}"#;
    let bulk = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[]}"#;
    for (method, path, body, wanted) in [
        ("GET", "/Users", "", 200),
        ("HEAD", "/Users", "", 200),
        ("GET", at.as_str(), "", 200),
        ("GET", "/Schemas", "", 200),
        ("POST", "/Users/.search", search, 200),
        ("POST", "/.search", search, 200),
        ("POST", "/Users", r#"{"userName":"bob"}"#, 403),
        ("POST", "/Bulk", bulk, 403),
        ("PUT", &at, r#"{"userName":"ann"}"#, 403),
        ("PATCH", &at, "{}", 403),
        ("DELETE", &at, "", 403),
        ("PUT", "/Users/.search", search, 403),
        ("GET", "/Nothing", "", 404),
        ("GET", "/Bulk", "", 405),
    ] {
        let reply = site.call(READER, method, &format!("/scim/v2/acme{path}"), body).await;
        assert_eq!(reply.status, wanted, "{method} {path}: {}", reply.body);
        if wanted == 403 {
            let challenge = "Bearer realm=\"scim\", error=\"insufficient_scope\", scope=\"scim\"";
            assert_eq!(reply.header("www-authenticate"), challenge, "{method} {path}");
            assert_eq!(reply.body["status"], "403");
        }
    }
    assert_eq!(site.call(TOKEN, "DELETE", &format!("/scim/v2/acme{at}"), "").await.status, 204);
}
