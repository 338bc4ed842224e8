//! Rendering stored resources: what a client wrote, with `id`, `meta`, members and groups beside it.

mod cache;
mod feed;
mod members;

use std::sync::Arc;

use http::header::{CONTENT_LOCATION, ETAG, LOCATION};
use http::{HeaderValue, Response, StatusCode};
use rollbook_protocol::{GroupView, Projection, ScimError, TypeRef, assemble, etag, splice};
use rollbook_schema::{JsonLimits, Registry, Resource, ResourceType};
use rollbook_store::{GroupRef, StoreError, Stored};

pub(crate) use self::cache::{Rendering, Renderings};
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

/// A resource as it is rendered whole, lately or now; `None` for one that has members or is shown in part.
pub(crate) fn rendering(
    scene: &Scene,
    ty: &ResourceType,
    stored: &Stored,
    groups: &Arc<[GroupRef]>,
    projection: &Projection,
) -> Result<Option<Arc<Rendering>>, StoreError> {
    if !projection.is_default() || scene.kinds.computed(ty).members {
        return Ok(None);
    }
    let render = || {
        let Outline { bytes, .. } = outline(scene, ty, stored, groups, projection)?;
        Ok((bytes, scene.location(ty, stored.id.as_str())))
    };
    scene.inner.renderings.of((&scene.directory, &scene.base), stored, groups, render).map(Some)
}

/// An answer that holds one resource: `ETag`, `Location`, `Content-Location`.
pub(crate) async fn one(
    call: &Call,
    ty: &ResourceType,
    (stored, groups): (&Stored, &Arc<[GroupRef]>),
    status: StatusCode,
    projection: &Arc<Projection>,
) -> Result<Response<ResponseBody>, Refused> {
    if let Some(rendering) = rendering(&call.scene, ty, stored, groups, projection)? {
        let answer = response::scim(status, ResponseBody::new(rendering.body.clone()));
        return Ok(with_place(answer, rendering.etag.clone(), rendering.location.clone()));
    }
    let outline = outline(&call.scene, ty, stored, groups, projection)?;
    let body = if outline.members.is_none() {
        ResponseBody::new(outline.bytes)
    } else {
        let shape = Arc::new(Shape { ty: ty.clone(), projection: Arc::clone(projection) });
        Feed::new(call.scene.clone()).outline(outline, shape, &stored.id).body().await?
    };
    let location = HeaderValue::try_from(call.scene.location(ty, stored.id.as_str())).ok();
    let etag = HeaderValue::try_from(etag(stored.version)).ok();
    Ok(with_place(response::scim(status, body), etag, location))
}

/// Adds `ETag`, `Location` and `Content-Location`.
fn with_place(
    mut answer: Response<ResponseBody>,
    etag: Option<HeaderValue>,
    location: Option<HeaderValue>,
) -> Response<ResponseBody> {
    let headers = [(ETAG, etag), (LOCATION, location.clone()), (CONTENT_LOCATION, location)];
    answer.headers_mut().extend(headers.into_iter().filter_map(|(name, value)| Some((name, value?))));
    answer
}

/// The groups to be shown beside a resource; none are read where none are shown.
pub(crate) async fn groups_of(
    call: &Call,
    ty: &ResourceType,
    stored: &Stored,
    projection: &Projection,
) -> Result<Arc<[GroupRef]>, StoreError> {
    if !call.computed(ty).groups || !projection.wants("groups") {
        return Ok(Arc::default());
    }
    call.store().groups_of(call.directory(), &stored.id).await.map(Arc::from)
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
