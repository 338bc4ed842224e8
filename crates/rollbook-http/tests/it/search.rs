//! Queries over all resource types (RFC 7644 §3.4.2.1, §3.4.3).

use rollbook_protocol::ClientKind;
use rollbook_store::Scope;
use serde_json::{Value, json};

use crate::support::{Answer, Hub, LIST};

/// Five users and three groups; `both` is the name of one of each.
async fn filled(client: ClientKind) -> Hub {
    let hub = Hub::of(client).await;
    let mut ids = Vec::new();
    for (name, display) in [("u1", "zoe"), ("u2", "both"), ("u3", "ann"), ("u4", "m"), ("u5", "b")] {
        let schemas = [crate::support::USER];
        let user =
            json!({ "schemas": schemas, "userName": name, "displayName": display, "externalId": name });
        ids.push(hub.create("/Users", user).await);
    }
    for (name, member) in [("both", 0), ("alpha", 1), ("Omega", 2)] {
        hub.group(name, &[&ids[member]]).await;
    }
    hub
}

async fn search(hub: &Hub, body: Value) -> Answer {
    hub.call("POST", "/.search", body).await
}

fn kinds(answer: &Answer) -> Vec<String> {
    let list = answer.expect(200).json();
    assert_eq!(list["schemas"], json!([LIST]));
    let rows = list["Resources"].as_array().unwrap();
    assert_eq!(list["itemsPerPage"], rows.len());
    rows.iter().map(|row| row["meta"]["resourceType"].as_str().unwrap_or("?").to_owned()).collect()
}

#[tokio::test]
async fn rfc7644_3_4_2_1_all_types_are_searched() {
    for client in [ClientKind::Generic, ClientKind::Strict] {
        let hub = filled(client).await;
        for (filter, users, groups) in [
            (None, 5, 3),
            (Some("displayName eq \"BOTH\""), 1, 1),
            (Some("userName pr"), 5, 0),
            (Some("not (userName pr)"), 0, 3),
            (Some("userName ne \"u1\""), 4, 3),
            (Some("members pr"), 0, 3),
            (Some("userName eq \"u1\" or displayName eq \"alpha\""), 1, 1),
            (Some("meta.resourceType eq \"User\""), 5, 0),
            (Some("meta.resourceType eq \"Group\""), 0, 3),
            (Some("(meta.resourceType eq \"User\") or (meta.resourceType eq \"Group\")"), 5, 3),
            (Some("meta.resourceType eq \"Device\""), 0, 0),
            (Some("meta.resourceType eq \"Group\" and displayName sw \"o\""), 0, 1),
            (Some("not (meta.resourceType eq \"Group\") and displayName co \"b\""), 2, 0),
            (Some("nothing eq \"x\""), 0, 0),
            (Some("id pr"), 5, 3),
        ] {
            let answer = match filter {
                Some(filter) => search(&hub, json!({ "filter": filter })).await,
                None => search(&hub, json!({})).await,
            };
            let found = kinds(&answer);
            let count = |name: &str| found.iter().filter(|kind| *kind == name).count();
            assert_eq!((count("User"), count("Group")), (users, groups), "{filter:?} {client}");
            assert_eq!(answer.json()["totalResults"], users + groups, "{filter:?}");
            // The base itself answers the same.
            let query = filter.map_or(String::new(), |filter| {
                format!("?filter={}", filter.replace(' ', "+").replace('"', "%22"))
            });
            for path in ["", "/"] {
                let got = hub.get(&format!("{path}{query}")).await;
                assert_eq!(got.body, answer.body, "{filter:?}");
            }
        }
    }
}

#[tokio::test]
async fn pages_over_all_types_are_disjoint_and_complete() {
    let hub = filled(ClientKind::Generic).await;
    for extra in [
        json!({}),
        json!({ "sortBy": "displayName" }),
        json!({ "sortBy": "meta.created", "sortOrder": "descending" }),
        json!({ "filter": "displayName co \"a\"" }),
    ] {
        let with = |more: Value| {
            let mut body = extra.clone();
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let all = search(&hub, extra.clone()).await;
        let total = all.json()["totalResults"].as_u64().unwrap();
        let all = all.column("id");
        for count in [1, 2, 3, 8] {
            let (mut by_index, mut by_cursor) = (Vec::new(), Vec::new());
            while (by_index.len() as u64) < total {
                let body = with(json!({ "startIndex": by_index.len() + 1, "count": count }));
                let page = search(&hub, body).await;
                assert_eq!(page.json()["totalResults"], total);
                assert_eq!(page.json()["startIndex"], by_index.len() + 1);
                assert!(!page.column("id").is_empty());
                by_index.extend(page.column("id"));
            }
            assert_eq!(by_index, all, "{extra} by {count}");
            let mut cursor = Some(String::new());
            while let Some(at) = cursor {
                let page = search(&hub, with(json!({ "cursor": at, "count": count }))).await;
                assert_eq!(page.expect(200).json()["totalResults"], total);
                cursor = page.json()["nextCursor"].as_str().map(str::to_owned);
                assert!(!page.column("id").is_empty(), "{extra} by {count}");
                by_cursor.extend(page.column("id"));
            }
            assert_eq!(by_cursor, all, "{extra} by {count}");
        }
        let past = search(&hub, with(json!({ "startIndex": 100 }))).await;
        assert_eq!((past.json()["totalResults"].as_u64(), past.column("id").len()), (Some(total), 0));
        let none = search(&hub, with(json!({ "count": 0 }))).await;
        assert_eq!((none.json()["totalResults"].as_u64(), none.column("id").len()), (Some(total), 0));
    }
}

#[tokio::test]
async fn rfc7644_3_4_2_3_one_order_over_all_types() {
    let hub = filled(ClientKind::Generic).await;
    let names = async |body: Value| search(&hub, body).await.column("displayName");
    let up = ["alpha", "ann", "b", "both", "both", "m", "Omega", "zoe"];
    assert_eq!(names(json!({ "sortBy": "displayName" })).await, up);
    let mut down = up;
    down.reverse();
    assert_eq!(names(json!({ "sortBy": "displayName", "sortOrder": "descending" })).await, down);
    // What a type does not have comes last, and first in the other direction.
    let by =
        async |order: &str| kinds(&search(&hub, json!({ "sortBy": "userName", "sortOrder": order })).await);
    assert_eq!(by("ascending").await[..5], ["User"; 5]);
    assert_eq!(by("descending").await[..3], ["Group"; 3]);
}

#[tokio::test]
async fn each_type_is_shown_its_own_way() {
    let hub = filled(ClientKind::Generic).await;
    let list = search(&hub, json!({ "attributes": ["userName", "members"] })).await.json();
    let (user, group) = (&list["Resources"][0], &list["Resources"][5]);
    assert_eq!((user["userName"].as_str(), user.get("meta")), (Some("u1"), None));
    assert_eq!(group["members"][0]["display"], "zoe");
    let list = search(&hub, json!({ "excludedAttributes": ["members", "groups"] })).await.json();
    assert_eq!((list["Resources"][0].get("groups"), list["Resources"][5].get("members")), (None, None));
    let list = search(&hub, json!({})).await.json();
    assert_eq!(list["Resources"][0]["groups"][0]["display"], "both");
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    let hub = filled(ClientKind::Generic).await;
    for (body, kind) in [
        (json!({ "filter": "userName" }), "invalidFilter"),
        (json!({ "filter": "" }), "invalidFilter"),
        (json!({ "filter": "meta.resourceType eq User" }), "invalidFilter"),
        (json!({ "filter": "active gt true" }), "invalidFilter"),
        (json!({ "count": "x" }), "invalidValue"),
        (json!({ "cursor": "x" }), "invalidCursor"),
        (json!([]), "invalidSyntax"),
        (json!("x"), "invalidSyntax"),
    ] {
        let answer = search(&hub, body.clone()).await;
        assert_eq!(answer.outcome(), (400, Some(kind.to_owned())), "{body}");
    }
    hub.raw("POST", "/.search", "").await.refused(400, "invalidSyntax", "");
    search(&hub, json!({ "sortBy": "userName", "startIndex": 10_001, "count": 10 })).await.expect(200);
}

#[tokio::test]
async fn a_reader_may_search() {
    let hub = filled(ClientKind::Generic).await;
    hub.token_of("reader", "", Scope::Read).await;
    for path in ["/.search", "/Users/.search"] {
        hub.with_token("reader", "POST", path, &[], json!({})).await.expect(200);
    }
    hub.with_token("reader", "POST", "/Users", &[], json!({ "userName": "x" })).await.expect(403);
}
