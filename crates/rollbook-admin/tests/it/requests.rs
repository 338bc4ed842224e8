//! The inbound request log, as it is read.

use rollbook_store::{Batch, Environment, RequestRecord, SettingsWrite};

use super::{Hub, message};

#[tokio::test]
async fn each_directory_has_its_own_and_strangers_have_one() {
    let hub = Hub::with_acme().await;
    hub.made("directories", r#"{"name": "Beta"}"#).await;
    let now = hub.clock.now();
    let mut batch = Batch::global(now);
    for (slug, path) in [(Some("acme"), "/1"), (Some("acme"), "/2"), (Some("beta"), "/3"), (None, "/4")] {
        let directory = match slug {
            Some(slug) => Some(hub.store.directory(slug).await.unwrap().unwrap().id),
            None => None,
        };
        batch = batch.setting(SettingsWrite::AppendRequest(RequestRecord {
            at: now,
            directory,
            client: Some("192.0.2.1".to_owned()),
            token: None,
            method: "GET".to_owned(),
            path: path.to_owned(),
            status: 401,
            reason: Some("this is a client secret, not a token".to_owned()),
            micros: 12,
        }));
    }
    hub.store.commit(batch).await.unwrap();
    for (path, paths) in [
        ("directories/acme/requests", &["/2", "/1"][..]),
        ("directories/acme/requests?limit=1", &["/2"]),
        ("directories/acme/requests?limit=none", &["/2", "/1"]),
        ("directories/beta/requests", &["/3"]),
        ("requests", &["/4"]),
    ] {
        let rows = hub.get(path).await;
        let found: Vec<&str> =
            rows.as_array().unwrap().iter().map(|it| it["path"].as_str().unwrap()).collect();
        assert_eq!(found, paths, "{path}");
        assert_eq!(rows[0]["reason"], "this is a client secret, not a token");
    }
    let (status, answer) = super::send(&hub.api, http::Method::GET, "directories/a%20b/requests", "").await;
    assert_eq!(status, 404);
    assert!(message(&answer).starts_with("there is no directory `a b`"), "{answer}");
}
