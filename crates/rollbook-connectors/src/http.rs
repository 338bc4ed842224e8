//! The outgoing HTTP client: guarded addresses, no redirects, bounded time and size.

mod connect;
mod error;
mod tls;

pub use error::HttpError;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::address::AddressPolicy;
use connect::{GuardedConnector, TimedConnector};

/// How patient the client is and how much it reads.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HttpLimits {
    /// The longest that one call may take, from the start to the last byte of the answer; 30 seconds unless set.
    pub timeout: Duration,
    /// The longest that a connection may take to be made, TLS included; 5 seconds unless set.
    pub connect_timeout: Duration,
    /// The longest body of an answer that is read, in bytes; 16 MiB unless set.
    pub max_body: usize,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(5),
            max_body: 16 * 1024 * 1024,
        }
    }
}

/// An HTTP/1.1 client for calls to services that people name.
///
/// Every connect goes through an [`AddressPolicy`] after name resolution. Redirects are answers like any other: they
/// are never followed, since they would carry the credential elsewhere. A clone shares the connections.
#[derive(Clone)]
pub struct HttpClient {
    inner: legacy::Client<TimedConnector<HttpsConnector<GuardedConnector>>, Full<Bytes>>,
    limits: HttpLimits,
}

/// The answer of a service, read to its end.
#[derive(Clone, Debug)]
pub struct HttpAnswer {
    /// The status; one of the 3xx too.
    pub status: StatusCode,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl HttpClient {
    /// Makes a client with the certificate authorities of the operating system.
    ///
    /// Where the system has none, calls over TLS fail with [`HttpError::Tls`], and the log says why.
    #[must_use]
    pub fn new(policy: AddressPolicy, limits: HttpLimits) -> Self {
        let connector = HttpsConnector::from((GuardedConnector::new(policy), tls::config()));
        let connector = TimedConnector::new(connector, limits.connect_timeout);
        let inner = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            // Shorter than the patience of common servers: a call on a connection that they just closed is a lost one.
            .pool_idle_timeout(Duration::from_secs(15))
            .build(connector);
        Self { inner, limits }
    }

    /// The limits that the client was made with.
    #[must_use]
    pub const fn limits(&self) -> HttpLimits {
        self.limits
    }

    /// The same client, sharing its connections, with another limit for the time of one call.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self { inner: self.inner.clone(), limits: HttpLimits { timeout, ..self.limits } }
    }

    /// Sends a request and reads the answer to its end.
    ///
    /// # Errors
    ///
    /// Any status is an answer; errors are those of [`HttpError`], which also tells whether the request may have
    /// arrived.
    pub async fn send(&self, mut request: Request<Bytes>) -> Result<HttpAnswer, HttpError> {
        let scheme = request.uri().scheme_str();
        if !matches!(scheme, Some("http" | "https")) || request.uri().host().is_none() {
            return Err(HttpError::Address(
                "the address must begin with https:// or http:// and name a host".into(),
            ));
        }
        if request.uri().authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(HttpError::Address(
                "the address must not hold a user name; give a credential".into(),
            ));
        }
        request.headers_mut().entry(header::USER_AGENT).or_insert(USER_AGENT);
        let request = request.map(Full::new);
        tokio::time::timeout(self.limits.timeout, self.exchange(request))
            .await
            .map_err(|_| HttpError::Timeout(self.limits.timeout))?
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<HttpAnswer, HttpError> {
        let answer = self.inner.request(request).await.map_err(|error| HttpError::from_client(&error))?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, self.limits.max_body).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                HttpError::TooLarge(self.limits.max_body)
            } else {
                HttpError::Broken(error.to_string())
            }
        })?;
        Ok(HttpAnswer { status: parts.status, headers: parts.headers, body: body.to_bytes() })
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient").field("limits", &self.limits).finish_non_exhaustive()
    }
}

const USER_AGENT: HeaderValue = HeaderValue::from_static(concat!("rollbook/", env!("CARGO_PKG_VERSION")));
