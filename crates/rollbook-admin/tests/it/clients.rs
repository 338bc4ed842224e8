//! OAuth clients and their secrets.

use chrono::TimeDelta;
use rollbook_store::{Batch, ClientId, SettingsWrite, Token, TokenHash, TokenId};
use serde_json::{Value, json};

use super::{Hub, message};

/// How many secrets of a client are kept, and how many of those are good now.
async fn secrets(hub: &Hub, id: &str) -> (usize, usize) {
    let client = hub.store.client(&ClientId::new(id)).await.unwrap().unwrap();
    let now = rollbook_store::Environment::now(hub.clock.as_ref());
    let good = client.secrets.iter().filter(|it| it.expires.is_none_or(|expires| expires > now)).count();
    (client.secrets.len(), good)
}

fn id(made: &Value) -> &str {
    made["client_id"].as_str().unwrap()
}

#[tokio::test]
async fn a_client_is_made_and_its_secret_shown_once() {
    let hub = Hub::with_acme().await;
    let made = hub.made("directories/acme/clients", r#"{"label": "Okta"}"#).await;
    assert!(id(&made).starts_with("syncClient"), "{made}");
    let secret = made["client_secret"].as_str().unwrap();
    assert!(secret.starts_with("rbs_") && secret.len() == 47, "{secret}");
    assert_eq!(made["token_url"], "https://hub.example/acs/token");
    assert_eq!(made["scim_url"], "https://hub.example/scim/v2/acme");
    assert_eq!(
        (&made["scope"], &made["token_seconds"], &made["expires"]),
        (&json!("scim"), &json!(3_600), &json!(null))
    );
    let kept = hub.store.client(&ClientId::new(id(&made))).await.unwrap().unwrap();
    assert_eq!(kept.secrets[0].hash, TokenHash::of(secret));
    let list = hub.get("directories/acme/clients").await;
    assert!(!list.to_string().contains(secret), "{list}");
    assert_eq!(list[0]["secrets"][0]["prefix"], secret[..8]);
    // Given ids are taken as they are, once in the whole server.
    let given = r#"{"client_id": "okta@acme.example", "scope": "scim.read", "token_seconds": 60}"#;
    let made = hub.made("directories/acme/clients", given).await;
    assert_eq!((id(&made), &made["scope"]), ("okta@acme.example", &json!("scim.read")));
    hub.made("directories", r#"{"name": "Beta"}"#).await;
    let (status, answer) = hub.post("directories/beta/clients", given).await;
    assert_eq!(
        (status, message(&answer)),
        (409, "there is a client `okta@acme.example` already; choose another name")
    );
}

#[tokio::test]
async fn a_secret_is_rotated_without_a_gap_and_never_a_third() {
    let hub = Hub::with_acme().await;
    let made = hub.made("directories/acme/clients", r#"{"client_id": "okta"}"#).await;
    let rotated = hub.made("directories/acme/clients/okta/rotate", r#"{"previous_minutes": 60}"#).await;
    assert_ne!(made["client_secret"], rotated["client_secret"]);
    assert_eq!(secrets(&hub, "okta").await, (2, 2));
    hub.made("directories/acme/clients/okta/rotate", "{}").await;
    assert_eq!(secrets(&hub, "okta").await, (2, 2));
    hub.clock.pass(TimeDelta::minutes(1_441));
    assert_eq!(secrets(&hub, "okta").await, (2, 1));
    // 0 ends the one before it at once.
    hub.made("directories/acme/clients/okta/rotate", r#"{"previous_minutes": 0}"#).await;
    assert_eq!(secrets(&hub, "okta").await, (1, 1));
    let (status, answer) =
        hub.post("directories/acme/clients/okta/rotate", r#"{"previous_minutes": 10081}"#).await;
    assert_eq!(
        (status, message(&answer)),
        (400, "`previous_minutes` must be 0 to 10080 minutes (7 days); 0 ends the old secret at once")
    );
}

#[tokio::test]
async fn the_old_secret_can_be_retired_early() {
    let hub = Hub::with_acme().await;
    hub.made("directories/acme/clients", r#"{"client_id": "okta"}"#).await;
    let (status, answer) = hub.post("directories/acme/clients/okta/retire", "").await;
    assert_eq!(status, 409);
    assert!(message(&answer).contains("one secret only"), "{answer}");
    let rotated = hub.made("directories/acme/clients/okta/rotate", "{}").await;
    let (status, answer) = hub.post("directories/acme/clients/okta/retire", "").await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(secrets(&hub, "okta").await, (1, 1));
    let kept = hub.store.client(&ClientId::new("okta")).await.unwrap().unwrap();
    assert_eq!(kept.secrets[0].hash, TokenHash::of(rotated["client_secret"].as_str().unwrap()));
}

#[tokio::test]
async fn a_deleted_client_takes_its_access_tokens_along() {
    let hub = Hub::with_acme().await;
    hub.made("directories/acme/clients", r#"{"client_id": "okta"}"#).await;
    let directory = hub.store.directory("acme").await.unwrap().unwrap().id;
    let now = rollbook_store::Environment::now(hub.clock.as_ref());
    let hash = TokenHash::of("rba_issued");
    let mut token = Token::new(TokenId::new("t"), directory, hash, now, now + TimeDelta::hours(1));
    token.client = Some(ClientId::new("okta"));
    hub.store.commit(Batch::global(now).setting(SettingsWrite::PutToken(token))).await.unwrap();
    // Issued tokens are listed only when asked for.
    assert_eq!(hub.get("directories/acme/tokens").await, json!([]));
    assert_eq!(hub.get("directories/acme/tokens?issued=true").await[0]["client"], "okta");
    let (status, answer) = hub.delete("directories/acme/clients/okta").await;
    assert_eq!((status, id(&answer)), (200, "okta"));
    assert!(hub.store.token(&hash).await.unwrap().is_none());
    let (status, answer) = hub.delete("directories/acme/clients/okta").await;
    assert_eq!(
        (status, message(&answer)),
        (404, "there is no client `okta`; `rollbook client list` shows them")
    );
}

#[tokio::test]
async fn a_client_of_another_directory_is_as_good_as_none() {
    let hub = Hub::with_acme().await;
    hub.made("directories", r#"{"name": "Beta"}"#).await;
    hub.made("directories/acme/clients", r#"{"client_id": "okta"}"#).await;
    for path in ["directories/beta/clients/okta/rotate", "directories/beta/clients/okta/retire"] {
        let (status, answer) = hub.post(path, "{}").await;
        assert_eq!(
            (status, message(&answer)),
            (404, "there is no client `okta`; `rollbook client list` shows them")
        );
    }
    assert_eq!(hub.delete("directories/beta/clients/okta").await.0, 404);
    assert_eq!(hub.get("directories/beta/clients").await, json!([]));
    assert_eq!(secrets(&hub, "okta").await, (1, 1));
}

#[tokio::test]
async fn refusals_name_the_field() {
    let hub = Hub::with_acme().await;
    for (body, words) in [
        (json!({ "client_id": "" }), "`client_id` must be 1 to 256"),
        (json!({ "client_id": "a b" }), "`client_id` must be 1 to 256"),
        (json!({ "client_id": "a:b" }), "`client_id` must be 1 to 256"),
        (json!({ "client_id": "x".repeat(257) }), "`client_id` must be 1 to 256"),
        (json!({ "token_seconds": 59 }), "`token_seconds` must be 60 to 86400 seconds"),
        (json!({ "token_seconds": 86_401 }), "`token_seconds` must be 60 to 86400 seconds"),
        (json!({ "secret_minutes": 0 }), "`secret_minutes` must be 1 to 1051200 minutes"),
        (json!({ "scope": "admin" }), "`admin`"),
        (json!({ "secret": "mine" }), "`secret`"),
        (json!({ "label": "x".repeat(129) }), "`label` must be one line of at most 128 characters"),
    ] {
        let (status, answer) = hub.post("directories/acme/clients", &body.to_string()).await;
        assert_eq!(status, 400, "{body}: {answer}");
        assert!(message(&answer).contains(words), "{body}: {answer}");
    }
}
