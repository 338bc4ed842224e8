//! `If-Match` and `If-None-Match` (RFC 7644 §3.14, decision D32).

use http::header::{IF_MATCH, IF_NONE_MATCH};
use http::{HeaderMap, HeaderName};
use rollbook_protocol::etag_matches;
use rollbook_store::{Seq, StoreError};

use super::Refused;

/// What a request asks of the stored version.
#[derive(Clone, Debug, Default)]
pub(crate) struct Preconditions {
    if_match: Option<String>,
    if_none_match: Option<String>,
}

impl Preconditions {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self { if_match: list(headers, &IF_MATCH), if_none_match: list(headers, &IF_NONE_MATCH) }
    }

    /// What the `version` of a bulk operation asks (RFC 7644 §3.7).
    pub(crate) fn of_version(version: Option<String>) -> Self {
        Self { if_match: version, if_none_match: None }
    }

    /// Whether a resource of this version may be changed; 412 if not.
    pub(crate) fn check_change(&self, version: Seq) -> Result<(), Refused> {
        if self.is_known(version) {
            return Err(StoreError::PreconditionFailed { current: version }.into());
        }
        self.check_match(version)
    }

    /// Whether `If-Match` allows a request for this version, where it is there; 412 if not.
    pub(crate) fn check_match(&self, version: Seq) -> Result<(), Refused> {
        if self.if_match.as_deref().is_some_and(|wanted| !etag_matches(wanted, version)) {
            return Err(StoreError::PreconditionFailed { current: version }.into());
        }
        Ok(())
    }

    /// Whether the client named the version to be changed: then a lost race is its to hear of.
    pub(crate) fn names_version(&self) -> bool {
        self.if_match.as_deref().is_some_and(|wanted| wanted.trim() != "*")
    }

    /// Whether `If-None-Match` names this version.
    pub(crate) fn is_known(&self, version: Seq) -> bool {
        self.if_none_match.as_deref().is_some_and(|known| etag_matches(known, version))
    }
}

/// The lines of a header as one list (RFC 9110 §5.3); bytes that are no text match no version.
fn list(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<_> =
        headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}
