//! Waiting edges, counts, trouble and the delivery log.

use std::sync::Arc;

use super::fixture::{Fixture, instant, resource_ids};
use super::ledger::{due, failed, link, linked, target, write};
use crate::{
    Attempt, FailureClass, LedgerWrite, Link, LinkCounts, LinkState, Outcome, Step, StepName, StepStatus,
    Store, TargetId,
};

fn wait(target: &TargetId, resource: &str, on: &[&str]) -> LedgerWrite {
    LedgerWrite::SetWaiting { target: target.clone(), resource: resource.into(), on: resource_ids(on) }
}

fn wake(target: &TargetId, on: &str, at: i64) -> LedgerWrite {
    LedgerWrite::Wake { target: target.clone(), on: on.into(), at: instant(at) }
}

async fn waiting(hub: &Fixture<dyn Store>, target: &TargetId, resource: &str) -> Vec<String> {
    let on = hub.store.waiting(target, &resource.into()).await.expect("what is awaited can be read");
    let mut on: Vec<_> = on.iter().map(ToString::to_string).collect();
    on.sort();
    on
}

/// Makes a link that is confirmed, with nothing due.
async fn settle(
    hub: &Fixture<dyn Store>,
    target: &TargetId,
    resource: &str,
    edit: impl FnOnce(Link) -> Link,
) {
    write(hub, [due(target, resource, 200)]).await;
    let link = edit(link(hub, target, resource).await);
    write(hub, [LedgerWrite::Settle(link)]).await;
}

/// What a resource waits for is replaced as a whole.
pub async fn waiting_is_replaced_as_a_whole(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let (crm, chat) = (target(&hub, "crm").await, target(&hub, "chat").await);
    settle(&hub, &crm, "g", linked).await;
    write(&hub, [wait(&crm, "g", &["b", "a", "b"])]).await;
    assert_eq!(waiting(&hub, &crm, "g").await, ["a", "b"]);
    write(&hub, [wait(&crm, "g", &["b", "c"])]).await;
    assert_eq!(waiting(&hub, &crm, "g").await, ["b", "c"]);
    assert_eq!(waiting(&hub, &chat, "g").await, [""; 0], "each target for itself");
    write(&hub, [wait(&crm, "g", &[])]).await;
    assert_eq!(waiting(&hub, &crm, "g").await, [""; 0]);
}

/// What arrives wakes all that wait for it at that target, and nothing else.
pub async fn an_arrival_wakes_those_who_wait(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let (crm, chat) = (target(&hub, "crm").await, target(&hub, "chat").await);
    for (target, group) in [(&crm, "g1"), (&crm, "g2"), (&crm, "g3"), (&chat, "g1")] {
        settle(&hub, target, group, linked).await;
    }
    let waits = [wait(&crm, "g1", &["a", "b"]), wait(&crm, "g2", &["a"]), wait(&crm, "g3", &["b"])];
    write(&hub, waits.into_iter().chain([wait(&chat, "g1", &["a"])])).await;
    write(&hub, [wake(&crm, "a", 700)]).await;
    for (target, group, expected) in [
        (&crm, "g1", Some(instant(700))),
        (&crm, "g2", Some(instant(700))),
        (&crm, "g3", None),
        (&chat, "g1", None),
    ] {
        let link = link(&hub, target, group).await;
        assert_eq!((link.due_at, link.changed_at), (expected, expected), "{group} at {target}");
        assert_eq!(link.mark, 1 + u64::from(expected.is_some()));
    }
    assert_eq!(waiting(&hub, &crm, "g1").await, ["a", "b"], "the plan decides what is still awaited");
    write(&hub, [wait(&crm, "g1", &["b"]), wake(&crm, "a", 800), wake(&crm, "nothing", 900)]).await;
    assert_eq!(link(&hub, &crm, "g1").await.due_at, Some(instant(700)), "it waits for `b` alone");
    assert_eq!(link(&hub, &crm, "g2").await.due_at, Some(instant(800)));
}

/// Each link counts once.
pub async fn every_link_counts_once(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    let gone = |link| Link { state: LinkState::Gone, ..linked(link) };
    settle(&hub, &crm, "in-sync-1", linked).await;
    settle(&hub, &crm, "in-sync-2", linked).await;
    settle(&hub, &crm, "waiting", linked).await;
    settle(&hub, &crm, "gone", gone).await;
    settle(&hub, &crm, "gone-again", gone).await;
    write(&hub, [wait(&crm, "waiting", &["x", "y"])]).await;
    for (name, class, again) in [
        ("transient", FailureClass::Transient, Some(900)),
        ("throttled", FailureClass::Throttled, Some(900)),
        ("credentials", FailureClass::Credentials, Some(900)),
        ("reference", FailureClass::Reference, Some(900)),
        ("given-up", FailureClass::Transient, None),
        ("data", FailureClass::Data, Some(900)),
        ("conflict", FailureClass::Conflict, None),
        ("configuration", FailureClass::Configuration, Some(900)),
        ("awaited", FailureClass::Reference, None),
    ] {
        settle(&hub, &crm, name, |link| failed(link, class, again)).await;
    }
    write(&hub, [wait(&crm, "awaited", &["x"])]).await;
    // A confirmed one that is due again, one that waits besides, one that was never sent, one that is to be restored.
    settle(&hub, &crm, "due", linked).await;
    settle(&hub, &crm, "due-and-waiting", linked).await;
    write(&hub, [wait(&crm, "due-and-waiting", &["x"])]).await;
    write(&hub, ["due", "due-and-waiting", "new", "gone-again"].map(|id| due(&crm, id, 300))).await;
    let counts = hub.store.counts(&crm, instant(250)).await.unwrap();
    let expected = LinkCounts { in_sync: 2, pending: 4, waiting: 2, retrying: 4, failed: 4, gone: 1 };
    assert_eq!(counts, expected);
    let chat = target(&hub, "chat").await;
    write(&hub, [due(&chat, "new", 300)]).await;
    let counts = hub.store.counts(&chat, instant(250)).await.unwrap();
    assert_eq!(counts, LinkCounts { pending: 1, ..LinkCounts::default() }, "each target for itself");
}

/// Links with a failure or with something awaited are in trouble; the oldest undelivered change comes first.
pub async fn trouble_comes_oldest_first(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    settle(&hub, &crm, "fine", linked).await;
    settle(&hub, &crm, "waits", linked).await;
    write(&hub, [wait(&crm, "waits", &["x"])]).await;
    for (name, at) in [("late", 300), ("early", 200), ("pending", 100)] {
        write(&hub, [due(&crm, name, at)]).await;
    }
    for name in ["late", "early"] {
        let bad = failed(link(&hub, &crm, name).await, FailureClass::Data, None);
        write(&hub, [LedgerWrite::Settle(bad)]).await;
    }
    let ids = |links: Vec<Link>| links.into_iter().map(|link| link.resource.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(hub.store.troubled(&crm, 10).await.unwrap()), ["early", "late", "waits"]);
    assert_eq!(ids(hub.store.troubled(&crm, 1).await.unwrap()), ["early"]);
}

/// The delivery log is read newest first, of a target or of one resource there.
pub async fn attempts_come_newest_first(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let (crm, chat) = (target(&hub, "crm").await, target(&hub, "chat").await);
    let attempt = |id: &str, target: &TargetId, resource: &str, at: i64| Attempt {
        id: id.to_owned(),
        directory: hub.directory.clone(),
        target: target.clone(),
        resource: resource.into(),
        resource_type: "User".to_owned(),
        at: instant(at),
        millis: 12,
        outcome: Outcome::Failed,
        steps: vec![
            Step { name: StepName::Import, status: StepStatus::Success, detail: "read".to_owned() },
            Step { name: StepName::Act, status: StepStatus::Failure, detail: "POST: 500 \"no\"".to_owned() },
        ],
        failure: None,
    };
    let rows = [
        attempt("2", &crm, "a", 20),
        attempt("1", &crm, "b", 10),
        attempt("4", &crm, "a", 30),
        attempt("3", &crm, "b", 30),
        attempt("5", &chat, "a", 40),
    ];
    write(&hub, rows.clone().map(LedgerWrite::Append)).await;
    let ids = |rows: &[Attempt]| rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>();
    let read = hub.store.attempts(&crm, None, 10).await.unwrap();
    assert_eq!(ids(&read), ["3", "4", "2", "1"], "of one instant, the last appended first");
    assert_eq!(read[2], rows[0], "a row is kept whole");
    assert_eq!(ids(&hub.store.attempts(&crm, None, 2).await.unwrap()), ["3", "4"]);
    assert_eq!(ids(&hub.store.attempts(&crm, Some(&"a".into()), 10).await.unwrap()), ["4", "2"]);
    assert_eq!(ids(&hub.store.attempts(&crm, Some(&"a".into()), 1).await.unwrap()), ["4"]);
    assert_eq!(hub.store.attempts(&crm, Some(&"nobody".into()), 10).await.unwrap(), []);
}

/// The delivery log of a target is cut to its newest rows, and to those that are not too old; that of another is not.
pub async fn attempts_are_pruned_by_number_and_age(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let (crm, chat) = (target(&hub, "crm").await, target(&hub, "chat").await);
    let attempt = |id: &str, target: &TargetId, at: i64| Attempt {
        id: id.to_owned(),
        directory: hub.directory.clone(),
        target: target.clone(),
        resource: "a".into(),
        resource_type: "User".to_owned(),
        at: instant(at),
        millis: 1,
        outcome: Outcome::Updated,
        steps: Vec::new(),
        failure: None,
    };
    let rows = [
        attempt("1", &crm, 10),
        attempt("3", &crm, 30),
        attempt("2", &crm, 20),
        attempt("4", &crm, 30),
        attempt("5", &chat, 1),
    ];
    write(&hub, rows.map(LedgerWrite::Append)).await;
    let prune = |keep: usize, before: i64| LedgerWrite::PruneAttempts {
        target: crm.clone(),
        keep,
        before: instant(before),
    };
    let ids = async |target: &TargetId| {
        let rows = hub.store.attempts(target, None, 10).await.unwrap();
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    write(&hub, [prune(4, 10)]).await;
    assert_eq!(ids(&crm).await, ["4", "3", "2", "1"], "neither too many nor too old");
    write(&hub, [prune(4, 11)]).await;
    assert_eq!(ids(&crm).await, ["4", "3", "2"], "one is too old");
    write(&hub, [prune(1, 0)]).await;
    assert_eq!(ids(&crm).await, ["4"], "of one instant, the one appended last stays");
    write(&hub, [prune(0, 0)]).await;
    assert_eq!((ids(&crm).await, ids(&chat).await), (Vec::new(), vec!["5".to_owned()]));
}
