//! RFC 7644 §3.4.2.2 `compValue`: JSON's rules (RFC 7159).

use std::borrow::Cow;

use rollbook_filter::{CompValue, Filter, ParseErrorKind, Test};

#[track_caller]
fn value(text: &str) -> CompValue<'static> {
    let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{}", error.render())).into_owned();
    match filter {
        Filter::Attr(expression) => match expression.test {
            Test::Compare(_, value) => value,
            Test::Present => panic!("{text}: no value"),
        },
        other => panic!("{text}: {other:?}"),
    }
}

#[track_caller]
fn kind(literal: &str) -> ParseErrorKind {
    Filter::parse(&format!("a eq {literal}")).unwrap_err().kind().clone()
}

#[test]
fn rfc7159_3_literals_are_in_lower_case() {
    assert_eq!(value("a eq null"), CompValue::Null);
    assert_eq!(value("a eq true"), CompValue::Boolean(true));
    assert_eq!(value("(a eq false)"), CompValue::Boolean(false));
    for literal in ["True", "FALSE", "Null", "nul", "truely"] {
        assert_eq!(kind(literal), ParseErrorKind::UnquotedValue, "{literal}");
    }
}

#[test]
fn rfc7159_6_numbers_keep_their_digits() {
    for lexeme in ["0", "-0", "25", "25.52", "1e5", "1E+05", "-12.0e-3", "123456789012345678901234567890.10"]
    {
        assert_eq!(value(&format!("a gt {lexeme}")), CompValue::Number(Cow::Borrowed(lexeme)));
    }
    for lexeme in ["01", "-", "1.", "1.e5", "1e", "1e+", "0x10", "1_000", "--1", "2011-05-13", "1,5", "-a"] {
        assert_eq!(kind(lexeme), ParseErrorKind::InvalidNumber, "{lexeme}");
    }
    for lexeme in ["+1", ".5", "NaN", "Infinity"] {
        assert_eq!(kind(lexeme), ParseErrorKind::UnquotedValue, "{lexeme}");
    }
}

#[test]
fn rfc7159_7_strings() {
    let cases = [
        (r#""""#, ""),
        (r#""O'Brien and co or not (x)]""#, "O'Brien and co or not (x)]"),
        (r#""Zoë Müller 漢 😀""#, "Zoë Müller 漢 😀"),
        (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        (r#""\u0041\u00e9\u6F22""#, "Aé漢"),
        (r#""a\uD83D\uDE00b""#, "a😀b"),
        (r#""\u0000""#, "\0"),
        ("\"\u{7f}\"", "\u{7f}"),
    ];
    for (literal, text) in cases {
        let read = value(&format!("a eq {literal}"));
        assert_eq!(read, CompValue::String(Cow::Borrowed(text)), "{literal}");
        assert_eq!(serde_json::from_str::<String>(literal).unwrap(), text);
        assert_eq!(serde_json::from_str::<String>(&read.to_string()).unwrap(), text, "printed");
    }
}

#[test]
fn rfc7159_7_what_is_no_string() {
    for literal in [r#""\a""#, r#""\ufe""#, r#""\u12g4""#, r#""\U0041""#, r#""\é""#, r#""\u+041""#] {
        assert_eq!(kind(literal), ParseErrorKind::InvalidEscape, "{literal}");
    }
    for literal in [
        r#""\ud83d""#,
        r#""\ude00""#,
        r#""\ud83dx""#,
        r#""\ud83d\n""#,
        r#""\ud83d\ud83d""#,
        r#""\ud83d\u0041""#,
    ] {
        assert_eq!(kind(literal), ParseErrorKind::LoneSurrogate, "{literal}");
    }
    for literal in ["\"a\nb\"", "\"\t\"", "\"\0\"", "\"\\n\u{1f}\""] {
        assert_eq!(kind(literal), ParseErrorKind::ControlCharacter, "{literal:?}");
    }
    for literal in ["\"", "\"abc", "\"abc\\", "\"abc\\\"", "\"\\n"] {
        assert_eq!(kind(literal), ParseErrorKind::UnterminatedString, "{literal}");
    }
}

#[test]
fn decision_d9_an_unquoted_value_is_refused() {
    for literal in ["O", "bjensen", "'bjensen'", "user@example.com", "{}", "“x”"] {
        assert_eq!(kind(literal), ParseErrorKind::UnquotedValue, "{literal}");
    }
    for literal in ["", "(\"x\")", "[1]"] {
        assert!(matches!(kind(literal), ParseErrorKind::Expected(_)), "{literal}");
    }
}

#[test]
fn rfc7644_3_4_2_2_every_operator_takes_every_value() {
    for op in ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"] {
        for literal in ["null", "true", "1", "\"x\""] {
            value(&format!("a {op} {literal}"));
        }
    }
}
