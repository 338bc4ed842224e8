//! `/ServiceProviderConfig`, `/Schemas`, `/ResourceTypes` (RFC 7644 §4, D2, D20).

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};

use crate::support::{ENTERPRISE, GROUP, Hub, LIST, ORIGIN, USER};

#[tokio::test]
async fn d2_d20_the_configuration_is_public_and_deaf() {
    let hub = Hub::new().await;
    let mut bodies = Vec::new();
    for slug in ["demo", "other", "nowhere"] {
        for query in ["", "?filter=x", "?count=no&attributes=a..b", "?startIndex=%ff&count=1&count=2"] {
            let uri = format!("/scim/v2/{slug}/ServiceProviderConfig{query}");
            let request = Request::get(uri).body(Full::<Bytes>::default()).unwrap();
            let text = hub.send(request).await.expect(200).text();
            bodies.push(text.replace(&format!("/scim/v2/{slug}/"), "/"));
        }
    }
    bodies.dedup();
    let [body] = bodies.as_slice() else { panic!("they differ: {bodies:?}") };
    let config: Value = serde_json::from_str(body).unwrap();
    for (field, supported) in [
        ("patch", true),
        ("bulk", true),
        ("filter", true),
        ("changePassword", false),
        ("sort", true),
        ("etag", true),
    ] {
        assert_eq!(config[field]["supported"], supported, "{field}");
    }
    assert_eq!(config["filter"]["maxResults"], 1_000);
    assert_eq!(config["bulk"]["maxOperations"], 1_000);
    assert_eq!(config["bulk"]["maxPayloadSize"], 16 * 1024 * 1024);
    let pagination = json!({
        "cursor": true, "index": true, "defaultPaginationMethod": "index",
        "defaultPageSize": 100, "maxPageSize": 1_000, "cursorTimeout": 3_600
    });
    assert_eq!(config["pagination"], pagination, "RFC 9865 §4");
    // Nothing issues tokens here: the schemes with `/acs/token` are tested beside it.
    assert_eq!(config["authenticationSchemes"].as_array().unwrap().len(), 1);
    assert_eq!(config["authenticationSchemes"][0]["type"], "oauthbearertoken");
    assert_eq!(config["authenticationSchemes"][0]["primary"], true);
    assert_eq!(config["meta"]["resourceType"], "ServiceProviderConfig");
}

#[tokio::test]
async fn schemas_and_resource_types_are_lists_and_documents() {
    let hub = Hub::new().await;
    for (path, key, some) in
        [("/Schemas", "id", vec![USER, GROUP, ENTERPRISE]), ("/ResourceTypes", "name", vec!["User", "Group"])]
    {
        let answer = hub.get(path).await;
        let list = answer.expect(200).json();
        assert_eq!(list["schemas"], json!([LIST]), "{path}");
        let names = answer.column(key);
        assert_eq!(list["totalResults"], names.len());
        assert_eq!(list["itemsPerPage"], names.len());
        assert_eq!(list["startIndex"], 1);
        for name in some {
            assert!(names.contains(&name.to_owned()), "{path} {name}");
        }
        for document in list["Resources"].as_array().unwrap() {
            let location = document["meta"]["location"].as_str().unwrap();
            let at = location.strip_prefix(&format!("{ORIGIN}/scim/v2/demo")).unwrap();
            assert_eq!(hub.get(at).await.expect(200).json(), *document, "{location}");
        }
    }
    // RFC 7644 §4: D4 shows in the schema.
    let group = hub.get(&format!("/Schemas/{GROUP}")).await.json();
    let attributes = group["attributes"].as_array().unwrap().clone();
    let display_name = attributes.iter().find(|attribute| attribute["name"] == "displayName").unwrap();
    assert_eq!(display_name["uniqueness"], "server");
    // The URN may come percent-encoded.
    hub.get(&format!("/Schemas/{}", GROUP.replace(':', "%3A"))).await.expect(200);
}

#[tokio::test]
async fn d2_a_filter_on_them_is_403() {
    let hub = Hub::new().await;
    for path in ["/Schemas", "/ResourceTypes", "/Schemas/x", "/ResourceTypes/User"] {
        for query in ["filter=id+pr", "filter=", "filter=%22"] {
            assert_eq!(hub.get(&format!("{path}?{query}")).await.outcome(), (403, None), "{path}?{query}");
        }
        // Other parameters are not looked at.
        assert_ne!(hub.get(&format!("{path}?count=1&sortBy=x")).await.status, 403, "{path}");
    }
}
