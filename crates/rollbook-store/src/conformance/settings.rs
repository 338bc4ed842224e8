//! Directories, tokens, targets and marks.

use std::sync::Arc;

use super::fixture::{Fixture, assert_missing, assert_taken, directory, instant};
use super::ledger::target;
use crate::{
    Batch, Directory, Failure, FailureClass, Scope, SettingsWrite, Store, StoreError, Target, TargetHealth,
    Token, TokenHash,
};

async fn put(store: &Arc<dyn Store>, write: SettingsWrite) -> Result<(), StoreError> {
    store.commit(Batch::global(instant(9)).setting(write)).await.map(drop)
}

fn token(id: &str, directory: &Directory, secret: &str, created: i64) -> Token {
    Token {
        id: id.into(),
        directory: directory.id.clone(),
        hash: TokenHash::of(secret),
        prefix: "rbk_abcd".to_owned(),
        label: "Entra, \"main\"".to_owned(),
        created: instant(created),
        expires: instant(created + 1_000),
        last_used: None,
        scope: Scope::Write,
        replaces: None,
        client: None,
        resource: None,
    }
}

/// A directory is found by its slug and by its id, and by nothing else.
pub async fn a_directory_is_found_by_slug_and_id(store: Arc<dyn Store>) {
    let acme = directory("acme");
    put(&store, SettingsWrite::PutDirectory(acme.clone())).await.expect("it is new");
    assert_eq!(store.directory("acme").await.unwrap(), Some(acme.clone()));
    assert_eq!(store.directory("id-acme").await.unwrap(), Some(acme));
    for other in ["", "ACME", "acme ", "Directory acme", "other"] {
        assert_eq!(store.directory(other).await.unwrap(), None, "{other:?}");
    }
}

/// Where a slug is also another directory's id, the id wins.
pub async fn an_id_wins_over_a_slug(store: Arc<dyn Store>) {
    let acme = directory("acme");
    put(&store, SettingsWrite::PutDirectory(acme.clone())).await.expect("it is new");
    put(&store, SettingsWrite::PutDirectory(directory("id-acme"))).await.expect("the slug is free");
    assert_eq!(store.directory("id-acme").await.unwrap(), Some(acme));
}

/// Directories are listed by name.
pub async fn directories_are_listed_by_name(store: Arc<dyn Store>) {
    assert_eq!(store.directories().await.unwrap(), []);
    for slug in ["b", "c", "a"] {
        put(&store, SettingsWrite::PutDirectory(directory(slug))).await.expect("it is new");
    }
    let renamed = Directory { name: "A first one".to_owned(), ..directory("c") };
    put(&store, SettingsWrite::PutDirectory(renamed.clone())).await.expect("it replaces the old one");
    assert_eq!(store.directories().await.unwrap(), [renamed, directory("a"), directory("b")]);
}

/// No two directories share a slug.
pub async fn a_slug_is_unique(store: Arc<dyn Store>) {
    put(&store, SettingsWrite::PutDirectory(directory("acme"))).await.expect("it is new");
    let twin = Directory { id: "another".into(), ..directory("acme") };
    let error = put(&store, SettingsWrite::PutDirectory(twin)).await.expect_err("the slug is taken");
    assert_taken(&error, "directory", "slug");
    assert_eq!(store.directories().await.unwrap(), [directory("acme")]);
}

/// A token is found by the hash of its text, whether it has expired or not.
pub async fn a_token_is_found_by_its_hash(store: Arc<dyn Store>) {
    let acme = directory("acme");
    put(&store, SettingsWrite::PutDirectory(acme.clone())).await.expect("it is new");
    let mut first = token("1", &acme, "secret", 0);
    put(&store, SettingsWrite::PutToken(first.clone())).await.expect("it is new");
    assert_eq!(store.token(&TokenHash::of("secret")).await.unwrap(), Some(first.clone()));
    assert_eq!(store.token(&TokenHash::of("Secret")).await.unwrap(), None);
    first.expires = instant(-1_000);
    put(&store, SettingsWrite::PutToken(first.clone())).await.expect("it replaces the old one");
    assert_eq!(store.token(&TokenHash::of("secret")).await.unwrap(), Some(first));
}

/// The tokens of a directory are listed, the newest first.
pub async fn tokens_are_listed_newest_first(store: Arc<dyn Store>) {
    let (acme, other) = (directory("acme"), directory("other"));
    for directory in [&acme, &other] {
        put(&store, SettingsWrite::PutDirectory(directory.clone())).await.expect("it is new");
    }
    let tokens = [token("1", &acme, "a", 10), token("2", &acme, "b", 30), token("3", &other, "c", 20)];
    for token in &tokens {
        put(&store, SettingsWrite::PutToken(token.clone())).await.expect("it is new");
    }
    assert_eq!(store.tokens(&acme.id).await.unwrap(), [tokens[1].clone(), tokens[0].clone()]);
    assert_eq!(store.tokens(&other.id).await.unwrap(), [tokens[2].clone()]);
}

/// The use of a token is noted; that of an unknown one is refused.
pub async fn the_use_of_a_token_is_noted(store: Arc<dyn Store>) {
    let acme = directory("acme");
    put(&store, SettingsWrite::PutDirectory(acme.clone())).await.expect("it is new");
    let token = token("1", &acme, "secret", 0);
    put(&store, SettingsWrite::PutToken(token.clone())).await.expect("it is new");
    put(&store, SettingsWrite::TouchToken { id: "1".into(), at: instant(60) }).await.expect("it is there");
    let used = Token { last_used: Some(instant(60)), ..token };
    assert_eq!(store.token(&TokenHash::of("secret")).await.unwrap(), Some(used));
    let error = put(&store, SettingsWrite::TouchToken { id: "2".into(), at: instant(60) }).await;
    assert_missing(&error.expect_err("it is not there"), "token", "2");
}

/// A store that tells generations tells another one after each change of a token or a directory.
pub async fn a_generation_ends_with_a_change(store: Arc<dyn Store>) {
    let acme = directory("acme");
    let token = token("1", &acme, "secret", 0);
    let expired = SettingsWrite::DropExpiredTokens { before: instant(10_000), limit: 10 };
    let mut seen = vec![store.generation()];
    for write in [
        SettingsWrite::PutDirectory(acme.clone()),
        SettingsWrite::PutToken(token.clone()),
        SettingsWrite::PutToken(Token { scope: Scope::Read, ..token.clone() }),
        SettingsWrite::PutDirectory(Directory { name: "Other".to_owned(), ..acme.clone() }),
        SettingsWrite::DeleteToken("1".into()),
        SettingsWrite::PutToken(Token { client: Some("client".into()), ..token.clone() }),
        expired,
        SettingsWrite::PutDirectory(Directory { deleting: Some(instant(1)), ..acme.clone() }),
        SettingsWrite::PurgeDirectory { directory: acme.id.clone(), limit: 100 },
    ] {
        put(&store, write.clone()).await.expect("it is allowed");
        let generation = store.generation();
        assert_eq!(generation.is_some(), seen[0].is_some(), "a store tells always or never");
        assert!(generation.is_none() || !seen.contains(&generation), "{write:?}");
        seen.push(generation);
    }
}

/// A target is kept whole, and found by its id.
pub async fn a_target_is_kept_whole(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let id = target(&hub, "crm").await;
    let stored = hub.store.target(&id).await.unwrap().expect("it is there");
    let changed = Target {
        url: "https://new.example/scim".to_owned(),
        profile: "{ \"patch\": false }".into(),
        credential: Some(vec![0, 255, 1, 128].into()),
        ..stored
    };
    put(&hub.store, SettingsWrite::PutTarget(changed.clone())).await.expect("it replaces the old one");
    assert_eq!(hub.store.target(&id).await.unwrap(), Some(changed));
    assert_eq!(hub.store.target(&"nothing".into()).await.unwrap(), None);
}

/// Targets are listed by name, of a directory or of all.
pub async fn targets_are_listed_by_name(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let other = Fixture::named(Arc::clone(&hub.store), "other").await;
    for (hub, name) in [(&hub, "b"), (&hub, "a"), (&other, "ab")] {
        target(hub, name).await;
    }
    let names = |targets: Vec<Target>| targets.into_iter().map(|target| target.name).collect::<Vec<_>>();
    assert_eq!(names(hub.store.targets(None).await.unwrap()), ["a", "ab", "b"]);
    assert_eq!(names(hub.store.targets(Some(&hub.directory)).await.unwrap()), ["a", "b"]);
    assert_eq!(names(hub.store.targets(Some(&other.directory)).await.unwrap()), ["ab"]);
}

/// A target's name is unique in its directory.
pub async fn a_target_name_is_unique_per_directory(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let other = Fixture::named(Arc::clone(&hub.store), "other").await;
    let id = target(&hub, "crm").await;
    let stored = hub.store.target(&id).await.unwrap().expect("it is there");
    let twin = Target { id: "twin".into(), ..stored.clone() };
    let error = put(&hub.store, SettingsWrite::PutTarget(twin.clone())).await.expect_err("the name is taken");
    assert_taken(&error, "target", "name");
    assert_eq!(hub.store.target(&"twin".into()).await.unwrap(), None);
    let elsewhere = Target { directory: other.directory.clone(), ..twin };
    put(&hub.store, SettingsWrite::PutTarget(elsewhere))
        .await
        .expect("the other directory has its own names");
}

/// What is known of a target's health is written by itself, and kept when the target is changed.
pub async fn health_is_kept_apart(store: Arc<dyn Store>) {
    let hub = Fixture::new(store).await;
    let id = target(&hub, "crm").await;
    let stored = hub.store.target(&id).await.unwrap().expect("it is there");
    let health = TargetHealth {
        failures: 3,
        closed_until: Some(instant(90)),
        failure: Some(Failure {
            class: FailureClass::Credentials,
            sentence: "The service refuses the token.".to_owned(),
            words: None,
            next_step: "Enter a new one.".to_owned(),
        }),
        last_success: Some(instant(5)),
    };
    put(&hub.store, SettingsWrite::PutHealth { target: id.clone(), health: health.clone() }).await.unwrap();
    let expected = Target { health, ..stored.clone() };
    assert_eq!(hub.store.target(&id).await.unwrap(), Some(expected.clone()));
    // Whoever edits the target has read it before the health changed.
    put(&hub.store, SettingsWrite::PutTarget(stored)).await.unwrap();
    assert_eq!(hub.store.target(&id).await.unwrap(), Some(expected));
    let health = TargetHealth::default();
    let error = put(&hub.store, SettingsWrite::PutHealth { target: "nothing".into(), health }).await;
    assert_missing(&error.expect_err("it is not there"), "target", "nothing");
}

/// Marks are small named values.
pub async fn marks_are_kept(store: Arc<dyn Store>) {
    assert_eq!(store.mark("key_check").await.unwrap(), None);
    for value in [&[0_u8, 159, 255][..], b"", b"text"] {
        let value = bytes::Bytes::from(value.to_vec());
        let write = SettingsWrite::PutMark { name: "key_check".to_owned(), value: value.clone() };
        put(&store, write).await.expect("a mark can be put");
        assert_eq!(store.mark("key_check").await.unwrap(), Some(value));
    }
    assert_eq!(store.mark("key").await.unwrap(), None);
}
