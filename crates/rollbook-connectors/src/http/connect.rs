//! Connecting: resolve, check every address, then connect to one that passed.

use std::error::Error;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::net::{TcpStream, lookup_host};
use tower_service::Service;

use super::HttpError;
use crate::address::{AddressPolicy, AddressRefusal};

type BoxError = Box<dyn Error + Send + Sync>;

/// Makes TCP connections to addresses that the policy allows.
///
/// It resolves the name itself and connects to the very addresses that it checked: a name server that answers
/// differently the second time gains nothing.
#[derive(Clone, Debug)]
pub(super) struct GuardedConnector {
    policy: Arc<AddressPolicy>,
}

/// Limits the time that a connection takes, name resolution and TLS handshake included.
#[derive(Clone, Debug)]
pub(super) struct TimedConnector<C> {
    inner: C,
    timeout: Duration,
}

/// Why no connection was made.
#[derive(Clone, Debug, Error)]
pub(super) enum ConnectError {
    #[error("{0}")]
    Refused(AddressRefusal),
    #[error("the name `{host}` was not resolved: {reason}")]
    Resolve { host: String, reason: String },
    #[error("{0}")]
    Failed(String),
}

impl GuardedConnector {
    pub(super) fn new(policy: AddressPolicy) -> Self {
        Self { policy: Arc::new(policy) }
    }

    async fn connect(self, uri: Uri) -> Result<TokioIo<TcpStream>, ConnectError> {
        let secure = uri.scheme() == Some(&Scheme::HTTPS);
        let host = uri.host().unwrap_or_default();
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let mut failure = None;
        for address in resolve(host, port).await? {
            if let Err(refusal) = self.policy.allows(address.ip(), secure) {
                failure.get_or_insert(ConnectError::Refused(refusal));
                continue;
            }
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    // Requests are small and waited for; a failure only costs speed.
                    let _ = stream.set_nodelay(true);
                    return Ok(TokioIo::new(stream));
                }
                Err(error) => failure = Some(ConnectError::Failed(format!("{address}: {error}"))),
            }
        }
        Err(failure.unwrap_or_else(|| ConnectError::Resolve {
            host: host.to_owned(),
            reason: "it has no address".to_owned(),
        }))
    }
}

impl Service<Uri> for GuardedConnector {
    type Response = TokioIo<TcpStream>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

impl<C> TimedConnector<C> {
    pub(super) const fn new(inner: C, timeout: Duration) -> Self {
        Self { inner, timeout }
    }
}

impl<C> Service<Uri> for TimedConnector<C>
where
    C: Service<Uri>,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let timeout = self.timeout;
        let connecting = tokio::time::timeout(timeout, self.inner.call(uri));
        Box::pin(async move {
            match connecting.await {
                Ok(connected) => connected.map_err(Into::into),
                Err(_) => {
                    let reason = format!("none was made within {} s", timeout.as_secs_f32());
                    Err(ConnectError::Failed(reason).into())
                }
            }
        })
    }
}

impl From<ConnectError> for HttpError {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Refused(refusal) => Self::Refused(refusal),
            ConnectError::Resolve { host, reason } => Self::Resolve { host, reason },
            ConnectError::Failed(reason) => Self::Connect(reason),
        }
    }
}

/// The addresses of a host: itself when it is one, else what the system's resolver says.
async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, ConnectError> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let found = lookup_host((host, port)).await;
    found
        .map(Iterator::collect)
        .map_err(|error| ConnectError::Resolve { host: host.to_owned(), reason: error.to_string() })
}
