//! RFC 7643 §2.1: attribute names.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use rollbook_schema::AttributeName;

#[test]
fn rfc7643_2_1_names_ignore_ascii_case() {
    let state = RandomState::new();
    for (left, right, same) in [
        ("userName", "userName", true),
        ("userName", "USERNAME", true),
        ("$ref", "$REF", true),
        ("x-custom", "X-Custom", true),
        ("straße", "STRAßE", true),
        ("straße", "STRASSE", false),
        ("ſchemas", "schemas", false),
        ("K", "\u{212a}", false),
        ("urn:ietf:params:scim:schemas:core:2.0:User", "URN:IETF:params:scim:schemas:core:2.0:user", true),
        ("userName", "userNam", false),
        ("", "", true),
    ] {
        let (one, other) = (AttributeName::new(left), AttributeName::from(right.to_owned()));
        assert_eq!(one == other, same, "{left} {right}");
        assert_eq!(one == *right, same);
        assert_eq!(one == right, same);
        assert_eq!(one.cmp(&other).is_eq(), same);
        if same {
            assert_eq!(state.hash_one(&one), state.hash_one(&other), "{left} {right}");
        }
    }
}

#[test]
fn spelling_is_kept() {
    for name in ["userName", "USERNAME", "x", "", "ſ", "urn:example:a", "schemas", "$ref"] {
        assert_eq!(AttributeName::new(name).as_str(), name);
        assert_eq!(AttributeName::from(name).to_string(), name);
        assert_eq!(format!("{:?}", AttributeName::from(&name.to_owned())), format!("{name:?}"));
    }
}

#[test]
fn every_spelling_is_one_key() {
    let names: HashSet<AttributeName> = ["id", "ID", "Id", "iD", "ie"].map(AttributeName::from).into();
    assert_eq!(names.len(), 2);
}

#[test]
fn json_is_a_string() {
    let name: AttributeName = serde_json::from_str("\"UserName\"").unwrap();
    assert_eq!(serde_json::to_string(&name).unwrap(), "\"UserName\"");
}
