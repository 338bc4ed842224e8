//! The credentials of a request (RFC 6750), and what its caller may do.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method};
use rollbook_store::Scope;

use super::Refused;
use super::refused::Challenge;
use crate::auth::{AuthError, Principal, of_header};
use crate::gate::Permit;
use crate::route::{Endpoint, Located};
use crate::service::Inner;
use crate::trace::{Elsewhere, Trace};

/// A caller that is let in.
pub(crate) struct Admitted {
    pub(crate) principal: Arc<Principal>,
    /// Its way through the gate.
    pub(crate) permit: Permit,
}

/// Finds the caller and checks what it may do: credentials (401), scope (403), rate limit (429).
pub(crate) async fn admit(
    inner: &Inner,
    head: &Parts,
    located: &Located<'_>,
    endpoint: Option<&Endpoint<'_>>,
    trace: &mut Trace,
) -> Result<Admitted, Refused> {
    let principal = authenticate(inner, head, located, trace).await?;
    trace.of(&principal);
    check_scope(&principal, &head.method, endpoint)?;
    if let Some(limit) = principal.settings.rate_limit {
        inner
            .rates
            .take(&principal.directory, limit, inner.environment.now())
            .map_err(|seconds| Refused::too_many(limit.per_second, seconds))?;
    }
    Ok(Admitted { permit: inner.gate.permit(Some(&principal.directory)), principal })
}

/// A token on another directory's path gets the same 401 as an unknown one.
async fn authenticate(
    inner: &Inner,
    head: &Parts,
    located: &Located<'_>,
    trace: &mut Trace,
) -> Result<Arc<Principal>, Refused> {
    let token = bearer(&head.headers, head.uri.query())?;
    let refused = |reason| Refused::credentials(Challenge::InvalidToken, reason);
    let principal = match inner.authenticator.authenticate(token).await {
        Ok(principal) => principal,
        Err(AuthError::Refused(refusal)) => {
            trace.directory = refusal.directory;
            trace.token = refusal.token;
            return Err(refused(refusal.reason));
        }
        Err(AuthError::Store(error)) => return Err(error.into()),
    };
    match &located.directory {
        Some(directory) if !principal.opens(directory) => {
            let (directory, token) = (principal.directory.clone(), principal.token.clone());
            trace.elsewhere = Some(Elsewhere { directory, token });
            Err(refused("this token does not open this directory".into()))
        }
        _ => Ok(principal),
    }
}

/// The token of the one `Authorization` header; a token in the query or in a form is not accepted, since addresses
/// are logged everywhere (RFC 6750 §5.3).
fn bearer<'h>(headers: &'h HeaderMap, query: Option<&str>) -> Result<&'h str, Refused> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        let reason = match query {
            Some(query) if query.split('&').any(|part| part.starts_with("access_token=")) => {
                "the token is in the query, where it is not accepted; it belongs in the header `Authorization: Bearer`"
            }
            _ => "no Authorization header",
        };
        return Err(Refused::credentials(Challenge::None, reason.into()));
    };
    if values.next().is_some() {
        return Err(Refused::several_credentials());
    }
    let invalid = |reason: &'static str| Refused::credentials(Challenge::InvalidToken, reason.into());
    let value = value.to_str().map_err(|_| invalid("the Authorization header is not ASCII"))?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refused::credentials(Challenge::None, of_header(value).into()));
    }
    match token.trim() {
        "" => Err(invalid("there is no token after the word Bearer")),
        token => Ok(token),
    }
}

/// A token that may only read gets GET, HEAD and `.search` (RFC 6750 §3.1).
fn check_scope(
    principal: &Principal,
    method: &Method,
    endpoint: Option<&Endpoint<'_>>,
) -> Result<(), Refused> {
    let reads = matches!(*method, Method::GET | Method::HEAD)
        || (*method == Method::POST && matches!(endpoint, Some(Endpoint::Search(_))));
    match principal.scope {
        Scope::Read if !reads => Err(Refused::insufficient_scope()),
        _ => Ok(()),
    }
}
