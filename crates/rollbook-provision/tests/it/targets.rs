//! Several targets, and targets that change.

use std::time::Duration;

use rollbook_store::FailureClass;

use crate::hub::Hub;
use crate::service::{Fault, Op, Service};

#[tokio::test(start_paused = true)]
async fn a_dead_target_delays_no_other() {
    let (dead, alive) = (Service::default(), Service::default());
    let mut hub = Hub::new();
    hub.target("dead", &dead).await;
    hub.target("alive", &alive).await;
    dead.down(Some(Fault::LostRequest));
    hub.start();
    for count in 0..50 {
        hub.user(&format!("u{count}")).await;
    }
    hub.synced_to("alive", Duration::from_secs(5)).await;
    assert_eq!(hub.status("dead").await.counts.in_sync, 0);
    dead.down(None);
    hub.synced_to("dead", Duration::from_secs(90)).await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_target_delays_no_other() {
    let slow = Service { latency: Duration::from_secs(60), ..Service::default() };
    let fast = Service::default();
    let mut hub = Hub::new();
    hub.target("slow", &slow).await;
    hub.target("fast", &fast).await;
    hub.start();
    for count in 0..20 {
        hub.user(&format!("u{count}")).await;
    }
    hub.synced_to("fast", Duration::from_secs(5)).await;
}

#[tokio::test(start_paused = true)]
async fn a_long_import_does_not_hold_up_a_group() {
    let service = Service { latency: Duration::from_secs(1), ..Service::default() };
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.group("staff", &["ann"]).await;
    hub.synced().await;
    for count in 0..2_000 {
        hub.user(&format!("u{count}")).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    hub.leave("staff", &["ann"]).await;
    let before = tokio::time::Instant::now();
    hub.until("ann has left", async || service.members("staff").is_empty()).await;
    assert!(before.elapsed() < Duration::from_secs(40), "{:?}", before.elapsed());
    assert!(hub.status("crm").await.counts.pending > 1_000);
}

#[tokio::test(start_paused = true)]
async fn a_restart_goes_on_where_it_was() {
    let service = Service { latency: Duration::from_millis(100), ..Service::default() };
    let mut hub = Hub::with(&service).await;
    for count in 0..40 {
        hub.user(&format!("u{count}")).await;
    }
    hub.group("staff", &["u1", "u39"]).await;
    for round in 0..6 {
        tokio::time::sleep(Duration::from_millis(333)).await;
        if round % 2 == 0 {
            hub.stop().await
        } else {
            hub.kill().await
        }
        service.state().busy.clear();
        hub.user(&format!("while stopped {round}")).await;
        hub.start();
    }
    hub.synced().await;
    assert_eq!(service.members("staff"), ["u1", "u39"]);
    assert_eq!(service.state().accounts.len(), 47);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_is_set_up_wrongly_waits_for_its_correction() {
    let service = Service::default();
    let mut hub = Hub::new();
    let mut target = hub.target("crm", &service).await;
    target.url = "nonsense".to_owned();
    hub.put_target(target.clone()).await;
    hub.start();
    hub.user("ann").await;
    hub.until("it is closed", async || hub.status("crm").await.health.closed_until.is_some()).await;
    assert_eq!(hub.status("crm").await.health.failure.unwrap().class, FailureClass::Configuration);
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(service.state().calls.is_empty());
    target.url = "https://service.example".to_owned();
    hub.put_target(target).await;
    let before = tokio::time::Instant::now();
    hub.synced().await;
    assert!(before.elapsed() < Duration::from_secs(5), "{:?}", before.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_changed_target_tries_refused_data_again() {
    let service = Service::default();
    service.poison("ann", Fault::Data);
    let mut hub = Hub::new();
    let mut target = hub.target("crm", &service).await;
    hub.start();
    hub.user("ann").await;
    hub.user("bob").await;
    hub.until("it failed", async || hub.status("crm").await.counts.failed == 1).await;
    service.state().poison.clear();
    service.state().calls.clear();
    target.url = "https://other.example".to_owned();
    hub.put_target(target).await;
    hub.until("ann is there", async || !service.named("ann").is_empty()).await;
    hub.synced().await;
    assert!(service.calls(Op::Update).is_empty(), "what is in sync costs no call");
}

#[tokio::test(start_paused = true)]
async fn a_new_target_gets_everything() {
    let (first, second) = (Service::default(), Service::default());
    let mut hub = Hub::with(&first).await;
    for count in 0..600 {
        hub.user(&format!("u{count}")).await;
    }
    hub.delete("u7").await;
    hub.group("staff", &["u1"]).await;
    hub.synced().await;
    hub.target("second", &second).await;
    hub.synced_to("second", Duration::from_secs(60)).await;
    assert_eq!(second.state().accounts.len(), 600);
    assert_eq!(second.members("staff"), ["u1"]);
    let status = hub.status("second").await;
    assert_eq!((status.unread(), status.oldest, status.counts.in_sync), (0, None, 600));
    assert_eq!(status.health.closed_until, None);
}
