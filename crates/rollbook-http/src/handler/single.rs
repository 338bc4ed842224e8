//! Requests about one resource: the change, then the answer that shows what it left.

use std::sync::Arc;

use http::header::ETAG;
use http::{Method, Response, StatusCode};
use rollbook_protocol::{Projection, etag};
use rollbook_schema::{ResourceType, parse_value};
use rollbook_store::Stored;

use super::{Call, Refused, patch, read, write};
use crate::body;
use crate::render;
use crate::response::{self, ResponseBody};

/// `POST` to an endpoint (RFC 7644 §3.3).
pub(crate) async fn create(
    call: &Call,
    ty: &ResourceType,
    body: &[u8],
) -> Result<Response<ResponseBody>, Refused> {
    let projection = call.projection(ty, &call.params)?;
    let stored = write::create(call, ty, write::parse(call, body)?).await?;
    let groups = if call.names_by_external_id() {
        render::groups_of(call, ty, &stored, &projection).await?
    } else {
        // Nothing can have named an id that was made just now.
        Arc::default()
    };
    render::one(call, ty, (&stored, &groups), StatusCode::CREATED, &projection).await
}

/// A request to one resource.
pub(crate) async fn one(
    call: &Call,
    method: &Method,
    ty: &ResourceType,
    id: &str,
    body: &[u8],
) -> Result<Response<ResponseBody>, Refused> {
    match *method {
        Method::PUT => replace(call, ty, id, body).await,
        Method::PATCH => patch(call, ty, id, body).await,
        Method::DELETE => {
            write::delete(call, ty, id).await?;
            Ok(response::empty(StatusCode::NO_CONTENT))
        }
        _ => read::get(call, ty, id).await,
    }
}

async fn replace(
    call: &Call,
    ty: &ResourceType,
    id: &str,
    body: &[u8],
) -> Result<Response<ResponseBody>, Refused> {
    let projection = call.projection(ty, &call.params)?;
    let stored = write::replace(call, ty, id, write::parse(call, body)?).await?;
    changed(call, ty, &stored, &projection).await
}

async fn patch(
    call: &Call,
    ty: &ResourceType,
    id: &str,
    body: &[u8],
) -> Result<Response<ResponseBody>, Refused> {
    let projection = call.projection(ty, &call.params)?;
    let message = parse_value(body, &call.limits().json).map_err(|error| body::invalid(&error))?;
    let patched = patch::patch(call, ty, id, &message).await?;
    let stored = patched.stored;
    if patched.status == StatusCode::NO_CONTENT {
        return Ok(response::with(response::empty(StatusCode::NO_CONTENT), ETAG, &etag(stored.version)));
    }
    changed(call, ty, &stored, &projection).await
}

/// The answer that shows what a change left.
async fn changed(
    call: &Call,
    ty: &ResourceType,
    stored: &Stored,
    projection: &Arc<Projection>,
) -> Result<Response<ResponseBody>, Refused> {
    let groups = render::groups_of(call, ty, stored, projection).await?;
    render::one(call, ty, (stored, &groups), StatusCode::OK, projection).await
}
