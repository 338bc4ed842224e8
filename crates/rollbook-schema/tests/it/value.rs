//! RFC 7643 §2.3 to §2.5: values.

use rollbook_schema::{AttributeName, Complex, JsonLimits, Registry, Resource, Value};

use super::value;

#[test]
fn a_value_is_small() {
    assert_eq!((size_of::<Value>(), size_of::<AttributeName>()), (32, 16));
}

#[test]
fn rfc7643_2_5_null_and_the_empty_array_are_unassigned() {
    for (text, unassigned) in
        [("null", true), ("[]", true), ("\"\"", false), ("{}", false), ("false", false), ("[null]", false)]
    {
        assert_eq!(value(text).is_unassigned(), unassigned, "{text}");
    }
}

#[test]
fn elements_of_arrays_and_of_single_values() {
    assert_eq!(value("[1,2]").elements().len(), 2);
    assert_eq!(value("\"x\"").elements().filter_map(Value::as_str).collect::<Vec<_>>(), ["x"]);
    assert_eq!(value("{}").elements().len(), 1);
    assert_eq!(value("null").elements().len(), 0);
}

#[test]
fn equality_is_by_meaning() {
    for (left, right, same) in [
        (r#"{"a":1,"b":2}"#, r#"{"B":2.0,"A":1}"#, true),
        (r#"{"a":1}"#, r#"{"a":1,"b":null}"#, false),
        (r#"{"a":1}"#, r#"{"b":1}"#, false),
        ("[1,2]", "[2,1]", false),
        ("1", "\"1\"", false),
        ("null", "false", false),
        (r#""A""#, r#""a""#, false),
    ] {
        assert_eq!(value(left) == value(right), same, "{left} {right}");
    }
}

#[test]
fn opaque_extensions_compare_as_json() {
    let read = |text: &str, known: &Registry| {
        let resource = Resource::from_slice(text.as_bytes(), &JsonLimits::default(), known).unwrap();
        resource.get("urn:x:y").unwrap().clone()
    };
    let nothing = Registry::default();
    let schema = r#"{"id":"urn:x:y"}"#;
    let knowing = Registry::builder().schema_json(schema).build().unwrap();
    let (left, right) = (r#"{"urn:x:y": {"a" : 1, "b":[ ]}}"#, r#"{"urn:x:y":{"B":[],"a":1.0}}"#);
    assert!(matches!(read(left, &nothing), Value::Opaque(_)));
    assert_eq!(read(left, &nothing), read(right, &nothing));
    assert_eq!(read(left, &nothing), read(right, &knowing));
    assert_eq!(read(right, &knowing), read(left, &nothing));
    assert_ne!(read(left, &nothing), read(r#"{"urn:x:y":{"a":2,"b":[]}}"#, &nothing));
}

#[test]
fn members_keep_place_and_spelling() {
    let mut complex = Complex::new();
    assert_eq!(complex.insert("UserName", "ana"), None);
    assert_eq!(complex.insert("x", 1), None);
    assert_eq!(complex.insert("USERNAME", "bob"), Some(Value::from("ana")));
    assert_eq!(Value::from(complex.clone()).to_json_string(), r#"{"UserName":"bob","x":1}"#);
    assert_eq!(complex.get("username").and_then(Value::as_str), Some("bob"));
    *complex.get_mut("X").unwrap() = Value::Null;
    assert!(complex.contains("x"));
    for (_, value) in complex.iter_mut() {
        *value = Value::from(true);
    }
    assert_eq!(complex.remove("userName"), Some(Value::from(true)));
    assert_eq!(complex.remove("userName"), None);
    complex.retain(|name, _| name != "x");
    assert!(complex.is_empty());
}

#[test]
fn collecting_keeps_the_first_place_and_the_last_value() {
    let complex: Complex = [("a", 1), ("b", 2), ("A", 3)].into_iter().collect();
    assert_eq!(Value::from(complex).to_json_string(), r#"{"a":3,"b":2}"#);
    let mut many: Complex = (0..100).map(|n| (format!("n{n}"), n)).collect();
    many.extend([("N50", -1)]);
    assert_eq!(many.len(), 100);
    assert_eq!(many.iter().nth(50).map(|(name, _)| name.as_str()), Some("n50"));
    assert_eq!(many.iter().next_back().map(|(name, _)| name.as_str()), Some("n99"));
    assert_eq!((&many).into_iter().len(), 100);
}

#[test]
fn serde_reads_and_writes_values() {
    let text = r#"{"b":[1,-2,1.5,"x",true,null],"a":{"UserName":"é"}}"#;
    let read: Value = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    assert_eq!(read, value(text));
    assert!(serde_json::from_str::<Value>(r#"{"a":1,"A":2}"#).is_err());
    assert!(serde_json::from_str::<Complex>("[]").is_err());
    assert!(serde_json::from_str::<Resource>("1").is_err());
    let json: serde_json::Value = serde_json::to_value(&read).unwrap();
    assert_eq!(serde_json::from_value::<Value>(json).unwrap(), read);
}
