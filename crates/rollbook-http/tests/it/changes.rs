//! PUT, PATCH and DELETE of one resource (RFC 7644 §3.5, §3.6; D1, D12, D13, D14, D22, D23, D30).

use serde_json::{Value, json};

use crate::support::{ENTERPRISE, Hub, PATCH_OP, USER};

fn full_user() -> Value {
    json!({
        "schemas": [USER, ENTERPRISE],
        "userName": "ann",
        "externalId": "e-1",
        "displayName": "Ann",
        "active": true,
        "name": { "givenName": "Ann", "familyName": "Bee" },
        "emails": [
            { "type": "work", "value": "ann@w", "primary": true },
            { "type": "home", "value": "ann@h" }
        ],
        ENTERPRISE: { "department": "d", "employeeNumber": "7" }
    })
}

#[tokio::test]
async fn rfc7644_3_5_1_put_clears_what_it_leaves_out() {
    let hub = Hub::new().await;
    let created = hub.call("POST", "/Users", full_user()).await;
    let at = format!("/Users/{}", created.id());
    let answer = hub.call("PUT", &at, json!({ "schemas": [USER], "userName": "ann2", "title": "t" })).await;
    let user = answer.expect(200).json();
    for gone in ["externalId", "displayName", "active", "name", "emails", ENTERPRISE] {
        assert_eq!(user[gone], Value::Null, "{gone}");
    }
    assert_eq!(user["schemas"], json!([USER]));
    assert_eq!(user["title"], "t");
    assert_eq!(user["meta"]["created"], created.json()["meta"]["created"]);
    assert_ne!(answer.etag(), created.etag());
    assert_eq!(answer.header("content-location"), answer.header("location"));
    assert_eq!(hub.get(&at).await.body, answer.body);
    // The old name is free again, the new one is taken.
    hub.user("ann").await;
    hub.call("POST", "/Users", json!({ "userName": "ANN2" })).await.refused(409, "uniqueness", "userName");
}

#[tokio::test]
async fn d23_a_put_or_patch_that_changes_nothing_writes_nothing() {
    let hub = Hub::new().await;
    let created = hub.call("POST", "/Users", full_user()).await;
    let at = format!("/Users/{}", created.id());
    let reordered = json!({
        "emails": full_user()["emails"], "userName": "ann", "displayName": "Ann", "active": "True",
        "externalId": "e-1", "name": { "familyName": "Bee", "givenName": "Ann" },
        ENTERPRISE: { "employeeNumber": "7", "department": "d" },
        "id": "ignored", "meta": { "version": "W/\"99\"" }, "groups": [], "title": null, "password": "secret"
    });
    let seq = hub.last_seq().await;
    for body in [full_user(), reordered, created.json()] {
        let answer = hub.call("PUT", &at, body).await;
        assert_eq!(answer.expect(200).body, created.body);
        assert_eq!(answer.etag(), created.etag());
    }
    for operations in [
        json!([]),
        json!([{ "op": "replace", "path": "displayName", "value": "Ann" }]),
        json!([{ "op": "replace", "value": { "active": true, "userName": "ann" } }]),
        json!([{ "op": "add", "path": "emails", "value": [{ "type": "work", "value": "ann@w", "primary": true }] }]),
        json!([{ "op": "remove", "path": "title" }]),
        json!([{ "op": "remove", "path": "emails[type eq \"other\"]" }]),
        json!([{ "op": "replace", "path": "password", "value": "secret" }]),
        json!([{ "op": "replace", "path": "id", "value": "x" }, { "op": "add", "path": "groups", "value": [{ "value": "x" }] }]),
        json!([{ "op": "replace", "value": { "id": "x", "meta": { "version": "x" }, "schemas": [] } }]),
        json!([{ "op": "replace", "path": "title", "value": "x" }, { "op": "remove", "path": "title" }]),
    ] {
        let answer = hub.patch(&at, operations.clone()).await;
        assert_eq!(answer.status, 200, "{operations} {}", answer.text());
        assert_eq!(answer.body, created.body, "{operations}");
        assert_eq!(answer.etag(), created.etag(), "{operations}");
    }
    assert_eq!(hub.last_seq().await, seq);
}

#[tokio::test]
async fn d1_a_patch_answers_the_whole_resource() {
    let hub = Hub::new().await;
    let created = hub.call("POST", "/Users", full_user()).await;
    let at = format!("/Users/{}", created.id());
    let answer = hub.patch(&at, json!([{ "op": "replace", "path": "displayName", "value": "B" }])).await;
    let user = answer.expect(200).json();
    assert_eq!(user["displayName"], "B");
    assert_eq!(user["schemas"], json!([USER, ENTERPRISE]));
    assert_ne!(answer.etag(), created.etag());
    assert_eq!(answer.header("location"), created.header("location"));
    assert_eq!(answer.header("content-location"), created.header("location"));
    assert_eq!(user["meta"]["version"], answer.etag());
    assert_eq!(hub.get(&at).await.body, answer.body);
}

#[tokio::test]
async fn rfc7644_3_5_2_operations() {
    let hub = Hub::new().await;
    let enterprise = |name: &str| format!("{ENTERPRISE}:{name}");
    let whole = format!("/{ENTERPRISE}");
    let (department, manager) = (format!("{whole}/department"), format!("{whole}/manager/value"));
    // (name, operations, where to look, what must be there)
    let cases: Vec<(&str, Value, &str, Value)> = vec![
        (
            "op in any case",
            json!([{ "op": "Replace", "path": "active", "value": "False" }]),
            "/active",
            json!(false),
        ),
        ("path-less", json!([{ "op": "replace", "value": { "active": false } }]), "/active", json!(false)),
        (
            "path-less, dotted",
            json!([{ "op": "replace", "value": { "name.givenName": "G" } }]),
            "/name",
            json!({ "givenName": "G", "familyName": "Bee" }),
        ),
        (
            "path-less, URN",
            json!([{ "op": "add", "value": { enterprise("department"): "x" } }]),
            &department,
            json!("x"),
        ),
        (
            "path-less, extension",
            json!([{ "op": "add", "value": { ENTERPRISE: { "costCenter": "c" } } }]),
            &whole,
            json!({ "department": "d", "employeeNumber": "7", "costCenter": "c" }),
        ),
        (
            "URN path",
            json!([{ "op": "Add", "path": enterprise("department"), "value": "x" }]),
            &department,
            json!("x"),
        ),
        (
            "URN path with a filter",
            json!([{ "op": "replace", "path": format!("{USER}:emails[type eq \"work\"].value"), "value": "n@w" }]),
            "/emails/0/value",
            json!("n@w"),
        ),
        (
            "D13 a filter that selects nothing creates",
            json!([{ "op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "1" }]),
            "/phoneNumbers",
            json!([{ "type": "mobile", "value": "1" }]),
        ),
        (
            "D13 the same filter hits the same element",
            json!([
                { "op": "Add", "path": "addresses[type eq \"work\"].locality", "value": "L" },
                { "op": "Add", "path": "addresses[type eq \"work\"].country", "value": "C" }
            ]),
            "/addresses",
            json!([{ "type": "work", "locality": "L", "country": "C" }]),
        ),
        (
            "D14 the last primary wins",
            json!([{ "op": "add", "path": "emails", "value": [{ "type": "other", "value": "o", "primary": true }] }]),
            "/emails/0/primary",
            json!(false),
        ),
        (
            "complex values merge",
            json!([{ "op": "replace", "path": "name", "value": { "givenName": "G" } }]),
            "/name",
            json!({ "givenName": "G", "familyName": "Bee" }),
        ),
        (
            "remove of an element",
            json!([{ "op": "remove", "path": "emails[type eq \"home\"]" }]),
            "/emails",
            json!([{ "type": "work", "value": "ann@w", "primary": true }]),
        ),
        (
            "null removes",
            json!([{ "op": "replace", "path": "displayName", "value": null }]),
            "/displayName",
            Value::Null,
        ),
        (
            "an empty text removes",
            json!([{ "op": "replace", "path": "displayName", "value": "" }]),
            "/displayName",
            Value::Null,
        ),
        ("D12 remove of nothing", json!([{ "op": "remove", "path": "nickName" }]), "/userName", json!("ann")),
        (
            "the last of two wins",
            json!([{ "op": "replace", "path": "title", "value": "1" }, { "op": "replace", "path": "title", "value": "2" }]),
            "/title",
            json!("2"),
        ),
        (
            "D7 manager as a string",
            json!([{ "op": "Add", "path": enterprise("manager"), "value": "boss" }]),
            &manager,
            json!("boss"),
        ),
        (
            "a wrapped single value",
            json!([{ "op": "replace", "path": "displayName", "value": [{ "$ref": null, "value": "W" }] }]),
            "/displayName",
            json!("W"),
        ),
        (
            "D5 an unknown attribute",
            json!([{ "op": "add", "path": "custom", "value": "x" }]),
            "/custom",
            Value::Null,
        ),
        (
            "a further key in an operation",
            json!([{ "op": "replace", "path": "title", "value": "t", "name": "x" }]),
            "/title",
            json!("t"),
        ),
    ];
    for (name, operations, pointer, wanted) in cases {
        let created = hub.call("POST", "/Users", full_user()).await;
        let at = format!("/Users/{}", created.id());
        let answer = hub.patch(&at, operations).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        let found = answer.json().pointer(pointer).cloned().unwrap_or_default();
        assert_eq!(found, wanted, "{name}: {}", answer.text());
        assert_eq!(hub.get(&at).await.body, answer.body, "{name}");
        hub.call("DELETE", &at, None).await.expect(204);
    }
}

#[tokio::test]
async fn a_patch_is_all_or_nothing() {
    let hub = Hub::new().await;
    let created = hub.call("POST", "/Users", full_user()).await;
    let at = format!("/Users/{}", created.id());
    hub.user("taken").await;
    let good = json!({ "op": "replace", "path": "displayName", "value": "changed" });
    for (bad, status, kind) in [
        (json!({ "op": "replace", "path": "emails[", "value": "x" }), 400, "invalidPath"),
        (json!({ "op": "jump", "path": "title" }), 400, "invalidSyntax"),
        (json!({ "path": "title", "value": "x" }), 400, "invalidSyntax"),
        (json!({ "op": "replace", "path": "active", "value": "maybe" }), 400, "invalidValue"),
        (json!({ "op": "remove" }), 400, "noTarget"),
        (json!({ "op": "remove", "path": "userName" }), 400, "mutability"),
        (json!({ "op": "replace", "path": "userName", "value": "TAKEN" }), 409, "uniqueness"),
        (json!("text"), 400, "invalidSyntax"),
    ] {
        let answer = hub.patch(&at, json!([good, bad])).await;
        assert_eq!(answer.outcome(), (status, Some(kind.to_owned())), "{bad} {}", answer.text());
        assert_eq!(hub.get(&at).await.body, created.body, "{bad}");
    }
    for body in [
        json!({}),
        json!({ "schemas": [PATCH_OP] }),
        json!({ "Operations": {} }),
        json!({ "Operations": null }),
    ] {
        let answer = hub.call("PATCH", &at, body.clone()).await;
        assert_eq!(answer.outcome(), (400, Some("invalidSyntax".to_owned())), "{body} {}", answer.text());
    }
}

#[tokio::test]
async fn rfc7644_3_6_delete() {
    let hub = Hub::new().await;
    let id = hub.user("ann").await;
    let at = format!("/Users/{id}");
    let answer = hub.raw("DELETE", &at, "a body means nothing").await;
    assert!(answer.expect(204).body.is_empty());
    for method in ["GET", "DELETE", "PUT", "PATCH"] {
        let body = json!({ "userName": "ann", "Operations": [] });
        hub.call(method, &at, body).await.refused(404, "", &id);
    }
    assert_eq!(hub.get("/Users").await.json()["totalResults"], 0);
    hub.user("ann").await;
}

#[tokio::test]
async fn d30_a_password_is_neither_kept_nor_shown() {
    let hub = Hub::new().await;
    let answer = hub.call("POST", "/Users", json!({ "userName": "ann", "password": "pa55" })).await;
    let at = format!("/Users/{}", answer.expect(201).id());
    let mut answers = vec![answer];
    answers.push(hub.call("PUT", &at, json!({ "userName": "ann", "password": "pa55" })).await);
    answers.push(
        hub.patch(&at, json!([{ "op": "replace", "value": { "password": "pa55", "title": "t" } }])).await,
    );
    answers.push(hub.get(&at).await);
    answers.push(hub.get(&format!("{at}?attributes=password")).await);
    answers.push(hub.get("/Users?filter=password+eq+%22pa55%22").await);
    for answer in &answers {
        assert!(!answer.text().contains("pa55"), "{}", answer.text());
    }
    assert_eq!(answers.last().unwrap().json()["totalResults"], 0);
    assert!(!format!("{:?}", hub.store).contains("pa55"));
    let wrong =
        hub.patch(&at, json!([{ "op": "replace", "path": "password", "value": { "x": "pa55" } }])).await;
    assert!(!wrong.text().contains("pa55"), "{}", wrong.text());
}

#[tokio::test]
async fn a_resource_does_not_grow_beyond_the_limit_by_patches() {
    let limits = rollbook_http::HttpLimits {
        json: rollbook_schema::JsonLimits { max_bytes: 2_000, ..Default::default() },
        ..Default::default()
    };
    let hub = Hub::with(rollbook_protocol::ClientKind::Generic, limits).await;
    let at = format!("/Users/{}", hub.user("ann").await);
    let text = "x".repeat(1_500);
    hub.patch(&at, json!([{ "op": "add", "path": "title", "value": text }])).await.expect(200);
    hub.patch(&at, json!([{ "op": "add", "path": "nickName", "value": text }]))
        .await
        .refused(413, "", "2000");
    assert_eq!(hub.get(&at).await.json()["nickName"], Value::Null);
}
