//! The examples of RFC 7643, in `tests/fixtures`, named by section and line.

use rollbook_schema::{Context, JsonLimits, Registry, Resource, Schema, parse_value, validate};

const EXAMPLES: [(&str, &str); 7] = [
    ("§3", include_str!("../fixtures/rfc7643-sec3-L801.json")),
    ("§8.1", include_str!("../fixtures/rfc7643-sec8.1-L1862.json")),
    ("§8.2", include_str!("../fixtures/rfc7643-sec8.2-L1916.json")),
    ("§8.3", include_str!("../fixtures/rfc7643-sec8.3-L2140.json")),
    ("§8.4", include_str!("../fixtures/rfc7643-sec8.4-L2364.json")),
    ("§8.5", include_str!("../fixtures/rfc7643-sec8.5-L2420.json")),
    ("§8.6", include_str!("../fixtures/rfc7643-sec8.6-L2532.json")),
];

/// Takes the spaces between the tokens away; the examples escape nothing but `/` and `"`.
fn compact(text: &str) -> String {
    let (mut out, mut quoted, mut escaped) = (String::new(), false, false);
    for char in text.chars() {
        match char {
            _ if escaped => {
                if char == '/' {
                    out.pop();
                }
                escaped = false;
            }
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            char if char.is_whitespace() && !quoted => continue,
            _ => {}
        }
        out.push(char);
    }
    out
}

#[test]
fn rfc7643_examples_come_back_to_the_letter() {
    for (section, text) in EXAMPLES {
        let value = parse_value(text.as_bytes(), &JsonLimits::default()).unwrap();
        assert_eq!(value.to_json_string(), compact(text), "{section}");
        assert_eq!(serde_json::to_string(&value).unwrap(), compact(text), "{section}");
    }
}

#[test]
fn rfc7643_8_resources_come_back_and_are_valid() {
    let registry = Registry::standard();
    for (section, text) in EXAMPLES {
        let Ok(resource) = Resource::from_slice(text.as_bytes(), &JsonLimits::default(), &registry) else {
            continue;
        };
        assert_eq!(String::from_utf8(resource.to_vec()).unwrap(), compact(text), "{section}");
        let kind = if section == "§8.4" { "Group" } else { "User" };
        let Some(kind) =
            registry.resource_type(kind).filter(|kind| resource.schemas().any(|uri| uri == kind.schema))
        else {
            continue;
        };
        for context in [Context::Create, Context::Replace, Context::Patched] {
            assert_eq!(validate(&resource, kind, &registry, context), Ok(()), "{section}");
        }
    }
}

#[test]
fn rfc7643_8_7_discovery_schemas_describe_themselves() {
    let schema: &Schema = &Registry::discovery_schemas()[2];
    let attributes = schema.attribute("attributes").unwrap();
    assert!(attributes.sub_attribute("subAttributes").unwrap().sub_attribute("caseExact").is_some());
}
