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

#[test]
fn keys_are_written_and_read_again() {
    let body = |value: &str| format!(r#"{{"active": true, "userName": "Zo\u00eb", "{ZOO}": {value}}}"#);
    let full = body(r#"{"level": -10, "ratio": 0.50, "hired": "1969-12-31T23:59:59.25Z"}"#);
    let paths = ["active", "userName", "externalId", &format!("{ZOO}:level"), &format!("{ZOO}:ratio")];
    let hired = format!("{ZOO}:hired");
    for descending in [false, true] {
        let mut texts = Vec::new();
        for path in paths.iter().chain([&hired.as_str()]) {
            let sort = sort(path, descending).unwrap();
            for body in [full.as_str(), "{}"] {
                let key = sort.key(&resource(body));
                assert_eq!(sort.decode_key(&key.encode()), Some(key.clone()), "{path}");
                texts.push(key.encode());
            }
        }
        assert_eq!(
            texts,
            ["b1", "-", "tzoë", "-", "-", "-", "n-10", "-", "n0.50", "-", "i-1.250000000", "-"]
        );
    }
}

#[test]
fn what_is_no_key_of_this_order_is_refused() {
    let hired = format!("{ZOO}:hired");
    let level = format!("{ZOO}:level");
    let cases = [
        ("userName", vec!["", "b1", "n1", "i0.0", "--", "x", "T", "0"]),
        ("active", vec!["b", "b2", "b01", "t", "-x"]),
        (level.as_str(), vec!["n", "n01", "n+1", "n 1", "nNaN", "t1"]),
        (
            hired.as_str(),
            vec!["i", "i0", "i0.", "i+1.0", "i00.0", "i0.00", "i9999999999999999.0", "i0.2000000000"],
        ),
    ];
    for (path, texts) in cases {
        for text in texts {
            assert_eq!(sort(path, false).unwrap().decode_key(text), None, "{path}: {text:?}");
        }
    }
}

#[test]
fn long_values_have_short_keys_in_the_right_order() {
    let names = [
        "a".repeat(499),
        format!("{}b", "a".repeat(499)),
        format!("{}\u{e9}", "a".repeat(499)),
        format!("{}\u{800}x", "a".repeat(499)),
        format!("{}\u{10ffff}", "a".repeat(499)),
    ];
    let sort_name = sort("userName", false).unwrap();
    let name = |name: &str| sort_name.key(&resource(&format!(r#"{{"userName": "{name}"}}"#)));
    assert!(names.windows(2).all(|pair| name(&pair[0]) < name(&pair[1])));
    let long = "\u{10ffff}".repeat(10_000);
    assert_eq!(name(&long).encode().len(), 2_001);
    assert_eq!(name(&format!("{long}x")), name(&long), "what differs only later is equal");
    let sort_ratio = sort(&format!("{ZOO}:ratio"), false).unwrap();
    let ratio = |number: &str| sort_ratio.key(&resource(&format!(r#"{{"{ZOO}": {{"ratio": {number}}}}}"#)));
    let (nines, zeros) = ("9".repeat(600), "0".repeat(600));
    let numbers = [format!("-{nines}"), "-2".into(), "0".into(), format!("0.1{zeros}1"), "0.2".into(), nines];
    assert!(numbers.windows(2).all(|pair| ratio(&pair[0]) < ratio(&pair[1])));
    assert!(numbers.iter().all(|number| ratio(number).encode().len() < 400));
}
