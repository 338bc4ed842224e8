//! `PATCH` (RFC 7644 §3.5.2): the protocol crate turns it into writes, here they are committed.

use bytes::Bytes;
use http::header::ETAG;
use http::{Response, StatusCode};
use rollbook_protocol::{PatchRequest, Projection, apply, display_of, etag, keys};
use rollbook_schema::{Resource, ResourceType, parse_value};
use rollbook_store::{Precondition, ResourceId, ResourceWrite, StoreError, Stored};

use super::write::{RACES, busy, changed, check_size, commit, stored, warn};
use super::{Call, Refused, matching, read};
use crate::body;
use crate::render::{self, Computed};
use crate::response::{self, ResponseBody};

pub(crate) async fn patch(
    call: &Call<'_>,
    ty: &ResourceType,
    id: &str,
    body: &[u8],
) -> Result<Response<ResponseBody>, Refused> {
    let projection = render::projection(call, ty, &call.params)?;
    let message = parse_value(body, &call.inner.limits.json).map_err(|error| body::invalid(&error))?;
    let request = PatchRequest::parse(&message, &call.quirks)?;
    for _ in 0..RACES {
        let existing = read::load(call, ty, id).await?;
        call.preconditions.check_change(existing.version)?;
        let (plan, warnings) = plan(call, ty, &existing, &request).await?;
        let (write, body) = match plan {
            Plan::Nothing => {
                warn(call, &warnings);
                let members = count_members(call, ty, &existing).await?;
                return answer(call, ty, &existing, members, &projection).await;
            }
            Plan::Members(write) => (write, None),
            Plan::Body(write, body) => (write, Some(body)),
        };
        match commit(call, write).await {
            Ok(done) => {
                warn(call, &warnings);
                let after = match body {
                    Some(body) => stored(ty, &done, body),
                    // The body was read before the members changed and may be older than the new version.
                    None => reload(call, &existing).await?,
                };
                return answer(call, ty, &after, done.members, &projection).await;
            }
            Err(StoreError::PreconditionFailed { .. }) if !call.preconditions.names_version() => {
                tokio::task::yield_now().await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(busy())
}

/// The one write of a PATCH.
enum Plan {
    /// There is nothing to do.
    Nothing,
    /// Members change, the body does not: its cost does not depend on the group's size.
    Members(ResourceWrite),
    /// The body changes, to these bytes; members may change too.
    Body(ResourceWrite, Bytes),
}

/// Finds out what to write, and what the log should hear about the request.
async fn plan(
    call: &Call<'_>,
    ty: &ResourceType,
    existing: &Stored,
    request: &PatchRequest,
) -> Result<(Plan, Vec<String>), Refused> {
    let type_ref = call.type_ref(ty);
    let only_members = request.only_members(type_ref);
    let before = if only_members { Resource::new() } else { render::parse(call, existing)? };
    let mut after = before.clone();
    let patched = apply(&mut after, request, type_ref, &call.quirks)?;
    let members = matching::resolve(call, ty, existing, patched.members).await?;
    let id = existing.id.clone();
    let plan = if patched.changed {
        let body = Bytes::from(after.to_vec());
        check_size(call, &body)?;
        let write = ResourceWrite::Replace {
            id,
            body: body.clone(),
            keys: keys(&after, type_ref),
            display: display_of(&after),
            members,
            attributes: changed(&before, &after),
            expected: Precondition::Version(existing.version),
        };
        Plan::Body(write, body)
    } else if members.is_empty() {
        Plan::Nothing
    } else {
        // Edits to members do not depend on what was read, so they carry a version only when the client named one.
        let is_bound = call.preconditions.names_version();
        let expected = if is_bound { Precondition::Version(existing.version) } else { Precondition::Any };
        Plan::Members(ResourceWrite::EditMembers { id, edits: members, expected })
    };
    Ok((plan, patched.warnings))
}

/// 200 with the whole resource, or 204 for a group too large to answer with (decision D1).
async fn answer(
    call: &Call<'_>,
    ty: &ResourceType,
    stored: &Stored,
    members: u64,
    projection: &Projection,
) -> Result<Response<ResponseBody>, Refused> {
    let asked = call.params.attributes.is_some() || call.params.excluded_attributes.is_some();
    if !asked && members > call.inner.limits.max_patch_members {
        return Ok(response::with(response::empty(StatusCode::NO_CONTENT), ETAG, &etag(stored.version)));
    }
    let body = render::resource(call, ty, stored, projection).await?;
    Ok(render::one(call, ty, stored, StatusCode::OK, body))
}

/// How many members a group has, counted no further than the answer needs to know.
async fn count_members(call: &Call<'_>, ty: &ResourceType, stored: &Stored) -> Result<u64, StoreError> {
    if !Computed::of(call, ty).members {
        return Ok(0);
    }
    let most = call.inner.limits.max_patch_members.saturating_add(1);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let rows = call.store().members(&call.principal.directory, &stored.id, None, most).await?;
    Ok(rows.len() as u64)
}

/// The resource as it is now; as it was, should it be gone already.
async fn reload(call: &Call<'_>, existing: &Stored) -> Result<Stored, StoreError> {
    let id: &ResourceId = &existing.id;
    Ok(call.store().get(&call.principal.directory, id).await?.unwrap_or_else(|| existing.clone()))
}
