//! Rendering stored resources: what a client wrote, with `id`, `meta`, members and groups beside it.

mod feed;
mod members;

use std::sync::Arc;

use http::header::{CONTENT_LOCATION, ETAG, LOCATION};
use http::{Response, StatusCode};
use rollbook_protocol::{GroupView, Projection, ScimError, TypeRef, assemble, etag, splice};
use rollbook_schema::{JsonLimits, Registry, Resource, ResourceType};
use rollbook_store::{GroupRef, StoreError, Stored};

pub(crate) use self::feed::{Feed, Part, Shape};
pub(crate) use self::members::MEMBER_PAGE;
use crate::handler::{Call, Refused, Scene};
use crate::response::{self, ResponseBody};

/// Where the members go in a rendered resource.
const NO_MEMBERS: &[u8] = b"\"members\":[]";

/// A rendered resource whose members are still to come.
pub(crate) struct Outline {
    pub(crate) bytes: Vec<u8>,
    /// Where in the bytes the members belong; `None` where none are shown.
    pub(crate) members: Option<usize>,
}

/// Renders all of a resource but its members.
pub(crate) fn outline(
    scene: &Scene,
    ty: &ResourceType,
    stored: &Stored,
    groups: &[GroupRef],
    projection: &Projection,
) -> Result<Outline, StoreError> {
    let computed = scene.kinds.computed(ty);
    let location = scene.location(ty, stored.id.as_str());
    let meta = stored.meta(&location);
    let has_members = computed.members && projection.wants("members");
    let members = has_members.then_some([].as_slice());
    let shows_groups = computed.groups && !groups.is_empty() && projection.wants("groups");
    let places = if shows_groups { places(scene, groups) } else { Vec::new() };
    let groups: Vec<_> = groups
        .iter()
        .zip(&places)
        .map(|(group, place)| GroupView {
            value: group.id.as_str(),
            display: group.display.as_deref(),
            location: place.as_deref(),
        })
        .collect();
    let groups = shows_groups.then_some(groups.as_slice());
    let bytes = if projection.is_default() {
        splice(&stored.body, &meta, members, groups)
    } else {
        let mut whole = assemble(parse(scene.registry(), stored)?, &meta, members, groups);
        projection.apply(&mut whole, TypeRef { registry: scene.registry(), resource_type: ty });
        whole.to_vec()
    };
    // After the members come groups and `meta` alone, where a quote within a text is escaped.
    let found = || bytes.windows(NO_MEMBERS.len()).rposition(|window| window == NO_MEMBERS);
    let members = if has_members { found().map(|at| at + NO_MEMBERS.len() - 1) } else { None };
    Ok(Outline { bytes, members })
}

/// The `$ref` of each group.
fn places(scene: &Scene, groups: &[GroupRef]) -> Vec<Option<String>> {
    let group = scene.registry().resource_type("Group");
    groups.iter().map(|it| Some(scene.location(group?, it.id.as_str()))).collect()
}

/// The body of an answer that holds one resource.
pub(crate) async fn resource(
    call: &Call,
    ty: &ResourceType,
    stored: &Stored,
    groups: &[GroupRef],
    projection: &Arc<Projection>,
) -> Result<ResponseBody, Refused> {
    let outline = outline(&call.scene, ty, stored, groups, projection)?;
    if outline.members.is_none() {
        return Ok(ResponseBody::new(outline.bytes));
    }
    let shape = Arc::new(Shape { ty: ty.clone(), projection: Arc::clone(projection) });
    Ok(Feed::new(call.scene.clone()).outline(outline, shape, &stored.id).body().await?)
}

/// The groups to be shown beside a resource; none are read where none are shown.
pub(crate) async fn groups_of(
    call: &Call,
    ty: &ResourceType,
    stored: &Stored,
    projection: &Projection,
) -> Result<Vec<GroupRef>, StoreError> {
    if !call.computed(ty).groups || !projection.wants("groups") {
        return Ok(Vec::new());
    }
    call.store().groups_of(call.directory(), &stored.id).await
}

/// The stored body as a tree.
pub(crate) fn parse(registry: &Registry, stored: &Stored) -> Result<Resource, StoreError> {
    // What was accepted once is read whatever the limits are now.
    let limits = JsonLimits { max_bytes: usize::MAX, max_depth: usize::MAX };
    Resource::from_slice(&stored.body, &limits, registry).map_err(|error| {
        tracing::error!(id = %stored.id, %error, "a stored resource does not parse");
        let detail = "the stored resource cannot be read; the server's log says more";
        StoreError::Refused(Box::new(ScimError::new(500, None, detail)))
    })
}

/// An answer that holds one resource: `ETag`, `Location`, `Content-Location`.
pub(crate) fn one(
    call: &Call,
    ty: &ResourceType,
    stored: &Stored,
    status: StatusCode,
    body: ResponseBody,
) -> Response<ResponseBody> {
    let at = call.scene.location(ty, stored.id.as_str());
    let answer = response::with(response::scim(status, body), ETAG, &etag(stored.version));
    let answer = response::with(answer, LOCATION, &at);
    response::with(answer, CONTENT_LOCATION, &at)
}
