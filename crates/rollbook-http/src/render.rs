//! Rendering stored resources: what a client wrote, with `id`, `meta`, members and groups beside it.

use http::header::{CONTENT_LOCATION, ETAG, LOCATION};
use http::{Response, StatusCode};
use rollbook_protocol::{
    GroupView, MemberView, Meta, Projection, ScimError, SearchParams, assemble, etag, splice,
};
use rollbook_schema::{JsonLimits, Mutability, Resource, ResourceType};
use rollbook_store::{GroupRef, MemberRow, StoreError, Stored};

use crate::handler::{Call, Refused};
use crate::response::{self, ResponseBody};

/// How many members one read of the store returns.
const MEMBER_PAGE: usize = 1_000;

/// A type's computed attributes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Computed {
    /// Whether resources of the type have `members` (kept as edges).
    pub(crate) members: bool,
    /// Whether they have read-only `groups`.
    pub(crate) groups: bool,
}

impl Computed {
    pub(crate) fn of(call: &Call<'_>, ty: &ResourceType) -> Self {
        let attribute = |name| call.inner.registry.attribute(ty, None, name).map(|(_, attribute)| attribute);
        Self {
            members: attribute("members").is_some_and(|it| it.multi_valued),
            groups: attribute("groups").is_some_and(|it| it.mutability == Mutability::ReadOnly),
        }
    }
}

/// What stands beside a stored body in an answer.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    pub(crate) members: Option<Vec<MemberRow>>,
    pub(crate) groups: Option<Vec<GroupRef>>,
}

impl Beside {
    /// Reads the members and groups of a resource where the type has them and the answer shows them.
    pub(crate) async fn load(
        call: &Call<'_>,
        ty: &ResourceType,
        stored: &Stored,
        wants: impl Fn(&str) -> bool + Send,
    ) -> Result<Self, StoreError> {
        let computed = Computed::of(call, ty);
        let (members, groups) = (computed.members && wants("members"), computed.groups && wants("groups"));
        let directory = &call.principal.directory;
        Ok(Self {
            members: if members { Some(all_members(call, stored).await?) } else { None },
            groups: if groups { Some(call.store().groups_of(directory, &stored.id).await?) } else { None },
        })
    }
}

/// All members of a group, read page by page.
pub(crate) async fn all_members(call: &Call<'_>, stored: &Stored) -> Result<Vec<MemberRow>, StoreError> {
    let directory = &call.principal.directory;
    let mut all: Vec<MemberRow> = Vec::new();
    loop {
        let after = all.last().map(|row| row.value.clone());
        let page = call.store().members(directory, &stored.id, after.as_deref(), MEMBER_PAGE).await?;
        let last = page.len() < MEMBER_PAGE;
        all.extend(page);
        if last {
            return Ok(all);
        }
    }
}

/// One resource as a client sees it.
pub(crate) async fn resource(
    call: &Call<'_>,
    ty: &ResourceType,
    stored: &Stored,
    projection: &Projection,
) -> Result<Vec<u8>, Refused> {
    let beside = Beside::load(call, ty, stored, |name| projection.wants(name)).await?;
    bytes(call, ty, stored, &beside, projection)
}

/// One resource, with what stands beside it already read.
pub(crate) fn bytes(
    call: &Call<'_>,
    ty: &ResourceType,
    stored: &Stored,
    beside: &Beside,
    projection: &Projection,
) -> Result<Vec<u8>, Refused> {
    let location = location(call, ty, stored.id.as_str());
    let meta = Meta {
        resource_type: &ty.name,
        id: stored.id.as_str(),
        created: stored.created,
        modified: stored.modified,
        location: &location,
        version: stored.version,
    };
    let references = References::of(call, beside);
    let members = beside.members.as_deref().map(|rows| references.members(rows));
    let groups = beside.groups.as_deref().map(|rows| references.groups(rows));
    if projection.is_default() {
        return Ok(splice(&stored.body, &meta, members.as_deref(), groups.as_deref()));
    }
    let mut whole = assemble(parse(call, stored)?, &meta, members.as_deref(), groups.as_deref());
    projection.apply(&mut whole, call.type_ref(ty));
    Ok(whole.to_vec())
}

/// The stored body as a tree.
pub(crate) fn parse(call: &Call<'_>, stored: &Stored) -> Result<Resource, Refused> {
    // What was accepted once is read whatever the limits are now.
    let limits = JsonLimits { max_bytes: usize::MAX, max_depth: usize::MAX };
    Resource::from_slice(&stored.body, &limits, &call.inner.registry).map_err(|error| {
        tracing::error!(id = %stored.id, %error, "a stored resource does not parse");
        ScimError::new(500, None, "the stored resource cannot be read; the server's log says more").into()
    })
}

/// Where a resource is found.
pub(crate) fn location(call: &Call<'_>, ty: &ResourceType, id: &str) -> String {
    format!("{}/{}/{id}", call.base, ty.endpoint.trim_start_matches('/'))
}

/// The projection that the request asks for.
pub(crate) fn projection(
    call: &Call<'_>,
    ty: &ResourceType,
    params: &SearchParams,
) -> Result<Projection, ScimError> {
    let (attributes, excluded) = (params.attributes.as_deref(), params.excluded_attributes.as_deref());
    Projection::parse(attributes, excluded, call.type_ref(ty))
}

/// An answer that holds one resource: `ETag`, and `Location` or `Content-Location` as the status asks.
pub(crate) fn one(
    call: &Call<'_>,
    ty: &ResourceType,
    stored: &Stored,
    status: StatusCode,
    body: Vec<u8>,
) -> Response<ResponseBody> {
    let at = location(call, ty, stored.id.as_str());
    let answer = response::with(response::scim(status, body), ETAG, &etag(stored.version));
    let answer = response::with(answer, LOCATION, &at);
    response::with(answer, CONTENT_LOCATION, &at)
}

/// The `$ref` of everything beside a body, kept while views borrow them.
struct References {
    members: Vec<Option<String>>,
    groups: Vec<Option<String>>,
}

impl References {
    fn of(call: &Call<'_>, beside: &Beside) -> Self {
        let registry = &call.inner.registry;
        let to = |name: &str, id: &str| registry.resource_type(name).map(|ty| location(call, ty, id));
        let members = beside.members.iter().flatten();
        let groups = beside.groups.iter().flatten();
        Self {
            members: members.map(|row| to(row.resource_type.as_deref()?, &row.value)).collect(),
            groups: groups.map(|group| to("Group", group.id.as_str())).collect(),
        }
    }

    fn members<'v>(&'v self, rows: &'v [MemberRow]) -> Vec<MemberView<'v>> {
        rows.iter()
            .zip(&self.members)
            .map(|(row, location)| MemberView {
                value: &row.value,
                resource_type: row.resource_type.as_deref(),
                display: row.display.as_deref(),
                location: location.as_deref(),
            })
            .collect()
    }

    fn groups<'v>(&'v self, rows: &'v [GroupRef]) -> Vec<GroupView<'v>> {
        rows.iter()
            .zip(&self.groups)
            .map(|(group, location)| GroupView {
                value: group.id.as_str(),
                display: group.display.as_deref(),
                location: location.as_deref(),
            })
            .collect()
    }
}
