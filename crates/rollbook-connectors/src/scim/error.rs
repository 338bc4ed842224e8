//! Why a call to a SCIM service failed.

use std::fmt;

use http::StatusCode;
use thiserror::Error;

use crate::http::HttpError;

/// Why a call to a SCIM service failed.
///
/// Neither `Display` nor `Debug` shows a credential, unless the service itself put it into its answer; what is shown to
/// people goes through [`classify`](super::classify()), which takes such an echo out.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ScimClientError {
    /// There was no answer.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The answer is a refusal: not one of the 2xx.
    #[error("{0}")]
    Answer(Box<ServiceAnswer>),
    /// The answer is one of the 2xx, but not what SCIM says it must be.
    #[error("the service answered {status} with {what}")]
    Malformed {
        /// The status of the answer.
        status: StatusCode,
        /// What it was instead.
        what: String,
    },
    /// The id is empty; no call was made.
    #[error("the id is empty")]
    NoId,
    /// The credential or the content type cannot be sent in a header field.
    #[error("the {0} holds characters that no header field can carry")]
    Unsendable(&'static str),
}

/// A refusal as the service worded it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ServiceAnswer {
    /// The status.
    pub status: StatusCode,
    /// `scimType` of the error body (RFC 7644 §3.12).
    pub scim_type: Option<String>,
    /// `detail` of the error body, else the beginning of the body, else nothing.
    pub detail: Option<String>,
    /// The text of `Retry-After`.
    pub retry_after: Option<String>,
    /// Where a redirect points to, without its query.
    pub location: Option<String>,
}

impl ScimClientError {
    /// The status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Answer(answer) => Some(answer.status),
            Self::Malformed { status, .. } => Some(*status),
            Self::Http(_) | Self::NoId | Self::Unsendable(_) => None,
        }
    }

    /// Tells whether the service knows no such thing: 404 or 410.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Answer(answer) if [StatusCode::NOT_FOUND, StatusCode::GONE].contains(&answer.status))
    }

    /// Tells whether the answer is an error of this `scimType`.
    #[must_use]
    pub fn is_scim_type(&self, scim_type: &str) -> bool {
        let Self::Answer(answer) = self else { return false };
        answer.scim_type.as_ref().is_some_and(|given| given.eq_ignore_ascii_case(scim_type))
    }
}

impl fmt::Display for ServiceAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the service answered {}", self.status)?;
        match &self.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}
