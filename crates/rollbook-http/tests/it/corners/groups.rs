//! Corners of groups, searches and bulk requests.

use serde_json::{Value, json};

use super::people;
use crate::support::{BASE, Hub, ORIGIN};

#[tokio::test]
async fn rfc7643_4_2_members_by_what_they_are() {
    let (hub, id) = people().await;
    let (ann, bob) = (id("ann"), id("bob"));
    let staff = hub.get("/Groups").await.json()["Resources"][0]["id"].as_str().unwrap().to_owned();
    hub.group("Outer", &[&staff, &bob]).await;
    for (filter, wanted) in [
        (format!("members[value eq \"{ann}\" and type eq \"User\"]"), vec!["Staff"]),
        ("members[type eq \"Group\"]".to_owned(), vec!["Outer"]),
        ("members.type eq \"group\"".to_owned(), vec!["Outer"]),
        ("members.display sw \"ST\"".to_owned(), vec!["Outer"]),
        (format!("members.value eq \"{ann}\" or members.value eq \"{bob}\""), vec!["Staff", "Outer"]),
        (format!("members.value eq \"{ann}\" and members.value eq \"{bob}\""), vec![]),
        (format!("not (members.value eq \"{ann}\")"), vec!["Outer"]),
        (format!("displayName sw \"o\" and not (members[value eq \"{ann}\"])"), vec!["Outer"]),
        ("members pr".to_owned(), vec!["Staff", "Outer"]),
        (format!("members.value ne \"{ann}\""), vec!["Staff", "Outer"]),
    ] {
        let found = hub.call("POST", "/Groups/.search", json!({ "filter": filter })).await;
        assert_eq!(found.expect(200).column("displayName"), wanted, "{filter}");
    }
    let at = format!("/Groups/{staff}");
    for (query, member) in [
        ("attributes=members.value", json!(["value"])),
        ("attributes=members.VALUE,members.type", json!(["type", "value"])),
        ("excludedAttributes=members.display,members.%24ref", json!(["type", "value"])),
    ] {
        let group = hub.get(&format!("{at}?{query}")).await.expect(200).json();
        for shown in group["members"].as_array().unwrap() {
            let mut keys: Vec<_> = shown.as_object().unwrap().keys().cloned().collect();
            keys.sort();
            assert_eq!(json!(keys), member, "{query}");
        }
    }
    // A member cannot become another one; a group may hold itself.
    let swap =
        json!([{ "op": "replace", "path": format!("members[value eq \"{ann}\"].value"), "value": bob }]);
    let swapped = hub.patch(&at, swap).await.expect(200).json();
    let values: Vec<_> =
        swapped["members"].as_array().unwrap().iter().map(|it| it["value"].clone()).collect();
    assert!(values.contains(&json!(bob)) && !values.contains(&json!(ann)), "{swapped}");
    let itself = json!([{ "op": "add", "path": "members", "value": [{ "value": staff }] }]);
    assert_eq!(hub.patch(&at, itself).await.expect(200).json()["members"].as_array().unwrap().len(), 3);
    // Elements without a value are no members.
    for value in [
        json!([{}]),
        json!([{ "display": "x" }]),
        json!([{ "value": "" }]),
        json!([7]),
        json!([["x"]]),
        json!(7),
    ] {
        let operation = json!([{ "op": "add", "path": "members", "value": value }]);
        hub.patch(&at, operation).await.refused(400, "invalidValue", "members");
    }
}

#[tokio::test]
async fn rfc7644_3_4_3_search_bodies() {
    let (hub, _) = people().await;
    for (body, wanted) in [
        (json!({ "FILTER": "title pr", "Attributes": "userName" }), vec!["Ann"]),
        (json!({ "filter": null, "sortBy": "userName", "count": 2 }), vec!["Ann", "bob"]),
        (
            json!({ "sortBy": "userName", "sortOrder": "descending", "startIndex": 2, "count": 2 }),
            vec!["boss", "bob"],
        ),
        (json!({ "sortBy": "userName", "startIndex": "3", "count": "1" }), vec!["boss"]),
        (
            json!({ "filter": "userName sw \"b\"", "excludedAttributes": ["name", "emails"] }),
            vec!["boss", "bob"],
        ),
        (json!({ "schemas": ["urn:x"], "unknown": { "a": [] }, "filter": "title pr" }), vec!["Ann"]),
        (json!({ "startIndex": -5, "count": 1, "sortBy": "userName" }), vec!["Ann"]),
    ] {
        let found = hub.call("POST", "/Users/.search", body.clone()).await;
        assert_eq!(found.status, 200, "{body}: {}", found.text());
        assert_eq!(found.column("userName"), wanted, "{body}");
    }
    for (body, kind) in [
        (json!({ "filter": 7 }), "invalidFilter"),
        (json!({ "filter": "" }), "invalidFilter"),
        (json!({ "sortOrder": "sideways" }), "invalidValue"),
        (json!({ "startIndex": 1.5 }), "invalidValue"),
        (json!({ "attributes": { "a": 1 } }), "invalidValue"),
        (json!({ "attributes": ["a b"] }), "invalidValue"),
        (json!({ "count": true }), "invalidValue"),
    ] {
        let found = hub.call("POST", "/Users/.search", body.clone()).await;
        assert_eq!(found.outcome(), (400, Some(kind.to_owned())), "{body}: {}", found.text());
    }
}

#[tokio::test]
async fn rfc7644_3_7_bulk_requests_that_depend_and_fail() {
    let hub = Hub::new().await;
    let send = async |limit: Value, operations: Value| {
        let mut body = json!({ "Operations": operations });
        if !limit.is_null() {
            body["failOnErrors"] = limit;
        }
        let answer = hub.call("POST", "/Bulk", body).await;
        let results = answer.expect(200).json()["Operations"].as_array().unwrap().clone();
        results.iter().map(|it| it["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let user = |name: &str| json!({ "method": "POST", "path": "/Users", "bulkId": name, "data": { "userName": name } });
    let nobody = json!({ "method": "DELETE", "path": "/Users/nobody" });
    let group = |name: &str, member: &str| json!({ "method": "POST", "path": "/Groups", "bulkId": name, "data": { "displayName": name, "members": [{ "value": format!("bulkId:{member}") }] } });
    // What hangs on a failure fails and counts; what comes after the last allowed one is not tried.
    assert_eq!(send(json!(2), json!([user("a"), user("a2"), user("a3")])).await, ["201", "201", "201"]);
    assert_eq!(send(json!(2), json!([user("a"), group("g1", "a"), user("late")])).await, ["409", "409"]);
    assert_eq!(hub.get("/Users?filter=userName+eq+%22late%22").await.json()["totalResults"], 0);
    assert_eq!(send(json!(1), json!([user("b"), nobody, user("late")])).await, ["201", "404"]);
    assert_eq!(
        send(json!(3), json!([nobody, user("c"), nobody, user("d")])).await,
        ["404", "201", "404", "201"]
    );
    assert_eq!(
        send(json!(null), json!([nobody, nobody, nobody, user("e")])).await,
        ["404", "404", "404", "201"]
    );
    assert_eq!(send(json!(1), json!([])).await, [""; 0]);
    // One resource made, changed and deleted in a request; a version that has gone counts as a failure.
    let patch = |at: &str, value: &str| json!({ "method": "PATCH", "path": at, "data": { "Operations": [{ "op": "add", "path": "title", "value": value }] } });
    let statuses = send(
        json!(null),
        json!([user("f"), patch("/Users/bulkId:f", "1"), { "method": "PUT", "path": "/Users/bulkId:f", "data": { "userName": "f2" } },
               { "method": "DELETE", "path": "/Users/bulkId:f" }, patch("/Users/bulkId:f", "2")]),
    )
    .await;
    assert_eq!(statuses, ["201", "200", "200", "204", "404"]);
    let at = format!("/Users/{}", hub.user("h").await);
    let etag = hub.get(&at).await.etag();
    let versioned = |value: &str| {
        let mut operation = patch(&at, value);
        operation["version"] = json!(etag);
        operation
    };
    assert_eq!(send(json!(1), json!([versioned("1"), versioned("2"), versioned("3")])).await, ["200", "412"]);
    // Where an operation may go.
    for (path, status) in [
        (format!("{ORIGIN}{BASE}/Users"), "404"),
        ("Users/".to_owned(), "201"),
        ("//Users".to_owned(), "201"),
        ("/Users?attributes=id".to_owned(), "404"),
        ("/Bulk".to_owned(), "404"),
        ("/.search".to_owned(), "404"),
        ("/Schemas".to_owned(), "404"),
        ("/Users/x".to_owned(), "400"),
        (String::new(), "404"),
    ] {
        let operation = json!([{ "method": "POST", "path": path, "bulkId": "p", "data": { "userName": format!("p{path}") } }]);
        assert_eq!(send(json!(null), operation).await, [status], "{path}");
    }
}

#[tokio::test]
async fn rfc7643_3_1_changes_show_in_last_modified_and_in_nothing_else() {
    let (hub, id) = people().await;
    let group = hub.get("/Groups").await.json()["Resources"][0].clone();
    let at = format!("/Groups/{}", group["id"].as_str().unwrap());
    let since = |moment: &Value| {
        format!("filter=meta.lastModified+gt+%22{}%22", moment.as_str().unwrap().replace(':', "%3A"))
    };
    let (of_group, of_ann) = (
        group["meta"]["lastModified"].clone(),
        hub.get(&format!("/Users/{}", id("ann"))).await.json()["meta"].clone(),
    );
    assert_eq!(hub.get(&format!("/Groups?{}", since(&of_group))).await.column("id"), [""; 0]);
    // A member more is a change of the group, and none of the member.
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": id("bob") }] }]);
    hub.patch(&at, add.clone()).await.expect(200);
    assert_eq!(hub.get(&format!("/Groups?{}", since(&of_group))).await.column("displayName"), ["Staff"]);
    assert_eq!(hub.get(&format!("/Users/{}", id("ann"))).await.json()["meta"], of_ann);
    let now = hub.get(&at).await.json()["meta"].clone();
    assert_eq!(now["created"], group["meta"]["created"]);
    hub.patch(&at, add).await.expect(200);
    assert_eq!(hub.get(&at).await.json()["meta"], now, "D23");
    // Deleting a member is one too.
    hub.call("DELETE", &format!("/Users/{}", id("bob")), None).await.expect(204);
    assert_eq!(
        hub.get(&format!("/Groups?{}", since(&now["lastModified"]))).await.column("displayName"),
        ["Staff"]
    );
}

#[tokio::test]
async fn rfc7643_2_names_are_one_name_in_every_spelling() {
    let hub = Hub::new().await;
    hub.user("Jos\u{e9} Stra\u{df}e").await;
    for taken in ["jose\u{301} strasse", "JOS\u{c9} STRASSE", "Jos\u{e9} Stra\u{1e9e}e"] {
        hub.call("POST", "/Users", json!({ "userName": taken })).await.refused(409, "uniqueness", "userName");
        let found =
            hub.call("POST", "/Users/.search", json!({ "filter": format!("userName eq \"{taken}\"") })).await;
        assert_eq!(found.expect(200).column("userName"), ["Jos\u{e9} Stra\u{df}e"], "{taken}");
    }
    // Blanks and other signs count.
    for free in ["Jos\u{e9} Stra\u{df}e ", "Jose Strasse", "Jos\u{e9}\u{a0}Stra\u{df}e"] {
        hub.user(free).await;
    }
    let bulk = json!({ "Operations": [
        { "method": "POST", "path": "/Users", "bulkId": "1", "data": { "userName": "\u{130}x" } },
        { "method": "POST", "path": "/Users", "bulkId": "2", "data": { "userName": "i\u{307}X" } }
    ] });
    let results = hub.call("POST", "/Bulk", bulk).await.expect(200).json();
    assert_eq!(
        (&results["Operations"][0]["status"], &results["Operations"][1]["status"]),
        (&json!("201"), &json!("409"))
    );
}

#[tokio::test]
async fn rfc7644_3_5_2_odd_paths_to_members() {
    let (hub, id) = people().await;
    let (ann, bob, cid) = (id("ann"), id("bob"), id("cid"));
    // (operation on a group of ann and cid, its members after; `None` where it is refused)
    let cases: Vec<(Value, Option<Vec<&String>>)> = vec![
        (json!({ "op": "add", "path": "members.value", "value": bob }), Some(vec![&ann, &bob, &cid])),
        (
            json!({ "op": "replace", "path": format!("members[value eq \"{ann}\"]"), "value": { "value": bob } }),
            Some(vec![&bob, &cid]),
        ),
        (
            json!({ "op": "replace", "path": format!("members[value eq \"{ann}\"]"), "value": null }),
            Some(vec![&cid]),
        ),
        (
            json!({ "op": "add", "path": format!("members[value eq \"{bob}\"]"), "value": { "type": "User" } }),
            Some(vec![&ann, &bob, &cid]),
        ),
        (json!({ "op": "remove", "path": format!("members[value eq \"{ann}\"].value") }), Some(vec![&cid])),
        (json!({ "op": "remove", "path": "members[value pr]" }), Some(vec![])),
        (
            json!({ "op": "remove", "path": "members[type eq \"User\" and display eq \"nobody\"]" }),
            Some(vec![&ann, &cid]),
        ),
        (json!({ "op": "remove", "path": format!("members[not (value eq \"{ann}\")]") }), Some(vec![&ann])),
        (json!({ "op": "remove", "path": format!("MEMBERS[VALUE EQ \"{ann}\"]") }), Some(vec![&cid])),
        (
            json!({ "op": "remove", "path": format!("members[value eq \"{}\"]", ann.to_ascii_uppercase()) }),
            Some(vec![&ann, &cid]),
        ),
        (json!({ "op": "remove", "path": "members", "value": [] }), Some(vec![&ann, &cid])),
        (
            json!({ "op": "remove", "path": format!("urn:ietf:params:scim:schemas:core:2.0:Group:members[value eq \"{ann}\"]") }),
            Some(vec![&cid]),
        ),
        (json!({ "op": "remove", "path": "members[0]" }), None),
        (json!({ "op": "remove", "path": format!("members[{ann}]") }), None),
        (json!({ "op": "add", "path": "members[type eq \"User\"]", "value": { "value": bob } }), None),
    ];
    for (operation, wanted) in cases {
        let at = format!("/Groups/{}", hub.group(&operation.to_string(), &[&ann, &cid]).await);
        let answer = hub.patch(&at, json!([operation])).await;
        let group = hub.get(&at).await.json();
        let mut members: Vec<_> = group["members"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["value"].as_str().unwrap().to_owned())
            .collect();
        members.sort();
        let Some(wanted) = wanted else {
            assert_eq!(answer.status, 400, "{operation}: {}", answer.text());
            continue;
        };
        let mut wanted: Vec<_> = wanted.into_iter().cloned().collect();
        wanted.sort();
        assert_eq!((answer.status, members), (200, wanted), "{operation}: {}", answer.text());
        hub.call("DELETE", &at, None).await.expect(204);
    }
}
