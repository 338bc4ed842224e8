//! The listener: accepts connections, by TLS or without, limits how long peers may take, ends gracefully.

mod connection;
mod first_line;
mod listen;
mod peer;
mod stream;
mod timeouts;
mod tls;

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use self::connection::{Stage, Talk};
pub use self::listen::Listen;
pub use self::peer::Peer;
pub use self::timeouts::Timeouts;
pub use self::tls::{Tls, TlsError};

/// How long to wait after the system refused to accept a connection (too many open files).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves connections of `listener` until `shutdown` is done, then lets open requests end, with the default
/// [`Timeouts`], without TLS.
///
/// HTTP/1.1 and HTTP/2 by prior knowledge. A raw `"` in the first request line of a connection is taken as `%22`
/// (decision D35). Each request has a [`Peer`] in its extensions.
pub async fn serve<S, B>(listener: TcpListener, service: S, shutdown: impl Future<Output = ()>)
where
    S: hyper::service::Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    serve_with(listener, service, Listen::default(), shutdown).await;
}

/// [`serve`] with other timeouts, or with TLS.
pub async fn serve_with<S, B>(
    listener: TcpListener,
    service: S,
    listen: impl Into<Listen>,
    shutdown: impl Future<Output = ()>,
) where
    S: hyper::service::Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let listen = listen.into();
    let grace = listen.timeouts.grace;
    let max_connections = listen.max_connections.max(1);
    let slots = Arc::new(Semaphore::new(max_connections.try_into().unwrap_or(Semaphore::MAX_PERMITS)));
    let (stage, talk) = Talk::new(listen);
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = next(&listener, &slots) => accepted,
            () = &mut shutdown => break,
        };
        let (stream, peer, slot) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let (talk, service) = (talk.clone(), service.clone());
        tokio::spawn(async move {
            talk.with(stream, peer, service).await;
            drop(slot);
        });
    }
    // Whoever connects from now on is refused at once and may try another node.
    drop(listener);
    end(stage, &slots, max_connections, grace).await;
}

type Accepted = (tokio::net::TcpStream, std::net::SocketAddr, tokio::sync::OwnedSemaphorePermit);

/// The next connection, once there is room for one.
async fn next(listener: &TcpListener, slots: &Arc<Semaphore>) -> std::io::Result<Accepted> {
    let slot = Arc::clone(slots).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, slot))
}

/// Lets open requests end for a while, then cuts off what is left.
async fn end(stage: watch::Sender<Stage>, slots: &Semaphore, connections: u32, grace: Duration) {
    stage.send_replace(Stage::Ending);
    if tokio::time::timeout(grace, slots.acquire_many(connections)).await.is_err() {
        tracing::warn!("some requests did not end in time and were cut off");
        stage.send_replace(Stage::Over);
    }
}
