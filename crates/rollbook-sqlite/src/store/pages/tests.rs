use std::collections::BTreeSet;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use chrono::DateTime;
use rollbook_protocol::{ClientKind, Key, Member, MemberEdit, Predicate, Quirks};
use rollbook_store::{Batch, Precondition, ResourceWrite, Resources, Start};

use super::*;
use crate::Options;
use crate::db::seen;

const USERS: usize = 150;

/// What begins the statements that find a place in a list, and that read a part of it.
const BLOCKS: &str = "SELECT live, created, id";
const IDS: &str = "SELECT n, id";

fn directory() -> DirectoryId {
    "d".into()
}

fn keys(name: &str) -> Vec<Key> {
    vec![Key::new("username", name, true), Key::new("displayname", "all", false)]
}

fn create(id: &str, resource_type: &str, keys: Vec<Key>, members: &[&str]) -> ResourceWrite {
    let members = members.iter().copied().map(Member::new).collect();
    ResourceWrite::Create {
        id: id.into(),
        resource_type: resource_type.to_owned(),
        body: format!(r#"{{"schemas":[],"userName":"{id}","displayName":"{id}","active":true}}"#).into(),
        keys,
        display: None,
        members: vec![MemberEdit::Add(members)],
        attributes: Vec::new(),
    }
}

fn batch() -> Batch {
    Batch::new(directory(), DateTime::UNIX_EPOCH)
}

async fn store() -> (tempfile::TempDir, SqliteStore) {
    let scratch = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&scratch.path().join("rollbook.db"), Options::default()).unwrap();
    let mut all = batch();
    for n in 0..USERS {
        let id = format!("u{n:03}");
        all.resources.push(create(&id, "User", keys(&id), &[]));
    }
    all.resources.push(create("g", "Group", vec![Key::new("displayname", "g", true)], &["u007", "u008"]));
    store.commit(all).await.unwrap();
    (scratch, store)
}

fn filtered(resource_type: &str, filter: &str) -> Query {
    let registry = rollbook_schema::Registry::standard().into();
    let quirks = Quirks::of(ClientKind::Generic);
    let limits = rollbook_filter::Limits::default();
    let predicate = Predicate::parse(filter, &limits, registry, resource_type, &quirks).unwrap();
    Query { predicate: Some(Arc::new(predicate)), ..Query::of(resource_type, 10) }
}

/// What a future answers that waits for nothing, and the statements that were run meanwhile on this thread, which are
/// all of them.
fn at_once<T>(future: impl Future<Output = Result<T, StoreError>>) -> (T, BTreeSet<&'static str>) {
    let _ = seen::statements();
    let answer = match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer.unwrap(),
        Poll::Pending => panic!("it was handed over to another thread"),
    };
    (answer, seen::statements())
}

#[tokio::test]
async fn a_query_for_a_value_is_asked_of_sqlite_once() {
    let (_scratch, store) = store().await;
    let directory = directory();
    for (resource_type, filter, total) in [
        ("User", r#"userName eq "U007""#, 1),
        ("User", r#"userName eq "nobody""#, 0),
        ("User", r#"userName eq "u007" and active eq true"#, 1),
        ("User", r#"userName eq "u007" and active eq false"#, 0),
        ("User", r#"id eq "u009""#, 1),
        ("Group", r#"displayName eq "g""#, 1),
        ("Group", r#"members.value eq "u008""#, 1),
        ("Group", r#"id eq "u009""#, 0),
    ] {
        let query = filtered(resource_type, filter);
        let (first, asked) = at_once(store.query(&directory, &query));
        assert_eq!(first.total, total, "{filter}");
        assert!(!asked.iter().any(|sql| sql.contains("BEGIN")), "{filter} is one statement: {asked:?}");
        let (second, asked) = at_once(store.query(&directory, &query));
        assert_eq!(asked, BTreeSet::new(), "{filter}");
        assert_eq!((second.total, second.items), (first.total, first.items), "{filter}");
    }
}

#[tokio::test]
async fn a_write_is_seen_by_the_next_query() {
    let (_scratch, store) = store().await;
    let directory = directory();
    let total = async |resource_type: &str, filter: &str| {
        let query = filtered(resource_type, filter);
        let page = store.query(&directory, &query).await.unwrap();
        assert_eq!(page.total, page.items.len() as u64);
        page.total
    };
    assert_eq!(total("User", r#"userName eq "u007""#).await, 1);
    assert_eq!(total("User", r#"userName eq "other""#).await, 0);
    assert_eq!(total("Group", r#"members.value eq "u007""#).await, 1);
    let ResourceWrite::Create { body, display, attributes, .. } = create("other", "User", Vec::new(), &[])
    else {
        panic!("it is none")
    };
    let (id, keys, expected) = ("u007".into(), keys("other"), Precondition::Any);
    let rename =
        ResourceWrite::Replace { id, body, keys, display, members: Vec::new(), attributes, expected };
    store.commit(batch().resource(rename)).await.unwrap();
    assert_eq!(total("User", r#"userName eq "u007""#).await, 0);
    assert_eq!(total("User", r#"userName eq "other""#).await, 1);
    let delete = ResourceWrite::Delete { id: "u007".into(), expected };
    store.commit(batch().resource(delete)).await.unwrap();
    assert_eq!(total("User", r#"userName eq "other""#).await, 0);
    assert_eq!(total("Group", r#"members.value eq "u007""#).await, 0);
    let again = create("u007", "Group", vec![Key::new("username", "other", true)], &[]);
    store.commit(batch().resource(again)).await.unwrap();
    assert_eq!(total("User", r#"userName eq "other""#).await, 0, "of another type");
}

#[tokio::test]
async fn a_list_reads_its_ids_alone() {
    let (_scratch, store) = store().await;
    let directory = directory();
    let whole = store.query(&directory, &Query::of("User", USERS)).await.unwrap();
    assert_eq!(whole.items.len(), USERS);
    // What is asked for the first time, of a page whose resources are kept, and what the second time.
    let ask = |query: &Query, columns: &[&str]| {
        let (page, asked) = at_once(store.query(&directory, query));
        let asked: BTreeSet<_> = asked.iter().map(|sql| sql.split(" FROM").next().unwrap()).collect();
        assert_eq!(asked, columns.iter().copied().collect(), "{query:?}");
        let (again, asked) = at_once(store.query(&directory, query));
        assert_eq!((&again.items, again.total, asked.len()), (&page.items, page.total, 0), "{query:?}");
        assert_eq!((&again.next, &again.previous), (&page.next, &page.previous), "{query:?}");
        page
    };
    for (start, items) in [(51, 50..150), (101, 100..150)] {
        let page = ask(&Query { start: Start::Index(start), ..Query::of("User", 100) }, &[BLOCKS, IDS]);
        assert_eq!((page.total, &page.items[..]), (whole.total, &whole.items[items]));
    }
    let first = Query { start: Start::First, ..Query::of("User", 50) };
    let page = ask(&first, &[IDS]);
    assert_eq!(page.items, whole.items[..50]);
    let next = Query { start: Start::After(page.next.unwrap()), ..first };
    let page = ask(&next, &[IDS, "SELECT 1"]);
    assert_eq!(page.items, whole.items[50..100]);
    let previous = Query { start: Start::Before(page.previous.unwrap()), ..next };
    assert_eq!(ask(&previous, &[IDS, "SELECT 1"]).items, whole.items[..50]);
    assert_eq!(ask(&Query::of("User", 0), &[]).total, USERS as u64, "the kept count says it");
    // Only what came or went makes another list.
    let mut change = batch();
    let (attributes, expected) = (Vec::new(), Precondition::Any);
    let (body, keys, members) = ("{}".into(), keys("u000"), Vec::new());
    change.resources.push(ResourceWrite::Replace {
        id: "u000".into(),
        body,
        keys,
        display: None,
        members,
        attributes,
        expected,
    });
    store.commit(change).await.unwrap();
    let (page, asked) = at_once(store.query(&directory, &previous));
    assert_eq!((&page.items[0].body[..], &page.items[1..]), (&b"{}"[..], &whole.items[1..50]));
    assert_eq!(asked.len(), 1, "the one that changed: {asked:?}");
    store.commit(batch().resource(ResourceWrite::Delete { id: "u001".into(), expected })).await.unwrap();
    let (page, _) = at_once(store.query(&directory, &previous));
    assert_eq!((page.total, &page.items[1..]), (USERS as u64 - 1, &whole.items[2..50]));
}

#[tokio::test]
async fn groups_of_a_page_are_read_once() {
    let (_scratch, store) = store().await;
    let ids: Vec<_> = (0..100).map(|n| ResourceId::new(format!("u{n:03}"))).collect();
    let groups = store.groups_of_each(&directory(), &ids).await.unwrap();
    let of: Vec<_> = ids.iter().zip(&groups).filter(|(_, groups)| !groups.is_empty()).collect();
    assert_eq!(
        of.iter().map(|(id, groups)| (id.as_str(), groups.len())).collect::<Vec<_>>(),
        [("u007", 1), ("u008", 1)]
    );
    let (again, asked) = at_once(store.groups_of_each(&directory(), &ids));
    assert_eq!((again, asked.len()), (groups, 0));
}

#[tokio::test]
async fn what_many_hold_is_not_kept_but_found() {
    let (_scratch, store) = store().await;
    let mut query = filtered("User", r#"displayName eq "all""#);
    for _ in 0..2 {
        let page = store.query(&directory(), &query).await.unwrap();
        assert_eq!((page.total, page.items.len()), (USERS as u64, 10));
    }
    query.start = Start::Index(USERS as u64);
    assert_eq!(store.query(&directory(), &query).await.unwrap().items.len(), 1);
}
