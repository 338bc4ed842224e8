//! Whole conversations as real clients hold them, in order: what each one sends, and what it needs to go on.

use bytes::Bytes;
use http_body_util::Full;
use serde_json::{Value, json};

use crate::support::{Answer, ENTERPRISE, Hub, LIST, PATCH_OP, USER, to_demo};

/// Sends a request as a client writes it, with its headers.
async fn say(hub: &Hub, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
    let mut request = to_demo(method, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    hub.send(request.body(Full::new(Bytes::from(body))).unwrap()).await
}

fn is_empty_list(answer: &Answer) {
    let list = answer.expect(200).json();
    assert_eq!(list["schemas"], json!([LIST]));
    assert_eq!((&list["totalResults"], &list["Resources"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn entra_first_cycle_update_and_leaver() {
    let hub = Hub::new().await;
    let scim = [("Content-Type", "application/scim+json; charset=utf-8")];
    is_empty_list(&say(&hub, "GET", "/Users?filter=userName+eq+%22f1a6e6f4-random%22", &[], None).await);
    is_empty_list(&say(&hub, "GET", "/Users?filter=externalId+eq+%22ada%22", &[], None).await);
    let created = say(&hub, "POST", "/Users", &scim, Some(json!({
        "schemas": [USER, ENTERPRISE],
        "externalId": "ada", "userName": "ada@contoso.example", "active": true,
        "emails": [{ "primary": true, "type": "work", "value": "ada@contoso.example" }],
        "meta": { "resourceType": "User" }, "name": { "formatted": "Ada B", "familyName": "B", "givenName": "Ada" }, "roles": []
    }))).await;
    let id = created.expect(201).id();
    let found = say(&hub, "GET", "/Users?filter=userName+eq+%22ADA%40contoso.example%22", &[], None).await;
    assert_eq!(found.column("id"), [id.as_str()]);
    let found = say(
        &hub,
        "GET",
        "/Users?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22ada%40contoso.example%22",
        &[],
        None,
    )
    .await;
    assert_eq!(found.column("id"), [id.as_str()]);
    // The old dialect: capitals, one operation an attribute, booleans as text; with a manager.
    let boss = hub.user("boss").await;
    let at = format!("/Users/{id}");
    let changed = say(
        &hub,
        "PATCH",
        &at,
        &scim,
        Some(json!({ "schemas": [PATCH_OP], "Operations": [
        { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "ada2@contoso.example" },
        { "op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "555" },
        { "op": "Add", "path": format!("{ENTERPRISE}:department"), "value": "R and D" },
        { "op": "Add", "path": format!("{ENTERPRISE}:manager"), "value": boss }
    ] })),
    )
    .await
    .expect(200)
    .json();
    assert_eq!(
        changed["emails"],
        json!([{ "primary": true, "type": "work", "value": "ada2@contoso.example" }])
    );
    assert_eq!(changed["phoneNumbers"], json!([{ "type": "mobile", "value": "555" }]));
    assert_eq!(changed[ENTERPRISE], json!({ "department": "R and D", "manager": { "value": boss } }));
    let check = format!("/Users?filter=id+eq+%22{id}%22+and+manager+eq+%22{boss}%22&attributes=id");
    assert_eq!(say(&hub, "GET", &check, &[], None).await.column("id"), [id.as_str()]);
    // The new dialect: no path.
    say(&hub, "PATCH", &at, &scim, Some(json!({ "schemas": [PATCH_OP], "Operations": [
        { "op": "replace", "value": { "displayName": "Ada", "name.givenName": "A.", format!("{ENTERPRISE}:department"): "Sales" } }
    ] }))).await.expect(200);
    // Groups: found by name, made empty, filled and emptied, never answered with members.
    is_empty_list(
        &say(&hub, "GET", "/Groups?excludedAttributes=members&filter=displayName+eq+%22Sales%22", &[], None)
            .await,
    );
    let group = say(&hub, "POST", "/Groups", &scim, Some(json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group", "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "externalId": "g-1", "displayName": "Sales", "meta": { "resourceType": "Group" }
    }))).await.expect(201).id();
    let at_group = format!("/Groups/{group}");
    let read = say(&hub, "GET", &format!("{at_group}?excludedAttributes=members"), &[], None).await;
    assert_eq!(read.expect(200).json()["members"], Value::Null);
    let add = json!({ "schemas": [PATCH_OP], "Operations": [{ "op": "Add", "path": "members", "value": [{ "$ref": null, "value": id }] }] });
    assert!([200, 204].contains(&say(&hub, "PATCH", &at_group, &scim, Some(add)).await.status));
    let check = format!("/Groups?filter=id+eq+%22{group}%22+and+members+eq+%22{id}%22&attributes=id");
    assert_eq!(say(&hub, "GET", &check, &[], None).await.column("id"), [group.as_str()]);
    let boss_too = json!({ "schemas": [PATCH_OP], "Operations": [{ "op": "Add", "path": "members", "value": [{ "value": boss }] }] });
    say(&hub, "PATCH", &at_group, &scim, Some(boss_too)).await.expect(200);
    let remove = json!({ "schemas": [PATCH_OP], "Operations": [{ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": id }] }] });
    say(&hub, "PATCH", &at_group, &scim, Some(remove)).await.expect(200);
    let left = hub.get(&at_group).await.json()["members"].clone();
    assert_eq!(left.as_array().unwrap().len(), 1, "only the named member goes: {left}");
    // A leaver: renamed, switched off, still readable, deleted.
    say(&hub, "PATCH", &at, &scim, Some(json!({ "Operations": [
        { "op": "Replace", "path": "active", "value": "False" }, { "op": "Replace", "path": "userName", "value": "0123abcdada@contoso.example" }
    ] }))).await.expect(200);
    assert_eq!(say(&hub, "GET", &at, &[], None).await.json()["active"], json!(false));
    say(&hub, "DELETE", &at, &[], None).await.expect(204);
    say(&hub, "GET", &at, &[], None).await.expect(404);
}

#[tokio::test]
async fn okta_imports_pushes_and_deactivates() {
    let hub = Hub::new().await;
    let okta = [
        ("User-Agent", "Okta SCIM Client 1.0.0"),
        ("Accept", "application/scim+json"),
        ("Accept-Charset", "utf-8"),
        ("Content-Type", "application/scim+json; charset=utf-8"),
    ];
    is_empty_list(&say(&hub, "GET", "/Users?startIndex=1&count=2", &okta, None).await);
    is_empty_list(&say(&hub, "GET", "/Groups?count=100&startIndex=1", &okta, None).await);
    let exists = "/Users?filter=userName%20eq%20%22isaac%40example.com%22&startIndex=1&count=100";
    is_empty_list(&say(&hub, "GET", exists, &okta, None).await);
    let body = json!({
        "schemas": [USER], "userName": "isaac@example.com", "name": { "givenName": "I", "familyName": "B" },
        "emails": [{ "primary": true, "value": "isaac@example.com", "type": "work" }], "displayName": "I B",
        "locale": "en_US", "externalId": "00u", "groups": [], "password": "1mz050nq", "active": true
    });
    let created = say(&hub, "POST", "/Users", &okta, Some(body.clone())).await;
    let at = format!("/Users/{}", created.expect(201).id());
    // A retry after a time-out meets the first one.
    say(&hub, "POST", "/Users", &okta, Some(body)).await.refused(409, "uniqueness", "userName");
    assert_eq!(say(&hub, "GET", exists, &okta, None).await.column("id").len(), 1);
    // What was read goes back by PUT, without `active`: that is not a suspension.
    let mut whole = say(&hub, "GET", &at, &okta, None).await.json();
    whole["name"]["givenName"] = json!("Isaac");
    let put = say(&hub, "PUT", &at, &okta, Some(whole)).await.expect(200).json();
    assert_eq!((&put["name"]["givenName"], &put["active"]), (&json!("Isaac"), &json!(true)));
    let off =
        json!({ "schemas": [PATCH_OP], "Operations": [{ "op": "replace", "value": { "active": false } }] });
    assert_eq!(say(&hub, "PATCH", &at, &okta, Some(off)).await.expect(200).json()["active"], json!(false));
    // Group push.
    is_empty_list(
        &say(&hub, "GET", "/Groups?filter=displayName%20eq%20%22Push%22&startIndex=1&count=100", &okta, None)
            .await,
    );
    let group = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Push", "members": [{ "value": created.id(), "display": "isaac@example.com" }] });
    let group = say(&hub, "POST", "/Groups", &okta, Some(group)).await.expect(201).id();
    let at_group = format!("/Groups/{group}");
    let rename = json!({ "schemas": [PATCH_OP], "Operations": [{ "op": "replace", "value": { "id": group, "displayName": "Pushed" } }] });
    say(&hub, "PATCH", &at_group, &okta, Some(rename)).await.expect(200);
    let other = hub.user("other").await;
    let swap = json!({ "schemas": [PATCH_OP], "Operations": [
        { "op": "remove", "path": format!("members[value eq \"{}\"]", created.id()) },
        { "op": "add", "path": "members", "value": [{ "value": other, "display": "other" }] }
    ] });
    let swapped = say(&hub, "PATCH", &at_group, &okta, Some(swap)).await.expect(200).json();
    assert_eq!((&swapped["displayName"], &swapped["members"][0]["value"]), (&json!("Pushed"), &json!(other)));
    let push =
        json!({ "schemas": [PATCH_OP], "Operations": [{ "op": "replace", "path": "members", "value": [] }] });
    assert_eq!(
        say(&hub, "PATCH", &at_group, &okta, Some(push)).await.expect(200).json()["members"],
        json!([])
    );
    // Import: pages until the total is reached; a page past the end is empty.
    let page = say(&hub, "GET", "/Users?startIndex=101&count=100", &okta, None).await.expect(200).json();
    assert_eq!(
        (&page["totalResults"], &page["itemsPerPage"], &page["startIndex"]),
        (&json!(2), &json!(0), &json!(101))
    );
    say(&hub, "DELETE", &at_group, &okta, None).await.expect(204);
}

#[tokio::test]
async fn onelogin_rauthy_authentik_keycloak_and_others() {
    let hub = Hub::new().await;
    // OneLogin: a trailing `&`, an empty User-Agent, schemas of another age, a misspelt name, an unknown part.
    let onelogin = [("User-Agent", ""), ("Content-Type", "application/scim+json")];
    is_empty_list(&say(&hub, "GET", "/Users?filter=userName+eq+%22one%22&", &onelogin, None).await);
    let body = json!({
        "schemas": ["urn:scim:schemas:core:2.0", "urn:scim:schemas:extension:enterprise:2.0"], "userName": "one",
        "prefferedLanguage": "en", "addresses": [{ "type": "work", "city": "x", "region": "R" }]
    });
    let at = format!(
        "/Users/{}",
        say(&hub, "POST", "/Users?", &onelogin, Some(body.clone())).await.expect(201).id()
    );
    let put = say(&hub, "PUT", &format!("{at}?"), &onelogin, Some(body)).await.expect(200).json();
    assert_eq!(put["addresses"], json!([{ "type": "work", "region": "R" }]));
    // Rauthy: looks up by external id, reads the groups of a user out of a list, unlinks with null.
    let rauthy = json!({ "schemas": [USER], "externalId": "r-1", "userName": "r@x", "name": { "givenName": "R", "familyName": "" }, "emails": [{ "value": "r@x" }], "custom": { "a": 1 } });
    let user = say(&hub, "POST", "/Users", &onelogin, Some(rauthy)).await.expect(201).json();
    assert_eq!(user["externalId"], "r-1");
    let group = hub.create("/Groups", json!({ "externalId": "g-1", "displayName": "rg" })).await;
    let add =
        json!([{ "op": "add", "path": "members", "value": [{ "value": user["id"], "display": "r@x" }] }]);
    hub.patch(&format!("/Groups/{group}"), add).await.expect(200);
    let found = say(&hub, "GET", "/Users?filter=externalId%20eq%20%22r-1%22", &onelogin, None).await.json();
    assert_eq!(found["Resources"][0]["groups"][0]["display"], "rg");
    let unlink = json!([{ "op": "replace", "value": { "displayName": "rg", "externalId": null } }]);
    assert_eq!(
        hub.patch(&format!("/Groups/{group}"), unlink).await.expect(200).json()["externalId"],
        Value::Null
    );
    // authentik: the whole group as a path-less replace; a group without members must not lose them.
    let replace = json!([{ "op": "replace", "value": { "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "id": group, "externalId": "a-1", "displayName": "rg2" } }]);
    let replaced = hub.patch(&format!("/Groups/{group}"), replace).await.expect(200).json();
    assert_eq!(
        (&replaced["externalId"], replaced["members"].as_array().map(Vec::len)),
        (&json!("a-1"), Some(1))
    );
    // Keycloak: an id of its own is not ours, a JSON text for a value, emptying with `value: null`, `//Users`.
    let keycloak = say(
        &hub,
        "POST",
        "//Users",
        &[],
        Some(json!({ "id": "kc-1", "externalId": "kc-1", "userName": "kc", "roles": [] })),
    )
    .await;
    assert_ne!(keycloak.expect(201).id(), "kc-1");
    let text = json!([{ "op": "replace", "value": "{\"active\": false}" }]);
    let off = hub.patch(&format!("/Users/{}", keycloak.id()), text).await;
    assert_eq!(off.expect(200).json()["active"], json!(false));
    let empty = json!([{ "op": "remove", "path": "members", "value": null }]);
    assert_eq!(hub.patch(&format!("/Groups/{group}"), empty).await.expect(200).json()["members"], json!([]));
    // Salesforce's way to remove, Slack's operators, Google without a count, Saviynt's texts.
    let salesforce =
        json!([{ "op": "remove", "path": "members", "value": { "members": [{ "value": "nobody" }] } }]);
    hub.patch(&format!("/Groups/{group}"), salesforce).await.expect(200);
    assert_eq!(
        hub.get("/Users?filter=userName%20Eq%20%22KC%22&startIndex=1").await.column("userName"),
        ["kc"]
    );
    let saviynt = json!({ "schemas": [USER, "urn:foreign:1.0"], "userName": "sav", "active": "true", "profileUrl": " ", "emails": [{ "primary": "false", "value": "s@x" }] });
    assert_eq!(hub.call("POST", "/Users", saviynt).await.expect(201).json()["active"], json!(true));
    // ssosync and others count on exact numbers as integers.
    assert!(hub.get("/Users?count=1&startIndex=1").await.json()["itemsPerPage"].is_u64());
}
