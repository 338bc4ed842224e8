//! `GET` of one resource (RFC 7644 §3.4.1).

use std::sync::Arc;

use http::header::{CONTENT_LOCATION, ETAG};
use http::{Response, StatusCode};
use rollbook_protocol::etag;
use rollbook_schema::ResourceType;
use rollbook_store::{GroupRef, ResourceId, Stored};

use super::{Call, Refused, no_such};
use crate::render;
use crate::response::{self, ResponseBody};

pub(crate) async fn get(call: &Call, ty: &ResourceType, id: &str) -> Result<Response<ResponseBody>, Refused> {
    let projection = call.projection(ty, &call.params)?;
    let shows_groups = call.computed(ty).groups && projection.wants("groups");
    let (stored, groups) = if shows_groups {
        load_with_groups(call, ty, id).await?
    } else {
        (load(call, ty, id).await?, Arc::default())
    };
    call.preconditions.check_match(stored.version)?;
    // A user's version does not cover its groups, so an unchanged version is no promise for a user who is in one.
    if groups.is_empty() && call.preconditions.is_known(stored.version) {
        let answer = response::with(response::empty(StatusCode::NOT_MODIFIED), ETAG, &etag(stored.version));
        return Ok(response::with(answer, CONTENT_LOCATION, &call.scene.location(ty, stored.id.as_str())));
    }
    render::one(call, ty, (&stored, &groups), StatusCode::OK, &projection).await
}

/// The stored resource of this type and id, or 404.
pub(crate) async fn load(call: &Call, ty: &ResourceType, id: &str) -> Result<Stored, Refused> {
    let found = call.store().get(call.directory(), &ResourceId::new(id)).await?;
    found.filter(|stored| stored.resource_type == ty.name).ok_or_else(|| no_such(ty, id))
}

async fn load_with_groups(
    call: &Call,
    ty: &ResourceType,
    id: &str,
) -> Result<(Stored, Arc<[GroupRef]>), Refused> {
    let found = call.store().get_with_groups(call.directory(), &ResourceId::new(id)).await?;
    found.filter(|(stored, _)| stored.resource_type == ty.name).ok_or_else(|| no_such(ty, id))
}
