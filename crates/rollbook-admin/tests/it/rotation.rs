//! Tokens over time: lifetimes, rotation without a gap, never a third, revocation.

use chrono::{DateTime, TimeDelta, Utc};
use rollbook_store::{Batch, DirectoryId, ResourceId, ResourceWrite, TokenHash};
use serde_json::{Value, json};

use super::{Hub, code, message};

/// Whether a token of this answer is good now, as the authenticator looks at it.
async fn good(hub: &Hub, made: &Value) -> bool {
    let hash = TokenHash::of(made["token"].as_str().unwrap());
    let kept = hub.store.token(&hash).await.unwrap();
    kept.is_some_and(|token| token.expires > rollbook_store::Environment::now(hub.clock.as_ref()))
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

/// The states as listed, newest first.
async fn states(hub: &Hub) -> Vec<String> {
    let list = hub.get("directories/acme/tokens").await;
    list.as_array().unwrap().iter().map(|it| it["state"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_lifetime_is_the_given_one_else_the_directorys_else_six_months() {
    let hub = Hub::with_acme().await;
    let now = rollbook_store::Environment::now(hub.clock.as_ref());
    let made = hub.made("directories/acme/tokens", "{}").await;
    assert_eq!(time(&made["expires"]) - now, TimeDelta::minutes(262_800));
    assert_eq!(hub.patch("directories/acme", r#"{"settings": {"token_minutes": 90}}"#).await.0, 200);
    let short = hub.made("directories/acme/tokens", "").await;
    assert_eq!(time(&short["expires"]) - now, TimeDelta::minutes(90));
    let given = hub.made("directories/acme/tokens", r#"{"lifetime_minutes": 1051200}"#).await;
    assert_eq!(time(&given["expires"]) - now, TimeDelta::days(730));
    // Changing the setting changes no token that lives.
    assert_eq!(hub.patch("directories/acme", r#"{"settings": {"token_minutes": 1}}"#).await.0, 200);
    hub.clock.pass(TimeDelta::days(100));
    assert!(good(&hub, &made).await && good(&hub, &given).await && !good(&hub, &short).await);
    for minutes in [0, -5, 1_051_201] {
        let body = json!({ "lifetime_minutes": minutes }).to_string();
        let (status, answer) = hub.post("directories/acme/tokens", &body).await;
        assert_eq!(
            (status, message(&answer)),
            (400, "`lifetime_minutes` must be 1 to 1051200 minutes (2 years)")
        );
    }
}

#[tokio::test]
async fn rotation_leaves_the_previous_token_good_for_a_day_and_never_a_third() {
    let hub = Hub::with_acme().await;
    let body = r#"{"label": "Entra", "scope": "scim.read", "lifetime_minutes": 500000}"#;
    let first = hub.made("directories/acme/tokens", body).await;
    let second = hub.made("directories/acme/tokens/rotate", "{}").await;
    let now = rollbook_store::Environment::now(hub.clock.as_ref());
    assert_eq!(time(&second["previous_until"]), now + TimeDelta::days(1));
    assert_eq!(second["scope"], "scim.read");
    assert!(good(&hub, &first).await && good(&hub, &second).await);
    assert_eq!(states(&hub).await.iter().filter(|it| *it == "live").count(), 1);
    let list = hub.get("directories/acme/tokens").await;
    let listed = |made: &Value| {
        list.as_array().unwrap().iter().find(|it| it["id"] == made["id"]).cloned().unwrap_or_default()
    };
    assert_eq!((&listed(&second)["label"], &listed(&second)["state"]), (&json!("Entra"), &json!("live")));
    assert_eq!(listed(&first)["state"], "previous");

    // While two are good, a third ends the oldest at once.
    hub.clock.pass(TimeDelta::hours(1));
    let third = hub.made("directories/acme/tokens/rotate", "{}").await;
    assert!(!good(&hub, &first).await && good(&hub, &second).await && good(&hub, &third).await);
    hub.clock.pass(TimeDelta::hours(24));
    assert!(!good(&hub, &second).await && good(&hub, &third).await);
    let mut all = states(&hub).await;
    all.sort();
    assert_eq!(all, ["expired", "expired", "live"]);
}

#[tokio::test]
async fn the_directory_says_how_long_the_previous_one_lives() {
    let hub = Hub::with_acme().await;
    assert_eq!(hub.patch("directories/acme", r#"{"settings": {"previous_token_minutes": 0}}"#).await.0, 200);
    let first = hub.made("directories/acme/tokens", "{}").await;
    let second = hub.made("directories/acme/tokens/rotate", "{}").await;
    assert!(!good(&hub, &first).await && good(&hub, &second).await);
    assert_eq!(time(&second["previous_until"]), rollbook_store::Environment::now(hub.clock.as_ref()));
    // A token that ends earlier anyway is not made to live longer.
    assert_eq!(hub.patch("directories/acme", r#"{"settings": {"previous_token_minutes": 60}}"#).await.0, 200);
    let short = hub.made("directories/acme/tokens", r#"{"lifetime_minutes": 10}"#).await;
    let path = format!("directories/acme/tokens/{}/rotate", short["id"].as_str().unwrap());
    let next = hub.made(&path, r#"{"lifetime_minutes": 20}"#).await;
    assert_eq!(next["previous_until"], short["expires"]);
}

#[tokio::test]
async fn what_cannot_be_rotated_says_why() {
    let hub = Hub::with_acme().await;
    let (status, answer) = hub.post("directories/acme/tokens/rotate", "{}").await;
    assert_eq!((status, code(&answer)), (409, "token.none"));
    assert!(message(&answer).contains("`rollbook token create acme`"), "{answer}");
    let first = hub.made("directories/acme/tokens", "{}").await;
    hub.made("directories/acme/tokens", "{}").await;
    let (status, answer) = hub.post("directories/acme/tokens/rotate", "{}").await;
    assert_eq!((status, code(&answer)), (409, "token.ambiguous"), "{answer}");
    let prefix: String = first["token"].as_str().unwrap().chars().take(7).collect();
    let path = format!("directories/acme/tokens/{prefix}/rotate");
    hub.made(&path, "{}").await;
    let (status, answer) = hub.post(&path, "{}").await;
    assert_eq!((status, code(&answer)), (409, "token.rotated"), "{answer}");
    let (status, answer) = hub.post("directories/acme/tokens/rb_none/rotate", "{}").await;
    assert_eq!(
        (status, message(&answer)),
        (404, "there is no token `rb_none`; `rollbook token list` shows them")
    );
    // One of another directory is as good as none.
    hub.made("directories", r#"{"name": "Beta"}"#).await;
    let path = format!("directories/beta/tokens/{}/rotate", first["id"].as_str().unwrap());
    assert_eq!(hub.post(&path, "{}").await.0, 404);
}

#[tokio::test]
async fn an_expired_token_can_be_rotated_by_its_name() {
    let hub = Hub::with_acme().await;
    let first = hub.made("directories/acme/tokens", r#"{"lifetime_minutes": 1, "label": "Okta"}"#).await;
    hub.clock.pass(TimeDelta::hours(1));
    let path = format!("directories/acme/tokens/{}/rotate", first["id"].as_str().unwrap());
    let next = hub.made(&path, "{}").await;
    assert!(good(&hub, &next).await && !good(&hub, &first).await);
    // What expired long ago is forgotten.
    hub.clock.pass(TimeDelta::days(91));
    hub.made("directories/acme/tokens", "{}").await;
    assert_eq!(hub.get("directories/acme/tokens").await.as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_revoked_token_is_gone_at_once() {
    let hub = Hub::with_acme().await;
    let made = hub.made("directories/acme/tokens", "{}").await;
    let path = format!("directories/acme/tokens/{}", made["id"].as_str().unwrap());
    let (status, answer) = hub.delete(&path).await;
    assert_eq!((status, &answer["state"]), (200, &json!("expired")));
    assert!(!good(&hub, &made).await);
    assert_eq!(hub.delete(&path).await.0, 404);
}

#[tokio::test]
async fn a_token_may_stand_for_a_user() {
    let hub = Hub::with_acme().await;
    let directory = hub.get("directories/acme").await["id"].as_str().unwrap().to_owned();
    let now = rollbook_store::Environment::now(hub.clock.as_ref());
    let create = ResourceWrite::Create {
        id: ResourceId::new("u1"),
        resource_type: "User".to_owned(),
        body: r#"{"userName":"ann"}"#.into(),
        keys: Vec::new(),
        display: None,
        members: Vec::new(),
        attributes: Vec::new(),
    };
    hub.store.commit(Batch::new(DirectoryId::new(directory), now).resource(create)).await.unwrap();
    let made = hub.made("directories/acme/tokens", r#"{"me": "u1"}"#).await;
    hub.made("directories/acme/tokens/rotate", "{}").await;
    let list = hub.get("directories/acme/tokens").await;
    assert!(list.as_array().unwrap().iter().all(|it| it["me"] == "u1"), "{list}");
    assert!(good(&hub, &made).await);
    let (status, answer) = hub.post("directories/acme/tokens", r#"{"me": "u2"}"#).await;
    assert_eq!(
        (status, message(&answer)),
        (400, "`me` is `u2`, and the directory `acme` holds no resource with this id")
    );
}
