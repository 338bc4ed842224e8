//! Members of groups: edits, versions, and reading them.

use std::sync::Arc;

use rollbook_protocol::MemberEdit;

use super::fixture::{
    Fixture, adding, delete, edit, group, group_body, instant, regroup, removing, rename, replacing,
    resource_ids, user,
};
use crate::{ChangeKind, MemberRow, Resources};

/// A group of Ann and Bob (log rows 1 to 3), and Max, who is not in it (row 4).
async fn staff(store: Arc<dyn Resources>) -> Fixture {
    let hub = Fixture::new(store).await;
    let writes = [user("Ann"), user("Bob"), group("Staff", &["u-ann", "u-bob"]), user("Max")];
    hub.commit(writes).await.expect("all are new");
    hub
}

/// Members given at creation are there, typed and named after themselves.
pub async fn members_are_shown_as_they_are(store: Arc<dyn Resources>) {
    let hub = staff(store).await;
    hub.write(group("All", &["Staff", "u-max"])).await;
    let mut rows = hub.members("All").await;
    rows.sort_by(|a, b| a.value.cmp(&b.value));
    let row = |value: &str, resource_type: &str, display: &str| MemberRow {
        value: value.to_owned(),
        resource_type: Some(resource_type.to_owned()),
        display: Some(display.to_owned()),
        seq: 5,
    };
    assert_eq!(rows, [row("Staff", "Group", "Staff (shown)"), row("u-max", "User", "Max (shown)")]);
}

/// Adding members raises the group's version and writes one row of kind `Members`.
pub async fn members_can_be_added(store: Arc<dyn Resources>) {
    let hub = staff(store).await;
    let result = hub.write(edit("Staff", [adding(&["u-max", "u-ann"])])).await;
    assert_eq!((result.version, result.changed, result.members, result.modified), (5, true, 3, instant(2)));
    assert_eq!(hub.values("Staff").await, ["u-ann", "u-bob", "u-max"]);
    let stored = hub.stored("Staff").await;
    assert_eq!((stored.version, stored.created, stored.modified), (5, instant(1), instant(2)));
    assert_eq!(stored.body, group_body("Staff"), "the body is not touched");
    assert_eq!(hub.log().await.last(), Some(&(5, "Staff".to_owned(), ChangeKind::Members)));
    assert_eq!(hub.stored("u-max").await.version, 4, "the member does not change");
}

/// Removing members leaves the others.
pub async fn members_can_be_removed(store: Arc<dyn Resources>) {
    let hub = staff(store).await;
    let result = hub.write(edit("Staff", [removing(&["u-ann", "nobody"])])).await;
    assert_eq!((result.version, result.changed, result.members), (5, true, 1));
    assert_eq!(hub.values("Staff").await, ["u-bob"]);
    assert_eq!(hub.groups_of("u-ann").await, [""; 0]);
}

/// All members can be removed, and all replaced.
pub async fn members_can_be_replaced(store: Arc<dyn Resources>) {
    let hub = staff(store).await;
    let result = hub.write(edit("Staff", [replacing(&["u-bob", "u-max"])])).await;
    assert_eq!((result.version, result.members), (5, 2));
    assert_eq!(hub.values("Staff").await, ["u-bob", "u-max"]);
    let seqs: Vec<_> = hub.members("Staff").await.into_iter().map(|row| (row.value, row.seq)).collect();
    assert!(seqs.contains(&("u-bob".to_owned(), 3)), "who stays keeps the edge: {seqs:?}");
    assert!(seqs.contains(&("u-max".to_owned(), 5)), "{seqs:?}");
    let result = hub.write(edit("Staff", [MemberEdit::RemoveAll])).await;
    assert_eq!((result.version, result.members), (6, 0));
    assert_eq!(hub.members("Staff").await, []);
}

/// Edits that end where they began write nothing (decision D23).
pub async fn edits_without_effect_write_nothing(store: Arc<dyn Resources>) {
    let hub = staff(store).await;
    let before = (hub.stored("Staff").await, hub.log().await, hub.member_changes("Staff", 0).await);
    let edits = [
        vec![],
        vec![adding(&[])],
        vec![adding(&["u-ann", "u-ann"])],
        vec![removing(&["u-max", "nobody"])],
        vec![replacing(&["u-bob", "u-ann"])],
        vec![adding(&["u-max"]), removing(&["u-max"])],
        vec![removing(&["u-ann"]), adding(&["u-ann"])],
        vec![MemberEdit::RemoveAll, adding(&["u-ann", "u-bob"])],
    ];
    for edits in edits {
        let what = format!("{edits:?}");
        let result = hub.write(edit("Staff", edits)).await;
        assert_eq!((result.version, result.changed, result.members), (3, false, 2), "{what}");
        assert_eq!(result.modified, instant(1), "{what}");
    }
    assert_eq!((hub.stored("Staff").await, hub.log().await, hub.member_changes("Staff", 0).await), before);
    assert_eq!(hub.last_seq().await, 4);
}

/// Edits happen in order; the last word on a member counts.
pub async fn edits_happen_in_order(store: Arc<dyn Resources>) {
    let hub = staff(store).await;
    let edits =
        [MemberEdit::RemoveAll, adding(&["u-max", "u-ann"]), removing(&["u-ann"]), adding(&["u-bob"])];
    let result = hub.write(edit("Staff", edits)).await;
    assert_eq!((result.version, result.members), (5, 2));
    assert_eq!(hub.values("Staff").await, ["u-bob", "u-max"]);
}

/// A filter over members must be resolved before it comes to a store.
pub async fn an_unresolved_member_filter_is_refused(store: Arc<dyn Resources>) {
    let hub = staff(store).await;
    let filter = rollbook_filter::Filter::parse("value pr").expect("the filter is right").into_owned();
    hub.refused(edit("Staff", [MemberEdit::RemoveMatching(filter)])).await;
    assert_eq!(hub.values("Staff").await, ["u-ann", "u-bob"]);
}

/// A replacement can change body and members in one row.
pub async fn replace_changes_body_and_members_at_once(store: Arc<dyn Resources>) {
    let hub = staff(store).await;
    let result = hub.write(regroup("Staff", "Crew", vec![replacing(&["u-max"])])).await;
    assert_eq!((result.version, result.changed, result.members), (5, true, 1));
    assert_eq!(hub.stored("Staff").await.body, group_body("Crew"));
    assert_eq!(hub.values("Staff").await, ["u-max"]);
    assert_eq!(hub.log().await.last(), Some(&(5, "Staff".to_owned(), ChangeKind::Replaced)));
}

/// A replacement that changes only members is logged as such; one without edits leaves them.
pub async fn replace_of_members_alone_is_a_membership_change(store: Arc<dyn Resources>) {
    let hub = staff(store).await;
    hub.write(regroup("Staff", "Staff", vec![adding(&["u-max"])])).await;
    assert_eq!(hub.log().await.last(), Some(&(5, "Staff".to_owned(), ChangeKind::Members)));
    assert_eq!(hub.changes().await[4].attributes, ["members"]);
    let result = hub.write(regroup("Staff", "Crew", Vec::new())).await;
    assert_eq!((result.version, result.members), (6, 3));
    let result = hub.write(regroup("Staff", "Crew", vec![adding(&["u-max"])])).await;
    assert_eq!((result.version, result.changed, result.members), (6, false, 3));
}

/// What is shown for a member follows the member.
pub async fn display_follows_a_rename(store: Arc<dyn Resources>) {
    let hub = staff(store).await;
    hub.write(rename("u-ann", "Anna", None)).await;
    hub.write(regroup("Staff", "Crew", Vec::new())).await;
    let rows = hub.members("Staff").await;
    let ann = rows.iter().find(|row| row.value == "u-ann").expect("Ann is a member");
    assert_eq!(ann.display.as_deref(), Some("Anna (shown)"));
    assert_eq!(ann.seq, 3, "a rename does not change the edge");
    let groups = hub.store.groups_of(&hub.directory, &"u-ann".into()).await.unwrap();
    let groups: Vec<_> = groups.iter().map(|group| (group.id.as_str(), group.display.as_deref())).collect();
    assert_eq!(groups, [("Staff", Some("Crew (shown)"))]);
    assert_eq!(hub.stored("Staff").await.version, 6, "renaming a member leaves the group's version");
}

/// The groups of a resource are those that hold it directly, now.
pub async fn groups_of_a_resource_are_the_direct_ones(store: Arc<dyn Resources>) {
    let hub = staff(store).await;
    hub.commit([group("Crew", &["u-ann"]), group("All", &["Staff"])]).await.expect("both are new");
    assert_eq!(hub.groups_of("u-ann").await, ["Crew", "Staff"]);
    assert_eq!(hub.groups_of("Staff").await, ["All"]);
    assert_eq!(hub.groups_of("u-max").await, [""; 0]);
    hub.write(edit("Crew", [removing(&["u-ann"])])).await;
    assert_eq!(hub.groups_of("u-ann").await, ["Staff"]);
    hub.write(delete("Staff")).await;
    assert_eq!(hub.groups_of("u-ann").await, [""; 0]);
}

/// Members are read in pages, each after the last value of the one before, while others come and go.
pub async fn members_come_in_stable_pages(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let names: Vec<_> = (0..25).map(|n| format!("ann{n:02}")).collect();
    let ids: Vec<_> = names.iter().map(|name| super::fixture::id_of(name)).collect();
    let writes = names.iter().map(|name| user(name));
    let values: Vec<_> = ids.iter().map(String::as_str).collect();
    hub.commit(writes.chain([group("Staff", &values)])).await.expect("all are new");
    let mut sizes = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    // A store that answers the same page again must fail here, not hang.
    for _ in 0..5 {
        let after = seen.last().map(String::as_str);
        let page = hub.store.members(&hub.directory, &"Staff".into(), after, 7).await.unwrap();
        sizes.push(page.len());
        seen.extend(page.into_iter().map(|row| row.value));
    }
    assert_eq!(sizes, [7, 7, 7, 4, 0]);
    seen.sort();
    assert_eq!(seen, ids, "every member once");
    seen.clear();
    for _ in 0..10 {
        let after = seen.last().map(String::as_str);
        let page = hub.store.members(&hub.directory, &"Staff".into(), after, 7).await.unwrap();
        assert!(page.len() <= 7, "a page is no longer than asked");
        if page.is_empty() {
            break;
        }
        seen.extend(page.into_iter().map(|row| row.value));
        // The value that the next page starts after is gone by then.
        let last = seen.last().cloned().unwrap_or_default();
        hub.write(edit("Staff", [removing(&[&last])])).await;
    }
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted, ids, "every member once");
    assert_eq!(hub.store.members(&hub.directory, &"Staff".into(), None, 0).await.unwrap(), []);
}

/// Several values can be asked about at once.
pub async fn members_among_finds_those_who_are_members(store: Arc<dyn Resources>) {
    let hub = staff(store).await;
    hub.write(edit("Staff", [removing(&["u-bob"])])).await;
    let values: Vec<_> =
        resource_ids(&["u-max", "u-bob", "nobody", "u-ann"]).iter().map(ToString::to_string).collect();
    let rows = hub.store.members_among(&hub.directory, &"Staff".into(), &values).await.unwrap();
    let rows: Vec<_> = rows.iter().map(|row| (row.value.as_str(), row.display.as_deref())).collect();
    assert_eq!(rows, [("u-ann", Some("Ann (shown)"))]);
    assert_eq!(hub.store.members_among(&hub.directory, &"Staff".into(), &[]).await.unwrap(), []);
}

/// A large group takes edits, and reads whole.
pub async fn a_large_group_takes_edits(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let names: Vec<_> = (0..2_500).map(|n| format!("ann{n:04}")).collect();
    let ids: Vec<_> = names.iter().map(|name| super::fixture::id_of(name)).collect();
    let values: Vec<_> = ids.iter().map(String::as_str).collect();
    let writes = names.iter().map(|name| user(name));
    hub.commit(writes.chain([group("Staff", &values)])).await.expect("all are new");
    assert_eq!(hub.values("Staff").await, ids);
    let result = hub.write(edit("Staff", [removing(&values[1..])])).await;
    assert_eq!((result.version, result.members), (2_502, 1));
    let result = hub.write(edit("Staff", [adding(&values)])).await;
    assert_eq!((result.version, result.members), (2_503, 2_500));
    let result = hub.write(edit("Staff", [replacing(&values[..10])])).await;
    assert_eq!((result.version, result.members), (2_504, 10));
    let among = hub.store.members_among(&hub.directory, &"Staff".into(), &ids).await.unwrap();
    assert_eq!(among.len(), 10);
}
