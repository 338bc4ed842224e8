//! The running hub: SCIM service, administration and engine over one store.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::{Method, Request, Response};
use hyper::body::Incoming;
use rollbook_admin::{Admin, Api};
use rollbook_connectors::{AddressPolicy, ScimFactory};
use rollbook_http::{HttpLimits, ResponseBody, Service, StoreAuthenticator};
use rollbook_provision::{Engine, Policy, Settled};
use rollbook_schema::Registry;
use rollbook_store::{Environment, Resources, Store};

use crate::data::Data;

/// What the engine tells of each delivery.
pub(crate) type OnSettled = Arc<dyn Fn(&Settled) + Send + Sync>;

/// The parts of a hub, wired; nothing listens yet.
#[derive(Clone, Debug)]
pub(crate) struct Hub {
    pub(crate) admin: Admin,
    pub(crate) store: Arc<dyn Store>,
    service: Service,
    environment: Arc<dyn Environment>,
    registry: Arc<Registry>,
    factory: Arc<ScimFactory>,
}

impl Hub {
    /// Wires a hub over an open data directory.
    pub(crate) fn new(
        data: &Data,
        environment: Arc<dyn Environment>,
        base_url: &str,
        addresses: AddressPolicy,
    ) -> Self {
        let store: Arc<dyn Store> = Arc::<rollbook_sqlite::SqliteStore>::clone(&data.store);
        let resources: Arc<dyn Resources> = Arc::<rollbook_sqlite::SqliteStore>::clone(&data.store);
        let registry = Arc::new(Registry::standard());
        let authenticator = StoreAuthenticator::new(Arc::clone(&store), Arc::clone(&environment));
        let service = Service::builder(resources, Arc::new(authenticator))
            .base_url(base_url)
            .environment(Arc::clone(&environment))
            .limits(HttpLimits::default())
            .registry(Arc::clone(&registry))
            .build();
        let keyring = Arc::clone(&data.keyring);
        let admin = Admin::new(Arc::clone(&store), Arc::clone(&environment), Arc::clone(&keyring), base_url);
        let factory = Arc::new(ScimFactory::new(keyring, addresses, Arc::clone(&environment)));
        Self { admin, store, service, environment, registry, factory }
    }

    /// The administration API of this hub.
    pub(crate) fn api(&self) -> Api {
        Api::new(self.admin.clone())
    }

    /// What the public listener serves.
    pub(crate) fn front(&self) -> Front {
        Front { service: self.service.clone() }
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

/// The one listener: SCIM, and the two health probes.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    service: Service,
}

impl hyper::service::Service<Request<Incoming>> for Front {
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let service = self.service.clone();
        Box::pin(async move {
            let probe = matches!(request.uri().path(), "/livez" | "/readyz");
            if probe && matches!(*request.method(), Method::GET | Method::HEAD) {
                return Ok(Response::new(ResponseBody::new("ok\n")));
            }
            Ok(service.handle(request).await)
        })
    }
}
