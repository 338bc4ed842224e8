//! The groups of resources, read for many at once or along with one: the same as read one by one.

use std::sync::Arc;

use super::fixture::{Fixture, adding, delete, edit, group, regroup, removing, rename, resource_ids, user};
use crate::{GroupRef, Resources};

async fn one_by_one(hub: &Fixture, ids: &[&str]) -> Vec<Vec<GroupRef>> {
    let mut all = Vec::new();
    for id in ids {
        all.push(hub.store.groups_of(&hub.directory, &(*id).into()).await.expect("groups can be read"));
    }
    all
}

async fn at_once(hub: &Fixture, ids: &[&str]) -> Vec<Vec<GroupRef>> {
    let all = hub.store.groups_of_each(&hub.directory, &resource_ids(ids)).await.expect("groups can be read");
    all.into_iter().map(|groups| groups.to_vec()).collect()
}

/// Compares the ways to read what belongs to one resource.
async fn check(hub: &Fixture, id: &str) {
    let stored = hub.get(id).await;
    let groups = one_by_one(hub, &[id]).await.remove(0);
    let both = hub.store.get_with_groups(&hub.directory, &id.into()).await.expect("it can be read");
    let both = both.map(|(stored, groups)| (stored, groups.to_vec()));
    assert_eq!(both, stored.map(|stored| (stored, groups)), "{id}");
}

/// The groups of several resources are those of each, in the order asked for.
pub async fn groups_of_several_are_those_of_each(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let groups = [group("B", &["u-ann", "u-bob", "x"]), group("A", &["u-ann"]), group("C", &["B"])];
    hub.commit([user("Ann"), user("Bob"), user("Max")].into_iter().chain(groups)).await.expect("all are new");
    let ids = ["u-max", "u-ann", "B", "nobody", "x", "u-bob", "u-ann"];
    let all = at_once(&hub, &ids).await;
    assert_eq!(all, one_by_one(&hub, &ids).await);
    let names = |n: usize| all[n].iter().map(|group| group.id.as_str()).collect::<Vec<_>>();
    assert_eq!((names(0), names(1), names(2)), (vec![], vec!["A", "B"], vec!["C"]));
    assert_eq!((names(3), names(4), names(5)), (vec![], vec!["B"], vec!["B"]));
    assert_eq!(names(6), names(1), "an id may be asked for twice");
    assert_eq!(at_once(&hub, &[]).await, Vec::<Vec<GroupRef>>::new());
}

/// A page of many resources has the groups of each.
pub async fn groups_of_a_page_are_those_of_each(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let names: Vec<_> = (0..300).map(|n| format!("p{n:03}")).collect();
    hub.commit(names.iter().map(|name| user(name))).await.expect("all are new");
    let values: Vec<_> = names.iter().map(|name| format!("u-{name}")).collect();
    let values: Vec<_> = values.iter().map(String::as_str).collect();
    for (n, step) in [2, 3, 5, 7].into_iter().enumerate() {
        let members: Vec<_> = values.iter().copied().step_by(step).collect();
        hub.write(group(&format!("g{n}"), &members)).await;
    }
    let all = at_once(&hub, &values).await;
    assert_eq!(all, one_by_one(&hub, &values).await);
    assert_eq!((all[0].len(), all[1].len(), all[30].len(), all[210].len()), (4, 0, 3, 4));
}

/// A resource is read along with its groups.
pub async fn a_resource_comes_with_its_groups(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit([user("Ann"), user("Bob"), group("A", &["u-ann"]), group("B", &["u-ann", "A"])])
        .await
        .expect("all are new");
    for id in ["u-ann", "u-bob", "A", "B", "nobody", "U-ANN"] {
        check(&hub, id).await;
    }
    let (stored, groups) =
        hub.store.get_with_groups(&hub.directory, &"u-ann".into()).await.unwrap().expect("she is there");
    assert_eq!((stored.id.as_str(), groups.len()), ("u-ann", 2));
}

/// What is read along follows every change at once: of the resource, of its groups and of their names.
pub async fn what_is_read_along_follows_changes(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit([user("Ann"), user("Bob"), group("A", &["u-ann"]), group("B", &[])])
        .await
        .expect("all are new");
    let writes = [
        rename("u-ann", "Anna", None),
        edit("B", [adding(&["u-ann", "u-bob", "u-max"])]),
        user("Max"),
        regroup("A", "Crew", Vec::new()),
        edit("A", [removing(&["u-ann"])]),
        delete("B"),
        group("B", &["u-bob"]),
        delete("u-bob"),
        user("Bob"),
        edit("A", [adding(&["u-bob", "B"])]),
        delete("A"),
    ];
    for write in writes {
        // Each is read before the write too, so that what was kept from then must go.
        for id in ["u-ann", "u-bob", "u-max", "A", "B"] {
            check(&hub, id).await;
        }
        let what = format!("{write:?}");
        hub.write(write).await;
        for id in ["u-ann", "u-bob", "u-max", "A", "B"] {
            check(&hub, id).await;
        }
        let ids = ["u-ann", "u-bob", "u-max", "A", "B"];
        assert_eq!(at_once(&hub, &ids).await, one_by_one(&hub, &ids).await, "{what}");
    }
    assert_eq!(hub.groups_of("u-bob").await, [""; 0]);
}

/// The exact groups and names after each change, which no way of reading may miss.
pub async fn groups_are_named_as_they_are_now(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit([user("Ann"), group("A", &["u-ann"])]).await.expect("all are new");
    let shown = async || -> Vec<(String, Option<String>)> {
        let (_, groups) =
            hub.store.get_with_groups(&hub.directory, &"u-ann".into()).await.unwrap().expect("she is there");
        groups.iter().map(|group| (group.id.to_string(), group.display.clone())).collect()
    };
    let of = |id: &str, name: &str| (id.to_owned(), Some(format!("{name} (shown)")));
    assert_eq!(shown().await, [of("A", "A")]);
    hub.write(regroup("A", "Crew", Vec::new())).await;
    assert_eq!(shown().await, [of("A", "Crew")]);
    hub.write(group("B", &["u-ann"])).await;
    assert_eq!(shown().await, [of("A", "Crew"), of("B", "B")]);
    hub.write(delete("A")).await;
    assert_eq!(shown().await, [of("B", "B")]);
    hub.write(edit("B", [removing(&["u-ann"])])).await;
    assert_eq!(shown().await, []);
    hub.write(delete("u-ann")).await;
    assert_eq!(hub.store.get_with_groups(&hub.directory, &"u-ann".into()).await.unwrap(), None);
}

/// A refused batch leaves what is read along as it was.
pub async fn a_refused_batch_is_not_read(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit([user("Ann"), group("A", &["u-ann"])]).await.expect("all are new");
    check(&hub, "u-ann").await;
    let writes = [rename("u-ann", "Anna", None), group("B", &["u-ann"]), delete("nobody")];
    hub.commit(writes).await.expect_err("nobody is there");
    check(&hub, "u-ann").await;
    let (stored, groups) =
        hub.store.get_with_groups(&hub.directory, &"u-ann".into()).await.unwrap().expect("she is there");
    assert_eq!((stored.version, groups.len()), (1, 1));
}

/// Groups are of one directory, though ids be the same in another one.
pub async fn groups_are_of_one_directory(store: Arc<dyn Resources>) {
    let hub = Fixture::new(Arc::clone(&store)).await;
    let other = Fixture::named(store, "other").await;
    hub.commit([user("Ann"), group("A", &["u-ann"])]).await.expect("all are new");
    assert_eq!(at_once(&other, &["u-ann"]).await, [vec![]]);
    check(&other, "u-ann").await;
    other.commit([user("Ann"), group("Z", &["u-ann"])]).await.expect("all are new");
    for hub in [&hub, &other] {
        check(hub, "u-ann").await;
    }
    assert_eq!(
        (hub.groups_of("u-ann").await, other.groups_of("u-ann").await),
        (vec!["A".into()], vec!["Z".into()])
    );
}
