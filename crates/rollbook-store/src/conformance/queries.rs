//! Queries: look-ups, scans, order and pages (RFC 7644 §3.4.2).

use std::sync::Arc;

use rollbook_protocol::{Key, fold};
use serde_json::json;

use super::fixture::{
    Fixture, all, delete, edit, filtered, group, ids, removing, rename, sort, user, user_with,
};
use crate::{Query, ResourceWrite, Resources, Start};

const NONE: [&str; 0] = [];

async fn people(store: Arc<dyn Resources>, count: usize) -> Fixture {
    let hub = Fixture::new(store).await;
    for n in 0..count {
        hub.write(user(&format!("p{n:03}"))).await;
    }
    hub
}

/// Without a filter the answer is all resources of the type, and of no other.
pub async fn a_query_is_for_one_type(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let other = Fixture::named(Arc::clone(&hub.store), "other").await;
    other.write(user("Zoe")).await;
    hub.commit([user("Ann"), group("Staff", &[]), user("Bob")]).await.unwrap();
    assert_eq!(hub.ids(&all("User")).await, ["u-ann", "u-bob"]);
    assert_eq!(hub.ids(&all("Group")).await, ["Staff"]);
    let page = hub.page(&all("Device")).await;
    assert_eq!((page.total, ids(&page)), (0, Vec::new()));
    let page = hub.page(&all("User")).await;
    assert_eq!(page.items[0], hub.stored("u-ann").await, "what is found is what is stored");
}

/// The order is creation time, then id (decision D27), and no change of a resource moves it.
pub async fn the_default_order_is_creation(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit([user("Zoe"), user("Max")]).await.unwrap();
    hub.write(user("Ann")).await;
    hub.write(rename("u-max", "Aaron", None)).await;
    let order = ["u-max", "u-zoe", "u-ann"];
    assert_eq!(hub.ids(&all("User")).await, order, "of one instant by id, then the later one");
    assert_eq!(hub.select("User", "userName pr").await, order, "a scan has the same order");
    hub.commit([delete("u-max"), user_with("u-max", "Max")]).await.unwrap();
    assert_eq!(hub.ids(&all("User")).await, ["u-zoe", "u-ann", "u-max"], "a restored one is new");
}

/// Pages are disjoint and together complete; the total does not depend on the page.
pub async fn pages_are_disjoint_and_complete(store: Arc<dyn Resources>) {
    let hub = people(store, 23).await;
    for filter in [None, Some("userName sw \"p\""), Some("userName pr and not (userName eq \"nobody\")")] {
        let mut seen = Vec::new();
        for start_index in [1, 6, 11, 16, 21, 26] {
            let query = filter.map_or_else(|| all("User"), |filter| filtered("User", filter));
            let page = hub.page(&Query { start: Start::Index(start_index), count: 5, ..query }).await;
            assert_eq!(page.total, 23, "{filter:?}");
            assert_eq!(
                page.items.len(),
                if start_index == 21 { 3 } else { 5 * usize::from(start_index < 21) }
            );
            seen.extend(ids(&page));
        }
        let expected: Vec<_> = (0..23).map(|n| format!("u-p{n:03}")).collect();
        assert_eq!(seen, expected, "{filter:?}");
    }
}

/// A count of 0 asks for the total alone (RFC 7644 §3.4.2.4).
pub async fn a_count_of_zero_is_the_total(store: Arc<dyn Resources>) {
    let hub = people(store, 4).await;
    let sorted = Query { sort: sort("User", "userName", false), ..all("User") };
    let lookup = filtered("User", "userName eq \"P001\"");
    for (query, total) in
        [(all("User"), 4), (filtered("User", "userName ne \"p000\""), 3), (lookup, 1), (sorted, 4)]
    {
        let page = hub.page(&Query { count: 0, ..query }).await;
        assert_eq!((page.total, page.items.len()), (total, 0));
    }
}

/// A page beyond the end is empty, and has the total; a start below 1 is 1.
pub async fn a_page_beyond_the_end_is_empty(store: Arc<dyn Resources>) {
    let hub = people(store, 3).await;
    for query in [all("User"), filtered("User", "userName pr"), filtered("User", "userName eq \"p000\"")] {
        for start_index in [4, 1_000, u64::MAX] {
            let page = hub.page(&Query { start: Start::Index(start_index), ..query.clone() }).await;
            assert!(page.items.is_empty(), "{start_index}");
            assert!(page.total > 0);
        }
        let first = hub.page(&Query { start: Start::Index(0), ..query.clone() }).await;
        assert_eq!(ids(&first), hub.ids(&query).await);
    }
}

/// An id is looked up with case, within its type.
pub async fn an_id_is_looked_up(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit([user("Ann"), user("Bob"), group("Staff", &[])]).await.unwrap();
    assert_eq!(hub.select("User", "id eq \"u-ann\"").await, ["u-ann"]);
    assert_eq!(hub.select("User", "id eq \"U-ANN\"").await, NONE);
    assert_eq!(hub.select("User", "id eq \"Staff\"").await, NONE);
    assert_eq!(hub.select("Group", "id eq \"Staff\"").await, ["Staff"]);
    assert_eq!(hub.select("User", "id eq \"u-ann\" and userName eq \"bob\"").await, NONE);
}

/// A key is looked up folded.
pub async fn a_key_is_looked_up(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user("Ann")).await;
    hub.write(user_with("u-2", "Größe")).await;
    assert_eq!(hub.select("User", "userName eq \"ANN\"").await, ["u-ann"]);
    assert_eq!(hub.select("User", "USERNAME Eq \"GRÖSSE\"").await, ["u-2"]);
    assert_eq!(hub.select("User", "userName eq \"An\"").await, NONE);
    assert_eq!(hub.select("Group", "displayName eq \"ann\"").await, NONE);
    hub.write(rename("u-ann", "Anna", None)).await;
    assert_eq!(hub.select("User", "userName eq \"ann\"").await, NONE);
    assert_eq!(hub.select("User", "userName eq \"anna\"").await, ["u-ann"]);
}

/// A look-up that many resources answer is paged in creation order.
pub async fn a_shared_key_is_paged(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    for n in (0..7).rev() {
        let mut write = user(&format!("p{n}"));
        if let ResourceWrite::Create { keys, body, .. } = &mut write {
            keys.push(Key::new("displayname", fold("Twin"), false));
            *body = json!({ "userName": format!("p{n}"), "displayName": "Twin" }).to_string().into();
        }
        hub.write(write).await;
    }
    let query = filtered("User", "displayName eq \"TWIN\"");
    let page = hub.page(&Query { start: Start::Index(3), count: 2, ..query }).await;
    assert_eq!((page.total, ids(&page)), (7, vec!["u-p4".to_owned(), "u-p3".to_owned()]));
    assert_eq!(hub.select("User", "displayName eq \"twin\" and userName gt \"p4\"").await, ["u-p6", "u-p5"]);
}

/// The groups that hold a member are looked up, by its id.
pub async fn a_member_is_looked_up(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let groups = [group("A", &["u-ann"]), group("B", &["u-ann", "x"]), group("C", &["u-bob"])];
    hub.commit([user("Ann"), user("Bob")].into_iter().chain(groups)).await.unwrap();
    for filter in ["members eq \"u-ann\"", "members.value eq \"u-ann\"", "members[value eq \"u-ann\"]"] {
        assert_eq!(hub.select("Group", filter).await, ["A", "B"], "{filter}");
    }
    assert_eq!(hub.select("Group", "members eq \"x\"").await, ["B"], "it need not name anything");
    assert_eq!(hub.select("Group", "id eq \"B\" and members eq \"u-ann\"").await, ["B"], "as Entra asks");
    assert_eq!(hub.select("Group", "id eq \"C\" and members eq \"u-ann\"").await, NONE);
    hub.write(edit("A", [removing(&["u-ann"])])).await;
    assert_eq!(hub.select("Group", "members eq \"u-ann\"").await, ["B"]);
}

/// What no index answers is found by reading.
pub async fn other_filters_read_the_resources(store: Arc<dyn Resources>) {
    let hub = people(store, 12).await;
    hub.write(rename("u-p003", "p003", Some("Boss"))).await;
    let cases: [(&str, &[&str]); 7] = [
        ("title eq \"boss\"", &["u-p003"]),
        ("title pr", &["u-p003"]),
        ("userName co \"01\"", &["u-p001", "u-p010", "u-p011"]),
        ("userName eq \"p001\" or userName eq \"P002\"", &["u-p001", "u-p002"]),
        ("userName eq \"p001\" and title pr", &[]),
        ("not (userName sw \"p00\")", &["u-p010", "u-p011"]),
        ("nickName eq \"x\"", &[]),
    ];
    for (filter, expected) in cases {
        assert_eq!(hub.select("User", filter).await, expected, "{filter}");
    }
}

/// Filters see `meta`, as the answer would show it.
pub async fn filters_see_meta(store: Arc<dyn Resources>) {
    let hub = people(store, 3).await;
    hub.write(rename("u-p000", "p000", Some("Boss"))).await;
    let created = "meta.created gt \"2026-01-01T00:00:01Z\"";
    assert_eq!(hub.select("User", created).await, ["u-p001", "u-p002"]);
    let modified = "meta.lastModified ge \"2026-01-01T00:00:03Z\"";
    assert_eq!(hub.select("User", modified).await, ["u-p000", "u-p002"]);
    assert_eq!(hub.select("User", "meta.resourceType eq \"User\"").await.len(), 3);
}

/// Filters see members and groups, with what is shown for them.
pub async fn filters_see_members_and_groups(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let groups = [group("A", &["u-ann"]), group("B", &["u-bob", "A"]), group("C", &[])];
    hub.commit([user("Ann"), user("Bob")].into_iter().chain(groups)).await.unwrap();
    let cases: [(&str, &str, &[&str]); 9] = [
        ("Group", "not (members eq \"u-ann\")", &["B", "C"]),
        ("Group", "members eq \"u-bob\" and members eq \"A\"", &["B"]),
        ("Group", "members eq \"u-bob\" or members.display co \"nn\"", &["A", "B"]),
        ("Group", "members pr", &["A", "B"]),
        ("Group", "not (members pr)", &["C"]),
        ("Group", "members.display eq \"ann (shown)\"", &["A"]),
        ("Group", "members[type eq \"Group\"]", &["B"]),
        ("User", "groups.value eq \"B\"", &["u-bob"]),
        ("User", "groups.display sw \"a\"", &["u-ann"]),
    ];
    for (resource_type, filter, expected) in cases {
        assert_eq!(hub.select(resource_type, filter).await, expected, "{filter}");
    }
}

/// A sort orders all results before they are paged; equal ones are in creation order.
pub async fn a_sort_comes_before_the_page(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    for (name, title) in [("d", Some("x")), ("B", Some("Y")), ("c", None), ("A", Some("X"))] {
        hub.write(user(name)).await;
        if title.is_some() {
            hub.write(rename(&super::fixture::id_of(name), name, title)).await;
        }
    }
    let by = |path, descending| Query { sort: sort("User", path, descending), ..all("User") };
    assert_eq!(hub.ids(&by("userName", false)).await, ["u-a", "u-b", "u-c", "u-d"]);
    assert_eq!(hub.ids(&by("userName", true)).await, ["u-d", "u-c", "u-b", "u-a"]);
    assert_eq!(hub.ids(&by("title", false)).await, ["u-d", "u-a", "u-b", "u-c"], "absent last");
    let page = hub.page(&Query { start: Start::Index(2), count: 2, ..by("userName", true) }).await;
    assert_eq!((page.total, ids(&page)), (4, vec!["u-c".to_owned(), "u-b".to_owned()]));
    let some = Query { sort: sort("User", "userName", true), ..filtered("User", "userName le \"c\"") };
    assert_eq!(hub.ids(&some).await, ["u-c", "u-b", "u-a"], "with a filter");
    let one = Query { sort: sort("User", "userName", true), ..filtered("User", "userName eq \"b\"") };
    assert_eq!(hub.ids(&one).await, ["u-b"], "with a look-up");
}
