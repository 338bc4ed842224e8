//! What happens when a service fails, and who has to wait for it.

use std::time::Duration;

use rollbook_store::{FailureClass, LinkState};

use crate::hub::Hub;
use crate::service::{Call, Fault, Op, Service};

fn gaps(calls: &[Call]) -> Vec<u64> {
    calls.windows(2).map(|pair| (pair[1].at - pair[0].at).as_millis() as u64 / 1_000).collect()
}

#[tokio::test(start_paused = true)]
async fn a_failing_object_is_tried_on_schedule_and_blocks_nobody() {
    let service = Service::default();
    service.poison("bad", Fault::Transient);
    let hub = Hub::with(&service).await;
    hub.user("bad").await;
    for count in 0..20 {
        hub.user(&format!("u{count}")).await;
    }
    hub.until("the others are there", async || hub.status("crm").await.counts.in_sync == 20).await;
    tokio::time::sleep(Duration::from_secs(2_000)).await;
    let creates: Vec<Call> =
        service.calls(Op::Create).into_iter().filter(|call| call.about == "bad").collect();
    assert_eq!(gaps(&creates)[..4], [0, 5, 30, 120], "{:?}", gaps(&creates));
    let link = hub.link("bad").await;
    assert_eq!(link.failure.unwrap().class, FailureClass::Transient);
    assert_eq!(link.state, LinkState::Intent);
    assert_eq!(hub.status("crm").await.counts.retrying, 1);
    assert!(hub.status("crm").await.oldest.is_some());
    hub.user("late").await;
    hub.until("a new one is there", async || !service.named("late").is_empty()).await;
}

#[tokio::test(start_paused = true)]
async fn an_object_whose_calls_hang_blocks_nobody() {
    let service = Service::default();
    service.state().slow.insert("bad".to_owned(), Duration::from_secs(60));
    service.poison("bad", Fault::LostRequest);
    let hub = Hub::with(&service).await;
    hub.user("bad").await;
    for count in 0..40 {
        tokio::time::sleep(Duration::from_secs(5)).await;
        let (user, group) = (format!("u{count}"), format!("g{count}"));
        hub.user(&user).await;
        hub.group(&group, &["bad", &user]).await;
        let before = tokio::time::Instant::now();
        hub.until("the user is there", async || !service.named(&user).is_empty()).await;
        assert!(before.elapsed() < Duration::from_secs(2), "{count}: {:?}", before.elapsed());
        hub.until("the group is there", async || service.named(&group).len() == 1).await;
        assert!(before.elapsed() < Duration::from_secs(4), "{count}: {:?}", before.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn refused_data_waits_for_a_change_or_a_day() {
    let service = Service::default();
    service.poison("bad", Fault::Data);
    let hub = Hub::with(&service).await;
    hub.user("bad").await;
    tokio::time::sleep(Duration::from_secs(23 * 3_600)).await;
    assert_eq!(service.calls(Op::Create).len(), 1);
    tokio::time::sleep(Duration::from_secs(3_700)).await;
    assert_eq!(service.calls(Op::Create).len(), 2);
    service.state().poison.clear();
    hub.replace("User", "bad", r#"{"userName":"bad","title":"mended"}"#).await;
    hub.synced().await;
    assert_eq!(hub.link("bad").await.failure, None);
}

#[tokio::test(start_paused = true)]
async fn a_connector_that_panics_hurts_one_object() {
    let service = Service::default();
    service.poison("bad", Fault::Panic);
    let hub = Hub::with(&service).await;
    hub.user("bad").await;
    hub.user("good").await;
    hub.until("it failed", async || hub.status("crm").await.counts.failed == 1).await;
    assert_eq!(service.named("good").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_target_pauses_as_a_whole_and_blames_no_object() {
    let service = Service::default();
    service.fail(Op::Create, Fault::Throttled(Some(Duration::from_secs(90))));
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.until("it is throttled", async || !service.calls(Op::Create).is_empty()).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    hub.user("bob").await;
    hub.synced().await;
    let creates = service.calls(Op::Create);
    assert!(creates[1].at - creates[0].at >= Duration::from_secs(90), "{creates:?}");
    assert!(creates[1].at - creates[0].at < Duration::from_secs(95), "{creates:?}");
    assert_eq!(creates.len(), 3);
    let status = hub.status("crm").await;
    assert_eq!((status.health.closed_until, status.health.failure), (None, None));
    assert_eq!(hub.link("ann").await.attempts, 0);
}

#[tokio::test(start_paused = true)]
async fn pauses_double_while_throttling_goes_on() {
    let service = Service::default();
    service.down(Some(Fault::Throttled(None)));
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    tokio::time::sleep(Duration::from_secs(40)).await;
    assert_eq!(gaps(&service.calls(Op::Find))[..5], [1, 2, 4, 8, 16]);
    assert!(service.calls(Op::Probe).is_empty());
    service.down(None);
    hub.synced().await;
}

#[tokio::test(start_paused = true)]
async fn a_long_pause_survives_a_restart() {
    let service = Service::default();
    service.fail(Op::Create, Fault::Throttled(Some(Duration::from_secs(3_600))));
    let mut hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.until("it is paused", async || hub.status("crm").await.health.closed_until.is_some()).await;
    hub.stop().await;
    hub.start();
    tokio::time::sleep(Duration::from_secs(3_500)).await;
    assert_eq!(service.state().calls.len(), 2);
    hub.synced().await;
}

#[tokio::test(start_paused = true)]
async fn a_dead_target_is_closed_probed_and_reopened() {
    let service = Service::default();
    service.down(Some(Fault::Transient));
    let hub = Hub::with(&service).await;
    for count in 0..20 {
        hub.user(&format!("u{count}")).await;
    }
    hub.until("it is closed", async || hub.status("crm").await.health.closed_until.is_some()).await;
    let tried = service.calls(Op::Find).len();
    assert!(tried <= 5 + service.capabilities.concurrency, "{tried}");
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(service.calls(Op::Find).len(), tried, "no object is tried while the target is closed");
    assert_eq!(gaps(&service.calls(Op::Probe))[..6], [5, 15, 30, 60, 60, 60]);
    let health = hub.status("crm").await.health;
    assert_eq!(health.failure.unwrap().class, FailureClass::Transient);
    service.down(None);
    let before = tokio::time::Instant::now();
    hub.synced().await;
    assert!(before.elapsed() < Duration::from_secs(65), "{:?}", before.elapsed());
    let health = hub.status("crm").await.health;
    assert_eq!((health.closed_until, health.failure, health.failures), (None, None, 0));
    assert!(health.last_success.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_closed_target_stays_closed_over_a_restart() {
    let service = Service::default();
    service.down(Some(Fault::Credentials));
    let mut hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.until("it is closed", async || hub.status("crm").await.health.closed_until.is_some()).await;
    hub.stop().await;
    let before = service.state().calls.len();
    hub.start();
    hub.user("bob").await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    let later: Vec<Op> = service.state().calls[before..].iter().map(|call| call.op).collect();
    assert!(!later.is_empty() && later.iter().all(|op| *op == Op::Probe), "{later:?}");
    service.down(None);
    hub.synced().await;
}

#[tokio::test(start_paused = true)]
async fn a_bad_credential_costs_one_attempt_and_heals_by_itself() {
    let service = Service::default();
    service.down(Some(Fault::Credentials));
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(service.calls(Op::Find).len(), 1);
    assert_eq!(hub.link("ann").await.attempts, 1);
    assert_eq!(hub.status("crm").await.health.failure.unwrap().class, FailureClass::Credentials);
    service.down(None);
    hub.synced().await;
}

#[tokio::test(start_paused = true)]
async fn an_object_that_is_forbidden_does_not_close_the_target() {
    let service = Service::default();
    service.poison("root", Fault::Credentials);
    let hub = Hub::with(&service).await;
    hub.user("root").await;
    hub.user("ann").await;
    hub.until("ann is there", async || !service.named("ann").is_empty()).await;
    tokio::time::sleep(Duration::from_secs(3_000)).await;
    assert_eq!(hub.status("crm").await.health.closed_until, None);
    let creates =
        service.calls(Op::Create).into_iter().filter(|call| call.about == "root").collect::<Vec<_>>();
    assert_eq!(gaps(&creates)[..4], [0, 5, 30, 120]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_deletion_is_tried_again() {
    let service = Service::default();
    let mut hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.synced().await;
    service.fail(Op::Delete, Fault::Transient);
    service.fail(Op::Delete, Fault::LostAnswer);
    hub.delete("ann").await;
    hub.until("it failed", async || hub.status("crm").await.counts.retrying == 1).await;
    hub.stop().await;
    hub.start();
    hub.synced().await;
    assert_eq!(service.named("ann"), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn an_account_not_known_right_after_its_creation_is_not_made_twice() {
    // A service that is only eventually consistent: the member edit after a creation does not find the group.
    let service = Service::default();
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.synced().await;
    service.fail(Op::Members, Fault::Missing);
    hub.group("staff", &["ann"]).await;
    hub.synced().await;
    assert_eq!(service.named("staff").len(), 1);
    assert_eq!(service.members("staff"), ["ann"]);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_taken_back_after_a_lost_answer_is_taken_back_there_too() {
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let plain = r#"{"userName":"ann","name":{"givenName":"A"}}"#;
    let changed = format!(
        r#"{{"userName":"ann","title":"x","name":{{"givenName":"A","middleName":"B"}},"emails":[{{"value":"e"}}],
            "{urn}":{{"department":"D","manager":{{"value":"boss"}}}},"urn:x":{{"y":1}}}}"#
    );
    for crash in [false, true] {
        let service = Service { latency: Duration::from_millis(200), ..Service::default() };
        let mut hub = Hub::with(&service).await;
        hub.user("boss").await;
        hub.create("User", "u1", plain).await;
        hub.synced().await;
        service.fail(Op::Update, Fault::LostAnswer);
        hub.replace("User", "u1", &changed).await;
        if crash {
            hub.until("it has arrived", async || service.account("ann").attributes.contains("title")).await;
            hub.kill().await;
            service.state().busy.clear();
        } else {
            hub.until("the answer is lost", async || hub.status("crm").await.counts.retrying == 1).await;
            assert!(service.account("ann").attributes.contains("title"));
        }
        hub.replace("User", "u1", plain).await;
        if crash {
            hub.start();
        }
        hub.synced().await;
        let mut held = service.account("ann").attributes;
        held.remove("schemas");
        held.remove("externalId");
        assert_eq!(held, hub.parse(plain), "crash: {crash}");
        hub.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_answer_is_lost_is_corrected_by_what_is_wanted_later() {
    let service = Service::default();
    service.fail(Op::Create, Fault::LostAnswer);
    let hub = Hub::with(&service).await;
    hub.create("User", "u1", r#"{"userName":"ann","title":"x"}"#).await;
    hub.until("the answer is lost", async || hub.status("crm").await.counts.retrying == 1).await;
    hub.replace("User", "u1", r#"{"userName":"ann"}"#).await;
    hub.synced().await;
    assert!(!service.account("ann").attributes.contains("title"));
}
