//! A service over the in-memory store, without a socket. Every answer is checked for what all answers have in common.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use rollbook_http::{HttpLimits, ResponseBody, Service, StoreAuthenticator};
use rollbook_protocol::ClientKind;
use rollbook_schema::Registry;
use rollbook_store::{
    Batch, Directory, DirectoryId, DirectorySettings, Environment, MemoryStore, ResourceId, Resources, Scope,
    SettingsWrite, Store, SystemEnvironment, Token, TokenHash, TokenId,
};
use serde_json::{Value, json};

pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub(crate) const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
pub(crate) const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
pub(crate) const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Where the service is known to be.
pub(crate) const ORIGIN: &str = "https://hub.example";
/// The path of the directory `demo`.
pub(crate) const BASE: &str = "/scim/v2/demo";
/// A token of `demo`.
pub(crate) const TOKEN: &str = "a-token-of-demo";
/// A token of `other`.
pub(crate) const OTHER_TOKEN: &str = "a-token-of-other";
/// A token of `demo` whose time has passed.
pub(crate) const OLD_TOKEN: &str = "an-expired-token";

/// A clock that goes on by a second each time it is read, so that nothing happens at the same time.
#[derive(Debug, Default)]
struct Ticking(AtomicI64);

impl Environment for Ticking {
    fn now(&self) -> DateTime<Utc> {
        let seconds = self.0.fetch_add(1, Ordering::Relaxed);
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn fill(&self, bytes: &mut [u8]) {
        SystemEnvironment.fill(bytes);
    }
}

/// What a hub of a test is like.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) client: ClientKind,
    pub(crate) limits: HttpLimits,
    pub(crate) settings: DirectorySettings,
    pub(crate) registry: Registry,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            client: ClientKind::Generic,
            limits: HttpLimits::default(),
            settings: DirectorySettings::default(),
            registry: Registry::standard(),
        }
    }
}

/// A service with the directories `demo` (id `1d3m0`) and `other`.
#[derive(Clone, Debug)]
pub(crate) struct Hub {
    pub(crate) service: Service,
    pub(crate) store: Arc<MemoryStore>,
}

impl Hub {
    pub(crate) async fn new() -> Self {
        Self::of(ClientKind::Generic).await
    }

    pub(crate) async fn of(client: ClientKind) -> Self {
        Self::with(client, HttpLimits::default()).await
    }

    pub(crate) async fn with(client: ClientKind, limits: HttpLimits) -> Self {
        Self::setup(Setup { client, limits, ..Setup::default() }).await
    }

    /// A hub whose directories have these settings.
    pub(crate) async fn set(settings: DirectorySettings) -> Self {
        Self::setup(Setup { settings, ..Setup::default() }).await
    }

    pub(crate) async fn setup(setup: Setup) -> Self {
        let Setup { client, limits, settings, registry } = setup;
        let store = Arc::new(MemoryStore::new());
        let environment: Arc<dyn Environment> = Arc::new(Ticking::default());
        let now = environment.now();
        let day = chrono::TimeDelta::days(1);
        let directory = |id: &str, slug: &str| {
            SettingsWrite::PutDirectory(Directory {
                id: DirectoryId::new(id),
                slug: slug.to_owned(),
                name: slug.to_owned(),
                client,
                created: now,
                settings: settings.clone(),
                deleting: None,
            })
        };
        let token = |token: &str, directory: &str, expires| {
            SettingsWrite::PutToken(Token {
                id: TokenId::new(token),
                directory: DirectoryId::new(directory),
                hash: TokenHash::of(token),
                prefix: "a-to".to_owned(),
                label: String::new(),
                created: now,
                expires,
                last_used: None,
                scope: Scope::Write,
                replaces: None,
                client: None,
                resource: None,
            })
        };
        let batch = Batch::global(now)
            .setting(directory("1d3m0", "demo"))
            .setting(directory("20the7", "other"))
            .setting(token(TOKEN, "1d3m0", now + day))
            .setting(token(OLD_TOKEN, "1d3m0", now - day))
            .setting(token(OTHER_TOKEN, "20the7", now + day));
        store.commit(batch).await.unwrap();
        let tokens: Arc<dyn Store> = Arc::<MemoryStore>::clone(&store);
        let authenticator = StoreAuthenticator::new(tokens, Arc::clone(&environment));
        let service = Service::builder(Arc::<MemoryStore>::clone(&store), Arc::new(authenticator))
            .base_url(ORIGIN)
            .environment(environment)
            .limits(limits)
            .registry(Arc::new(registry))
            .build();
        Self { service, store }
    }

    /// Binds a new token of `demo` to a resource; requests with it are sent by [`Hub::with_token`].
    pub(crate) async fn token_of(&self, token: &str, id: &str, scope: Scope) {
        let (now, far) = (DateTime::default(), DateTime::from_timestamp(2_000_000_000, 0).unwrap());
        let directory = DirectoryId::new("1d3m0");
        let record = Token::new(TokenId::new(token), directory, TokenHash::of(token), now, far);
        let resource = Some(ResourceId::new(id)).filter(|_| !id.is_empty());
        let record = Token { resource, scope, ..record };
        self.store.commit(Batch::global(now).setting(SettingsWrite::PutToken(record))).await.unwrap();
    }

    /// Sends a request to `demo` with another token.
    pub(crate) async fn with_token(
        &self,
        token: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Option<Value>>,
    ) -> Answer {
        let body = body.into().map(|body| body.to_string()).unwrap_or_default();
        let mut request = Request::builder().method(method).uri(format!("{BASE}{path}"));
        request = request.header("Authorization", format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Full::from(body)).unwrap()).await
    }

    /// Sends any request.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        let method = request.method().as_str().to_owned();
        let name = format!("{method} {}", request.uri());
        Answer::of(&name, self.service.handle(request).await).await
    }

    /// Sends a request to `demo`, with its token.
    pub(crate) async fn call(&self, method: &str, path: &str, body: impl Into<Option<Value>>) -> Answer {
        self.with_headers(method, path, &[], body).await
    }

    pub(crate) async fn with_headers(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Option<Value>>,
    ) -> Answer {
        let body = body.into().map(|body| body.to_string()).unwrap_or_default();
        let mut request = to_demo(method, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Full::from(body)).unwrap()).await
    }

    /// Sends bytes as a body.
    pub(crate) async fn raw(&self, method: &str, path: &str, body: impl Into<Bytes>) -> Answer {
        self.send(to_demo(method, path).body(Full::new(body.into())).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }

    /// Creates a resource and returns its id.
    pub(crate) async fn create(&self, path: &str, body: Value) -> String {
        let answer = self.call("POST", path, body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.id()
    }

    pub(crate) async fn user(&self, name: &str) -> String {
        self.create("/Users", json!({ "schemas": [USER], "userName": name })).await
    }

    pub(crate) async fn group(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<_> = members.iter().map(|member| json!({ "value": member })).collect();
        self.create("/Groups", json!({ "schemas": [GROUP], "displayName": name, "members": members })).await
    }

    /// Sends a PATCH of these operations.
    pub(crate) async fn patch(&self, path: &str, operations: Value) -> Answer {
        self.call("PATCH", path, json!({ "schemas": [PATCH_OP], "Operations": operations })).await
    }

    /// The number of the directory's last change.
    pub(crate) async fn last_seq(&self) -> u64 {
        self.store.last_seq(&DirectoryId::new("1d3m0")).await.unwrap()
    }
}

/// The head of a request to `demo`, with its token.
pub(crate) fn to_demo(method: &str, path: &str) -> http::request::Builder {
    Request::builder()
        .method(method)
        .uri(format!("{BASE}{path}"))
        .header("Authorization", format!("Bearer {TOKEN}"))
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Reads an answer to a request, named for messages with its method in front.
    pub(crate) async fn of(name: &str, response: Response<ResponseBody>) -> Self {
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        let answer = Self { status: head.status.as_u16(), headers: head.headers, body };
        answer.check(name);
        answer
    }

    /// What every answer keeps to: D16, D17, D19, D20, D24, RFC 7644 §3.12.
    fn check(&self, name: &str) {
        let has_body = !self.body.is_empty();
        let content_type = self.header("content-type");
        if has_body {
            assert_eq!(content_type, Some("application/scim+json"), "{name}");
            assert!(serde_json::from_slice::<Value>(&self.body).is_ok(), "{name}: {}", self.text());
        } else if [204, 304].contains(&self.status) {
            assert_eq!(content_type, None, "{name}");
        } else {
            assert!(name.starts_with("HEAD "), "{name}: {} without a body", self.status);
        }
        let challenge = self.header("www-authenticate");
        assert!(challenge.is_none() || [400, 401, 403].contains(&self.status), "{name}");
        assert!(challenge.is_none_or(|it| it.starts_with("Bearer realm=\"scim\"")), "{name}");
        assert!(self.status != 401 || challenge.is_some(), "{name}");
        assert_eq!(self.status == 405, self.headers.contains_key("allow"), "{name}");
        if self.status >= 400 && has_body {
            let error = self.json();
            assert_eq!(error["schemas"], json!([ERROR]), "{name}");
            assert_eq!(error["status"], self.status.to_string(), "{name}");
            let detail = error["detail"].as_str().unwrap();
            assert!(!detail.is_empty() && detail.len() < 4_000, "{name}: {detail}");
            let has_type = error.get("scimType").is_some();
            assert!(!has_type || [400, 409].contains(&self.status), "{name}: {error}");
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_else(|| panic!("no id: {}", self.text())).to_owned()
    }

    pub(crate) fn etag(&self) -> String {
        self.header("etag").unwrap_or_else(|| panic!("no ETag: {} {}", self.status, self.text())).to_owned()
    }

    /// The status and, of an error, its `scimType`.
    pub(crate) fn outcome(&self) -> (u16, Option<String>) {
        let error = serde_json::from_slice::<Value>(&self.body).unwrap_or_default();
        (self.status, error["scimType"].as_str().map(str::to_owned))
    }

    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Expects an error of this status, this kind and with these words in its detail.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, scim_type: &str, words: &str) {
        let kind = Some(scim_type.to_owned()).filter(|kind| !kind.is_empty());
        assert_eq!(self.outcome(), (status, kind), "{}", self.text());
        let detail = self.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(words), "`{detail}` does not say `{words}`");
    }

    /// The values of a field in the `Resources` of a list.
    pub(crate) fn column(&self, field: &str) -> Vec<String> {
        let list = self.json();
        let rows = list["Resources"].as_array().unwrap_or_else(|| panic!("no list: {list}"));
        rows.iter().map(|row| row[field].as_str().unwrap_or_default().to_owned()).collect()
    }
}
