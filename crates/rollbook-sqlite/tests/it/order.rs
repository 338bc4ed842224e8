//! The kept counts by which a list finds its place agree with counting, whatever came and went.

use std::path::Path;

use rollbook_sqlite::SqliteStore;
use rollbook_store::{
    Batch, Precondition, Query, ResourceId, ResourceWrite, Resources, Start, Stored, query,
};

use crate::fixture::{at, batch, directory, open, user};

/// The blocks whose count is not that of the resources in them, or that are much too large.
pub(crate) fn wrong_blocks(file: &Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(file).unwrap();
    let mut statement = connection
        .prepare(
            "SELECT b.type || ' ' || b.id || ' ' || b.live || ' <> ' || b.counted FROM (
                 SELECT b.*, (SELECT count(*) FROM resources r
                     WHERE r.directory = b.directory AND r.type = b.type AND r.deleted IS NULL
                         AND (r.created, r.id) >= (b.created, b.id)
                         AND (b.to_created IS NULL OR (r.created, r.id) < (b.to_created, b.to_id))) AS counted
                 FROM (SELECT *, lead(created) OVER w AS to_created, lead(id) OVER w AS to_id FROM blocks
                     WINDOW w AS (PARTITION BY directory, type ORDER BY created, id)) b) b
             WHERE b.live <> b.counted OR b.live NOT BETWEEN 1 AND 2000
             UNION ALL
             SELECT 'sum of ' || t.type FROM totals t WHERE t.live <> (
                 SELECT coalesce(sum(live), 0) FROM blocks b WHERE b.directory = t.directory AND b.type = t.type)",
        )
        .unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

fn blocks(file: &Path) -> usize {
    let connection = rusqlite::Connection::open(file).unwrap();
    connection.query_row("SELECT count(*) FROM blocks", [], |row| row.get(0)).unwrap()
}

fn delete(id: &ResourceId) -> ResourceWrite {
    ResourceWrite::Delete { id: id.clone(), expected: Precondition::Any }
}

async fn page(store: &SqliteStore, start: u64, count: usize) -> Vec<Stored> {
    let query = Query { start: Start::Index(start), ..Query::of("User", count) };
    let page = store.query(&directory(), &query).await.unwrap();
    assert_eq!((page.next, page.previous), (None, None));
    page.items
}

/// Compares pages at many places with the whole list, which is read without the counts.
async fn check(store: &SqliteStore) -> Vec<ResourceId> {
    assert_eq!(wrong_blocks(store.file()), Vec::<String>::new());
    let all = Query { start: Start::First, ..Query::of("User", usize::MAX - 1) };
    let all = store.query(&directory(), &all).await.unwrap();
    assert!(all.items.is_sorted_by(|a, b| query::creation_order(a, b).is_lt()));
    assert_eq!(all.total, all.items.len() as u64);
    let ids: Vec<_> = all.items.into_iter().map(|stored| stored.id).collect();
    for start in (0..ids.len() + 3).step_by(97).chain([0, 1, 999, 1_000, 1_001, ids.len()]) {
        let found: Vec<_> =
            page(store, start as u64 + 1, 3).await.into_iter().map(|stored| stored.id).collect();
        assert_eq!(found, ids.iter().skip(start).take(3).cloned().collect::<Vec<_>>(), "at {start}");
    }
    ids
}

#[tokio::test]
async fn pages_are_found_after_growth_holes_and_a_clock_that_went_back() {
    let scratch = tempfile::tempdir().unwrap();
    let store = open(&scratch.path().join("rollbook.db"));
    assert_eq!(check(&store).await.len(), 0);
    let create = async |second: i64, names: std::ops::Range<u32>, prefix: &str| {
        let mut batch = Batch::new(directory(), at(second));
        batch.resources.extend(names.map(|n| user(&format!("{prefix}{n}"))));
        store.commit(batch).await.unwrap();
    };
    // One by one and many at a time, later and earlier, at the same moment too.
    create(100, 0..3_300, "m").await;
    for n in 0..40 {
        create(200 + i64::from(n), n * 20..n * 20 + 20, "l").await;
    }
    create(50, 0..2_100, "e").await;
    create(100, 3_300..3_400, "m").await;
    create(220, 0..1_500, "n").await;
    let ids = check(&store).await;
    assert_eq!(ids.len(), 7_800);
    let most = blocks(store.file());
    assert!((5..=8).contains(&most), "{most} blocks");
    // Holes, then nearly nothing.
    for part in ids.chunks(500) {
        let mut batch = batch();
        batch.resources.extend(part.iter().step_by(3).map(delete));
        store.commit(batch).await.unwrap();
    }
    let ids = check(&store).await;
    assert_eq!(ids.len(), 5_195);
    let (kept, gone): (Vec<_>, Vec<_>) = ids.iter().enumerate().partition(|(place, _)| place % 400 == 399);
    let mut last = batch();
    last.resources.extend(gone.iter().map(|(_, id)| delete(id)));
    store.commit(last).await.unwrap();
    assert_eq!(check(&store).await.len(), kept.len());
    let least = blocks(store.file());
    assert!(least < most, "small blocks are joined, but {least} are left");
    // A deleted id comes again, at another place; within one commit something comes and goes.
    let back = gone[7].1.as_str();
    let again = batch().resource(user(back)).resource(user("x")).resource(delete(&"x".into()));
    store.commit(again).await.unwrap();
    create(0, 0..2, "first").await;
    let ids = check(&store).await;
    assert_eq!(ids.len(), kept.len() + 3);
    let mut first = [back, "first0", "first1"];
    first.sort_unstable();
    assert_eq!(ids[..3].iter().map(ResourceId::as_str).collect::<Vec<_>>(), first);
    let mut all = batch();
    all.resources.extend(ids.iter().map(delete));
    store.commit(all).await.unwrap();
    assert_eq!((check(&store).await.len(), blocks(store.file())), (0, 0));
}
