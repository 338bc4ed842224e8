//! Resources: what is read is written as it was.

use rollbook_protocol::{keys, prepare_create, prepare_replace};
use rollbook_schema::{Context, JsonLimits, Resource, Value, parse_value, suggestions, validate};
use serde_json::value::RawValue;

use super::fixtures::{FIXTURES, is_refusal, quirks, registry, type_ref};

/// What the service gives and takes by itself, and what must not be kept.
pub(super) const NOT_STORED: [&str; 5] = ["id", "meta", "members", "groups", "password"];

/// A text is a resource or is refused; a resource is written and read back to the letter, and whatever is made of it
/// for the store is valid and stays as it is when it is made again.
pub fn resource(data: &[u8]) {
    let limits = JsonLimits::default();
    let value = parse_value(data, &limits);
    let resource = match Resource::from_slice(data, &limits, &registry()) {
        Ok(resource) => resource,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(!matches!(value, Ok(Value::Complex(_))), "a value, but no resource: {error}");
            return;
        }
    };
    serde_json::from_slice::<&RawValue>(data).expect("serde_json refuses what we read");
    let written = resource.to_vec();
    assert!(written.len() <= data.len() * 6 + 2, "{} bytes became {}", data.len(), written.len());
    let again =
        Resource::from_slice(&written, &limits, &registry()).expect("what we write does not read back");
    assert_eq!(again.to_vec(), written, "written otherwise the second time");
    assert_eq!(again, resource);
    assert_eq!(value.expect("a resource, but no value"), Value::from(resource.clone()));
    let serde: Value = resource.deserialize().expect("serde does not read what we read");
    assert_eq!(serde, Value::from(resource.clone()));
    for kind in ["User", "Group"] {
        judge(&resource, kind);
    }
}

fn judge(resource: &Resource, kind: &str) {
    let ty = type_ref(kind);
    for context in [Context::Create, Context::Replace, Context::Patched, Context::Response] {
        if let Err(violations) = validate(resource, ty.resource_type, ty.registry, context) {
            assert!(!violations.is_empty() && violations.len() <= 1000);
            assert!(!violations.to_string().is_empty());
        }
    }
    assert!(suggestions(resource, ty.resource_type, ty.registry).len() <= 1000);
    for quirks in quirks() {
        let draft = match prepare_create(resource.clone(), ty, &quirks) {
            Ok(draft) => draft,
            Err(error) => {
                is_refusal(&error);
                continue;
            }
        };
        let body = &draft.resource;
        assert!(NOT_STORED.iter().all(|name| !body.contains(name)), "{body:?}");
        validate(body, ty.resource_type, ty.registry, Context::Create).expect("an invalid body was accepted");
        let _ = keys(body, ty);
        let again = prepare_create(body.clone(), ty, &quirks).expect("refused the second time");
        assert_eq!(again.resource.to_vec(), body.to_vec(), "changed the second time");
        for fixture in FIXTURES.iter().filter(|fixture| fixture.kind == kind) {
            if let Err(error) = prepare_replace(resource.clone(), &fixture.body, ty, &quirks) {
                is_refusal(&error);
            }
        }
    }
}
