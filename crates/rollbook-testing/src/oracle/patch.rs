//! PATCH: all or nothing, and never an invalid resource.

use rollbook_protocol::{PatchRequest, Quirks, apply};
use rollbook_schema::{Context, JsonLimits, parse_value, validate};

use super::fixtures::{FIXTURES, Fixture, is_refusal, quirks, type_ref};
use super::resource::NOT_STORED;

/// A text is a PATCH or is refused; one that fails leaves the resource as it was to the byte, one that succeeds leaves
/// a valid one and says whether it differs.
pub fn patch(data: &[u8]) {
    let Ok(value) = parse_value(data, &JsonLimits::default()) else { return };
    for quirks in quirks() {
        let request = match PatchRequest::parse(&value, &quirks) {
            Ok(request) => request,
            Err(error) => {
                is_refusal(&error);
                continue;
            }
        };
        for fixture in FIXTURES.iter() {
            check(&request, fixture, &quirks);
        }
    }
}

fn check(request: &PatchRequest, fixture: &Fixture, quirks: &Quirks) {
    let ty = type_ref(fixture.kind);
    let mut body = fixture.body.clone();
    let before = body.to_vec();
    let done = apply(&mut body, request, ty, quirks);
    let after = body.to_vec();
    let patched = match &done {
        Ok(patched) => patched,
        Err(error) => {
            is_refusal(error);
            assert_eq!(after, before, "a PATCH that failed changed the resource: {error}");
            return;
        }
    };
    assert_eq!(patched.changed, after != before, "{patched:?}");
    let named = patched.attributes.iter().any(|name| name != "members");
    assert!(!patched.changed || named, "changed, but no attribute is named: {patched:?}");
    assert!(NOT_STORED.iter().all(|name| !body.contains(name)), "{body:?}");
    if let Err(violations) = validate(&body, ty.resource_type, ty.registry, Context::Patched) {
        panic!("a PATCH made an invalid resource: {violations}");
    }
    let mut twin = fixture.body.clone();
    assert_eq!(apply(&mut twin, request, ty, quirks), done, "the same PATCH did something else");
    assert_eq!(twin.to_vec(), after);
    if request.only_members(ty) {
        assert_eq!(after, before, "a PATCH of members alone changed the body");
    }
}
