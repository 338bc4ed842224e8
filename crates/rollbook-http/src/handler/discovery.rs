//! `/ServiceProviderConfig`, `/Schemas`, `/ResourceTypes` (RFC 7644 §4).

use http::{Response, StatusCode};
use rollbook_protocol::{ScimError, discovery, list_response};

use super::refused::shown;
use super::{Call, Refused};
use crate::response::{self, ResponseBody};
use crate::service::Inner;

/// Public, the same for every directory, deaf to every parameter (decisions D2, D20).
pub(crate) fn service_provider_config(inner: &Inner, base: &str) -> Response<ResponseBody> {
    let max_results = u64::try_from(inner.limits.max_page).unwrap_or(u64::MAX);
    let limits = discovery::ServiceLimits { max_results, ..Default::default() };
    response::scim(StatusCode::OK, discovery::service_provider_config(base, &limits))
}

pub(crate) fn schemas(call: &Call<'_>, id: Option<&str>) -> Result<Response<ResponseBody>, Refused> {
    refuse_filter(call)?;
    let registry = &call.inner.registry;
    match id {
        None => {
            let all: Vec<_> =
                registry.schemas().map(|schema| discovery::schema_document(schema, &call.base)).collect();
            Ok(all_of(&all))
        }
        Some(id) => {
            let schema = registry.schema(id).ok_or_else(|| not_found("schema", id))?;
            Ok(response::scim(StatusCode::OK, discovery::schema_document(schema, &call.base)))
        }
    }
}

pub(crate) fn resource_types(call: &Call<'_>, name: Option<&str>) -> Result<Response<ResponseBody>, Refused> {
    refuse_filter(call)?;
    let registry = &call.inner.registry;
    match name {
        None => {
            let types = registry.resource_types();
            let all: Vec<_> = types.map(|ty| discovery::resource_type_document(ty, &call.base)).collect();
            Ok(all_of(&all))
        }
        Some(name) => {
            let ty = registry.resource_type(name).ok_or_else(|| not_found("resource type", name))?;
            Ok(response::scim(StatusCode::OK, discovery::resource_type_document(ty, &call.base)))
        }
    }
}

fn all_of(documents: &[Vec<u8>]) -> Response<ResponseBody> {
    response::scim(StatusCode::OK, list_response(documents.len() as u64, 1, documents))
}

/// RFC 7644 §4: a filter on these endpoints is 403 (decision D2).
fn refuse_filter(call: &Call<'_>) -> Result<(), Refused> {
    match call.params.filter {
        Some(_) => Err(ScimError::new(403, None, "this endpoint takes no `filter`; leave it out").into()),
        None => Ok(()),
    }
}

fn not_found(what: &str, id: &str) -> Refused {
    let id = shown(id);
    ScimError::not_found(format!("there is no {what} `{id}`; the list without an id shows them all")).into()
}
