//! PATCH (RFC 7644 §3.5.2).

mod atomic;
mod core;
mod direct;
mod extension;
mod filter;
mod members;
mod parse;
mod place;
mod properties;
mod strict;
mod values;

use rollbook_protocol::{ClientKind, MemberEdit, PatchRequest, Patched, Quirks, ScimError, apply};
use rollbook_schema::{JsonLimits, Resource, Value, parse_value};

use crate::fixtures::{registry, resource, ty};

/// A row of a table: what it shows, the body before, the operations, the body after.
type Row<'a> = (&'a str, &'a str, &'a str, &'a str);

/// A user that every row may start from.
pub(crate) const ADA: &str = r#"{"userName": "ada", "name": {"givenName": "Ada", "familyName": "Byron"}, "displayName": "Ada Byron",
    "active": true, "emails": [{"value": "ada@work.example", "type": "work", "primary": true}]}"#;

pub(crate) fn value(text: &str) -> Value {
    parse_value(text.as_bytes(), &JsonLimits::default()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Reads operations.
pub(crate) fn request(operations: &str, quirks: &Quirks) -> Result<PatchRequest, ScimError> {
    let body = format!(
        r#"{{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": {operations}}}"#
    );
    PatchRequest::parse(&value(&body), quirks)
}

/// Applies operations to a body of a type.
pub(crate) fn patch(
    kind: ClientKind,
    type_name: &str,
    before: &str,
    operations: &str,
) -> Result<(Resource, Patched), ScimError> {
    let registry = registry();
    let quirks = Quirks::of(kind);
    let mut body = resource(before);
    let stored = body.to_vec();
    let request = request(operations, &quirks)?;
    match apply(&mut body, &request, ty(&registry, type_name), &quirks) {
        Ok(patched) => {
            assert_eq!(patched.changed, body.to_vec() != stored, "`changed` is wrong after {operations}");
            Ok((body, patched))
        }
        Err(error) => {
            assert_eq!(body.to_vec(), stored, "{operations} failed and left a trace");
            Err(error)
        }
    }
}

/// Checks rows for a user that any client may patch; `schemas` is left out of `after` and compared elsewhere.
pub(crate) fn check_users(rows: &[Row<'_>]) {
    for (what, before, operations, after) in rows {
        let (mut body, _) = patch(ClientKind::Generic, "Keeper", before, operations)
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        body.remove("schemas");
        assert_eq!(body, resource(after), "{what}: {}", String::from_utf8_lossy(&body.to_vec()));
    }
}

/// Returns the status, kind and detail of an error.
pub(crate) fn refusal(kind: ClientKind, type_name: &str, before: &str, operations: &str) -> (String, String) {
    match patch(kind, type_name, before, operations) {
        Ok((body, _)) => panic!("{operations} gave {}", String::from_utf8_lossy(&body.to_vec())),
        Err(error) => {
            assert_eq!(error.status, 400, "{operations}");
            (error.scim_type.map(|kind| kind.to_string()).unwrap_or_default(), error.detail)
        }
    }
}

/// Applies operations to an empty group and returns the member edits.
pub(crate) fn edits(operations: &str) -> Vec<MemberEdit> {
    let before = r#"{"displayName": "Guides"}"#;
    let (_, patched) = patch(ClientKind::Generic, "Group", before, operations)
        .unwrap_or_else(|error| panic!("{operations}: {error}"));
    patched.members
}
