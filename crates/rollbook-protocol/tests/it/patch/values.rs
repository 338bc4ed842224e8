//! Sub-attributes that are multi-valued or required, which no schema of the RFC has but others do.

use rollbook_protocol::{ClientKind, Quirks, TypeRef, apply};
use rollbook_schema::{JsonLimits, Registry, Resource};

use super::request;

fn patched(client: ClientKind, before: &str, operation: &str) -> Result<String, String> {
    let registry = Registry::builder()
        .schema_json(
            r#"{"id": "urn:x:core:1.0:Box", "attributes": [
                {"name": "size", "type": "complex", "subAttributes": [
                    {"name": "width", "type": "integer", "required": true}, {"name": "marks", "multiValued": true}]},
                {"name": "parts", "type": "complex", "multiValued": true, "subAttributes": [
                    {"name": "value"}, {"name": "labels", "multiValued": true}]}]}"#,
        )
        .resource_type_json(r#"{"name": "Box", "endpoint": "/Boxes", "schema": "urn:x:core:1.0:Box"}"#)
        .build()
        .unwrap();
    let ty = TypeRef { registry: &registry, resource_type: registry.resource_type("Box").unwrap() };
    let quirks = Quirks::of(client);
    let mut body = Resource::from_slice(before.as_bytes(), &JsonLimits::default(), &registry).unwrap();
    let request = request(&format!("[{operation}]"), &quirks).unwrap();
    match apply(&mut body, &request, ty, &quirks) {
        Ok(_) => {
            body.remove("schemas");
            Ok(String::from_utf8(body.to_vec()).unwrap())
        }
        Err(error) => Err(error.scim_type.map(|kind| kind.to_string()).unwrap_or_default()),
    }
}

#[test]
fn rfc7644_3_5_2_1_add_keeps_the_values_of_a_multi_valued_sub_attribute() {
    let parts = r#"{"parts":[{"value":"p","labels":["a","b"]}]}"#;
    let size = r#"{"size":{"width":1,"marks":["a"]}}"#;
    for (before, operation, after) in [
        (
            parts,
            r#"{"op": "add", "path": "parts[value eq \"p\"].labels", "value": ["c", "A"]}"#,
            r#"{"parts":[{"value":"p","labels":["a","b","c"]}]}"#,
        ),
        (
            parts,
            r#"{"op": "add", "path": "parts[value eq \"p\"].labels", "value": "c"}"#,
            r#"{"parts":[{"value":"p","labels":["a","b","c"]}]}"#,
        ),
        (
            parts,
            r#"{"op": "add", "path": "parts[value eq \"p\"]", "value": {"labels": ["c"]}}"#,
            r#"{"parts":[{"value":"p","labels":["a","b","c"]}]}"#,
        ),
        (parts, r#"{"op": "add", "path": "parts[value eq \"p\"].labels", "value": []}"#, parts),
        (
            parts,
            r#"{"op": "replace", "path": "parts[value eq \"p\"].labels", "value": ["c"]}"#,
            r#"{"parts":[{"value":"p","labels":["c"]}]}"#,
        ),
        (
            parts,
            r#"{"op": "remove", "path": "parts[value eq \"p\"].labels", "value": ["A"]}"#,
            r#"{"parts":[{"value":"p","labels":["b"]}]}"#,
        ),
        (
            parts,
            r#"{"op": "remove", "path": "parts[value eq \"p\"].labels"}"#,
            r#"{"parts":[{"value":"p"}]}"#,
        ),
        (
            size,
            r#"{"op": "add", "path": "size.marks", "value": ["b"]}"#,
            r#"{"size":{"width":1,"marks":["a","b"]}}"#,
        ),
        (
            size,
            r#"{"op": "add", "value": {"size": {"marks": ["b"]}}}"#,
            r#"{"size":{"width":1,"marks":["a","b"]}}"#,
        ),
        (
            size,
            r#"{"op": "replace", "path": "size", "value": {"marks": ["b"]}}"#,
            r#"{"size":{"width":1,"marks":["b"]}}"#,
        ),
        (size, r#"{"op": "remove", "path": "size.marks", "value": "a"}"#, r#"{"size":{"width":1}}"#),
    ] {
        assert_eq!(patched(ClientKind::Generic, before, operation).as_deref(), Ok(after), "{operation}");
    }
    let single = r#"{"op": "add", "path": "size.marks", "value": "b"}"#;
    assert_eq!(patched(ClientKind::Strict, size, single), Err("invalidValue".to_owned()));
}

#[test]
fn rfc7644_3_5_2_2_removing_what_is_required_in_a_complex_attribute() {
    let size = r#"{"size":{"width":1,"marks":["a"]}}"#;
    let kind = |before, operation| patched(ClientKind::Generic, before, operation).unwrap_err();
    assert_eq!(kind(size, r#"{"op": "remove", "path": "size.width"}"#), "mutability");
    assert_eq!(kind(size, r#"{"op": "replace", "path": "size", "value": {"width": null}}"#), "mutability");
    assert_eq!(kind("{}", r#"{"op": "add", "path": "size", "value": {"marks": ["a"]}}"#), "invalidValue");
    assert_eq!(kind(size, r#"{"op": "replace", "path": "size.width", "value": "x"}"#), "invalidValue");
}

#[test]
fn d21_remove_with_a_value_inside_an_unknown_extension() {
    let before = r#"{"urn:x:y:1.0:Z":{"tags":["a","b"],"keys":[{"id":1,"n":2},{"id":3}]}}"#;
    for (operation, after) in [
        (
            r#"{"op": "remove", "path": "urn:x:y:1.0:Z:tags", "value": ["a"]}"#,
            r#"{"urn:x:y:1.0:Z":{"tags":["b"],"keys":[{"id":1,"n":2},{"id":3}]}}"#,
        ),
        (
            r#"{"op": "remove", "path": "urn:x:y:1.0:Z:keys", "value": [{"id": 1}]}"#,
            r#"{"urn:x:y:1.0:Z":{"tags":["a","b"],"keys":[{"id":3}]}}"#,
        ),
        (r#"{"op": "remove", "path": "urn:x:y:1.0:Z:keys", "value": [{"id": 7}]}"#, before),
        (
            r#"{"op": "remove", "path": "urn:x:y:1.0:Z:tags"}"#,
            r#"{"urn:x:y:1.0:Z":{"keys":[{"id":1,"n":2},{"id":3}]}}"#,
        ),
    ] {
        assert_eq!(patched(ClientKind::Generic, before, operation).as_deref(), Ok(after), "{operation}");
    }
}
