//! What the inputs meet: a registry, a user, a group.

use std::sync::{Arc, LazyLock};

use rollbook_protocol::{ClientKind, Quirks, TypeRef};
use rollbook_schema::{JsonLimits, Registry, Resource};

/// A stored user, as a client wrote it.
pub(super) const USER: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:example:unknown:2.0:User"],"userName":"ana@example.com","externalId":"X-1","displayName":"Ana Straße","name":{"givenName":"Ana","familyName":"O'Neill"},"active":true,"title":"","emails":[{"value":"ana@example.com","type":"work","primary":true},{"value":"a@home.example","type":"home"}],"phoneNumbers":[{"value":"tel:+1-201-555-0123","type":"work"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"7","department":"Sales","manager":{"value":"m1"}},"urn:ietf:params:scim:schemas:extension:ws1b:2.0:User":{"domain":"example.com"},"urn:example:unknown:2.0:User":{ "shoeSize": 38.50 }}"#;

/// A stored group, as a client wrote it.
pub(super) const GROUP: &str =
    r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Sales","externalId":"G-1"}"#;

/// What the service adds to the user.
const USER_MORE: &str = r#","id":"u1","groups":[{"value":"g1","display":"Sales","type":"direct"}],"meta":{"resourceType":"User","created":"2011-05-13T04:42:34.000Z","lastModified":"2011-05-13T04:42:34.000Z","location":"https://hub.example/scim/v2/demo/Users/u1","version":"W/\"1\""}}"#;

/// What the service adds to the group.
const GROUP_MORE: &str = r#","id":"g1","members":[{"value":"u1","type":"User"},{"value":"gone"}],"meta":{"resourceType":"Group","created":"2011-05-13T04:42:34.000Z","lastModified":"2011-05-13T04:42:34.000Z","version":"W/\"1\""}}"#;

static REGISTRY: LazyLock<Arc<Registry>> = LazyLock::new(|| Arc::new(Registry::standard()));

/// The standard registry.
pub(super) fn registry() -> Arc<Registry> {
    Arc::clone(&REGISTRY)
}

/// A resource type of the standard registry.
pub(super) fn type_ref(name: &str) -> TypeRef<'static> {
    TypeRef { registry: &REGISTRY, resource_type: REGISTRY.resource_type(name).unwrap() }
}

/// A resource type, its stored body and the whole resource.
pub(super) struct Fixture {
    pub(super) kind: &'static str,
    pub(super) body: Resource,
    pub(super) whole: Resource,
}

/// A user and a group.
pub(super) static FIXTURES: LazyLock<[Fixture; 2]> = LazyLock::new(|| {
    let read = |text: &str| Resource::from_slice(text.as_bytes(), &JsonLimits::default(), &REGISTRY).unwrap();
    let fixture = |kind, body: &str, more: &str| Fixture {
        kind,
        body: read(body),
        whole: read(&format!("{}{more}", body.strip_suffix('}').unwrap())),
    };
    [fixture("User", USER, USER_MORE), fixture("Group", GROUP, GROUP_MORE)]
});

/// The most and the least lenient client.
pub(super) fn quirks() -> [Quirks; 2] {
    [Quirks::of(ClientKind::Generic), Quirks::of(ClientKind::Strict)]
}

/// Checks an error that a client gets to see.
pub(super) fn is_refusal(error: &rollbook_protocol::ScimError) {
    assert!((400..500).contains(&error.status), "{error:?}");
    assert!(!error.detail.is_empty(), "{error:?}");
    assert!(error.detail.len() < 20_000, "the detail has {} bytes", error.detail.len());
}
