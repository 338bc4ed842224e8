//! Who may call, how often, and what is kept of it: with a clock that stands until it is moved.

mod log;
mod oauth;
mod rate;
mod scopes;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, Request};
use http_body_util::{BodyExt as _, Full};
use rollbook_http::{LogLimits, Peer, RequestLog, Service, StoreAuthenticator, TrustedProxies};
use rollbook_protocol::ClientKind;
use rollbook_store::{
    Batch, ClientId, ClientSecret, Directory, DirectoryId, DirectorySettings, Environment, MemoryStore,
    OauthClient, RequestRecord, Resources as _, Scope, Settings as _, SettingsWrite, Store,
    SystemEnvironment, Token, TokenHash, TokenId,
};
use serde_json::Value;

/// A token of the directory `acme`.
const TOKEN: &str = "rb_acme-0123456789abcdefghijklmnopqrstuvwxyzABC";
/// A token of the directory `beta`.
const BETA: &str = "rb_beta-0123456789abcdefghijklmnopqrstuvwxyzABC";
/// A token of `acme` that may only read.
const READER: &str = "rb_read-0123456789abcdefghijklmnopqrstuvwxyzABC";
/// The client secrets of `c1`: the new one, the old one (for an hour), and one that is over.
const SECRETS: [&str; 3] = ["rbs_new:+%", "rbs_old", "rbs_over"];

/// A clock that stands.
#[derive(Debug)]
struct Clock(AtomicI64);

impl Environment for Clock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::Relaxed)).unwrap()
    }

    fn fill(&self, bytes: &mut [u8]) {
        SystemEnvironment.fill(bytes);
    }
}

/// A service with the directories `acme` (id `id-a`) and `beta` (id `id-b`), the OAuth clients `c1` and `reader` of
/// `acme`, and a request log.
#[derive(Debug)]
struct Site {
    service: Service,
    store: Arc<MemoryStore>,
    clock: Arc<Clock>,
    log: RequestLog,
}

/// An answer, read to its end.
#[derive(Debug)]
struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

fn directory(id: &str, slug: &str, now: DateTime<Utc>) -> Directory {
    Directory::new(DirectoryId::new(id), slug, slug, ClientKind::Generic, now)
}

fn token(text: &str, directory: &str, now: DateTime<Utc>) -> Token {
    let hash = TokenHash::of(text);
    let token = Token::new(TokenId::new(text), directory.into(), hash, now, now + TimeDelta::days(100));
    Token { prefix: text.chars().take(7).collect(), ..token }
}

impl Site {
    async fn new() -> Self {
        Self::with(LogLimits::default()).await
    }

    async fn with(limits: LogLimits) -> Self {
        let store = Arc::new(MemoryStore::new());
        let clock = Arc::new(Clock(AtomicI64::new(1_800_000_000_000_000)));
        let now = clock.now();
        let secret = |text: &str, expires| ClientSecret {
            hash: TokenHash::of(text),
            prefix: text.chars().take(7).collect(),
            created: now,
            expires,
        };
        let [new, old, over] = SECRETS;
        let client = |id: &str, scope, secrets| OauthClient {
            id: ClientId::new(id),
            directory: DirectoryId::new("id-a"),
            label: String::new(),
            secrets,
            scope,
            token_seconds: 600,
            created: now,
        };
        let hour = TimeDelta::hours(1);
        let secrets = vec![secret(new, None), secret(old, Some(now + hour)), secret(over, Some(now - hour))];
        let batch = Batch::global(now)
            .setting(SettingsWrite::PutDirectory(directory("id-a", "acme", now)))
            .setting(SettingsWrite::PutDirectory(directory("id-b", "beta", now)))
            .setting(SettingsWrite::PutToken(token(TOKEN, "id-a", now)))
            .setting(SettingsWrite::PutToken(token(BETA, "id-b", now)))
            .setting(SettingsWrite::PutToken(Token { scope: Scope::Read, ..token(READER, "id-a", now) }))
            .setting(SettingsWrite::PutClient(client("c1", Scope::Write, secrets)))
            .setting(SettingsWrite::PutClient(client("r", Scope::Read, vec![secret("rbs_r", None)])));
        store.commit(batch).await.unwrap();
        let whole: Arc<dyn Store> = Arc::<MemoryStore>::clone(&store);
        let environment: Arc<dyn Environment> = Arc::<Clock>::clone(&clock);
        let log = RequestLog::new(Arc::clone(&whole), Arc::clone(&environment), limits);
        let authenticator = StoreAuthenticator::new(Arc::clone(&whole), Arc::clone(&environment));
        let service = Service::builder(Arc::<MemoryStore>::clone(&store), Arc::new(authenticator))
            .environment(environment)
            .token_endpoint(whole)
            .request_log(log.clone())
            .trusted_proxies(TrustedProxies::parse(["10.0.0.0/8"]).unwrap())
            .build();
        Self { service, store, clock, log }
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn pass(&self, micros: i64) {
        self.clock.0.fetch_add(micros, Ordering::Relaxed);
    }

    /// Changes what is set for a directory.
    async fn set(&self, id: &str, change: impl FnOnce(&mut Directory)) {
        let mut directory = self.store.directory(id).await.unwrap().unwrap();
        change(&mut directory);
        let batch = Batch::global(self.now()).setting(SettingsWrite::PutDirectory(directory));
        self.store.commit(batch).await.unwrap();
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Reply {
        let (head, body) = self.service.handle(request).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&body).unwrap_or_default();
        Reply { status: head.status.as_u16(), headers: head.headers, body }
    }

    async fn call(&self, token: &str, method: &str, path: &str, body: &str) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("Authorization", format!("Bearer {token}"))
            .extension(Peer(SocketAddr::from(([203, 0, 113, 9], 1))));
        self.send(request.body(Full::from(body.to_owned())).unwrap()).await
    }

    /// Writes the request log and reads one directory's, oldest first.
    async fn records(&self, directory: Option<&str>) -> Vec<RequestRecord> {
        self.log.run(async {}).await;
        let directory = directory.map(DirectoryId::new);
        let mut records = self.store.requests(directory.as_ref(), 1_000).await.unwrap();
        records.reverse();
        records
    }
}

/// One line for each record: method, path, status, token, reason.
fn lines(records: &[RequestRecord]) -> Vec<String> {
    let line = |it: &RequestRecord| {
        let (token, reason) = (it.token.as_deref().unwrap_or("-"), it.reason.as_deref().unwrap_or("-"));
        format!("{} {} {} {token} {reason}", it.method, it.path, it.status)
    };
    records.iter().map(line).collect()
}

#[tokio::test]
async fn tokens_of_a_directory_that_is_being_deleted_open_nothing() {
    let site = Site::new().await;
    assert_eq!(site.call(TOKEN, "GET", "/scim/v2/acme/Users", "").await.status, 200);
    let now = site.now();
    site.set("id-a", |directory| directory.deleting = Some(now)).await;
    let refused = site.call(TOKEN, "GET", "/scim/v2/acme/Users", "").await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.body, site.call("rb_nothing", "GET", "/scim/v2/acme/Users", "").await.body);
    assert_eq!(site.call(BETA, "GET", "/scim/v2/beta/Users", "").await.status, 200);
}

#[tokio::test]
async fn what_is_set_for_a_directory_counts_from_the_next_request_on() {
    let site = Site::new().await;
    let patch = r#"{"Operations":[{"op":"add","path":"title","value":"x"}]}"#;
    let made = site.call(TOKEN, "POST", "/scim/v2/acme/Users", r#"{"userName":"ann"}"#).await;
    let path = format!("/scim/v2/acme/Users/{}", made.body["id"].as_str().unwrap());
    assert_eq!(site.call(TOKEN, "PATCH", &path, patch).await.status, 200);
    let answer = rollbook_store::PatchAnswer::NoContent;
    site.set("id-a", |it| it.settings = DirectorySettings { patch_answer: answer, ..Default::default() })
        .await;
    assert_eq!(site.call(TOKEN, "PATCH", &path, patch).await.status, 204);
}
