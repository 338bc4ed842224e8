//! Groups too large to be held: reading and changing them (design §3, D1).

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use rollbook_protocol::{Key, Member, MemberEdit};
use rollbook_store::{Batch, DirectoryId, ResourceId, ResourceWrite, Resources};
use serde_json::{Value, json};

use crate::support::{BASE, Hub, ORIGIN, to_demo};

const MANY: usize = 100_000;

/// A group of so many users, made without the detour of HTTP.
async fn group_of(hub: &Hub, name: &str, count: usize) -> String {
    let directory = DirectoryId::new("1d3m0");
    let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let body = |text: String| Bytes::from(text);
    for chunk in (0..count).collect::<Vec<_>>().chunks(10_000) {
        let users = chunk.iter().map(|number| ResourceWrite::Create {
            id: ResourceId::new(format!("{name}-user-{number:06}-0000-0000-000000000000")),
            resource_type: "User".to_owned(),
            body: body(format!("{{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"{name}{number}\"}}")),
            keys: vec![Key::new("username", format!("{name}{number}"), true)],
            display: Some(format!("User \"{number}\"")),
            members: Vec::new(),
            attributes: Vec::new(),
        });
        let mut batch = Batch::new(directory.clone(), now);
        batch.resources.extend(users);
        hub.store.commit(batch).await.unwrap();
    }
    let members =
        (0..count).map(|number| Member::new(format!("{name}-user-{number:06}-0000-0000-000000000000")));
    let group = ResourceWrite::Create {
        id: ResourceId::new(name),
        resource_type: "Group".to_owned(),
        body: body(format!(
            "{{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group\"],\"displayName\":\"{name}\"}}"
        )),
        keys: vec![Key::new("displayname", name, true)],
        display: Some(name.to_owned()),
        members: vec![MemberEdit::Add(members.collect())],
        attributes: Vec::new(),
    };
    hub.store.commit(Batch::new(directory, now).resource(group)).await.unwrap();
    name.to_owned()
}

/// Reads an answer frame by frame; its text, and the longest frame.
async fn frames(hub: &Hub, path: &str) -> (Vec<u8>, usize, Option<u64>) {
    let request = to_demo("GET", path).body(Full::<Bytes>::default()).unwrap();
    let answer = hub.service.handle(request).await;
    assert_eq!(answer.status(), 200);
    let length = http_body::Body::size_hint(answer.body()).exact();
    let mut body = answer.into_body();
    let (mut whole, mut longest) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let data = frame.unwrap().into_data().unwrap();
        longest = longest.max(data.len());
        whole.extend_from_slice(&data);
    }
    (whole, longest, length)
}

#[tokio::test]
async fn a_group_of_100_000_members_is_read_piece_by_piece() {
    let hub = Hub::new().await;
    let id = group_of(&hub, "large", MANY).await;
    let at = format!("/Groups/{id}");
    for path in [at.clone(), format!("{at}?attributes=members"), format!("{at}?attributes=members.value")] {
        let (text, longest, length) = frames(&hub, &path).await;
        assert_eq!(length, None);
        assert!(longest < 2 * 1024 * 1024, "{path}: a piece of {longest} bytes");
        let group: Value = serde_json::from_slice(&text).unwrap();
        let members = group["members"].as_array().unwrap();
        assert_eq!(members.len(), MANY, "{path}");
        let values: std::collections::BTreeSet<_> =
            members.iter().map(|it| it["value"].as_str().unwrap()).collect();
        assert_eq!(values.len(), MANY, "{path}");
        if path.ends_with("value") {
            assert_eq!(members[7].as_object().unwrap().len(), 1);
        } else {
            let value = members[7]["value"].as_str().unwrap();
            assert_eq!(members[7]["$ref"], format!("{ORIGIN}{BASE}/Users/{value}"));
            assert_eq!((&members[7]["type"], &members[7]["display"]), (&json!("User"), &json!("User \"7\"")));
        }
        assert_eq!(group["id"], id);
    }
    // A list of it, and what leaves the members out.
    let (text, longest, _) = frames(&hub, "/Groups").await;
    let list: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(list["Resources"][0]["members"].as_array().unwrap().len(), MANY);
    assert!(longest < 2 * 1024 * 1024);
    let started = Instant::now();
    let short = hub.get(&format!("{at}?excludedAttributes=members")).await;
    assert!(short.expect(200).body.len() < 1_000);
    let head = hub.call("HEAD", &at, None).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.etag(), short.etag());
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn changes_of_a_large_group_answer_204_and_lose_nothing() {
    let hub = Hub::new().await;
    let at = format!("/Groups/{}", group_of(&hub, "large", 20_000).await);
    let mut users = Vec::new();
    for number in 0..40 {
        users.push(hub.user(&format!("new{number}")).await);
    }
    let tasks: Vec<_> = users
        .iter()
        .map(|user| {
            let add =
                json!({ "Operations": [{ "op": "add", "path": "members", "value": [{ "value": user }] }] });
            let (hub, at) = (hub.clone(), at.clone());
            tokio::spawn(async move { hub.call("PATCH", &at, add).await })
        })
        .collect();
    for task in tasks {
        let answer = task.await.unwrap();
        assert!(answer.expect(204).body.is_empty());
        answer.etag();
    }
    let group = hub.get(&at).await.json();
    assert_eq!(group["members"].as_array().unwrap().len(), 20_040);
    // A removal by filter holds no more than what it selects.
    let answer = hub.patch(&at, json!([{ "op": "remove", "path": "members[display sw \"User\"]" }])).await;
    let mut left: Vec<_> = answer.expect(200).json()["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["value"].as_str().unwrap().to_owned())
        .collect();
    users.sort();
    left.sort();
    assert_eq!(left, users);
}

#[tokio::test]
async fn a_group_that_changes_while_it_is_read_is_read_as_it_was_at_one_moment() {
    let hub = Hub::new().await;
    let id = group_of(&hub, "moving", 5_000).await;
    let old: Vec<_> = hub.get("/Groups/moving").await.json()["members"].as_array().unwrap().clone();
    assert_eq!(old.len(), 5_000);
    let request = to_demo("GET", &format!("/Groups/{id}")).body(Full::<Bytes>::default()).unwrap();
    let answer = hub.service.handle(request).await;
    // The head is out; now everybody goes.
    hub.patch(&format!("/Groups/{id}"), json!([{ "op": "remove", "path": "members" }])).await.expect(200);
    let text = answer.into_body().collect().await.unwrap().to_bytes();
    let group: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(group["members"].as_array().unwrap().len(), 5_000);
}

#[tokio::test]
async fn a_store_that_fails_while_a_group_is_sent_breaks_the_answer_off() {
    use rollbook_http::{Service, StoreAuthenticator};
    use rollbook_store::{MemoryStore, Store, SystemEnvironment};

    use crate::store_errors::{Wrapped, unavailable};

    let hub = Hub::new().await;
    for name in ["one", "two", "three"] {
        group_of(&hub, name, 4_000).await;
    }
    let tokens: Arc<dyn Store> = Arc::<MemoryStore>::clone(&hub.store);
    let authenticator = Arc::new(StoreAuthenticator::new(tokens, Arc::new(SystemEnvironment)));
    let store = Wrapped::failing_after(Arc::clone(&hub.store), 20, unavailable);
    let service = Service::builder(Arc::new(store), authenticator).build();
    let request = to_demo("GET", "/Groups").body(Full::<Bytes>::default()).unwrap();
    let answer = service.handle(request).await;
    assert_eq!(answer.status(), 200);
    let error = answer.into_body().collect().await.unwrap_err();
    assert!(error.to_string().contains("broke off"));
}
