//! Pages that begin at a position, for cursors (RFC 9865): nothing is lost or shown twice, whatever happens meanwhile.

use std::sync::Arc;

use rollbook_protocol::{Key, fold};
use serde_json::json;

use super::fixture::{Fixture, all, delete, filtered, ids, instant, rename, sort, user};
use crate::query::LONGEST_POSITION;
use crate::{Page, Query, ResourceWrite, Resources, Start, StoreError};

/// How many people there are.
const PEOPLE: usize = 13;

/// A user of several attributes, so that sorts find equal and missing values; ids do not follow creation.
fn person(n: usize) -> ResourceWrite {
    let mut body = json!({ "userName": format!("p{n:02}"), "displayName": format!("Number {}", n % 5) });
    let mut keys = vec![Key::new("username", fold(&format!("p{n:02}")), true)];
    if let Some(title) = [Some("Boss"), None, Some("boss"), Some("Aide")][n % 4] {
        body["title"] = json!(title);
    }
    if !n.is_multiple_of(3) {
        body["nickName"] = json!("Twin");
        body["active"] = json!(n.is_multiple_of(2));
        keys.push(Key::new("displayname", fold("Twin"), false));
        body["displayName"] = json!("Twin");
    }
    ResourceWrite::Create {
        id: format!("{:02}", (n * 5) % PEOPLE).as_str().into(),
        resource_type: "User".to_owned(),
        body: body.to_string().into(),
        keys,
        display: None,
        members: Vec::new(),
        attributes: Vec::new(),
    }
}

/// Thirteen people, written one by one but for the middle ones, who share an instant.
async fn people(store: Arc<dyn Resources>) -> Fixture {
    let hub = Fixture::new(store).await;
    for n in 0..4 {
        hub.write(person(n)).await;
    }
    hub.commit((4..9).map(person)).await.expect("all are new");
    for n in 9..PEOPLE {
        hub.write(person(n)).await;
    }
    hub
}

fn sorted(path: &str, descending: bool, query: Query) -> Query {
    Query { sort: sort("User", path, descending), ..query }
}

/// Queries of each kind: a listing, filters that are read and looked up, sorts of each type and both.
fn queries() -> Vec<Query> {
    vec![
        all("User"),
        filtered("User", "userName pr"),
        filtered("User", "title pr"),
        filtered("User", "displayName eq \"TWIN\""),
        sorted("userName", false, all("User")),
        sorted("userName", true, all("User")),
        sorted("title", false, all("User")),
        sorted("title", true, all("User")),
        sorted("active", false, all("User")),
        sorted("active", true, all("User")),
        sorted("meta.created", false, all("User")),
        sorted("meta.lastModified", true, all("User")),
        sorted("title", true, filtered("User", "userName gt \"p02\"")),
        sorted("title", false, filtered("User", "displayName eq \"twin\"")),
    ]
}

fn at(query: &Query, count: usize, start: Start) -> Query {
    Query { start, count, ..query.clone() }
}

async fn first(hub: &Fixture, query: &Query, count: usize) -> Page {
    hub.page(&at(query, count, Start::First)).await
}

async fn after(hub: &Fixture, query: &Query, count: usize, page: &Page) -> Page {
    let next = page.next.clone().expect("there is a next page");
    hub.page(&at(query, count, Start::After(next))).await
}

async fn before(hub: &Fixture, query: &Query, count: usize, page: &Page) -> Page {
    let previous = page.previous.clone().expect("there is a previous page");
    hub.page(&at(query, count, Start::Before(previous))).await
}

/// The pages from a page to the end; a store that never ends fails.
async fn forward(hub: &Fixture, query: &Query, count: usize, from: Page) -> Vec<Page> {
    let mut pages = vec![from];
    while let Some(page) = pages.last().filter(|page| page.next.is_some()) {
        assert!(pages.len() <= 2 * PEOPLE, "the pages do not end: {query:?}");
        let page = after(hub, query, count, page).await;
        pages.push(page);
    }
    pages
}

/// The pages from a page to the beginning, the last one first.
async fn backward(hub: &Fixture, query: &Query, count: usize, from: Page) -> Vec<Page> {
    let mut pages = vec![from];
    while let Some(page) = pages.last().filter(|page| page.previous.is_some()) {
        assert!(pages.len() <= 2 * PEOPLE, "the pages do not end: {query:?}");
        let page = before(hub, query, count, page).await;
        pages.push(page);
    }
    pages
}

fn joined<'p>(pages: impl IntoIterator<Item = &'p Page>) -> Vec<String> {
    pages.into_iter().flat_map(ids).collect()
}

/// Checks that walking forward shows what the query shows at once.
async fn walks_forward(hub: &Fixture, query: &Query) {
    let whole = hub.page(&Query { count: 100, ..query.clone() }).await;
    for count in [1, 4, 5, 12, 13, 100] {
        let page = first(hub, query, count).await;
        assert_eq!(page.previous, None, "nothing is before the first: {query:?}");
        let pages = forward(hub, query, count, page).await;
        assert_eq!(joined(&pages), ids(&whole), "{count} a page: {query:?}");
        assert_eq!(pages.len(), whole.items.len().div_ceil(count).max(1), "{count} a page: {query:?}");
        for (n, page) in pages.iter().enumerate() {
            assert_eq!(page.total, whole.total, "the total does not depend on the page");
            assert_eq!(page.previous.is_some(), n > 0, "what is before page {n}: {query:?}");
            assert!(n + 1 == pages.len() || page.items.len() == count, "only the last page is short");
        }
    }
}

/// Checks that walking back from the last page shows everything too, and that each page knows its neighbours.
async fn walks_backward(hub: &Fixture, query: &Query) {
    let whole = hub.ids(query).await;
    for count in [1, 4, 5, 12] {
        let page = first(hub, query, count).await;
        let last = forward(hub, query, count, page).await.pop().expect("there is a page");
        let mut pages = backward(hub, query, count, last).await;
        pages.reverse();
        assert_eq!(joined(&pages), whole, "{count} a page: {query:?}");
        for (n, page) in pages.iter().enumerate() {
            assert_eq!(page.previous.is_some(), n > 0, "what is before page {n}: {query:?}");
            assert_eq!(page.next.is_some(), n + 1 < pages.len(), "what is after page {n}: {query:?}");
        }
    }
}

/// All resources of a type are walked page by page, in creation order.
pub async fn a_listing_is_walked_forward(store: Arc<dyn Resources>) {
    let hub = people(store).await;
    walks_forward(&hub, &all("User")).await;
    walks_forward(&hub, &all("Group")).await;
}

/// And back, from the last page to the first.
pub async fn a_listing_is_walked_backward(store: Arc<dyn Resources>) {
    let hub = people(store).await;
    walks_backward(&hub, &all("User")).await;
}

/// What a filter selects is walked, however it is found.
pub async fn a_filtered_answer_is_walked_forward(store: Arc<dyn Resources>) {
    let hub = people(store).await;
    for query in queries().iter().filter(|query| query.predicate.is_some() && query.sort.is_none()) {
        walks_forward(&hub, query).await;
    }
}

/// And back.
pub async fn a_filtered_answer_is_walked_backward(store: Arc<dyn Resources>) {
    let hub = people(store).await;
    for query in queries().iter().filter(|query| query.predicate.is_some() && query.sort.is_none()) {
        walks_backward(&hub, query).await;
    }
}

/// A sorted answer is walked, over values that are equal, that differ in case, and that are missing.
pub async fn a_sorted_answer_is_walked_forward(store: Arc<dyn Resources>) {
    let hub = people(store).await;
    for query in queries().iter().filter(|query| query.sort.is_some()) {
        walks_forward(&hub, query).await;
    }
}

/// And back.
pub async fn a_sorted_answer_is_walked_backward(store: Arc<dyn Resources>) {
    let hub = people(store).await;
    for query in queries().iter().filter(|query| query.sort.is_some()) {
        walks_backward(&hub, query).await;
    }
}

/// Those who turn back see the page that they came from.
pub async fn turning_back_shows_the_same_page(store: Arc<dyn Resources>) {
    let hub = people(store).await;
    for query in queries() {
        let one = first(&hub, &query, 3).await;
        let two = after(&hub, &query, 3, &one).await;
        let back = before(&hub, &query, 3, &two).await;
        assert_eq!(ids(&back), ids(&one), "{query:?}");
        let again = after(&hub, &query, 3, &back).await;
        assert_eq!(ids(&again), ids(&two), "{query:?}");
    }
}

/// Each page may be of another size.
pub async fn the_size_of_a_page_may_change(store: Arc<dyn Resources>) {
    let hub = people(store).await;
    for query in queries() {
        let whole = hub.ids(&query).await;
        let one = first(&hub, &query, 2).await;
        let two = after(&hub, &query, 1, &one).await;
        let three = after(&hub, &query, 100, &two).await;
        assert_eq!(joined([&one, &two, &three]), whole, "{query:?}");
        let back = before(&hub, &query, 2, &three).await;
        assert_eq!(ids(&back), whole[1..3], "{query:?}");
    }
}

/// A position stays where it is when the resource that it was made of is deleted.
pub async fn a_position_outlives_its_resource(store: Arc<dyn Resources>) {
    let hub = people(store).await;
    let mut walks = Vec::new();
    for query in queries() {
        let one = first(&hub, &query, 4).await;
        let two = after(&hub, &query, 3, &one).await;
        walks.push((hub.ids(&query).await, query, one, two));
    }
    // Whoever stands at an edge of a page of any of these goes, and some within.
    let mut gone = Vec::new();
    for (_, _, one, two) in &walks {
        gone.extend([ids(one)[3].clone(), ids(two)[0].clone()]);
    }
    gone.sort();
    gone.dedup();
    gone.truncate(PEOPLE - 4);
    for id in &gone {
        hub.write(delete(id)).await;
    }
    for (whole, query, one, two) in walks {
        let left =
            |ids: &[String]| -> Vec<String> { ids.iter().filter(|id| !gone.contains(id)).cloned().collect() };
        let next = Start::After(one.next.clone().expect("there is a next page"));
        assert_eq!(hub.ids(&at(&query, 100, next)).await, left(&whole[4..]), "forward: {query:?}");
        let previous = Start::Before(two.previous.clone().expect("there is a previous page"));
        assert_eq!(hub.ids(&at(&query, 100, previous)).await, left(&whole[..4]), "backward: {query:?}");
    }
}

/// A position stays where it is when the resource that it was made of moves elsewhere in the order.
pub async fn a_position_outlives_a_change(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    for name in ["a", "c", "e", "g"] {
        hub.write(user(name)).await;
    }
    let by_name = sorted("userName", false, all("User"));
    let one = first(&hub, &by_name, 2).await;
    let listed = first(&hub, &all("User"), 2).await;
    hub.write(rename("u-c", "Zoe", None)).await;
    hub.write(user("d")).await;
    let two = after(&hub, &by_name, 10, &one).await;
    assert_eq!(ids(&two), ["u-d", "u-e", "u-g", "u-c"], "the place is after `c`, whoever is there");
    assert_eq!(ids(&before(&hub, &by_name, 10, &two).await), ["u-a"]);
    let two = after(&hub, &all("User"), 10, &listed).await;
    assert_eq!(ids(&two), ["u-e", "u-g", "u-d"], "a change moves nothing in creation order");
}

/// What is created meanwhile is shown when it lies ahead, and only then.
pub async fn newcomers_are_shown_if_they_lie_ahead(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    for name in ["b", "d", "f", "h"] {
        hub.write(user(name)).await;
    }
    let rising = sorted("userName", false, all("User"));
    let falling = sorted("userName", true, all("User"));
    let listed = first(&hub, &all("User"), 2).await;
    let (up, down) = (first(&hub, &rising, 2).await, first(&hub, &falling, 2).await);
    for name in ["a", "c", "e", "g", "i"] {
        hub.write(user(name)).await;
    }
    let page = after(&hub, &all("User"), 10, &listed).await;
    assert_eq!(ids(&page), ["u-f", "u-h", "u-a", "u-c", "u-e", "u-g", "u-i"]);
    assert_eq!(page.total, 9);
    assert_eq!(ids(&after(&hub, &rising, 10, &up).await), ["u-e", "u-f", "u-g", "u-h", "u-i"]);
    assert_eq!(ids(&after(&hub, &falling, 10, &down).await), ["u-e", "u-d", "u-c", "u-b", "u-a"]);
}

/// While others create and delete between any two pages, each resource that stays is shown once.
pub async fn what_stays_is_shown_once(store: Arc<dyn Resources>) {
    let hub = people(store).await;
    for (round, query) in queries().into_iter().enumerate() {
        let stay = hub.ids(&query).await;
        // Some that come and go, before, within and after the others.
        for n in 0..4 {
            hub.write(user(&format!("p{n:02}-{round}"))).await;
        }
        let mut seen = Vec::new();
        let mut page = first(&hub, &query, 3).await;
        for n in 0_usize.. {
            assert!(n <= 3 * PEOPLE, "the pages do not end: {query:?}");
            seen.extend(ids(&page));
            if n < 4 {
                hub.write(delete(&format!("u-p{n:02}-{round}"))).await;
            }
            if page.next.is_none() {
                break;
            }
            page = after(&hub, &query, 3, &page).await;
        }
        let shown: Vec<_> = seen.iter().filter(|id| stay.contains(id)).cloned().collect();
        assert_eq!(shown, stay, "{query:?}");
    }
}

/// Where everything ahead has gone meanwhile, the page is empty and leads back.
pub async fn an_emptied_end_leads_back(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    for name in ["a", "b", "c", "d"] {
        hub.write(user(name)).await;
    }
    let queries = [all("User"), filtered("User", "userName pr"), sorted("userName", false, all("User"))];
    let mut pages = Vec::new();
    for query in &queries {
        pages.push(first(&hub, query, 2).await);
    }
    hub.commit([delete("u-c"), delete("u-d")]).await.expect("both are there");
    for (query, one) in queries.iter().zip(pages) {
        let end = after(&hub, query, 2, &one).await;
        assert_eq!((end.items.len(), end.next.as_ref(), end.total), (0, None, 2), "{query:?}");
        assert_eq!(ids(&before(&hub, query, 2, &end).await), ["u-a", "u-b"], "{query:?}");
    }
}

/// Where everything behind has gone meanwhile, the page before is empty and leads on.
pub async fn an_emptied_beginning_leads_on(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    for name in ["a", "b", "c", "d"] {
        hub.write(user(name)).await;
    }
    let queries = [all("User"), filtered("User", "userName pr"), sorted("userName", false, all("User"))];
    let mut pages = Vec::new();
    for query in &queries {
        let one = first(&hub, query, 2).await;
        let two = after(&hub, query, 2, &one).await;
        pages.push((one, two));
    }
    hub.commit([delete("u-a"), delete("u-b")]).await.expect("both are there");
    for (query, (one, two)) in queries.iter().zip(pages) {
        let start = before(&hub, query, 2, &two).await;
        assert_eq!((start.items.len(), start.previous.as_ref(), start.total), (0, None, 2), "{query:?}");
        assert_eq!(ids(&after(&hub, query, 2, &start).await), ["u-c", "u-d"], "{query:?}");
        let again = hub.page(&at(query, 2, Start::First)).await;
        assert_eq!((ids(&again), again.previous), (ids(&two), None), "{query:?}");
        let again = after(&hub, query, 2, &one).await;
        assert_eq!((ids(&again), again.previous), (ids(&two), None), "nothing is behind any more: {query:?}");
    }
}

/// Resources that came at one instant are walked by their ids.
pub async fn one_instant_is_walked_by_id(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let names: Vec<_> = (0..11).map(|n| format!("p{:02}", (n * 4) % 11)).collect();
    hub.commit(names.iter().map(|name| user(name))).await.expect("all are new");
    let page = first(&hub, &all("User"), 3).await;
    let pages = forward(&hub, &all("User"), 3, page).await;
    let expected: Vec<_> = (0..11).map(|n| format!("u-p{n:02}")).collect();
    assert_eq!(joined(&pages), expected);
    walks_backward(&hub, &all("User")).await;
}

/// A clock that went back does not disturb the pages: the order is that of the times that were noted.
pub async fn a_clock_that_went_back_is_walked(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    for (n, second) in [50, 20, 90, 20, 70, 10, 60].into_iter().enumerate() {
        hub.set_clock(second - 1);
        hub.write(user(&format!("p{n}"))).await;
    }
    assert_eq!(hub.ids(&all("User")).await, ["u-p5", "u-p1", "u-p3", "u-p0", "u-p6", "u-p4", "u-p2"]);
    walks_forward(&hub, &all("User")).await;
    walks_backward(&hub, &all("User")).await;
    let one = first(&hub, &all("User"), 3).await;
    hub.set_clock(29);
    hub.write(user("late")).await;
    let two = after(&hub, &all("User"), 2, &one).await;
    assert_eq!(ids(&two), ["u-late", "u-p0"], "what lies ahead is shown, however old it claims to be");
    assert_eq!(hub.stored("u-late").await.created, instant(30));
}

/// Texts of any length are sorted and walked: by their first characters, and no two are mixed up.
pub async fn long_texts_are_sorted_and_walked(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let long = "\u{e9}\u{1f600}x".repeat(2_000);
    let titles = [
        format!("{long}b"),
        format!("{long}a"),
        long.clone(),
        format!("b{long}"),
        format!("a{long}"),
        "a".to_owned(),
        "\u{10ffff}".repeat(1_000),
        format!("{}\u{800}", "a".repeat(499)),
        format!("{}\u{e9}", "a".repeat(499)),
    ];
    for (n, title) in titles.iter().enumerate() {
        hub.write(user(&format!("p{n}"))).await;
        hub.write(rename(&format!("u-p{n}"), &format!("p{n}"), Some(title))).await;
    }
    for descending in [false, true] {
        let query = sorted("title", descending, all("User"));
        walks_forward(&hub, &query).await;
        walks_backward(&hub, &query).await;
        let mut order = hub.ids(&query).await;
        if descending {
            order.reverse();
        }
        let place = |id: &str| order.iter().position(|it| it == id).expect("it is there");
        for (smaller, larger) in [("u-p5", "u-p8"), ("u-p8", "u-p7"), ("u-p4", "u-p3"), ("u-p3", "u-p0")] {
            assert!(place(smaller) < place(larger), "{smaller} before {larger}: {order:?}");
        }
    }
}

/// Positions are short enough for a cursor, whatever was sorted by.
pub async fn positions_are_short(store: Arc<dyn Resources>) {
    let hub = people(store).await;
    let title = "\u{1f600}".repeat(4_000);
    for id in hub.ids(&all("User")).await {
        hub.write(rename(&id, &format!("name of {id}"), Some(&title))).await;
    }
    for query in queries().into_iter().filter(|query| query.predicate.is_none()) {
        let one = first(&hub, &query, 2).await;
        let two = after(&hub, &query, 2, &one).await;
        for position in [&one.next, &two.next, &two.previous].into_iter().flatten() {
            assert!(position.len() <= LONGEST_POSITION, "{} bytes: {query:?}", position.len());
        }
    }
}

/// What is no position is refused, in either direction and of any query.
pub async fn what_is_no_position_is_refused(store: Arc<dyn Resources>) {
    let hub = people(store).await;
    let long = "9".repeat(100_000);
    for query in queries() {
        let real = first(&hub, &query, 2).await.next.expect("there is a next page");
        let cut = real.get(1..).unwrap_or_default().to_owned();
        for text in ["", " ", "x", "0", "-1", "null", "\u{0}", "''; DROP TABLE resources", &cut, &long] {
            for start in [Start::After(text.to_owned()), Start::Before(text.to_owned())] {
                let result = hub.store.query(&hub.directory, &at(&query, 2, start)).await;
                assert!(matches!(result, Err(StoreError::InvalidPosition)), "{text:?}: {result:?}");
            }
        }
    }
}

/// A position of one order is none of another one.
pub async fn a_position_of_another_order_is_refused(store: Arc<dyn Resources>) {
    let hub = people(store).await;
    let orders = [all("User"), sorted("title", false, all("User")), sorted("active", false, all("User"))];
    for (n, from) in orders.iter().enumerate() {
        let next = first(&hub, from, 2).await.next.expect("there is a next page");
        for (m, to) in orders.iter().enumerate() {
            let result = hub.store.query(&hub.directory, &at(to, 2, Start::After(next.clone()))).await;
            match result {
                Ok(_) => assert_eq!(n, m, "{from:?} is not {to:?}"),
                Err(StoreError::InvalidPosition) => assert_ne!(n, m, "{from:?}"),
                Err(other) => panic!("a wrong position is no {other:?}"),
            }
        }
    }
}

/// A position shows nothing of another directory: what is there is asked of the directory of the query.
pub async fn a_position_stays_in_its_directory(store: Arc<dyn Resources>) {
    let hub = people(Arc::clone(&store)).await;
    let other = Fixture::named(store, "other").await;
    for name in ["x", "y"] {
        other.write(user(name)).await;
    }
    for query in [all("User"), sorted("userName", false, all("User"))] {
        let one = first(&hub, &query, 1).await;
        let there = at(&query, 100, Start::After(one.next.clone().expect("there is a next page")));
        let shown = other.page(&there).await;
        assert_eq!(shown.total, 2);
        assert!(ids(&shown).iter().all(|id| id == "u-x" || id == "u-y"), "{:?}", ids(&shown));
    }
}

/// Who asks for the total alone gets no neighbours, and pages that begin at an index have none.
pub async fn totals_and_index_pages_have_no_positions(store: Arc<dyn Resources>) {
    let hub = people(store).await;
    for query in queries() {
        let next = first(&hub, &query, 2).await.next.expect("there is a next page");
        let total = hub.page(&query).await.total;
        for start in [Start::First, Start::After(next.clone()), Start::Before(next), Start::Index(2)] {
            let page = hub.page(&at(&query, 0, start)).await;
            assert_eq!((page.total, page.items.len()), (total, 0), "{query:?}");
            assert_eq!((page.next, page.previous), (None, None), "{query:?}");
        }
        let page = hub.page(&at(&query, 2, Start::Index(2))).await;
        assert_eq!((page.items.len(), page.next, page.previous), (2, None, None), "{query:?}");
    }
}
