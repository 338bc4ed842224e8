//! What is said before something expires.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::Hub;

async fn warnings(hub: &Hub) -> Vec<(String, String)> {
    let status = hub.get("status").await;
    let text = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
    status["warnings"].as_array().unwrap().iter().map(|it| (text(it, "kind"), text(it, "sentence"))).collect()
}

#[tokio::test]
async fn a_token_is_warned_of_fourteen_days_ahead() {
    let hub = Hub::with_acme().await;
    let made = hub.made("directories/acme/tokens", r#"{"lifetime_minutes": 43200}"#).await;
    let shown: String = made["token"].as_str().unwrap().chars().take(7).collect();
    assert_eq!(warnings(&hub).await, []);
    hub.clock.pass(TimeDelta::days(16) - TimeDelta::seconds(1));
    assert_eq!(warnings(&hub).await, []);
    hub.clock.pass(TimeDelta::seconds(1));
    let told = format!("The token `{shown}…` of `acme` expires in 14 days, on 2026-12-22 10:00 UTC.");
    assert_eq!(warnings(&hub).await, [("token_expires".to_owned(), told)]);
    let status = hub.get("status?directory=acme").await;
    assert_eq!(
        status["warnings"][0]["next_step"],
        format!(
            "`rollbook token rotate acme {shown}` makes the next one; give it to the identity provider while both are \
             good."
        )
    );
    // A newer one, by rotation or beside it, ends the warning; the previous one is meant to end.
    hub.made("directories/acme/tokens/rotate", "{}").await;
    assert_eq!(warnings(&hub).await, []);
}

#[tokio::test]
async fn a_token_for_reading_says_nothing_about_the_one_for_writing() {
    let hub = Hub::with_acme().await;
    hub.made("directories/acme/tokens", r#"{"lifetime_minutes": 1440, "label": "Entra"}"#).await;
    hub.clock.pass(TimeDelta::minutes(1));
    hub.made("directories/acme/tokens", r#"{"scope": "scim.read"}"#).await;
    let told = warnings(&hub).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].1.contains("expires in 23 hours"), "{told:?}");
    hub.clock.pass(TimeDelta::hours(24));
    assert_eq!(warnings(&hub).await, []);
}

#[tokio::test]
async fn a_directory_without_a_good_token_is_said() {
    let hub = Hub::with_acme().await;
    assert_eq!(warnings(&hub).await, []);
    hub.made("directories/acme/tokens", r#"{"lifetime_minutes": 60}"#).await;
    hub.clock.pass(TimeDelta::hours(2));
    let told = warnings(&hub).await;
    assert_eq!((told.len(), told[0].0.as_str()), (1, "tokens_expired"));
    assert!(told[0].1.starts_with("No token of `acme` is good any more: the last one, `rb_"), "{told:?}");
    // Where a client gets its own tokens, none is missed.
    hub.made("directories/acme/clients", "{}").await;
    assert_eq!(warnings(&hub).await, []);
}

#[tokio::test]
async fn a_secret_that_expires_is_warned_of() {
    let hub = Hub::with_acme().await;
    hub.made("directories/acme/clients", r#"{"client_id": "for-ever"}"#).await;
    hub.made("directories/acme/clients", r#"{"client_id": "okta", "secret_minutes": 43200}"#).await;
    assert_eq!(warnings(&hub).await, []);
    hub.clock.pass(TimeDelta::days(29));
    let told = warnings(&hub).await;
    assert_eq!((told.len(), told[0].0.as_str()), (1, "secret_expires"));
    assert!(told[0].1.contains("of the client `okta` of `acme` expires in 1 day,"), "{told:?}");
    hub.clock.pass(TimeDelta::days(2));
    let told = warnings(&hub).await;
    assert_eq!((told.len(), told[0].0.as_str()), (1, "secrets_expired"));
    hub.made("directories/acme/clients/okta/rotate", "{}").await;
    assert_eq!(warnings(&hub).await, []);
    // The one before a rotation is meant to end.
    hub.made("directories/acme/clients/for-ever/rotate", "{}").await;
    assert_eq!(warnings(&hub).await, []);
}

#[tokio::test]
async fn a_directory_that_is_being_deleted_warns_of_nothing() {
    let hub = Hub::with_acme().await;
    hub.made("directories/acme/tokens", r#"{"lifetime_minutes": 60}"#).await;
    assert_eq!(warnings(&hub).await.len(), 1);
    hub.delete("directories/acme").await;
    assert_eq!(hub.get("status").await["warnings"], json!([]));
}
