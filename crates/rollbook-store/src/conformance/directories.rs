//! Directories and what may be set for each.

use std::sync::Arc;

use chrono::TimeDelta;
use rollbook_protocol::ClientKind;

use super::fixture::{Fixture, directory, instant, user};
use crate::{
    Batch, Directory, DirectoryProfile, DirectorySettings, MAX_DOMAINS, MemberValue, PatchAnswer, RateLimit,
    RequiredAttribute, SettingsWrite, Source, Store,
};

async fn put(store: &Arc<dyn Store>, directory: &Directory) {
    let batch = Batch::global(instant(9)).setting(SettingsWrite::PutDirectory(directory.clone()));
    store.commit(batch).await.expect("a directory can be put");
}

/// Settings of which every field differs from its default.
fn settings() -> DirectorySettings {
    let required =
        |of: &str, path: &str| RequiredAttribute { resource_type: of.to_owned(), attribute: path.to_owned() };
    DirectorySettings {
        source: Source::Entra,
        domains: (0..MAX_DOMAINS).map(|n| format!("d{n}.b\u{fc}cher.example")).collect(),
        default_domain: Some("d7.b\u{fc}cher.example".to_owned()),
        profile: DirectoryProfile::WorkspaceOne,
        required: vec![
            required("User", "emails[type eq \"work\"].value"),
            required("Group", "urn:x:y:2.0:Group:code"),
        ],
        decode_external_id_as_ms_guid: true,
        patch_answer: PatchAnswer::NoContent,
        unique_group_names: false,
        member_value: MemberValue::ExternalId,
        remove_all_members: false,
        rate_limit: Some(RateLimit { per_second: 100_000, burst: 1 }),
        token_minutes: Some(1_051_200),
        previous_token_minutes: 0,
    }
}

/// What is set for a directory comes back whole, by slug, by id and in the list.
pub async fn settings_are_kept_whole(store: Arc<dyn Store>) {
    let acme = Directory { settings: settings(), client: ClientKind::Entra, ..directory("acme") };
    put(&store, &acme).await;
    put(&store, &directory("other")).await;
    assert_eq!(store.directory("acme").await.unwrap().as_ref(), Some(&acme));
    assert_eq!(store.directory("id-acme").await.unwrap().as_ref(), Some(&acme));
    assert_eq!(store.directories().await.unwrap(), [acme, directory("other")]);
}

/// Each setting is kept by itself: none takes another one along.
pub async fn each_setting_is_kept_by_itself(store: Arc<dyn Store>) {
    let full = settings();
    let default = DirectorySettings::default;
    let each = [
        DirectorySettings { source: Source::Okta, ..default() },
        DirectorySettings { domains: full.domains, ..default() },
        DirectorySettings { default_domain: full.default_domain, ..default() },
        DirectorySettings { profile: full.profile, ..default() },
        DirectorySettings { required: full.required, ..default() },
        DirectorySettings { decode_external_id_as_ms_guid: true, ..default() },
        DirectorySettings { patch_answer: full.patch_answer, ..default() },
        DirectorySettings { unique_group_names: false, ..default() },
        DirectorySettings { member_value: full.member_value, ..default() },
        DirectorySettings { remove_all_members: false, ..default() },
        DirectorySettings { rate_limit: full.rate_limit, ..default() },
        DirectorySettings { token_minutes: Some(1), ..default() },
        DirectorySettings { previous_token_minutes: 10_080, ..default() },
        default(),
    ];
    for settings in each {
        let acme = Directory { settings, ..directory("acme") };
        put(&store, &acme).await;
        assert_eq!(store.directory("acme").await.unwrap(), Some(acme));
    }
}

/// A directory of every kind of client is kept.
pub async fn client_kinds_are_kept(store: Arc<dyn Store>) {
    let kinds = [ClientKind::Generic, ClientKind::Entra, ClientKind::Okta, ClientKind::Strict];
    for (n, client) in kinds.into_iter().enumerate() {
        let directory = Directory { client, ..directory(&format!("d{n}")) };
        put(&store, &directory).await;
        assert_eq!(store.directory(&directory.slug).await.unwrap(), Some(directory));
    }
}

/// A directory that is changed keeps what belongs to it, and is still found as before.
pub async fn a_changed_directory_keeps_its_resources(store: Arc<dyn Store>) {
    let hub = Fixture::new(Arc::clone(&store)).await;
    hub.write(user("Ann")).await;
    let changed = Directory { settings: settings(), name: "Acme, \"Inc.\"".to_owned(), ..directory("acme") };
    put(&store, &changed).await;
    assert_eq!(hub.stored("u-ann").await.version, 1);
    assert_eq!(hub.last_seq().await, 1);
    hub.write(user("Bob")).await;
    assert_eq!(hub.stored("u-bob").await.version, 2);
    assert_eq!(store.directories().await.unwrap(), [changed]);
}

/// When a directory began to be deleted is kept; it is still there, for whoever removes the rest.
pub async fn the_start_of_a_deletion_is_kept(store: Arc<dyn Store>) {
    let hub = Fixture::new(Arc::clone(&store)).await;
    hub.write(user("Ann")).await;
    assert_eq!(store.directory("acme").await.unwrap().expect("it is there").deleting, None);
    let since = instant(5) + TimeDelta::milliseconds(250);
    let leaving = Directory { deleting: Some(since), ..directory("acme") };
    put(&store, &leaving).await;
    assert_eq!(store.directory("id-acme").await.unwrap().as_ref(), Some(&leaving));
    assert_eq!(store.directories().await.unwrap(), [leaving]);
    assert!(hub.get("u-ann").await.is_some(), "nothing is removed yet");
}
