//! SCIM error responses (RFC 7644 §3.12).

use std::fmt;

use rollbook_filter::ParseError;
use rollbook_schema::{JsonError, Value};
use serde::Serialize;

/// The schema of every SCIM error body.
const SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// An error as a SCIM client sees it (RFC 7644 §3.12).
///
/// `Display` is the detail alone. Nothing in it comes from below the protocol: causes are logged, never sent.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{detail}")]
pub struct ScimError {
    /// The HTTP status code.
    pub status: u16,
    /// The kind of error, where RFC 7644 Table 9 has one for it; never on 404 (decision D19).
    pub scim_type: Option<ScimType>,
    /// What was wrong and what to do about it, for people.
    pub detail: String,
}

impl ScimError {
    /// Makes an error from its parts.
    #[must_use]
    pub fn new(status: u16, scim_type: Option<ScimType>, detail: impl Into<String>) -> Self {
        Self { status, scim_type, detail: detail.into() }
    }

    /// Makes a 400 of the given kind.
    #[must_use]
    pub fn bad_request(scim_type: ScimType, detail: impl Into<String>) -> Self {
        Self::new(400, Some(scim_type), detail)
    }

    /// Makes a 404, which has no kind (decision D19).
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(404, None, detail)
    }

    /// Makes a 401.
    #[must_use]
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(401, None, detail)
    }

    /// Puts what the error is about before its detail: `` `Operations[2].path`: … ``.
    #[must_use]
    pub(crate) fn at(self, place: &str) -> Self {
        Self { detail: format!("`{place}`: {}", self.detail), ..self }
    }

    /// Reads the error body of a service; `None` where it is none.
    ///
    /// `status` may be a string or a number; a `scimType` that this crate does not know is left out.
    #[must_use]
    pub fn parse(body: &Value) -> Option<Self> {
        let body = body.as_complex()?;
        let status = match body.get("status")? {
            Value::String(text) => text.trim().parse().ok()?,
            Value::Number(number) => u16::try_from(number.as_i64()?).ok()?,
            _ => return None,
        };
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let scim_type = text("scimType").and_then(ScimType::from_word);
        Some(Self::new(status, scim_type, text("detail").unwrap_or_default()))
    }

    /// Returns the JSON body; `status` is a string (RFC 7644 §3.12, decision D16).
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let body = Body {
            schemas: [SCHEMA],
            status: self.status.to_string(),
            scim_type: self.scim_type.map(ScimType::as_str),
            detail: &self.detail,
        };
        // Strings and an array of strings always serialize.
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    schemas: [&'static str; 1],
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scim_type: Option<&'static str>,
    detail: &'a str,
}

/// The kind of a 400 or 409 error (RFC 7644 §3.12 Table 9; the cursor ones are RFC 9865 §2.1).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ScimType {
    /// A filter that does not parse, or asks for what cannot be compared.
    InvalidFilter,
    /// A filter that yields more results than the server is willing to give.
    TooMany,
    /// A value that must be unique is taken.
    Uniqueness,
    /// A change that the attribute's mutability forbids.
    Mutability,
    /// A body that is not what the request asks for.
    InvalidSyntax,
    /// A PATCH path that does not parse or names nothing.
    InvalidPath,
    /// A PATCH path that selects no attribute to operate on.
    NoTarget,
    /// A required value is missing, or a value has the wrong type.
    InvalidValue,
    /// An unsupported protocol version.
    InvalidVers,
    /// A request with sensitive data in its URI.
    Sensitive,
    /// A cursor that is not one of ours (RFC 9865).
    InvalidCursor,
    /// A cursor whose time has passed (RFC 9865).
    ExpiredCursor,
    /// A count that does not go with the cursor (RFC 9865).
    InvalidCount,
}

impl ScimType {
    const ALL: [Self; 13] = [
        Self::InvalidFilter,
        Self::TooMany,
        Self::Uniqueness,
        Self::Mutability,
        Self::InvalidSyntax,
        Self::InvalidPath,
        Self::NoTarget,
        Self::InvalidValue,
        Self::InvalidVers,
        Self::Sensitive,
        Self::InvalidCursor,
        Self::ExpiredCursor,
        Self::InvalidCount,
    ];

    /// Reads the word of the wire, in any ASCII case.
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(word))
    }

    /// Returns the word on the wire, such as `invalidFilter`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
        }
    }
}

impl fmt::Display for ScimType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Makes the error for JSON text that could not be read: 413 where it is too long, else 400 `invalidSyntax`.
#[must_use]
pub fn invalid_json(error: &JsonError) -> ScimError {
    match error {
        JsonError::TooLarge { .. } => ScimError::new(413, None, error.to_string()),
        _ => ScimError::bad_request(ScimType::InvalidSyntax, error.to_string()),
    }
}

/// Makes the 400 `invalidFilter` for a filter that could not be read (RFC 7644 §3.4.2.2).
#[must_use]
pub fn invalid_filter(error: &ParseError) -> ScimError {
    ScimError::bad_request(ScimType::InvalidFilter, format!("the filter is not valid: {error}"))
}

/// Makes the 400 `invalidPath` for a PATCH path that could not be read (RFC 7644 §3.5.2).
#[must_use]
pub fn invalid_path(error: &ParseError) -> ScimError {
    ScimError::bad_request(ScimType::InvalidPath, format!("the path is not valid: {error}"))
}
