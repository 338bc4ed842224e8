//! Answers that hold many resources (RFC 7644 §3.4.2, §3.4.3).

use std::sync::Arc;

use http::{Response, StatusCode};
use rollbook_filter::AttrPath;
use rollbook_protocol::{Predicate, ScimError, ScimType, SearchParams, Sort, list_response};
use rollbook_schema::{ResourceType, parse_value};
use rollbook_store::{Query, Start};

use super::{Call, Refused};
use crate::body;
use crate::limits::HttpLimits;
use crate::render;
use crate::response::{self, ResponseBody};

/// `POST /{type}/.search`: the parameters are in the body, those of the query are not looked at.
pub(crate) async fn search(
    call: &Call<'_>,
    ty: &ResourceType,
    body: &[u8],
) -> Result<Response<ResponseBody>, Refused> {
    let message = parse_value(body, &call.inner.limits.json).map_err(|error| body::invalid(&error))?;
    list(call, ty, &SearchParams::from_search(&message)?).await
}

/// `GET /{type}`.
pub(crate) async fn list(
    call: &Call<'_>,
    ty: &ResourceType,
    params: &SearchParams,
) -> Result<Response<ResponseBody>, Refused> {
    let projection = render::projection(call, ty, params)?;
    let query = query(call, ty, params)?;
    let page = call.store().query(&call.principal.directory, &query).await?;
    let limit = call.inner.limits.max_list_bytes;
    let (mut resources, mut size) = (Vec::with_capacity(page.items.len()), 0_usize);
    for stored in &page.items {
        let resource = render::resource(call, ty, stored, &projection).await?;
        size = size.saturating_add(resource.len());
        // A shorter page would be lost on clients that count by the page they asked for.
        if size > limit && !resources.is_empty() {
            return Err(too_large(limit).into());
        }
        resources.push(resource);
    }
    Ok(response::scim(StatusCode::OK, list_response(page.total, params.start_index, &resources)))
}

fn query(call: &Call<'_>, ty: &ResourceType, params: &SearchParams) -> Result<Query, ScimError> {
    let inner = call.inner;
    let registry = || Arc::clone(&inner.registry);
    let predicate = match &params.filter {
        Some(text) => Some(Predicate::parse(text, &inner.limits.filter, registry(), &ty.name, &call.quirks)?),
        None => None,
    };
    // A path that does not parse is an unknown attribute: the default order (decision D28).
    let sort_by = params.sort_by.as_deref().and_then(|path| AttrPath::new(path).ok());
    let sort = sort_by.and_then(|path| Sort::new(&path, params.descending, registry(), &ty.name));
    Ok(Query {
        resource_type: ty.name.clone(),
        predicate: predicate.map(Arc::new),
        sort,
        start: Start::Index(params.start_index),
        count: count(params, &inner.limits),
    })
}

fn too_large(limit: usize) -> ScimError {
    ScimError::bad_request(
        ScimType::TooMany,
        format!(
            "the list would be larger than the limit of {limit} bytes; ask for a smaller `count`, or leave members out \
             with `excludedAttributes=members`"
        ),
    )
}

/// The most resources of the answer: as asked, up to the limit.
fn count(params: &SearchParams, limits: &HttpLimits) -> usize {
    let count =
        params.count.map_or(limits.default_page, |count| usize::try_from(count).unwrap_or(usize::MAX));
    count.min(limits.max_page)
}
