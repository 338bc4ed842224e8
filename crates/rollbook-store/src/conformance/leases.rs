//! Leases: one node at a time, with a fence that rises with each change of hands.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::fixture::{Fixture, instant, user};
use super::ledger::{due, target};
use crate::{Batch, Lease, ResourceWrite, SettingsWrite, Store, StoreError, TargetId};

const LONG: Duration = Duration::from_secs(60);
/// Short, but longer than any store needs for a step.
const SHORT: Duration = Duration::from_millis(300);

/// A clock for stores that have none: it moves with the real one, which stores with a clock go by.
#[derive(Debug)]
struct Clock(tokio::time::Instant);

impl Clock {
    fn start() -> Self {
        Self(tokio::time::Instant::now())
    }

    fn now(&self) -> DateTime<Utc> {
        instant(0) + TimeDelta::from_std(self.0.elapsed()).expect("the test is short")
    }
}

async fn ask(store: &dyn Store, target: &TargetId, node: &str, lasts: Duration, clock: &Clock) -> Lease {
    store.lease(target, node, lasts, clock.now()).await.expect("a lease can be asked for")
}

async fn after(pause: Duration) {
    tokio::time::sleep(pause + Duration::from_millis(50)).await;
}

fn assert_fenced(error: &StoreError, of: &TargetId) {
    assert!(matches!(error, StoreError::Fenced { target } if target == of), "{error:?}");
}

/// A batch of all three kinds in a tenure.
fn batch(hub: &Fixture<dyn Store>, target: &TargetId, fence: u64, name: &str) -> Batch {
    hub.batch()
        .resource(user(name))
        .ledger(due(target, name, 200))
        .setting(SettingsWrite::PutMark { name: "m".to_owned(), value: name.to_owned().into() })
        .fenced(target.clone(), fence)
}

/// While one node holds a lease, others are told whose it is and how long it lasts.
pub async fn a_lease_is_one_nodes(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let (crm, chat) = (target(&hub, "crm").await, target(&hub, "chat").await);
    let clock = Clock::start();
    let held = ask(&*hub.store, &crm, "a", LONG, &clock).await;
    assert_eq!((held.node.as_str(), held.left), ("a", LONG));
    assert!(held.fence > 0, "0 is no tenure");
    let other = ask(&*hub.store, &crm, "b", LONG, &clock).await;
    assert_eq!((other.node.as_str(), other.fence), ("a", held.fence));
    assert!(other.left <= LONG && other.left > LONG / 2, "{other:?}");
    assert_eq!(ask(&*hub.store, &chat, "b", LONG, &clock).await.node, "b", "each target for itself");
}

/// Of nodes that ask at once, one gets it, and all are told the same.
pub async fn of_nodes_that_ask_at_once_one_gets_it(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    let mut asked = Vec::new();
    for node in 0..8 {
        let (store, crm) = (Arc::clone(&hub.store), crm.clone());
        asked.push(tokio::spawn(async move {
            let lease = store.lease(&crm, &format!("n{node}"), LONG, instant(0)).await;
            lease.expect("a lease can be asked for")
        }));
    }
    let mut answers = Vec::new();
    for lease in asked {
        let Lease { node, fence, .. } = lease.await.expect("the task ends");
        answers.push((node, fence));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

/// A renewal lasts from its own moment, and keeps the fence.
pub async fn a_renewal_keeps_the_fence(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    let clock = Clock::start();
    // Long enough to be renewed in time by a slow machine.
    let first_lasts = Duration::from_secs(2);
    let first = ask(&*hub.store, &crm, "a", first_lasts, &clock).await;
    let again = ask(&*hub.store, &crm, "a", LONG, &clock).await;
    assert_eq!((again.node.as_str(), again.fence, again.left), ("a", first.fence, LONG));
    after(first_lasts).await;
    assert_eq!(ask(&*hub.store, &crm, "b", LONG, &clock).await.node, "a");
}

/// A lease that ran out is anybody's, and the fence rises: also when the same node takes it again.
pub async fn a_lease_that_ran_out_changes_hands(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    let clock = Clock::start();
    let first = ask(&*hub.store, &crm, "a", SHORT, &clock).await;
    after(SHORT).await;
    let second = ask(&*hub.store, &crm, "b", SHORT, &clock).await;
    assert_eq!(second.node, "b");
    assert!(second.fence > first.fence, "{first:?} {second:?}");
    after(SHORT).await;
    let third = ask(&*hub.store, &crm, "b", LONG, &clock).await;
    assert!(third.fence > second.fence, "{second:?} {third:?}");
}

/// A lease that was given back is free at once; who gives back an older one changes nothing.
pub async fn a_lease_can_be_given_back(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    let clock = Clock::start();
    let first = ask(&*hub.store, &crm, "a", LONG, &clock).await;
    hub.store.release(&crm, first.fence).await.expect("a lease can be given back");
    let stale = hub.store.commit(batch(&hub, &crm, first.fence, "x")).await;
    assert_fenced(&stale.expect_err("its tenure is over"), &crm);
    let second = ask(&*hub.store, &crm, "b", LONG, &clock).await;
    assert_eq!(second.node, "b");
    assert!(second.fence > first.fence, "{first:?} {second:?}");
    hub.store.release(&crm, first.fence).await.expect("an old tenure is nobody's");
    assert_eq!(ask(&*hub.store, &crm, "a", LONG, &clock).await.node, "b");
}

/// A commit in the tenure that is written; one in an older tenure is refused whole, also when its lease was renewed by
/// nobody else yet.
pub async fn a_commit_of_an_older_tenure_is_refused_whole(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let (crm, chat) = (target(&hub, "crm").await, target(&hub, "chat").await);
    let clock = Clock::start();
    let first = ask(&*hub.store, &crm, "a", SHORT, &clock).await;
    hub.store.commit(batch(&hub, &crm, first.fence, "one")).await.expect("its tenure lasts");
    after(SHORT).await;
    let second = ask(&*hub.store, &crm, "b", LONG, &clock).await;
    let seq = hub.last_seq().await;
    let refused = hub.store.commit(batch(&hub, &crm, first.fence, "two")).await;
    assert_fenced(&refused.expect_err("its tenure is over"), &crm);
    assert!(hub.get("u-two").await.is_none());
    assert_eq!(hub.last_seq().await, seq, "no number is used up");
    assert!(hub.store.link(&crm, &"two".into()).await.unwrap().is_none());
    assert_eq!(hub.store.mark("m").await.unwrap().as_deref(), Some(&b"one"[..]));
    // A batch for two targets needs both.
    let both = batch(&hub, &crm, second.fence, "three").fenced(chat.clone(), 1);
    assert_fenced(&hub.store.commit(both).await.expect_err("nobody works on the other"), &chat);
    hub.store.commit(batch(&hub, &crm, second.fence, "two")).await.expect("its tenure lasts");
    // What names no tenure is anybody's.
    hub.write(user("four")).await;
}

/// Commits and changes of hands at the same time: what the last tenure finds is all that was accepted before.
pub async fn commits_come_before_the_change_of_hands(store: Arc<dyn Store>) {
    let hub = Arc::new(Fixture::new(store).await);
    let crm = target(&hub, "crm").await;
    for round in 0..10 {
        let clock = Clock::start();
        let lease = ask(&*hub.store, &crm, &format!("a{round}"), LONG, &clock).await;
        let writes = (0..4).map(|writer| {
            let (hub, crm) = (Arc::clone(&hub), crm.clone());
            tokio::spawn(async move {
                let mut accepted = 0;
                for number in 0..10_000 {
                    // A store that never waits would let nobody else run.
                    tokio::task::yield_now().await;
                    let name = format!("{round}-{writer}-{number}");
                    let batch = Batch::global(instant(1)).ledger(due(&crm, &name, 200));
                    match hub.store.commit(batch.fenced(crm.clone(), lease.fence)).await {
                        Ok(_) => accepted += 1,
                        Err(StoreError::Fenced { .. }) => break,
                        Err(error) => panic!("{error:?}"),
                    }
                }
                accepted
            })
        });
        let writes: Vec<_> = writes.collect();
        tokio::time::sleep(Duration::from_millis(5)).await;
        hub.store.release(&crm, lease.fence).await.unwrap();
        let found = hub.store.counts(&crm, instant(300)).await.unwrap().pending;
        for write in writes {
            let _accepted: usize = write.await.unwrap();
        }
        assert_eq!(hub.store.counts(&crm, instant(300)).await.unwrap().pending, found);
    }
}

/// Resource writes need no lease, whoever holds the target's.
pub async fn writes_of_clients_go_on(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    ask(&*hub.store, &crm, "a", LONG, &Clock::start()).await;
    let mut write = user("one");
    if let ResourceWrite::Create { attributes, .. } = &mut write {
        attributes.clear();
    }
    hub.write(write).await;
    hub.store.commit(Batch::global(instant(1)).ledger(due(&crm, "u-one", 200))).await.unwrap();
}
