//! A directory of kind `strict` does it the RFC's way (D3, D5, D6, D12, D13, D21, D22, D31).

use rollbook_protocol::ClientKind;
use serde_json::{Value, json};

use crate::support::{ENTERPRISE, GROUP, Hub, PATCH_OP, USER};

#[tokio::test]
async fn what_only_a_strict_directory_refuses() {
    let lenient = [ClientKind::Generic, ClientKind::Entra, ClientKind::Okta];
    let user = json!({ "schemas": [USER], "userName": "x" });
    let with = |name: &str, value: Value| {
        let mut user = user.clone();
        user[name] = value;
        user
    };
    let patch = |operation: Value| json!({ "schemas": [PATCH_OP], "Operations": [operation] });
    // (name, method, path, body, the strict answer)
    let cases: Vec<(&str, &str, &str, Value, &str)> = vec![
        ("D3 no schemas", "POST", "/Users", json!({ "userName": "x" }), "invalidSyntax"),
        ("D3 no schemas in a PATCH", "PATCH", "/Users/{user}", json!({ "Operations": [] }), "invalidSyntax"),
        ("D5 unknown attribute", "POST", "/Users", with("custom", json!(1)), "invalidSyntax"),
        ("D5 unknown extension", "POST", "/Users", with("urn:x:y", json!({})), "invalidSyntax"),
        (
            "D6 a member that is nobody",
            "POST",
            "/Groups",
            json!({ "schemas": [GROUP], "displayName": "h", "members": [{ "value": "nobody" }] }),
            "invalidValue",
        ),
        (
            "D7 manager as a string",
            "POST",
            "/Users",
            with(ENTERPRISE, json!({ "manager": "x" })),
            "invalidValue",
        ),
        ("a string for a boolean", "POST", "/Users", with("active", json!("True")), "invalidValue"),
        (
            "D12 remove of nothing",
            "PATCH",
            "/Users/{user}",
            patch(json!({ "op": "remove", "path": "emails[type eq \"work\"]" })),
            "noTarget",
        ),
        (
            "D13 replace of nothing",
            "PATCH",
            "/Users/{user}",
            patch(json!({ "op": "replace", "path": "emails[type eq \"work\"].value", "value": "x" })),
            "noTarget",
        ),
        (
            "D21 remove with a value",
            "PATCH",
            "/Groups/{group}",
            patch(json!({ "op": "remove", "path": "members", "value": [{ "value": "{user}" }] })),
            "invalidValue",
        ),
        (
            "D22 a read-only path",
            "PATCH",
            "/Users/{user}",
            patch(json!({ "op": "replace", "path": "id", "value": "x" })),
            "mutability",
        ),
        (
            "D31 an unknown attribute in a filter",
            "GET",
            "/Users?filter=nothing+pr",
            Value::Null,
            "invalidFilter",
        ),
    ];
    for kind in lenient.into_iter().chain([ClientKind::Strict]) {
        for (name, method, path, body, refused) in &cases {
            let hub = Hub::of(kind).await;
            let id = hub.user("ann").await;
            let group = hub.group("g", &[&id]).await;
            let filled = |text: &str| text.replace("{user}", &id).replace("{group}", &group);
            let body: Value = serde_json::from_str(&filled(&body.to_string())).unwrap();
            let seq = hub.last_seq().await;
            let answer = hub.call(method, &filled(path), Some(body).filter(|body| !body.is_null())).await;
            if kind == ClientKind::Strict {
                assert_eq!(answer.outcome(), (400, Some((*refused).to_owned())), "{name}: {}", answer.text());
                assert_eq!(hub.last_seq().await, seq, "{name}");
            } else {
                assert!(answer.status < 300, "{kind} {name}: {}", answer.text());
            }
        }
    }
}

#[tokio::test]
async fn a_strict_directory_takes_what_the_rfc_shows() {
    let hub = Hub::of(ClientKind::Strict).await;
    let body = json!({
        "schemas": [USER, ENTERPRISE], "userName": "bjensen", "id": "read-only is ignored", "groups": [],
        "name": { "formatted": "Ms. B", "familyName": "J" }, "emails": [{ "value": "b@x", "type": "work", "primary": true }],
        ENTERPRISE: { "manager": { "value": "m" } }
    });
    let id = hub.create("/Users", body).await;
    let group = hub.group("Tour Guides", &[&id]).await;
    for (path, operation) in [
        (
            format!("/Users/{id}"),
            json!({ "op": "replace", "path": "emails[type eq \"work\"].value", "value": "c@x" }),
        ),
        (format!("/Users/{id}"), json!({ "op": "add", "value": { "nickName": "Babs" } })),
        (
            format!("/Groups/{group}"),
            json!({ "op": "remove", "path": format!("members[value eq \"{id}\"]") }),
        ),
        (format!("/Groups/{group}"), json!({ "op": "remove", "path": "members" })),
    ] {
        hub.patch(&path, json!([operation])).await.expect(200);
    }
}
