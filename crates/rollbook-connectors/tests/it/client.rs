//! The SCIM client by itself.

use rollbook_connectors::{HttpError, ScimClient, ScimClientError, ScimOperation, eq_filter};
use rollbook_schema::Resource;
use rollbook_standins::Habits;
use rollbook_store::Secret;

use crate::canned::{Canned, answer};
use crate::support::{TOKEN, client, http, resource, standin, tolerant_and_strict, value};

fn replace(path: &str, json: &str) -> ScimOperation {
    ScimOperation { op: "replace", path: path.to_owned(), value: Some(value(json)) }
}

const ANN: &str =
    r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann","title":"Dr"}"#;

#[tokio::test]
async fn rfc7644_3_create_read_change_and_delete() {
    for habits in tolerant_and_strict() {
        let service = standin(habits).await;
        let client = client(&format!("{}/", service.url()));
        let created = client.create("/Users", &resource(ANN)).await.unwrap();
        let id = created.id().unwrap().to_owned();

        let read = client.get("/Users", &id, "").await.unwrap();
        assert_eq!(read.user_name(), Some("ann"));
        assert_eq!(read.get("title"), Some(&value(r#""Dr""#)));
        let narrow = client.get("/Users", &id, "userName").await.unwrap();
        assert_eq!(narrow.get("title"), None);

        client.patch("/Users", &id, &[replace("title", r#""Prof""#)]).await.unwrap();
        assert_eq!(client.get("/Users", &id, "").await.unwrap().get("title"), Some(&value(r#""Prof""#)));

        let whole = ANN.replace("Dr", "Dame").replace("ann", "anna");
        client.put("/Users", &id, &resource(&whole)).await.unwrap();
        assert_eq!(client.get("/Users", &id, "").await.unwrap().user_name(), Some("anna"));

        client.delete("/Users", &id).await.unwrap();
        assert!(client.get("/Users", &id, "").await.unwrap_err().is_missing());
        assert!(client.delete("/Users", &id).await.unwrap_err().is_missing());
    }
}

#[tokio::test]
async fn rfc7644_3_4_2_lists_come_in_pages() {
    let service = standin(Habits::default()).await;
    let client = client(&service.url());
    for number in 0..5 {
        client.create("/Users", &resource(&ANN.replace("ann", &format!("user{number}")))).await.unwrap();
    }
    let page = client.list("/Users", None, 4, 3).await.unwrap();
    assert_eq!(page.total, 5);
    let names: Vec<_> = page.resources.iter().filter_map(Resource::user_name).collect();
    assert_eq!(names, ["user3", "user4"]);
    let filtered = client.list("/Users", Some(&eq_filter("userName", "USER1")), 1, 10).await.unwrap();
    assert_eq!((filtered.total, filtered.resources.len()), (1, 1));
    assert_eq!(client.find("/Users", "userName", "user9", 10).await.unwrap(), []);
}

#[tokio::test]
async fn values_with_quotes_and_signs_arrive_as_they_are() {
    let service = standin(Habits::default()).await;
    let client = client(&service.url());
    for name in [r#"a"b"#, r"back\slash", "a&b=c#d?e/f", "ä 漢 😀", r#"x" or userName pr or "y"#, "50%25"]
    {
        let mut user = resource(ANN);
        user.insert("userName", name);
        client.create("/Users", &user).await.unwrap();
        let found = client.find("/Users", "userName", name, 10).await.unwrap();
        let found: Vec<_> = found.iter().filter_map(Resource::user_name).collect();
        assert_eq!(found, [name]);
    }
    assert!(matches!(client.delete("/Users", "").await, Err(ScimClientError::NoId)));
    assert!(matches!(client.get("/Users", "", "").await, Err(ScimClientError::NoId)));
    for id in ["../Groups", "..", "?x", "a/b"] {
        assert!(client.get("/Users", id, "").await.unwrap_err().is_missing(), "{id}");
        let last = service.requests().pop().unwrap().uri;
        assert_eq!(last.path().matches('/').count(), 2, "{last}");
        assert!(!last.path().ends_with("/..") && last.query().is_none(), "{last}");
    }
}

#[tokio::test]
async fn the_head_is_as_rfc7644_3_1_and_rfc6750_2_1_want_it() {
    let service = standin(Habits::default()).await;
    let json = client(&service.url()).with_content_type("application/json").unwrap();
    client(&service.url()).create("/Users", &resource(ANN)).await.unwrap();
    json.create("/Users", &resource(&ANN.replace("ann", "bob"))).await.unwrap();
    client(&service.url()).list("/Users", None, 1, 1).await.unwrap();
    let heads: Vec<_> = service.requests().into_iter().map(|seen| seen.headers).collect();
    assert_eq!(heads[0]["content-type"], "application/scim+json");
    assert_eq!(heads[1]["content-type"], "application/json");
    assert!(!heads[2].contains_key("content-type"));
    for head in heads {
        assert_eq!(head["authorization"], format!("Bearer {TOKEN}"));
        assert!(head["accept"].to_str().unwrap().starts_with("application/scim+json"));
    }
}

#[test]
fn a_base_address_is_checked() {
    for base in [
        "",
        "host",
        "ftp://host",
        "https://",
        "https://u:hunter2@host",
        "https://host?x=hunter2",
        "https://h#x",
    ] {
        let error = ScimClient::new(http(), base, None).unwrap_err();
        assert!(matches!(error, ScimClientError::Http(HttpError::Address(_))), "{base}: {error:?}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    for base in ["https://host", "https://host/scim/v2/", " http://[::1]:80/x "] {
        assert!(ScimClient::new(http(), base, None).is_ok(), "{base}");
    }
}

#[test]
fn nothing_prints_the_credential() {
    let client = client("https://host");
    assert!(!format!("{client:?}").contains(TOKEN), "{client:?}");
    let error = ScimClient::new(http(), "https://host", Some(&Secret::new("hunter2\n"))).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
}

#[tokio::test]
async fn odd_lists_are_read_where_they_can_be() {
    for (body, total, count) in [
        (r#"{"totalResults":0}"#, 0, 0),
        (r#"{"Resources":[{"id":"1"}]}"#, 1, 1),
        (r#"{"totalResults":"x","resources":[{"id":"1"},7]}"#, 1, 1),
        (r#"{"totalResults":9,"Resources":null}"#, 9, 0),
    ] {
        let service = Canned::start(vec![answer(200, "", body)]).await;
        let listing = client(&service.url).list("/Users", None, 1, 10).await.unwrap();
        assert_eq!((listing.total, listing.resources.len()), (total, count), "{body}");
    }
    for body in ["", "[]", "{}", "no json", r#"{"totalResults":1,"Resources":["#] {
        let service = Canned::start(vec![answer(200, "", body)]).await;
        let error = client(&service.url).list("/Users", None, 1, 10).await.unwrap_err();
        assert!(matches!(error, ScimClientError::Malformed { .. }), "{body}: {error:?}");
    }
}
