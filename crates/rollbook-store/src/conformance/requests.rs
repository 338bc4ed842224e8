//! The inbound request log.

use std::sync::Arc;

use chrono::TimeDelta;

use super::fixture::{Fixture, assert_missing, instant};
use crate::{Batch, DirectoryId, RequestRecord, SettingsWrite, Store};

/// A request of a path, answered at a time.
pub(super) fn request(directory: Option<&DirectoryId>, path: &str, at: i64) -> RequestRecord {
    RequestRecord {
        at: instant(at),
        directory: directory.cloned(),
        client: None,
        token: None,
        method: "GET".to_owned(),
        path: path.to_owned(),
        status: 200,
        reason: None,
        micros: 85,
    }
}

pub(super) async fn append(store: &Arc<dyn Store>, records: impl IntoIterator<Item = RequestRecord>) {
    let writes = records.into_iter().map(SettingsWrite::AppendRequest);
    let batch = writes.fold(Batch::global(instant(9)), Batch::setting);
    store.commit(batch).await.expect("requests can be noted");
}

/// The paths in the log, newest first.
pub(super) async fn paths(
    store: &Arc<dyn Store>,
    directory: Option<&DirectoryId>,
    limit: usize,
) -> Vec<String> {
    let records = store.requests(directory, limit).await.expect("the log can be read");
    records.into_iter().map(|record| record.path).collect()
}

async fn prune(store: &Arc<dyn Store>, directory: Option<&DirectoryId>, keep: usize, before: i64) {
    let write = SettingsWrite::PruneRequests { directory: directory.cloned(), keep, before: instant(before) };
    store.commit(Batch::global(instant(9)).setting(write)).await.expect("the log can be pruned");
}

/// A request is noted whole, with and without what may be missing.
pub async fn a_request_is_kept_whole(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let full = RequestRecord {
        at: instant(5) + TimeDelta::milliseconds(125),
        client: Some("2001:db8::1".to_owned()),
        token: Some("rbk_abcd".to_owned()),
        method: "PATCH".to_owned(),
        path: "/scim/v2/acme/Users/\u{e9}\"'".to_owned(),
        status: 401,
        reason: Some("this is a client secret, not a token".to_owned()),
        micros: 1_234_567,
        ..request(Some(&hub.directory), "", 0)
    };
    let plain = request(Some(&hub.directory), "/scim/v2/acme/Users", 6);
    append(&hub.store, [full.clone(), plain.clone()]).await;
    assert_eq!(hub.store.requests(Some(&hub.directory), 10).await.unwrap(), [plain, full]);
}

/// The newest comes first, and no more than asked.
pub async fn requests_come_newest_first(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let acme = Some(&hub.directory);
    assert_eq!(paths(&hub.store, acme, 10).await, [""; 0]);
    append(&hub.store, [request(acme, "a", 1), request(acme, "b", 2)]).await;
    append(&hub.store, [request(acme, "c", 2), request(acme, "d", 3)]).await;
    assert_eq!(paths(&hub.store, acme, 10).await, ["d", "c", "b", "a"]);
    assert_eq!(paths(&hub.store, acme, 2).await, ["d", "c"]);
    assert_eq!(paths(&hub.store, acme, 0).await, [""; 0]);
}

/// The order is that of being noted, whatever the clock said.
pub async fn requests_are_in_the_order_of_being_noted(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let acme = Some(&hub.directory);
    for (path, at) in [("a", 50), ("b", 10), ("c", 90), ("d", 10)] {
        append(&hub.store, [request(acme, path, at)]).await;
    }
    assert_eq!(paths(&hub.store, acme, 3).await, ["d", "c", "b"]);
    prune(&hub.store, acme, 100, 50).await;
    assert_eq!(paths(&hub.store, acme, 10).await, ["c", "a"], "what goes by age goes by its time");
}

/// Each directory has a log of its own, and so have requests that belong to none.
pub async fn each_directory_has_its_own_requests(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let other = Fixture::named(Arc::clone(&hub.store), "other").await;
    let (acme, other) = (Some(&hub.directory), Some(&other.directory));
    let records =
        [request(acme, "a", 1), request(None, "n", 2), request(other, "o", 3), request(None, "m", 4)];
    append(&hub.store, records).await;
    append(&hub.store, [request(acme, "b", 5)]).await;
    assert_eq!(paths(&hub.store, acme, 10).await, ["b", "a"]);
    assert_eq!(paths(&hub.store, other, 10).await, ["o"]);
    assert_eq!(paths(&hub.store, None, 10).await, ["m", "n"]);
    assert_eq!(paths(&hub.store, Some(&"id-none".into()), 10).await, [""; 0]);
}

/// Pruning leaves the newest so many.
pub async fn requests_are_pruned_by_number(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let acme = Some(&hub.directory);
    append(&hub.store, (0..9).map(|n| request(acme, &n.to_string(), n))).await;
    prune(&hub.store, acme, 9, 0).await;
    assert_eq!(paths(&hub.store, acme, 100).await.len(), 9, "there are no more than that");
    prune(&hub.store, acme, 3, 0).await;
    assert_eq!(paths(&hub.store, acme, 100).await, ["8", "7", "6"]);
    append(&hub.store, [request(acme, "new", 9)]).await;
    prune(&hub.store, acme, 3, 0).await;
    assert_eq!(paths(&hub.store, acme, 100).await, ["new", "8", "7"]);
    prune(&hub.store, acme, 0, 0).await;
    assert_eq!(paths(&hub.store, acme, 100).await, [""; 0]);
    append(&hub.store, [request(acme, "again", 10), request(acme, "and again", 10)]).await;
    assert_eq!(paths(&hub.store, acme, 100).await, ["and again", "again"]);
}

/// Pruning removes what is older than a time, however few there are.
pub async fn requests_are_pruned_by_age(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let acme = Some(&hub.directory);
    append(&hub.store, (0..6).map(|n| request(acme, &n.to_string(), n))).await;
    prune(&hub.store, acme, 100, 3).await;
    assert_eq!(paths(&hub.store, acme, 100).await, ["5", "4", "3"], "that of the very time stays");
    prune(&hub.store, acme, 2, 4).await;
    assert_eq!(paths(&hub.store, acme, 100).await, ["5", "4"]);
    prune(&hub.store, acme, 100, 1_000).await;
    assert_eq!(paths(&hub.store, acme, 100).await, [""; 0]);
}

/// Pruning one log leaves the others.
pub async fn pruning_leaves_the_logs_of_others(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let other = Fixture::named(Arc::clone(&hub.store), "other").await;
    let logs = [Some(&hub.directory), Some(&other.directory), None];
    for n in 0..4 {
        append(&hub.store, logs.map(|log| request(log, &n.to_string(), n))).await;
    }
    for (pruned, log) in logs.into_iter().enumerate() {
        prune(&hub.store, log, 2, 0).await;
        for (n, log) in logs.into_iter().enumerate() {
            let expected = if n <= pruned { 2 } else { 4 };
            assert_eq!(paths(&hub.store, log, 100).await.len(), expected, "{log:?}");
        }
    }
    prune(&hub.store, Some(&"id-none".into()), 0, 1_000).await;
    assert_eq!(paths(&hub.store, None, 100).await, ["3", "2"]);
}

/// A refused batch notes and prunes nothing.
pub async fn a_refused_batch_notes_no_request(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let acme = Some(&hub.directory);
    append(&hub.store, [request(acme, "a", 1), request(acme, "b", 2)]).await;
    let batch = Batch::global(instant(9))
        .setting(SettingsWrite::AppendRequest(request(acme, "c", 3)))
        .setting(SettingsWrite::PruneRequests { directory: acme.cloned(), keep: 1, before: instant(0) })
        .setting(SettingsWrite::TouchToken { id: "nothing".into(), at: instant(1) });
    assert_missing(&hub.store.commit(batch).await.expect_err("no such token"), "token", "nothing");
    assert_eq!(paths(&hub.store, acme, 10).await, ["b", "a"]);
}
