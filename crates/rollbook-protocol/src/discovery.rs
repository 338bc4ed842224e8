//! The documents of the discovery endpoints (RFC 7644 §4, RFC 7643 §5 to §7).

use rollbook_schema::{ResourceType, Schema, uri};
use serde::Serialize;

/// What `/ServiceProviderConfig` says a service can do, where services differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ServiceLimits {
    /// `filter.maxResults`: the most resources in one answer.
    pub max_results: u64,
    /// `bulk.maxOperations`; 0 means that there is no bulk.
    pub max_bulk_operations: u64,
    /// `bulk.maxPayloadSize` in bytes; 0 means that there is no bulk.
    pub max_bulk_payload: u64,
}

impl Default for ServiceLimits {
    /// 1,000 results, no bulk.
    fn default() -> Self {
        Self { max_results: 1_000, max_bulk_operations: 0, max_bulk_payload: 0 }
    }
}

/// How a service splits its answers into pages (RFC 9865 §4).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    /// Whether pages can be asked for by `cursor`.
    pub cursor: bool,
    /// Whether pages can be asked for by `startIndex`.
    pub index: bool,
    /// How pages are split where the query does not say.
    #[serde(rename = "defaultPaginationMethod", skip_serializing_if = "Option::is_none")]
    pub default_method: Option<PaginationMethod>,
    /// The resources on a page where the query has no `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_page_size: Option<u64>,
    /// The most resources on a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_page_size: Option<u64>,
    /// For how many seconds at least a cursor is good; `None` where it does not expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor_timeout: Option<u64>,
}

/// A way to split answers into pages (RFC 9865 §4).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PaginationMethod {
    /// By `cursor`.
    Cursor,
    /// By `startIndex`.
    Index,
}

/// A way to prove who is calling, one of `authenticationSchemes` (RFC 7643 §5).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticationScheme<'a> {
    /// `oauth`, `oauth2`, `oauthbearertoken`, `httpbasic` or `httpdigest`.
    #[serde(rename = "type")]
    pub scheme_type: &'a str,
    /// What people call it.
    pub name: &'a str,
    /// What it is, in a sentence.
    pub description: &'a str,
    /// Where it is specified, a URL.
    pub spec_uri: &'a str,
    /// Whether it is the preferred one; written only where it is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub primary: bool,
}

impl AuthenticationScheme<'_> {
    /// Bearer tokens (RFC 6750), the preferred scheme.
    pub const BEARER: AuthenticationScheme<'static> = AuthenticationScheme {
        scheme_type: "oauthbearertoken",
        name: "OAuth Bearer Token",
        description: "A bearer token in the Authorization header (RFC 6750)",
        spec_uri: "https://www.rfc-editor.org/info/rfc6750",
        primary: true,
    };
    /// Bearer tokens that a client fetches at `/acs/token` with its own credentials (RFC 6749 §4.4).
    pub const CLIENT_CREDENTIALS: AuthenticationScheme<'static> = AuthenticationScheme {
        scheme_type: "oauth2",
        name: "OAuth 2.0 client credentials",
        description: "A bearer token from /acs/token for a client id and secret (RFC 6749 section 4.4)",
        spec_uri: "https://www.rfc-editor.org/rfc/rfc6749",
        primary: false,
    };
}

/// Returns what `/ServiceProviderConfig` answers (RFC 7643 §5): bearer tokens, nothing about pages.
///
/// `base` is the base URL of the service, with or without a slash at its end.
#[must_use]
pub fn service_provider_config(base: &str, limits: &ServiceLimits) -> Vec<u8> {
    config(base, limits, None, &[AuthenticationScheme::BEARER])
}

/// Returns what `/ServiceProviderConfig` answers, with how answers are split into pages and how a caller proves who it
/// is (RFC 7643 §5, RFC 9865 §4).
///
/// `base` is the base URL of the service, with or without a slash at its end.
#[must_use]
pub fn service_provider_config_with(
    base: &str,
    limits: &ServiceLimits,
    pagination: &Pagination,
    schemes: &[AuthenticationScheme<'_>],
) -> Vec<u8> {
    config(base, limits, Some(*pagination), schemes)
}

fn config(
    base: &str,
    limits: &ServiceLimits,
    pagination: Option<Pagination>,
    schemes: &[AuthenticationScheme<'_>],
) -> Vec<u8> {
    let supported = |supported| Supported { supported };
    to_json(&Config {
        schemas: [uri::SERVICE_PROVIDER_CONFIG],
        patch: supported(true),
        bulk: Bulk {
            supported: limits.max_bulk_operations > 0 && limits.max_bulk_payload > 0,
            max_operations: limits.max_bulk_operations,
            max_payload_size: limits.max_bulk_payload,
        },
        filter: Filter { supported: true, max_results: limits.max_results },
        change_password: supported(false),
        sort: supported(true),
        etag: supported(true),
        authentication_schemes: schemes,
        pagination,
        meta: Meta {
            resource_type: "ServiceProviderConfig",
            location: format!("{}/ServiceProviderConfig", bare(base)),
        },
    })
}

/// Returns a schema as `/Schemas/{id}` answers it (RFC 7643 §7).
///
/// `base` is the base URL of the service, with or without a slash at its end.
#[must_use]
pub fn schema_document(schema: &Schema, base: &str) -> Vec<u8> {
    let location = format!("{}/Schemas/{}", bare(base), schema.id);
    to_json(&Document { body: schema, meta: Meta { resource_type: "Schema", location } })
}

/// Returns a resource type as `/ResourceTypes/{name}` answers it (RFC 7643 §6).
///
/// `base` is the base URL of the service, with or without a slash at its end.
#[must_use]
pub fn resource_type_document(resource_type: &ResourceType, base: &str) -> Vec<u8> {
    let location = format!("{}/ResourceTypes/{}", bare(base), resource_type.name);
    to_json(&Document { body: resource_type, meta: Meta { resource_type: "ResourceType", location } })
}

fn bare(base: &str) -> &str {
    base.trim_end_matches('/')
}

/// Serializes what always can be: structs of strings, numbers and booleans.
fn to_json(document: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(document).unwrap_or_default()
}

#[derive(Serialize)]
struct Document<'a, T> {
    #[serde(flatten)]
    body: &'a T,
    meta: Meta,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    resource_type: &'static str,
    location: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config<'a> {
    schemas: [&'static str; 1],
    patch: Supported,
    bulk: Bulk,
    filter: Filter,
    change_password: Supported,
    sort: Supported,
    etag: Supported,
    authentication_schemes: &'a [AuthenticationScheme<'a>],
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
    meta: Meta,
}

#[derive(Serialize)]
struct Supported {
    supported: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bulk {
    supported: bool,
    max_operations: u64,
    max_payload_size: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    supported: bool,
    max_results: u64,
}
