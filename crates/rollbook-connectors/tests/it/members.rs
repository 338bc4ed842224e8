//! Members of groups.

use std::num::NonZeroUsize;
use std::slice::from_ref;

use rollbook_connectors::ScimConnector;
use rollbook_provision::Connector;
use rollbook_standins::{Habits, Standin};
use rollbook_store::FailureClass;

use crate::support::{connector, group, standin, strings, tolerant_and_strict, user};

/// A group of nobody, and three users.
async fn staff(service: &Standin, profile: &str) -> (ScimConnector, String, [String; 3]) {
    let connector = connector(&service.url(), profile);
    let mut users = Vec::new();
    for name in ["a", "b", "c"] {
        let user = user(&format!(r#"{{"userName":"{name}","externalId":"x-{name}"}}"#));
        users.push(connector.create(&user).await.unwrap().id);
    }
    let group = connector.create(&group(r#"{"displayName":"Staff","externalId":"x-staff"}"#)).await.unwrap();
    service.reset_counts();
    (connector, group.id, users.try_into().unwrap())
}

const STYLES: [&str; 3] = ["{}", r#"{"remove_members":"value"}"#, r#"{"update":"put"}"#];

#[tokio::test]
async fn rfc7644_3_5_2_members_are_added_and_removed() {
    for style in STYLES {
        let service = standin(Habits { patch: !style.contains("put"), ..Habits::default() }).await;
        let (connector, group, [a, b, c]) = staff(&service, style).await;
        connector.edit_members(&group, &[a.clone(), b.clone()], &[]).await.unwrap();
        assert_eq!(service.members(&group), [a.clone(), b.clone()], "{style}");
        connector.edit_members(&group, &[b.clone(), c.clone()], from_ref(&a)).await.unwrap();
        assert_eq!(service.members(&group), [b.clone(), c.clone()], "{style}");
        assert_eq!(connector.read_members(&group).await.unwrap(), Some(vec![b.clone(), c.clone()]));
        connector.edit_members(&group, &[], &[b, c]).await.unwrap();
        assert_eq!(connector.read_members(&group).await.unwrap(), Some(vec![]), "{style}");
        connector.edit_members(&group, &[], &[]).await.unwrap();
    }
}

#[tokio::test]
async fn an_edit_is_one_small_patch() {
    let service = standin(Habits::default()).await;
    let (connector, group, [a, b, c]) = staff(&service, "{}").await;
    connector.edit_members(&group, &[a.clone(), b.clone()], from_ref(&c)).await.unwrap();
    let [seen] = service.requests().try_into().unwrap();
    let expected = format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{{"op":"add","path":"members","value":[{{"value":"{a}"}},{{"value":"{b}"}}]}},{{"op":"remove","path":"members[value eq \"{c}\"]"}}]}}"#
    );
    assert_eq!(String::from_utf8_lossy(&seen.body), expected);
}

#[tokio::test]
async fn a_removal_by_value_never_becomes_the_removal_of_all() {
    let service = standin(Habits::default()).await;
    let (connector, group, [a, b, c]) = staff(&service, r#"{"remove_members":"value"}"#).await;
    connector.edit_members(&group, &[a.clone(), b.clone()], &[]).await.unwrap();
    connector.edit_members(&group, from_ref(&c), &[]).await.unwrap();
    assert_eq!(service.members(&group), [a, b, c]);
    for seen in service.requests() {
        assert!(!String::from_utf8_lossy(&seen.body).contains("remove"));
    }
}

#[tokio::test]
async fn a_member_that_is_there_or_gone_already_is_success() {
    for habits in tolerant_and_strict() {
        let service = standin(habits).await;
        let (connector, group, [a, b, c]) = staff(&service, "{}").await;
        for _ in 0..2 {
            connector.edit_members(&group, &[a.clone(), b.clone()], &[]).await.unwrap();
        }
        for _ in 0..2 {
            connector.edit_members(&group, from_ref(&c), &[b.clone(), a.clone()]).await.unwrap();
        }
        // One of two is gone already: the other must go all the same.
        connector.edit_members(&group, from_ref(&a), &[]).await.unwrap();
        connector.edit_members(&group, &[], &[b.clone(), a.clone()]).await.unwrap();
        assert_eq!(service.members(&group), [c]);
    }
}

#[tokio::test]
async fn an_id_with_quotes_stays_an_id() {
    let service = standin(Habits::default()).await;
    let (connector, group, [a, ..]) = staff(&service, "{}").await;
    let odd = r#"x" or value pr or value eq "y"#.to_owned();
    connector.edit_members(&group, &[a.clone(), odd.clone()], &[]).await.unwrap();
    connector.edit_members(&group, &[], &[odd]).await.unwrap();
    assert_eq!(service.members(&group), [a]);
}

#[tokio::test]
async fn refusals_are_data_failures_with_the_words_of_the_service() {
    let service = standin(Habits { refuse_unknown_members: true, ..Habits::default() }).await;
    let (connector, group, [a, ..]) = staff(&service, "{}").await;
    let error = connector.edit_members(&group, &[a.clone(), "ghost".to_owned()], &[]).await.unwrap_err();
    assert_eq!(error.failure.class, FailureClass::Data);
    assert!(error.failure.words.unwrap().contains("`ghost`"));
    assert!(service.members(&group).is_empty(), "all or nothing");

    let habits = Habits { max_members_per_patch: NonZeroUsize::new(2), ..Habits::default() };
    service.command(rollbook_standins::Fault::Habits(habits));
    let error = connector.edit_members(&group, &strings(&["1", "2"]), &[a]).await.unwrap_err();
    assert!(error.failure.words.unwrap().contains("at most 2"));
    connector.edit_members(&group, &strings(&["1", "2"]), &[]).await.unwrap();
}
