//! RFC 7644 §3.10: attribute notation, and where a schema URI ends.

use rollbook_filter::{AttrPath, SplitPath};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const GROUP: &str = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";

const fn parts<'s>(uri: Option<&'s str>, name: Option<&'s str>, sub: Option<&'s str>) -> SplitPath<'s> {
    SplitPath { uri, name, sub }
}

#[track_caller]
fn check(uris: &[&str], cases: &[(&str, SplitPath<'_>)]) {
    for (text, expected) in cases {
        let path = AttrPath::new(*text).unwrap();
        assert_eq!(path.split(uris.iter().copied()), *expected, "{text}");
    }
}

#[test]
fn rfc7644_3_10_plain_names() {
    check(
        &[USER],
        &[
            ("userName", parts(None, Some("userName"), None)),
            ("name.familyName", parts(None, Some("name"), Some("familyName"))),
            ("members.$ref", parts(None, Some("members"), Some("$ref"))),
            ("urn", parts(None, Some("urn"), None)),
        ],
    );
}

#[test]
fn rfc7644_3_10_known_schemas() {
    check(
        &[USER, ENTERPRISE, GROUP],
        &[
            (
                "urn:ietf:params:scim:schemas:core:2.0:User:userName",
                parts(Some(USER), Some("userName"), None),
            ),
            (
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
                parts(Some(ENTERPRISE), Some("manager"), Some("value")),
            ),
            (ENTERPRISE, parts(Some(ENTERPRISE), None, None)),
            (
                "URN:IETF:params:scim:schemas:CORE:2.0:user:userName",
                parts(Some("URN:IETF:params:scim:schemas:CORE:2.0:user"), Some("userName"), None),
            ),
            (GROUP, parts(Some(GROUP), None, None)),
            (
                "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group:foo",
                parts(Some(GROUP), Some("foo"), None),
            ),
        ],
    );
}

#[test]
fn the_longest_known_schema_wins() {
    let uris = ["urn:a", "urn:a:b", "urn:a:b:c"];
    check(
        &uris,
        &[
            ("urn:a:b", parts(Some("urn:a:b"), None, None)),
            ("urn:a:x", parts(Some("urn:a"), Some("x"), None)),
            ("urn:a:b:x.y", parts(Some("urn:a:b"), Some("x"), Some("y"))),
            ("urn:a:b:c", parts(Some("urn:a:b:c"), None, None)),
            ("urn:a:bc", parts(Some("urn:a"), Some("bc"), None)),
        ],
    );
    check(
        &["urn:a"],
        &[
            ("urn:a:2.0", parts(Some("urn:a:2.0"), None, None)),
            ("urn:a:2.0:User:x", parts(Some("urn:a:2.0:User"), Some("x"), None)),
            ("urn:ab:x", parts(Some("urn:ab"), Some("x"), None)),
        ],
    );
}

#[test]
fn an_unknown_schema_is_split_at_the_last_colon_before_a_name() {
    check(
        &[],
        &[
            (
                "urn:okta:app:1.0:user:custom:shoe.size",
                parts(Some("urn:okta:app:1.0:user:custom"), Some("shoe"), Some("size")),
            ),
            ("urn:extension:members", parts(Some("urn:extension"), Some("members"), None)),
            ("urn:example:2.0", parts(Some("urn:example:2.0"), None, None)),
            ("urn:example:v2.0", parts(Some("urn:example:v2.0"), None, None)),
            ("urn:x", parts(Some("urn"), Some("x"), None)),
            ("https://example.com/Group", parts(Some("https://example.com/Group"), None, None)),
            ("https://example.com/Group:foo", parts(Some("https://example.com/Group"), Some("foo"), None)),
        ],
    );
}

#[test]
fn new_takes_exactly_one_path() {
    for text in ["", " ", " a", "a ", "a b", "a.b.c", "a[b pr]", "1", "a.", "urn:", "urn:a:", "a:b", "a\n"] {
        assert!(AttrPath::new(text).is_err(), "{text:?}");
    }
    let owned: AttrPath<'static> = AttrPath::new(String::from("a.b")).unwrap();
    assert_eq!(owned, "a.b".parse().unwrap());
}
