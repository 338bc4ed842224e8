//! Targets: what is kept, what is refused, what is shown.

use http::Method;

use super::{api, message, send};

#[tokio::test]
async fn the_credential_is_sealed_and_never_shown() {
    let (api, store) = api();
    send(&api, Method::POST, "directories", r#"{"name": "Acme"}"#).await;
    let body = r#"{"name": "wiki", "url": "https://wiki.example/scim/v2/", "token": "canary-7f3a"}"#;
    let (status, made) = send(&api, Method::POST, "directories/acme/targets", body).await;
    assert_eq!((status, &made["url"]), (201, &"https://wiki.example/scim/v2".into()));
    assert_eq!(made["has_credential"], true);
    let kept = store.targets(None).await.unwrap().remove(0);
    let sealed = kept.credential.clone().unwrap();
    assert!(!sealed.windows(6).any(|window| window == b"canary"));
    for shown in
        [made.to_string(), format!("{kept:?}"), send(&api, Method::GET, "targets", "").await.1.to_string()]
    {
        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[tokio::test]
async fn refusals_name_the_field_and_what_would_be_right() {
    let (api, _) = api();
    send(&api, Method::POST, "directories", r#"{"name": "Acme"}"#).await;
    send(&api, Method::POST, "directories/acme/targets", r#"{"name": "wiki", "url": "https://a.example"}"#)
        .await;
    for (body, status, words) in [
        (r#"{"name": "wiki", "url": "https://b.example"}"#, 409, "there is a target `wiki` already"),
        (r#"{"name": "W", "url": "https://b.example"}"#, 400, "`name` must be"),
        (r#"{"name": "b", "url": "b.example"}"#, 400, "`url`"),
        (r#"{"name": "b", "url": "https://u:p@b.example"}"#, 400, "`url` must not hold a user or password"),
        (r#"{"name": "b", "url": "https://b.example", "profile": {"grups": false}}"#, 400, "`grups`"),
        (r#"{"name": "b", "url": "https://b.example", "profile": {"base": "nobody"}}"#, 400, "`nobody`"),
    ] {
        let (got, answer) = send(&api, Method::POST, "directories/acme/targets", body).await;
        assert_eq!(got, status, "{body}: {answer}");
        assert!(message(&answer).contains(words), "{body}: {answer}");
    }
}

#[tokio::test]
async fn status_and_log_show_a_target_before_anything_was_sent() {
    let (api, _) = api();
    send(&api, Method::POST, "directories", r#"{"name": "Acme"}"#).await;
    send(&api, Method::POST, "directories/acme/targets", r#"{"name": "wiki", "url": "https://a.example"}"#)
        .await;
    let (_, status) = send(&api, Method::GET, "status?directory=acme", "").await;
    assert_eq!(status["targets"][0]["name"], "wiki");
    assert_eq!(status["targets"][0]["unread"], 0);
    let (got, log) = send(&api, Method::GET, "directories/acme/targets/wiki/log", "").await;
    assert_eq!((got, log.as_array().map(Vec::len)), (200, Some(0)));
    let (got, answer) = send(&api, Method::GET, "directories/acme/targets/chat/log", "").await;
    assert_eq!(
        (got, message(&answer)),
        (404, "there is no target `chat`; `rollbook target list` shows them")
    );
}
