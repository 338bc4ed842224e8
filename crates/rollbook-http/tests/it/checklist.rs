//! Rows of the client checklist (idp-clients §0) and of the decisions that no other test reaches through the service.

use http_body_util::Full;
use rollbook_protocol::ClientKind;
use serde_json::{Value, json};

use crate::support::{ENTERPRISE, GROUP, Hub, PATCH_OP, USER, to_demo};

#[tokio::test]
async fn row_2_what_clients_leave_unescaped_in_a_query() {
    let hub = Hub::new().await;
    let mail = json!([{ "type": "work", "value": "a+b@x" }]);
    hub.create("/Users", json!({ "userName": "a|b{c}", "emails": mail, "title": "50%" })).await;
    for query in [
        "filter=emails[type+eq+%22work%22].value+eq+%22a%2Bb@x%22",
        "filter=emails[type%20eq%20%22work%22%20and%20value%20eq%20%22a%2Bb%40x%22]",
        "filter=userName+eq+%22a|b{c}%22",
        "filter=title+eq+%2250%25%22",
        "filter=title+eq+%2250%25%22&&",
        "?filter=title+eq+%22none%22",
        "filter=(userName+pr)",
    ] {
        let answer = hub.get(&format!("/Users?{query}")).await;
        assert_eq!(answer.expect(200).column("userName"), ["a|b{c}"], "{query}");
    }
    // A plus that is not escaped is a blank, and what is escaped twice is decoded once.
    for query in [
        "filter=emails.value+eq+%22a+b@x%22",
        "filter=emails.value+eq+%22a%252Bb@x%22",
        "filter=title+eq+%2250%2525%22",
    ] {
        assert_eq!(hub.get(&format!("/Users?{query}")).await.expect(200).column("id"), [""; 0], "{query}");
    }
}

#[tokio::test]
async fn rows_3_4_names_in_any_case_and_schemas_of_any_spelling() {
    let hub = Hub::new().await;
    let mail = json!([{ "type": "work", "value": "a@x" }]);
    let at = format!("/Users/{}", hub.create("/Users", json!({ "USERNAME": "ann", "EMAILS": mail })).await);
    for (body, pointer, wanted) in [
        (json!({ "operations": [{ "OP": "REPLACE", "Path": "TITLE", "Value": "1" }] }), "/title", json!("1")),
        (
            json!({ "Schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOP"], "OPERATIONS": [{ "op": "aDD", "path": "Emails[TYPE EQ \"WORK\"].VALUE", "value": "b@x" }] }),
            "/emails/0/value",
            json!("b@x"),
        ),
        (
            json!({ "schemas": "urn:ietf:params:scim:schemas:core:2.0:User", "Operations": [{ "op": "Add", "path": ENTERPRISE.to_ascii_lowercase() + ":DEPARTMENT", "value": "d" }] }),
            "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department",
            json!("d"),
        ),
        (
            json!({ "schemas": [null, 7, PATCH_OP], "Operations": [{ "op": "remove", "path": "title" }] }),
            "/title",
            Value::Null,
        ),
    ] {
        let answer = hub.call("PATCH", &at, body.clone()).await;
        assert_eq!(answer.status, 200, "{body}: {}", answer.text());
        assert_eq!(answer.json().pointer(pointer).cloned().unwrap_or_default(), wanted, "{body}");
    }
    for schemas in [
        json!([]),
        json!(null),
        json!("x"),
        json!(["urn:ietf:params:scim:schemas:core:2.0:user"]),
        json!([7]),
    ] {
        let put = hub.call("PUT", &at, json!({ "schemas": schemas, "userName": "ann" })).await;
        assert_eq!(put.expect(200).json()["schemas"], json!([USER]), "{schemas}");
    }
    for filter in [
        "USERNAME+EQ+%22ANN%22",
        "UserName+pR",
        "URN:IETF:PARAMS:SCIM:SCHEMAS:CORE:2.0:USER:USERNAME+sw+%22a%22",
    ] {
        assert_eq!(hub.get(&format!("/Users?filter={filter}")).await.column("userName"), ["ann"], "{filter}");
    }
}

#[tokio::test]
async fn rows_7_12_13_14_values_that_overwrite_and_unassign() {
    let hub = Hub::new().await;
    let manager = format!("{ENTERPRISE}:manager");
    let shown = format!("/{ENTERPRISE}/manager");
    let body = json!({ "userName": "ann", "title": "T", ENTERPRISE: { "manager": { "value": "m" } } });
    let cases: Vec<(Value, &str, Value)> = vec![
        (json!({ "op": "add", "path": "title", "value": "new" }), "/title", json!("new")),
        (json!({ "op": "Replace", "path": "title", "value": " " }), "/title", json!(" ")),
        (json!({ "op": "Add", "path": "title", "value": null }), "/title", Value::Null),
        (json!({ "op": "Replace", "path": "title", "value": [] }), "/title", Value::Null),
        (
            json!({ "op": "Replace", "path": "title", "value": [{ "$ref": null, "value": " X" }] }),
            "/title",
            json!(" X"),
        ),
        (json!({ "op": "Replace", "path": manager, "value": "n" }), &shown, json!({ "value": "n" })),
        (
            json!({ "op": "Add", "path": manager, "value": [{ "$ref": null, "value": "n" }] }),
            &shown,
            json!({ "value": "n" }),
        ),
        (
            json!({ "op": "Add", "path": format!("{manager}.value"), "value": "n" }),
            &shown,
            json!({ "value": "n" }),
        ),
        (
            json!({ "op": "Add", "path": "manager", "value": [{ "$ref": "Users/n", "value": "n" }] }),
            &shown,
            json!({ "value": "n", "$ref": "Users/n" }),
        ),
        (json!({ "op": "Replace", "path": manager, "value": "" }), &shown, Value::Null),
        (json!({ "op": "Replace", "path": manager, "value": null }), &shown, Value::Null),
        (json!({ "op": "Remove", "path": format!("{manager}[value eq \"m\"]") }), &shown, Value::Null),
        (json!({ "op": "Remove", "path": manager }), &shown, Value::Null),
        (json!({ "op": "Replace", "value": { manager.clone(): "" } }), &shown, Value::Null),
    ];
    for (operation, pointer, wanted) in cases {
        let at = format!("/Users/{}", hub.create("/Users", body.clone()).await);
        let answer = hub.patch(&at, json!([operation])).await;
        assert_eq!(answer.status, 200, "{operation}: {}", answer.text());
        let mut found = answer.json().pointer(pointer).cloned().unwrap_or_default();
        if wanted.get("$ref").is_none()
            && let Some(object) = found.as_object_mut()
        {
            object.remove("$ref");
        }
        assert_eq!(found, wanted, "{operation}: {}", answer.text());
        hub.call("DELETE", &at, None).await.expect(204);
    }
}

#[tokio::test]
async fn row_9_keys_that_are_paths_in_every_body() {
    let hub = Hub::new().await;
    let keyed = |name: &str, department: &str| {
        json!({
            "schemas": [USER, ENTERPRISE], format!("{USER}:userName"): name, "name.givenName": "G",
            format!("{USER}:emails[type eq \"work\"].value"): "w@x", format!("{ENTERPRISE}:department"): department
        })
    };
    let check = |user: &Value, name: &str, department: &str| {
        assert_eq!(user["userName"], name, "{user}");
        assert_eq!(user["name"], json!({ "givenName": "G" }), "{user}");
        assert_eq!(user["emails"], json!([{ "type": "work", "value": "w@x" }]), "{user}");
        assert_eq!(user[ENTERPRISE], json!({ "department": department }), "{user}");
        assert_eq!(user["schemas"], json!([USER, ENTERPRISE]), "{user}");
    };
    let created = hub.call("POST", "/Users", keyed("ann", "d")).await;
    check(&created.expect(201).json(), "ann", "d");
    let at = format!("/Users/{}", created.id());
    // They are as unique and as well found as others.
    hub.call("POST", "/Users", keyed("ANN", "d")).await.refused(409, "uniqueness", "userName");
    assert_eq!(hub.get("/Users?filter=userName+eq+%22ann%22").await.json()["totalResults"], 1);
    check(&hub.call("PUT", &at, keyed("ann", "e")).await.expect(200).json(), "ann", "e");
    let same = hub.call("PUT", &at, keyed("ann", "e")).await;
    assert_eq!(same.etag(), hub.get(&at).await.etag(), "D23");
    let bulk = json!({ "Operations": [
        { "method": "POST", "path": "/Users", "bulkId": "b", "data": keyed("bob", "f") },
        { "method": "POST", "path": "/Groups", "bulkId": "g", "data": {
            format!("{GROUP}:displayName"): "g", format!("{GROUP}:members"): [{ "value": "bulkId:b" }] } },
        { "method": "PUT", "path": at, "data": keyed("ann2", "g") }
    ] });
    let results = hub.call("POST", "/Bulk", bulk).await.expect(200).json();
    let statuses: Vec<_> =
        results["Operations"].as_array().unwrap().iter().map(|it| it["status"].clone()).collect();
    assert_eq!(statuses, ["201", "201", "200"], "{results}");
    let bob = hub.get("/Users?filter=userName+eq+%22bob%22").await.json()["Resources"][0].clone();
    check(&bob, "bob", "f");
    assert_eq!(bob["groups"][0]["display"], "g");
    check(&hub.get(&at).await.json(), "ann2", "g");
    // What contradicts itself is refused, and nothing is written.
    let seq = hub.last_seq().await;
    let mut twice = keyed("cat", "d");
    twice["userName"] = json!("dog");
    for (method, path) in [("POST", "/Users"), ("PUT", at.as_str())] {
        hub.call(method, path, twice.clone()).await.refused(400, "invalidSyntax", "userName");
    }
    let bulk =
        json!({ "Operations": [{ "method": "POST", "path": "/Users", "bulkId": "b", "data": twice }] });
    assert_eq!(
        hub.call("POST", "/Bulk", bulk).await.json()["Operations"][0]["response"]["scimType"],
        "invalidSyntax"
    );
    assert_eq!(hub.last_seq().await, seq);
}

#[tokio::test]
async fn row_6_d22_read_only_attributes_of_members_and_of_the_resource() {
    let hub = Hub::new().await;
    let ann = hub.user("ann").await;
    let at = format!("/Groups/{}", hub.group("g", &[&ann]).await);
    let before = hub.get(&at).await;
    for operation in [
        json!({ "op": "replace", "path": format!("members[value eq \"{ann}\"].display"), "value": "other" }),
        json!({ "op": "replace", "path": format!("members[value eq \"{ann}\"].$ref"), "value": "x" }),
        json!({ "op": "add", "path": "members", "value": [{ "value": ann, "display": "other", "type": "Group", "$ref": "x", "primary": true }] }),
        json!({ "op": "replace", "path": "meta.lastModified", "value": "1999-01-01T00:00:00Z" }),
        json!({ "op": "remove", "path": "id" }),
        json!({ "op": "replace", "value": { "id": "x", "meta": { "resourceType": "User" }, "schemas": ["x"] } }),
    ] {
        let answer = hub.patch(&at, json!([operation])).await;
        assert_eq!(answer.status, 200, "{operation}: {}", answer.text());
        assert_eq!(answer.body, before.body, "{operation}");
    }
    let put = json!({ "id": "x", "meta": { "version": "W/\"9\"" }, "displayName": "g", "members": [{ "value": ann, "display": "?", "type": "Group" }] });
    assert_eq!(hub.call("PUT", &at, put).await.expect(200).body, before.body);
}

#[tokio::test]
async fn row_20_d6_every_conflict_and_the_thousand_and_first_name() {
    let hub = Hub::new().await;
    hub.user("ann").await;
    let at = format!("/Users/{}", hub.user("bob").await);
    for name in ["ann", "ANN", "Ann"] {
        hub.call("POST", "/Users", json!({ "userName": name })).await.refused(409, "uniqueness", "userName");
        hub.call("PUT", &at, json!({ "userName": name })).await.refused(409, "uniqueness", "userName");
        let rename = json!([{ "op": "Replace", "path": "userName", "value": name }]);
        hub.patch(&at, rename).await.refused(409, "uniqueness", "userName");
        let rename = json!([{ "op": "Replace", "value": { "userName": name } }]);
        hub.patch(&at, rename).await.refused(409, "uniqueness", "userName");
    }
    let nobodies =
        |count: usize| (0..count).map(|number| json!({ "value": format!("n{number}") })).collect::<Vec<_>>();
    hub.call("POST", "/Groups", json!({ "displayName": "g", "members": nobodies(1_001) })).await.refused(
        400,
        "invalidValue",
        "n1000",
    );
    hub.call("POST", "/Groups", json!({ "displayName": "g", "members": nobodies(1_000) })).await.expect(201);
}

#[tokio::test]
async fn row_1_d17_bodies_and_answers_have_one_type_on_every_path() {
    let hub = Hub::new().await;
    let id = hub.user("ann").await;
    // `Answer::of` checks the Content-Type of each answer; what is asked for does not matter.
    for (method, path, body) in [
        ("POST", "/Users".to_owned(), json!({ "userName": "b" })),
        ("PUT", format!("/Users/{id}"), json!({ "userName": "ann" })),
        ("PATCH", format!("/Users/{id}"), json!({ "Operations": [] })),
        ("POST", "/.search".to_owned(), json!({})),
        ("POST", "/Bulk".to_owned(), json!({ "Operations": [] })),
    ] {
        for content_type in [
            "application/scim+json;charset=utf-8",
            "application/json; charset=UTF-8",
            "application/scim+json; x=y",
        ] {
            let body = Full::from(
                if path == "/Users" { json!({ "userName": content_type }) } else { body.clone() }.to_string(),
            );
            let request =
                to_demo(method, &path).header("Content-Type", content_type).header("Accept", "text/html");
            let answer = hub.send(request.body(body).unwrap()).await;
            assert!([200, 201].contains(&answer.status), "{method} {path} {content_type}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn d31_a_search_body_of_a_strict_directory_is_refused_alike() {
    let hub = Hub::of(ClientKind::Strict).await;
    for filter in ["nothing pr", "emails.nothing eq \"x\"", "urn:x:y:2.0:User:z pr"] {
        hub.call("POST", "/Users/.search", json!({ "filter": filter })).await.refused(
            400,
            "invalidFilter",
            "`",
        );
        let query = filter.replace(' ', "+").replace('"', "%22");
        hub.get(&format!("/Users?filter={query}")).await.refused(400, "invalidFilter", "`");
    }
}
