//! The mapping: from what a client wrote to what a service should hold.
//!
//! * What belongs to the hub or is delivered apart is left out: `id`, `meta`, `groups`, `members`; and `password`,
//!   which is never stored (decision D30) and would not be sent either.
//! * `externalId` is the correlation value: what the client sent, else the hub's own id. It is fixed before the first
//!   call, so that an account whose creation was not answered can be found again (promise P3).
//! * `manager.value` becomes the service's own id of that manager; while the manager has no account there, `manager`
//!   is left out and the user waits for it. `$ref` and `displayName` of a manager are the hub's view and not sent.
//! * `schemas` lists what is left.
//!
//! * The directory's settings fill in its default domain, refuse a domain that it does not have, and decode GUIDs: see
//!   [`Rules`].
//!
//! Values that are one single space pass as they are: a later mapping may turn them into a clearing.

mod rules;

use rollbook_schema::{Complex, Registry, Resource, Value, uri};
use rollbook_store::ResourceId;

pub(crate) use rules::{ForeignDomain, Rules};

/// The resource that the body's `manager.value` names.
pub(crate) fn manager_of(body: &Resource) -> Option<ResourceId> {
    let manager = body.get(uri::ENTERPRISE_USER)?.as_complex()?.get("manager")?;
    let value = match manager {
        Value::Complex(manager) => manager.get("value")?.as_str()?,
        other => other.as_str()?,
    };
    (!value.is_empty()).then(|| ResourceId::new(value))
}

/// What a service should hold for a body; `manager` is the service's id of the manager, if it has one.
pub(crate) fn desired(
    mut body: Resource,
    id: &ResourceId,
    resource_type: &str,
    registry: &Registry,
    rules: &Rules,
    manager: Option<&str>,
) -> Result<Resource, ForeignDomain> {
    for own in ["id", "meta", "groups", "members", "password", "schemas"] {
        body.remove(own);
    }
    if body.external_id().is_none_or(str::is_empty) {
        body.insert("externalId", id.as_str());
    }
    rules.external_id(&mut body);
    rules.domain(&mut body, resource_type, registry)?;
    map_manager(&mut body, manager);
    body.as_complex_mut().retain(|name, value| {
        let empty_extension =
            name.as_str().contains(':') && value.as_complex().is_some_and(Complex::is_empty);
        !value.is_unassigned() && !empty_extension
    });
    let mut schemas: Vec<Value> = Vec::new();
    schemas.extend(registry.resource_type(resource_type).map(|known| Value::from(known.schema.as_str())));
    schemas.extend(
        body.as_complex()
            .iter()
            .filter(|(name, _)| name.as_str().contains(':'))
            .map(|(name, _)| name.as_str().into()),
    );
    let mut mapped = Complex::new();
    mapped.insert("schemas", schemas);
    mapped.extend(body.into_complex());
    Ok(mapped.into())
}

fn map_manager(body: &mut Resource, manager: Option<&str>) {
    let Some(extension) = body.get_mut(uri::ENTERPRISE_USER).and_then(Value::as_complex_mut) else { return };
    if extension.remove("manager").is_some()
        && let Some(remote) = manager
    {
        extension.insert("manager", [("value", remote)].into_iter().collect::<Complex>());
    }
}
