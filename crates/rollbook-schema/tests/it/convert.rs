//! Resources and types of one's own, through serde.

use std::collections::BTreeMap;

use proptest::prelude::{Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};
use rollbook_schema::{DateTime, Number, Resource, Value};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{resource, value, written};

/// Reads a value into a type and compares the sentence of the refusal.
fn refused<'de, T: Deserialize<'de> + std::fmt::Debug>(resource: &'de Resource, expected: &str) {
    assert_eq!(resource.deserialize::<T>().unwrap_err().to_string(), expected);
}

#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", default)]
struct Person<'a> {
    #[serde(borrow)]
    schemas: Vec<&'a str>,
    user_name: &'a str,
    active: Option<bool>,
    #[serde(borrow)]
    emails: Vec<Email<'a>>,
    #[serde(rename = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")]
    work: Option<Work>,
    level: Option<u8>,
    since: Option<DateTime>,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Email<'a> {
    value: &'a str,
    #[serde(rename = "type")]
    kind: Option<Kind>,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Home,
    Work,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Work {
    cost_center: String,
}

const ANA: &str = r#"{"SCHEMAS":["x"],"username":"ana","active":true,
    "Emails":[{"VALUE":"ana@example.com","Type":"work"},{"value":"a@example.com"}],"level":3,
    "URN:ietf:params:scim:schemas:extension:enterprise:2.0:user":{"COSTcenter":"7"},
    "since":"2011-05-13T04:42:34Z","nickName":"An"}"#;

#[test]
fn rfc7643_2_1_names_are_compared_without_case() {
    let resource = resource(ANA);
    let person: Person<'_> = resource.deserialize().unwrap();
    assert_eq!(
        person,
        Person {
            schemas: vec!["x"],
            user_name: "ana",
            active: Some(true),
            emails: vec![
                Email { value: "ana@example.com", kind: Some(Kind::Work) },
                Email { value: "a@example.com", kind: None },
            ],
            work: Some(Work { cost_center: "7".to_owned() }),
            level: Some(3),
            since: Some("2011-05-13T04:42:34Z".parse().unwrap()),
        }
    );
    let again = Resource::from_serialize(&person).unwrap();
    assert_eq!(again.deserialize::<Person<'_>>().unwrap(), person);
    assert_eq!(
        written(&again),
        r#"{"schemas":["x"],"userName":"ana","active":true,"emails":[{"value":"ana@example.com","type":"work"},{"value":"a@example.com"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"costCenter":"7"},"level":3,"since":"2011-05-13T04:42:34Z"}"#
    );
}

#[test]
fn strings_are_borrowed() {
    let resource = resource(r#"{"userName":"a\u0020b"}"#);
    let person: Person<'_> = resource.deserialize().unwrap();
    assert_eq!(person.user_name, "a b");
    assert!(std::ptr::eq(person.user_name, resource.user_name().unwrap()));
}

#[test]
fn rfc7643_2_5_null_is_no_value() {
    let resource = resource(r#"{"userName":"ana","active":null,"emails":null,"level":null}"#);
    assert_eq!(
        resource.deserialize::<Person<'_>>().unwrap(),
        Person { user_name: "ana", ..Person::default() }
    );
}

#[test]
fn a_flattened_field_takes_the_rest() {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Open {
        user_name: String,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    }
    let resource = resource(r#"{"USERNAME":"ana","Nickname":"x","Shoe":38.50}"#);
    let open: Open = resource.deserialize().unwrap();
    assert_eq!(open.user_name, "ana");
    let names: Vec<_> = open.rest.keys().collect();
    assert_eq!(names, ["Shoe", "nickName"]);
}

#[test]
fn numbers_lose_nothing_silently() {
    #[derive(Debug, Deserialize)]
    struct Exact {
        n: Number,
    }
    #[derive(Debug, Deserialize)]
    struct Machine<T> {
        #[serde(bound(deserialize = "T: Deserialize<'de>"))]
        n: T,
    }
    for text in ["1.10", "1e2", "12345678901234567890123", "-0", "1e999", "7"] {
        let resource = resource(&format!(r#"{{"n":{text}}}"#));
        assert_eq!(resource.deserialize::<Exact>().unwrap().n.to_string(), text);
        let tree: Machine<Value> = resource.deserialize().unwrap();
        assert_eq!(tree.n.to_json_string(), text);
    }
    let float: Machine<f64> = resource(r#"{"n":7}"#).deserialize().unwrap();
    assert!((float.n - 7.0).abs() < f64::EPSILON);
    let wide: Machine<i128> = resource(r#"{"n":18446744073709551616}"#).deserialize().unwrap();
    assert_eq!(wide.n, 18_446_744_073_709_551_616);
    let resource = resource(r#"{"n":1.5}"#);
    refused::<Machine<u8>>(&resource, "`n`: expected u8, found a number with a fraction");
}

#[test]
fn numbers_of_an_unknown_extension_lose_nothing_silently() {
    #[derive(Debug, Deserialize)]
    struct Holder<T> {
        #[serde(rename = "urn:example:x", bound(deserialize = "T: Deserialize<'de>"))]
        x: BTreeMap<String, T>,
    }
    let of = |number: &str| resource(&format!(r#"{{"urn:example:x":{{"n": {number}, "m":[[{number}]]}}}}"#));
    for text in ["1.10", "1e2", "12345678901234567890123", "-0", "1e999", "7"] {
        let resource = of(text);
        let whole: Value = resource.deserialize().unwrap();
        let expected = format!(r#"{{"urn:example:x":{{"n":{text},"m":[[{text}]]}}}}"#);
        assert_eq!(whole.to_json_string(), expected);
        let parts: Holder<Value> = resource.deserialize().unwrap();
        assert_eq!(parts.x["n"].to_json_string(), text);
    }
    let wide = resource(r#"{"urn:example:x":{"n":18446744073709551616}}"#);
    assert_eq!(wide.deserialize::<Holder<i128>>().unwrap().x["n"], 18_446_744_073_709_551_616);
    let long = r#"{"urn:example:x":{"n":1,"m":[{"deep":1234567890123456789012345678901234567890}]}}"#;
    refused::<Holder<serde_json::Value>>(
        &resource(long),
        "`urn:example:x.m[0].deep`: the number has more digits than a machine number holds; read it as a rollbook_schema::Number",
    );
    refused::<Holder<serde_json::Value>>(
        &of("1e999"),
        "`urn:example:x.n`: the number is beyond the range of a float; read it as a rollbook_schema::Number",
    );
    refused::<Holder<u8>>(
        &of("300"),
        "`urn:example:x.n`: expected u8, found a whole number that does not fit",
    );
}

#[test]
fn an_unknown_extension_is_read_as_a_known_one_is() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "camelCase")]
    struct Badge<'a> {
        shoe_size: u8,
        note: Option<&'a str>,
        tags: Vec<Kind>,
        pair: (u8, u8),
    }
    #[derive(Debug, Deserialize)]
    struct Holder<'a> {
        #[serde(rename = "urn:example:x", borrow)]
        x: Badge<'a>,
    }
    let resource = resource(
        r#"{"urn:example:x":{ "SHOEsize": 38, "note": "a", "Tags": [ "home", {"work":null} ], "pair":[1,2], "more": 1e999 }}"#,
    );
    let Holder { x } = resource.deserialize().unwrap();
    let expected = Badge { shoe_size: 38, note: Some("a"), tags: vec![Kind::Home, Kind::Work], pair: (1, 2) };
    assert_eq!(x, expected);
    let nulls = super::resource(r#"{"urn:example:x":{"shoeSize":1,"note":null,"tags":null,"pair":[1,2,3]}}"#);
    refused::<Holder<'_>>(&nulls, "`urn:example:x.pair`: the array has 1 elements too many");
}

#[test]
fn json_text_becomes_the_tree_without_loss() {
    let text = r#"{"id":[1.10,12345678901234567890123,1e999,-0],"UserName":"x","n":null}"#;
    assert_eq!(serde_json::from_str::<Value>(text).unwrap().to_json_string(), text);
    assert_eq!(written(&serde_json::from_slice(text.as_bytes()).unwrap()), text);
    let nested: Vec<Number> = serde_json::from_str("[1.10,12345678901234567890123]").unwrap();
    assert_eq!(nested[1].to_string(), "12345678901234567890123");
    let untyped: Value = serde_json::from_value(serde_json::json!({"a": [1, "x"]})).unwrap();
    assert_eq!(untyped.to_json_string(), r#"{"a":[1,"x"]}"#);
    let twice = serde_json::from_str::<Value>(r#"{"a":1,"A":2}"#).unwrap_err().to_string();
    assert!(twice.contains("`A` occurs twice"), "{twice}");
}

#[test]
fn a_tree_in_a_type_keeps_everything() {
    #[derive(Deserialize, Serialize)]
    struct Carrier {
        inner: Value,
    }
    let text = r#"{"inner":{"UserName":"x","list":[1.10,{"ID":null}],"name":{"GivenName":1e2}}}"#;
    let carrier: Carrier = resource(text).deserialize().unwrap();
    assert_eq!(written(&Resource::from_serialize(&carrier).unwrap()), text);
}

#[test]
fn an_unknown_extension_is_read_from_its_text_and_kept_as_it_is() {
    #[derive(Deserialize, Serialize)]
    struct Opaque<'a> {
        #[serde(rename = "urn:example:x", borrow)]
        x: &'a RawValue,
    }
    #[derive(Deserialize)]
    struct Read {
        #[serde(rename = "urn:example:x")]
        x: BTreeMap<String, f64>,
    }
    let text = r#"{"urn:example:x":{ "b": 1.50 }}"#;
    let resource = resource(text);
    let opaque: Opaque<'_> = resource.deserialize().unwrap();
    assert_eq!(opaque.x.get(), r#"{ "b": 1.50 }"#);
    assert_eq!(written(&Resource::from_serialize(&opaque).unwrap()), text);
    assert_eq!(resource.deserialize::<Read>().unwrap().x["b"].to_string(), "1.5");
    let boxed: BTreeMap<String, Box<RawValue>> = super::resource(r#"{"a":[1.10]}"#).deserialize().unwrap();
    assert_eq!(boxed["a"].get(), "[1.10]");
}

#[test]
fn enums_of_every_kind() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    #[serde(rename_all = "camelCase")]
    enum Any {
        Unit,
        New(u8),
        Tuple(u8, u8),
        Struct { a: u8 },
    }
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Holder {
        e: Any,
    }
    for (text, e) in [
        (r#"{"e":"unit"}"#, Any::Unit),
        (r#"{"e":{"new":1}}"#, Any::New(1)),
        (r#"{"e":{"tuple":[1,2]}}"#, Any::Tuple(1, 2)),
        (r#"{"e":{"struct":{"a":1}}}"#, Any::Struct { a: 1 }),
    ] {
        let holder = Holder { e };
        assert_eq!(resource(text).deserialize::<Holder>().unwrap(), holder);
        assert_eq!(written(&Resource::from_serialize(&holder).unwrap()), text);
    }
    refused::<Holder>(
        &resource(r#"{"e":{}}"#),
        "`e`: expected an object of one member, named after a variant",
    );
    refused::<Holder>(
        &resource(r#"{"e":{"tuple":[1,2,3]}}"#),
        "`e.tuple`: the array has 1 elements too many",
    );
}

#[test]
fn errors_name_the_attribute_and_no_value() {
    let secret = resource(r#"{"userName":"ana","emails":[{"value":"a"},{"value":["hunter2"]}]}"#);
    refused::<Person<'_>>(&secret, "`emails[1].value`: expected a borrowed string, found an array");
    refused::<Person<'_>>(
        &resource(r#"{"active":"hunter2"}"#),
        "`active`: expected a boolean, found a string",
    );
    refused::<Person<'_>>(
        &resource(r#"{"level":300}"#),
        "`level`: expected u8, found a whole number that does not fit",
    );
    refused::<Email<'_>>(&resource("{}"), "missing field `value`");
    refused::<u8>(&resource("{}"), "expected u8, found an object");
}

#[test]
fn what_is_no_resource_is_refused() {
    fn error<T: Serialize + ?Sized>(value: &T) -> String {
        Resource::from_serialize(value).unwrap_err().to_string()
    }
    assert_eq!(error("x"), "a resource is an object; write a struct or a map");
    assert_eq!(error(&BTreeMap::from([(1, 2)])), "the name of a member must be a string");
    assert_eq!(
        error(&BTreeMap::from([("a", f64::NAN)])),
        "`a`: JSON has no infinite numbers; send a finite one"
    );
    assert_eq!(
        error(&BTreeMap::from([("a", 1), ("A", 2)])),
        "`a`: the name occurs twice in one object (upper and lower case are the same)"
    );
    #[derive(Serialize)]
    struct Nest(Option<Box<Self>>);
    #[derive(Serialize)]
    struct Deep {
        n: Vec<Self>,
    }
    let mut deep = Deep { n: Vec::new() };
    for _ in 0..300 {
        deep = Deep { n: vec![deep] };
    }
    assert!(error(&deep).ends_with("nested deeper than 256 levels; flatten it"));
    let nest = BTreeMap::from([("a", Nest(Some(Box::new(Nest(None)))))]);
    assert_eq!(written(&Resource::from_serialize(&nest).unwrap()), "{}");
}

#[test]
fn what_none_and_null_become() {
    let members = BTreeMap::from([("a", None), ("b", Some(Value::Null)), ("c", Some(Value::from(1)))]);
    assert_eq!(written(&Resource::from_serialize(&members).unwrap()), r#"{"b":null,"c":1}"#);
    let list = BTreeMap::from([("a", [None, Some(1)])]);
    assert_eq!(written(&Resource::from_serialize(&list).unwrap()), r#"{"a":[null,1]}"#);
    let small = BTreeMap::from([("a", 0.1_f32)]);
    assert_eq!(written(&Resource::from_serialize(&small).unwrap()), r#"{"a":0.1}"#);
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        prop::strategy::Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?".prop_map(|text| value(&text)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name =
            prop_oneof!["[a-zA-Z$:]{1,6}", any::<String>(), prop::strategy::Just("USERNAME".to_owned())];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..4)
                .prop_map(|members| Value::from(members.into_iter().collect::<rollbook_schema::Complex>())),
        ]
    })
}

proptest! {
    #[test]
    fn a_tree_comes_back_through_serde_to_the_letter(value in tree()) {
        let text = value.to_json_string();
        prop_assert_eq!(&Value::deserialize(&value).unwrap().to_json_string(), &text);
        let resource = Resource::from_serialize(&BTreeMap::from([("x", value)])).unwrap();
        prop_assert_eq!(resource.get("x").unwrap().to_json_string(), text);
        let again: Resource = resource.deserialize().unwrap();
        prop_assert_eq!(again.to_vec(), resource.to_vec());
    }
}
