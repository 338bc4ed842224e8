//! Users and groups (RFC 7644 §3.3 to §3.6).

use http::StatusCode;
use rollbook_filter::Limits;
use rollbook_protocol::{
    ClientKind, MemberEdit, PatchRequest, Predicate, Projection, Quirks, ScimError, ScimType, SearchParams,
    TypeRef, apply, list_response, prepare_create, prepare_replace,
};
use rollbook_schema::{JsonLimits, Registry, Resource, ResourceType, parse_value};

use crate::habits::Habits;
use crate::respond::Reply;
use crate::standin::Control;
use crate::state::State;

/// What a request says beside method and id.
pub(super) struct Call<'a> {
    pub(super) resource_type: &'static str,
    pub(super) query: Option<&'a str>,
    pub(super) body: &'a [u8],
}

type Served = Result<Reply, ScimError>;

/// The most resources in one answer.
const MAX_PAGE: u64 = 1000;

pub(super) fn list(control: &Control, call: &Call<'_>) -> Served {
    let state = &control.state;
    let params = SearchParams::from_query(call.query)?;
    let registry = state.registry();
    let ty = type_ref(registry, call.resource_type)?;
    let predicate = params.filter.as_deref().map(|filter| predicate(filter, control, call)).transpose()?;
    let projection =
        Projection::parse(params.attributes.as_deref(), params.excluded_attributes.as_deref(), ty)?;
    let found = state.find(call.resource_type, predicate.as_ref());
    let count = params.count.unwrap_or(100).min(MAX_PAGE);
    let start = usize::try_from(params.start_index.saturating_sub(1)).unwrap_or(usize::MAX);
    let page = found.iter().skip(start).take(usize::try_from(count).unwrap_or(usize::MAX));
    let page: Vec<_> = page.filter_map(|id| shown(state, ty, id, &projection)).collect();
    Ok(Reply::with(StatusCode::OK, list_response(found.len() as u64, params.start_index, &page)))
}

pub(super) fn get(control: &Control, call: &Call<'_>, id: &str) -> Served {
    one(&control.state, call, id, StatusCode::OK)
}

pub(super) fn create(control: &mut Control, call: &Call<'_>) -> Served {
    let Control { state, habits, .. } = control;
    let registry = state.registry().clone();
    let ty = type_ref(&registry, call.resource_type)?;
    let mut draft = prepare_create(read(call.body, &registry)?, ty, &quirks(habits))?;
    accept(state, habits, call.resource_type, None, &mut draft.resource)?;
    let members = draft.members.unwrap_or_default();
    state.check_members(habits, members.iter().map(|member| member.value.as_str()))?;
    let id = state.create(ty, draft.resource);
    if !members.is_empty() {
        state.edit(&id, vec![MemberEdit::Add(members)], habits, None)?;
    }
    let location = state.location(call.resource_type, &id);
    let reply = one(state, call, &id, StatusCode::CREATED)?;
    Ok(Reply { location: Some(location), ..reply })
}

pub(super) fn replace(control: &mut Control, call: &Call<'_>, id: &str) -> Served {
    let Control { state, habits, .. } = control;
    let registry = state.registry().clone();
    let ty = type_ref(&registry, call.resource_type)?;
    let existing = state.body(call.resource_type, id)?;
    let mut draft = prepare_replace(read(call.body, &registry)?, existing, ty, &quirks(habits))?;
    accept(state, habits, call.resource_type, Some(id), &mut draft.resource)?;
    if call.resource_type == "Group" {
        // No members in a PUT is a group without members (RFC 7644 §3.5.1).
        let members = draft.members.unwrap_or_default();
        state.check_members(habits, members.iter().map(|member| member.value.as_str()))?;
        state.edit(id, vec![MemberEdit::ReplaceAll(members)], habits, None)?;
    }
    state.replace(ty, id, draft.resource);
    one(state, call, id, StatusCode::OK)
}

pub(super) fn patch(control: &mut Control, call: &Call<'_>, id: &str) -> Served {
    let Control { state, habits, .. } = control;
    let registry = state.registry().clone();
    let ty = type_ref(&registry, call.resource_type)?;
    let quirks = quirks(habits);
    let body = parse_value(call.body, &JsonLimits::default()).map_err(|error| syntax(&error.to_string()))?;
    let request = PatchRequest::parse(&body, &quirks)?;
    let mut resource =
        if request.only_members(ty) { Resource::new() } else { state.body(call.resource_type, id)?.clone() };
    state.body(call.resource_type, id)?;
    let patched = apply(&mut resource, &request, ty, &quirks)?;
    if patched.changed {
        accept(state, habits, call.resource_type, Some(id), &mut resource)?;
    }
    // The members come first: they are what can still fail, and the whole request must fail with them.
    state.edit(id, patched.members, habits, habits.max_members_per_patch)?;
    if patched.changed {
        state.replace(ty, id, resource);
    }
    // As most services do: the whole user, but nothing for a group, whose members may be many.
    if call.resource_type == "Group" { Ok(Reply::no_content()) } else { one(state, call, id, StatusCode::OK) }
}

pub(super) fn delete(control: &mut Control, call: &Call<'_>, id: &str) -> Served {
    control.state.delete(call.resource_type, id)?;
    Ok(Reply::no_content())
}

/// Checks what the service itself demands of a body, and takes out what it ignores.
fn accept(
    state: &State,
    habits: &Habits,
    resource_type: &str,
    id: Option<&str>,
    body: &mut Resource,
) -> Result<(), ScimError> {
    if habits.no_external_id {
        body.remove("externalId");
    }
    if habits.fail_user.is_some() && habits.fail_user.as_deref() == body.user_name() {
        let detail = "`userName` is not acceptable to this service";
        return Err(ScimError::bad_request(ScimType::InvalidValue, detail));
    }
    let unique = match resource_type {
        "User" if habits.unique_user_names => "username",
        "Group" if habits.unique_group_names => "displayname",
        _ => return Ok(()),
    };
    state.check_unique(resource_type, id, body, unique)
}

fn predicate(filter: &str, control: &Control, call: &Call<'_>) -> Result<Predicate, ScimError> {
    for name in &control.habits.unfilterable {
        if filter.to_ascii_lowercase().contains(&name.to_ascii_lowercase()) {
            let detail = format!("the service cannot filter by `{name}`");
            return Err(ScimError::bad_request(ScimType::InvalidFilter, detail));
        }
    }
    let registry = control.state.registry().clone();
    Predicate::parse(filter, &Limits::default(), registry, call.resource_type, &quirks(&control.habits))
}

fn one(state: &State, call: &Call<'_>, id: &str, status: StatusCode) -> Served {
    let params = SearchParams::from_query(call.query)?;
    let ty = type_ref(state.registry(), call.resource_type)?;
    let projection =
        Projection::parse(params.attributes.as_deref(), params.excluded_attributes.as_deref(), ty)?;
    let body = shown(state, ty, id, &projection).ok_or_else(|| State::no_such(id))?;
    Ok(Reply::with(status, body))
}

fn shown(state: &State, ty: TypeRef<'_>, id: &str, projection: &Projection) -> Option<Vec<u8>> {
    let name = &ty.resource_type.name;
    let mut resource = state.assemble(name, id, projection.wants("members"), projection.wants("groups"))?;
    projection.apply(&mut resource, ty);
    Some(resource.to_vec())
}

fn read(body: &[u8], registry: &Registry) -> Result<Resource, ScimError> {
    Resource::from_slice(body, &JsonLimits::default(), registry).map_err(|error| syntax(&error.to_string()))
}

fn syntax(detail: &str) -> ScimError {
    ScimError::bad_request(ScimType::InvalidSyntax, format!("the body is no SCIM resource: {detail}"))
}

fn type_ref<'r>(registry: &'r Registry, name: &str) -> Result<TypeRef<'r>, ScimError> {
    let found: Option<&ResourceType> = registry.resource_type(name);
    let resource_type = found.ok_or_else(|| ScimError::not_found("there is no such resource type"))?;
    Ok(TypeRef { registry, resource_type })
}

fn quirks(habits: &Habits) -> Quirks {
    Quirks::of(if habits.strict { ClientKind::Strict } else { ClientKind::Generic })
}
