//! The connector against a service that works.

use rollbook_provision::{AttributeChange, Connector, DeleteStyle};
use rollbook_schema::{Resource, uri};
use rollbook_standins::{Habits, Standin};
use rollbook_store::FailureClass;

use crate::support::{ann, connector, group, resource, standin, strings, tolerant_and_strict, user, value};

fn change(path: &str, json: Option<&str>) -> AttributeChange {
    AttributeChange { path: path.to_owned(), value: json.map(value) }
}

fn only_user(service: &Standin) -> Resource {
    let [user] = service.users().try_into().unwrap();
    user
}

const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

#[tokio::test]
async fn a_user_is_created_found_changed_and_deleted() {
    for habits in tolerant_and_strict() {
        let service = standin(habits).await;
        let connector = connector(&service.url(), "");
        assert_eq!(connector.find(&ann()).await.unwrap(), []);
        let created = connector.create(&ann()).await.unwrap();
        assert_eq!(created.attributes.external_id(), Some("x-ann"));
        let found = connector.find(&ann()).await.unwrap();
        assert_eq!(found.iter().map(|remote| &remote.id).collect::<Vec<_>>(), [&created.id]);

        let changes = [
            change("displayName", Some(r#""Ann B""#)),
            change("emails", Some(r#"[{"value":"ann@example.org","type":"work","primary":true}]"#)),
            change(DEPARTMENT, Some(r#""Sales""#)),
            change("active", Some("false")),
        ];
        connector.update(&created.id, &ann(), &changes).await.unwrap();
        let held = only_user(&service);
        assert_eq!(held.display_name(), Some("Ann B"));
        assert_eq!(held.get("active").unwrap().as_bool(), Some(false));
        assert_eq!(held.get("emails").unwrap().elements().count(), 1);
        let enterprise = held.get(uri::ENTERPRISE_USER).unwrap().as_complex().unwrap();
        assert_eq!(enterprise.get("department"), Some(&value(r#""Sales""#)));

        let cleared = [change("displayName", None), change("emails", Some("[]")), change(DEPARTMENT, None)];
        connector.update(&created.id, &ann(), &cleared).await.unwrap();
        let held = only_user(&service);
        for gone in ["displayName", "emails", uri::ENTERPRISE_USER] {
            assert_eq!(held.get(gone), None, "{gone}");
        }
        assert_eq!(held.user_name(), Some("ann@example.org"));

        connector.delete("User", &created.id).await.unwrap();
        connector.delete("User", &created.id).await.unwrap();
        assert!(service.users().is_empty());
    }
}

#[tokio::test]
async fn one_change_is_one_patch_with_one_operation_for_each_attribute() {
    let service = standin(Habits::default()).await;
    let connector = connector(&service.url(), "");
    let created = connector.create(&ann()).await.unwrap();
    service.reset_counts();
    connector
        .update(&created.id, &ann(), &[change("title", Some(r#""Dr""#)), change("nickName", None)])
        .await
        .unwrap();
    assert_eq!(service.counts().iter().collect::<Vec<_>>(), [("PATCH /Users/{id}", 1)]);
    let [seen] = service.requests().try_into().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&seen.body),
        r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"title","value":"Dr"},{"op":"remove","path":"nickName"}]}"#
    );
}

#[tokio::test]
async fn a_create_sends_what_there_is_and_nothing_that_the_service_computes() {
    let service = standin(Habits::default()).await;
    let connector = connector(&service.url(), r#"{"exclude_attributes":["nickName","urn:x:User:secret"]}"#);
    let desired = user(
        r#"{"schemas":["urn:old"],"id":"hub-id","userName":"ann","nickName":"A","title":null,"emails":[],
            "meta":{"version":"1"},"groups":[{"value":"g"}],"urn:x:User":{"secret":1},
            "urn:y:User":{"kept":  1.0},"externalId":"x"}"#,
    );
    connector.create(&desired).await.unwrap();
    let [seen] = service.requests().try_into().unwrap();
    let sent = String::from_utf8_lossy(&seen.body).into_owned();
    // The extension that no schema knows keeps its bytes; `urn:x:User`, opaque too, is sent whole.
    assert_eq!(
        sent,
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:x:User","urn:y:User"],"userName":"ann","urn:x:User":{"secret":1},"urn:y:User":{"kept":  1.0},"externalId":"x"}"#
    );
}

#[tokio::test]
async fn an_excluded_change_makes_no_call() {
    let service = standin(Habits::default()).await;
    let connector = connector(&service.url(), r#"{"exclude_attributes":["title"]}"#);
    connector.update("nobody", &ann(), &[change("title", Some("1"))]).await.unwrap();
    connector.update("nobody", &ann(), &[]).await.unwrap();
    assert_eq!(service.counts().total(), 0);
}

#[tokio::test]
async fn find_asks_attribute_by_attribute_and_checks_again() {
    let service = standin(Habits::default()).await;
    let connector = connector(&service.url(), "");
    let by_name = resource(r#"{"schemas":[],"userName":"ANN@example.org","externalId":"other"}"#);
    connector.client().create("/Users", &by_name).await.unwrap();
    let found = connector.find(&ann()).await.unwrap();
    assert_eq!(found[0].attributes.external_id(), Some("other"));
    assert_eq!(service.counts().of("GET /Users?filter"), 2);
    // Nobody has the external id in another case: it is case exact (RFC 7643 §3.1).
    let desired = user(r#"{"externalId":"OTHER","userName":"nobody"}"#);
    assert_eq!(connector.find(&desired).await.unwrap(), []);
}

#[tokio::test]
async fn a_service_without_external_ids_is_got_on_with() {
    for unfilterable in [vec![], strings(&["externalId"])] {
        let service = standin(Habits { no_external_id: true, unfilterable, ..Habits::default() }).await;
        let connector = connector(&service.url(), "");
        let created = connector.create(&ann()).await.unwrap();
        assert_eq!(created.attributes.external_id(), None);
        assert_eq!(connector.find(&ann()).await.unwrap()[0].id, created.id);
    }
}

#[tokio::test]
async fn a_service_that_filters_by_nothing_is_no_service_without_accounts() {
    let unfilterable = strings(&["externalId", "userName"]);
    let service = standin(Habits { unfilterable, ..Habits::default() }).await;
    let error = connector(&service.url(), "").find(&ann()).await.unwrap_err();
    assert_eq!(error.failure.class, FailureClass::Configuration);
    assert!(error.failure.next_step.contains("match_users"), "{error:?}");
    let email = r#"{"match_users":["emails.value"]}"#;
    let desired = user(
        r#"{"userName":"ann","emails":[{"value":"old@example.org"},{"value":"ann@example.org","primary":true}]}"#,
    );
    let connector = connector(&service.url(), email);
    let created = connector.create(&desired).await.unwrap();
    assert_eq!(connector.find(&desired).await.unwrap()[0].id, created.id);
    assert!(service.requests().last().unwrap().uri.query().unwrap().contains("ann%40example.org"));
}

#[tokio::test]
async fn a_taken_name_is_a_conflict() {
    let service = standin(Habits { unique_group_names: true, ..Habits::default() }).await;
    let connector = connector(&service.url(), "");
    for desired in [ann(), group(r#"{"displayName":"Staff","externalId":"s"}"#)] {
        connector.create(&desired).await.unwrap();
        let error = connector.create(&desired).await.unwrap_err();
        assert_eq!(error.failure.class, FailureClass::Conflict);
        assert!(!error.ambiguous && !error.missing);
        assert!(error.failure.words.unwrap().contains("another"));
    }
}

#[tokio::test]
async fn an_account_is_switched_off_and_one_that_is_gone_is_fine() {
    let service = standin(Habits::default()).await;
    let connector = connector(&service.url(), r#"{"delete":"deactivate"}"#);
    assert_eq!(connector.capabilities().delete, DeleteStyle::Deactivate);
    let created = connector.create(&ann()).await.unwrap();
    connector.deactivate("User", &created.id).await.unwrap();
    assert_eq!(only_user(&service).get("active").unwrap().as_bool(), Some(false));
    connector.deactivate("User", "nobody").await.unwrap();
    let error = connector.deactivate("Group", "g").await.unwrap_err();
    assert_eq!(error.failure.class, FailureClass::Configuration);
}

#[tokio::test]
async fn an_id_that_the_service_forgot_is_missing() {
    let service = standin(Habits::default()).await;
    let connector = connector(&service.url(), "");
    let error = connector.update("nobody", &ann(), &[change("title", Some(r#""Dr""#))]).await.unwrap_err();
    assert!(error.missing && !error.ambiguous, "{error:?}");
    assert!(connector.edit_members("nobody", &strings(&["a"]), &[]).await.unwrap_err().missing);
    assert!(connector.read_members("nobody").await.unwrap_err().missing);
}

#[tokio::test]
async fn a_type_beyond_users_and_groups_is_refused_before_any_call() {
    let service = standin(Habits::default()).await;
    let connector = connector(&service.url(), "");
    let mut desired = ann();
    desired.resource_type = "Device".to_owned();
    assert_eq!(connector.create(&desired).await.unwrap_err().failure.class, FailureClass::Configuration);
    assert_eq!(connector.find(&desired).await.unwrap_err().failure.class, FailureClass::Configuration);
    assert_eq!(service.counts().total(), 0);
}

#[tokio::test]
async fn a_probe_shows_whether_the_credential_is_taken() {
    let service = standin(Habits { groups: false, ..Habits::default() }).await;
    connector(&service.url(), "").probe().await.unwrap();
    let error = connector(&service.url(), r#"{"users":false}"#).probe().await.unwrap_err();
    assert_eq!(error.failure.class, FailureClass::Configuration, "there are no groups");
    assert!(!error.missing);
    service.command(rollbook_standins::Fault::Token("another".to_owned()));
    let error = connector(&service.url(), "").probe().await.unwrap_err();
    assert_eq!(error.failure.class, FailureClass::Credentials);
}
