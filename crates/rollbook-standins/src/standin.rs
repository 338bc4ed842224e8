//! A running stand-in.

mod control;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rollbook_schema::Resource;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::{JoinHandle, JoinSet};

use crate::habits::{Fault, Habits};
use crate::journal::{Accepted, Counts, Seen};
use crate::service;
pub(crate) use control::Shared;

pub(crate) use control::{Control, Fate};

/// A SCIM 2.0 service that runs in this process, on a free port of 127.0.0.1, until it is stopped or dropped.
pub struct Standin {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
    address: SocketAddr,
    token: String,
}

impl Standin {
    /// Starts a stand-in that accepts one bearer token.
    ///
    /// It runs on the tokio runtime that it is started on.
    ///
    /// # Errors
    ///
    /// Fails where no port can be listened on.
    pub async fn start(habits: Habits, token: impl Into<String>) -> io::Result<Self> {
        let token = token.into();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(habits, &token, address));
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { shared, task, address, token })
    }

    /// The base address, to be given to a target: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The token that it was started with.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// All users in the order of their creation, whole: with `id`, `meta` and `groups`.
    #[must_use]
    pub fn users(&self) -> Vec<Resource> {
        self.shared.with(|control| control.state.snapshot("User"))
    }

    /// All groups in the order of their creation, whole: with `id`, `meta` and `members`.
    #[must_use]
    pub fn groups(&self) -> Vec<Resource> {
        self.shared.with(|control| control.state.snapshot("Group"))
    }

    /// The ids of a group's members in the order in which they came; none for an unknown id.
    #[must_use]
    pub fn members(&self, group: &str) -> Vec<String> {
        self.shared.with(|control| control.state.member_ids(group))
    }

    /// How many users and how many groups there are.
    #[must_use]
    pub fn sizes(&self) -> (usize, usize) {
        self.shared.with(|control| control.state.sizes())
    }

    /// How many requests of each kind came in.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.shared.with(|control| control.journal.counts.clone())
    }

    /// The last thousand requests, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Seen> {
        self.shared.with(|control| control.journal.seen.iter().cloned().collect())
    }

    /// Tells every write from now on, the moment it is done.
    #[must_use]
    pub fn listen(&self) -> UnboundedReceiver<Accepted> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.shared.with(|control| control.listeners.push(sender));
        receiver
    }

    /// Forgets what [`Standin::counts`] and [`Standin::requests`] tell.
    pub fn reset_counts(&self) {
        self.shared.with(|control| control.journal = Default::default());
    }

    /// Changes how it behaves, from the next request on.
    pub fn command(&self, fault: Fault) {
        self.shared.with(|control| control.command(fault));
    }

    /// Stops: the port is closed and connections are dropped when this returns.
    pub async fn stop(mut self) {
        self.task.abort();
        // Cancelled is how it ends.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Standin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Standin").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Serves until it is aborted; the connections are aborted with it.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        // Out of file descriptors, most likely: others are closed while we wait.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            continue;
        };
        // Only speed depends on it.
        let _ = stream.set_nodelay(true);
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let serve = service_fn(|request| service::answer(&shared, request));
            // A connection ends with an error when the client or a habit drops it.
            let _ = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), serve)
                .await;
        });
    }
}
