//! Users and groups arrive, change and go.

use std::time::Duration;

use rollbook_store::{LinkState, Outcome, StepName};

use crate::hub::Hub;
use crate::service::{Op, Service};

#[tokio::test(start_paused = true)]
async fn a_user_arrives_with_a_correlation_value_and_without_what_is_the_hubs() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    let id = hub
        .create("User", "u1", r#"{"userName":"ann","password":"secret","title":" ","nickName":null}"#)
        .await;
    hub.synced().await;
    let account = service.account("ann");
    assert_eq!(account.attributes.external_id(), Some(id.as_str()));
    assert_eq!(
        String::from_utf8(account.attributes.to_vec()).unwrap(),
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann","title":" ","externalId":"u1"}"#
    );
    let link = hub.link("u1").await;
    assert_eq!((link.state, link.attempts, link.due_at, link.changed_at), (LinkState::Linked, 0, None, None));
    let attempts = hub.attempts("u1").await;
    let steps: Vec<StepName> = attempts[0].steps.iter().map(|step| step.name).collect();
    assert_eq!(steps, [StepName::Import, StepName::Scope, StepName::Match, StepName::Plan, StepName::Act]);
    assert_eq!(attempts[0].outcome, Outcome::Created);
    assert!(attempts[0].steps[4].detail.contains("ms after the change"), "{:?}", attempts[0].steps);
    let settled = hub.settled.lock().unwrap();
    assert!(settled[0].lag.is_some_and(|lag| lag < Duration::from_secs(3)), "{settled:?}");
}

#[tokio::test(start_paused = true)]
async fn the_external_id_that_the_client_sent_is_the_correlation_value() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    hub.create("User", "u1", r#"{"userName":"ann","externalId":"e-7"}"#).await;
    hub.synced().await;
    assert_eq!(service.account("ann").attributes.external_id(), Some("e-7"));
}

#[tokio::test(start_paused = true)]
async fn removed_attributes_are_cleared() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let before = format!(
        r#"{{"userName":"ann","title":"Dr","name":{{"givenName":"Ann","middleName":"B"}},"roles":[{{"value":"x"}}],
            "{urn}":{{"department":"R","division":"D"}}}}"#
    );
    hub.create("User", "u1", &before).await;
    hub.synced().await;
    let after = format!(r#"{{"userName":"ann","name":{{"givenName":"Ann"}},"{urn}":{{"division":"D"}}}}"#);
    hub.replace("User", "u1", &after).await;
    hub.synced().await;
    let held = service.account("ann").attributes;
    assert!(!held.contains("title") && !held.contains("roles"), "{held:?}");
    assert_eq!(held.get("name"), hub.parse(&after).get("name"));
    assert_eq!(held.get(urn), hub.parse(&after).get(urn));
    hub.replace("User", "u1", r#"{"userName":"ann"}"#).await;
    hub.synced().await;
    assert!(!service.account("ann").attributes.contains(urn));
}

#[tokio::test(start_paused = true)]
async fn users_come_before_groups() {
    let service = Service::default();
    let mut hub = Hub::new();
    // The group is in the log first, and its members are named before they exist.
    hub.group("staff", &["ann", "bob"]).await;
    hub.user("ann").await;
    hub.user("bob").await;
    hub.target("crm", &service).await;
    hub.start();
    hub.synced().await;
    assert_eq!(service.members("staff"), ["ann", "bob"]);
    let created: Vec<String> = service.calls(Op::Create).into_iter().map(|call| call.about).collect();
    assert_eq!(created.last().map(String::as_str), Some("staff"), "{created:?}");
    assert_eq!(service.calls(Op::Members).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn many_changes_become_one_call() {
    let service = Service::default();
    let mut hub = Hub::new();
    hub.user("ann").await;
    for count in 0..700 {
        hub.replace("User", "ann", &format!(r#"{{"userName":"ann","title":"{count}"}}"#)).await;
    }
    hub.target("crm", &service).await;
    hub.start();
    hub.synced().await;
    assert_eq!(service.calls(Op::Create).len(), 1);
    assert_eq!(service.calls(Op::Update).len(), 0);
    assert_eq!(service.account("ann").attributes.get("title").unwrap().as_str(), Some("699"));
}

#[tokio::test(start_paused = true)]
async fn changes_during_a_call_are_not_lost() {
    let service = Service { latency: Duration::from_secs(1), ..Service::default() };
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.until("a create is under way", async || !service.calls(Op::Create).is_empty()).await;
    hub.replace("User", "ann", r#"{"userName":"ann","title":"new"}"#).await;
    hub.synced().await;
    assert_eq!(service.account("ann").attributes.get("title").unwrap().as_str(), Some("new"));
    assert_eq!(service.calls(Op::Create).len(), 1);
}

/// The clock is virtual, so this measures waits of the engine and nothing else.
#[tokio::test(start_paused = true)]
async fn a_change_wakes_an_idle_target_at_once() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.synced().await;
    for round in 0..5 {
        // Somewhere within the second after which an idle target would look by itself.
        tokio::time::sleep(Duration::from_millis(3_000 + 130 * round)).await;
        let accepted = tokio::time::Instant::now();
        hub.replace("User", "ann", &format!(r#"{{"userName":"ann","title":"{round}"}}"#)).await;
        hub.synced().await;
        assert!(accepted.elapsed() < Duration::from_millis(50), "{:?}", accepted.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_deleted_user_goes_and_leaves_its_groups() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.user("bob").await;
    hub.group("staff", &["ann", "bob"]).await;
    hub.synced().await;
    hub.delete("ann").await;
    hub.synced().await;
    assert_eq!(service.named("ann"), [""; 0]);
    assert_eq!(service.members("staff"), ["bob"]);
    assert_eq!(hub.link("ann").await.state, LinkState::Gone);
    hub.delete("staff").await;
    hub.synced().await;
    assert_eq!(service.named("staff"), [""; 0]);
    assert_eq!(hub.status("crm").await.counts.gone, 2);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_keeps_deleted_members_is_told_to_drop_them() {
    let service = Service::default();
    service.state.lock().unwrap().keeps_deleted_members = true;
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.user("bob").await;
    hub.group("staff", &["ann", "bob"]).await;
    hub.synced().await;
    hub.delete("ann").await;
    hub.synced().await;
    let state = service.state.lock().unwrap();
    let held: Vec<usize> =
        state.accounts.values().map(|account| account.members.len()).filter(|n| *n > 0).collect();
    assert_eq!(held, [1], "only bob is left in staff");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_deactivates_keeps_the_account_out_of_its_groups() {
    let service = Service::default();
    let mut hub = Hub::new();
    let mut target = hub.target("crm", &service).await;
    target.profile = br#"{"delete":"deactivate"}"#.as_slice().into();
    hub.put_target(target).await;
    hub.start();
    hub.user("ann").await;
    hub.group("staff", &["ann"]).await;
    hub.synced().await;
    hub.delete("ann").await;
    hub.synced().await;
    assert_eq!(service.account("ann").attributes.get("active").unwrap().as_bool(), Some(false));
    assert_eq!(service.members("staff"), [""; 0]);
    assert_eq!(hub.attempts("ann").await[0].outcome, Outcome::Deactivated);
}

#[tokio::test(start_paused = true)]
async fn a_user_created_and_deleted_before_its_turn_makes_no_call() {
    let service = Service::default();
    let mut hub = Hub::new();
    hub.user("ann").await;
    hub.delete("ann").await;
    hub.target("crm", &service).await;
    hub.start();
    hub.synced().await;
    assert!(service.state().calls.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_service_without_groups_is_told_of_none() {
    let service = Service::default();
    let mut hub = Hub::new();
    let mut target = hub.target("crm", &service).await;
    target.profile = br#"{"groups":false}"#.as_slice().into();
    hub.put_target(target.clone()).await;
    hub.user("ann").await;
    hub.group("staff", &["ann"]).await;
    hub.start();
    hub.synced().await;
    assert_eq!(service.calls(Op::Create).len(), 1);
    assert_eq!(hub.attempts("staff").await[0].outcome, Outcome::Skipped);
    // Once it takes groups, the change of the target is enough.
    target.profile = "{}".into();
    hub.put_target(target).await;
    hub.until("the group arrives", async || !service.named("staff").is_empty()).await;
    hub.synced().await;
    assert_eq!(service.members("staff"), ["ann"]);
}

#[tokio::test(start_paused = true)]
async fn switching_off_is_told_from_other_updates() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.synced().await;
    hub.replace("User", "ann", r#"{"userName":"ann","active":false}"#).await;
    hub.synced().await;
    assert_eq!(hub.attempts("ann").await[0].outcome, Outcome::Deactivated);
}

#[tokio::test(start_paused = true)]
async fn nothing_more_than_is_allowed_runs_at_once() {
    let service = Service { latency: Duration::from_millis(50), ..Service::default() };
    let hub = Hub::with(&service).await;
    for count in 0..40 {
        hub.user(&format!("u{count}")).await;
    }
    hub.synced().await;
    let most = service.state().most_running;
    assert_eq!(most, service.capabilities.concurrency);
}
