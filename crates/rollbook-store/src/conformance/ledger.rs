//! Links: marks, intents, settling, what is due, cursors.

use std::sync::Arc;

use super::fixture::{Fixture, delete, instant, resource_ids, user};
use crate::{
    Batch, Failure, FailureClass, LedgerWrite, Link, LinkState, SettingsWrite, Store, Target, TargetHealth,
    TargetId,
};

/// Puts a target and answers its id.
pub(super) async fn target(hub: &Fixture<dyn Store>, name: &str) -> TargetId {
    let target = Target {
        id: TargetId::new(format!("t-{name}")),
        directory: hub.directory.clone(),
        name: name.to_owned(),
        connector: "scim2".to_owned(),
        url: format!("https://{name}.example/scim/v2"),
        profile: "{}".into(),
        credential: None,
        created: instant(0),
        health: TargetHealth::default(),
    };
    let id = target.id.clone();
    let batch = Batch::global(instant(0)).setting(SettingsWrite::PutTarget(target));
    hub.store.commit(batch).await.expect("a target can be put");
    id
}

/// Marks a user due, now and as changed a hundred seconds before.
pub(super) fn due(target: &TargetId, resource: &str, at: i64) -> LedgerWrite {
    due_as(target, resource, "User", at)
}

fn due_as(target: &TargetId, resource: &str, resource_type: &str, at: i64) -> LedgerWrite {
    LedgerWrite::MarkDue {
        target: target.clone(),
        resource: resource.into(),
        resource_type: resource_type.to_owned(),
        at: instant(at),
        changed_at: instant(at - 100),
    }
}

pub(super) async fn write(hub: &Fixture<dyn Store>, writes: impl IntoIterator<Item = LedgerWrite>) {
    let batch = writes.into_iter().fold(Batch::global(instant(0)), Batch::ledger);
    hub.store.commit(batch).await.expect("the ledger is written");
}

pub(super) async fn link(hub: &Fixture<dyn Store>, target: &TargetId, resource: &str) -> Link {
    let link = hub.store.link(target, &resource.into()).await.expect("a link can be read");
    link.unwrap_or_else(|| panic!("there is a link of `{resource}`"))
}

/// A link as after a success: linked, nothing due.
pub(super) fn linked(mut link: Link) -> Link {
    link.state = LinkState::Linked;
    link.remote_id = Some(format!("remote {}", link.resource));
    link.confirmed = Some("{\"userName\":\"Ann\"}".into());
    link.confirmed_seq = 7;
    link.due_at = None;
    link.changed_at = None;
    link.attempts = 0;
    link.failure = None;
    link
}

/// A link as after a failure, to be tried again at a time, or not.
pub(super) fn failed(mut link: Link, class: FailureClass, again: Option<i64>) -> Link {
    link.attempts += 1;
    link.failure = Some(Failure {
        class,
        sentence: "The service did not take it.".to_owned(),
        words: Some("no \"thanks\"".to_owned()),
        next_step: "Look at the service's log.".to_owned(),
    });
    link.due_at = again.map(instant);
    link
}

fn due_ids(links: &[Link]) -> Vec<&str> {
    links.iter().map(|link| link.resource.as_str()).collect()
}

/// Marking due makes a new link.
pub async fn marking_due_makes_a_link(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    assert_eq!(hub.store.link(&crm, &"u-ann".into()).await.unwrap(), None);
    write(&hub, [due(&crm, "u-ann", 200)]).await;
    let expected = Link {
        target: crm.clone(),
        resource: "u-ann".into(),
        resource_type: "User".to_owned(),
        state: LinkState::New,
        remote_id: None,
        confirmed: None,
        confirmed_seq: 0,
        mark: 1,
        due_at: Some(instant(200)),
        changed_at: Some(instant(100)),
        attempts: 0,
        failure: None,
    };
    assert_eq!(link(&hub, &crm, "u-ann").await, expected);
    let chat = target(&hub, "chat").await;
    assert_eq!(hub.store.link(&chat, &"u-ann".into()).await.unwrap(), None, "a link is of one target");
}

/// Marking due again raises the mark, moves the time, and keeps the moment of the oldest change.
pub async fn marking_due_again_keeps_the_oldest_change(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    write(&hub, [due(&crm, "u-ann", 200), due(&crm, "u-ann", 300)]).await;
    let stored = link(&hub, &crm, "u-ann").await;
    assert_eq!((stored.mark, stored.due_at, stored.changed_at), (2, Some(instant(300)), Some(instant(100))));
    write(&hub, [LedgerWrite::Settle(linked(stored)), due(&crm, "u-ann", 400)]).await;
    let stored = link(&hub, &crm, "u-ann").await;
    assert_eq!((stored.mark, stored.due_at, stored.changed_at), (3, Some(instant(400)), Some(instant(300))));
    assert_eq!(stored.remote_id.as_deref(), Some("remote u-ann"), "the rest stays");
    assert_eq!(stored.state, LinkState::Linked);
}

/// An intent is kept whole, but for the mark and the two times, which stay as they are stored.
pub async fn an_intent_does_not_touch_what_is_due(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    write(&hub, [due(&crm, "u-ann", 200)]).await;
    let read = link(&hub, &crm, "u-ann").await;
    write(&hub, [due(&crm, "u-ann", 300)]).await;
    let intent = Link {
        state: LinkState::Intent,
        remote_id: Some("r".to_owned()),
        confirmed: Some("{}".into()),
        confirmed_seq: 3,
        attempts: 2,
        due_at: None,
        changed_at: None,
        ..failed(read, FailureClass::Throttled, None)
    };
    write(&hub, [LedgerWrite::PutLink(intent.clone())]).await;
    let expected = Link { mark: 2, due_at: Some(instant(300)), changed_at: Some(instant(100)), ..intent };
    assert_eq!(link(&hub, &crm, "u-ann").await, expected);
    assert_eq!(hub.store.next_due(&crm).await.unwrap(), Some(instant(300)));
}

/// Settling the mark that was worked on clears what is due.
pub async fn settling_the_same_mark_clears_it(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    write(&hub, [due(&crm, "u-ann", 200)]).await;
    let done = linked(link(&hub, &crm, "u-ann").await);
    write(&hub, [LedgerWrite::Settle(done.clone())]).await;
    assert_eq!(link(&hub, &crm, "u-ann").await, done);
    assert_eq!(hub.store.next_due(&crm).await.unwrap(), None);
    assert_eq!(hub.store.due(&crm, "User", instant(9_999), 10).await.unwrap(), []);
}

/// Settling an older mark keeps what a newer change has made due.
pub async fn settling_an_older_mark_keeps_it_due(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    write(&hub, [due(&crm, "u-ann", 200)]).await;
    let done = linked(link(&hub, &crm, "u-ann").await);
    write(&hub, [due(&crm, "u-ann", 300), LedgerWrite::Settle(done.clone())]).await;
    let expected = Link { mark: 2, due_at: Some(instant(300)), changed_at: Some(instant(100)), ..done };
    assert_eq!(link(&hub, &crm, "u-ann").await, expected);
    assert_eq!(hub.store.due(&crm, "User", instant(300), 10).await.unwrap(), [expected]);
}

/// A failure is kept with its words and its next time.
pub async fn settling_a_failure_keeps_it(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    write(&hub, [due(&crm, "u-ann", 200)]).await;
    let bad = failed(link(&hub, &crm, "u-ann").await, FailureClass::Transient, Some(500));
    write(&hub, [LedgerWrite::Settle(bad.clone())]).await;
    assert_eq!(link(&hub, &crm, "u-ann").await, bad);
    assert_eq!(hub.store.next_due(&crm).await.unwrap(), Some(instant(500)));
    let classes = [
        FailureClass::Throttled,
        FailureClass::Credentials,
        FailureClass::Configuration,
        FailureClass::Data,
        FailureClass::Conflict,
        FailureClass::Reference,
    ];
    for class in classes {
        let bad = failed(link(&hub, &crm, "u-ann").await, class, None);
        write(&hub, [LedgerWrite::Settle(bad.clone())]).await;
        assert_eq!(link(&hub, &crm, "u-ann").await, bad);
    }
}

/// A link can be written without having been marked, as a takeover does.
pub async fn a_link_can_be_put_whole(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    write(&hub, [due(&crm, "u-ann", 200)]).await;
    let ann = linked(link(&hub, &crm, "u-ann").await);
    let taken = Link { resource: "u-new".into(), ..ann };
    write(&hub, [LedgerWrite::PutLink(taken.clone())]).await;
    assert_eq!(link(&hub, &crm, "u-new").await, taken);
    let settled = Link { resource: "u-other".into(), due_at: Some(instant(900)), ..taken };
    write(&hub, [LedgerWrite::Settle(settled.clone())]).await;
    assert_eq!(link(&hub, &crm, "u-other").await, settled);
}

/// What is due comes oldest first, of one type, no more than asked, and not before its time.
pub async fn due_links_come_oldest_first(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    let chat = target(&hub, "chat").await;
    let marks = [("c", 203), ("a", 205), ("b", 201), ("e", 203), ("f", 900)];
    write(&hub, marks.map(|(id, at)| due(&crm, id, at))).await;
    write(&hub, [due_as(&crm, "g", "Group", 200), due(&chat, "z", 100)]).await;
    let ids = async |kind: &str, now: i64, limit: usize| -> Vec<String> {
        let links = hub.store.due(&crm, kind, instant(now), limit).await.unwrap();
        due_ids(&links).into_iter().map(str::to_owned).collect()
    };
    assert_eq!(ids("User", 205, 10).await, ["b", "c", "e", "a"]);
    assert_eq!(ids("User", 204, 10).await, ["b", "c", "e"]);
    assert_eq!(ids("User", 205, 2).await, ["b", "c"]);
    assert_eq!(ids("User", 200, 10).await, [""; 0]);
    assert_eq!(ids("Group", 205, 10).await, ["g"]);
    assert_eq!(hub.store.next_due(&crm).await.unwrap(), Some(instant(200)), "of any type");
    assert_eq!(hub.store.next_due(&chat).await.unwrap(), Some(instant(100)));
    write(&hub, [due(&crm, "b", 300)]).await;
    assert_eq!(ids("User", 250, 10).await, ["c", "e", "a"], "a link is due once, at its newest time");
}

/// A target without links is never due.
pub async fn a_new_target_is_never_due(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    // Its neighbours on both sides have something to do.
    for name in ["chat", "web"] {
        let busy = target(&hub, name).await;
        write(&hub, [due(&busy, "u-ann", 200), LedgerWrite::SetCursor { target: busy.clone(), seq: 1 }])
            .await;
    }
    assert_eq!(hub.store.next_due(&crm).await.unwrap(), None);
    assert_eq!(hub.store.cursor(&crm).await.unwrap(), 0);
    assert_eq!(hub.store.due(&crm, "User", instant(9_999), 10).await.unwrap(), []);
    assert_eq!(hub.store.counts(&crm, instant(0)).await.unwrap(), crate::LinkCounts::default());
    assert_eq!(hub.store.troubled(&crm, 10).await.unwrap(), []);
    assert_eq!(hub.store.attempts(&crm, None, 10).await.unwrap(), []);
}

/// Several links can be read at once; those that are not there are left out.
pub async fn several_links_are_read_at_once(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    let chat = target(&hub, "chat").await;
    write(&hub, [due(&crm, "a", 200), due(&crm, "b", 200), due(&crm, "c", 200), due(&chat, "d", 200)]).await;
    let mut links = hub.store.links(&crm, &resource_ids(&["c", "d", "x", "a"])).await.unwrap();
    links.sort_by(|a, b| a.resource.cmp(&b.resource));
    assert_eq!(due_ids(&links), ["a", "c"]);
    assert_eq!(links[0], link(&hub, &crm, "a").await);
    assert_eq!(hub.store.links(&crm, &[]).await.unwrap(), []);
}

/// A cursor moves forward only, each target for itself.
pub async fn a_cursor_never_goes_back(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let (crm, chat) = (target(&hub, "crm").await, target(&hub, "chat").await);
    for (seq, expected) in [(5, 5), (3, 5), (5, 5), (9, 9), (0, 9)] {
        write(&hub, [LedgerWrite::SetCursor { target: crm.clone(), seq }]).await;
        assert_eq!(hub.store.cursor(&crm).await.unwrap(), expected);
    }
    assert_eq!(hub.store.cursor(&chat).await.unwrap(), 0);
}

/// Deleting a resource leaves its links, so that the account at the target can be found and removed.
pub async fn links_outlive_their_resource(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let crm = target(&hub, "crm").await;
    hub.write(user("Ann")).await;
    write(&hub, [due(&crm, "u-ann", 200)]).await;
    let before = linked(link(&hub, &crm, "u-ann").await);
    write(&hub, [LedgerWrite::Settle(before.clone())]).await;
    hub.write(delete("u-ann")).await;
    assert_eq!(hub.get("u-ann").await, None);
    assert_eq!(link(&hub, &crm, "u-ann").await, before);
    write(&hub, [due(&crm, "u-ann", 300)]).await;
    assert_eq!(due_ids(&hub.store.due(&crm, "User", instant(300), 10).await.unwrap()), ["u-ann"]);
}
