//! A stream that mends the first request line: a raw `"` in it becomes `%22` (decision D35).
//!
//! `http::Uri` refuses such a query before any handler runs, but curl users send it, and so may Microsoft's validator.
//! Only the first request of a connection can be mended without parsing HTTP twice, so that connection is closed after
//! its answer. The stream also limits how long this line may take: hyper's own limit begins after the version of HTTP
//! is known.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// The longest first line that is looked at; a longer one passes as it is.
const MAX_LINE: usize = 16 * 1024;

/// What HTTP/2 begins with (RFC 9113 §3.4); hyper waits for all of it before it knows the version.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A stream whose first line is mended.
#[derive(Debug)]
pub(super) struct FirstLine<S> {
    stream: S,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The first line is not complete yet.
    Collecting { bytes: Vec<u8>, deadline: Pin<Box<Sleep>> },
    /// What was read, mended, on its way to hyper.
    Replaying { bytes: Vec<u8>, at: usize },
    /// Nothing more to do.
    Through,
}

impl<S> FirstLine<S> {
    /// Wraps a stream whose first line must arrive within a time.
    pub(super) fn new(stream: S, within: Duration) -> Self {
        let deadline = Box::pin(tokio::time::sleep(within));
        Self { stream, state: State::Collecting { bytes: Vec::new(), deadline } }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for FirstLine<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            match &mut this.state {
                State::Through => return Pin::new(&mut this.stream).poll_read(context, out),
                State::Replaying { bytes, at } => {
                    let rest = bytes.get(*at..).unwrap_or_default();
                    let part = rest.get(..rest.len().min(out.remaining())).unwrap_or_default();
                    out.put_slice(part);
                    *at += part.len();
                    if *at >= bytes.len() {
                        this.state = State::Through;
                    }
                    return Poll::Ready(Ok(()));
                }
                State::Collecting { bytes, deadline } => {
                    if deadline.as_mut().poll(context).is_ready() {
                        return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                    }
                    let mut chunk = [0; 4096];
                    let mut buffer = ReadBuf::new(&mut chunk);
                    ready!(Pin::new(&mut this.stream).poll_read(context, &mut buffer))?;
                    let ended = buffer.filled().is_empty();
                    bytes.extend_from_slice(buffer.filled());
                    if ended || is_enough(bytes) {
                        let bytes = std::mem::take(bytes);
                        if bytes.is_empty() {
                            this.state = State::Through;
                            return Poll::Ready(Ok(()));
                        }
                        this.state = State::Replaying { bytes: mend(bytes), at: 0 };
                    }
                }
            }
        }
    }
}

/// Whether the first line, or the preface of HTTP/2, is complete, or neither is to be expected.
fn is_enough(bytes: &[u8]) -> bool {
    let is_preface = bytes.len() < PREFACE.len() && PREFACE.starts_with(bytes);
    (bytes.contains(&b'\n') && !is_preface) || bytes.len() >= MAX_LINE
}

impl<S: AsyncWrite + Unpin> AsyncWrite for FirstLine<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Replaces each `"` of the first line by `%22` and asks for the connection to be closed; other bytes stay as they are.
fn mend(bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
    let (line, rest) = bytes.split_at(end);
    if !line.contains(&b'"') || !line.ends_with(b"\n") {
        return bytes;
    }
    let mut mended = Vec::with_capacity(bytes.len() + 64);
    for byte in line {
        match byte {
            b'"' => mended.extend_from_slice(b"%22"),
            other => mended.push(*other),
        }
    }
    mended.extend_from_slice(b"Connection: close\r\n");
    mended.extend_from_slice(rest);
    mended
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    async fn through(chunks: &[&str]) -> String {
        let (mut ours, theirs) = tokio::io::duplex(7);
        let chunks: Vec<String> = chunks.iter().map(|&chunk| chunk.to_owned()).collect();
        let writer = tokio::spawn(async move {
            for chunk in chunks {
                tokio::io::AsyncWriteExt::write_all(&mut ours, chunk.as_bytes()).await.unwrap();
            }
        });
        let mut out = String::new();
        FirstLine::new(theirs, Duration::from_secs(30)).read_to_string(&mut out).await.unwrap();
        writer.await.unwrap();
        out
    }

    #[tokio::test]
    async fn d35_quotes_of_the_first_line_are_escaped_and_the_connection_closed() {
        let out =
            through(&["GET /Users?filter=a+eq+\"b", "\" HTTP/1.1\r\nHost: x\r\n", "X: \"y\"\r\n\r\n"]).await;
        assert_eq!(
            out,
            "GET /Users?filter=a+eq+%22b%22 HTTP/1.1\r\nConnection: close\r\nHost: x\r\nX: \"y\"\r\n\r\n"
        );
    }

    #[tokio::test]
    async fn other_traffic_passes_unchanged() {
        let long = format!("GET /{}\" HTTP/1.1\r\n\r\n", "x".repeat(MAX_LINE));
        for text in [
            "",
            "GET / HTTP/1.1\r\nA: \"b\"\r\n\r\nbody \"with\" quotes",
            "no line end \"at all\"",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n and \"frames\"",
            "PRI * HTTP/2.0\r\n",
            &long,
        ] {
            assert_eq!(through(&[text]).await, text);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_first_line_that_does_not_come_ends_the_connection() {
        for start in ["", "GET / HT", "PRI * HTTP/2.0\r\n\r\nS"] {
            let (mut ours, theirs) = tokio::io::duplex(64);
            tokio::io::AsyncWriteExt::write_all(&mut ours, start.as_bytes()).await.unwrap();
            let mut out = Vec::new();
            let ended = FirstLine::new(theirs, Duration::from_secs(30)).read_to_end(&mut out).await;
            assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::TimedOut, "{start}");
        }
    }
}
