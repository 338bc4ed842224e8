//! Tells the service who is at the other end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use http::Request;
use hyper::body::{Body as _, Incoming};
use tokio::time::Instant;

/// The other end of the connection that a request came by.
///
/// [`serve`](crate::serve) puts it into the extensions of each request; who mounts the service elsewhere may do the
/// same. It is the client's address in the request log, unless it is one of the trusted proxies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Peer(pub SocketAddr);

/// What is known of one connection.
#[derive(Debug)]
pub(super) struct Connection {
    peer: SocketAddr,
    /// When the last request came in.
    last: Mutex<Instant>,
    /// Whether that one has a body, which may be unread when the connection ends.
    pub(super) has_body: Arc<AtomicBool>,
}

impl Connection {
    pub(super) fn new(peer: SocketAddr) -> Self {
        Self { peer, last: Mutex::new(Instant::now()), has_body: Arc::default() }
    }

    pub(super) fn last_request(&self) -> Instant {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A service that knows its connection.
#[derive(Clone, Debug)]
pub(super) struct Known<S> {
    pub(super) service: S,
    pub(super) connection: Arc<Connection>,
}

impl<S: hyper::service::Service<Request<Incoming>>> hyper::service::Service<Request<Incoming>> for Known<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn call(&self, mut request: Request<Incoming>) -> S::Future {
        let Connection { peer, last, has_body } = self.connection.as_ref();
        *last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        has_body.store(!request.body().is_end_stream(), Ordering::Relaxed);
        request.extensions_mut().insert(Peer(*peer));
        self.service.call(request)
    }
}
