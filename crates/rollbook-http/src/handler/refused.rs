//! Refusals: what the client is told, and what the log says beyond it.

use std::borrow::Cow;

use http::header::ALLOW;
use http::{Method, Response};
use rollbook_protocol::{ScimError, ScimType};
use rollbook_store::StoreError;

use crate::error::from_store;
use crate::response::{self, ResponseBody};

/// The most characters of a request's own words that a detail or the log repeats.
const MOST_SHOWN: usize = 200;

/// A refusal: what the client is told, what the log says beyond it, which methods there are.
#[derive(Debug)]
pub(crate) struct Refused {
    error: ScimError,
    /// Why, for the log, where the client is not told.
    reason: Option<String>,
    allow: Option<&'static str>,
}

impl Refused {
    /// 401: every client gets these same words, the reason is for the log (decision D20).
    pub(crate) fn credentials(reason: &str) -> Self {
        let error = ScimError::unauthorized(
            "send `Authorization: Bearer <token>` with a token of this directory; `rollbook token create` makes one",
        );
        Self { error, reason: Some(reason.to_owned()), allow: None }
    }

    /// 405 with the methods that there are (decision D24).
    pub(crate) fn method(method: &Method, allow: &'static str) -> Self {
        let method = shown(method.as_str());
        let error = ScimError::new(405, None, format!("`{method}` is not allowed here; use one of: {allow}"));
        Self { error, reason: None, allow: Some(allow) }
    }

    /// Logs the refusal; what the request brought is escaped and cut, so that it cannot forge lines.
    pub(crate) fn log(&self, method: &Method, path: &str) {
        let reason = shown(self.reason.as_deref().unwrap_or(&self.error.detail));
        let (path, status) = (shown(path), self.error.status);
        if status >= 500 {
            tracing::warn!(%method, ?path, status, ?reason, "refused");
        } else {
            tracing::info!(%method, ?path, status, ?reason, "refused");
        }
    }

    pub(crate) fn into_response(self) -> Response<ResponseBody> {
        let answer = response::error(&self.error);
        match self.allow {
            Some(allow) => response::with(answer, ALLOW, allow),
            None => answer,
        }
    }
}

impl From<ScimError> for Refused {
    fn from(error: ScimError) -> Self {
        Self { error, reason: None, allow: None }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        from_store(&error).into()
    }
}

/// 404 for a path that names nothing.
pub(crate) fn nothing_here() -> Refused {
    ScimError::not_found(
        "there is nothing at this path; `/ResourceTypes` below the SCIM base lists the endpoints",
    )
    .into()
}

/// 501 for what RFC 7644 leaves to the server, and this one leaves out.
pub(crate) fn unsupported(detail: &str) -> Refused {
    ScimError::new(501, None, detail).into()
}

/// 404 for a path of SCIM 1.1.
pub(crate) fn old_path() -> Refused {
    ScimError::not_found("SCIM 1.1 is not served; use the SCIM 2.0 address, with `/v2` in place of `/v1`")
        .into()
}

/// 400 for a body of SCIM 1.1 on its path (decision D33).
pub(crate) fn old_body() -> Refused {
    ScimError::bad_request(
        ScimType::InvalidVers,
        "the body is SCIM 1.1, which is not served; in the identity provider's catalogue choose the SCIM 2.0 app \
         (Okta: `SCIM 2.0 Test App (OAuth Bearer Token)`) and give it the address with `/v2`",
    )
    .into()
}

/// A request's own words as a message may repeat them: short, without control characters.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if text.len() <= MOST_SHOWN && !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let is_cut = text.chars().nth(MOST_SHOWN).is_some();
    let chars = text.chars().take(MOST_SHOWN).map(|char| if char.is_control() { '\u{fffd}' } else { char });
    Cow::Owned(chars.chain(is_cut.then_some('…')).collect())
}
