//! Errors on the wire (RFC 7644 §3.12), and client kinds.

use rollbook_filter::{Filter, PatchPath};
use rollbook_protocol::{ClientKind, Quirks, ScimError, ScimType, invalid_filter, invalid_path};

#[test]
fn rfc7644_3_12_the_body_has_a_string_status() {
    let body = |error: ScimError| String::from_utf8(error.to_json()).unwrap();
    insta::assert_snapshot!(
        body(ScimError::bad_request(ScimType::InvalidValue, "`a` \"b\"")),
        @r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"invalidValue","detail":"`a` \"b\""}"#
    );
    insta::assert_snapshot!(
        body(ScimError::not_found("no such user")),
        @r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404","detail":"no such user"}"#
    );
    assert_eq!(ScimError::unauthorized("x").status, 401);
    let conflict = ScimError::new(409, Some(ScimType::Uniqueness), "taken");
    assert_eq!(conflict.to_string(), "taken");
    assert_eq!(ScimType::Uniqueness.to_string(), "uniqueness");
}

#[test]
fn parse_errors_get_their_kind() {
    let filter = invalid_filter(&Filter::parse("userName sw O").unwrap_err());
    assert_eq!((filter.status, filter.scim_type), (400, Some(ScimType::InvalidFilter)));
    assert!(filter.detail.starts_with("the filter is not valid: "));
    let path = invalid_path(&PatchPath::parse("members[0]").unwrap_err());
    assert_eq!((path.status, path.scim_type), (400, Some(ScimType::InvalidPath)));
    assert!(path.detail.starts_with("the path is not valid: "));
}

#[test]
fn client_kinds_have_one_word() {
    for kind in ClientKind::ALL {
        let word = kind.to_string();
        assert_eq!(word.parse(), Ok(kind));
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{word}\""));
        assert_eq!(serde_json::from_str::<ClientKind>(&format!("\"{word}\"")).unwrap(), kind);
    }
    assert!("azure".parse::<ClientKind>().is_err());
    assert_eq!(ClientKind::default(), ClientKind::Generic);
    assert_eq!(Quirks::default(), Quirks::of(ClientKind::Okta));
    assert_ne!(Quirks::default(), Quirks::of(ClientKind::Strict));
}
