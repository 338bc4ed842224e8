//! One account for one resource: lost answers, adoption, conflicts, taking over.

use std::time::Duration;

use rollbook_store::{FailureClass, LinkState, Outcome};

use crate::hub::Hub;
use crate::service::{Fault, Op, Service};

#[tokio::test(start_paused = true)]
async fn a_lost_answer_makes_no_second_account() {
    for unique in [true, false] {
        for fault in [Fault::LostAnswer, Fault::LostRequest] {
            let service = Service { unique, ..Service::default() };
            service.fail(Op::Create, fault);
            let hub = Hub::with(&service).await;
            hub.user("ann").await;
            hub.until("the answer is lost", async || hub.status("crm").await.counts.retrying == 1).await;
            assert_eq!(hub.link("ann").await.state, LinkState::Intent);
            hub.synced().await;
            assert_eq!(service.named("ann").len(), 1, "{fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_during_a_creation_makes_no_second_account() {
    let service = Service { unique: false, latency: Duration::from_secs(1), ..Service::default() };
    let mut hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.until("a create is under way", async || !service.calls(Op::Create).is_empty()).await;
    hub.kill().await;
    // The request was on its way and arrives after all.
    service.plant("User", r#"{"userName":"ann","externalId":"ann"}"#, &[]);
    service.state().busy.clear();
    hub.start();
    hub.synced().await;
    assert_eq!(service.named("ann").len(), 1);
    assert_eq!(service.calls(Op::Create).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_user_deleted_after_a_lost_answer_leaves_no_account() {
    let service = Service::default();
    service.fail(Op::Create, Fault::LostAnswer);
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.until("the answer is lost", async || hub.status("crm").await.counts.retrying == 1).await;
    hub.delete("ann").await;
    hub.synced().await;
    assert_eq!(service.named("ann"), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn an_account_of_the_same_name_and_no_owner_is_adopted() {
    let service = Service::default();
    service.plant("User", r#"{"userName":"ann","nickName":"theirs","title":"old"}"#, &[]);
    let hub = Hub::with(&service).await;
    hub.create("User", "u1", r#"{"userName":"ann","title":"new"}"#).await;
    hub.synced().await;
    let held = service.account("ann").attributes;
    assert_eq!(held.external_id(), Some("u1"));
    assert_eq!(held.get("title").unwrap().as_str(), Some("new"));
    assert_eq!(held.get("nickName").unwrap().as_str(), Some("theirs"));
    assert_eq!(hub.attempts("u1").await[0].outcome, Outcome::Linked);
    assert!(service.calls(Op::Create).is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_adopted_group_keeps_members_that_are_not_the_hubs() {
    let service = Service::default();
    let theirs = service.plant("User", r#"{"userName":"theirs"}"#, &[]);
    let hub = Hub::with(&service).await;
    for name in ["ann", "bob", "cid"] {
        hub.user(name).await;
    }
    hub.synced().await;
    let (ann, bob) = (service.named("ann").pop().unwrap(), service.named("bob").pop().unwrap());
    service.plant("Group", r#"{"displayName":"staff"}"#, &[&theirs, &ann, &bob]);
    hub.group("staff", &["bob", "cid"]).await;
    hub.synced().await;
    assert_eq!(service.members("staff"), ["bob", "cid", "theirs"]);
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_account_is_a_conflict_and_is_not_touched() {
    let service = Service::default();
    service.plant("User", r#"{"userName":"ann","externalId":"other"}"#, &[]);
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.user("bob").await;
    hub.until("it failed", async || hub.status("crm").await.counts.failed == 1).await;
    let link = hub.link("ann").await;
    let failure = link.failure.unwrap();
    assert_eq!(failure.class, FailureClass::Conflict);
    assert!(failure.sentence.contains("externalId") && !failure.next_step.is_empty(), "{failure:?}");
    assert_eq!(service.account("ann").attributes.external_id(), Some("other"));
    assert_eq!(service.named("bob").len(), 1);
    // Deleting what was never linked touches nothing there.
    hub.delete("ann").await;
    hub.synced().await;
    assert_eq!(service.named("ann").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_hits_are_a_conflict() {
    let service = Service::default();
    service.plant("User", r#"{"userName":"ann"}"#, &[]);
    service.plant("User", r#"{"userName":"ann"}"#, &[]);
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.until("it failed", async || hub.status("crm").await.counts.failed == 1).await;
    assert_eq!(hub.link("ann").await.failure.unwrap().class, FailureClass::Conflict);
    assert!(service.calls(Op::Create).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_creation_refused_for_a_taken_name_looks_once_more() {
    let service = Service::default();
    service.fail(Op::Create, Fault::Conflict);
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.until("it failed", async || hub.status("crm").await.counts.failed == 1).await;
    assert_eq!(service.calls(Op::Find).len(), 2);
    assert_eq!(hub.link("ann").await.failure.unwrap().class, FailureClass::Conflict);
}

#[tokio::test(start_paused = true)]
async fn two_resources_with_one_external_id_do_not_share_an_account() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    hub.create("User", "u1", r#"{"userName":"ann","externalId":"e"}"#).await;
    hub.synced().await;
    hub.create("User", "u2", r#"{"userName":"bob","externalId":"e"}"#).await;
    hub.until("the second is refused", async || hub.status("crm").await.counts.failed == 1).await;
    assert!(hub.link("u2").await.failure.unwrap().sentence.contains("belongs to u1 already"));
    assert_eq!(service.account("ann").attributes.external_id(), Some("e"));
    // Once the first one is gone the account is the second one's, at once.
    hub.delete("u1").await;
    hub.synced().await;
    assert_eq!(service.account("bob").attributes.external_id(), Some("e"));
}

#[tokio::test(start_paused = true)]
async fn two_resources_with_one_external_id_do_not_share_an_account_in_a_race_either() {
    for latency in [1, 30] {
        let service =
            Service { unique: false, latency: Duration::from_millis(latency), ..Service::default() };
        // One creation is refused at first, so that its second look finds the other's account.
        service.fail(Op::Create, Fault::Conflict);
        let hub = Hub::with(&service).await;
        hub.create("User", "u1", r#"{"userName":"ann","externalId":"e"}"#).await;
        hub.create("User", "u2", r#"{"userName":"bob","externalId":"e"}"#).await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        let (one, two) = (hub.link("u1").await, hub.link("u2").await);
        assert_ne!(one.remote_id, two.remote_id);
        assert!(one.remote_id.is_some() || two.remote_id.is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_who_comes_back_takes_over_the_account() {
    for profile in [r#"{"delete":"deactivate"}"#, "{}"] {
        let service = Service { latency: Duration::from_millis(30), ..Service::default() };
        let mut hub = Hub::new();
        let mut target = hub.target("crm", &service).await;
        target.profile = profile.as_bytes().to_vec().into();
        hub.put_target(target).await;
        hub.start();
        hub.create("User", "u1", r#"{"userName":"ann","externalId":"e","active":true}"#).await;
        hub.group("staff", &["u1"]).await;
        hub.synced().await;
        // Both changes are due at once, and the deletion fails at first.
        service.fail(Op::Delete, Fault::Transient);
        service.fail(Op::Deactivate, Fault::Transient);
        hub.delete("u1").await;
        hub.create("User", "u2", r#"{"userName":"ann","externalId":"e","active":true}"#).await;
        hub.join("staff", &["u2"]).await;
        hub.synced().await;
        assert_eq!(service.named("ann").len(), 1, "{profile}");
        assert_eq!(
            service.account("ann").attributes.get("active").unwrap().as_bool(),
            Some(true),
            "{profile}"
        );
        assert_eq!(service.members("staff"), ["ann"], "{profile}");
        assert_eq!(hub.link("u1").await.state, LinkState::Gone);
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_freed_by_a_deletion_ends_the_conflict() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.synced().await;
    service.poison("ann", Fault::Transient);
    hub.delete("ann").await;
    hub.create("User", "u2", r#"{"userName":"ann","externalId":"second"}"#).await;
    hub.until("the name is in the way", async || hub.status("crm").await.counts.failed == 1).await;
    service.state().poison.clear();
    hub.synced().await;
    assert_eq!(service.account("ann").attributes.external_id(), Some("second"));
}
