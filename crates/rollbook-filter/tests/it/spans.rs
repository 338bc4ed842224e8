//! Where an error is said to be.

use rollbook_filter::{Filter, ParseErrorKind, PatchPath};

#[test]
fn spans_mark_the_word_that_is_wrong() {
    let cases = [
        ("userName bad \"john\"", "bad"),
        ("userName eq bjensen and a pr", "bjensen"),
        ("userName eq 'b jensen'", "'b"),
        ("a eq 2011-05-13", "2011-05-13"),
        ("a eq \"x\\ay\"", "\\a"),
        ("a eq \"x\\u12 y\"", "\\u12"),
        ("a eq \"\\ud800\"", "\\ud800"),
        ("a eq \"x\ny\"", "\n"),
        ("a eq \"xy", "\"xy"),
        ("a pr )", ")"),
        ("a pr \"two words\"", "\"two words\""),
        ("a pr   b pr", "b"),
        ("not userName pr", "userName"),
        ("x[a pr and b[c pr]]", "["),
        ("a eq (1)", "("),
        ("foo", ""),
        ("foo eq", ""),
        ("(foo pr", ""),
        ("foo  ", ""),
        ("é pr", "é"),
    ];
    for (text, marked) in cases {
        let error = Filter::parse(text).unwrap_err();
        assert_eq!(&text[error.span()], marked, "{text}: {error}");
        assert_eq!(error.input(), text);
    }
}

#[test]
fn an_empty_span_stands_at_the_end() {
    assert_eq!(Filter::parse("foo eq").unwrap_err().span(), 6..6);
    assert_eq!(PatchPath::parse("foo[a pr").unwrap_err().span(), 8..8);
}

#[test]
fn kinds_tell_errors_apart() {
    assert_eq!(*Filter::parse("").unwrap_err().kind(), ParseErrorKind::Empty);
    assert_eq!(
        *Filter::parse("a").unwrap_err().kind(),
        ParseErrorKind::Expected("a comparison operator or `pr`")
    );
    assert_eq!(*Filter::parse("a[b[c pr]]").unwrap_err().kind(), ParseErrorKind::NestedValuePath);
}
