//! The connection below TLS: a peer that takes nothing is cut off, and one that still sends gets to read its answer.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// How long what a peer still sends is read and dropped after our end of the connection was closed.
const LINGER: Duration = Duration::from_secs(2);

/// A stream that limits how long a write may stand still.
///
/// It also closes gently where `linger` is set: closing a connection with unread bytes resets it, and the peer may
/// lose the answer that says why (RFC 9112 §9.6). A client that sends 20 MiB before it reads gets its 413 this way.
#[derive(Debug)]
pub(super) struct Patient<S> {
    stream: S,
    stall: Duration,
    /// When a write that stands still is given up.
    deadline: Option<Pin<Box<Sleep>>>,
    linger: Arc<AtomicBool>,
    lingering: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    pub(super) fn new(stream: S, stall: Duration, linger: Arc<AtomicBool>) -> Self {
        Self { stream, stall, deadline: None, linger, lingering: None }
    }

    /// Passes the outcome of a write on, or gives it up when it has stood still for too long.
    fn watch<T>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.deadline = None;
            return outcome;
        }
        let stall = self.stall;
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(stall)));
        ready!(deadline.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, out)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let limit = match &mut this.lingering {
            Some(limit) => limit,
            None => {
                ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
                if !this.linger.load(Ordering::Relaxed) {
                    return Poll::Ready(Ok(()));
                }
                this.lingering.insert(Box::pin(tokio::time::sleep(LINGER)))
            }
        };
        let mut chunk = [0; 8_192];
        loop {
            if limit.as_mut().poll(context).is_ready() {
                return Poll::Ready(Ok(()));
            }
            let mut buffer = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut this.stream).poll_read(context, &mut buffer))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    fn patient<S>(stream: S, linger: bool) -> Patient<S> {
        Patient::new(stream, Duration::from_secs(30), Arc::new(AtomicBool::new(linger)))
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_nothing_is_cut_off() {
        let (ours, mut theirs) = tokio::io::duplex(16);
        let writer = tokio::spawn(async move { patient(ours, false).write_all(&[0; 64]).await });
        // While it takes something now and then, it may go on.
        for _ in 0..2 {
            tokio::time::sleep(Duration::from_secs(20)).await;
            theirs.read_exact(&mut [0; 16]).await.unwrap();
        }
        assert!(!writer.is_finished());
        let started = tokio::time::Instant::now();
        assert_eq!(writer.await.unwrap().unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(started.elapsed().as_secs(), 30);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_still_sent_is_read_before_the_close() {
        for (linger, wanted) in [(true, true), (false, false)] {
            let (ours, mut theirs) = tokio::io::duplex(16);
            let closing = tokio::spawn(async move { patient(ours, linger).shutdown().await });
            tokio::time::sleep(Duration::from_millis(1)).await;
            assert_eq!(theirs.write_all(&[0; 64]).await.is_ok(), wanted);
            assert_eq!(closing.is_finished(), !wanted);
            drop(theirs);
            closing.await.unwrap().unwrap();
        }
        // Not for ever.
        let (ours, theirs) = tokio::io::duplex(16);
        patient(ours, true).shutdown().await.unwrap();
        drop(theirs);
    }
}
