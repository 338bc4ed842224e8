//! Lists: paging, totals, sort, filters, `.search` (RFC 7644 §3.4.2, §3.4.3; D9, D25 to D28, D31; idp-clients §0 18, 21).

use std::collections::BTreeSet;

use rollbook_http::HttpLimits;
use rollbook_protocol::ClientKind;
use serde_json::{Value, json};

use crate::support::{ENTERPRISE, Hub, LIST};

/// Percent-encodes a filter.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

async fn filled(count: usize) -> Hub {
    let hub = Hub::new().await;
    for number in 0..count {
        let name = format!("user{:02}", (number * 7) % count);
        hub.create("/Users", json!({ "userName": name, "title": format!("t{}", number % 3) })).await;
    }
    hub
}

#[tokio::test]
async fn an_empty_list_is_a_list() {
    let hub = Hub::new().await;
    for path in [
        "/Users",
        "/Groups",
        "/Users?filter=userName+eq+%22x%22",
        "/Users?startIndex=5&count=0",
        "/Users?sortBy=userName",
    ] {
        let list = hub.get(path).await.expect(200).json();
        let start = if path.contains("startIndex") { 5 } else { 1 };
        let wanted = json!({ "schemas": [LIST], "totalResults": 0, "startIndex": start, "itemsPerPage": 0, "Resources": [] });
        assert_eq!(list, wanted, "{path}");
    }
}

#[tokio::test]
async fn d27_pages_are_disjoint_and_complete() {
    let hub = filled(23).await;
    let all: BTreeSet<_> = (0..23).map(|number| format!("user{number:02}")).collect();
    for (query, matching) in [
        ("", 23),
        ("&sortBy=userName", 23),
        ("&sortBy=title&sortOrder=descending", 23),
        ("&sortBy=nothing", 23),
        ("&filter=userName+sw+%22user0%22", 10),
        ("&filter=userName+sw+%22user0%22&sortBy=title", 10),
    ] {
        for count in [1, 4, 10, 23, 50] {
            let (mut seen, mut start) = (Vec::new(), 1);
            loop {
                let answer = hub.get(&format!("/Users?startIndex={start}&count={count}{query}")).await;
                let (page, list) = (answer.column("userName"), answer.json());
                assert_eq!(list["totalResults"], matching, "{query}");
                assert_eq!(list["startIndex"], start, "{query}");
                assert_eq!(list["itemsPerPage"], page.len(), "{query}");
                assert!(page.len() <= count, "{query}");
                if page.is_empty() {
                    break;
                }
                start += page.len();
                seen.extend(page);
            }
            let distinct: BTreeSet<_> = seen.iter().cloned().collect();
            assert_eq!(seen.len(), distinct.len(), "{query}: a page overlaps");
            assert_eq!(distinct.len(), matching, "{query}");
            assert!(distinct.is_subset(&all), "{query}");
        }
    }
}

#[tokio::test]
async fn rfc7644_3_4_2_4_edges_of_paging() {
    let limits = HttpLimits { default_page: 3, max_page: 5, ..Default::default() };
    let hub = Hub::with(ClientKind::Generic, limits).await;
    for number in 0..7 {
        hub.user(&format!("u{number}")).await;
    }
    for (query, start, length) in [
        ("", 1, 3),
        ("count=2", 1, 2),
        ("count=5", 1, 5),
        ("count=6", 1, 5),
        ("count=99999999999999999999999", 1, 5),
        ("count=0", 1, 0),
        ("count=-3", 1, 0),
        ("count=", 1, 3),
        ("startIndex=0", 1, 3),
        ("startIndex=-5&count=2", 1, 2),
        ("startIndex=6", 6, 2),
        ("startIndex=7", 7, 1),
        ("startIndex=8", 8, 0),
        ("startIndex=1000000", 1_000_000, 0),
        ("STARTINDEX=2&Count=1", 2, 1),
    ] {
        let list = hub.get(&format!("/Users?{query}")).await.expect(200).json();
        let found = (list["startIndex"].clone(), list["itemsPerPage"].clone(), list["totalResults"].clone());
        assert_eq!(found, (json!(start), json!(length), json!(7)), "{query}");
        assert_eq!(list["Resources"].as_array().unwrap().len(), length, "{query}");
    }
    let huge = hub.get("/Users?startIndex=99999999999999999999999&count=1").await.expect(200).json();
    assert_eq!(huge["Resources"], json!([]));
    for query in [
        "count=x",
        "startIndex=1.5",
        "count=%FF",
        "count=1&count=2",
        "sortBy=id&sortOrder=up",
        "filter=a+pr&filter=b+pr",
    ] {
        hub.get(&format!("/Users?{query}")).await.refused(400, "invalidValue", "`");
    }
    assert_eq!(hub.get("/ServiceProviderConfig").await.json()["filter"]["maxResults"], 5);
}

#[tokio::test]
async fn rfc7644_3_4_2_3_sorting() {
    let hub = Hub::new().await;
    for (name, title, given) in [("Cee", Some("b"), "Z"), ("aye", None, "y"), ("Bea", Some("A"), "x")] {
        hub.create("/Users", json!({ "userName": name, "title": title, "name": { "givenName": given } }))
            .await;
    }
    for (query, order) in [
        ("", ["Cee", "aye", "Bea"]),
        ("sortBy=userName", ["aye", "Bea", "Cee"]),
        ("sortBy=USERNAME&sortOrder=Ascending", ["aye", "Bea", "Cee"]),
        ("sortBy=userName&sortOrder=descending", ["Cee", "Bea", "aye"]),
        ("sortBy=title", ["Bea", "Cee", "aye"]),
        ("sortBy=name.givenName", ["Bea", "aye", "Cee"]),
        ("sortBy=urn:ietf:params:scim:schemas:core:2.0:User:userName", ["aye", "Bea", "Cee"]),
        ("sortBy=meta.created", ["Cee", "aye", "Bea"]),
        ("sortBy=meta.created&sortOrder=descending", ["Bea", "aye", "Cee"]),
        ("sortBy=nothing", ["Cee", "aye", "Bea"]),
        ("sortBy=not+a+path", ["Cee", "aye", "Bea"]),
        ("sortBy=", ["Cee", "aye", "Bea"]),
        ("sortOrder=descending", ["Cee", "aye", "Bea"]),
    ] {
        assert_eq!(hub.get(&format!("/Users?{query}")).await.column("userName"), order, "{query}");
    }
}

#[tokio::test]
async fn rfc7644_3_4_2_2_filters() {
    let hub = Hub::new().await;
    let boss = hub.user("boss").await;
    let ann = hub
        .create("/Users", json!({
            "userName": "Ann@Example.com", "externalId": "Ext-1", "active": true,
            "emails": [{ "type": "work", "value": "Ann+x@example.com", "primary": true }, { "type": "home", "value": "h@example.com" }],
            ENTERPRISE: { "employeeNumber": "7", "manager": { "value": boss } }
        }))
        .await;
    let ann_only = vec!["Ann@Example.com"];
    let both = vec!["boss", "Ann@Example.com"];
    let cases: Vec<(String, Vec<&str>)> = vec![
        ("userName eq \"ann@example.COM\"".to_owned(), ann_only.clone()),
        ("userName Eq \"ann@example.com\"".to_owned(), ann_only.clone()),
        ("externalId eq \"Ext-1\"".to_owned(), ann_only.clone()),
        ("externalId eq \"ext-1\"".to_owned(), vec![]),
        (format!("id eq \"{ann}\""), ann_only.clone()),
        (
            format!("id eq \"{}\"", ann.to_ascii_uppercase()),
            if ann.to_ascii_uppercase() == ann { ann_only.clone() } else { vec![] },
        ),
        ("emails[type eq \"work\"].value eq \"ann+x@example.com\"".to_owned(), ann_only.clone()),
        ("emails[type eq \"home\"].value eq \"ann+x@example.com\"".to_owned(), vec![]),
        ("emails.value co \"example\" and emails.type eq \"home\"".to_owned(), ann_only.clone()),
        ("emails eq \"h@example.com\"".to_owned(), ann_only.clone()),
        ("emails[primary eq \"True\"]".to_owned(), ann_only.clone()),
        (format!("{ENTERPRISE}:employeeNumber eq \"7\""), ann_only.clone()),
        (format!("id eq \"{ann}\" and manager eq \"{boss}\""), ann_only.clone()),
        (format!("id eq \"{ann}\" and {ENTERPRISE}:manager.value eq \"{ann}\""), vec![]),
        ("meta.resourceType eq \"User\"".to_owned(), both.clone()),
        ("active eq true".to_owned(), ann_only.clone()),
        ("externalId ne \"Ext-1\"".to_owned(), vec!["boss"]),
        ("not (externalId eq \"Ext-1\")".to_owned(), vec!["boss"]),
        ("nothing eq \"x\"".to_owned(), vec![]),
        ("nothing ne \"x\"".to_owned(), both.clone()),
        ("userName gt \"a\" and (userName lt \"b\" or userName sw \"B\")".to_owned(), both.clone()),
        ("userName eq 7".to_owned(), vec![]),
    ];
    for (filter, wanted) in cases {
        let answer = hub.get(&format!("/Users?filter={}", encoded(&filter))).await;
        assert_eq!(answer.status, 200, "{filter}: {}", answer.text());
        assert_eq!(answer.column("userName"), wanted, "{filter}");
        // Form encoding means the same, and is decoded once.
        let form = encoded(&filter).replace("%20", "+");
        assert_eq!(hub.get(&format!("/Users?filter={form}")).await.column("userName"), wanted, "{filter}");
    }
    for filter in [
        "userName sw O",
        "userName",
        "userName eq",
        "eq \"x\"",
        "userName eq \"x",
        "(userName pr",
        "userName gt true",
        "active gt true",
        "",
        " ",
        "userName eq \"a\" xor",
    ] {
        let answer = hub.get(&format!("/Users?filter={}", encoded(filter))).await;
        assert_eq!(answer.outcome(), (400, Some("invalidFilter".to_owned())), "{filter}: {}", answer.text());
    }
}

#[tokio::test]
async fn d25_limits_of_a_filter_are_named() {
    let filter = rollbook_filter::Limits { max_length: 10_000, ..Default::default() };
    let wide = Hub::with(ClientKind::Generic, HttpLimits { filter, ..Default::default() }).await;
    let hub = Hub::new().await;
    let long = format!("userName eq \"{}\"", "x".repeat(2_000));
    let deep = format!("{}userName pr{}", "(".repeat(33), ")".repeat(33));
    let many = vec!["id pr"; 257].join(" or ");
    for (hub, filter, limit) in [(&hub, long, "2000"), (&hub, deep, "32"), (&wide, many, "256")] {
        let answer = hub.get(&format!("/Users?filter={}", encoded(&filter))).await;
        assert_eq!(answer.outcome(), (400, Some("invalidFilter".to_owned())));
        let detail = answer.json()["detail"].as_str().unwrap().replace(',', "");
        assert!(detail.contains(limit), "{detail}");
    }
}

#[tokio::test]
async fn rfc7644_3_4_3_search_by_post() {
    let hub = filled(9).await;
    let search = async |body: Value| hub.call("POST", "/Users/.search", body).await;
    let answer = search(json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": "userName sw \"user0\"", "sortBy": "userName", "sortOrder": "descending",
        "startIndex": 2, "count": 3, "attributes": ["userName"]
    }))
    .await;
    assert_eq!(answer.expect(200).column("userName"), ["user07", "user06", "user05"]);
    let list = answer.json();
    assert_eq!(list["totalResults"], 9);
    assert_eq!(
        list["Resources"][0].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["id", "schemas", "userName"]
    );
    assert_eq!(search(json!({})).await.column("userName").len(), 9);
    search(json!({ "filter": "userName" })).await.refused(400, "invalidFilter", "filter");
    search(json!({ "count": "many" })).await.refused(400, "invalidValue", "count");
    search(json!([])).await.refused(400, "invalidSyntax", "object");
    hub.call("GET", "/Users/.search", None).await.expect(405);
}

#[tokio::test]
async fn d25_a_page_over_the_limit_is_refused_but_not_one_resource() {
    let limits = HttpLimits { max_list_bytes: 3_000, ..Default::default() };
    let hub = Hub::with(ClientKind::Generic, limits).await;
    for name in ["a", "b"] {
        hub.create("/Users", json!({ "userName": name, "title": "x".repeat(2_000) })).await;
    }
    hub.get("/Users").await.refused(400, "tooMany", "3000");
    for query in ["count=1", "startIndex=2", "count=0"] {
        hub.get(&format!("/Users?{query}")).await.expect(200);
    }
    // Members are sent as they are read: they do not count.
    let members: Vec<_> = (0..200).map(|number| format!("member-number-{number}")).collect();
    let members: Vec<_> = members.iter().map(String::as_str).collect();
    for name in ["a", "b"] {
        hub.group(name, &members).await;
    }
    hub.get("/Groups").await.expect(200);
}
