//! Registries: the standard one, and those that operators and embedders build.

use rollbook_schema::{
    Attribute, AttributeType, Mutability, Registry, RegistryError, ResourceType, Returned, Schema,
    Uniqueness, common_attribute, uri,
};

fn schema(json: &str) -> Result<Registry, RegistryError> {
    Registry::builder().schema_json(json).build()
}

#[test]
fn the_standard_registry_is_whole_and_would_pass_its_own_checks() {
    let standard = Registry::standard();
    let uris = [uri::USER, uri::GROUP, uri::ENTERPRISE_USER, uri::WS1B_USER, uri::WS1B_GROUP];
    assert_eq!(standard.uris().collect::<Vec<_>>(), uris);
    assert_eq!(
        standard.resource_types().map(|kind| kind.name.as_str()).collect::<Vec<_>>(),
        ["User", "Group"]
    );
    let discovery: Vec<_> = Registry::discovery_schemas().iter().map(|schema| schema.id.as_str()).collect();
    assert_eq!(discovery, [uri::SERVICE_PROVIDER_CONFIG, uri::RESOURCE_TYPE, uri::SCHEMA]);
    assert!(Registry::builder().standard().build().is_ok());
}

#[test]
fn rfc7643_8_7_1_with_our_decisions() {
    let registry = Registry::standard();
    let find = |schema: &str, name: &str| registry.schema(schema).unwrap().attribute(name).unwrap().clone();
    let display_name = find(uri::GROUP, "displayName");
    assert!(display_name.required);
    assert_eq!(display_name.uniqueness, Uniqueness::Server);
    let members = find(uri::GROUP, "members");
    assert_eq!(members.sub_attribute("display").unwrap().mutability, Mutability::ReadOnly);
    let user_name = find(uri::USER, "userName");
    assert!(user_name.required);
    assert_eq!(user_name.uniqueness, Uniqueness::Server);
    let password = find(uri::USER, "password");
    assert_eq!((password.mutability, password.returned), (Mutability::WriteOnly, Returned::Never));
    let extensions: Vec<_> = registry.resource_type("User").unwrap().schema_extensions.clone();
    assert_eq!(extensions.len(), 2);
    assert!(extensions.iter().all(|extension| !extension.required));
}

#[test]
fn workspace_one_attributes_are_all_there() {
    let registry = Registry::standard();
    let names = |uri: &str| -> Vec<String> {
        let schema = registry.schema(uri).unwrap();
        schema.attributes.iter().map(|attribute| attribute.name.to_string()).collect()
    };
    assert_eq!(
        names(uri::WS1B_USER),
        [
            "domain",
            "userPrincipalName",
            "distinguishedName",
            "adSourceAnchor",
            "customAttribute1",
            "customAttribute2",
            "customAttribute3",
            "customAttribute4",
            "customAttribute5",
            "onPremisesUserPrincipalName",
            "idFromBroker",
        ]
    );
    assert_eq!(names(uri::WS1B_GROUP), ["description", "distinguishedName", "domain", "idFromBroker"]);
    for uri in [uri::WS1B_USER, uri::WS1B_GROUP] {
        for attribute in &registry.schema(uri).unwrap().attributes {
            assert_eq!(attribute.case_exact, attribute.name == "idFromBroker");
            assert!(!attribute.required);
        }
    }
}

#[test]
fn rfc7643_3_1_common_attributes() {
    let id = common_attribute("ID").unwrap();
    assert!(id.case_exact);
    assert_eq!((id.mutability, id.returned), (Mutability::ReadOnly, Returned::Always));
    let external_id = common_attribute("externalid").unwrap();
    assert!(external_id.case_exact);
    assert_eq!(external_id.mutability, Mutability::ReadWrite);
    let schemas = common_attribute("schemas").unwrap();
    assert!(schemas.multi_valued);
    assert_eq!(schemas.returned, Returned::Always);
    let meta = common_attribute("meta").unwrap();
    assert_eq!((meta.attribute_type, meta.mutability), (AttributeType::Complex, Mutability::ReadOnly));
    for name in ["resourceType", "created", "lastModified", "location", "version"] {
        assert_eq!(meta.sub_attribute(name).unwrap().mutability, Mutability::ReadOnly);
    }
    assert!(common_attribute("userName").is_none());
}

#[test]
fn lookups() {
    let registry = Registry::standard();
    assert!(registry.schema("URN:ietf:params:scim:schemas:core:2.0:USER").is_some());
    assert!(registry.schema("urn:ietf:params:scim:schemas:core:2.0").is_none());
    assert!(registry.resource_type("user").is_none());
    for endpoint in ["Users", "/Users"] {
        assert_eq!(registry.resource_type_by_endpoint(endpoint).unwrap().name, "User");
    }
    for endpoint in ["users", "//Users", "/Users/", "", "/"] {
        assert!(registry.resource_type_by_endpoint(endpoint).is_none(), "{endpoint}");
    }
    let user = registry.resource_type("User").unwrap();
    let schemas: Vec<_> = registry.schemas_of(user).map(|schema| schema.id.as_str()).collect();
    assert_eq!(schemas, [uri::USER, uri::ENTERPRISE_USER, uri::WS1B_USER]);
    assert_eq!(registry.clone().schemas().len(), 5);
}

#[test]
fn attributes_are_found_by_uri_and_name() {
    let registry = Registry::standard();
    let user = registry.resource_type("User").unwrap();
    let upper = uri::USER.to_ascii_uppercase();
    for (uri, name, expected) in [
        (None, "USERNAME", Some(None)),
        (None, "id", Some(None)),
        (None, "meta", Some(None)),
        (Some(uri::USER), "userName", Some(None)),
        (Some(upper.as_str()), "externalId", Some(None)),
        (None, "department", None),
        (Some(uri::ENTERPRISE_USER), "Department", Some(Some(uri::ENTERPRISE_USER))),
        (Some(uri::ENTERPRISE_USER), "id", None),
        (Some(uri::WS1B_USER), "customAttribute3", Some(Some(uri::WS1B_USER))),
        (Some(uri::WS1B_GROUP), "domain", None),
        (Some(uri::GROUP), "displayName", None),
        (Some("urn:x:y"), "userName", None),
        (None, "name.givenName", None),
    ] {
        let found =
            registry.attribute(user, uri, name).map(|(schema, _)| schema.map(|schema| schema.id.as_str()));
        assert_eq!(found, expected, "{uri:?} {name}");
    }
}

#[test]
fn what_cannot_be_built_is_refused_with_a_reason() {
    for (json, expected) in [
        (
            "{",
            "schema number 1 cannot be read: EOF while parsing an object at line 1 column 1; compare it with RFC 7643 §8.7",
        ),
        (
            r#"{"id":"Device"}"#,
            "the schema id `Device` is not a URI; use a URN such as urn:example:2.0:Device",
        ),
        (
            r#"{"id":"urn:x:y","attributes":[{"name":"a b"}]}"#,
            "`a b` in `urn:x:y` is not an attribute name; use a letter, then letters, digits, `-` or `_`",
        ),
        (
            r#"{"id":"urn:x:y","attributes":[{"name":"a"},{"name":"A"}]}"#,
            "`urn:x:y` defines `A` twice; keep one",
        ),
        (
            r#"{"id":"urn:x:y","attributes":[{"name":"a","type":"complex"}]}"#,
            "`a` in `urn:x:y`: a complex attribute, and no other, has sub-attributes, none of them complex",
        ),
        (
            r#"{"id":"urn:x:y","attributes":[{"name":"a","type":"complex","subAttributes":[{"name":"b","type":"complex","subAttributes":[{"name":"c"}]}]}]}"#,
            "`a.b` in `urn:x:y`: a complex attribute, and no other, has sub-attributes, none of them complex",
        ),
    ] {
        assert_eq!(schema(json).unwrap_err().to_string(), expected);
    }
    assert!(schema(r#"{"id":"urn:x:y","attributes":[{"name":"a","type":"complex","subAttributes":[{"name":"$ref"}]}]}"#).is_ok());
}

#[test]
fn resource_types_are_checked() {
    let base = || {
        let schema = Schema {
            id: "urn:x:y".to_owned(),
            name: String::new(),
            description: String::new(),
            attributes: vec![Attribute::new("a", AttributeType::String)],
        };
        Registry::builder().schema(schema)
    };
    let kind = |name: &str, endpoint: &str, schema: &str| ResourceType {
        id: None,
        name: name.to_owned(),
        endpoint: endpoint.to_owned(),
        description: String::new(),
        schema: schema.to_owned(),
        schema_extensions: Vec::new(),
    };
    assert!(base().resource_type(kind("A", "/As", "URN:X:Y")).build().is_ok());
    for endpoint in ["As", "", "/", "/A/s", "/A s", "/../x", "/A?b"] {
        let built = base().resource_type(kind("A", endpoint, "urn:x:y")).build();
        assert!(matches!(built, Err(RegistryError::Endpoint { .. })), "{endpoint}");
    }
    let built = base().resource_type(kind("A", "/As", "urn:x:z")).build();
    assert!(matches!(built, Err(RegistryError::UnknownSchema { .. })));
    for (name, endpoint) in [("A", "/Bs"), ("B", "/As")] {
        let built =
            base().resource_type(kind("A", "/As", "urn:x:y")).resource_type(kind(name, endpoint, "urn:x:y"));
        assert!(matches!(built.build(), Err(RegistryError::DuplicateResourceType { .. })));
    }
    assert!(matches!(
        base().resource_type_json("[]").build(),
        Err(RegistryError::ResourceTypeJson { number: 1, .. })
    ));
    let twice = base().schema_json(r#"{"id":"URN:x:Y"}"#).build();
    assert!(matches!(twice, Err(RegistryError::DuplicateSchema { .. })));
}

#[test]
fn an_extension_is_added_to_a_resource_type() {
    let schema = || serde_json::from_str(r#"{"id":"urn:x:E","attributes":[{"name":"lot"}]}"#).unwrap();
    let registry = Registry::builder().standard().extension("User", schema()).build().unwrap();
    let user = registry.resource_type("User").unwrap();
    assert!(registry.attribute(user, Some("urn:x:e"), "LOT").is_some());
    let group = registry.resource_type("Group").unwrap();
    assert!(registry.attribute(group, Some("urn:x:E"), "lot").is_none());
    let error = Registry::builder().extension("User", schema()).standard().build().unwrap_err();
    assert_eq!(error.to_string(), "there is no resource type `User` to extend; add it before its extensions");
    let json = r#"{"id":"urn:x:E","attributes":[{"name":"lot"}]}"#;
    let from_json = Registry::builder().standard().extension_json("User", json).build().unwrap();
    assert_eq!(from_json.resource_type("User"), registry.resource_type("User"));
    assert_eq!(from_json.schema("urn:x:E"), registry.schema("urn:x:E"));
    let broken = Registry::builder().standard().extension_json("User", "[]").build();
    assert!(matches!(broken, Err(RegistryError::SchemaJson { number: 6, .. })));
}
