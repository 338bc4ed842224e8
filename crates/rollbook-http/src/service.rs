//! The SCIM service: one infallible `handle`, as a hyper and a tower service.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use rollbook_schema::Registry;
use rollbook_store::{ClientId, DirectoryId, Environment, Resources, Store, SystemEnvironment};

use crate::auth::Authenticator;
use crate::gate::Gate;
use crate::handler;
use crate::kinds::Catalogue;
use crate::limits::HttpLimits;
use crate::memory::Memory;
use crate::oauth;
use crate::proxies::TrustedProxies;
use crate::rate::Buckets;
use crate::render::Renderings;
use crate::request_log::{Head, RequestLog};
use crate::response::ResponseBody;
use crate::trace::Trace;

/// A SCIM service provider over a store; cheap to clone.
///
/// It answers the paths `/scim/v2/{directory}`, `/usergroup/scim/v2` and `/usergroup/t/{tenant}/scim/v2`; any other
/// path is 404. Every failure is an answer with a SCIM error body, so its error type is [`Infallible`].
///
/// A raw `"` in the query is refused by `http::Uri` before this service sees it; [`crate::serve`] accepts it in the
/// first request of a connection, a service mounted elsewhere cannot (decision D35).
#[derive(Clone, Debug)]
pub struct Service {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) store: Arc<dyn Resources>,
    pub(crate) authenticator: Arc<dyn Authenticator>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) catalogue: Catalogue,
    pub(crate) environment: Arc<dyn Environment>,
    pub(crate) base_url: String,
    pub(crate) limits: HttpLimits,
    pub(crate) gate: Gate,
    pub(crate) memory: Arc<Memory>,
    pub(crate) renderings: Renderings,
    pub(crate) rates: Buckets<DirectoryId>,
    /// Where OAuth clients and their tokens are kept; `None` for no token endpoint.
    pub(crate) token_store: Option<Arc<dyn Store>>,
    pub(crate) tokens_issued: Buckets<ClientId>,
    pub(crate) log: Option<RequestLog>,
    pub(crate) proxies: TrustedProxies,
}

impl Service {
    /// Begins a service over a store; `authenticator` decides which directory a token opens.
    #[must_use]
    pub fn builder(store: Arc<dyn Resources>, authenticator: Arc<dyn Authenticator>) -> Builder {
        Builder {
            inner: Inner {
                store,
                authenticator,
                registry: Arc::new(Registry::standard()),
                catalogue: Catalogue::new(Arc::new(Registry::standard())),
                environment: Arc::new(SystemEnvironment),
                base_url: String::new(),
                limits: HttpLimits::default(),
                gate: Gate::new(),
                memory: Arc::new(Memory::new(HttpLimits::default().max_body_memory)),
                renderings: Renderings::new(HttpLimits::default().max_rendered),
                rates: Buckets::new(),
                token_store: None,
                tokens_issued: Buckets::new(),
                log: None,
                proxies: TrustedProxies::default(),
            },
        }
    }

    /// Answers one request.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<ResponseBody>
    where
        B: http_body::Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let inner = &self.inner;
        let mut trace = Trace::default();
        let head = inner.log.as_ref().map(|_| Head::of(&request, &inner.proxies));
        let answer = match &inner.token_store {
            Some(store) if oauth::is_here(request.uri().path()) => {
                oauth::handle(inner, store.as_ref(), request, &mut trace).await
            }
            _ => handler::handle(inner, request, &mut trace).await,
        };
        if let (Some(log), Some(head)) = (&inner.log, head) {
            log.note(head, trace, answer.status(), &inner.registry);
        }
        answer
    }
}

/// Builds a [`Service`].
#[derive(Debug)]
pub struct Builder {
    inner: Inner,
}

impl Builder {
    /// The address that clients know the server by, such as `https://hub.example`, without a trailing slash.
    ///
    /// `Location` and `meta.location` begin with it, never with the request's `Host`. Empty by default, which makes
    /// them relative to the host.
    #[must_use]
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        let url: String = base_url.into();
        self.inner.base_url = url.trim_end_matches('/').to_owned();
        self
    }

    /// The clock and random numbers; the machine's by default.
    #[must_use]
    pub fn environment(mut self, environment: Arc<dyn Environment>) -> Self {
        self.inner.environment = environment;
        self
    }

    /// The limits; see [`HttpLimits`] for the defaults.
    #[must_use]
    pub fn limits(mut self, limits: HttpLimits) -> Self {
        self.inner.memory = Arc::new(Memory::new(limits.max_body_memory));
        self.inner.renderings = Renderings::new(limits.max_rendered);
        self.inner.limits = limits;
        self
    }

    /// The schemas and resource types; core, enterprise and ws1b by default.
    #[must_use]
    pub fn registry(mut self, registry: Arc<Registry>) -> Self {
        self.inner.catalogue = Catalogue::new(Arc::clone(&registry));
        self.inner.registry = registry;
        self
    }

    /// Issues access tokens to the OAuth clients in `store`, at `/acs/token` (RFC 6749 §4.4); without this, the path is
    /// 404. The tokens are rows of that store: a [`crate::StoreAuthenticator`] over it lets their bearers in.
    #[must_use]
    pub fn token_endpoint(mut self, store: Arc<dyn Store>) -> Self {
        self.inner.token_store = Some(store);
        self
    }

    /// Notes every request in a log; [`RequestLog::run`] writes it. None by default.
    #[must_use]
    pub fn request_log(mut self, log: RequestLog) -> Self {
        self.inner.log = Some(log);
        self
    }

    /// The proxies whose word about a client's address is taken in the request log; none by default.
    #[must_use]
    pub fn trusted_proxies(mut self, proxies: TrustedProxies) -> Self {
        self.inner.proxies = proxies;
        self
    }

    /// The service.
    #[must_use]
    pub fn build(self) -> Service {
        Service { inner: Arc::new(self.inner) }
    }
}

impl<B> hyper::service::Service<Request<B>> for Service
where
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<B>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move { Ok(service.handle(request).await) })
    }
}

impl<B> tower_service::Service<Request<B>> for Service
where
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        hyper::service::Service::call(self, request)
    }
}
