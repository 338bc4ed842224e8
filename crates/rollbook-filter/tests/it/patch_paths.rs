//! RFC 7644 §3.5.2: PATCH paths.

use rollbook_filter::{ParseErrorKind, PatchPath};

#[track_caller]
fn sub(text: &str) -> Option<String> {
    match PatchPath::parse(text).unwrap_or_else(|error| panic!("{}", error.render())) {
        PatchPath::Attr(path) => panic!("{path} has no value filter"),
        PatchPath::Value { sub, .. } => sub.map(Into::into),
    }
}

#[test]
fn rfc7644_3_5_2_figure_8() {
    assert!(matches!(PatchPath::parse("members").unwrap(), PatchPath::Attr(_)));
    assert!(matches!(PatchPath::parse("name.familyName").unwrap(), PatchPath::Attr(_)));
    assert_eq!(sub(r#"addresses[type eq "work"]"#), None);
    assert_eq!(sub(r#"members[value eq "2819c223-7f76-453a-919d-413861904646"]"#), None);
    let with_sub = r#"members[value eq "2819c223-7f76-453a-919d-413861904646"].displayName"#;
    assert_eq!(sub(with_sub).as_deref(), Some("displayName"));
}

#[test]
fn rfc7644_3_10_paths_with_a_schema_uri() {
    let cases = [
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
        r#"urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"].value"#,
        "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group:foo",
    ];
    for text in cases {
        assert_eq!(PatchPath::parse(text).unwrap().to_string(), text);
    }
}

#[test]
fn blanks_around_and_within_are_read() {
    let path = PatchPath::parse(" emails [ type eq \"work\" and primary eq true ].value ").unwrap();
    assert_eq!(path.to_string(), r#"emails[type eq "work" and primary eq true].value"#);
    assert_eq!(path.attr_path().as_str(), "emails");
    assert_eq!(PatchPath::parse(" name.familyName ").unwrap().attr_path().as_str(), "name.familyName");
}

#[test]
fn rfc7644_3_5_2_what_is_no_path() {
    let cases = [
        "a b",
        "a.b.c",
        "a[",
        "a[]",
        "a[b]",
        "a[b pr",
        "a[b pr].",
        "a[b pr].c.d",
        "a[b pr]c",
        "a[b pr][c pr]",
        "(a)",
        "a pr",
        "/a",
        "a/b",
        "a[0]",
        "[b pr]",
        "a[b pr].c[d pr]",
        "a[b pr].c eq 1",
        "\"a\"",
        "a.",
        ".a",
    ];
    for text in cases {
        assert!(PatchPath::parse(text).is_err(), "{text}");
    }
    assert_eq!(*PatchPath::parse("  ").unwrap_err().kind(), ParseErrorKind::Empty);
    assert_eq!(*PatchPath::parse("a[b[c pr]]").unwrap_err().kind(), ParseErrorKind::NestedValuePath);
}
