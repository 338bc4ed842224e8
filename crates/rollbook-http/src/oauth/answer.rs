//! What the token endpoint answers: JSON, never cached (RFC 6749 §5).

use std::borrow::Cow;

use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use rollbook_store::{Scope, Secret, StoreError};
use serde::Serialize;

use crate::response::{self, ResponseBody};
use crate::trace::Trace;

/// A token that is issued (RFC 6749 §5.1).
#[derive(Serialize)]
struct Issued<'i> {
    access_token: &'i str,
    token_type: &'static str,
    expires_in: u32,
    scope: &'static str,
}

/// A refusal (RFC 6749 §5.2).
#[derive(Serialize)]
struct Error<'e> {
    error: &'static str,
    error_description: &'e str,
}

pub(super) fn issued(secret: &Secret, seconds: u32, scope: Scope) -> Response<ResponseBody> {
    let issued = Issued {
        access_token: secret.expose(),
        token_type: "Bearer",
        expires_in: seconds,
        scope: scope.as_str(),
    };
    json(StatusCode::OK, &issued)
}

/// Why no token is issued.
#[derive(Debug)]
pub(super) struct Denied {
    status: StatusCode,
    error: &'static str,
    description: Cow<'static, str>,
    /// Why, for the logs, where the client is not told.
    reason: Option<Cow<'static, str>>,
    beside: Beside,
}

/// The header that goes with a status.
#[derive(Clone, Copy, Debug)]
enum Beside {
    Nothing,
    /// 401: `WWW-Authenticate`.
    Challenge,
    /// 405: `Allow`.
    Allow,
    /// 429, 503: `Retry-After`, in seconds.
    Retry(u64),
}

impl Denied {
    const fn new(status: StatusCode, error: &'static str, description: Cow<'static, str>) -> Self {
        Self { status, error, description, reason: None, beside: Beside::Nothing }
    }

    /// A request that is not what RFC 6749 says.
    pub(super) const fn invalid_request(description: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", Cow::Borrowed(description))
    }

    /// A client that is unknown or shows a wrong secret; it is told neither which nor why.
    pub(super) fn invalid_client(reason: impl Into<Cow<'static, str>>) -> Self {
        let description = Cow::Borrowed(
            "send the id and secret of an OAuth client of this server, by HTTP Basic or as `client_id` and \
             `client_secret` in the form",
        );
        Self {
            reason: Some(reason.into()),
            beside: Beside::Challenge,
            ..Self::new(StatusCode::UNAUTHORIZED, "invalid_client", description)
        }
    }

    pub(super) const fn unsupported_grant_type() -> Self {
        let description = Cow::Borrowed("the only grant type is `client_credentials`");
        Self::new(StatusCode::BAD_REQUEST, "unsupported_grant_type", description)
    }

    /// A scope that there is not, or that is more than the client may do.
    pub(super) fn invalid_scope(most: Scope) -> Self {
        let scopes = match most {
            Scope::Read => "`scim.read`",
            Scope::Write => "`scim` and `scim.read`",
        };
        let description = format!("the scopes of this client are {scopes}").into();
        Self::new(StatusCode::BAD_REQUEST, "invalid_scope", description)
    }

    pub(super) fn method() -> Self {
        let description = Cow::Borrowed("tokens are issued by POST alone");
        Self {
            beside: Beside::Allow,
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", description)
        }
    }

    pub(super) const fn slow() -> Self {
        let description = Cow::Borrowed("the body took too long to arrive");
        Self::new(StatusCode::REQUEST_TIMEOUT, "invalid_request", description)
    }

    pub(super) fn too_large(most: usize) -> Self {
        let description = format!("the body is larger than {most} bytes").into();
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request", description)
    }

    pub(super) fn too_many(seconds: u64) -> Self {
        let description = Cow::Borrowed("too many requests; keep a token until it expires");
        Self {
            beside: Beside::Retry(seconds),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable", description)
        }
    }

    /// The store did not answer, or refused; the cause is logged, not sent.
    pub(super) fn store(error: &StoreError) -> Self {
        let error = crate::error::from_store(error);
        let description = Cow::Borrowed("the store is not available; try again");
        Self {
            beside: Beside::Retry(5),
            reason: Some(format!("the store failed ({})", error.status).into()),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", description)
        }
    }

    /// Tells the logs.
    pub(super) fn log(&self, trace: &mut Trace) {
        let reason = self.reason.clone().unwrap_or_else(|| self.description.clone());
        tracing::info!(status = self.status.as_u16(), error = self.error, %reason, "no access token was issued");
        trace.refused(reason);
    }

    pub(super) fn into_response(self) -> Response<ResponseBody> {
        let error = Error { error: self.error, error_description: &self.description };
        let mut response = json(self.status, &error);
        let beside = match self.beside {
            Beside::Nothing => None,
            Beside::Challenge => {
                let challenge = HeaderValue::from_static("Basic realm=\"oauth\", charset=\"UTF-8\"");
                Some((WWW_AUTHENTICATE, challenge))
            }
            Beside::Allow => Some((ALLOW, HeaderValue::from_static("POST"))),
            Beside::Retry(seconds) => Some((RETRY_AFTER, seconds.into())),
        };
        response.headers_mut().extend(beside);
        response
    }
}

fn json(status: StatusCode, body: &impl Serialize) -> Response<ResponseBody> {
    // Texts and a number always become JSON.
    let mut response = response::scim(status, serde_json::to_vec(body).unwrap_or_default());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
