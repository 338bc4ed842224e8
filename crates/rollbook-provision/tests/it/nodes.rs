//! Several engines on one store: a target is one node's at a time, and changes hands.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::hub::Hub;
use crate::service::{Op, Service};

/// A hub on two nodes, the first of which has the target.
async fn two(service: &Service) -> Hub {
    let mut hub = Hub::new();
    hub.target("crm", service).await;
    hub.nodes(2);
    hub.start();
    hub.user("first").await;
    hub.synced().await;
    hub
}

fn slow() -> Service {
    Service { latency: Duration::from_millis(200), ..Service::default() }
}

async fn users(hub: &Hub, names: std::ops::Range<usize>) {
    for name in names {
        hub.user(&format!("u{name}")).await;
    }
}

/// Every user of the range is there once.
fn assert_once(service: &Service, names: std::ops::Range<usize>) {
    for name in names {
        service.account(&format!("u{name}"));
    }
}

/// A lease costs nothing when nobody else wants the target.
#[tokio::test(start_paused = true)]
async fn alone_it_starts_at_once() {
    let service = Service::default();
    let began = tokio::time::Instant::now();
    let mut hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.synced().await;
    assert!(began.elapsed() < Duration::from_millis(100), "{:?}", began.elapsed());
    // A clean stop gives the target back.
    hub.stop().await;
    let began = tokio::time::Instant::now();
    hub.start();
    hub.user("bob").await;
    hub.synced().await;
    assert!(began.elapsed() < Duration::from_millis(100), "{:?}", began.elapsed());
}

/// Whichever node takes the changes, one delivers.
#[tokio::test(start_paused = true)]
async fn two_nodes_share_no_target() {
    let service = slow();
    let hub = two(&service).await;
    users(&hub, 0..40).await;
    hub.synced().await;
    assert_once(&service, 0..40);
    assert_eq!(service.calls(Op::Create).len(), 41);
    assert!(service.state().most_running <= 4, "more calls at once than the service takes");
}

/// A node that stops hands its targets over within a renewal's time.
#[tokio::test(start_paused = true)]
async fn a_node_that_stops_hands_over() {
    let service = slow();
    let mut hub = two(&service).await;
    users(&hub, 0..20).await;
    hub.stop_one(0).await;
    hub.synced_to("crm", Duration::from_secs(5)).await;
    assert_once(&service, 0..20);
    assert_eq!(service.calls(Op::Create).len(), 21, "nothing was tried twice");
}

/// A node that is gone is replaced within 15 s, and what it had begun is not done again.
#[tokio::test(start_paused = true)]
async fn a_node_that_dies_is_replaced() {
    let service = slow();
    let mut hub = two(&service).await;
    users(&hub, 0..20).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    hub.kill_one(0).await;
    hub.synced_to("crm", Duration::from_secs(15)).await;
    assert_once(&service, 0..20);
}

/// A node that stands still for longer than its lease is replaced too. When it goes on, what it brings late is refused,
/// and it makes no call.
#[tokio::test(start_paused = true)]
async fn a_node_that_stood_still_is_refused() {
    for when in (0..1_000).step_by(37) {
        let service = Service { unique: false, ..slow() };
        let mut hub = two(&service).await;
        users(&hub, 0..20).await;
        tokio::time::sleep(Duration::from_millis(when)).await;
        hub.node(0).pause(true);
        hub.synced_to("crm", Duration::from_secs(15)).await;
        assert_once(&service, 0..20);
        let calls = service.state().calls.len();
        hub.node(0).pause(false);
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(service.state().calls.len(), calls, "paused after {when} ms");
        users(&hub, 20..30).await;
        hub.synced_to("crm", Duration::from_secs(10)).await;
        assert_once(&service, 0..30);
        assert_eq!(hub.node(1).refused.load(Ordering::Relaxed), 0);
        hub.stop().await;
    }
}

/// Late commits are refused, not only never made: a node that stops while it has results to record is one.
#[tokio::test(start_paused = true)]
async fn late_results_are_refused() {
    let mut refused = 0;
    for when in (0..1_000).step_by(53) {
        let service = slow();
        let mut hub = two(&service).await;
        users(&hub, 0..20).await;
        tokio::time::sleep(Duration::from_millis(when)).await;
        // The services still answer, but results do not get through.
        hub.node(0).pause_commits(true);
        hub.synced_to("crm", Duration::from_secs(15)).await;
        hub.node(0).pause_commits(false);
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_once(&service, 0..20);
        refused += hub.node(0).refused.load(Ordering::Relaxed);
        hub.stop().await;
    }
    assert!(refused > 10, "{refused} late commits");
}
