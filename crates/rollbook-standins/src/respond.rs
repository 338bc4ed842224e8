//! Answers as they go out.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use rollbook_protocol::ScimError;

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
    pub(crate) location: Option<String>,
    pub(crate) retry_after: Option<u64>,
}

impl Reply {
    /// A body of the SCIM kind.
    pub(crate) const fn with(status: StatusCode, body: Vec<u8>) -> Self {
        Self { status, body, location: None, retry_after: None }
    }

    /// 204 (RFC 7644 §3.6).
    pub(crate) const fn no_content() -> Self {
        Self::with(StatusCode::NO_CONTENT, Vec::new())
    }

    pub(crate) fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if self.status != StatusCode::NO_CONTENT {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
        }
        if let Some(location) = self.location.and_then(|location| location.parse().ok()) {
            headers.insert(LOCATION, location);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<ScimError> for Reply {
    fn from(error: ScimError) -> Self {
        let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::with(status, error.to_json())
    }
}
