//! Directories and their tokens.

use http::Method;
use rollbook_store::TokenHash;

use super::{api, message, send};

#[tokio::test]
async fn a_directory_gets_its_address_from_its_name() {
    let (api, _) = api();
    let (status, made) =
        send(&api, Method::POST, "directories", r#"{"name": "Acme Corp. (EU)", "client": "okta"}"#).await;
    assert_eq!(status, 201);
    assert_eq!(made["slug"], "acme-corp-eu");
    assert_eq!(made["client"], "okta");
    assert_eq!(made["scim_url"], "https://hub.example/scim/v2/acme-corp-eu");
    let (_, all) = send(&api, Method::GET, "directories", "").await;
    assert_eq!(all.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn refusals_name_the_field_and_what_would_be_right() {
    let (api, _) = api();
    let (status, _) = send(&api, Method::POST, "directories", r#"{"name": "Acme"}"#).await;
    assert_eq!(status, 201);
    for (path, body, status, sentence) in [
        (
            "directories",
            r#"{"name": "acme"}"#,
            409,
            "there is a directory `acme` already; choose another name",
        ),
        (
            "directories",
            r#"{"name": "!!"}"#,
            400,
            "`name` must be 1 to 63 of the characters a-z, 0-9 and `-`",
        ),
        (
            "directories",
            r#"{"name": "x", "slug": "X"}"#,
            400,
            "`slug` must be 1 to 63 of the characters a-z, 0-9 and `-`",
        ),
        (
            "directories/nobody/tokens",
            "{}",
            404,
            "there is no directory `nobody`; `rollbook directory list` shows them, `rollbook directory add` makes one",
        ),
        (
            "directories/acme/tokens",
            r#"{"lifetime_minutes": 0}"#,
            400,
            "`lifetime_minutes` must be 1 to 1051200 minutes (2 years)",
        ),
        ("nowhere", "{}", 404, "the administration API has no `POST /provisioning/v1/nowhere`"),
    ] {
        let (got, answer) = send(&api, Method::POST, path, body).await;
        assert_eq!((got, message(&answer)), (status, sentence), "{path} {body}");
    }
    let (status, answer) = send(&api, Method::POST, "directories", r#"{"nam": "x"}"#).await;
    assert_eq!(status, 400);
    assert!(message(&answer).contains("`nam`"), "{answer}");
}

#[tokio::test]
async fn a_token_is_shown_once_and_kept_as_a_hash() {
    let (api, store) = api();
    send(&api, Method::POST, "directories", r#"{"name": "Acme"}"#).await;
    let (status, made) = send(&api, Method::POST, "directories/acme/tokens", r#"{"label": "entra"}"#).await;
    assert_eq!(status, 201);
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("rb_") && token.len() > 40, "{token}");
    let kept = store.token(&TokenHash::of(token)).await.unwrap().unwrap();
    assert_eq!(kept.label, "entra");
    assert!(token.starts_with(&kept.prefix) && kept.prefix.len() < 10);
    let (_, status) = send(&api, Method::GET, "status", "").await;
    assert!(!status.to_string().contains(token));
}
