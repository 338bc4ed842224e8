//! Pages that begin at an index, and totals, over many resources that come and go.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::fixture::{Fixture, all, delete, group, ids, rename, user, user_with};
use crate::{Query, Resources, Start};

/// Compares pages at many starts with the order that is known, and the totals with its length.
async fn check(hub: &Fixture, order: &[String], starts: impl IntoIterator<Item = usize>) {
    for start in starts {
        for count in [1, 7] {
            let index = u64::try_from(start + 1).expect("the index is small");
            let query = Query { start: Start::Index(index), ..Query::of("User", count) };
            let page = hub.page(&query).await;
            let expected: Vec<_> = order.iter().skip(start).take(count).cloned().collect();
            assert_eq!(ids(&page), expected, "{count} from {index} on");
            assert_eq!(page.total, u64::try_from(order.len()).expect("they are few"));
        }
    }
}

/// Starts at the ends, at and beside powers of two, and some between.
fn starts(length: usize) -> BTreeSet<usize> {
    let powers = (0..12).map(|n| 1_usize << n).flat_map(|power| [power - 1, power, power + 1]);
    let others = (0..length + 10).step_by(61);
    powers.chain(others).chain([length.saturating_sub(1), length, length + 1]).collect()
}

/// Any index finds its place among many resources.
pub async fn any_start_finds_its_place(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let mut order = Vec::new();
    for batch in 0..12 {
        let names: Vec<_> = (0..50).map(|n| format!("p{:04}", batch * 50 + n)).collect();
        hub.commit(names.iter().map(|name| user(name))).await.expect("all are new");
        order.extend(names.iter().map(|name| format!("u-{name}")));
    }
    check(&hub, &order, starts(order.len())).await;
}

/// Deletions in the middle, at the beginning and at the end move those behind them, at any index.
pub async fn deletions_move_those_behind_them(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let names: Vec<_> = (0..600).map(|n| format!("p{n:04}")).collect();
    hub.commit(names.iter().map(|name| user(name))).await.expect("all are new");
    let mut order: Vec<_> = names.iter().map(|name| format!("u-{name}")).collect();
    let gone = |n: usize| n < 3 || (100..230).contains(&n) || n % 7 == 5 || n > 596;
    let leaving: Vec<_> = (0..600).filter(|n| gone(*n)).map(|n| delete(&format!("u-p{n:04}"))).collect();
    for part in leaving.chunks(40) {
        hub.commit(part.iter().cloned()).await.expect("all are there");
    }
    let mut n = 0;
    order.retain(|_| {
        n += 1;
        !gone(n - 1)
    });
    check(&hub, &order, starts(order.len())).await;
    // What comes back is new, and so it comes last.
    hub.commit([user("p0150"), user("p0001")]).await.expect("both are gone");
    order.extend(["u-p0001".to_owned(), "u-p0150".to_owned()]);
    check(&hub, &order, starts(order.len())).await;
}

/// The order is that of the times that were noted, also where the clock went back, at any index.
pub async fn a_clock_that_went_back_keeps_pages_whole(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let mut known = Vec::new();
    for n in 0..260_i64 {
        // A clock that jumps ahead and back, and stands still now and then.
        let second = (n * 37) % 101 + n / 3;
        hub.set_clock(second - 1);
        hub.write(user(&format!("p{n:03}"))).await;
        known.push((second, format!("u-p{n:03}")));
        if n % 11 == 10 {
            let (_, id) = known.remove(known.len() / 2);
            hub.write(delete(&id)).await;
        }
    }
    known.sort();
    let order: Vec<_> = known.into_iter().map(|(_, id)| id).collect();
    check(&hub, &order, starts(order.len())).await;
}

/// Totals follow every write, and those that are refused or change nothing leave them.
pub async fn totals_follow_every_write(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let total = async || hub.page(&Query::of("User", 0)).await.total;
    assert_eq!(total().await, 0);
    hub.commit([user("a"), user("b"), user("c")]).await.expect("all are new");
    assert_eq!(total().await, 3);
    hub.write(rename("u-a", "aa", Some("Boss"))).await;
    assert_eq!(total().await, 3, "a change counts nothing");
    hub.commit([user("d"), user("b")]).await.expect_err("`b` is taken");
    assert_eq!(total().await, 3, "a refused batch counts nothing");
    hub.commit([user("d"), delete("u-a"), delete("u-d")]).await.expect("in order");
    assert_eq!(total().await, 2);
    hub.commit([delete("u-b"), delete("nobody")]).await.expect_err("nobody is there");
    assert_eq!(total().await, 2, "a refused deletion counts nothing");
    hub.commit([delete("u-b"), delete("u-c")]).await.expect("both are there");
    assert_eq!(total().await, 0);
}

/// A resource that is restored counts once, and is listed once, as the newest.
pub async fn a_restored_resource_counts_once(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.commit([user("a"), user("b"), user("c")]).await.expect("all are new");
    for round in 0..3 {
        hub.write(delete("u-a")).await;
        assert_eq!(hub.page(&all("User")).await.total, 2, "round {round}");
        hub.write(user("a")).await;
        let page = hub.page(&all("User")).await;
        assert_eq!((page.total, ids(&page)), (3, ["u-b", "u-c", "u-a"].map(str::to_owned).to_vec()));
    }
    // It may come back as another type.
    hub.write(delete("u-a")).await;
    hub.write(group("u-a", &[])).await;
    assert_eq!(hub.page(&all("User")).await.total, 2);
    let page = hub.page(&all("Group")).await;
    assert_eq!((page.total, ids(&page)), (1, vec!["u-a".to_owned()]));
}

/// Each type of each directory has its own total.
pub async fn totals_are_of_one_type_and_directory(store: Arc<dyn Resources>) {
    let hub = Fixture::new(Arc::clone(&store)).await;
    let other = Fixture::named(store, "other").await;
    hub.commit([user("a"), user("b"), group("g", &["u-a"])]).await.expect("all are new");
    other.commit([user("a"), group("g", &[]), group("h", &[])]).await.expect("all are new");
    other.write(delete("u-a")).await;
    for (hub, resource_type, expected) in [
        (&hub, "User", 2),
        (&hub, "Group", 1),
        (&other, "User", 0),
        (&other, "Group", 2),
        (&other, "Device", 0),
    ] {
        assert_eq!(hub.page(&Query::of(resource_type, 0)).await.total, expected, "{resource_type}");
    }
}

/// A total is right while many write at the same time.
pub async fn totals_are_right_under_concurrent_writes(store: Arc<dyn Resources>) {
    let hub = Arc::new(Fixture::new(store).await);
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let hub = Arc::clone(&hub);
            tokio::spawn(async move {
                let (a, b) = (format!("a{n}"), format!("b{n}"));
                hub.commit([user(&a), user(&b)]).await.expect("both are new");
                if n % 2 == 0 {
                    hub.commit([delete(&format!("u-{a}"))]).await.expect("it is there");
                }
                hub.commit([user_with(&format!("x{n}"), &b)]).await.expect_err("the name is taken");
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("the task ends");
    }
    let page = hub.page(&all("User")).await;
    assert_eq!((page.total, page.items.len()), (30, 30));
}
