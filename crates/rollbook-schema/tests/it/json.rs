//! RFC 8259, and the limits on it.

use rollbook_schema::{JsonError, JsonLimits, Registry, Resource, parse_value};

use super::value;

fn error(text: &[u8]) -> JsonError {
    parse_value(text, &JsonLimits::default()).expect_err(&String::from_utf8_lossy(text))
}

#[test]
fn rfc8259_texts_that_are_json() {
    for (text, expected) in [
        (" null\r\n\t", "null"),
        ("true", "true"),
        ("[ ]", "[]"),
        ("{ }", "{}"),
        ("[1 , 2]", "[1,2]"),
        (r#"{ "b" : 1, "a" : [ { } ] }"#, r#"{"b":1,"a":[{}]}"#),
        (r#""\"\\\/\b\f\n\r\t""#, r#""\"\\/\u0008\u000c\n\r\t""#),
        (r#""\u00e9\u20AC\ud83D\uDE00""#, "\"é€😀\""),
        (r#""\u0000""#, r#""\u0000""#),
        ("\"é€😀\u{7f}\u{2028}\"", "\"é€😀\u{7f}\u{2028}\""),
        (r#"{"":""}"#, r#"{"":""}"#),
    ] {
        assert_eq!(value(text).to_json_string(), expected);
    }
}

#[test]
fn rfc8259_texts_that_are_not_json() {
    for (text, line, column) in [
        ("", 1, 1),
        ("  ", 1, 3),
        ("{", 1, 2),
        ("[", 1, 2),
        ("[1", 1, 3),
        ("[1,]", 1, 4),
        ("[1 2]", 1, 4),
        ("{\"a\"}", 1, 5),
        ("{\"a\":}", 1, 6),
        ("{\"a\":1,}", 1, 8),
        ("{a:1}", 1, 2),
        ("{'a':1}", 1, 2),
        ("{\n  \"ä\": nul\n}", 2, 8),
        ("tru", 1, 1),
        ("1 1", 1, 3),
        ("01", 1, 2),
        ("-", 1, 1),
        ("+1", 1, 1),
        ("NaN", 1, 1),
        ("\"a", 1, 3),
        ("\"a\nb\"", 1, 3),
        ("\"\0\"", 1, 2),
        ("\0", 1, 1),
        ("\"\\x\"", 1, 3),
        ("\"\\u12g4\"", 1, 6),
        ("\"\\u12", 1, 6),
        ("\u{feff}{}", 1, 1),
        ("/* */ 1", 1, 1),
    ] {
        match error(text.as_bytes()) {
            JsonError::Syntax { line: l, column: c, .. } => assert_eq!((l, c), (line, column), "{text:?}"),
            other => panic!("{text:?}: {other:?}"),
        }
    }
}

#[test]
fn rfc8259_8_1_text_is_utf8() {
    assert_eq!(error(b"\"a\xff\""), JsonError::InvalidUtf8 { offset: 2 });
    assert_eq!(error(b"{\"\xed\xa0\x80\":1}"), JsonError::InvalidUtf8 { offset: 2 });
}

#[test]
fn rfc8259_8_2_lone_surrogates_are_refused() {
    for text in [
        r#""\ud800""#,
        r#""\udc00""#,
        r#""\ud800x""#,
        r#""\ud800\n""#,
        r#""\ud800\u0041""#,
        r#""\ud800\ud800""#,
        r#""\udc00\ud800""#,
        r#"{"\ud800": 1}"#,
        r#"{"urn:x:y": {"a": "\ud800"}}"#,
    ] {
        assert!(matches!(error(text.as_bytes()), JsonError::LoneSurrogate { line: 1, .. }), "{text}");
    }
}

#[test]
fn rfc7643_2_1_a_name_occurs_once_whatever_its_case() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"userName":1,"x":2,"USERNAME":3}"#,
        r#"{"a":{"b":[{"c":1,"C":2}]}}"#,
        r#"{"urn:x:y":{"c":1,"C":2}}"#,
        r#"{"a":1,"\u0061":1}"#,
    ] {
        assert!(matches!(error(text.as_bytes()), JsonError::DuplicateName { .. }), "{text}");
        let read = Resource::from_slice(text.as_bytes(), &JsonLimits::default(), &Registry::standard());
        assert!(matches!(read, Err(JsonError::DuplicateName { .. })), "{text}");
    }
    assert_eq!(error(br#"{"a":1,"A":1}"#), JsonError::DuplicateName { name: "A".to_owned() });
    let many: Vec<String> = (0..100).map(|n| format!("\"n{n}\":{n}")).collect();
    let text = format!("{{{},\"N7\":0}}", many.join(","));
    assert_eq!(error(text.as_bytes()), JsonError::DuplicateName { name: "N7".to_owned() });
}

#[test]
fn an_error_repeats_no_long_name() {
    let name = "é".repeat(100_000);
    let text = error(format!(r#"{{"{name}":1,"{name}":1}}"#).as_bytes()).to_string();
    assert!(text.len() < 400);
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let limits = |max_depth| JsonLimits { max_depth, ..JsonLimits::default() };
    assert!(parse_value(nested(32).as_bytes(), &limits(32)).is_ok());
    assert_eq!(
        parse_value(nested(33).as_bytes(), &limits(32)),
        Err(JsonError::TooDeep { limit: 32, line: 1, column: 33 })
    );
    assert!(parse_value(b"1", &limits(0)).is_ok());
    assert!(parse_value(b"[]", &limits(0)).is_err());
    for text in ["[".repeat(10_000), "{\"a\":".repeat(10_000), nested(10_000)] {
        assert!(matches!(error(text.as_bytes()), JsonError::TooDeep { limit: 32, .. }));
        let read = parse_value(text.as_bytes(), &limits(usize::MAX));
        assert!(matches!(read, Err(JsonError::TooDeep { limit: 256, .. })));
    }
    assert!(parse_value(nested(256).as_bytes(), &limits(usize::MAX)).is_ok());
}

#[test]
fn depth_is_limited_inside_opaque_extensions() {
    let text = format!(r#"{{"urn:x:y":{{"a":{}}}}}"#, "[".repeat(10_000));
    let read = Resource::from_slice(text.as_bytes(), &JsonLimits::default(), &Registry::standard());
    assert!(matches!(read, Err(JsonError::TooDeep { .. })));
}

#[test]
fn size_is_limited() {
    let limits = JsonLimits { max_bytes: 4, ..JsonLimits::default() };
    assert!(parse_value(b"1234", &limits).is_ok());
    assert_eq!(parse_value(b"12345", &limits), Err(JsonError::TooLarge { limit: 4 }));
}

#[test]
fn an_object_with_many_members_is_read_in_linear_time() {
    let members: Vec<String> = (0..200_000).map(|n| format!("\"n{n}\":0")).collect();
    let text = format!("{{{}}}", members.join(","));
    let read = value(&text);
    assert_eq!(read.as_complex().unwrap().len(), 200_000);
    let mut other: Vec<_> = read.as_complex().unwrap().clone().into_iter().collect();
    other.reverse();
    assert!(read == rollbook_schema::Complex::from_iter(other).into());
}

#[test]
fn only_an_object_is_a_resource() {
    for text in ["[]", "1", "null", "\"x\"", " [{}] "] {
        let read = Resource::from_slice(text.as_bytes(), &JsonLimits::default(), &Registry::standard());
        assert_eq!(read, Err(JsonError::NotAnObject), "{text}");
    }
    let read = Resource::from_slice(b"[", &JsonLimits::default(), &Registry::standard());
    assert!(matches!(read, Err(JsonError::Syntax { .. })));
    let read = Resource::from_slice(b"{} x", &JsonLimits::default(), &Registry::standard());
    assert!(matches!(read, Err(JsonError::Syntax { .. })));
}

#[test]
fn errors_are_sentences() {
    for (text, expected) in [
        ("[1,]", "the body is not JSON: expected a value at line 1, column 4"),
        (
            r#"{"id":1,"ID":2}"#,
            "`ID` occurs twice in one object (upper and lower case are the same); send it once",
        ),
        (r#""\ud800""#, "the string at line 1, column 2 escapes half a surrogate pair; send both halves"),
    ] {
        assert_eq!(error(text.as_bytes()).to_string(), expected);
    }
}
