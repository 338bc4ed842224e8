//! Any sequence of batches leaves the SQLite store and the in-memory store with the same answers.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use rollbook_filter::{AttrPath, Limits};
use rollbook_protocol::{ClientKind, Key, Member, MemberEdit, Predicate, Quirks, Sort};
use rollbook_schema::Registry;
use rollbook_sqlite::{Options, SqliteStore};
use rollbook_store::{
    Attempt, Batch, DirectoryId, Failure, FailureClass, LedgerWrite, Link, LinkState, MemoryStore, Outcome,
    Page, Precondition, Query, ResourceId, ResourceWrite, Resources, Start, Store, TargetId,
};

use crate::fixture::{self, at, group, user};
use crate::order::wrong_blocks;

const IDS: [&str; 5] = ["a", "b", "c", "g", "h"];
const TYPES: [&str; 2] = ["User", "Group"];

fn target() -> TargetId {
    "t".into()
}

fn id() -> impl Strategy<Value = ResourceId> {
    select(&IDS[..]).prop_map(ResourceId::from)
}

fn value() -> impl Strategy<Value = String> {
    select(&["a", "b", "c", "g", "x", "y"][..]).prop_map(str::to_owned)
}

fn edit() -> impl Strategy<Value = MemberEdit> {
    let values = || proptest::collection::vec(value(), 0..4);
    let members = move || values().prop_map(|values| values.into_iter().map(Member::new).collect());
    prop_oneof![
        4 => members().prop_map(MemberEdit::Add),
        2 => values().prop_map(MemberEdit::Remove),
        1 => Just(MemberEdit::RemoveAll),
        1 => members().prop_map(MemberEdit::ReplaceAll),
    ]
}

fn edits() -> impl Strategy<Value = Vec<MemberEdit>> {
    proptest::collection::vec(edit(), 0..3)
}

fn precondition() -> impl Strategy<Value = Precondition> {
    prop_oneof![4 => Just(Precondition::Any), 1 => (1..8_u64).prop_map(Precondition::Version)]
}

/// A body with its keys: unique ones that clash now and then, and some that many may hold.
fn content() -> impl Strategy<Value = (Bytes, Vec<Key>, Option<String>)> {
    (value(), value(), any::<bool>()).prop_map(|(name, nick, unique)| {
        let body =
            format!(r#"{{"schemas":[],"userName":"{name}","displayName":"{nick}","active":{unique}}}"#);
        let keys =
            vec![Key::new("username", name.as_str(), unique), Key::new("displayname", nick.as_str(), false)];
        (Bytes::from(body), keys, Some(nick))
    })
}

fn resource() -> impl Strategy<Value = ResourceWrite> {
    prop_oneof![
        4 => (id(), select(&TYPES[..]), content(), edits()).prop_map(|(id, resource_type, content, members)| {
            let (body, keys, display) = content;
            let (resource_type, attributes) = (resource_type.to_owned(), vec!["userName".to_owned()]);
            ResourceWrite::Create { id, resource_type, body, keys, display, members, attributes }
        }),
        3 => (id(), content(), edits(), precondition()).prop_map(|(id, content, members, expected)| {
            let (body, keys, display) = content;
            ResourceWrite::Replace { id, body, keys, display, members, attributes: Vec::new(), expected }
        }),
        4 => (id(), edits(), precondition())
            .prop_map(|(id, edits, expected)| ResourceWrite::EditMembers { id, edits, expected }),
        2 => (id(), precondition()).prop_map(|(id, expected)| ResourceWrite::Delete { id, expected }),
    ]
}

fn failure() -> impl Strategy<Value = Option<Failure>> {
    let class = select(&[FailureClass::Transient, FailureClass::Data, FailureClass::Reference][..]);
    let failure = class.prop_map(|class| Failure {
        class,
        sentence: "It failed.".to_owned(),
        words: Some("no".to_owned()),
        next_step: "Wait.".to_owned(),
    });
    proptest::option::of(failure)
}

fn link() -> impl Strategy<Value = Link> {
    let state = select(&[LinkState::New, LinkState::Intent, LinkState::Linked, LinkState::Gone][..]);
    let due = proptest::option::of((0..9_i64).prop_map(at));
    (id(), select(&TYPES[..]), state, due, 0..4_u64, failure()).prop_map(
        |(resource, resource_type, state, due_at, mark, failure)| Link {
            target: target(),
            resource,
            resource_type: resource_type.to_owned(),
            state,
            remote_id: Some("r".to_owned()),
            confirmed: Some("{}".into()),
            confirmed_seq: mark,
            mark,
            due_at,
            changed_at: due_at,
            attempts: 1,
            failure,
        },
    )
}

fn ledger() -> impl Strategy<Value = LedgerWrite> {
    let ids = proptest::collection::vec(id(), 0..3);
    prop_oneof![
        (id(), select(&TYPES[..]), 0..9_i64, 0..9_i64).prop_map(|(resource, resource_type, due, changed)| {
            let (at, changed_at) = (at(due), at(changed));
            LedgerWrite::MarkDue {
                target: target(),
                resource,
                resource_type: resource_type.to_owned(),
                at,
                changed_at,
            }
        }),
        link().prop_map(LedgerWrite::PutLink),
        link().prop_map(LedgerWrite::Settle),
        (id(), ids).prop_map(|(resource, on)| LedgerWrite::SetWaiting { target: target(), resource, on }),
        (id(), 0..9_i64).prop_map(|(on, second)| LedgerWrite::Wake { target: target(), on, at: at(second) }),
        (0..9_u64).prop_map(|seq| LedgerWrite::SetCursor { target: target(), seq }),
        (id(), 0..3_i64, failure()).prop_map(|(resource, second, failure)| LedgerWrite::Append(Attempt {
            id: format!("{resource}{second}"),
            directory: "d".into(),
            target: target(),
            resource,
            resource_type: "User".to_owned(),
            at: at(second),
            millis: 3,
            outcome: Outcome::Failed,
            steps: Vec::new(),
            failure,
        })),
    ]
}

/// What goes into one batch: second, limit of unresolved members, writes.
type Plan = (i64, usize, Vec<ResourceWrite>, Vec<LedgerWrite>);

/// Small batches, so that most of them are not refused.
fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let resources = proptest::collection::vec(resource(), 0..3);
    let ledgers = proptest::collection::vec(ledger(), 0..3);
    proptest::collection::vec((0..5_i64, select(&[0, 1, 2, 9][..]), resources, ledgers), 4..24)
}

/// Three users and two groups, one of which holds a user and one that is not there, to begin with.
fn founders() -> Batch {
    let mut batch = fixture::batch().resource(group("g", &["a", "x"])).resource(group("h", &["g"]));
    batch.resources.extend(["a", "b", "c"].map(user));
    batch
}

/// Queries that an index answers, alone or in part, and such that read everything; sorted and not.
fn queries() -> Vec<Query> {
    let registry = Arc::new(Registry::standard());
    let filters = [
        ("User", r#"userName eq "A""#),
        ("User", r#"userName eq "x" and active eq true"#),
        ("User", r#"displayName eq "b""#),
        ("User", r#"userName gt "b" or displayName eq "a""#),
        ("User", r#"id eq "c""#),
        ("User", r#"groups.value eq "g""#),
        ("Group", r#"displayName eq "x""#),
        ("Group", r#"members.value eq "x""#),
        ("Group", r#"members eq "a" and displayName ne "a""#),
        ("Group", r#"id eq "g" and members eq "a""#),
        ("Group", r#"not (members.value eq "b")"#),
        ("Group", r#"members[type eq "User"]"#),
        ("Group", r#"meta.lastModified gt "2026-01-01T00:00:00Z""#),
    ];
    let sort = |resource_type| {
        let path = AttrPath::new("displayName").unwrap();
        Sort::new(&path, true, Arc::clone(&registry), resource_type)
    };
    let query = |(resource_type, filter): (&str, &str), sort, start_index, count| {
        let quirks = Quirks::of(ClientKind::Generic);
        let predicate =
            Predicate::parse(filter, &Limits::default(), Arc::clone(&registry), resource_type, &quirks)
                .unwrap();
        let resource_type = resource_type.to_owned();
        Query {
            resource_type,
            predicate: Some(Arc::new(predicate)),
            sort,
            start: Start::Index(start_index),
            count,
        }
    };
    let plain = filters.iter().map(|filter| query(*filter, None, 1, 10));
    plain.chain(filters.iter().map(|filter| query(*filter, sort(filter.0), 2, 1))).collect()
}

/// All answers of a store, as text that shows where two differ.
async fn answers(store: &dyn Store, directory: &DirectoryId) -> Vec<String> {
    let mut answers = Vec::new();
    let mut note = |what: &str, answer: &dyn std::fmt::Debug| answers.push(format!("{what}: {answer:?}"));
    note("changes", &store.changes(directory, 0, usize::MAX).await.unwrap());
    note("changes after 2", &store.changes(directory, 2, 3).await.unwrap());
    note("last_seq", &store.last_seq(directory).await.unwrap());
    for resource_type in TYPES {
        for (start_index, count) in [(1, 100), (2, 2), (1, 0), (99, 5)] {
            let query = Query {
                resource_type: resource_type.to_owned(),
                predicate: None,
                sort: None,
                start: Start::Index(start_index),
                count,
            };
            note("query", &store.query(directory, &query).await.unwrap());
        }
    }
    for resource_type in TYPES {
        note("walk", &walk(store, directory, &Query::of(resource_type, 2)).await);
        note("walk whole", &walk(store, directory, &Query::of(resource_type, 100)).await);
    }
    for query in queries() {
        note("walk filtered", &walk(store, directory, &Query { count: 1, ..query.clone() }).await);
        note("filtered", &store.query(directory, &query).await.unwrap());
    }
    for id in IDS {
        let id = ResourceId::from(id);
        let values = ["x", "a", "a", "g", "?"].map(str::to_owned);
        note("get", &store.get(directory, &id).await.unwrap());
        note("members", &store.members(directory, &id, None, usize::MAX).await.unwrap());
        note("members after b", &store.members(directory, &id, Some("b"), 2).await.unwrap());
        note("members_among", &store.members_among(directory, &id, &values).await.unwrap());
        note("groups_of", &store.groups_of(directory, &id).await.unwrap());
        note("member_changes", &store.member_changes(directory, &id, 0, usize::MAX).await.unwrap());
        note("member_changes after 3", &store.member_changes(directory, &id, 3, 2).await.unwrap());
        note("link", &store.link(&target(), &id).await.unwrap());
        note("waiting", &store.waiting(&target(), &id).await.unwrap());
        note("attempts", &store.attempts(&target(), Some(&id), 3).await.unwrap());
    }
    let ids = IDS.map(ResourceId::from);
    note("cursor", &store.cursor(&target()).await.unwrap());
    note("links", &store.links(&target(), &ids).await.unwrap());
    note("due", &store.due(&target(), "User", at(4), 3).await.unwrap());
    note("next_due", &store.next_due(&target()).await.unwrap());
    note("counts", &store.counts(&target(), at(4)).await.unwrap());
    note("troubled", &store.troubled(&target(), 4).await.unwrap());
    note("all attempts", &store.attempts(&target(), None, 5).await.unwrap());
    answers
}

/// All pages of a query by cursor, up to the end and back to the beginning; stores share the form of positions.
async fn walk(store: &dyn Store, directory: &DirectoryId, query: &Query) -> Vec<Page> {
    let mut pages = Vec::new();
    let mut start = Some(Start::First);
    while let Some(at) = start.take() {
        let page = store.query(directory, &Query { start: at, ..query.clone() }).await.unwrap();
        start = page.next.clone().map(Start::After);
        pages.push(page);
    }
    let last = pages.last().and_then(|page| page.previous.clone());
    start = last.map(Start::Before);
    while let Some(at) = start.take() {
        let page = store.query(directory, &Query { start: at, ..query.clone() }).await.unwrap();
        start = page.previous.clone().map(Start::Before);
        pages.push(page);
    }
    pages
}

/// The counts that are kept beside the rows and do not agree with them.
fn wrong_counts(file: &Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(file).unwrap();
    let mut statement = connection
        .prepare(
            "SELECT 'members of ' || g.id FROM resources g WHERE g.members <>
                 (SELECT count(*) FROM edges e WHERE e.grp = g.n AND e.present = 1)
             UNION ALL
             SELECT 'unresolved of ' || g.id FROM resources g WHERE g.unresolved <>
                 (SELECT count(*) FROM edges e WHERE e.grp = g.n AND e.present = 1 AND NOT EXISTS
                     (SELECT 1 FROM resources m WHERE m.id = e.member AND m.deleted IS NULL))
             UNION ALL
             SELECT 'total of ' || t.type FROM totals t WHERE t.live <>
                 (SELECT count(*) FROM resources r WHERE r.type = t.type AND r.deleted IS NULL)
             UNION ALL
             SELECT 'keys of ' || r.id FROM resources r JOIN keys k ON k.resource = r.n WHERE r.deleted IS NOT NULL",
        )
        .unwrap();
    let mut wrong: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    wrong.extend(wrong_blocks(file));
    wrong
}

#[test]
fn answers_as_the_memory_store_does() {
    same_as_memory(&Options::default().cache(0));
}

/// With answers kept in memory, and asked for after each commit, so that each of them may be out of date.
#[test]
fn answers_as_the_memory_store_does_with_a_cache() {
    same_as_memory(&Options::default());
}

fn same_as_memory(options: &Options) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let cases = std::env::var("PROPTEST_CASES").map_or(80, |cases| cases.parse().unwrap());
    let by_index = |query: &Query| {
        query.sort.is_none() && query.predicate.as_ref().is_some_and(|predicate| predicate.lookup().is_some())
    };
    let indexed: Vec<_> = queries().into_iter().filter(by_index).collect();
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&plans(), |plans| {
        let memory = MemoryStore::new();
        let home = tempfile::tempdir_in(&scratch).unwrap();
        let sqlite = SqliteStore::open(&home.path().join("rollbook.db"), options.clone()).unwrap();
        let directory = fixture::directory();
        runtime.block_on(async {
            memory.commit(founders()).await.unwrap();
            sqlite.commit(founders()).await.unwrap();
            for (second, limit, resources, ledger) in plans {
                let mut batch = Batch::new(directory.clone(), at(second));
                (batch.unresolved_members, batch.resources, batch.ledger) = (limit, resources, ledger);
                let (left, right) = (memory.commit(batch.clone()).await, sqlite.commit(batch).await);
                proptest::prop_assert_eq!(format!("{:?}", left), format!("{:?}", right));
                let (left, right) = (
                    points(&memory, &directory, &indexed).await,
                    points(&sqlite, &directory, &indexed).await,
                );
                proptest::prop_assert_eq!(left, right);
            }
            let (left, right) = (answers(&memory, &directory).await, answers(&sqlite, &directory).await);
            proptest::prop_assert_eq!(left, right);
            proptest::prop_assert_eq!(wrong_counts(sqlite.file()), Vec::<String>::new());
            Ok(())
        })
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// The answers that may come from a cache.
async fn points(store: &dyn Store, directory: &DirectoryId, indexed: &[Query]) -> Vec<String> {
    let ids = IDS.map(ResourceId::from);
    let mut points = vec![format!("{:?}", store.groups_of_each(directory, &ids).await.unwrap())];
    for id in &ids {
        points.push(format!("{:?}", store.get(directory, id).await.unwrap()));
        points.push(format!("{:?}", store.get_with_groups(directory, id).await.unwrap()));
    }
    for query in indexed {
        points.push(format!("{:?}", store.query(directory, query).await.unwrap()));
    }
    for query in TYPES.map(|resource_type| Query::of(resource_type, 3)) {
        points.push(format!("{:?}", store.query(directory, &query).await.unwrap()));
        let first = Query { start: Start::First, ..query };
        points.push(format!("{:?}", store.query(directory, &first).await.unwrap()));
    }
    points
}
