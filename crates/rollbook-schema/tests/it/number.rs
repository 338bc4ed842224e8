//! RFC 7643 §2.3.3, §2.3.4: numbers.

use std::cmp::Ordering;

use rollbook_schema::{Number, Value};

use super::value;

#[test]
fn rfc8259_6_texts_are_kept() {
    for text in [
        "0",
        "-0",
        "-0.0",
        "1",
        "-1",
        "1.0",
        "1.10",
        "1e2",
        "1E+2",
        "1e-2",
        "1.5e300",
        "0.1",
        "100.00",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "12345678901234567890123",
        "0.30000000000000004",
        "3.141592653589793238462643383",
        "1e400",
        "-1e-400",
        "1e99999999999999999999",
    ] {
        let number: Number = text.parse().unwrap();
        assert_eq!(number.to_string(), text);
        assert_eq!(format!("{number:?}"), text);
        assert_eq!(value(text).to_json_string(), text);
        assert_eq!(serde_json::to_string(&number).unwrap(), text);
        assert_eq!(serde_json::to_string(&value(&format!("[{text}]"))).unwrap(), format!("[{text}]"));
    }
}

#[test]
fn rfc8259_6_other_texts_are_no_numbers() {
    for text in [
        "", "-", "+1", "01", "-01", ".5", "1.", "1.e2", "1e", "1e+", "0x10", "NaN", "Infinity", "1 ", " 1",
        "1,0", "١",
    ] {
        assert!(text.parse::<Number>().is_err(), "{text:?}");
    }
}

#[test]
fn comparison_is_by_value() {
    for (left, right, expected) in [
        ("1.10", "1.1", Ordering::Equal),
        ("1e2", "100", Ordering::Equal),
        ("100.0", "1E+2", Ordering::Equal),
        ("0", "-0.00e9", Ordering::Equal),
        ("0.001", "1e-3", Ordering::Equal),
        ("0", "0.0001", Ordering::Less),
        ("-1", "0", Ordering::Less),
        ("-2", "-1.5", Ordering::Less),
        ("12345678901234567890123", "12345678901234567890124", Ordering::Less),
        ("9007199254740993", "9007199254740992.0", Ordering::Greater),
        ("18446744073709551615", "18446744073709551614", Ordering::Greater),
        ("-18446744073709551615", "18446744073709551615", Ordering::Less),
        ("2", "10", Ordering::Less),
        ("1e400", "1e401", Ordering::Less),
        ("0.12", "0.123", Ordering::Less),
    ] {
        let (left, right): (Number, Number) = (left.parse().unwrap(), right.parse().unwrap());
        assert_eq!(left.cmp(&right), expected, "{left} {right}");
        assert_eq!(right.cmp(&left), expected.reverse(), "{right} {left}");
        assert_eq!(left == right, expected.is_eq());
    }
}

#[test]
fn rfc7643_2_3_4_integers_have_no_fraction_and_no_exponent() {
    for (text, whole, integer) in [
        ("7", Some(7), true),
        ("-9223372036854775808", Some(i64::MIN), true),
        ("9223372036854775808", None, true),
        ("12345678901234567890123", None, true),
        ("-0", Some(0), true),
        ("1e2", Some(100), false),
        ("100.0", Some(100), false),
        ("-2.50e1", Some(-25), false),
        ("0.0", Some(0), false),
        ("0.5", None, false),
        ("1e19", None, false),
        ("1e400", None, false),
    ] {
        let number: Number = text.parse().unwrap();
        assert_eq!(number.as_i64(), whole, "{text}");
        assert_eq!(number.is_integer(), integer, "{text}");
    }
}

#[test]
fn floats() {
    assert_eq!("1.5".parse::<Number>().unwrap().as_f64(), 1.5);
    assert_eq!("1e400".parse::<Number>().unwrap().as_f64(), f64::INFINITY);
    assert_eq!(Number::from_f64(1.5).unwrap().to_string(), "1.5");
    assert!(Number::from_f64(f64::NAN).is_none());
    assert_eq!(Number::from(u64::MAX).to_string(), "18446744073709551615");
    assert_eq!(Number::from(7_u64), Number::from(7_i64));
}

#[test]
fn arbitrary_precision_of_serde_json_is_seen_through() {
    // What serde keeps for a flattened field is a map then.
    let kept = [("$serde_json::private::Number", "1.10")].into_iter();
    let kept = serde::de::value::MapDeserializer::<_, serde::de::value::Error>::new(kept);
    let number = <Value as serde::Deserialize>::deserialize(kept).unwrap();
    assert_eq!(number.to_json_string(), "1.10");
    let wide = serde::de::value::U128Deserializer::<serde::de::value::Error>::new(u128::MAX);
    let wide = <Value as serde::Deserialize>::deserialize(wide).unwrap();
    assert_eq!(wide.to_json_string(), u128::MAX.to_string());
    for text in [
        r#"{"$serde_json::private::Number":"1"}"#,
        r#"{"$serde_json::private::Number":"x"}"#,
        r#"{"$serde_json::private::RawValue":"1"}"#,
        r#"{"$serde_json::private::Number":1}"#,
        r#"{"$serde_json::private::Number":"1","a":2}"#,
    ] {
        assert_eq!(serde_json::from_str::<Value>(text).unwrap().to_json_string(), text);
    }
    let text = r#"{"$serde_json::private::Number":"1"}"#;
    assert_eq!(value(text).to_json_string(), text);
}
