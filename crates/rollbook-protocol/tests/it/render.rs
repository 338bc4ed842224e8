//! Whole resources (RFC 7643 §3.1, §4.1.2, §4.2).

use proptest::prelude::*;
use rollbook_protocol::{GroupView, MemberView, Meta, assemble, splice};
use rollbook_schema::{JsonLimits, Registry, Resource};

use crate::fixtures::{at, meta};

fn text(body: &str, members: Option<&[MemberView<'_>]>, groups: Option<&[GroupView<'_>]>) -> String {
    String::from_utf8(splice(body.as_bytes(), &meta(), members, groups)).unwrap()
}

const META: &str = r#""meta":{"resourceType":"User","created":"2010-01-23T04:56:22.000Z","lastModified":"2011-05-13T04:42:34.000Z","location":"https://example.com/v2/Users/2819c223-7F76","version":"W/\"7\""}}"#;

#[test]
fn an_empty_body() {
    for body in ["{}", "{ }", " {}\n", "{\n}"] {
        let start = body.trim().trim_end_matches('}').trim_end();
        let start = format!("{}{start}", if body.starts_with(' ') { " " } else { "" });
        assert_eq!(text(body, None, None), format!("{start}\"id\":\"2819c223-7F76\",{META}"), "{body:?}");
    }
}

#[test]
fn stored_bytes_are_kept() {
    let body = r#"{"schemas": ["urn:x"],  "a":1.50, "b" : {"c":{}}, "d":"}" }  "#;
    let expected = format!(
        r#"{{"schemas": ["urn:x"],  "a":1.50, "b" : {{"c":{{}}}}, "d":"}}","id":"2819c223-7F76",{META}"#
    );
    assert_eq!(text(body, None, None), expected);
}

#[test]
fn members_show_what_there_is() {
    let members = [
        MemberView {
            value: "u1",
            resource_type: Some("User"),
            display: Some("Ann \"A\""),
            location: Some("https://x/Users/u1"),
        },
        MemberView { value: "lost", resource_type: None, display: None, location: None },
    ];
    let expected = format!(
        r#"{{"id":"2819c223-7F76","members":[{{"value":"u1","$ref":"https://x/Users/u1","display":"Ann \"A\"","type":"User"}},{{"value":"lost"}}],{META}"#
    );
    assert_eq!(text("{}", Some(&members), None), expected);
    assert_eq!(text("{}", Some(&[]), None), format!(r#"{{"id":"2819c223-7F76","members":[],{META}"#));
}

#[test]
fn groups_are_direct() {
    let groups = [GroupView { value: "g1", display: Some("Guides"), location: Some("https://x/Groups/g1") }];
    let expected = format!(
        r#"{{"id":"2819c223-7F76","groups":[{{"value":"g1","$ref":"https://x/Groups/g1","display":"Guides","type":"direct"}}],{META}"#
    );
    assert_eq!(text("{}", None, Some(&groups)), expected);
    assert_eq!(text("{}", None, Some(&[])), format!(r#"{{"id":"2819c223-7F76",{META}"#));
}

#[test]
fn what_is_no_object_gives_no_json() {
    for body in ["", "null", "[]", "{\"a\":1"] {
        let _ = text(body, Some(&[]), None);
    }
}

/// Value, type, display and location.
fn any_member() -> impl Strategy<Value = (String, Option<String>, Option<String>, Option<String>)> {
    any::<(String, Option<String>, Option<String>, Option<String>)>()
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            // Names that differ by case are one name in SCIM.
            prop::collection::btree_map("[a-z:\"\\\\\u{e9}]{1,4}", inner, 0..4)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_splice_reads_back_as_the_assembled_tree(
        body in prop::collection::btree_map("[b-h\"\\\\\u{1}\u{e9}]{1,3}", any_json(), 0..5),
        pretty: bool,
        id in any::<String>(),
        location in any::<String>(),
        version: u64,
        seconds in -62_000_000_000_i64..250_000_000_000,
        members in prop::option::of(prop::collection::vec(any_member(), 0..4)),
        groups in prop::option::of(prop::collection::vec(any_member(), 0..4)),
    ) {
        let body = serde_json::Value::Object(body.into_iter().collect());
        let stored = if pretty { serde_json::to_vec_pretty(&body) } else { serde_json::to_vec(&body) }.unwrap();
        let modified = chrono::DateTime::from_timestamp(seconds, 123_456_789).unwrap();
        let meta = Meta { resource_type: "User", id: &id, created: at("2010-01-23T04:56:22Z"), modified, location: &location, version };
        let member_views: Option<Vec<_>> = members.as_ref().map(|members| members.iter().map(|(value, kind, display, location)| {
            MemberView { value, resource_type: kind.as_deref(), display: display.as_deref(), location: location.as_deref() }
        }).collect());
        let group_views: Option<Vec<_>> = groups.as_ref().map(|groups| groups.iter().map(|(value, _, display, location)| {
            GroupView { value, display: display.as_deref(), location: location.as_deref() }
        }).collect());
        let (members, groups) = (member_views.as_deref(), group_views.as_deref());
        let spliced = splice(&stored, &meta, members, groups);
        let kept = stored.strip_suffix(b"}").unwrap().trim_ascii_end();
        prop_assert!(spliced.starts_with(kept));
        let read = |bytes: &[u8]| Resource::from_slice(bytes, &JsonLimits::default(), &Registry::standard()).unwrap();
        let expected = assemble(read(&stored), &meta, members, groups);
        prop_assert_eq!(String::from_utf8(read(&spliced).to_vec()).unwrap(), String::from_utf8(expected.to_vec()).unwrap());
    }
}
