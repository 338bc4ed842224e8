//! Applies PATCH requests to a stored user: one that changes it, one that changes nothing, one that is refused.
//!
//! ```text
//! cargo run -p rollbook-examples --example patch_resource
//! ```

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;

use rollbook_protocol::{PatchRequest, Patched, Quirks, ScimError, TypeRef, apply};
use rollbook_schema::{JsonLimits, Registry, Resource, parse_value};

/// As Entra ID sends it: `Add` in its own case, a value filter that selects nothing yet, a Boolean in a string.
const ENTRA: &str = r#"{
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations": [
        {"op": "Add", "path": "emails[type eq \"work\"].value", "value": "ana@example.com"},
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "Remove", "path": "title"}
    ]}"#;

/// Two operations, the second of which cannot be done: then the first is not done either.
const REFUSED: &str = r#"{"Operations": [
    {"op": "replace", "path": "displayName", "value": "Somebody else"},
    {"op": "remove", "path": "userName"}
    ]}"#;

fn main() -> Result<(), Box<dyn Error>> {
    check()
}

fn check() -> Result<(), Box<dyn Error>> {
    let registry = Registry::standard();
    let resource_type = registry.resource_type("User").ok_or("no such resource type")?;
    let ty = TypeRef { registry: &registry, resource_type };
    let stored = br#"{"userName": "ana", "displayName": "Ana", "title": "Boss", "active": true}"#;
    let mut user = Resource::from_slice(stored, &JsonLimits::default(), &registry)?;

    let patched = patch(&mut user, ENTRA, ty)?;
    println!("changed {}: {}", patched.attributes.join(", "), text(&user));
    assert!(patched.changed && !user.contains("title"));

    // The same again changes nothing, and says so: no new version, no entry in the change log.
    let patched = patch(&mut user, ENTRA, ty)?;
    println!("and once more: changed = {}", patched.changed);
    assert!(!patched.changed);

    let before = user.to_vec();
    let error = patch(&mut user, REFUSED, ty).err().ok_or("userName was removed")?;
    println!("refused with {}: {error}", error.status);
    assert_eq!(user.to_vec(), before);
    Ok(())
}

fn patch(user: &mut Resource, body: &str, ty: TypeRef<'_>) -> Result<Patched, ScimError> {
    let quirks = Quirks::default();
    let body = parse_value(body.as_bytes(), &JsonLimits::default())
        .map_err(|error| ScimError::new(400, None, error.to_string()))?;
    apply(user, &PatchRequest::parse(&body, &quirks)?, ty, &quirks)
}

fn text(resource: &Resource) -> String {
    String::from_utf8_lossy(&resource.to_vec()).into_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs() {
        super::check().unwrap();
    }
}
