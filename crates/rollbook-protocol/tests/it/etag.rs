//! Entity tags (RFC 7644 §3.14, decision D32).

use rollbook_protocol::{etag, etag_matches};

#[test]
fn tags_are_weak() {
    assert_eq!(etag(7), "W/\"7\"");
    assert_eq!(etag(u64::MAX), "W/\"18446744073709551615\"");
}

#[test]
fn d32_headers_compare_by_the_opaque_part() {
    let cases = [
        ("W/\"7\"", true),
        ("\"7\"", true),
        ("7", true),
        ("*", true),
        (" * ", true),
        ("W/\"6\", \"7\"", true),
        ("W/\"6\",W/\"7\"", true),
        (",, W/\"7\" ,", true),
        ("W/\"6\", W/\"8\"", false),
        ("W/\"77\"", false),
        ("\"a,7\"", false),
        ("\"a,\"7\"", false),
        ("w/\"7\"", false),
        ("\"*\"", false),
        ("", false),
        (" , ", false),
        ("\"7", false),
        ("\"07\"", false),
    ];
    for (header, expected) in cases {
        assert_eq!(etag_matches(header, 7), expected, "{header}");
    }
}

proptest::proptest! {
    #[test]
    fn a_tag_matches_its_version_alone(version: u64, other: u64, before in "[a-z\", W/*]{0,12}") {
        proptest::prop_assert!(etag_matches(&etag(version), version));
        proptest::prop_assert_eq!(etag_matches(&etag(other), version), version == other);
        let _ = etag_matches(&before, version);
    }
}
