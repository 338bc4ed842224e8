//! RFC 7643 §2.2, §6, §7: definitions.

use rollbook_schema::{
    Attribute, AttributeType, Mutability, Registry, ResourceType, Returned, Schema, Uniqueness,
};
use serde_json::json;

#[test]
fn rfc7643_2_2_defaults() {
    let attribute: Attribute = serde_json::from_str(r#"{"name": "x"}"#).unwrap();
    assert_eq!(attribute, Attribute::new("x", AttributeType::String));
    assert!(!attribute.multi_valued && !attribute.required && !attribute.case_exact);
    assert!(attribute.canonical_values.is_empty());
    assert_eq!(attribute.mutability, Mutability::ReadWrite);
    assert_eq!(attribute.returned, Returned::Default);
    assert_eq!(attribute.uniqueness, Uniqueness::None);
}

#[test]
fn rfc7643_2_3_6_and_7_binary_and_reference_are_case_exact() {
    for (kind, exact) in [("string", false), ("dateTime", false), ("binary", true), ("reference", true)] {
        let attribute: Attribute =
            serde_json::from_value(json!({"name": "x", "type": kind, "caseExact": false})).unwrap();
        assert_eq!(attribute.case_exact, exact, "{kind}");
    }
}

#[test]
fn rfc7643_7_names_of_characteristics() {
    for kind in ["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"] {
        let read: AttributeType = serde_json::from_value(json!(kind)).unwrap();
        assert_eq!(read.to_string(), kind);
        assert_eq!(serde_json::to_value(read).unwrap(), kind);
    }
    for kind in ["readOnly", "readWrite", "immutable", "writeOnly"] {
        assert_eq!(serde_json::from_value::<Mutability>(json!(kind)).unwrap().to_string(), kind);
    }
    for kind in ["always", "never", "default", "request"] {
        assert_eq!(serde_json::from_value::<Returned>(json!(kind)).unwrap().to_string(), kind);
    }
    for kind in ["none", "server", "global"] {
        assert_eq!(serde_json::from_value::<Uniqueness>(json!(kind)).unwrap().to_string(), kind);
    }
}

#[test]
fn rfc7643_8_7_schemas_are_written_as_they_are_read() {
    for text in [
        include_str!("../../schemas/user.json"),
        include_str!("../../schemas/group.json"),
        include_str!("../../schemas/enterprise-user.json"),
        include_str!("../../schemas/ws1b-user.json"),
        include_str!("../../schemas/ws1b-group.json"),
        include_str!("../../schemas/service-provider-config.json"),
        include_str!("../../schemas/resource-type.json"),
        include_str!("../../schemas/schema.json"),
    ] {
        let schema: Schema = serde_json::from_str(text).unwrap();
        let expected: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_value(&schema).unwrap(), expected);
    }
}

#[test]
fn rfc7643_8_6_resource_types_are_written_as_they_are_read() {
    let text = include_str!("../fixtures/rfc7643-sec8.6-L2532.json");
    let mut expected: serde_json::Value = serde_json::from_str(text).unwrap();
    let read: Vec<ResourceType> = serde_json::from_str(text).unwrap();
    for resource_type in expected.as_array_mut().unwrap() {
        resource_type.as_object_mut().unwrap().remove("meta");
    }
    assert_eq!(serde_json::to_value(&read).unwrap(), expected);
    assert!(read[0].schema_extensions[0].required);
}

#[test]
fn sub_attributes_are_found_by_any_case() {
    let registry = Registry::standard();
    let emails = registry.schema(rollbook_schema::uri::USER).unwrap().attribute("EMAILS").unwrap();
    assert_eq!(emails.sub_attribute("VALUE").unwrap().name.as_str(), "value");
    assert!(emails.sub_attribute("x").is_none());
}

#[test]
fn rfc7643_2_5_null_is_no_value_of_a_characteristic() {
    let written = r#"{"id":"urn:x:y","name":null,"description":null,"attributes":[{"name":"a","type":null,
        "multiValued":null,"description":null,"required":null,"canonicalValues":null,"caseExact":null,"mutability":null,
        "returned":null,"uniqueness":null,"referenceTypes":null,"subAttributes":null}]}"#;
    let bare = r#"{"id":"urn:x:y","attributes":[{"name":"a"}]}"#;
    let read = |text: &str| serde_json::from_str::<Schema>(text).unwrap();
    assert_eq!(read(written), read(bare));
    let written = r#"{"id":null,"name":"A","endpoint":"/As","description":null,"schema":"urn:x:y","schemaExtensions":null}"#;
    let bare = r#"{"name":"A","endpoint":"/As","schema":"urn:x:y"}"#;
    let read = |text: &str| serde_json::from_str::<ResourceType>(text).unwrap();
    assert_eq!(read(written), read(bare));
}
