//! `GET` of one resource (RFC 7644 §3.4.1).

use http::header::{CONTENT_LOCATION, ETAG};
use http::{Response, StatusCode};
use rollbook_protocol::etag;
use rollbook_schema::ResourceType;
use rollbook_store::{ResourceId, Stored};

use super::{Call, Refused, no_such};
use crate::render::{self, Beside};
use crate::response::{self, ResponseBody};

pub(crate) async fn get(
    call: &Call<'_>,
    ty: &ResourceType,
    id: &str,
) -> Result<Response<ResponseBody>, Refused> {
    let projection = render::projection(call, ty, &call.params)?;
    let stored = load(call, ty, id).await?;
    let beside = Beside::load(call, ty, &stored, |name| projection.wants(name)).await?;
    // A user's version does not cover its groups, so an unchanged version is no promise for a user who is in one.
    let in_groups = beside.groups.as_ref().is_some_and(|groups| !groups.is_empty());
    if !in_groups && call.preconditions.is_known(stored.version) {
        let answer = response::with(response::empty(StatusCode::NOT_MODIFIED), ETAG, &etag(stored.version));
        return Ok(response::with(answer, CONTENT_LOCATION, &render::location(call, ty, stored.id.as_str())));
    }
    let body = render::bytes(call, ty, &stored, &beside, &projection)?;
    Ok(render::one(call, ty, &stored, StatusCode::OK, body))
}

/// The stored resource of this type and id, or 404.
pub(crate) async fn load(call: &Call<'_>, ty: &ResourceType, id: &str) -> Result<Stored, Refused> {
    let found = call.store().get(&call.principal.directory, &ResourceId::new(id)).await?;
    found.filter(|stored| stored.resource_type == ty.name).ok_or_else(|| no_such(ty, id))
}
