//! `/ServiceProviderConfig`, `/Schemas`, `/ResourceTypes` (RFC 7644 §4).

use http::{Response, StatusCode};
use rollbook_protocol::discovery::{AuthenticationScheme, Pagination, PaginationMethod, ServiceLimits};
use rollbook_protocol::{ScimError, discovery, list_response};

use super::refused::shown;
use super::{Call, Refused, bulk};
use crate::response::{self, ResponseBody};
use crate::service::Inner;

/// Public, the same for every directory, deaf to every parameter (decisions D2, D20).
pub(crate) fn service_provider_config(inner: &Inner, base: &str) -> Response<ResponseBody> {
    let limits = &inner.limits;
    let number = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let bulk = bulk::limits(limits);
    let service = ServiceLimits {
        max_results: number(limits.max_page),
        max_bulk_operations: number(bulk.max_operations),
        max_bulk_payload: number(bulk.max_payload_size),
    };
    let pagination = Pagination {
        cursor: true,
        index: true,
        default_method: Some(PaginationMethod::Index),
        default_page_size: Some(number(limits.default_page)),
        max_page_size: Some(number(limits.max_page)),
        cursor_timeout: Some(limits.cursor_timeout.as_secs()),
    };
    let schemes: &[AuthenticationScheme<'_>] = match inner.token_store {
        Some(_) => &[AuthenticationScheme::BEARER, AuthenticationScheme::CLIENT_CREDENTIALS],
        None => &[AuthenticationScheme::BEARER],
    };
    let document = discovery::service_provider_config_with(base, &service, &pagination, schemes);
    response::scim(StatusCode::OK, document)
}

pub(crate) fn schemas(call: &Call, id: Option<&str>) -> Result<Response<ResponseBody>, Refused> {
    refuse_filter(call)?;
    let registry = call.registry();
    match id {
        None => {
            let all: Vec<_> = registry
                .schemas()
                .map(|schema| discovery::schema_document(schema, &call.scene.base))
                .collect();
            Ok(all_of(&all))
        }
        Some(id) => {
            let schema = registry.schema(id).ok_or_else(|| not_found("schema", id))?;
            Ok(response::scim(StatusCode::OK, discovery::schema_document(schema, &call.scene.base)))
        }
    }
}

pub(crate) fn resource_types(call: &Call, name: Option<&str>) -> Result<Response<ResponseBody>, Refused> {
    refuse_filter(call)?;
    let registry = call.registry();
    match name {
        None => {
            let types = registry.resource_types();
            let all: Vec<_> =
                types.map(|ty| discovery::resource_type_document(ty, &call.scene.base)).collect();
            Ok(all_of(&all))
        }
        Some(name) => {
            let ty = registry.resource_type(name).ok_or_else(|| not_found("resource type", name))?;
            Ok(response::scim(StatusCode::OK, discovery::resource_type_document(ty, &call.scene.base)))
        }
    }
}

fn all_of(documents: &[Vec<u8>]) -> Response<ResponseBody> {
    response::scim(StatusCode::OK, list_response(documents.len() as u64, 1, documents))
}

/// RFC 7644 §4: a filter on these endpoints is 403 (decision D2).
fn refuse_filter(call: &Call) -> Result<(), Refused> {
    match call.params.filter {
        Some(_) => Err(ScimError::new(403, None, "this endpoint takes no `filter`; leave it out").into()),
        None => Ok(()),
    }
}

fn not_found(what: &str, id: &str) -> Refused {
    let id = shown(id);
    ScimError::not_found(format!("there is no {what} `{id}`; the list without an id shows them all")).into()
}
