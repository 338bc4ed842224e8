//! Adds an extension to users and a resource type of one's own, checks resources against them, and reads one into a
//! struct.
//!
//! ```text
//! cargo run -p rollbook-examples --example custom_schema
//! ```

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;

use rollbook_protocol::discovery;
use rollbook_schema::{
    Attribute, AttributeType, Context, JsonLimits, Registry, Resource, Schema, Uniqueness, validate,
};
use serde::Deserialize;

/// A schema and a resource type as plain SCIM JSON: an operator's file will do.
const DEVICE: &str = r#"{
    "id": "urn:example:2.0:Device", "name": "Device", "description": "Something that people carry", "attributes": [
        {"name": "serial", "required": true, "caseExact": true, "mutability": "immutable", "uniqueness": "server"},
        {"name": "kind", "canonicalValues": ["phone", "laptop"]},
        {"name": "battery", "type": "decimal", "mutability": "readOnly"},
        {"name": "owners", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "value"}, {"name": "primary", "type": "boolean"}]}
    ]}"#;
const DEVICES: &str = r#"{"name": "Device", "endpoint": "/Devices", "schema": "urn:example:2.0:Device"}"#;

#[derive(Debug, Deserialize)]
struct Device<'a> {
    serial: &'a str,
    #[serde(borrow, default)]
    owners: Vec<Owner<'a>>,
}

#[derive(Debug, Deserialize)]
struct Owner<'a> {
    value: &'a str,
}

fn main() -> Result<(), Box<dyn Error>> {
    check()
}

fn check() -> Result<(), Box<dyn Error>> {
    let badge = Schema {
        id: "urn:example:badge:2.0:User".to_owned(),
        name: "Badge".to_owned(),
        description: "The badge that opens doors".to_owned(),
        attributes: vec![
            Attribute { uniqueness: Uniqueness::Server, ..Attribute::new("number", AttributeType::Integer) },
            Attribute::new("colour", AttributeType::String),
        ],
    };
    let registry = Registry::builder()
        .standard()
        .extension("User", badge)
        .schema_json(DEVICE)
        .resource_type_json(DEVICES)
        .build()?;

    // Every violation is named at once, by the path that a client knows.
    let device = registry.resource_type("Device").ok_or("no such resource type")?;
    let wrong =
        br#"{"kind": 7, "owners": [{"value": "u1", "primary": true}, {"value": "u2", "primary": true}]}"#;
    let wrong = Resource::from_slice(wrong, &JsonLimits::default(), &registry)?;
    let violations =
        validate(&wrong, device, &registry, Context::Create).err().ok_or("a wrong device passed")?;
    for violation in &violations {
        println!("{violation}");
    }
    assert_eq!(violations.len(), 3);

    // A right one, read into a struct; names are compared as SCIM does.
    let right = br#"{"SERIAL": "X-1", "Owners": [{"value": "u1"}]}"#;
    let right = Resource::from_slice(right, &JsonLimits::default(), &registry)?;
    validate(&right, device, &registry, Context::Create)?;
    let read: Device<'_> = right.deserialize()?;
    println!("{} belongs to {}", read.serial, read.owners.first().ok_or("nobody owns it")?.value);

    // What `/Schemas` answers for it.
    let schema = registry.schema("urn:example:badge:2.0:User").ok_or("no such schema")?;
    let document = discovery::schema_document(schema, "https://hub.example/scim/v2/demo");
    println!("{}", String::from_utf8_lossy(&document));
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs() {
        super::check().unwrap();
    }
}
