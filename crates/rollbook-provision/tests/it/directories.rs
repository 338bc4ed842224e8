//! What a directory's settings change in its services, and directories that are being deleted.

use std::time::Duration;

use rollbook_protocol::ClientKind;
use rollbook_schema::{Value, uri};
use rollbook_store::{Batch, Directory, DirectorySettings, FailureClass, SettingsWrite};

use crate::hub::Hub;
use crate::service::{Op, Service};

impl Hub {
    /// Stores the directory with these settings.
    async fn set(&self, settings: DirectorySettings) {
        self.put_directory(Directory { settings, ..self.plain() }).await;
    }

    fn plain(&self) -> Directory {
        let created = "2026-01-01T00:00:00Z".parse().unwrap();
        Directory::new(self.directory.clone(), "acme", "Acme", ClientKind::Generic, created)
    }

    async fn put_directory(&self, directory: Directory) {
        use rollbook_store::Resources as _;
        let batch = Batch::global(directory.created).setting(SettingsWrite::PutDirectory(directory));
        self.store.commit(batch).await.unwrap();
    }
}

fn domains(all: &[&str], default: Option<&str>) -> DirectorySettings {
    DirectorySettings {
        domains: all.iter().map(|&domain| domain.to_owned()).collect(),
        default_domain: default.map(str::to_owned),
        ..DirectorySettings::default()
    }
}

fn domain(service: &Service, name: &str) -> Option<String> {
    let attributes = service.account(name).attributes;
    let extension = attributes.get(uri::WS1B_USER)?.as_complex()?.clone();
    extension.get("domain").and_then(Value::as_str).map(str::to_owned)
}

fn with_domain(name: &str, domain: &str) -> String {
    format!(r#"{{"userName":"{name}","{}":{{"domain":"{domain}"}}}}"#, uri::WS1B_USER)
}

/// Long enough for the engine to look at the settings, and to walk a small directory again.
const LOOK: Duration = Duration::from_secs(5);

#[tokio::test(start_paused = true)]
async fn a_user_without_a_domain_takes_the_directorys_default() {
    let service = Service::default();
    let mut hub = Hub::new();
    hub.set(domains(&["acme.example", "other.example"], Some("acme.example"))).await;
    hub.target("crm", &service).await;
    hub.start();
    hub.user("ann").await;
    hub.create("User", "bob", &with_domain("bob", "Other.Example")).await;
    hub.create("User", "cid", &with_domain("cid", " ")).await;
    hub.synced().await;
    assert_eq!(domain(&service, "ann").as_deref(), Some("acme.example"));
    assert_eq!(domain(&service, "bob").as_deref(), Some("Other.Example"));
    assert_eq!(domain(&service, "cid").as_deref(), Some("acme.example"));
    let stored = hub.stored("ann").await;
    assert!(!stored.contains("acme.example"), "the stored value stays untouched: {stored}");
}

#[tokio::test(start_paused = true)]
async fn a_changed_default_reaches_those_who_are_there_already() {
    let service = Service::default();
    let hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.create("User", "bob", &with_domain("bob", "other.example")).await;
    hub.synced().await;
    assert_eq!(domain(&service, "ann"), None);
    for default in [Some("a.example"), Some("b.example"), None] {
        hub.set(domains(&[], default)).await;
        tokio::time::sleep(LOOK).await;
        hub.synced().await;
        assert_eq!(domain(&service, "ann").as_deref(), default);
        assert_eq!(domain(&service, "bob").as_deref(), Some("other.example"));
    }
}

#[tokio::test(start_paused = true)]
async fn settings_that_changed_while_no_engine_ran_are_noticed() {
    let service = Service::default();
    let mut hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.synced().await;
    hub.stop().await;
    hub.set(domains(&[], Some("a.example"))).await;
    hub.start();
    tokio::time::sleep(LOOK).await;
    hub.synced().await;
    assert_eq!(domain(&service, "ann").as_deref(), Some("a.example"));
    let calls = service.calls(Op::Update).len();
    hub.stop().await;
    hub.start();
    tokio::time::sleep(LOOK).await;
    assert_eq!(service.calls(Op::Update).len(), calls, "nothing to say after a restart");
}

#[tokio::test(start_paused = true)]
async fn a_foreign_domain_is_a_data_error_that_names_both() {
    let service = Service::default();
    let mut hub = Hub::new();
    hub.set(domains(&["acme.example", "b.example"], None)).await;
    hub.target("crm", &service).await;
    hub.start();
    hub.create("User", "eve", &with_domain("eve", "evil.example")).await;
    hub.user("ann").await;
    hub.until("ann is there", async || !service.named("ann").is_empty()).await;
    tokio::time::sleep(LOOK).await;
    let failure = hub.link("eve").await.failure.unwrap();
    assert_eq!(failure.class, FailureClass::Data);
    assert_eq!(
        failure.sentence,
        "`domain` is `evil.example`, which is not one of the directory's domains: acme.example, b.example"
    );
    assert!(service.named("eve").is_empty());
    hub.set(domains(&["acme.example", "b.example", "EVIL.example"], None)).await;
    tokio::time::sleep(LOOK).await;
    hub.synced().await;
    assert_eq!(domain(&service, "eve").as_deref(), Some("evil.example"));
}

#[tokio::test(start_paused = true)]
async fn an_external_id_in_base64_is_mapped_as_a_guid_where_the_directory_asks() {
    let service = Service::default();
    let mut hub = Hub::new();
    hub.set(DirectorySettings { decode_external_id_as_ms_guid: true, ..DirectorySettings::default() }).await;
    hub.target("crm", &service).await;
    hub.start();
    hub.create("User", "u1", r#"{"userName":"ann","externalId":"vZ/lGAC9bUWiA7Egpw5fqg=="}"#).await;
    hub.create("User", "u2", r#"{"userName":"bob","externalId":"e-7"}"#).await;
    hub.synced().await;
    let external_id = |name| service.account(name).attributes.external_id().map(str::to_owned);
    assert_eq!(external_id("ann").as_deref(), Some("18e59fbd-bd00-456d-a203-b120a70e5faa"));
    assert_eq!(external_id("bob").as_deref(), Some("e-7"));
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_is_being_deleted_makes_no_calls() {
    let service = Service::default();
    let mut hub = Hub::with(&service).await;
    hub.user("ann").await;
    hub.synced().await;
    hub.stop().await;
    hub.delete("ann").await;
    hub.user("bob").await;
    hub.put_directory(Directory { deleting: Some(hub.plain().created), ..hub.plain() }).await;
    hub.start();
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(service.named("bob").is_empty());
    assert!(!service.named("ann").is_empty(), "accounts stay at the services");
}
