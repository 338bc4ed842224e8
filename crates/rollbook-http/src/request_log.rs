//! The inbound request log: every request becomes a record of the directory that it belongs to.
//!
//! Answering never waits for it: records are collected in memory and written together about every second. A record
//! holds no value of a header, a query or a body, and its path only what is known by structure.

mod pending;
mod redact;
mod writer;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use http::{Method, Request, StatusCode, Uri};
use rollbook_schema::Registry;
use rollbook_store::{Environment, RequestRecord, Store};
use tokio::sync::Notify;

use self::pending::{Entry, Owner, Pending};
use crate::proxies::TrustedProxies;
use crate::route;
use crate::serve::Peer;
use crate::trace::{Elsewhere, Trace};

/// How often records are written.
const EVERY: Duration = Duration::from_secs(1);

/// How much of the request log is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LogLimits {
    /// Records of each directory: 10,000; 0 keeps no log at all.
    pub rows: usize,
    /// Days: 30.
    pub days: u32,
}

impl Default for LogLimits {
    fn default() -> Self {
        Self { rows: 10_000, days: 30 }
    }
}

/// The inbound request log of a service; cheap to clone.
///
/// Every request is a record, refusals before authentication too: of the directory that its token or OAuth client
/// belongs to, else of the one that its path names, else of none. Under load it is thinned: of each directory up to
/// 50 answered requests and 100 refused ones a second are records of their own, and one more record, with the path
/// `*`, says how many others there were. At most 8,192 records wait to be written; what comes beyond is counted, and the
/// count goes to the server's log.
///
/// [`RequestLog::run`] writes: without it, nothing is kept.
#[derive(Clone, Debug)]
pub struct RequestLog {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    store: Arc<dyn Store>,
    environment: Arc<dyn Environment>,
    limits: LogLimits,
    pending: Mutex<Pending>,
    /// Many records wait: do not wait for the second to pass.
    many: Notify,
}

/// What the log needs of a request's head, before it is taken apart.
#[derive(Debug)]
pub(crate) struct Head {
    method: Method,
    uri: Uri,
    client: Option<IpAddr>,
    started: Instant,
}

impl Head {
    pub(crate) fn of<B>(request: &Request<B>, proxies: &TrustedProxies) -> Self {
        let peer = request.extensions().get::<Peer>();
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            client: peer.map(|Peer(peer)| proxies.client(peer.ip(), request.headers())),
            started: Instant::now(),
        }
    }
}

impl RequestLog {
    /// A log that is kept in `store`.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, environment: Arc<dyn Environment>, limits: LogLimits) -> Self {
        let pending = Mutex::new(Pending::default());
        Self { shared: Arc::new(Shared { store, environment, limits, pending, many: Notify::new() }) }
    }

    /// Writes what has been collected about every second, and drops what is too old or too much, until `stopped` is
    /// done; then once more. Expired access tokens of OAuth clients are dropped on the way.
    pub async fn run(&self, stopped: impl Future<Output = ()>) {
        let mut stopped = std::pin::pin!(stopped);
        let mut housekeeping = writer::Housekeeping::default();
        loop {
            let is_over = tokio::select! {
                () = &mut stopped => true,
                () = tokio::time::sleep(EVERY) => false,
                () = self.shared.many.notified() => false,
            };
            writer::write(&self.shared, &mut housekeeping).await;
            if is_over {
                return;
            }
        }
    }

    /// Takes a request in that has been answered.
    pub(crate) fn note(&self, head: Head, trace: Trace, status: StatusCode, registry: &Registry) {
        if self.shared.limits.rows == 0 {
            return;
        }
        let is_refused = status.is_client_error() || status.is_server_error();
        let path = head.uri.path();
        // Most records are of a known directory, and under load most of those are not kept: the path can wait.
        let owner = match &trace.directory {
            Some(directory) => Owner::Known(directory.clone()),
            None => {
                Owner::named(route::locate(path).as_ref().and_then(|located| located.directory.as_deref()))
            }
        };
        let mut pending = self.pending();
        if !pending.takes(&owner, is_refused) {
            return;
        }
        let located = route::locate(path);
        let named = located.as_ref().and_then(|located| located.directory.as_deref());
        let record = RequestRecord {
            at: self.shared.environment.now(),
            directory: None,
            client: head.client.map(|client| client.to_string()),
            token: trace.token,
            method: redact::method(&head.method).to_owned(),
            path: redact::path(located.as_ref(), path, registry),
            status: status.as_u16(),
            reason: trace.reason.map(std::borrow::Cow::into_owned),
            micros: u64::try_from(head.started.elapsed().as_micros()).unwrap_or(u64::MAX),
        };
        if let Some(Elsewhere { directory, token }) = trace.elsewhere {
            // The token's own directory learns that it is used on a wrong path, and not on which.
            let mut record = record.clone();
            record.token = token;
            record.reason = Some("the path names another directory than the token's".to_owned());
            pending.push(Entry { owner: Owner::Known(directory), named: None, record });
        }
        let is_many = pending.push(Entry { owner, named: named.map(redact::short), record });
        drop(pending);
        if is_many {
            self.shared.many.notify_one();
        }
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.shared.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// How far back the log reaches.
    fn oldest(&self) -> chrono::DateTime<chrono::Utc> {
        self.environment.now() - TimeDelta::days(i64::from(self.limits.days))
    }
}
