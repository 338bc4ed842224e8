//! What an answer shows: `attributes`, `excludedAttributes`, `returned` (RFC 7644 §3.9; D8; idp-clients §0 21).

use serde_json::{Value, json};

use crate::support::{ENTERPRISE, Hub, USER};

fn body() -> Value {
    json!({
        "schemas": [USER, ENTERPRISE],
        "userName": "ann", "title": "t", "name": { "givenName": "A", "familyName": "B" },
        "emails": [{ "type": "work", "value": "w" }, { "type": "home", "value": "h" }],
        ENTERPRISE: { "department": "d", "costCenter": "c" }
    })
}

fn keys(value: &Value) -> Vec<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

#[tokio::test]
async fn rfc7644_3_9_on_every_method_that_answers_with_resources() {
    let hub = Hub::new().await;
    for (index, (query, wanted)) in [
        ("attributes=userName", json!({ "userName": "*" })),
        ("attributes=USERNAME,title", json!({ "userName": "*", "title": "t" })),
        ("attributes=id", json!({})),
        ("attributes=name.givenName", json!({ "name": { "givenName": "A" } })),
        ("attributes=emails.value", json!({ "emails": [{ "value": "w" }, { "value": "h" }] })),
        ("attributes=emails%5Btype+eq+%22work%22%5D", json!({ "emails": body()["emails"] })),
        ("attributes=urn:ietf:params:scim:schemas:core:2.0:User:title", json!({ "title": "t" })),
        ("attributes=nothing,title", json!({ "title": "t" })),
        ("attributes=title&attributes=nickName", json!({ "title": "t" })),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("u{index}");
        let mut sent = body();
        sent["userName"] = json!(name);
        let mut wanted = wanted;
        if wanted["userName"] == "*" {
            wanted["userName"] = json!(name);
        }
        let created = hub.call("POST", &format!("/Users?{query}"), sent.clone()).await;
        let at = format!("/Users/{}", created.expect(201).id());
        let patch = json!({ "Operations": [{ "op": "replace", "path": "nickName", "value": null }] });
        let mut answers = vec![("POST", created.json())];
        answers.push(("GET", hub.get(&format!("{at}?{query}")).await.json()));
        answers.push(("PUT", hub.call("PUT", &format!("{at}?{query}"), sent).await.json()));
        answers.push(("PATCH", hub.call("PATCH", &format!("{at}?{query}"), patch).await.json()));
        let list = hub.get(&format!("/Users?{query}&filter=userName+eq+%22{name}%22")).await.json();
        answers.push(("list", list["Resources"][0].clone()));
        for (method, mut found) in answers {
            let id = found.as_object_mut().unwrap().remove("id").unwrap_or_default();
            assert_eq!(at, format!("/Users/{}", id.as_str().unwrap()), "{method} {query}");
            let schemas = found.as_object_mut().unwrap().remove("schemas");
            assert!(schemas.is_some(), "{method} {query}");
            assert_eq!(found, wanted, "{method} {query}");
        }
    }
}

#[tokio::test]
async fn excluded_attributes_are_left_out_but_for_the_minimum() {
    let hub = Hub::new().await;
    let id = hub.create("/Users", body()).await;
    let at = format!("/Users/{id}");
    let group = hub.group("g", &[&id]).await;
    let whole = keys(&hub.get(&at).await.json());
    assert!(whole.contains(&"groups".to_owned()));
    for gone in ["title", "groups", "emails", "name", "meta", ENTERPRISE] {
        let answer = hub.get(&format!("{at}?excludedAttributes={gone}")).await;
        let left: Vec<_> = whole.iter().filter(|key| *key != gone).cloned().collect();
        assert_eq!(keys(&answer.expect(200).json()), left, "{gone}");
    }
    let minimum = hub.get(&format!("{at}?excludedAttributes=id,schemas")).await.json();
    assert_eq!(keys(&minimum), whole);
    let part = hub.get(&format!("{at}?excludedAttributes=emails.type")).await.json();
    assert_eq!(part["emails"], json!([{ "value": "w" }, { "value": "h" }]));
    // Entra reads groups so.
    let at = format!("/Groups/{group}");
    for path in [format!("{at}?excludedAttributes=members"), format!("{at}?attributes=displayName")] {
        let answer = hub.get(&path).await;
        assert_eq!(answer.expect(200).json()["members"], Value::Null, "{path}");
        assert_eq!(answer.json()["displayName"], "g", "{path}");
    }
    let list = hub.get("/Groups?excludedAttributes=members&filter=displayName+eq+%22G%22").await.json();
    assert_eq!(list["totalResults"], 1);
    assert_eq!(list["Resources"][0]["members"], Value::Null);
    let list = hub.get("/Groups?attributes=id,displayName,members.value").await.json();
    assert_eq!(list["Resources"][0]["members"], json!([{ "value": id }]));
}

#[tokio::test]
async fn a_projection_that_cannot_be_read_is_refused_before_anything_is_written() {
    let hub = Hub::new().await;
    let id = hub.user("ann").await;
    let at = format!("/Users/{id}?attributes=a..b");
    let seq = hub.last_seq().await;
    for (method, path) in [
        ("GET", at.as_str()),
        ("PUT", &at),
        ("PATCH", &at),
        ("POST", "/Users?attributes=a..b"),
        ("GET", "/Users?excludedAttributes=%20a%20b"),
    ] {
        let body =
            json!({ "userName": "new", "Operations": [{ "op": "add", "path": "title", "value": "x" }] });
        hub.call(method, path, body).await.refused(400, "invalidValue", "ttributes` has a name");
    }
    assert_eq!(hub.last_seq().await, seq);
}
