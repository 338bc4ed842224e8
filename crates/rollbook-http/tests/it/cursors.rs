//! Pages by cursor (RFC 9865).

use rollbook_http::HttpLimits;
use rollbook_protocol::ClientKind;
use serde_json::{Value, json};
use std::time::Duration;

use crate::support::{Answer, Hub};

async fn filled(count: usize) -> Hub {
    let hub = Hub::new().await;
    for number in 0..count {
        let title = if number % 2 == 0 { "even" } else { "odd" };
        hub.create("/Users", json!({ "userName": format!("u{number:03}"), "title": title })).await;
    }
    hub
}

fn cursor(answer: &Answer, name: &str) -> Option<String> {
    let cursor = answer.expect(200).json()[name].as_str().map(str::to_owned);
    if let Some(cursor) = &cursor {
        let unreserved = |char: char| char.is_ascii_alphanumeric() || "-._~".contains(char);
        assert!(cursor.chars().all(unreserved), "{cursor}");
    }
    cursor
}

/// Follows `nextCursor` to the end, and comes back by `previousCursor` where there is one.
async fn walk(hub: &Hub, path: &str, query: &str, count: usize) -> Vec<String> {
    let ask = async |cursor: &str| hub.get(&format!("{path}?{query}&cursor={cursor}&count={count}")).await;
    let (mut names, mut pages) = (Vec::new(), Vec::new());
    let mut page = ask("").await;
    assert_eq!(cursor(&page, "previousCursor"), None, "the first page has none");
    loop {
        let list = page.json();
        assert!(list.get("startIndex").is_none(), "{list}");
        let some = page.column("id");
        assert_eq!(list["itemsPerPage"], some.len());
        assert!(some.len() <= count);
        names.extend(some.clone());
        pages.push(some);
        match cursor(&page, "nextCursor") {
            Some(next) => page = ask(&next).await,
            None => break,
        }
    }
    // Backwards, where the server offers it.
    let mut at = pages.len();
    while let Some(previous) = cursor(&page, "previousCursor") {
        page = ask(&previous).await;
        at -= 1;
        assert_eq!(page.column("id"), pages[at - 1], "{path} {query} page {at}");
        assert!(cursor(&page, "nextCursor").is_some());
    }
    names
}

#[tokio::test]
async fn rfc9865_2_pages_are_disjoint_and_complete_in_every_order() {
    let hub = filled(23).await;
    for query in [
        "",
        "sortBy=userName&sortOrder=descending",
        "sortBy=title",
        "sortBy=nothing",
        "filter=title+eq+%22odd%22",
        "filter=title+eq+%22odd%22&sortBy=userName&attributes=userName",
        "filter=userName+eq+%22u003%22",
        "filter=userName+eq+%22nobody%22",
    ] {
        let all = hub.get(&format!("/Users?{query}&count=1000")).await.column("id");
        for count in [1, 5, 23, 1_000] {
            assert_eq!(walk(&hub, "/Users", query, count).await, all, "{query} by {count}");
        }
        let first = hub.get(&format!("/Users?{query}&cursor")).await;
        assert_eq!(first.json()["totalResults"], all.len(), "{query}");
    }
}

#[tokio::test]
async fn rfc9865_3_a_search_takes_a_cursor_too() {
    let hub = filled(7).await;
    for path in ["/Users/.search", "/.search"] {
        let ask = async |cursor: &str| {
            hub.call("POST", path, json!({ "filter": "userName sw \"u\"", "cursor": cursor, "count": 4 }))
                .await
        };
        let first = ask("").await;
        assert_eq!(first.column("userName").len(), 4, "{path}");
        let last = ask(&cursor(&first, "nextCursor").unwrap()).await;
        assert_eq!(last.column("userName"), ["u004", "u005", "u006"], "{path}");
        assert_eq!(cursor(&last, "nextCursor"), None, "{path}");
        // The same query, by another way to ask.
        hub.call("POST", path, json!({ "cursor": "", "count": "x" })).await.refused(
            400,
            "invalidCount",
            "count",
        );
    }
}

#[tokio::test]
async fn what_comes_and_goes_meanwhile_moves_no_page() {
    let hub = filled(10).await;
    let first = hub.get("/Users?cursor&count=4").await;
    let next = cursor(&first, "nextCursor").unwrap();
    for id in first.column("id") {
        hub.call("DELETE", &format!("/Users/{id}"), None).await.expect(204);
    }
    hub.user("late").await;
    let second = hub.get(&format!("/Users?cursor={next}&count=4")).await;
    assert_eq!(second.column("userName"), ["u004", "u005", "u006", "u007"]);
    let next = cursor(&second, "nextCursor").unwrap();
    assert_eq!(
        hub.get(&format!("/Users?cursor={next}&count=4")).await.column("userName"),
        ["u008", "u009", "late"]
    );
}

#[tokio::test]
async fn rfc9865_2_1_errors() {
    let hub = filled(9).await;
    let next = cursor(&hub.get("/Users?cursor&count=2").await, "nextCursor").unwrap();
    let sorted = cursor(&hub.get("/Users?cursor&count=2&sortBy=userName").await, "nextCursor").unwrap();
    let plain = cursor(&hub.get("/Groups?cursor").await, "nextCursor");
    assert_eq!(plain, None);
    let mut changed = next.clone();
    let last = if changed.pop() == Some('A') { 'B' } else { 'A' };
    changed.push(last);
    for (query, kind) in [
        ("cursor=x&count=2".to_owned(), "invalidCursor"),
        ("cursor=%00&count=2".to_owned(), "invalidCursor"),
        (format!("cursor={}&count=2", "A".repeat(10_000)), "invalidCursor"),
        (format!("cursor={changed}&count=2"), "invalidCursor"),
        (format!("cursor={sorted}&count=2"), "invalidCursor"),
        (format!("cursor={next}&count=2&filter=title+pr"), "invalidCursor"),
        (format!("cursor={next}&count=2&sortBy=userName"), "invalidCursor"),
        (format!("cursor={next}&count=2&attributes=userName"), "invalidCursor"),
        (format!("cursor={next}&count=3"), "invalidCount"),
        (format!("cursor={next}"), "invalidCount"),
        ("cursor&count=1001".to_owned(), "invalidCount"),
        ("cursor&count=many".to_owned(), "invalidCount"),
        ("count=1.5&cursor=".to_owned(), "invalidCount"),
        ("count=many".to_owned(), "invalidValue"),
    ] {
        let answer = hub.get(&format!("/Users?{query}")).await;
        assert_eq!(answer.outcome(), (400, Some(kind.to_owned())), "{query}");
    }
    hub.get(&format!("/Groups?cursor={next}&count=2")).await.refused(400, "invalidCursor", "cursor");
    // What makes no difference makes none.
    for query in ["COUNT=2&x=y", "count=2&startIndex=7"] {
        hub.get(&format!("/Users?cursor={next}&{query}")).await.expect(200);
    }
}

#[tokio::test]
async fn rfc9865_2_counts() {
    let hub = filled(3).await;
    for (query, items, has_next) in [
        ("count=0", 0, false),
        ("count=-5", 0, false),
        ("count=2", 2, true),
        ("count=3", 3, false),
        ("", 3, false),
    ] {
        let answer = hub.get(&format!("/Users?cursor&{query}")).await;
        assert_eq!(answer.json()["totalResults"], 3, "{query}");
        assert_eq!(answer.column("id").len(), items, "{query}");
        assert_eq!(cursor(&answer, "nextCursor").is_some(), has_next, "{query}");
    }
    // Pages by index say nothing of cursors.
    let by_index = hub.get("/Users?count=1").await.json();
    assert_eq!((&by_index["startIndex"], by_index.get("nextCursor")), (&Value::from(1), None));
}

#[tokio::test]
async fn a_cursor_expires() {
    // The clock of the tests goes on by a second each time it is read.
    let limits = HttpLimits { cursor_timeout: Duration::from_secs(30), ..HttpLimits::default() };
    let hub = Hub::with(ClientKind::Generic, limits).await;
    for name in ["a", "b", "c"] {
        hub.user(name).await;
    }
    let next = cursor(&hub.get("/Users?cursor&count=1").await, "nextCursor").unwrap();
    let again = format!("/Users?cursor={next}&count=1");
    hub.get(&again).await.expect(200);
    for _ in 0..40 {
        hub.get("/Users?count=0").await;
    }
    hub.get(&again).await.refused(400, "expiredCursor", "30");
    assert_eq!(hub.get("/ServiceProviderConfig").await.json()["pagination"]["cursorTimeout"], 30);
}

#[tokio::test]
async fn a_cursor_of_one_directory_opens_nothing_in_another() {
    use http::Request;
    use http_body_util::Full;

    let hub = filled(3).await;
    let next = cursor(&hub.get("/Users?cursor&count=1").await, "nextCursor").unwrap();
    let request = Request::get(format!("/scim/v2/other/Users?cursor={next}&count=1"))
        .header("Authorization", format!("Bearer {}", crate::support::OTHER_TOKEN));
    hub.send(request.body(Full::default()).unwrap()).await.refused(400, "invalidCursor", "cursor");
}
