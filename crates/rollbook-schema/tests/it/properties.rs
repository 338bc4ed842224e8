//! Properties of reading and writing.

use std::collections::HashSet;

use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use rollbook_schema::{DateTime, JsonLimits, Number, Registry, Resource, Value, parse_value};

/// JSON text without spaces, as our writer writes it, with unique names.
fn json() -> impl Strategy<Value = String> {
    let string = prop::collection::vec(any::<char>(), 0..8)
        .prop_map(String::from_iter)
        .prop_map(|text| Value::from(text).to_json_string());
    let number = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<u64>().prop_map(|number| number.to_string()),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?",
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        number,
        string
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|elements| format!("[{}]", elements.join(","))),
            members(inner, 4),
        ]
    })
}

/// The text of an object of fewer than `most` members.
fn members(inner: impl Strategy<Value = String>, most: usize) -> impl Strategy<Value = String> {
    let name = prop_oneof![
        "[a-zA-Z$:]{1,6}",
        any::<String>(),
        Just("userName".to_owned()),
        Just("urn:x".to_owned())
    ];
    prop::collection::vec((name, inner), 0..most).prop_map(|members| {
        let mut seen = HashSet::new();
        let members = members.into_iter().filter(|(name, _)| seen.insert(name.to_ascii_lowercase()));
        let members = members.map(|(name, value)| format!("{}:{value}", Value::from(name).to_json_string()));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    })
}

/// Puts spaces around every token outside strings.
fn spaced(text: &str) -> String {
    let (mut out, mut quoted, mut escaped) = (String::new(), false, false);
    for char in text.chars() {
        let token = !quoted && matches!(char, '{' | '}' | '[' | ']' | ':' | ',');
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        if token {
            out.push_str(" \n");
        }
        out.push(char);
        if token {
            out.push_str("\t\r ");
        }
    }
    out
}

proptest! {
    #[test]
    fn a_resource_comes_back_to_the_letter(text in members(json(), 6)) {
        let resource = Resource::from_slice(text.as_bytes(), &JsonLimits::default(), &Registry::standard()).unwrap();
        let written = String::from_utf8(resource.to_vec()).unwrap();
        prop_assert_eq!(&written, &text);
        let ours: serde_json::Value = serde_json::from_str(&written).unwrap();
        let theirs: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(ours, theirs);
        prop_assert_eq!(serde_json::to_string(&resource).unwrap(), text);
    }

    #[test]
    fn spaces_change_nothing_but_opaque_text(text in members(json(), 6)) {
        let spaced = spaced(&text);
        let value = parse_value(spaced.as_bytes(), &JsonLimits::default()).unwrap();
        prop_assert_eq!(value.to_json_string(), text);
        let resource = Resource::from_slice(spaced.as_bytes(), &JsonLimits::default(), &Registry::standard()).unwrap();
        let again = Resource::from_slice(&resource.to_vec(), &JsonLimits::default(), &Registry::standard()).unwrap();
        prop_assert_eq!(again.to_vec(), resource.to_vec());
        prop_assert_eq!(Value::from(again), value);
    }

    #[test]
    fn an_unknown_extension_is_byte_exact(inner in members(json(), 6)) {
        let inner = spaced(&inner);
        let text = format!("{{\"id\":\"1\",\"urn:example:unknown\":{}}}", inner.trim());
        let resource = Resource::from_slice(text.as_bytes(), &JsonLimits::default(), &Registry::standard()).unwrap();
        prop_assert_eq!(String::from_utf8(resource.to_vec()).unwrap(), text);
    }

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse_value(&bytes, &JsonLimits::default());
        let _ = Resource::from_slice(&bytes, &JsonLimits::default(), &Registry::standard());
    }

    #[test]
    fn what_serde_json_refuses_is_refused(text in "[\\[\\]{}:,\"\\\\a-fnrtu0-9.eE+ -]{0,20}") {
        let ours = parse_value(text.as_bytes(), &JsonLimits::default());
        let theirs = serde_json::from_str::<&serde_json::value::RawValue>(text.trim());
        if ours.is_ok() {
            prop_assert!(theirs.is_ok(), "{}", text);
        }
    }

    #[test]
    fn cut_and_changed_json_never_panics(text in members(json(), 6), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        let cut = bytes[..at].to_vec();
        prop_assert!(Resource::from_slice(&cut, &JsonLimits::default(), &Registry::standard()).is_err());
        bytes[at] = byte;
        let theirs = serde_json::from_slice::<&serde_json::value::RawValue>(&bytes);
        if parse_value(&bytes, &JsonLimits::default()).is_ok() {
            prop_assert!(theirs.is_ok());
        }
    }

    #[test]
    fn numbers_order_as_integers_do(left in any::<i128>(), right in any::<i128>()) {
        let number = |value: i128| value.to_string().parse::<Number>().unwrap();
        prop_assert_eq!(number(left).cmp(&number(right)), left.cmp(&right));
    }

    #[test]
    fn numbers_order_as_floats_do(left in -1e9..1e9, right in -1e9..1e9) {
        let number = |value: f64| Number::from_f64(value).unwrap();
        prop_assert_eq!(Some(number(left).cmp(&number(right))), left.partial_cmp(&right));
        prop_assert_eq!(number(left).as_f64(), left);
    }

    #[test]
    fn datetimes_never_panic(text in "[0-9TZ:.+ -]{0,30}|-?[0-9]{4,7}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,12})?([+-][0-9]{2}:[0-9]{2})?") {
        if let Ok(datetime) = DateTime::parse(&text) {
            prop_assert_eq!(datetime.to_string(), text);
        }
    }
}
