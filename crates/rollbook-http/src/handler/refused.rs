//! Refusals: what the client is told, and what the log says beyond it.

use std::borrow::Cow;

use http::header::{ALLOW, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
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
    /// Why, for the logs, where the client is not told.
    reason: Option<Cow<'static, str>>,
    challenge: Option<Challenge>,
    retry_after: Option<u64>,
    allow: Option<&'static str>,
    /// Where the resource is that was asked for by another name.
    location: Option<String>,
}

/// What `WWW-Authenticate` says (RFC 6750 §3).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Challenge {
    /// No bearer token was sent: what to send, without an error code.
    None,
    /// More than one credential was sent.
    InvalidRequest,
    /// A token was sent that opens nothing here.
    InvalidToken,
    /// A token was sent that may only read.
    InsufficientScope,
}

impl Challenge {
    const fn as_str(self) -> &'static str {
        match self {
            Self::None => "Bearer realm=\"scim\"",
            Self::InvalidRequest => "Bearer realm=\"scim\", error=\"invalid_request\"",
            Self::InvalidToken => "Bearer realm=\"scim\", error=\"invalid_token\"",
            Self::InsufficientScope => "Bearer realm=\"scim\", error=\"insufficient_scope\", scope=\"scim\"",
        }
    }
}

impl Refused {
    /// 401: every client gets these same words, the reason is for the logs (decision D20).
    pub(crate) fn credentials(challenge: Challenge, reason: Cow<'static, str>) -> Self {
        let error = ScimError::unauthorized(
            "send `Authorization: Bearer <token>` with a token of this directory; `rollbook token create` makes one",
        );
        Self { reason: Some(reason), challenge: Some(challenge), ..Self::from(error) }
    }

    /// 400: which of several credentials is meant cannot be known (RFC 6750 §3.1).
    pub(crate) fn several_credentials() -> Self {
        let error = ScimError::new(400, None, "there are several `Authorization` headers; send one");
        let reason = Some("several Authorization headers".into());
        Self { reason, challenge: Some(Challenge::InvalidRequest), ..Self::from(error) }
    }

    /// 403: the token may only read (RFC 6750 §3.1).
    pub(crate) fn insufficient_scope() -> Self {
        let error = ScimError::new(
            403,
            None,
            "the token may only read (its scope is `scim.read`); to write, use one with the scope `scim`",
        );
        let reason = Some("the token may only read".into());
        Self { reason, challenge: Some(Challenge::InsufficientScope), ..Self::from(error) }
    }

    /// 429: the directory's limit is reached (RFC 6585 §4).
    pub(crate) fn too_many(per_second: u32, seconds: u64) -> Self {
        let error = ScimError::new(
            429,
            None,
            format!(
                "this directory takes {per_second} requests a second on average; go on after {seconds} seconds"
            ),
        );
        let reason = Some("the directory's rate limit is reached".into());
        Self { reason, retry_after: Some(seconds), ..Self::from(error) }
    }

    /// 405 with the methods that there are (decision D24).
    pub(crate) fn method(method: &Method, allow: &'static str) -> Self {
        let method = shown(method.as_str());
        let error = ScimError::new(405, None, format!("`{method}` is not allowed here; use one of: {allow}"));
        Self { allow: Some(allow), ..Self::from(error) }
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

    /// Why, for the request log, which holds nothing that a request brought.
    pub(crate) fn reason(&self) -> Cow<'static, str> {
        self.reason.clone().unwrap_or_else(|| in_words(&self.error).into())
    }

    pub(crate) fn into_response(self) -> Response<ResponseBody> {
        let mut answer = response::error(&self.error);
        if let Some(challenge) = self.challenge {
            answer = response::with(answer, WWW_AUTHENTICATE, challenge.as_str());
        }
        if let Some(seconds) = self.retry_after {
            answer = response::with(answer, RETRY_AFTER, &seconds.to_string());
        }
        let answer = match self.allow {
            Some(allow) => response::with(answer, ALLOW, allow),
            None => answer,
        };
        match &self.location {
            Some(location) => response::with(answer, LOCATION, location),
            None => answer,
        }
    }

    /// What the client is told, for an answer within another one.
    pub(crate) fn into_error(self) -> ScimError {
        self.error
    }

    /// The refusal with the location of the resource.
    pub(crate) fn at(self, location: String) -> Self {
        Self { location: Some(location), ..self }
    }
}

impl From<ScimError> for Refused {
    fn from(error: ScimError) -> Self {
        Self { error, reason: None, challenge: None, retry_after: None, allow: None, location: None }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        from_store(&error).into()
    }
}

/// What a kind of error means. Its detail may repeat what the request said; this never does.
fn in_words(error: &ScimError) -> &'static str {
    match (error.status, error.scim_type) {
        (_, Some(ScimType::InvalidFilter)) => "the filter is not valid",
        (_, Some(ScimType::TooMany)) => "the answer would be too large",
        (_, Some(ScimType::Uniqueness)) => "another resource has a value that must be unique",
        (_, Some(ScimType::Mutability)) => "an attribute cannot be changed",
        (_, Some(ScimType::InvalidSyntax)) => "the body or the query is not well formed",
        (_, Some(ScimType::InvalidPath)) => "a path of the PATCH is not valid",
        (_, Some(ScimType::NoTarget)) => "a path of the PATCH names nothing that is there",
        (_, Some(ScimType::InvalidValue)) => "a value is missing, or is not what its attribute takes",
        (_, Some(ScimType::InvalidVers)) => "the version of SCIM is not served",
        (_, Some(ScimType::Sensitive)) => "the query would show a secret",
        (400, _) => "the request is not valid",
        (404, _) => "there is nothing at this path, or no such resource",
        (405, _) => "the method is not allowed here",
        (408, _) => "the body took too long to arrive",
        (409, _) => "the request does not fit what is there",
        (412, _) => "the resource has changed since it was read",
        (413, _) => "the request is too large",
        (415, _) => "the content type or encoding is not supported",
        (501, _) => "this part of SCIM is not available",
        (503, _) => "the server cannot take it at this time; its log says why",
        _ => "the request failed within the server; its log says why",
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
