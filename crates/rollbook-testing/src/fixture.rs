//! Bodies of requests.

use serde_json::{Value, json};

/// The URI of the core user schema.
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// The URI of the core group schema.
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// The URI of the enterprise user schema.
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The URI of a PATCH request.
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A user as an identity provider sends it; `name` is the part of its address before the `@`.
#[must_use]
pub fn user(name: &str) -> Value {
    json!({
        "schemas": [USER, ENTERPRISE],
        "userName": format!("{name}@example.com"),
        "externalId": format!("x-{name}"),
        "displayName": format!("Display {name}"),
        "name": { "givenName": "Given", "familyName": name },
        "active": true,
        "emails": [{ "value": format!("{name}@example.com"), "type": "work", "primary": true }],
        ENTERPRISE: { "department": "Sales", "employeeNumber": format!("n-{name}") },
    })
}

/// A group with these members, given by their ids.
#[must_use]
pub fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({ "schemas": [GROUP], "displayName": name, "externalId": format!("g-{name}"), "members": members })
}

/// A PATCH with these operations, each `(op, path, value)`; an empty path is none.
#[must_use]
pub fn patch(operations: &[(&str, &str, Value)]) -> Value {
    let operations: Vec<Value> = operations
        .iter()
        .map(|(op, path, value)| match *path {
            "" => json!({ "op": op, "value": value }),
            path if value.is_null() => json!({ "op": op, "path": path }),
            path => json!({ "op": op, "path": path, "value": value }),
        })
        .collect();
    json!({ "schemas": [PATCH_OP], "Operations": operations })
}

/// A PATCH that adds one member to a group, or removes it.
#[must_use]
pub fn member_edit(add: bool, id: &str) -> Value {
    if add {
        patch(&[("add", "members", json!([{ "value": id }]))])
    } else {
        patch(&[("remove", &format!("members[value eq \"{id}\"]"), Value::Null)])
    }
}
