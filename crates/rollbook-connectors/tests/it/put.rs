//! A service without PATCH.

use std::slice::from_ref;

use rollbook_provision::{AttributeChange, Connector};
use rollbook_standins::Habits;
use rollbook_store::FailureClass;

use crate::support::{connector, group, standin, user, value};

fn title() -> [AttributeChange; 1] {
    [AttributeChange { path: "displayName".to_owned(), value: Some(value(r#""New""#)) }]
}

#[tokio::test]
async fn rfc7644_3_5_1_an_update_replaces_the_whole() {
    for strict in [false, true] {
        let service = standin(Habits { patch: false, strict, ..Habits::default() }).await;
        let connector = connector(&service.url(), r#"{"base":"put-only"}"#);
        let old = user(r#"{"userName":"ann","externalId":"x","title":"Dr","displayName":"Old"}"#);
        let new = user(r#"{"userName":"ann","externalId":"x","displayName":"New"}"#);
        let id = connector.create(&old).await.unwrap().id;
        service.reset_counts();
        connector.update(&id, &new, &title()).await.unwrap();
        assert_eq!(service.counts().iter().collect::<Vec<_>>(), [("PUT /Users/{id}", 1)]);
        let [held] = service.users().try_into().unwrap();
        assert_eq!((held.display_name(), held.get("title")), (Some("New"), None));
        assert_eq!(held.id(), Some(id.as_str()));

        connector.deactivate("User", &id).await.unwrap();
        let [held] = service.users().try_into().unwrap();
        assert_eq!(held.get("active").unwrap().as_bool(), Some(false));
        assert_eq!(held.display_name(), Some("New"));
        connector.deactivate("User", "nobody").await.unwrap();
    }
}

#[tokio::test]
async fn a_renamed_group_keeps_its_members() {
    let service = standin(Habits { patch: false, ..Habits::default() }).await;
    let connector = connector(&service.url(), r#"{"update":"put"}"#);
    let member = connector.create(&user(r#"{"userName":"ann"}"#)).await.unwrap().id;
    let id = connector.create(&group(r#"{"displayName":"Old","externalId":"g"}"#)).await.unwrap().id;
    connector.edit_members(&id, from_ref(&member), &[]).await.unwrap();
    connector.update(&id, &group(r#"{"displayName":"New","externalId":"g"}"#), &title()).await.unwrap();
    let [held] = service.groups().try_into().unwrap();
    assert_eq!((held.display_name(), held.external_id()), (Some("New"), Some("g")));
    assert_eq!(service.members(&id), [member]);
}

#[tokio::test]
async fn a_patch_that_is_not_taken_names_the_setting() {
    let service = standin(Habits { patch: false, ..Habits::default() }).await;
    let connector = connector(&service.url(), "");
    let desired = user(r#"{"userName":"ann"}"#);
    let id = connector.create(&desired).await.unwrap().id;
    let error = connector.update(&id, &desired, &title()).await.unwrap_err();
    assert_eq!(error.failure.class, FailureClass::Configuration);
    assert!(error.failure.next_step.contains("`update`"), "{error:?}");
}
