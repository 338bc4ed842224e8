//! What is read without a copy.

use allocation_counter::measure;
use rollbook_filter::{Filter, PatchPath};

#[test]
fn a_plain_comparison_allocates_nothing() {
    for text in [
        r#"userName eq "x""#,
        "title pr",
        "(active eq true)",
        "count gt 12.5",
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#,
    ] {
        let counted = measure(|| drop(Filter::parse(text).unwrap()));
        assert_eq!(counted.count_total, 0, "{text}");
    }
    assert_eq!(measure(|| drop(PatchPath::parse("name.familyName").unwrap())).count_total, 0);
    // The counter counts: brackets box what is in them.
    assert_eq!(measure(|| drop(Filter::parse("emails[type pr]").unwrap())).count_total, 1);
}
