//! What a body may look like (idp-clients §0 1 to 9; D3, D5, D7, D14, D15, D22, D29, D30).

use http_body_util::Full;
use serde_json::{Value, json};

use crate::support::{ENTERPRISE, GROUP, Hub, USER, to_demo};

#[tokio::test]
async fn content_types_and_accept() {
    let hub = Hub::new().await;
    for (index, (content_type, status)) in [
        (Some("application/scim+json"), 201),
        (Some("application/scim+json; charset=utf-8"), 201),
        (Some("application/json"), 201),
        (Some("Application/JSON;charset=UTF-8"), 201),
        (None, 201),
        (Some("text/plain"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (Some(""), 415),
    ]
    .into_iter()
    .enumerate()
    {
        let body = Full::from(json!({ "userName": format!("u{index}") }).to_string());
        let mut request = to_demo("POST", "/Users");
        if let Some(value) = content_type {
            request = request.header("Content-Type", value);
        }
        assert_eq!(hub.send(request.body(body).unwrap()).await.status, status, "{content_type:?}");
    }
    // Never 406, and a Content-Type on GET means nothing.
    for accept in ["text/html", "application/xml;q=1", "*/*", "", "application/scim+json; charset=utf-8"] {
        hub.with_headers("GET", "/Users", &[("Accept", accept)], None).await.expect(200);
        let on_get = [("Accept", accept), ("Content-Type", "text/plain"), ("Accept-Charset", "x")];
        hub.with_headers("GET", "/Users", &on_get, None).await.expect(200);
    }
    let gzip = [("Content-Encoding", "gzip")];
    hub.with_headers("POST", "/Users", &gzip, json!({})).await.refused(415, "", "Content-Encoding");
}

#[tokio::test]
async fn rfc7644_3_3_a_create_answers_the_whole_resource() {
    let hub = Hub::new().await;
    let answer = hub
        .call("POST", "/Users", json!({ "schemas": [USER], "userName": "ann", "externalId": "Ext", "name": { "familyName": "B" } }))
        .await;
    let user = answer.expect(201).json();
    let id = answer.id();
    let location = format!("https://hub.example/scim/v2/demo/Users/{id}");
    assert_eq!(answer.header("location"), Some(location.as_str()));
    assert_eq!(answer.header("content-location"), Some(location.as_str()));
    assert_eq!(user["meta"]["location"], location);
    assert_eq!(user["meta"]["resourceType"], "User");
    assert_eq!(user["meta"]["version"], answer.etag());
    assert_eq!(user["meta"]["created"], user["meta"]["lastModified"]);
    assert!(answer.etag().starts_with("W/\""));
    assert_eq!(user["externalId"], "Ext");
    assert_eq!(user["schemas"], json!([USER]));
    let read = hub.get(&format!("/Users/{id}")).await;
    assert_eq!(read.body, answer.body);
    assert_eq!(read.etag(), answer.etag());
    assert_eq!(read.header("location"), Some(location.as_str()));
    // The prefix of the request comes back (design §4).
    for base in ["/usergroup/scim/v2", "/usergroup/t/x/scim/v2"] {
        let request = http::Request::get(format!("{base}/Users/{id}"))
            .header("Authorization", format!("Bearer {}", crate::support::TOKEN))
            .body(Full::default())
            .unwrap();
        let location = format!("https://hub.example{base}/Users/{id}");
        assert_eq!(hub.send(request).await.json()["meta"]["location"], location);
    }
}

#[tokio::test]
async fn bodies_are_read_as_they_are_meant() {
    let hub = Hub::new().await;
    let boss = hub.user("boss").await;
    let whole = format!("/{ENTERPRISE}");
    let (department, manager) = (format!("{whole}/department"), format!("{whole}/manager/value"));
    let user = |more: Value| {
        let mut body = json!({ "userName": "placeholder" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    // (name, what a POST brings besides `userName`, where to look, what must be there)
    let cases: Vec<(&str, Value, &str, Value)> = vec![
        ("D3 no schemas", json!({}), "/schemas", json!([USER])),
        (
            "D3 unknown schemas",
            json!({ "schemas": ["urn:x", "urn:scim:schemas:core:1.0"] }),
            "/schemas",
            json!([USER]),
        ),
        (
            "D3 an extension named but not held",
            json!({ "schemas": [USER, ENTERPRISE] }),
            "/schemas",
            json!([USER]),
        ),
        ("D3 schemas empty", json!({ "schemas": [] }), "/schemas", json!([USER])),
        (
            "D3 held but not named",
            json!({ "schemas": [USER], ENTERPRISE: { "department": "d" } }),
            "/schemas",
            json!([USER, ENTERPRISE]),
        ),
        ("names in any case", json!({ "DISPLAYNAME": "D" }), "/displayName", json!("D")),
        (
            "URNs in any case",
            json!({ ENTERPRISE.to_ascii_uppercase(): { "Department": "d" } }),
            &department,
            json!("d"),
        ),
        ("string booleans", json!({ "active": "True" }), "/active", json!(true)),
        (
            "string booleans within",
            json!({ "emails": [{ "value": "a@b", "Primary": "false" }] }),
            "/emails/0/primary",
            json!(false),
        ),
        ("D5 an unknown attribute", json!({ "custom": "x" }), "/custom", Value::Null),
        (
            "D5 an unknown part",
            json!({ "addresses": [{ "type": "work", "city": "x", "locality": "y" }] }),
            "/addresses/0",
            json!({ "type": "work", "locality": "y" }),
        ),
        ("D7 manager as a string", json!({ ENTERPRISE: { "manager": boss } }), &manager, json!(boss)),
        (
            "manager in an array",
            json!({ ENTERPRISE: { "manager": [{ "value": boss }] } }),
            &manager,
            json!(boss),
        ),
        ("manager emptied", json!({ ENTERPRISE: { "manager": "" } }), &whole, Value::Null),
        ("D22 id", json!({ "id": "mine" }), "/externalId", Value::Null),
        (
            "D22 meta",
            json!({ "meta": { "created": "1999-01-01T00:00:00Z" } }),
            "/meta/resourceType",
            json!("User"),
        ),
        ("D22 groups", json!({ "groups": [{ "value": "x" }] }), "/groups", Value::Null),
        ("null unassigns", json!({ "title": null, "emails": [], "nickName": "" }), "/title", Value::Null),
        ("an empty array unassigns", json!({ "emails": [], "roles": [] }), "/emails", Value::Null),
        ("one space is no error", json!({ "title": " " }), "/userName", json!("*")),
        (
            "D14 the first primary wins",
            json!({ "emails": [{ "value": "a", "primary": true }, { "value": "b", "primary": true }] }),
            "/emails/1/primary",
            json!(false),
        ),
        (
            "D15 duplicates become one",
            json!({ "emails": [{ "type": "work", "value": "a" }, { "type": "work", "value": "a", "display": "d" }] }),
            "/emails",
            json!([{ "type": "work", "value": "a", "display": "d" }]),
        ),
        (
            "a JSON text in a value stays text",
            json!({ "roles": [{ "value": "{\"id\":\"1\"}" }] }),
            "/roles/0/value",
            json!("{\"id\":\"1\"}"),
        ),
    ];
    for (index, (name, more, pointer, wanted)) in cases.into_iter().enumerate() {
        let mut body = user(more);
        body["userName"] = json!(format!("u{index}"));
        let answer = hub.call("POST", "/Users", body).await;
        assert_eq!(answer.status, 201, "{name}: {}", answer.text());
        let found = answer.json().pointer(pointer).cloned().unwrap_or_default();
        let wanted = if wanted == json!("*") { found.clone() } else { wanted };
        assert_eq!(found, wanted, "{name}: {}", answer.text());
        assert_ne!(answer.id(), "mine", "{name}");
        let read = hub.get(&format!("/Users/{}", answer.id())).await;
        assert_eq!(read.json(), answer.json(), "{name}");
    }
}

#[tokio::test]
async fn d5_an_unknown_extension_comes_back_byte_for_byte() {
    let hub = Hub::new().await;
    let extension = r#""urn:x:y":{"b" : 1.50, "A":[ null,{"é":"\u00e9"}], "a2":12345678901234567890123}"#;
    let body = format!(r#"{{"userName":"ann",{extension}}}"#);
    let answer = hub.raw("POST", "/Users", body).await;
    assert!(answer.expect(201).text().contains(extension), "{}", answer.text());
    let at = format!("/Users/{}", answer.id());
    assert!(hub.get(&at).await.text().contains(extension));
    // It survives changes elsewhere, and is shown in lists.
    let patched = hub.patch(&at, json!([{ "op": "add", "path": "title", "value": "t" }])).await;
    assert!(patched.expect(200).text().contains(extension), "{}", patched.text());
    assert!(hub.get("/Users").await.text().contains(extension));
    assert!(hub.get(&format!("{at}?excludedAttributes=title")).await.text().contains(extension));
}

#[tokio::test]
async fn d29_what_is_required_and_what_has_the_wrong_type_is_named() {
    let hub = Hub::new().await;
    for (path, body, named) in [
        ("/Users", json!({ "schemas": [USER] }), "userName"),
        ("/Users", json!({ "userName": "" }), "userName"),
        ("/Users", json!({ "userName": null }), "userName"),
        ("/Users", json!({ "userName": 7 }), "userName"),
        ("/Users", json!({ "userName": "x", "active": "maybe" }), "active"),
        ("/Users", json!({ "userName": "x", "name": "Ann" }), "name"),
        ("/Users", json!({ "userName": "x", ENTERPRISE: "text" }), "User"),
        ("/Users", json!({ "userName": "x", "password": 1 }), "password"),
        ("/Groups", json!({ "schemas": [GROUP] }), "displayName"),
        ("/Groups", json!({ "displayName": "x", "members": [{}] }), "members"),
        ("/Groups", json!({ "displayName": "x", "members": [{ "value": "" }] }), "members"),
        ("/Groups", json!({ "displayName": "x", "members": [7] }), "members"),
    ] {
        let answer = hub.call("POST", path, body).await;
        answer.refused(400, "invalidValue", named);
    }
    assert_eq!(hub.last_seq().await, 0);
}

#[tokio::test]
async fn rfc7643_2_1_a_body_that_is_no_resource_is_invalid_syntax() {
    let hub = Hub::new().await;
    let id = hub.user("ann").await;
    let one = format!("/Users/{id}");
    for body in [
        "",
        " ",
        "{",
        "null",
        "[]",
        "\"x\"",
        "1",
        "{}x",
        "{\"userName\":\"a\",\"USERNAME\":\"b\"}",
        "{'a':1}",
    ] {
        for (method, path) in [("POST", "/Users"), ("PUT", one.as_str()), ("PATCH", one.as_str())] {
            let answer = hub.raw(method, path, body.to_owned()).await;
            assert_eq!(
                answer.outcome(),
                (400, Some("invalidSyntax".to_owned())),
                "{method} {body}: {}",
                answer.text()
            );
        }
    }
}
