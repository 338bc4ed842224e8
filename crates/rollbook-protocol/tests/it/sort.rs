//! Sorting (RFC 7644 §3.4.2.3, decision D28).

use rollbook_filter::AttrPath;
use rollbook_protocol::Sort;

use crate::fixtures::{ZOO, registry, resource};

fn sort(path: &str, descending: bool) -> Option<Sort> {
    Sort::new(&AttrPath::new(path.to_owned()).unwrap(), descending, registry(), "Keeper")
}

/// Sorts bodies and returns their ids in order.
fn order(path: &str, descending: bool, bodies: &[&str]) -> String {
    let sort = sort(path, descending).unwrap();
    let mut resources: Vec<_> = bodies.iter().map(|body| resource(body)).collect();
    resources.sort_by(|left, right| sort.compare(left, right));
    let by_compare: String = resources.iter().filter_map(|resource| resource.id()).collect();
    resources.sort_by_cached_key(|resource| sort.key(resource));
    let by_key: String = resources.iter().filter_map(|resource| resource.id()).collect();
    assert_eq!(by_compare, by_key);
    by_key
}

#[test]
fn strings_sort_without_case_and_absent_ones_last() {
    let bodies = [
        r#"{"id": "1"}"#,
        r#"{"id": "2", "userName": "bob"}"#,
        r#"{"id": "3", "userName": "Carol"}"#,
        r#"{"id": "4", "userName": "Alice"}"#,
        r#"{"id": "5", "userName": 5}"#,
        r#"{"id": "6", "userName": "BOB"}"#,
    ];
    assert_eq!(order("userName", false, &bodies), "426315");
    assert_eq!(order("USERNAME", true, &bodies), "153264");
}

#[test]
fn case_exact_strings_sort_with_case() {
    let bodies = [
        r#"{"id": "1", "externalId": "b"}"#,
        r#"{"id": "2", "externalId": "B"}"#,
        r#"{"id": "3", "externalId": "a"}"#,
    ];
    assert_eq!(order("externalId", false, &bodies), "231");
}

#[test]
fn of_several_values_the_primary_or_the_first_counts() {
    let bodies = [
        r#"{"id": "1", "emails": [{"value": "c@x"}, {"value": "a@x"}]}"#,
        r#"{"id": "2", "emails": [{"value": "z@x"}, {"value": "b@x", "primary": true}]}"#,
        r#"{"id": "3", "emails": []}"#,
        r#"{"id": "4", "emails": [{"value": "a@x"}]}"#,
    ];
    for path in ["emails", "emails.value"] {
        assert_eq!(order(path, false, &bodies), "4213");
    }
}

#[test]
fn other_types_sort_by_their_meaning() {
    let body = |id: &str, value: &str| format!(r#"{{"id": "{id}", "{ZOO}": {value}}}"#);
    let bodies = [
        body("1", r#"{"level": 10, "ratio": 0.5, "hired": "2020-01-01T00:00:00+02:00"}"#),
        body("2", r#"{"level": 9, "ratio": 1e-3, "hired": "2019-12-31T23:00:00Z"}"#),
        body("3", r#"{"level": -1, "ratio": 2, "hired": "2019-12-31T21:00:00Z"}"#),
    ];
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    assert_eq!(order(&format!("{ZOO}:level"), false, &bodies), "321");
    assert_eq!(order(&format!("{ZOO}:ratio"), false, &bodies), "213");
    assert_eq!(order(&format!("{ZOO}:hired"), false, &bodies), "312");
    let bodies = [r#"{"id": "1", "active": true}"#, r#"{"id": "2"}"#, r#"{"id": "3", "active": false}"#];
    assert_eq!(order("active", false, &bodies), "312");
    assert_eq!(order("meta.created", false, &[r#"{"id": "1", "meta": {"created": "x"}}"#]), "1");
}

#[test]
fn d28_what_has_no_order_gives_none() {
    let hidden = format!("{ZOO}:pin");
    for path in [
        "nonsense",
        "name",
        "addresses",
        "emails.nonsense",
        "urn:example:unknown:x",
        ZOO,
        &hidden,
        "password",
    ] {
        assert!(sort(path, false).is_none(), "{path}");
    }
    let path = AttrPath::new("userName").unwrap();
    assert!(Sort::new(&path, false, registry(), "Robot").is_none());
}
