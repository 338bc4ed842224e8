//! Attributes that a directory requires beyond the schemas (decision D29).

use std::sync::Arc;

use rollbook_protocol::{Predicate, ScimError, ScimType};
use rollbook_schema::{Resource, ResourceType};
use rollbook_store::{DirectoryProfile, DirectorySettings, Source};

use super::Call;

/// What the vendor asks of a user.
const USER: [&str; 6] = [
    "userName",
    "externalId",
    "emails[type eq \"work\"].value",
    "name.givenName",
    "name.familyName",
    "active",
];

/// Refuses a new body that lacks something.
pub(crate) fn check_all(call: &Call, ty: &ResourceType, resource: &Resource) -> Result<(), ScimError> {
    let required = required(call.settings(), ty).into_iter();
    refuse(required.filter(|path| !has(call, ty, path, resource)).collect())
}

/// Refuses a change that takes something away. What was missing before the change is not asked for again, so that a
/// directory may become stricter than what it holds.
pub(crate) fn check_removed(
    call: &Call,
    ty: &ResourceType,
    before: &Resource,
    after: &Resource,
) -> Result<(), ScimError> {
    let required = required(call.settings(), ty).into_iter();
    refuse(required.filter(|path| !has(call, ty, path, after) && has(call, ty, path, before)).collect())
}

fn required<'s>(settings: &'s DirectorySettings, ty: &ResourceType) -> Vec<&'s str> {
    let mut paths: Vec<&str> = Vec::new();
    if settings.profile == DirectoryProfile::WorkspaceOne {
        match ty.name.as_str() {
            "User" => paths.extend(USER),
            "Group" => {
                paths.push("displayName");
                // Okta sends none for groups.
                paths.extend((settings.source == Source::Entra).then_some("externalId"));
            }
            _ => {}
        }
    }
    let more = settings.required.iter().filter(|required| required.resource_type == ty.name);
    for path in more.map(|required| required.attribute.as_str()) {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

/// Whether a resource has a value at a path; blank text is none.
fn has(call: &Call, ty: &ResourceType, path: &str, resource: &Resource) -> bool {
    // Members are no part of a body; a group without any is a group.
    if path.split(['.', '[']).next().is_some_and(|name| name.eq_ignore_ascii_case("members")) {
        return true;
    }
    let filter = format!("{path} pr");
    let limits = rollbook_filter::Limits::default();
    match Predicate::parse(&filter, &limits, Arc::clone(call.registry()), &ty.name, &call.quirks) {
        Ok(predicate) => predicate.matches(resource),
        Err(error) => {
            tracing::error!(path, %error, "a required attribute of the directory's settings cannot be read");
            true
        }
    }
}

fn refuse(missing: Vec<&str>) -> Result<(), ScimError> {
    if missing.is_empty() {
        return Ok(());
    }
    let (names, verb) = (missing.join("`, `"), if missing.len() == 1 { "is" } else { "are" });
    Err(ScimError::bad_request(
        ScimType::InvalidValue,
        format!("`{names}` {verb} required in this directory; map a value to it in the identity provider"),
    ))
}
