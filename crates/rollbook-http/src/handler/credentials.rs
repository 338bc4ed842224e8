//! The credentials of a request (RFC 6750 §2.1).

use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::Refused;
use crate::auth::{AuthError, Principal};
use crate::route::Located;
use crate::service::Inner;

/// Finds the caller; a token on another directory's path gets the same 401 as an unknown one.
pub(crate) async fn authenticate(
    inner: &Inner,
    headers: &HeaderMap,
    located: &Located<'_>,
) -> Result<Principal, Refused> {
    let principal = match inner.authenticator.authenticate(bearer(headers)?).await {
        Ok(principal) => principal,
        Err(AuthError::Refused(reason)) => return Err(Refused::credentials(reason)),
        Err(AuthError::Store(error)) => return Err(error.into()),
    };
    match &located.directory {
        Some(directory) if !principal.opens(directory) => {
            Err(Refused::credentials("the token is for another directory"))
        }
        _ => Ok(principal),
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, Refused> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or_else(|| Refused::credentials("no Authorization header"))?;
    if values.next().is_some() {
        return Err(Refused::credentials("several Authorization headers"));
    }
    value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty())
        .ok_or_else(|| Refused::credentials("the Authorization header is not `Bearer <token>`"))
}
