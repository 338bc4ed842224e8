//! The pure planner, by table and by property.

use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use rollbook_provision::{AttributeChange, plan, plan_adoption};
use rollbook_schema::{JsonLimits, Registry, Resource};

use crate::service::apply;

fn parse(json: &str) -> Resource {
    Resource::from_slice(json.as_bytes(), &JsonLimits::default(), &Registry::standard()).unwrap()
}

fn show(changes: &[AttributeChange]) -> String {
    let show = |change: &AttributeChange| match &change.value {
        Some(value) => format!("{} = {}", change.path, value.to_json_string()),
        None => format!("{} cleared", change.path),
    };
    changes.iter().map(show).collect::<Vec<_>>().join("; ")
}

#[test]
fn by_table() {
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let enterprise = |inner: &str| format!(r#"{{"{urn}":{{{inner}}}}}"#);
    let cases: &[(&str, &str, &str, &str)] = &[
        ("the same", r#"{"userName":"a"}"#, r#"{"username":"a"}"#, ""),
        ("new", r#"{"userName":"a","title":"x"}"#, r#"{"userName":"a"}"#, r#"title = "x""#),
        ("changed", r#"{"title":"y"}"#, r#"{"title":"x"}"#, r#"title = "y""#),
        ("case of a value", r#"{"title":"X"}"#, r#"{"title":"x"}"#, r#"title = "X""#),
        ("removed", "{}", r#"{"title":"x"}"#, "title cleared"),
        ("null", r#"{"title":null}"#, r#"{"title":"x"}"#, "title cleared"),
        ("empty list", r#"{"emails":[]}"#, r#"{"emails":[{"value":"a"}]}"#, "emails cleared"),
        ("nothing against nothing", r#"{"emails":[],"title":null}"#, "{}", ""),
        (
            "outputs",
            r#"{"schemas":["a"],"id":"1","meta":{"version":"1"}}"#,
            r#"{"schemas":["b"],"id":"2"}"#,
            "",
        ),
        ("numbers by value", r#"{"x":1.0}"#, r#"{"x":1}"#, ""),
        ("false is a value", r#"{"active":false}"#, "{}", "active = false"),
        (
            "order of elements with a value",
            r#"{"emails":[{"value":"a","type":"work"},{"value":"b"}]}"#,
            r#"{"emails":[{"value":"b"},{"type":"work","value":"a"}]}"#,
            "",
        ),
        (
            "one element twice",
            r#"{"emails":[{"value":"a"},{"value":"a"}]}"#,
            r#"{"emails":[{"value":"a"},{"value":"b"}]}"#,
            r#"emails = [{"value":"a"},{"value":"a"}]"#,
        ),
        (
            "one element less",
            r#"{"roles":[{"value":"a"}]}"#,
            r#"{"roles":[{"value":"a"},{"value":"b"}]}"#,
            r#"roles = [{"value":"a"}]"#,
        ),
        ("order of plain elements", r#"{"x":["a","b"]}"#, r#"{"x":["b","a"]}"#, r#"x = ["a","b"]"#),
        (
            "order of elements without a value",
            r#"{"addresses":[{"region":"a"},{"region":"b"}]}"#,
            r#"{"addresses":[{"region":"b"},{"region":"a"}]}"#,
            r#"addresses = [{"region":"a"},{"region":"b"}]"#,
        ),
        (
            "part of a complex attribute removed",
            r#"{"name":{"givenName":"A"}}"#,
            r#"{"name":{"givenName":"A","middleName":"B"}}"#,
            r#"name.middleName cleared; name = {"givenName":"A"}"#,
        ),
        ("null part", r#"{"name":{"givenName":"A","middleName":null}}"#, r#"{"name":{"givenName":"A"}}"#, ""),
        ("unknown extension", r#"{"urn:x:y":{"a":1}}"#, r#"{"urn:x:y":{"a":2}}"#, r#"urn:x:y = {"a":1}"#),
        (
            "unknown extension, other bytes",
            r#"{"urn:x:y":{"a":1,"b":2}}"#,
            r#"{"urn:x:y":{ "b":2, "a":1}}"#,
            "",
        ),
        ("unknown extension removed", "{}", r#"{"urn:x:y":{"a":2}}"#, "urn:x:y cleared"),
    ];
    for (name, desired, confirmed, expected) in cases {
        assert_eq!(show(&plan(&parse(desired), &parse(confirmed))), *expected, "{name}");
    }
    let cases: &[(&str, &str, String)] = &[
        (r#""department":"R""#, "", format!(r#"{urn}:department = "R""#)),
        ("", r#""department":"R""#, format!("{urn}:department cleared")),
        (
            r#""division":"D","department":"S""#,
            r#""department":"R","division":"D""#,
            format!(r#"{urn}:department = "S""#),
        ),
        (
            r#""manager":{"value":"2"}"#,
            r#""manager":{"value":"1","displayName":"x"}"#,
            format!(r#"{urn}:manager.displayName cleared; {urn}:manager = {{"value":"2"}}"#),
        ),
    ];
    for (desired, confirmed, expected) in cases {
        assert_eq!(show(&plan(&parse(&enterprise(desired)), &parse(&enterprise(confirmed)))), *expected);
    }
    assert_eq!(
        show(&plan(&Resource::new(), &parse(&enterprise(r#""department":"R""#)))),
        format!("{urn}:department cleared")
    );
}

#[test]
fn adoption_removes_nothing() {
    let desired = parse(r#"{"userName":"a","title":"x","name":{"givenName":"A"}}"#);
    let observed =
        parse(r#"{"userName":"a","nickName":"theirs","name":{"givenName":"B","middleName":"theirs"}}"#);
    assert_eq!(
        show(&plan_adoption(&desired, &observed, &Resource::new())),
        r#"title = "x"; name = {"givenName":"A"}"#
    );
}

#[test]
fn adoption_takes_back_what_the_hub_has_sent_itself() {
    let desired = parse(r#"{"userName":"a"}"#);
    let observed = parse(r#"{"userName":"a","nickName":"theirs","title":"ours"}"#);
    let sent = parse(r#"{"userName":"a","title":"ours","locale":"en"}"#);
    assert_eq!(show(&plan_adoption(&desired, &observed, &sent)), "title cleared");
}

#[test]
fn long_lists_do_not_cost_their_square() {
    let list = |values: &mut dyn Iterator<Item = u32>| {
        let elements: Vec<String> = values.map(|value| format!(r#"{{"value":"{value}"}}"#)).collect();
        parse(&format!(r#"{{"roles":[{}]}}"#, elements.join(",")))
    };
    let (up, down) = (list(&mut (0..50_000)), list(&mut (0..50_000).rev()));
    let started = std::time::Instant::now();
    assert_eq!(plan(&up, &down), []);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

fn text() -> impl Strategy<Value = String> {
    "[a-c]{1,2}".prop_map(|text| format!("\"{text}\""))
}

fn object(names: &'static [&'static str]) -> impl Strategy<Value = String> {
    btree_map(proptest::sample::select(names), text(), 0..4).prop_map(|members| {
        let members: Vec<String> =
            members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    })
}

fn elements() -> impl Strategy<Value = String> {
    let element = (text(), of(text())).prop_map(|(value, kind)| match kind {
        Some(kind) => format!(r#"{{"value":{value},"type":{kind}}}"#),
        None => format!(r#"{{"value":{value}}}"#),
    });
    vec(element, 0..4).prop_map(|elements| format!("[{}]", elements.join(",")))
}

/// A resource with each kind of attribute: plain, Boolean, complex, multi-valued, extensions known and unknown.
fn resource() -> impl Strategy<Value = Resource> {
    let parts = (
        of(text()),
        of(prop_oneof![Just("true".to_owned()), Just("false".to_owned()), Just("null".to_owned())]),
        of(object(&["givenName", "familyName", "middleName"])),
        of(elements()),
        of(object(&["department", "division", "costCenter"])),
        of(object(&["x", "y"])),
    );
    parts.prop_map(|(title, active, name, emails, enterprise, unknown)| {
        let named = [
            ("title", title),
            ("active", active),
            ("name", name),
            ("emails", emails),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", enterprise),
            ("urn:example:unknown", unknown),
        ];
        let members: Vec<String> =
            named.into_iter().filter_map(|(name, value)| Some(format!("\"{name}\":{}", value?))).collect();
        parse(&format!("{{{}}}", members.join(",")))
    })
}

proptest! {
    #[test]
    fn a_plan_leads_from_confirmed_to_desired(desired in resource(), confirmed in resource()) {
        let changes = plan(&desired, &confirmed);
        let mut reached = confirmed;
        apply(&mut reached, &changes);
        prop_assert_eq!(show(&plan(&desired, &reached)), "", "after {}", show(&changes));
        prop_assert_eq!(show(&plan(&reached, &desired)), "", "after {}", show(&changes));
    }

    #[test]
    fn nothing_to_do_exactly_when_equal(desired in resource(), confirmed in resource()) {
        prop_assert!(plan(&desired, &desired).is_empty());
        prop_assert_eq!(plan(&desired, &confirmed).is_empty(), plan(&confirmed, &desired).is_empty());
    }

    #[test]
    fn an_adoption_clears_nothing_and_reaches_what_is_desired(desired in resource(), observed in resource()) {
        let changes = plan_adoption(&desired, &observed, &Resource::new());
        prop_assert!(changes.iter().all(|change| change.value.is_some()));
        let mut reached = observed;
        apply(&mut reached, &changes);
        // What is left to do is removals, and complex attributes that keep parts of theirs.
        for change in plan(&desired, &reached) {
            let complex = change.value.as_ref().is_some_and(|value| value.as_complex().is_some());
            prop_assert!(change.value.is_none() || complex, "{:?}", change);
        }
    }
}
