//! Members and managers that are not there yet wait, and heal.

use rollbook_store::{Ledger as _, LinkState, ResourceId, StepStatus, TargetId};

use crate::hub::Hub;
use crate::service::{Fault, Op, Service};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn with_manager(name: &str, manager: &str) -> String {
    format!(
        r#"{{"userName":"{name}","{ENTERPRISE}":{{"manager":{{"value":"{manager}","$ref":"x","displayName":"M"}}}}}}"#
    )
}

fn manager(service: &Service, name: &str) -> Option<String> {
    let attributes = service.account(name).attributes;
    let manager = attributes.get(ENTERPRISE)?.as_complex()?.get("manager")?.as_complex()?.clone();
    assert_eq!(manager.len(), 1, "only `value` is sent");
    Some(manager.get("value")?.as_str()?.to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_member_that_is_not_there_yet_waits_and_heals() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    service.poison("bob", Fault::Data);
    hub.user("ann").await;
    hub.user("bob").await;
    hub.group("staff", &["ann", "bob"]).await;
    hub.until("the group is there", async || hub.status("crm").await.counts.waiting == 1).await;
    assert_eq!(service.members("staff"), ["ann"]);
    let link = hub.link("staff").await;
    assert_eq!((link.state, link.failure), (LinkState::Linked, None));
    let steps = hub.attempts("staff").await[0].steps.clone();
    assert!(
        steps.iter().any(|step| step.status == StepStatus::Warning && step.detail.contains("bob")),
        "{steps:?}"
    );
    service.state().poison.clear();
    hub.replace("User", "bob", r#"{"userName":"bob","title":"mended"}"#).await;
    hub.synced().await;
    assert_eq!(service.members("staff"), ["ann", "bob"]);
}

#[tokio::test(start_paused = true)]
async fn a_member_that_left_while_it_waited_is_not_added() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    service.poison("bob", Fault::Data);
    hub.user("bob").await;
    hub.group("staff", &["bob"]).await;
    hub.until("bob is waited for", async || hub.status("crm").await.counts.waiting == 1).await;
    hub.leave("staff", &["bob"]).await;
    hub.until("nothing is waited for", async || hub.status("crm").await.counts.waiting == 0).await;
    service.state().poison.clear();
    hub.replace("User", "bob", r#"{"userName":"bob","title":"mended"}"#).await;
    hub.synced().await;
    assert_eq!(service.members("staff"), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_member_that_names_nothing_waits_until_it_does() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    hub.group("staff", &["later"]).await;
    hub.until("it is waited for", async || hub.status("crm").await.counts.waiting == 1).await;
    hub.user("later").await;
    hub.synced().await;
    assert_eq!(service.members("staff"), ["later"]);
}

#[tokio::test(start_paused = true)]
async fn only_changed_edges_are_sent_in_chunks() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    let names: Vec<String> = (0..10).map(|count| format!("u{count}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for name in &names {
        hub.user(name).await;
    }
    hub.group("staff", &names).await;
    hub.synced().await;
    let edits: Vec<_> = service.calls(Op::Members).into_iter().map(|call| call.edits).collect();
    assert_eq!(edits.iter().map(|edit| edit.0).sum::<usize>(), 10);
    assert!(edits.len() >= 4, "{edits:?}");
    service.state().calls.clear();
    hub.leave("staff", &["u1", "u2"]).await;
    hub.join("staff", &["u1"]).await;
    hub.synced().await;
    assert_eq!(service.members("staff").len(), 9);
    assert!(service.calls(Op::Members).iter().map(|call| call.edits.0 + call.edits.1).sum::<usize>() <= 3);
    assert!(service.calls(Op::Update).is_empty());
}

#[tokio::test(start_paused = true)]
async fn one_change_may_hold_more_edges_than_a_page() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    let names: Vec<String> = (0..6_000).map(|count| format!("u{count}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    hub.join(hub.group("all", &names[..10]).await.as_str(), &names[10..200]).await;
    hub.join("all", &names[200..5_500]).await;
    hub.join("all", &names[5_500..]).await;
    hub.until("all are waited for", async || {
        let status = hub.status("crm").await;
        status.unread() == 0
            && status.counts.waiting == 1
            && hub.link("all").await.confirmed_seq == status.last_seq
    })
    .await;
    let waiting = hub.store.waiting(&TargetId::new("crm"), &ResourceId::new("all")).await.unwrap();
    assert_eq!(waiting.len(), 6_000);
    for name in ["u0", "u150", "u300", "u5999"] {
        hub.user(name).await;
    }
    hub.until("they are there", async || service.members("all").len() == 4).await;
}

#[tokio::test(start_paused = true)]
async fn nested_groups_and_groups_in_a_ring() {
    let service = Service { latency: std::time::Duration::from_millis(20), ..Service::default() };
    let mut hub = Hub::new();
    for (group, member) in [("a", "b"), ("b", "c"), ("c", "a"), ("self", "self")] {
        hub.group(group, &[member]).await;
    }
    hub.target("crm", &service).await;
    hub.start();
    hub.synced().await;
    for (group, member) in [("a", "b"), ("b", "c"), ("c", "a"), ("self", "self")] {
        assert_eq!(service.members(group), [member]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_manager_heals_whatever_the_order() {
    let service = Service { latency: std::time::Duration::from_millis(20), ..Service::default() };
    let mut hub = Hub::new();
    for (name, boss) in [("ann", "bob"), ("bob", "cid"), ("cid", "ann"), ("own", "own")] {
        hub.create("User", name, &with_manager(name, boss)).await;
    }
    hub.target("crm", &service).await;
    hub.start();
    hub.synced().await;
    for (name, boss) in [("ann", "bob"), ("bob", "cid"), ("cid", "ann"), ("own", "own")] {
        assert_eq!(manager(&service, name), service.named(boss).pop(), "{name}");
    }
    assert_eq!(service.calls(Op::Create).len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_manager_that_names_nothing_is_left_out_until_it_does() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    hub.create("User", "ann", &with_manager("ann", "nobody")).await;
    hub.until("ann waits", async || hub.status("crm").await.counts.waiting == 1).await;
    assert_eq!(manager(&service, "ann"), None);
    hub.user("nobody").await;
    hub.synced().await;
    assert_eq!(manager(&service, "ann"), service.named("nobody").pop());
    hub.replace("User", "ann", r#"{"userName":"ann"}"#).await;
    hub.synced().await;
    assert_eq!(manager(&service, "ann"), None);
}

#[tokio::test(start_paused = true)]
async fn an_account_deleted_there_is_made_again_and_put_back_everywhere() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.create("User", "bob", &with_manager("bob", "ann")).await;
    hub.group("staff", &["ann", "bob"]).await;
    hub.group("board", &["ann"]).await;
    hub.synced().await;
    let old = service.named("ann").pop().unwrap();
    service.vanish("ann");
    hub.replace("User", "ann", r#"{"userName":"ann","title":"changed"}"#).await;
    hub.synced().await;
    let new = service.named("ann");
    assert_ne!(new, [old]);
    assert_eq!(service.members("staff"), ["ann", "bob"]);
    assert_eq!(service.members("board"), ["ann"]);
    assert_eq!(manager(&service, "bob").as_deref(), Some(new[0].as_str()));
}

#[tokio::test(start_paused = true)]
async fn a_group_deleted_there_is_made_again_with_its_members() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.group("inner", &["ann"]).await;
    hub.group("outer", &["inner"]).await;
    hub.synced().await;
    service.vanish("inner");
    hub.user("bob").await;
    hub.join("inner", &["bob"]).await;
    hub.synced().await;
    assert_eq!(service.members("inner"), ["ann", "bob"]);
    assert_eq!(service.members("outer"), ["inner"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_member_keeps_nobody_else_out() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    for name in ["a", "b", "c", "d", "e", "f", "g"] {
        hub.user(name).await;
    }
    hub.synced().await;
    let refused = service.named("c").pop().unwrap();
    service.state().refused_members.insert(refused);
    hub.group("staff", &["a", "b", "c", "d", "e", "f", "g"]).await;
    hub.until("the refusal is seen", async || hub.status("crm").await.counts.failed == 1).await;
    assert_eq!(service.members("staff"), ["a", "b", "d", "e", "f", "g"]);
    // The daily look, or any change of the group, tries again.
    service.state().refused_members.clear();
    hub.leave("staff", &["a"]).await;
    hub.synced().await;
    assert_eq!(service.members("staff"), ["b", "c", "d", "e", "f", "g"]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_between_chunks_loses_neither_additions_nor_removals() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        hub.user(name).await;
    }
    hub.group("staff", &["a", "b", "c", "d"]).await;
    hub.synced().await;
    let removed_and_added = async |fault| {
        service.fail(Op::Members, fault);
        hub.leave("staff", &["a", "b", "c", "d"]).await;
        hub.join("staff", &["e", "f", "g", "h"]).await;
        hub.synced().await;
        assert_eq!(service.members("staff"), ["e", "f", "g", "h"]);
        service.fail(Op::Members, fault);
        hub.leave("staff", &["e", "f", "g", "h"]).await;
        hub.join("staff", &["a", "b", "c", "d"]).await;
        hub.synced().await;
        assert_eq!(service.members("staff"), ["a", "b", "c", "d"]);
    };
    for fault in
        [Fault::Transient, Fault::LostAnswer, Fault::LostRequest, Fault::Throttled(None), Fault::Credentials]
    {
        removed_and_added(fault).await;
    }
}
