//! The running hub: SCIM service, administration and engine over one store.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use rollbook_admin::{Admin, Api, DeliveryLogKeeps};
use rollbook_connectors::{AddressPolicy, ScimFactory};
use rollbook_http::{
    HttpLimits, LogLimits, RequestLog, ResponseBody, Service, StoreAuthenticator, TrustedProxies,
};
use rollbook_provision::{Engine, Policy, Settled};
use rollbook_schema::Registry;
use rollbook_store::{Environment, Resources, Store};

use crate::config::{Config, RequestLogKeeps};
use crate::data::Data;
use crate::error::ServerError;

/// What the engine tells of each delivery.
pub(crate) type OnSettled = Arc<dyn Fn(&Settled) + Send + Sync>;

/// The parts of a hub, wired; nothing listens yet.
#[derive(Clone, Debug)]
pub(crate) struct Hub {
    pub(crate) admin: Admin,
    pub(crate) store: Arc<dyn Store>,
    service: Service,
    request_log: RequestLog,
    delivery_log: DeliveryLogKeeps,
    environment: Arc<dyn Environment>,
    registry: Arc<Registry>,
    factory: Arc<ScimFactory>,
}

/// What the configuration decides about a hub.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    /// Which addresses targets may have.
    pub(crate) addresses: AddressPolicy,
    /// The resource types and schemas.
    pub(crate) registry: Arc<Registry>,
    /// What a request may cost.
    pub(crate) limits: HttpLimits,
    /// The proxies whose word about the client's address is taken.
    pub(crate) trusted_proxies: TrustedProxies,
    /// How much of the inbound request log is kept.
    pub(crate) request_log: LogLimits,
    /// How much of the delivery log of each target is kept.
    pub(crate) delivery_log: DeliveryLogKeeps,
}

impl Parts {
    /// What the configuration says; reads the files that it names.
    pub(crate) fn of(config: &Config) -> Result<Self, ServerError> {
        let RequestLogKeeps { rows, days } = config.request_log;
        Ok(Self {
            addresses: crate::address::policy(&config.allow_addresses)?,
            registry: Arc::new(crate::schemas::registry(&config.schemas)?),
            limits: config.limits.clone(),
            trusted_proxies: TrustedProxies::parse(&config.trusted_proxies)
                .map_err(|error| ServerError::Config(format!("`trusted_proxies`: {error}")))?,
            request_log: LogLimits { rows, days },
            delivery_log: config.delivery_log,
        })
    }
}

impl Hub {
    /// Wires a hub over an open store.
    pub(crate) fn new(data: &Data, environment: Arc<dyn Environment>, base_url: &str, parts: Parts) -> Self {
        let Parts { addresses, registry, limits, trusted_proxies, request_log, delivery_log } = parts;
        let store = Arc::clone(&data.store);
        let resources: Arc<dyn Resources> = Arc::<dyn Store>::clone(&data.store);
        let authenticator = StoreAuthenticator::new(Arc::clone(&store), Arc::clone(&environment));
        let request_log = RequestLog::new(Arc::clone(&store), Arc::clone(&environment), request_log);
        let service = Service::builder(resources, Arc::new(authenticator))
            .base_url(base_url)
            .environment(Arc::clone(&environment))
            .limits(limits)
            .registry(Arc::clone(&registry))
            .token_endpoint(Arc::clone(&store))
            .request_log(request_log.clone())
            .trusted_proxies(trusted_proxies)
            .build();
        let keyring = Arc::clone(&data.keyring);
        let admin = Admin::new(Arc::clone(&store), Arc::clone(&environment), Arc::clone(&keyring), base_url)
            .with_registry(Arc::clone(&registry));
        let factory = Arc::new(ScimFactory::new(keyring, addresses, Arc::clone(&environment)));
        Self { admin, store, service, request_log, delivery_log, environment, registry, factory }
    }

    /// The resource types and schemas that it knows.
    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The inbound request log, which somebody has to run.
    pub(crate) fn request_log(&self) -> &RequestLog {
        &self.request_log
    }

    /// How much of the delivery log of each target is kept.
    pub(crate) const fn delivery_log(&self) -> DeliveryLogKeeps {
        self.delivery_log
    }

    /// The administration API of this hub.
    pub(crate) fn api(&self) -> Api {
        Api::new(self.admin.clone())
    }

    /// What the public listener serves.
    pub(crate) fn front(&self) -> Front {
        Front { service: self.service.clone(), store: Arc::clone(&self.store) }
    }

    /// The engine over this hub's targets.
    pub(crate) fn engine(&self, policy: Policy, on_settled: Option<OnSettled>) -> Engine {
        let factory: Arc<dyn rollbook_provision::ConnectorFactory> = Arc::<ScimFactory>::clone(&self.factory);
        let builder = Engine::builder(
            Arc::clone(&self.store),
            Arc::clone(&self.environment),
            Arc::clone(&self.registry),
            factory,
        )
        .policy(policy);
        match on_settled {
            Some(callback) => builder.on_settled(callback).build(),
            None => builder.build(),
        }
    }
}

/// The one listener: SCIM, and the two health probes. A hub is alive while it answers, and ready while its store does.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    service: Service,
    store: Arc<dyn Store>,
}

/// How long the store may take to answer that it is there.
const READY: Duration = Duration::from_secs(2);

impl hyper::service::Service<Request<Incoming>> for Front {
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let probe = matches!(request.uri().path(), "/livez" | "/readyz");
        if probe && matches!(*request.method(), Method::GET | Method::HEAD) {
            let store = request.uri().path().eq("/readyz").then(|| Arc::clone(&self.store));
            return Box::pin(async move { Ok(health(store).await) });
        }
        let service = self.service.clone();
        Box::pin(async move { Ok(service.handle(request).await) })
    }
}

/// Whether the hub is alive, and when a store is asked, whether that answers.
async fn health(store: Option<Arc<dyn Store>>) -> Response<ResponseBody> {
    let ready = match store {
        Some(store) => matches!(tokio::time::timeout(READY, store.mark("ready")).await, Ok(Ok(_))),
        None => true,
    };
    if ready {
        return Response::new(ResponseBody::new("ok\n"));
    }
    let mut response = Response::new(ResponseBody::new("the database does not answer\n"));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}
