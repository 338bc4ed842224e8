//! What paths name (RFC 7644 §3.10).

use rollbook_filter::AttrPath;
use rollbook_protocol::{Resolved, resolve};

use crate::fixtures::{registry, ty};

fn describe(path: &str) -> String {
    let registry = registry();
    let path = AttrPath::new(path).unwrap();
    match resolve(&path, ty(&registry, "User")) {
        Resolved::Attribute { extension, attribute, sub } => {
            let extension = extension.map_or("core", |schema| schema.name.as_str());
            let sub = sub.map(|sub| format!(".{}", sub.name)).unwrap_or_default();
            format!("{extension}/{}{sub}", attribute.name)
        }
        Resolved::Extension(schema) => format!("extension {}", schema.name),
        Resolved::Unknown { uri, name, sub } => format!("unknown {uri:?} {name:?} {sub:?}"),
    }
}

#[test]
fn rfc7644_3_10_paths() {
    let rows = [
        ("USERNAME", "core/userName"),
        ("name.GIVENname", "core/name.givenName"),
        ("meta.created", "core/meta.created"),
        ("externalId", "core/externalId"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:name.givenName", "core/name.givenName"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "extension EnterpriseUser"),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
            "EnterpriseUser/manager.value",
        ),
        ("URN:IETF:PARAMS:SCIM:SCHEMAS:EXTENSION:WS1B:2.0:USER:DOMAIN", "Ws1bUser/domain"),
        ("manager", "unknown None Some(\"manager\") None"),
        ("name.nick", "unknown None Some(\"name\") Some(\"nick\")"),
        ("members", "unknown None Some(\"members\") None"),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "unknown Some(\"urn:ietf:params:scim:schemas:core:2.0:User\") None None",
        ),
        (
            "urn:ietf:params:scim:schemas:core:2.0:Group:members",
            "unknown Some(\"urn:ietf:params:scim:schemas:core:2.0:Group\") Some(\"members\") None",
        ),
        ("urn:x:y:2.0:User:a.b", "unknown Some(\"urn:x:y:2.0:User\") Some(\"a\") Some(\"b\")"),
    ];
    for (path, expected) in rows {
        assert_eq!(describe(path), expected, "{path}");
    }
}
