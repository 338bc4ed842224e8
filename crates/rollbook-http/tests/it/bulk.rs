//! `/Bulk` (RFC 7644 §3.7; D16, D18, D25).

use rollbook_http::HttpLimits;
use rollbook_protocol::ClientKind;
use rollbook_schema::JsonLimits;
use rollbook_store::Scope;
use serde_json::{Value, json};

use crate::support::{Answer, BASE, Hub, ORIGIN};

const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

async fn bulk(hub: &Hub, operations: Value) -> Vec<Value> {
    let answer = hub.call("POST", "/Bulk", json!({ "schemas": [REQUEST], "Operations": operations })).await;
    results(&answer)
}

/// The operations of an answer, each of which has what RFC 7644 §3.7.3 asks for.
fn results(answer: &Answer) -> Vec<Value> {
    let body = answer.expect(200).json();
    assert_eq!(body["schemas"], json!([RESPONSE]));
    let results = body["Operations"].as_array().unwrap().clone();
    for result in &results {
        let status: u16 = result["status"].as_str().unwrap_or_else(|| panic!("{result}")).parse().unwrap();
        if status >= 300 {
            assert_eq!(result["response"]["status"], result["status"], "{result}");
            assert!(!result["response"]["detail"].as_str().unwrap().is_empty(), "{result}");
        } else {
            assert!(result["location"].as_str().unwrap().starts_with(ORIGIN), "{result}");
        }
    }
    results
}

fn statuses(results: &[Value]) -> Vec<&str> {
    results.iter().map(|result| result["status"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn rfc7644_3_7_every_method_is_carried_out_as_by_itself() {
    let hub = Hub::new().await;
    let (ann, bob) = (hub.user("ann").await, hub.user("bob").await);
    let at = |id: &str| format!("/Users/{id}");
    let etag = hub.get(&at(&ann)).await.etag();
    let results = bulk(
        &hub,
        json!([
            { "method": "POST", "path": "/Users", "bulkId": "q", "data": { "userName": "cat" } },
            { "method": "PUT", "path": at(&ann), "version": etag, "data": { "userName": "ann", "title": "t" } },
            { "method": "patch", "path": at(&bob),
              "data": { "Operations": [{ "op": "add", "path": "title", "value": "u" }] } },
            { "method": "DELETE", "path": at(&bob) },
            { "method": "POST", "path": "Groups", "bulkId": "g", "data": { "displayName": "g" } }
        ]),
    )
    .await;
    assert_eq!(statuses(&results), ["201", "200", "200", "204", "201"]);
    let methods: Vec<_> = results.iter().map(|result| result["method"].as_str().unwrap()).collect();
    assert_eq!(methods, ["POST", "PUT", "PATCH", "DELETE", "POST"]);
    assert_eq!(results[0]["bulkId"], "q");
    let location = results[0]["location"].as_str().unwrap();
    let cat = hub.get(location.strip_prefix(&format!("{ORIGIN}{BASE}")).unwrap()).await;
    assert_eq!(cat.expect(200).json()["userName"], "cat");
    assert_eq!(results[0]["version"], cat.etag());
    assert_eq!(results[1]["location"], format!("{ORIGIN}{BASE}{}", at(&ann)));
    let read = hub.get(&at(&ann)).await;
    assert_eq!(
        (read.json()["title"].as_str(), Some(read.etag().as_str())),
        (Some("t"), results[1]["version"].as_str())
    );
    hub.get(&at(&bob)).await.expect(404);
}

#[tokio::test]
async fn rfc7644_3_7_2_references_in_bodies_and_paths_resolve_in_any_order() {
    let hub = Hub::new().await;
    let patch = |value: &str| json!({ "Operations": [{ "op": "add", "path": "members", "value": [{ "value": value }] }] });
    let results = bulk(
        &hub,
        json!([
            { "method": "POST", "path": "/Groups", "bulkId": "g",
              "data": { "displayName": "g", "members": [{ "value": "bulkId:u" }] } },
            { "method": "PATCH", "path": "/Groups/bulkId:g", "data": patch("bulkId:v") },
            { "method": "POST", "path": "/Users", "bulkId": "u", "data": { "userName": "u" } },
            { "method": "POST", "path": "/Users", "bulkId": "v", "data": {
                "userName": "v",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "manager": { "value": "bulkId:u" } } } }
        ]),
    )
    .await;
    assert_eq!(statuses(&results), ["201", "200", "201", "201"]);
    let group = &hub.get("/Groups").await.json()["Resources"][0];
    assert_eq!(group["members"].as_array().unwrap().len(), 2);
    assert!(group["members"].as_array().unwrap().iter().all(|member| member["type"] == "User"));
    assert_eq!(results[1]["location"], results[0]["location"]);
}

#[tokio::test]
async fn rfc7644_3_7_1_a_circle_of_groups_is_created() {
    let hub = Hub::new().await;
    let group = |id: &str, other: &str| {
        json!({ "method": "POST", "path": "/Groups", "bulkId": id,
                "data": { "displayName": id, "members": [{ "type": "Group", "value": format!("bulkId:{other}") }] } })
    };
    let results = bulk(&hub, json!([group("a", "b"), group("b", "a")])).await;
    assert_eq!(statuses(&results), ["201", "201"]);
    let groups = hub.get("/Groups").await.json();
    for (this, other) in [(0, 1), (1, 0)] {
        let (this, other) = (&groups["Resources"][this], &groups["Resources"][other]);
        assert_eq!(this["members"][0]["value"], other["id"]);
        assert_eq!(this["members"][0]["type"], "Group");
    }
}

#[tokio::test]
async fn each_operation_fails_as_it_would_by_itself() {
    let hub = Hub::new().await;
    let ann = hub.user("ann").await;
    let post = |name: Value| json!({ "method": "POST", "path": "/Users", "bulkId": "x", "data": { "userName": name } });
    let at = format!("/Users/{ann}");
    let put = |version: &str| json!({ "method": "PUT", "path": at, "version": version, "data": { "userName": "ann" } });
    for (operation, status, kind) in [
        (post(json!("ANN")), "409", Some("uniqueness")),
        (post(json!({})), "400", Some("invalidValue")),
        (put("W/\"0\""), "412", None),
        (json!({ "method": "DELETE", "path": at, "version": "W/\"999\"" }), "412", None),
        (json!({ "method": "DELETE", "path": "/Users/nobody" }), "404", None),
        (json!({ "method": "DELETE", "path": format!("/Groups/{ann}") }), "404", None),
        (json!({ "method": "POST", "path": "/Nothing", "bulkId": "x", "data": {} }), "404", None),
        (json!({ "method": "GET", "path": at }), "400", Some("invalidSyntax")),
        (
            json!({ "method": "PUT", "path": "/Users", "data": { "userName": "x" } }),
            "400",
            Some("invalidValue"),
        ),
        (json!({ "method": "POST", "path": "/Users", "bulkId": "x" }), "400", Some("invalidSyntax")),
        (
            json!({ "method": "PATCH", "path": at, "data": { "Operations": [{ "op": "fly" }] } }),
            "400",
            Some("invalidSyntax"),
        ),
        (
            json!({ "method": "PATCH", "path": at, "data": { "Operations": [{ "op": "add", "path": "a b", "value": 1 }] } }),
            "400",
            Some("invalidPath"),
        ),
        (
            json!({ "method": "PATCH", "path": "/Users/bulkId:nope", "data": { "Operations": [] } }),
            "400",
            Some("invalidValue"),
        ),
    ] {
        // What is around it is carried out all the same.
        let around = |name: &str| json!({ "method": "POST", "path": "/Users", "bulkId": name, "data": { "userName": name } });
        let results = bulk(&hub, json!([around("before"), operation, around("after")])).await;
        assert_eq!(statuses(&results), ["201", status, "201"], "{operation}");
        assert_eq!(results[1]["response"]["scimType"].as_str(), kind, "{operation}");
        for result in [&results[0], &results[2]] {
            let at = result["location"]
                .as_str()
                .unwrap()
                .strip_prefix(&format!("{ORIGIN}{BASE}"))
                .unwrap()
                .to_owned();
            hub.call("DELETE", &at, None).await.expect(204);
        }
    }
}

#[tokio::test]
async fn rfc7644_3_7_3_fail_on_errors_stops() {
    let hub = Hub::new().await;
    let post = |name: &str| json!({ "method": "POST", "path": "/Users", "bulkId": name, "data": { "userName": name } });
    let bad = json!({ "method": "DELETE", "path": "/Users/nobody" });
    let send = async |limit: Value| {
        let body = json!({ "failOnErrors": limit, "Operations": [post("a"), bad, bad, post("b")] });
        hub.call("POST", "/Bulk", body).await
    };
    assert_eq!(statuses(&results(&send(json!(1)).await)), ["201", "404"]);
    assert_eq!(statuses(&results(&send(json!(2)).await)), ["409", "404"]);
    assert_eq!(statuses(&results(&send(json!(9)).await)), ["409", "404", "404", "201"]);
    for wrong in [json!(0), json!(-1), json!("x")] {
        send(wrong).await.refused(400, "invalidValue", "failOnErrors");
    }
}

#[tokio::test]
async fn d18_a_bulk_over_the_limits_is_413_and_does_nothing() {
    let post = |name: usize| json!({ "method": "POST", "path": "/Users", "bulkId": name.to_string(), "data": { "userName": name.to_string() } });
    let hub = Hub::new().await;
    let operations: Vec<_> = (0..1_001).map(post).collect();
    hub.call("POST", "/Bulk", json!({ "Operations": operations })).await.refused(413, "", "1000");
    hub.call("POST", "/Bulk", json!({ "Operations": operations[..1_000] })).await.expect(200);
    assert_eq!(hub.get("/Users?count=0").await.json()["totalResults"], 1_000);

    let json = JsonLimits { max_bytes: 5_000, ..JsonLimits::default() };
    let hub =
        Hub::with(ClientKind::Generic, HttpLimits { json, max_bulk_operations: 3, ..HttpLimits::default() })
            .await;
    hub.call("POST", "/Bulk", json!({ "x": "x".repeat(5_000), "Operations": [] }))
        .await
        .refused(413, "", "5000");
    hub.call("POST", "/Bulk", json!({ "Operations": [post(1), post(2), post(3), post(4)] }))
        .await
        .refused(413, "", "3");
    assert_eq!(hub.get("/Users?count=0").await.json()["totalResults"], 0);
    let config = hub.get("/ServiceProviderConfig").await.json();
    assert_eq!(config["bulk"], json!({ "supported": true, "maxOperations": 3, "maxPayloadSize": 5_000 }));
}

#[tokio::test]
async fn what_is_no_bulk_is_refused() {
    let hub = Hub::new().await;
    for body in [json!([]), json!({}), json!({ "Operations": {} }), json!("x"), json!({ "Operations": null })]
    {
        let answer = hub.call("POST", "/Bulk", body.clone()).await;
        assert_eq!(answer.outcome(), (400, Some("invalidSyntax".to_owned())), "{body}");
    }
    assert!(bulk(&hub, json!([])).await.is_empty());
    hub.token_of("reader", "", Scope::Read).await;
    hub.with_token("reader", "POST", "/Bulk", &[], json!({ "Operations": [] })).await.expect(403);
}

#[tokio::test]
async fn locations_have_the_prefix_of_the_request() {
    use bytes::Bytes;
    use http::Request;
    use http_body_util::Full;

    let hub = Hub::new().await;
    let body = json!({ "Operations": [{ "method": "POST", "path": "/Users", "bulkId": "a", "data": { "userName": "a" } }] });
    let request = Request::post("/usergroup/t/x/scim/v2/Bulk")
        .header("Authorization", format!("Bearer {}", crate::support::TOKEN))
        .body(Full::<Bytes>::from(body.to_string()))
        .unwrap();
    let results = results(&hub.send(request).await);
    assert!(
        results[0]["location"]
            .as_str()
            .unwrap()
            .starts_with(&format!("{ORIGIN}/usergroup/t/x/scim/v2/Users/"))
    );
}
