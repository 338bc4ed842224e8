//! Member edges over time: their changes, members that name nothing, and deletes.

use std::sync::Arc;

use super::fixture::{Fixture, adding, delete, edit, group, regroup, removing, rename, replacing, user};
use crate::{Batch, ChangeKind, MemberChange, ResourceWrite, Resources, StoreError};

fn change(value: &str, present: bool, seq: u64) -> MemberChange {
    MemberChange { value: value.to_owned(), present, seq }
}

async fn limited(hub: &Fixture, limit: usize, writes: Vec<ResourceWrite>) -> Result<(), StoreError> {
    let batch = Batch { unresolved_members: limit, ..hub.batch() };
    hub.store.commit(writes.into_iter().fold(batch, Batch::resource)).await.map(drop)
}

#[track_caller]
fn assert_unresolved(result: Result<(), StoreError>, of: &str, value: &str, most: usize) {
    match result {
        Err(StoreError::UnresolvedMember { group, member, limit }) => {
            assert_eq!((group.as_str(), member.as_str(), limit), (of, value, most));
        }
        other => panic!("`{value}` is one too many, but the result is: {other:?}"),
    }
}

/// An edge changes when it comes and when it goes; a removed one stays as a tombstone.
pub async fn edges_leave_tombstones(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit([user("Ann"), user("Bob"), user("Max"), group("Staff", &["u-ann", "u-bob"])]).await.unwrap();
    hub.write(edit("Staff", [removing(&["u-ann"]), adding(&["u-max"])])).await;
    let mut changes = hub.member_changes("Staff", 0).await;
    assert_eq!(changes.remove(0), change("u-bob", true, 4), "oldest first");
    changes.sort_by(|a, b| a.value.cmp(&b.value));
    assert_eq!(changes, [change("u-ann", false, 5), change("u-max", true, 5)]);
    hub.write(edit("Staff", [adding(&["u-ann"])])).await;
    assert_eq!(hub.member_changes("Staff", 5).await, [change("u-ann", true, 6)]);
    assert_eq!(hub.member_changes("Staff", 0).await.len(), 3, "one row for each edge");
    assert_eq!(hub.member_changes("Staff", 6).await, []);
    assert_eq!(hub.member_changes("nothing", 0).await, []);
}

/// Edge changes come in order of their sequence numbers, no more than asked.
pub async fn edge_changes_come_in_order(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit([user("Zoe"), user("Ann"), user("Max"), group("Staff", &[])]).await.unwrap();
    for id in ["u-zoe", "u-ann", "u-max"] {
        hub.write(edit("Staff", [adding(&[id])])).await;
    }
    hub.write(edit("Staff", [removing(&["u-zoe"])])).await;
    let group = "Staff".into();
    let first = hub.store.member_changes(&hub.directory, &group, 0, 2).await.unwrap();
    assert_eq!(first, [change("u-ann", true, 6), change("u-max", true, 7)]);
    let rest = hub.store.member_changes(&hub.directory, &group, 7, 2).await.unwrap();
    assert_eq!(rest, [change("u-zoe", false, 8)]);
    hub.write(edit("Staff", [removing(&["u-ann", "u-max"]), adding(&["u-zoe"])])).await;
    let cut = hub.store.member_changes(&hub.directory, &group, 8, 2).await.unwrap();
    assert!(cut.len() == 2 && cut.iter().all(|change| change.seq == 9), "no more than asked: {cut:?}");
    hub.write(regroup("Staff", "Crew", Vec::new())).await;
    assert_eq!(hub.member_changes("Staff", 9).await, [], "a rename changes no edge");
}

/// Edges of one group, directory and value are not mixed up with others.
pub async fn edges_belong_to_one_group_and_directory(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let other = Fixture::named(Arc::clone(&hub.store), "other").await;
    for hub in [&hub, &other] {
        hub.commit([user("Ann"), group("Staff", &["u-ann"]), group("Staff2", &["u-ann"])]).await.unwrap();
    }
    hub.write(edit("Staff", [removing(&["u-ann"])])).await;
    assert_eq!(hub.values("Staff2").await, ["u-ann"]);
    assert_eq!(other.values("Staff").await, ["u-ann"]);
    assert_eq!(other.groups_of("u-ann").await, ["Staff", "Staff2"]);
    assert_eq!(other.member_changes("Staff", 0).await, [change("u-ann", true, 2)]);
}

/// A member that names nothing is kept within the limit, without type and display (decision D6).
pub async fn members_that_name_nothing_are_kept(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit([user("Ann"), group("Staff", &["u-ann", "later"])]).await.expect("the limit is 1,000");
    let rows = hub.members("Staff").await;
    let later = rows.iter().find(|row| row.value == "later").expect("it is kept");
    assert_eq!((later.resource_type.as_deref(), later.display.as_deref(), later.seq), (None, None, 2));
    assert_eq!(hub.groups_of("later").await, ["Staff"]);
    let result = hub.write(edit("Staff", [removing(&["later"])])).await;
    assert_eq!((result.version, result.members), (3, 1));
}

/// The limit counts the members of a group that name nothing after the batch; the first over it is named.
pub async fn members_that_name_nothing_are_limited(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user("Ann")).await;
    assert_unresolved(limited(&hub, 0, vec![group("G", &["u-ann", "x"])]).await, "G", "x", 0);
    assert_eq!(hub.get("G").await, None, "nothing of the batch is done");
    assert_unresolved(limited(&hub, 2, vec![group("G", &["z", "u-ann", "y", "x"])]).await, "G", "x", 2);
    limited(&hub, 2, vec![group("G", &["z", "y", "u-ann"])]).await.expect("two are allowed");
    assert_unresolved(limited(&hub, 2, vec![edit("G", [adding(&["x"])])]).await, "G", "x", 2);
    assert_unresolved(limited(&hub, 2, vec![edit("G", [replacing(&["a", "b", "c"])])]).await, "G", "c", 2);
    assert_eq!(hub.values("G").await, ["u-ann", "y", "z"]);
    limited(&hub, 2, vec![edit("G", [replacing(&["a", "b"])])]).await.expect("the others go");
    limited(&hub, 2, vec![edit("G", [removing(&["a"]), adding(&["c"])])]).await.expect("one goes, one comes");
    assert_eq!(hub.values("G").await, ["b", "c"]);
    limited(&hub, 2, vec![group("H", &["x", "y"])]).await.expect("each group counts for itself");
}

/// A member that is created in the same batch, even later in it, names something.
pub async fn the_limit_looks_at_the_end_of_the_batch(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let writes = vec![group("G", &["u-ann", "x"]), user("Ann"), edit("G", [removing(&["x"])])];
    limited(&hub, 0, writes).await.expect("after the batch nothing dangles");
    assert_eq!(hub.values("G").await, ["u-ann"]);
    limited(&hub, 0, vec![group("H", &["H"])]).await.expect("a group names itself");
    let writes = vec![group("K", &["x", "y"]), edit("K", [removing(&["x"])])];
    assert_unresolved(limited(&hub, 0, writes).await, "K", "y", 0);
}

/// A group that is over a lowered limit already may lose members and gain ones that exist.
pub async fn a_lowered_limit_binds_only_new_members(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit([user("Ann"), group("G", &["x", "y", "z"])]).await.expect("the limit is 1,000");
    limited(&hub, 1, vec![edit("G", [adding(&["u-ann"]), removing(&["x"])])])
        .await
        .expect("nothing new dangles");
    assert_unresolved(limited(&hub, 1, vec![edit("G", [adding(&["w"])])]).await, "G", "w", 1);
    assert_eq!(hub.values("G").await, ["u-ann", "y", "z"]);
}

/// When the resource of that id comes, the member names it: type and display appear, and it no longer counts.
pub async fn a_member_resolves_when_its_resource_comes(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    limited(&hub, 1, vec![group("G", &["u-ann"])]).await.expect("one is allowed");
    hub.write(user("Ann")).await;
    let rows = hub.members("G").await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].resource_type.as_deref(), Some("User"));
    assert_eq!(rows[0].display.as_deref(), Some("Ann (shown)"));
    assert_eq!(rows[0].seq, 1, "the edge itself does not change");
    assert_eq!(hub.stored("G").await.version, 1);
    assert_eq!(hub.log().await.len(), 2, "the group has no row for it");
    limited(&hub, 1, vec![edit("G", [adding(&["x"])])]).await.expect("Ann does not count any more");
    assert_unresolved(limited(&hub, 1, vec![edit("G", [adding(&["y"])])]).await, "G", "y", 1);
}

/// Only the id resolves a member, never another value of the resource (decision D6).
pub async fn a_member_resolves_by_id_only(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit([group("G", &["ann", "Ann", "U-ANN"]), user("Ann")]).await.expect("three name nothing");
    assert!(hub.members("G").await.iter().all(|row| row.resource_type.is_none()));
    assert_eq!(hub.groups_of("u-ann").await, [""; 0]);
}

/// Deleting a resource takes it out of its groups; each of them has a row, in order of their ids, and a new version.
pub async fn delete_leaves_no_dangling_member(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let groups = [group("B", &["u-ann", "u-bob"]), group("A", &["u-ann"]), group("C", &["u-bob"])];
    hub.commit([user("Ann"), user("Bob")].into_iter().chain(groups)).await.unwrap();
    let result = hub.write(delete("u-ann")).await;
    assert_eq!(result.version, 6, "its own row comes first");
    let log = hub.log().await;
    let row = |seq, id: &str, kind| (seq, id.to_owned(), kind);
    assert_eq!(
        log[5..],
        [
            row(6, "u-ann", ChangeKind::Deleted),
            row(7, "A", ChangeKind::Members),
            row(8, "B", ChangeKind::Members)
        ]
    );
    assert_eq!(hub.values("B").await, ["u-bob"]);
    assert_eq!(hub.values("A").await, [""; 0]);
    for (id, version) in [("A", 7), ("B", 8), ("C", 5)] {
        assert_eq!(hub.stored(id).await.version, version, "{id}");
    }
    assert_eq!(hub.stored("A").await.modified, super::fixture::instant(2));
    assert_eq!(hub.member_changes("B", 6).await, [change("u-ann", false, 8)]);
    assert_eq!(hub.groups_of("u-ann").await, [""; 0]);
    let result = hub.write(edit("B", [adding(&["u-bob"])])).await;
    assert_eq!((result.changed, result.members), (false, 1));
}

/// A restored resource is in no group until somebody adds it again.
pub async fn a_restored_resource_is_in_no_group(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit([user("Ann"), group("G", &["u-ann"])]).await.unwrap();
    hub.commit([delete("u-ann"), user("Ann")]).await.unwrap();
    assert_eq!(hub.values("G").await, [""; 0]);
    let result = hub.write(edit("G", [adding(&["u-ann"])])).await;
    assert_eq!((result.changed, result.members), (true, 1));
    assert_eq!(hub.members("G").await[0].display.as_deref(), Some("Ann (shown)"));
}

/// Deleting a group leaves its members as they are; its edges become tombstones, so that a restored group knows.
pub async fn delete_of_a_group_leaves_its_members(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit([user("Ann"), group("G", &["u-ann", "x", "G"]), group("All", &["G"])]).await.unwrap();
    hub.write(delete("G")).await;
    let kinds: Vec<_> = hub.log().await.into_iter().skip(3).collect();
    let row = |seq, id: &str, kind| (seq, id.to_owned(), kind);
    assert_eq!(kinds, [row(4, "G", ChangeKind::Deleted), row(5, "All", ChangeKind::Members)]);
    assert_eq!(hub.stored("u-ann").await.version, 1);
    assert_eq!(hub.groups_of("u-ann").await, [""; 0]);
    assert_eq!(hub.members("G").await, []);
    hub.commit([group("G", &["x"])]).await.unwrap();
    assert_eq!(hub.values("G").await, ["x"]);
    let mut changes = hub.member_changes("G", 3).await;
    changes.sort_by(|a, b| a.value.cmp(&b.value));
    assert_eq!(changes, [change("G", false, 4), change("u-ann", false, 4), change("x", true, 6)]);
    let result = hub.write(rename("u-ann", "Ann", Some("Boss"))).await;
    assert_eq!(result.version, 7);
}
