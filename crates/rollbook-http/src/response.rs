//! Answers: every body under a SCIM base is `application/scim+json` (decision D17).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use rollbook_protocol::ScimError;
use rollbook_store::StoreError;

use crate::render::Feed;

/// The body of an answer.
///
/// Answers of up to about a megabyte are in one piece and have a length. Larger ones, such as a group of 100,000
/// members, are made while they are sent, and a store that fails meanwhile breaks them off.
#[derive(Debug)]
pub struct ResponseBody(Inner);

/// Why the body of an answer broke off; the connection has to be closed, so that the client knows.
#[derive(Debug, thiserror::Error)]
#[error("the answer broke off, since the store failed while it was sent")]
pub struct BodyError(#[source] StoreError);

enum Inner {
    Whole(Full<Bytes>),
    Fed(Box<Fed>),
}

/// What is made while it is sent.
enum Fed {
    Ready(Bytes, Feed),
    // The lock is never taken: it makes the body `Sync`, which the future need not be.
    Working(Mutex<Working>),
    Done,
}

type Working = Pin<Box<dyn Future<Output = (Result<Option<Bytes>, StoreError>, Feed)> + Send>>;

impl ResponseBody {
    /// A body with these bytes.
    #[must_use]
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self(Inner::Whole(Full::new(bytes.into())))
    }

    /// A body that begins with these bytes and goes on with what the feed brings.
    pub(crate) fn feed(first: Bytes, feed: Feed) -> Self {
        Self(Inner::Fed(Box::new(Fed::Ready(first, feed))))
    }
}

impl Default for ResponseBody {
    fn default() -> Self {
        Self(Inner::Whole(Full::default()))
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match &mut self.0 {
            Inner::Whole(full) => Pin::new(full).poll_frame(context).map_err(|never| match never {}),
            Inner::Fed(fed) => fed.poll(context).map(|next| next.map(|next| next.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::Whole(full) => full.is_end_stream(),
            Inner::Fed(fed) => matches!(**fed, Fed::Done),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Whole(full) => full.size_hint(),
            Inner::Fed(_) => SizeHint::default(),
        }
    }
}

impl Fed {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        loop {
            match std::mem::replace(self, Self::Done) {
                Self::Done => return Poll::Ready(None),
                Self::Ready(bytes, feed) if !bytes.is_empty() => {
                    *self = Self::Ready(Bytes::new(), feed);
                    return Poll::Ready(Some(Ok(bytes)));
                }
                Self::Ready(_, mut feed) => {
                    let work = async move { (feed.next().await, feed) };
                    *self = Self::Working(Mutex::new(Box::pin(work)));
                }
                Self::Working(mut working) => {
                    let work = working.get_mut().unwrap_or_else(PoisonError::into_inner);
                    let Poll::Ready((next, feed)) = work.as_mut().poll(context) else {
                        *self = Self::Working(working);
                        return Poll::Pending;
                    };
                    match next {
                        Ok(Some(bytes)) => *self = Self::Ready(bytes, feed),
                        Ok(None) => return Poll::Ready(None),
                        Err(error) => {
                            tracing::error!(error = ?error, "an answer broke off: the store failed");
                            return Poll::Ready(Some(Err(BodyError(error))));
                        }
                    }
                }
            }
        }
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(full) => full.fmt(f),
            Self::Fed(_) => f.write_str("Fed"),
        }
    }
}

/// An answer with a SCIM body.
pub(crate) fn scim(status: StatusCode, body: impl Into<ResponseBody>) -> Response<ResponseBody> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
    response
}

impl From<Vec<u8>> for ResponseBody {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }
}

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::default());
    *response.status_mut() = status;
    response
}

/// An answer that says what was wrong (RFC 7644 §3.12).
pub(crate) fn error(error: &ScimError) -> Response<ResponseBody> {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = scim(status, error.to_json());
    let beside = match status {
        StatusCode::UNAUTHORIZED => Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
        StatusCode::SERVICE_UNAVAILABLE => Some((RETRY_AFTER, HeaderValue::from_static("5"))),
        _ => None,
    };
    response.headers_mut().extend(beside);
    response
}

/// Adds a header; a value that no header can carry is left out.
pub(crate) fn with(
    mut response: Response<ResponseBody>,
    name: HeaderName,
    value: &str,
) -> Response<ResponseBody> {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}
