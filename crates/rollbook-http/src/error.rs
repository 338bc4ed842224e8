//! From a store's refusal to a SCIM error; the one place that knows both.

use rollbook_protocol::{ScimError, ScimType};
use rollbook_store::StoreError;

/// The answer to a refused store call. Causes go to the log, never to the client.
pub(crate) fn from_store(error: &StoreError) -> ScimError {
    let detail = error.to_string();
    match error {
        StoreError::NotFound { .. } => ScimError::not_found(detail),
        StoreError::Uniqueness { .. } => ScimError::new(409, Some(ScimType::Uniqueness), detail),
        StoreError::PreconditionFailed { .. } => ScimError::new(412, None, detail),
        StoreError::UnresolvedMember { .. } => ScimError::bad_request(ScimType::InvalidValue, detail),
        StoreError::TooMany { .. } => ScimError::bad_request(ScimType::TooMany, detail),
        StoreError::InvalidPosition => ScimError::bad_request(ScimType::InvalidCursor, detail),
        StoreError::Refused(error) => error.as_ref().clone(),
        StoreError::Unsupported(_) => ScimError::new(501, None, detail),
        StoreError::Unavailable { cause, .. } => {
            tracing::error!(%cause, "the store is not available");
            ScimError::new(503, None, detail)
        }
        other => {
            tracing::error!(error = ?other, "the store failed");
            ScimError::new(500, None, "the request failed for a reason within the server; its log says more")
        }
    }
}
