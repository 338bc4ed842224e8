//! `POST`, `PUT` and `DELETE` (RFC 7644 §3.3, §3.5.1, §3.6).

use bytes::Bytes;
use http::{Response, StatusCode};
use rollbook_protocol::{Draft, MemberEdit, ScimError, display_of, keys, prepare_create, prepare_replace};
use rollbook_schema::{Resource, ResourceType};
use rollbook_store::{Batch, Precondition, ResourceId, ResourceWrite, StoreError, Stored, WriteResult};

use super::{Call, Refused, no_such, read};
use crate::body;
use crate::render::{self, Computed};
use crate::response::{self, ResponseBody};

/// How often a write that lost a race is tried again for a client that named no version. Each round one of the racers
/// wins, so that many at once on one resource all get through.
pub(crate) const RACES: usize = 64;

pub(crate) async fn create(
    call: &Call<'_>,
    ty: &ResourceType,
    body: &[u8],
) -> Result<Response<ResponseBody>, Refused> {
    let projection = render::projection(call, ty, &call.params)?;
    let sent = parse(call, body)?;
    let draft = prepare_create(sent, call.type_ref(ty), &call.quirks)?;
    warn(call, &draft.warnings);
    let id = ResourceId::new(call.inner.environment.new_id());
    let body = Bytes::from(draft.resource.to_vec());
    let write = ResourceWrite::Create {
        id: id.clone(),
        resource_type: ty.name.clone(),
        body: body.clone(),
        keys: keys(&draft.resource, call.type_ref(ty)),
        display: display_of(&draft.resource),
        members: draft.members.clone().map(MemberEdit::Add).into_iter().collect(),
        attributes: names(&draft),
    };
    let done = commit(call, write).await?;
    let stored = stored(ty, &done, body);
    let body = render::resource(call, ty, &stored, &projection).await?;
    Ok(render::one(call, ty, &stored, StatusCode::CREATED, body))
}

pub(crate) async fn replace(
    call: &Call<'_>,
    ty: &ResourceType,
    id: &str,
    body: &[u8],
) -> Result<Response<ResponseBody>, Refused> {
    let projection = render::projection(call, ty, &call.params)?;
    let sent = parse(call, body)?;
    for _ in 0..RACES {
        let existing = read::load(call, ty, id).await?;
        call.preconditions.check_change(existing.version)?;
        let before = render::parse(call, &existing)?;
        let draft = prepare_replace(sent.clone(), &before, call.type_ref(ty), &call.quirks)?;
        // Equal values in another order or spacing are no change: the bytes stay (decision D23).
        let is_same = draft.resource == before;
        let body = if is_same { existing.body } else { Bytes::from(draft.resource.to_vec()) };
        let write = ResourceWrite::Replace {
            id: existing.id,
            body: body.clone(),
            keys: keys(&draft.resource, call.type_ref(ty)),
            display: display_of(&draft.resource),
            members: replaced_members(call, ty, &draft),
            attributes: changed(&before, &draft.resource),
            expected: Precondition::Version(existing.version),
        };
        match commit(call, write).await {
            Ok(done) => {
                warn(call, &draft.warnings);
                let stored = stored(ty, &done, body);
                let body = render::resource(call, ty, &stored, &projection).await?;
                return Ok(render::one(call, ty, &stored, StatusCode::OK, body));
            }
            Err(StoreError::PreconditionFailed { .. }) if !call.preconditions.names_version() => {
                tokio::task::yield_now().await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(busy())
}

/// What a PUT does to the members: what it leaves out is cleared (RFC 7644 §3.5.1).
fn replaced_members(call: &Call<'_>, ty: &ResourceType, draft: &Draft) -> Vec<MemberEdit> {
    match &draft.members {
        Some(members) => vec![MemberEdit::ReplaceAll(members.clone())],
        None if Computed::of(call, ty).members => vec![MemberEdit::RemoveAll],
        None => Vec::new(),
    }
}

pub(crate) async fn delete(
    call: &Call<'_>,
    ty: &ResourceType,
    id: &str,
) -> Result<Response<ResponseBody>, Refused> {
    let existing = read::load(call, ty, id).await?;
    call.preconditions.check_change(existing.version)?;
    let is_bound = call.preconditions.names_version();
    let expected = if is_bound { Precondition::Version(existing.version) } else { Precondition::Any };
    match commit(call, ResourceWrite::Delete { id: existing.id, expected }).await {
        Ok(_) => Ok(response::empty(StatusCode::NO_CONTENT)),
        Err(StoreError::NotFound { .. }) => Err(no_such(ty, id)),
        Err(error) => Err(error.into()),
    }
}

/// Commits one resource write under the directory's rules.
pub(crate) async fn commit(call: &Call<'_>, write: ResourceWrite) -> Result<WriteResult, StoreError> {
    let mut batch =
        Batch::new(call.principal.directory.clone(), call.inner.environment.now()).resource(write);
    batch.unresolved_members =
        if call.quirks.unresolved_members { call.inner.limits.unresolved_members } else { 0 };
    let mut committed = call.store().commit(batch).await?;
    committed.results.pop().ok_or_else(|| StoreError::Backend("the store answered without a result".into()))
}

/// What is stored after a write.
pub(crate) fn stored(ty: &ResourceType, done: &WriteResult, body: Bytes) -> Stored {
    Stored {
        id: done.id.clone(),
        resource_type: ty.name.clone(),
        version: done.version,
        created: done.created,
        modified: done.modified,
        body,
    }
}

/// The answer to a change that lost too many races; 503, so that clients try again by themselves.
pub(crate) fn busy() -> Refused {
    ScimError::new(503, None, "the resource is being changed by many clients at once; try again").into()
}

/// Refuses a body that grew, PATCH by PATCH, beyond what one request may bring.
pub(crate) fn check_size(call: &Call<'_>, body: &[u8]) -> Result<(), ScimError> {
    let limit = call.inner.limits.json.max_bytes;
    if body.len() <= limit {
        return Ok(());
    }
    Err(ScimError::new(413, None, format!("the resource would be larger than the limit of {limit} bytes")))
}

/// The names of the top-level attributes in which two bodies differ.
pub(crate) fn changed(before: &Resource, after: &Resource) -> Vec<String> {
    let (before, after) = (before.as_complex(), after.as_complex());
    let new = after.iter().filter(|(name, value)| before.get(name.as_str()) != Some(*value));
    let gone = before.iter().filter(|(name, _)| !after.contains(name.as_str()));
    new.map(|(name, _)| name).chain(gone.map(|(name, _)| name)).map(|name| name.as_str().to_owned()).collect()
}

pub(crate) fn warn(call: &Call<'_>, warnings: &[String]) {
    for warning in warnings {
        tracing::warn!(directory = %call.principal.slug, warning, "accepted with a remark");
    }
}

fn names(draft: &Draft) -> Vec<String> {
    let members = draft.members.as_ref().map(|_| "members".to_owned());
    draft.resource.as_complex().iter().map(|(name, _)| name.as_str().to_owned()).chain(members).collect()
}

fn parse(call: &Call<'_>, body: &[u8]) -> Result<Resource, Refused> {
    Resource::from_slice(body, &call.inner.limits.json, &call.inner.registry)
        .map_err(|error| body::invalid(&error).into())
}
