//! What a directory may be set to (D1, D4, D6, D11, D29).

use rollbook_store::{
    DirectoryProfile, DirectorySettings, MemberValue, PatchAnswer, RequiredAttribute, Source,
};
use serde_json::{Value, json};

use crate::support::{GROUP, Hub};

fn add(value: &str) -> Value {
    json!([{ "op": "add", "path": "members", "value": [{ "value": value }] }])
}

async fn members(hub: &Hub, at: &str) -> Vec<String> {
    let group = hub.get(at).await.json();
    group["members"].as_array().unwrap().iter().map(|it| it["value"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn d1_a_patch_may_always_answer_204() {
    let hub =
        Hub::set(DirectorySettings { patch_answer: PatchAnswer::NoContent, ..Default::default() }).await;
    let at = format!("/Users/{}", hub.user("ann").await);
    let title = |title: &str| json!([{ "op": "replace", "path": "title", "value": title }]);
    let answer = hub.patch(&at, title("a")).await;
    assert!(answer.expect(204).body.is_empty());
    assert_eq!(answer.etag(), hub.get(&at).await.etag());
    hub.patch(&at, title("a")).await.expect(204);
    hub.patch(&at, json!([])).await.expect(204);
    let asked = hub.patch(&format!("{at}?attributes=title"), title("b")).await;
    assert_eq!(asked.expect(200).json()["title"], "b");
    hub.patch(&format!("{at}?excludedAttributes=title"), title("c")).await.expect(200);
    let bulk =
        json!({ "Operations": [{ "method": "PATCH", "path": at, "data": { "Operations": title("d") } }] });
    assert_eq!(hub.call("POST", "/Bulk", bulk).await.json()["Operations"][0]["status"], "204");
    // A PUT shows what it left, as the RFC asks.
    hub.call("PUT", &at, json!({ "userName": "ann" })).await.expect(200);
}

#[tokio::test]
async fn d4_names_of_groups_may_be_shared() {
    let names = async |hub: &Hub| {
        let schema = hub.get(&format!("/Schemas/{GROUP}")).await.json();
        schema["attributes"][0]["uniqueness"].as_str().unwrap().to_owned()
    };
    assert_eq!(names(&Hub::new().await).await, "server");
    let hub = Hub::set(DirectorySettings { unique_group_names: false, ..Default::default() }).await;
    assert_eq!(names(&hub).await, "none");
    let unique =
        async |hub: &Hub| hub.get("/Schemas").await.text().matches("\"uniqueness\":\"server\"").count();
    assert_eq!(unique(&hub).await + 1, unique(&Hub::new().await).await, "nothing else differs");
    let first = hub.group("Sales", &[]).await;
    let second = hub.group("sales", &[]).await;
    assert_ne!(first, second);
    let other = format!("/Groups/{}", hub.group("Other", &[]).await);
    hub.patch(&other, json!([{ "op": "replace", "path": "displayName", "value": "Sales" }]))
        .await
        .expect(200);
    hub.call("PUT", &other, json!({ "displayName": "SALES" })).await.expect(200);
    assert_eq!(hub.get("/Groups?filter=displayName+eq+%22sales%22").await.json()["totalResults"], 3);
    // Names of users are as unique as ever.
    hub.user("ann").await;
    hub.call("POST", "/Users", json!({ "userName": "ANN" })).await.refused(409, "uniqueness", "userName");
}

fn by_external_id() -> DirectorySettings {
    DirectorySettings { member_value: MemberValue::ExternalId, ..Default::default() }
}

async fn user(hub: &Hub, name: &str, external: &str) -> String {
    hub.create("/Users", json!({ "userName": name, "externalId": external })).await
}

#[tokio::test]
async fn d6_members_may_be_named_by_external_id() {
    let hub = Hub::set(by_external_id()).await;
    let (ann, bob, cat) =
        (user(&hub, "ann", "X-1").await, user(&hub, "bob", "X-2").await, hub.user("cat").await);
    let inner = hub.create("/Groups", json!({ "displayName": "inner", "externalId": "G-1" })).await;
    let group = json!({ "displayName": "g", "members": [{ "value": "X-1" }, { "value": cat }, { "value": "G-1" }, { "value": ann }] });
    let made = hub.call("POST", "/Groups", group).await;
    let shown = made.expect(201).json();
    let mut wanted = vec![ann.clone(), cat.clone(), inner.clone()];
    wanted.sort();
    let at = format!("/Groups/{}", made.id());
    assert_eq!(members(&hub, &at).await, wanted, "{shown}");
    let types: Vec<_> =
        shown["members"].as_array().unwrap().iter().map(|it| it["type"].as_str().unwrap()).collect();
    assert_eq!(types.iter().filter(|it| **it == "User").count(), 2);
    assert_eq!(hub.get(&format!("/Users/{ann}")).await.json()["groups"][0]["display"], "g");

    // Each way to change members.
    hub.patch(&at, add("X-2")).await.expect(200);
    assert!(members(&hub, &at).await.contains(&bob));
    let seq = hub.last_seq().await;
    hub.patch(&at, add("X-2")).await.expect(200);
    assert_eq!(hub.last_seq().await, seq, "who is there is there (D23)");
    for (operation, gone) in [
        (json!([{ "op": "remove", "path": "members[value eq \"X-2\"]" }]), &bob),
        (json!([{ "op": "remove", "path": "members", "value": [{ "value": "X-1" }] }]), &ann),
        (json!([{ "op": "remove", "path": "members[value eq \"G-1\" and type eq \"Group\"]" }]), &inner),
        (json!([{ "op": "Remove", "path": "members", "value": [{ "value": cat }] }]), &cat),
    ] {
        hub.patch(&at, operation.clone()).await.expect(200);
        assert!(!members(&hub, &at).await.contains(gone), "{operation}");
    }
    hub.patch(
        &at,
        json!([{ "op": "replace", "path": "members", "value": [{ "value": "X-2" }, { "value": bob }] }]),
    )
    .await
    .expect(200);
    assert_eq!(members(&hub, &at).await, [bob.as_str()]);
    hub.call("PUT", &at, json!({ "displayName": "g", "members": [{ "value": "X-1" }] })).await.expect(200);
    assert_eq!(members(&hub, &at).await, [ann.as_str()]);

    // Filters.
    for (filter, total) in [
        ("members eq \"X-1\"", 1),
        ("members.value eq \"X-1\"", 1),
        ("members[value eq \"X-1\"]", 1),
        ("members[value eq \"X-1\" and type eq \"User\"]", 1),
        ("members[value eq \"X-1\"].type eq \"User\"", 1),
        (&format!("members eq \"{ann}\""), 1),
        ("members eq \"X-2\"", 0),
        ("displayName eq \"g\" and members eq \"X-1\"", 1),
        ("externalId eq \"G-1\"", 1),
    ] {
        let query = filter.replace(' ', "+").replace('"', "%22");
        assert_eq!(
            hub.get(&format!("/Groups?filter={query}")).await.json()["totalResults"],
            total,
            "{filter}"
        );
    }
}

#[tokio::test]
async fn d6_an_external_id_that_comes_later_is_found() {
    let hub = Hub::set(by_external_id()).await;
    let at = format!("/Groups/{}", hub.group("g", &["X-1", "X-2", "X-3"]).await);
    assert_eq!(members(&hub, &at).await, ["X-1", "X-2", "X-3"]);
    let ann = user(&hub, "ann", "X-1").await;
    assert!(members(&hub, &at).await.contains(&ann));
    let made = hub.call("POST", "/Users", json!({ "userName": "bob", "externalId": "X-2" })).await;
    assert_eq!(made.expect(201).json()["groups"][0]["display"], "g", "the answer knows it");
    let cat = hub.user("cat").await;
    let set = json!([{ "op": "add", "path": "externalId", "value": "X-3" }]);
    hub.patch(&format!("/Users/{cat}"), set).await.expect(200);
    let mut wanted = vec![ann.clone(), made.id(), cat];
    wanted.sort();
    assert_eq!(members(&hub, &at).await, wanted);
    // Who loses the name stays a member: edges are kept by id.
    hub.call("PUT", &format!("/Users/{ann}"), json!({ "userName": "ann" })).await.expect(200);
    assert_eq!(members(&hub, &at).await, wanted);
    // By default a name is no id.
    let hub = Hub::new().await;
    let at = format!("/Groups/{}", hub.group("g", &["X-1"]).await);
    user(&hub, "ann", "X-1").await;
    assert_eq!(members(&hub, &at).await, ["X-1"]);
}

#[tokio::test]
async fn d11_the_removal_of_all_members_may_be_refused() {
    let hub = Hub::set(DirectorySettings { remove_all_members: false, ..Default::default() }).await;
    let ann = hub.user("ann").await;
    let at = format!("/Groups/{}", hub.group("g", &[&ann]).await);
    for operation in [
        json!([{ "op": "remove", "path": "members" }]),
        json!([{ "op": "Remove", "path": "MEMBERS", "value": null }]),
        json!([{ "op": "replace", "path": "displayName", "value": "x" }, { "op": "remove", "path": "members" }]),
    ] {
        hub.patch(&at, operation).await.refused(400, "invalidValue", "members");
    }
    assert_eq!(members(&hub, &at).await, [ann.as_str()]);
    hub.patch(&at, json!([{ "op": "remove", "path": format!("members[value eq \"{ann}\"]") }]))
        .await
        .expect(200);
    assert!(members(&hub, &at).await.is_empty());
}

fn full() -> Value {
    json!({ "userName": "ann", "externalId": "e", "active": true, "name": { "givenName": "A", "familyName": "N" },
            "emails": [{ "type": "work", "value": "a@x" }] })
}

#[tokio::test]
async fn d29_the_profile_of_workspace_one_asks_for_more() {
    let profile = DirectoryProfile::WorkspaceOne;
    let hub = Hub::set(DirectorySettings { profile, source: Source::Entra, ..Default::default() }).await;
    for (name, missing) in [
        ("externalId", "externalId"),
        ("active", "active"),
        ("name", "name.givenName"),
        ("emails", "emails[type eq \"work\"].value"),
    ] {
        let mut body = full();
        body.as_object_mut().unwrap().remove(name);
        hub.call("POST", "/Users", body).await.refused(400, "invalidValue", missing);
    }
    let mut home = full();
    home["emails"][0]["type"] = json!("home");
    hub.call("POST", "/Users", home.clone()).await.refused(
        400,
        "invalidValue",
        "emails[type eq \"work\"].value",
    );
    let at = format!("/Users/{}", hub.create("/Users", full()).await);
    hub.call("PUT", &at, home).await.refused(400, "invalidValue", "emails");
    for operation in [
        json!([{ "op": "remove", "path": "externalId" }]),
        json!([{ "op": "replace", "path": "externalId", "value": "" }]),
        json!([{ "op": "remove", "path": "name.familyName" }]),
        json!([{ "op": "remove", "path": "name" }]),
        json!([{ "op": "remove", "path": "emails[type eq \"work\"]" }]),
        json!([{ "op": "replace", "path": "emails[type eq \"work\"].type", "value": "home" }]),
    ] {
        let answer = hub.patch(&at, operation.clone()).await;
        assert_eq!(answer.outcome(), (400, Some("invalidValue".to_owned())), "{operation}");
    }
    hub.patch(&at, json!([{ "op": "replace", "path": "name.givenName", "value": "B" }])).await.expect(200);
    let bulk = json!({ "Operations": [{ "method": "POST", "path": "/Users", "bulkId": "b", "data": { "userName": "b" } }] });
    assert_eq!(hub.call("POST", "/Bulk", bulk).await.json()["Operations"][0]["status"], "400");
    hub.call("POST", "/Groups", json!({ "displayName": "g" })).await.refused(
        400,
        "invalidValue",
        "externalId",
    );
    hub.call("POST", "/Groups", json!({ "displayName": "g", "externalId": "g" })).await.expect(201);

    // Okta sends no externalId of groups.
    let hub = Hub::set(DirectorySettings { profile, source: Source::Okta, ..Default::default() }).await;
    hub.group("g", &[]).await;
    hub.call("POST", "/Users", json!({ "userName": "x" })).await.refused(400, "invalidValue", "externalId");
}

#[tokio::test]
async fn d29_a_directory_may_name_its_own() {
    let required = |ty: &str, attribute: &str| RequiredAttribute {
        resource_type: ty.to_owned(),
        attribute: attribute.to_owned(),
    };
    let extension = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    let settings = DirectorySettings {
        required: vec![
            required("User", "title"),
            required("User", extension),
            required("Group", "externalId"),
        ],
        ..Default::default()
    };
    let hub = Hub::set(settings).await;
    let answer = hub.call("POST", "/Users", json!({ "userName": "a" })).await;
    answer.refused(400, "invalidValue", "title");
    answer.refused(400, "invalidValue", extension);
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let body = json!({ "userName": "a", "title": "t", enterprise: { "department": "d" } });
    let at = format!("/Users/{}", hub.create("/Users", body).await);
    hub.patch(&at, json!([{ "op": "remove", "path": extension }])).await.refused(
        400,
        "invalidValue",
        "department",
    );
    hub.patch(&at, json!([{ "op": "remove", "path": "title" }])).await.refused(400, "invalidValue", "title");
    hub.call("POST", "/Groups", json!({ "displayName": "g" })).await.refused(
        400,
        "invalidValue",
        "externalId",
    );
}
