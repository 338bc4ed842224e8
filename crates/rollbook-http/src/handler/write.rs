//! `POST`, `PUT` and `DELETE` (RFC 7644 §3.3, §3.5.1, §3.6), and how every write is committed.

use bytes::Bytes;
use rollbook_protocol::{Draft, MemberEdit, ScimError, display_of, keys, prepare_create, prepare_replace};
use rollbook_schema::{Resource, ResourceType};
use rollbook_store::{Batch, Precondition, ResourceId, ResourceWrite, StoreError, Stored, WriteResult};

use super::{Call, Refused, external, no_such, read, required};
use crate::body;
use crate::render;

/// How often a write that lost a race is tried again for a client that named no version. Each round one of the racers
/// wins, so that many at once on one resource all get through.
pub(crate) const RACES: usize = 64;

/// How many remarks on one request are logged.
const MOST_WARNINGS: usize = 20;

/// Creates a resource; what is stored then.
pub(crate) async fn create(call: &Call, ty: &ResourceType, sent: Resource) -> Result<Stored, Refused> {
    let draft = prepare_create(sent, call.type_ref(ty), &call.quirks)?;
    required::check_all(call, ty, &draft.resource)?;
    warn(call, &draft.warnings);
    let id = ResourceId::new(call.scene.inner.environment.new_id());
    let body = Bytes::from(draft.resource.to_vec());
    let members = draft.members.clone().map(MemberEdit::Add).into_iter().collect();
    let write = ResourceWrite::Create {
        id: id.clone(),
        resource_type: ty.name.clone(),
        body: body.clone(),
        keys: keys(&draft.resource, call.type_ref(ty)),
        display: display_of(&draft.resource),
        members: external::named(call, members).await?,
        attributes: names(&draft),
    };
    let also = external::came_to_be(call, &id, None, &draft.resource).await?;
    let done = commit(call, write, also).await?;
    Ok(stored(ty, &done, body))
}

/// Replaces a resource; what is stored then.
pub(crate) async fn replace(
    call: &Call,
    ty: &ResourceType,
    id: &str,
    sent: Resource,
) -> Result<Stored, Refused> {
    for _ in 0..RACES {
        let existing = read::load(call, ty, id).await?;
        call.preconditions.check_change(existing.version)?;
        let before = render::parse(call.registry(), &existing)?;
        let draft = prepare_replace(sent.clone(), &before, call.type_ref(ty), &call.quirks)?;
        required::check_all(call, ty, &draft.resource)?;
        // Equal values in another order or spacing are no change: the bytes stay (decision D23).
        let is_same = draft.resource == before;
        let body = if is_same { existing.body } else { Bytes::from(draft.resource.to_vec()) };
        let also = external::came_to_be(call, &existing.id, Some(&before), &draft.resource).await?;
        let write = ResourceWrite::Replace {
            id: existing.id,
            body: body.clone(),
            keys: keys(&draft.resource, call.type_ref(ty)),
            display: display_of(&draft.resource),
            members: external::named(call, replaced_members(call, ty, &draft)).await?,
            attributes: changed(&before, &draft.resource),
            expected: Precondition::Version(existing.version),
        };
        match commit(call, write, also).await {
            Ok(done) => {
                warn(call, &draft.warnings);
                return Ok(stored(ty, &done, body));
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
fn replaced_members(call: &Call, ty: &ResourceType, draft: &Draft) -> Vec<MemberEdit> {
    match &draft.members {
        Some(members) => vec![MemberEdit::ReplaceAll(members.clone())],
        None if call.computed(ty).members => vec![MemberEdit::RemoveAll],
        None => Vec::new(),
    }
}

/// Deletes a resource.
pub(crate) async fn delete(call: &Call, ty: &ResourceType, id: &str) -> Result<(), Refused> {
    let existing = read::load(call, ty, id).await?;
    call.preconditions.check_change(existing.version)?;
    let is_bound = call.preconditions.names_version();
    let expected = if is_bound { Precondition::Version(existing.version) } else { Precondition::Any };
    match commit(call, ResourceWrite::Delete { id: existing.id, expected }, Vec::new()).await {
        Ok(_) => Ok(()),
        Err(StoreError::NotFound { .. }) => Err(no_such(ty, id)),
        Err(error) => Err(error.into()),
    }
}

/// Commits a resource write, and others with it, under the directory's rules; what the first one did.
pub(crate) async fn commit(
    call: &Call,
    write: ResourceWrite,
    also: Vec<ResourceWrite>,
) -> Result<WriteResult, StoreError> {
    let mut batch = Batch::new(call.directory().clone(), call.scene.inner.environment.now()).resource(write);
    batch.resources.extend(also);
    batch.unresolved_members =
        if call.quirks.unresolved_members { call.limits().unresolved_members } else { 0 };
    let committed = call.commit(batch).await?;
    let first = committed.results.into_iter().next();
    first.ok_or_else(|| StoreError::Backend("the store answered without a result".into()))
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
pub(crate) fn check_size(call: &Call, body: &[u8]) -> Result<(), ScimError> {
    let limit = call.limits().json.max_bytes;
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

/// Logs what was dropped or changed on the way; no request fills the log.
pub(crate) fn warn(call: &Call, warnings: &[String]) {
    let directory = &call.principal.slug;
    for warning in warnings.iter().take(MOST_WARNINGS) {
        tracing::warn!(%directory, warning, "accepted with a remark");
    }
    if let Some(more) = warnings.len().checked_sub(MOST_WARNINGS).filter(|more| *more > 0) {
        tracing::warn!(%directory, more, "accepted with more remarks of this kind");
    }
}

/// Reads the body of a POST or PUT.
pub(crate) fn parse(call: &Call, body: &[u8]) -> Result<Resource, Refused> {
    Resource::from_slice(body, &call.limits().json, call.registry())
        .map_err(|error| body::invalid(&error).into())
}

fn names(draft: &Draft) -> Vec<String> {
    let members = draft.members.as_ref().map(|_| "members".to_owned());
    draft.resource.as_complex().iter().map(|(name, _)| name.as_str().to_owned()).chain(members).collect()
}
