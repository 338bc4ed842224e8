//! The path of a bulk operation (RFC 7644 §3.7).

use std::fmt;

use rollbook_schema::Registry;

use super::BulkMethod;
use crate::error::{ScimError, ScimType};
use crate::prepare::shown;

/// What a bulk operation is about: an endpoint, or one resource of it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct BulkPath {
    /// The name of the resource type, such as `User`.
    pub resource_type: String,
    /// The endpoint with its slash, such as `/Users`.
    pub endpoint: String,
    /// The resource; `None` for a POST.
    pub target: Option<BulkTarget>,
}

/// The resource that a path names.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum BulkTarget {
    /// By its id.
    Id(String),
    /// By the `bulkId` of the POST that creates it: `/Users/bulkId:qwerty`.
    BulkId(String),
}

/// What marks a reference to a resource that the request creates (RFC 7644 §3.7.2).
pub(super) const PREFIX: &str = "bulkId:";

impl BulkPath {
    /// Reads a path relative to the base of the service, with or without its first slash.
    pub(super) fn parse(text: &str, method: BulkMethod, registry: &Registry) -> Result<Self, ScimError> {
        let bare = text.trim().trim_matches('/');
        let (endpoint, id) = bare.split_once('/').map_or((bare, None), |(endpoint, id)| (endpoint, Some(id)));
        let Some(resource_type) = registry.resource_type_by_endpoint(endpoint) else {
            return Err(ScimError::not_found(format!(
                "the path `{}` is no endpoint of a resource type; send one relative to the base, such as `/Users`",
                shown(text)
            )));
        };
        let target = match (method, id) {
            (BulkMethod::Post, None) => None,
            (BulkMethod::Post, Some(_)) => {
                return Err(invalid(format!(
                    "the path of a POST must be an endpoint, such as `{}`",
                    resource_type.endpoint
                )));
            }
            (method, id) => {
                let id = id.filter(|id| !id.contains(['/', '?', '#'])).and_then(decode);
                let Some(id) = id.filter(|id| !id.is_empty()) else {
                    return Err(invalid(format!(
                        "the path of a {method} must name one resource, such as `{}/2819c223`",
                        resource_type.endpoint
                    )));
                };
                Some(match id.strip_prefix(PREFIX) {
                    Some(bulk_id) => BulkTarget::BulkId(bulk_id.to_owned()),
                    None => BulkTarget::Id(id),
                })
            }
        };
        let endpoint = format!("/{}", resource_type.endpoint.trim_matches('/'));
        Ok(Self { resource_type: resource_type.name.clone(), endpoint, target })
    }
}

impl fmt::Display for BulkPath {
    /// Writes the path as a request has it; an id is percent-encoded where it must be.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.endpoint)?;
        match &self.target {
            None => Ok(()),
            Some(BulkTarget::Id(id)) => write!(f, "/{}", encode(id)),
            Some(BulkTarget::BulkId(id)) => write!(f, "/{PREFIX}{}", encode(id)),
        }
    }
}

/// Percent-encodes what may not stand in a segment of a path (RFC 3986 §3.3).
pub(super) fn encode(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'@' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Decodes `%XX`; a `+` is itself in a path. `None` where the bytes are not UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend_from_slice(part.get(2..).unwrap_or_default().as_bytes());
            }
            None => {
                bytes.push(b'%');
                bytes.extend_from_slice(part.as_bytes());
            }
        }
    }
    String::from_utf8(bytes).ok()
}

fn invalid(detail: String) -> ScimError {
    ScimError::bad_request(ScimType::InvalidValue, detail)
}
