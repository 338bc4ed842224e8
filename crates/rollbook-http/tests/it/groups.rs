//! Groups and their members (RFC 7643 §4.2; D1, D4, D6, D7, D11, D15, D21; idp-clients §0 10 to 12, 22).

use rollbook_http::HttpLimits;
use rollbook_protocol::ClientKind;
use serde_json::{Value, json};

use crate::support::{Answer, GROUP, Hub, ORIGIN};

fn values(answer: &Answer) -> Vec<String> {
    let group = answer.json();
    let members = group["members"].as_array().unwrap_or_else(|| panic!("no members: {group}"));
    let mut values: Vec<_> =
        members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect();
    values.sort();
    values
}

#[tokio::test]
async fn members_and_groups_show_display_type_and_reference() {
    let hub = Hub::new().await;
    let ann = hub.create("/Users", json!({ "userName": "ann", "displayName": "Ann B" })).await;
    let inner = hub.group("Inner", &[]).await;
    let outer = hub.group("Outer", &[&ann, &inner]).await;
    let group = hub.get(&format!("/Groups/{outer}")).await.json();
    let member = |value: &String| {
        let members = group["members"].as_array().unwrap();
        members.iter().find(|member| member["value"] == *value).unwrap().clone()
    };
    let base = format!("{ORIGIN}/scim/v2/demo");
    let user_ref = format!("{base}/Users/{ann}");
    assert_eq!(member(&ann), json!({ "value": ann, "$ref": user_ref, "display": "Ann B", "type": "User" }));
    let group_ref = format!("{base}/Groups/{inner}");
    assert_eq!(
        member(&inner),
        json!({ "value": inner, "$ref": group_ref, "display": "Inner", "type": "Group" })
    );
    let outer_ref = format!("{base}/Groups/{outer}");
    let wanted = json!([{ "value": outer, "$ref": outer_ref, "display": "Outer", "type": "direct" }]);
    assert_eq!(hub.get(&format!("/Users/{ann}")).await.json()["groups"], wanted);
    assert_eq!(hub.get("/Users?filter=userName+eq+%22ann%22").await.json()["Resources"][0]["groups"], wanted);
    // Both are computed: they follow the other side.
    hub.patch(&format!("/Users/{ann}"), json!([{ "op": "replace", "path": "displayName", "value": "New" }]))
        .await;
    hub.patch(
        &format!("/Groups/{outer}"),
        json!([{ "op": "replace", "path": "displayName", "value": "O2" }]),
    )
    .await;
    let members = hub.get(&format!("/Groups/{outer}")).await.json()["members"].clone();
    assert!(members.as_array().unwrap().iter().any(|member| member["display"] == "New"), "{members}");
    assert_eq!(hub.get(&format!("/Users/{ann}")).await.json()["groups"][0]["display"], "O2");
    // A deleted member leaves its groups, a deleted group its members.
    hub.call("DELETE", &format!("/Users/{ann}"), None).await.expect(204);
    assert_eq!(values(&hub.get(&format!("/Groups/{outer}")).await), [inner.as_str()]);
    hub.call("DELETE", &format!("/Groups/{outer}"), None).await.expect(204);
    hub.get(&format!("/Groups/{inner}")).await.expect(200);
}

#[tokio::test]
async fn an_empty_group_says_so() {
    let hub = Hub::new().await;
    let answer = hub.call("POST", "/Groups", json!({ "displayName": "g" })).await;
    assert_eq!(answer.expect(201).json()["members"], json!([]));
    assert_eq!(answer.json()["schemas"], json!([GROUP]));
    assert_eq!(hub.get(&format!("/Groups/{}", answer.id())).await.json()["members"], json!([]));
}

#[tokio::test]
async fn d4_a_second_group_of_the_same_name_is_a_conflict() {
    let hub = Hub::new().await;
    let first = hub.group("Größe", &[]).await;
    let second = hub.group("other", &[]).await;
    for name in ["Größe", "GRÖSSE", "grösse"] {
        let taken = |answer: Answer| answer.refused(409, "uniqueness", "displayName");
        taken(hub.call("POST", "/Groups", json!({ "displayName": name })).await);
        taken(hub.call("PUT", &format!("/Groups/{second}"), json!({ "displayName": name })).await);
        let rename = json!([{ "op": "replace", "path": "displayName", "value": name }]);
        taken(hub.patch(&format!("/Groups/{second}"), rename).await);
    }
    // It may take its own name in another spelling, and a user may have the same.
    let own = json!([{ "op": "replace", "path": "displayName", "value": "GRÖSSE" }]);
    hub.patch(&format!("/Groups/{first}"), own).await.expect(200);
    hub.create("/Users", json!({ "userName": "Größe", "displayName": "other" })).await;
}

#[tokio::test]
async fn rfc7644_3_5_2_member_operations() {
    let hub = Hub::new().await;
    let [a, b] = [hub.user("a").await, hub.user("b").await];
    let c = hub.create("/Users", json!({ "userName": "c", "displayName": "Cee" })).await;
    let inner = hub.group("inner", &[]).await;
    let path = |value: &str| format!("members[value eq \"{value}\"]");
    let one = |value: &String| json!([{ "value": value }]);
    // (name, operations on the members a and b, the members after)
    let cases: Vec<(&str, Value, Vec<&String>)> = vec![
        ("add", json!([{ "op": "add", "path": "members", "value": one(&c) }]), vec![&a, &b, &c]),
        (
            "add of a member that is there",
            json!([{ "op": "add", "path": "members", "value": one(&a) }]),
            vec![&a, &b],
        ),
        (
            "add of one twice (D15)",
            json!([{ "op": "add", "path": "members", "value": [{ "value": c }, { "value": c, "display": "C" }] }]),
            vec![&a, &b, &c],
        ),
        (
            "add of one object",
            json!([{ "op": "Add", "path": "members", "value": { "value": c } }]),
            vec![&a, &b, &c],
        ),
        (
            "add of a bare text (D7)",
            json!([{ "op": "add", "path": "members", "value": [c] }]),
            vec![&a, &b, &c],
        ),
        ("add without a path", json!([{ "op": "add", "value": { "members": one(&c) } }]), vec![&a, &b, &c]),
        (
            "add with all that clients send",
            json!([{ "op": "add", "path": "members", "value": [{ "value": c, "$ref": null, "display": null, "type": "User", "x": 1 }] }]),
            vec![&a, &b, &c],
        ),
        (
            "add of a group",
            json!([{ "op": "add", "path": "members", "value": one(&inner) }]),
            vec![&a, &b, &inner],
        ),
        ("remove by a filter", json!([{ "op": "remove", "path": path(&a) }]), vec![&b]),
        (
            "remove by several filters",
            json!([{ "op": "remove", "path": path(&a) }, { "op": "remove", "path": path(&b) }]),
            vec![],
        ),
        (
            "remove by another filter",
            json!([{ "op": "add", "path": "members", "value": one(&inner) }, { "op": "remove", "path": "members[type eq \"User\"]" }]),
            vec![&inner],
        ),
        (
            "remove by a filter of what is added before",
            json!([{ "op": "add", "path": "members", "value": one(&inner) }, { "op": "remove", "path": "members[type eq \"Group\"]" }]),
            vec![&a, &b],
        ),
        (
            "remove by a filter after all are replaced",
            json!([{ "op": "replace", "path": "members", "value": [{ "value": c }, { "value": inner }] }, { "op": "remove", "path": "members[type ne \"Group\"]" }]),
            vec![&inner],
        ),
        (
            "remove by what is shown",
            json!([
                { "op": "replace", "path": "members", "value": [{ "value": c }, { "value": inner }] },
                { "op": "remove", "path": "members[display eq \"CEE\"]" }
            ]),
            vec![&inner],
        ),
        (
            "remove by or",
            json!([{ "op": "remove", "path": format!("members[value eq \"{a}\" or value eq \"{c}\"]") }]),
            vec![&b],
        ),
        ("remove of nobody (D12)", json!([{ "op": "remove", "path": path("nobody") }]), vec![&a, &b]),
        (
            "remove with a value (D21)",
            json!([{ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": a }] }]),
            vec![&b],
        ),
        (
            "remove with one object (D21)",
            json!([{ "op": "remove", "path": "members", "value": { "value": a } }]),
            vec![&b],
        ),
        (
            "remove with members in it (D21)",
            json!([{ "op": "remove", "path": "members", "value": { "members": one(&a) } }]),
            vec![&b],
        ),
        (
            "remove with a value that is not there",
            json!([{ "op": "remove", "path": "members", "value": one(&c) }]),
            vec![&a, &b],
        ),
        ("remove of all (D11)", json!([{ "op": "remove", "path": "members" }]), vec![]),
        (
            "remove with null is remove of all",
            json!([{ "op": "remove", "path": "members", "value": null }]),
            vec![],
        ),
        ("replace", json!([{ "op": "replace", "path": "members", "value": one(&c) }]), vec![&c]),
        ("replace by none", json!([{ "op": "replace", "path": "members", "value": [] }]), vec![]),
        (
            "replace without a path",
            json!([{ "op": "replace", "value": { "displayName": "n", "members": one(&c) } }]),
            vec![&c],
        ),
        (
            "a rename keeps the members",
            json!([{ "op": "replace", "value": { "id": "x", "displayName": "n" } }]),
            vec![&a, &b],
        ),
        (
            "removes and adds in order",
            json!([{ "op": "remove", "path": "members" }, { "op": "add", "path": "members", "value": one(&a) }, { "op": "add", "path": "members", "value": one(&c) }]),
            vec![&a, &c],
        ),
    ];
    for (name, operations, wanted) in cases {
        let id = hub.group("g", &[&a, &b]).await;
        let at = format!("/Groups/{id}");
        let answer = hub.patch(&at, operations).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        let mut wanted: Vec<_> = wanted.into_iter().cloned().collect();
        wanted.sort();
        assert_eq!(values(&answer), wanted, "{name}");
        let read = hub.get(&at).await;
        assert_eq!(read.body, answer.body, "{name}");
        assert_eq!(read.etag(), answer.etag(), "{name}");
        hub.call("DELETE", &at, None).await.expect(204);
    }
}

#[tokio::test]
async fn rfc7644_3_5_1_put_replaces_the_members() {
    let hub = Hub::new().await;
    let [a, b] = [hub.user("a").await, hub.user("b").await];
    let at = format!("/Groups/{}", hub.group("g", &[&a]).await);
    let before = hub.get(&at).await.etag();
    let put = async |body: Value| hub.call("PUT", &at, body).await;
    let same = put(json!({ "displayName": "g", "members": [{ "value": a, "display": "x" }] })).await;
    assert_eq!(same.expect(200).etag(), before);
    let other = put(json!({ "displayName": "g", "members": [{ "value": b }] })).await;
    assert_eq!(values(other.expect(200)), [b]);
    assert_ne!(other.etag(), before);
    assert_eq!(values(put(json!({ "displayName": "g" })).await.expect(200)), [""; 0]);
}

#[tokio::test]
async fn d6_members_that_name_nothing() {
    let limits = HttpLimits { unresolved_members: 2, ..Default::default() };
    let hub = Hub::with(ClientKind::Generic, limits).await;
    let at = format!("/Groups/{}", hub.group("g", &["late", "never"]).await);
    let group = hub.get(&at).await.json();
    assert_eq!(group["members"], json!([{ "value": "late" }, { "value": "never" }]));
    let add = |value: &str| json!([{ "op": "add", "path": "members", "value": [{ "value": value }] }]);
    hub.patch(&at, add("third")).await.refused(400, "invalidValue", "third");
    assert_eq!(values(&hub.get(&at).await), ["late", "never"]);
    let ann = hub.user("ann").await;
    hub.patch(&at, add(&ann)).await.expect(200);
    // Neither a name nor an external id resolves.
    hub.create("/Users", json!({ "userName": "late", "externalId": "never" })).await;
    let members = hub.get(&at).await.json()["members"].clone();
    let typed = members.as_array().unwrap().iter().filter(|member| member.get("type").is_some()).count();
    assert_eq!(typed, 1, "{members}");
    let strict = Hub::of(ClientKind::Strict).await;
    let body = json!({ "schemas": [GROUP], "displayName": "g", "members": [{ "value": "nobody" }] });
    strict.call("POST", "/Groups", body).await.refused(400, "invalidValue", "nobody");
    assert_eq!(strict.get("/Groups").await.json()["totalResults"], 0);
}

#[tokio::test]
async fn d1_a_large_group_answers_204_unless_a_body_is_asked_for() {
    let hub = Hub::new().await;
    let members: Vec<_> = (0..1_000).map(|number| json!({ "value": format!("m{number}") })).collect();
    let at =
        format!("/Groups/{}", hub.create("/Groups", json!({ "displayName": "g", "members": members })).await);
    let user = hub.user("ann").await;
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": user }] }]);
    let remove = json!([{ "op": "remove", "path": format!("members[value eq \"{user}\"]") }]);
    let rename = |name: &str| json!([{ "op": "replace", "path": "displayName", "value": name }]);
    assert_eq!(values(hub.patch(&at, json!([])).await.expect(200)).len(), 1_000);
    let answer = hub.patch(&at, add.clone()).await;
    assert!(answer.expect(204).body.is_empty());
    let read = hub.get(&at).await;
    assert_eq!(read.etag(), answer.etag());
    assert_eq!(values(&read).len(), 1_001);
    // A change of the body alone, one that changes nothing, an empty one.
    for operations in [rename("h"), rename("h"), add.clone(), json!([])] {
        hub.patch(&at, operations).await.expect(204);
    }
    for query in ["attributes=displayName", "excludedAttributes=members"] {
        let answer = hub.patch(&format!("{at}?{query}"), add.clone()).await;
        assert_eq!(answer.expect(200).json()["displayName"], "h", "{query}");
        assert_eq!(answer.json()["members"], Value::Null, "{query}");
    }
    assert_eq!(values(hub.patch(&at, remove).await.expect(200)).len(), 1_000);
    // PUT and GET answer with the whole group.
    let put = json!({ "displayName": "h", "members": hub.get(&at).await.json()["members"] });
    hub.call("PUT", &at, put).await.expect(200);
}

#[tokio::test]
async fn groups_are_found_by_their_members() {
    let hub = Hub::new().await;
    let [a, b] = [hub.user("a").await, hub.user("b").await];
    let g = hub.group("g", &[&a]).await;
    hub.group("h", &[&a, &b]).await;
    let find = async |filter: String| {
        hub.get(&format!("/Groups?filter={}", filter.replace(' ', "+").replace('"', "%22"))).await
    };
    assert_eq!(find(format!("id eq \"{g}\" and members eq \"{a}\"")).await.column("displayName"), ["g"]);
    assert!(find(format!("id eq \"{g}\" and members eq \"{b}\"")).await.column("displayName").is_empty());
    assert_eq!(find(format!("members.value eq \"{a}\"")).await.column("displayName"), ["g", "h"]);
    assert_eq!(find("members[value eq \"x\"]".to_owned()).await.column("id"), [""; 0]);
    assert_eq!(hub.get(&format!("/Users?filter=groups.value+eq+%22{g}%22")).await.column("userName"), ["a"]);
}
