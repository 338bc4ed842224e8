//! One connection, from its handshake to its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::first_line::FirstLine;
use super::peer::{Connection, Known};
use super::stream::Patient;
use super::{Listen, Timeouts};

/// The largest request head of HTTP/1.1, in bytes; a larger one is 431.
const MAX_HEAD: usize = 128 * 1024;

/// Requests of one HTTP/2 connection that are answered at once.
const MAX_STREAMS: u32 = 100;

/// What a client gets that speaks HTTP to a port with TLS.
const NOT_TLS: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n\
    this port speaks TLS: use https:// in the address\n";

/// How far the listener is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stage {
    Open,
    /// Open requests may end, idle connections are closed.
    Ending,
    /// Everything is cut off.
    Over,
}

/// What all connections of a listener share.
#[derive(Clone, Debug)]
pub(super) struct Talk {
    builder: Arc<auto::Builder<TokioExecutor>>,
    listen: Arc<Listen>,
    stage: watch::Receiver<Stage>,
}

impl Talk {
    pub(super) fn new(listen: Listen) -> (watch::Sender<Stage>, Self) {
        let (sender, stage) = watch::channel(Stage::Open);
        let builder = Arc::new(builder(&listen.timeouts));
        (sender, Self { builder, listen: Arc::new(listen), stage })
    }

    /// Serves one connection to its end.
    pub(super) async fn with<S, B>(mut self, stream: TcpStream, peer: SocketAddr, service: S)
    where
        S: hyper::service::Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
        S: Send + 'static,
        S::Future: Send,
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "small answers may be sent late");
        }
        let connection = Arc::new(Connection::new(peer));
        let known = Known { service, connection: Arc::clone(&connection) };
        let stall = self.listen.timeouts.stall;
        let Some(tls) = &self.listen.tls else {
            let stream = Patient::new(stream, stall, Arc::clone(&connection.has_body));
            return self.serve(stream, known, &connection).await;
        };
        let acceptor = tls.acceptor();
        let within = self.listen.timeouts.handshake;
        let has_body = Arc::clone(&connection.has_body);
        let handshake = tokio::time::timeout(within, async move {
            let mut first = [0];
            if stream.peek(&mut first).await? > 0 && first.iter().all(u8::is_ascii_uppercase) {
                let mut stream = stream;
                stream.write_all(NOT_TLS).await?;
                stream.shutdown().await?;
                return Err(std::io::Error::other("the client speaks HTTP, not TLS"));
            }
            acceptor.accept(Patient::new(stream, stall, has_body)).await
        });
        let mut stage = self.stage.clone();
        let outcome = tokio::select! {
            outcome = handshake => outcome,
            _ = stage.wait_for(|stage| *stage != Stage::Open) => return,
        };
        match outcome {
            Ok(Ok(stream)) => self.serve(stream, known, &connection).await,
            Ok(Err(error)) => tracing::debug!(%error, %peer, "a TLS handshake failed"),
            Err(_) => tracing::debug!(%peer, "a TLS handshake took too long"),
        }
    }

    async fn serve<S, B, I>(&mut self, stream: I, service: Known<S>, known: &Connection)
    where
        S: hyper::service::Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
        S: Send + 'static,
        S::Future: Send,
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let timeouts = self.listen.timeouts;
        let stream = TokioIo::new(FirstLine::new(stream, timeouts.head));
        let mut connection = std::pin::pin!(self.builder.serve_connection(stream, service));
        let mut idle = std::pin::pin!(tokio::time::sleep(timeouts.idle));
        let mut is_ending = false;
        loop {
            tokio::select! {
                biased;
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(error, "a connection ended early");
                    }
                    return;
                }
                changed = self.stage.changed() => {
                    if changed.is_err() || *self.stage.borrow_and_update() == Stage::Over {
                        return;
                    }
                    // A peer that stays is not waited for any more.
                    known.has_body.store(false, Ordering::Relaxed);
                    connection.as_mut().graceful_shutdown();
                    is_ending = true;
                }
                () = idle.as_mut(), if !is_ending => {
                    let until = known.last_request() + timeouts.idle;
                    if until > tokio::time::Instant::now() {
                        idle.as_mut().reset(until);
                    } else {
                        connection.as_mut().graceful_shutdown();
                        is_ending = true;
                    }
                }
            }
        }
    }
}

fn builder(timeouts: &Timeouts) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(timeouts.head).max_buf_size(MAX_HEAD);
    // A peer of HTTP/2 that does not answer pings any more is gone.
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .keep_alive_interval(timeouts.head)
        .keep_alive_timeout(timeouts.head);
    builder
}
