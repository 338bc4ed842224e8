//! `PATCH` (RFC 7644 §3.5.2): the protocol crate turns it into writes, here they are committed.

use bytes::Bytes;
use http::StatusCode;
use rollbook_protocol::{PatchRequest, apply, display_of, keys};
use rollbook_schema::{Resource, ResourceType, Value};
use rollbook_store::{PatchAnswer, Precondition, ResourceWrite, StoreError, Stored};

use super::write::{RACES, busy, changed, check_size, commit, stored, warn};
use super::{Call, Refused, external, matching, read, required};
use crate::render;

/// What a PATCH left.
pub(crate) struct Patched {
    pub(crate) stored: Stored,
    /// 200 with the resource, or 204 (decision D1).
    pub(crate) status: StatusCode,
}

pub(crate) async fn patch(
    call: &Call,
    ty: &ResourceType,
    id: &str,
    message: &Value,
) -> Result<Patched, Refused> {
    let request = PatchRequest::parse(message, &call.quirks)?;
    for _ in 0..RACES {
        let existing = read::load(call, ty, id).await?;
        call.preconditions.check_change(existing.version)?;
        let (plan, warnings) = plan(call, ty, &existing, &request).await?;
        let (write, body, also) = match plan {
            Plan::Nothing => {
                warn(call, &warnings);
                let members = count_members(call, ty, &existing).await?;
                return Ok(Patched { status: status(call, members), stored: existing });
            }
            Plan::Members(write) => (write, None, Vec::new()),
            Plan::Body(write, body, also) => (write, Some(body), also),
        };
        match commit(call, write, also).await {
            Ok(done) => {
                warn(call, &warnings);
                let stored = match body {
                    Some(body) => stored(ty, &done, body),
                    // The body was read before the members changed and may be older than the new version.
                    None => reload(call, &existing).await?,
                };
                return Ok(Patched { stored, status: status(call, done.members) });
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
    /// The body changes, to these bytes; members may change too, and other groups with it.
    Body(ResourceWrite, Bytes, Vec<ResourceWrite>),
}

/// Finds out what to write, and what the log should hear about the request.
async fn plan(
    call: &Call,
    ty: &ResourceType,
    existing: &Stored,
    request: &PatchRequest,
) -> Result<(Plan, Vec<String>), Refused> {
    let type_ref = call.type_ref(ty);
    let only_members = request.only_members(type_ref);
    let before = if only_members { Resource::new() } else { render::parse(call.registry(), existing)? };
    let mut after = before.clone();
    let patched = apply(&mut after, request, type_ref, &call.quirks)?;
    let members = matching::resolve(call, ty, existing, patched.members).await?;
    let members = external::named(call, members).await?;
    let id = existing.id.clone();
    let plan = if patched.changed {
        required::check_removed(call, ty, &before, &after)?;
        let body = Bytes::from(after.to_vec());
        check_size(call, &body)?;
        let also = external::came_to_be(call, &id, Some(&before), &after).await?;
        let write = ResourceWrite::Replace {
            id,
            body: body.clone(),
            keys: keys(&after, type_ref),
            display: display_of(&after),
            members,
            attributes: changed(&before, &after),
            expected: Precondition::Version(existing.version),
        };
        Plan::Body(write, body, also)
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

/// 200 with the whole resource; 204 for a group too large to answer with, and where the directory wants it (decision D1).
fn status(call: &Call, members: u64) -> StatusCode {
    let asked = call.params.attributes.is_some() || call.params.excluded_attributes.is_some();
    let is_short =
        call.settings().patch_answer == PatchAnswer::NoContent || members > call.limits().max_patch_members;
    if is_short && !asked { StatusCode::NO_CONTENT } else { StatusCode::OK }
}

/// How many members a group has, counted no further than the answer needs to know.
async fn count_members(call: &Call, ty: &ResourceType, stored: &Stored) -> Result<u64, StoreError> {
    if !call.computed(ty).members {
        return Ok(0);
    }
    let most = call.limits().max_patch_members.saturating_add(1);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let rows = call.store().members(call.directory(), &stored.id, None, most).await?;
    Ok(rows.len() as u64)
}

/// The resource as it is now; as it was, should it be gone already.
async fn reload(call: &Call, existing: &Stored) -> Result<Stored, StoreError> {
    Ok(call.store().get(call.directory(), &existing.id).await?.unwrap_or_else(|| existing.clone()))
}
