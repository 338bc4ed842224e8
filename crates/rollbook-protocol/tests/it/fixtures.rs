//! A registry with every characteristic, and resources as a store would hand them out.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rollbook_protocol::{GroupView, MemberView, Meta, TypeRef, assemble};
use rollbook_schema::{JsonLimits, Registry, Resource};

/// An extension with an attribute of each type and each value of `returned`.
pub(crate) const ZOO: &str = "urn:example:params:scim:schemas:extension:zoo:2.0:User";

const ZOO_SCHEMA: &str = r#"{
  "id": "urn:example:params:scim:schemas:extension:zoo:2.0:User",
  "name": "Zoo", "description": "Every kind of attribute",
  "attributes": [
    {"name": "level", "type": "integer"},
    {"name": "ratio", "type": "decimal"},
    {"name": "hired", "type": "dateTime"},
    {"name": "key", "type": "binary"},
    {"name": "site", "type": "reference", "referenceTypes": ["external"]},
    {"name": "code", "type": "string", "caseExact": true, "uniqueness": "global"},
    {"name": "tags", "type": "string", "multiValued": true},
    {"name": "badge", "type": "string", "returned": "always"},
    {"name": "pin", "type": "string", "returned": "never", "mutability": "writeOnly"},
    {"name": "notes", "type": "string", "returned": "request"},
    {"name": "keys", "type": "complex", "multiValued": true, "subAttributes": [
      {"name": "value", "type": "string", "caseExact": true},
      {"name": "kind", "type": "string", "returned": "always"},
      {"name": "secret", "type": "string", "returned": "never"},
      {"name": "audit", "type": "string", "returned": "request"}
    ]},
    {"name": "door", "type": "complex", "returned": "always", "subAttributes": [
      {"name": "value", "type": "string"},
      {"name": "secret", "type": "string", "returned": "never"}
    ]}
  ]
}"#;

const KEEPER_TYPE: &str = r#"{
  "name": "Keeper", "endpoint": "/Keepers", "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
  "schemaExtensions": [
    {"schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "required": false},
    {"schema": "urn:example:params:scim:schemas:extension:zoo:2.0:User", "required": false}
  ]
}"#;

/// The registry: User and Group, and `Keeper`, a user with the zoo extension.
pub(crate) fn registry() -> Arc<Registry> {
    let builder = Registry::builder().standard().schema_json(ZOO_SCHEMA).resource_type_json(KEEPER_TYPE);
    Arc::new(builder.build().unwrap())
}

/// A type of the registry.
pub(crate) fn ty<'r>(registry: &'r Registry, name: &str) -> TypeRef<'r> {
    TypeRef { registry, resource_type: registry.resource_type(name).unwrap() }
}

/// Reads a resource that must be right.
pub(crate) fn resource(text: &str) -> Resource {
    Resource::from_slice(text.as_bytes(), &JsonLimits::default(), &registry())
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// An instant.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    rollbook_schema::DateTime::parse(text).unwrap().instant()
}

/// What the server adds to the user.
pub(crate) fn meta() -> Meta<'static> {
    Meta {
        resource_type: "User",
        id: "2819c223-7F76",
        created: at("2010-01-23T04:56:22Z"),
        modified: at("2011-05-13T04:42:34Z"),
        location: "https://example.com/v2/Users/2819c223-7F76",
        version: 7,
    }
}

/// What a client wrote of Barbara Jensen (RFC 7643 §8.3).
pub(crate) const USER: &str = r#"{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User",
              "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
  "externalId": "Ext-701984",
  "userName": "BJensen@example.com",
  "name": {"formatted": "Ms. Barbara J Jensen, III", "familyName": "Jensen", "givenName": "Barbara"},
  "displayName": "Babs Jensen",
  "nickName": "",
  "profileUrl": "https://login.example.com/Bjensen",
  "title": "Stra\u00dfenbau",
  "active": true,
  "emails": [
    {"value": "bjensen@example.com", "type": "work", "primary": true},
    {"value": "babs@jensen.org", "type": "home"},
    {"value": "untyped@example.org"}
  ],
  "addresses": [{"type": "work", "locality": "Hollywood", "postalCode": "91608"}],
  "roles": [{"value": "admin", "primary": true}],
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
    "employeeNumber": "701984", "department": "Tour Operations",
    "manager": {"value": "26118915-6090", "displayName": "John Smith"}
  },
  "urn:example:params:scim:schemas:extension:zoo:2.0:User": {
    "level": 9007199254740993, "ratio": 1.50, "hired": "2020-02-29T12:00:00+02:00", "key": "QUJD",
    "site": "https://Zoo.example/", "code": "Ab", "tags": ["lion", "Tiger"], "badge": "b1", "pin": "1234",
    "notes": "likes cats",
    "keys": [{"value": "K1", "kind": "brass", "secret": "s1", "audit": "a1"},
             {"value": "K2", "kind": "steel", "secret": "s2", "audit": "a2"}],
    "door": {"value": "north", "secret": "s3"}
  },
  "urn:example:unregistered:1.0:Thing": {"Kept":  1.0}
}"#;

/// Barbara with all that the server adds.
pub(crate) fn user() -> Resource {
    let group = |value, display| GroupView { value, display: Some(display), location: None };
    let groups = [group("e9e30dba", "Tour Guides"), group("FC348AA8", "Employees")];
    assemble(resource(USER), &meta(), None, Some(&groups))
}

/// A group with two members.
pub(crate) fn group() -> Resource {
    let body = resource(
        r#"{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Tour Guides", "externalId": "g1"}"#,
    );
    let meta = Meta { resource_type: "Group", id: "e9e30dba", ..meta() };
    let members = [
        MemberView { value: "U1", resource_type: Some("User"), display: Some("Babs Jensen"), location: None },
        MemberView { value: "lost", resource_type: None, display: None, location: None },
    ];
    assemble(body, &meta, Some(&members), None)
}
