//! What a filter may cost.

use std::time::{Duration, Instant};

use rollbook_filter::{AttrPath, Filter, Limits, ParseErrorKind, PatchPath};

fn nested(levels: usize) -> String {
    format!("{}a pr{}", "(".repeat(levels), ")".repeat(levels))
}

#[test]
fn length_is_counted_in_bytes() {
    let limits = Limits { max_length: 8, ..Limits::default() };
    assert!(Filter::parse_with("abcde pr", &limits).is_ok());
    let error = Filter::parse_with("abcdef pr", &limits).unwrap_err();
    assert_eq!(*error.kind(), ParseErrorKind::TooLong { limit: 8 });
    assert_eq!(error.input(), "abcdef p");
    let error = Filter::parse_with("a eq \"\u{e9}\u{e9}\"", &Limits { max_length: 9, ..limits }).unwrap_err();
    assert_eq!((error.input(), error.span()), ("a eq \"\u{e9}", 8..8), "a character is not cut");
    assert!(PatchPath::parse(&"a".repeat(2_001)).is_err());
    assert!(AttrPath::new("a".repeat(2_001)).is_err());
    assert!(AttrPath::new("a".repeat(2_000)).is_ok());
}

#[test]
fn eighteen_nested_brackets_are_no_burden() {
    assert_eq!(Filter::parse(&nested(18)).unwrap().to_string(), "a pr");
}

#[test]
fn depth_counts_every_bracket() {
    assert!(Filter::parse(&nested(32)).is_ok());
    let error = Filter::parse(&nested(33)).unwrap_err();
    assert_eq!(*error.kind(), ParseErrorKind::TooDeep { limit: 32 });
    assert_eq!(error.span(), 32..33);

    let limits = Limits { max_depth: 2, ..Limits::default() };
    for text in ["not (not (a pr))", "((a pr)) and ((b pr))", "a[(b pr)]", "(a[b pr])"] {
        assert!(Filter::parse_with(text, &limits).is_ok(), "{text}");
    }
    for text in ["not (not (not (a pr)))", "not ((a[b pr]))", "a[not ((b pr))]"] {
        let error = Filter::parse_with(text, &limits).unwrap_err();
        assert_eq!(*error.kind(), ParseErrorKind::TooDeep { limit: 2 }, "{text}");
    }
    let none = Limits { max_depth: 0, ..Limits::default() };
    assert!(PatchPath::parse_with("a.b", &none).is_ok());
    assert!(PatchPath::parse_with("a[b pr]", &none).is_err());
}

#[test]
fn no_setting_lifts_the_ceiling_on_depth() {
    let limits = Limits { max_length: usize::MAX, max_depth: usize::MAX, max_terms: usize::MAX };
    assert!(Filter::parse_with(&nested(Limits::DEPTH_CEILING), &limits).is_ok());
    let error = Filter::parse_with(&nested(1_000_000), &limits).unwrap_err();
    assert_eq!(*error.kind(), ParseErrorKind::TooDeep { limit: Limits::DEPTH_CEILING });
}

#[test]
fn the_deepest_tree_is_printed_copied_and_dropped() {
    let mut text = "a pr".to_owned();
    for _ in 0..Limits::DEPTH_CEILING / 2 {
        text = format!("not (b pr and (c pr or {text}))");
    }
    let limits = Limits { max_length: usize::MAX, max_depth: usize::MAX, max_terms: usize::MAX };
    let filter = Filter::parse_with(&text, &limits).unwrap().into_owned();
    assert_eq!(filter.to_string(), text);
    assert_eq!(filter.paths().len(), Limits::DEPTH_CEILING + 1);
}

#[test]
fn terms_count_tests_and_value_paths() {
    let limits = Limits { max_terms: 3, ..Limits::default() };
    for text in ["a pr and b pr or c pr", "a[b pr and c pr]", "not (a pr) and b[c pr].d eq 1"] {
        assert!(Filter::parse_with(text, &limits).is_ok(), "{text}");
    }
    let error = Filter::parse_with("a pr and b[c pr and d pr]", &limits).unwrap_err();
    assert_eq!(*error.kind(), ParseErrorKind::TooManyTerms { limit: 3 });
    assert_eq!(error.span(), 20..21);
    assert!(PatchPath::parse_with("a[b pr and c pr and d pr]", &limits).is_err());

    let many = vec!["a pr"; 257].join(" or ");
    let error = Filter::parse_with(&many, &Limits { max_length: 4_000, ..Limits::default() }).unwrap_err();
    assert_eq!(*error.kind(), ParseErrorKind::TooManyTerms { limit: 256 });
}

#[test]
fn time_is_linear_in_the_length() {
    // Twenty-five times the default length: were the time quadratic or worse, this would not end in time.
    let limits = Limits { max_length: usize::MAX, max_depth: usize::MAX, max_terms: usize::MAX };
    let length = 50_000;
    let units = [
        "(",
        "not (",
        "not(not(",
        "a[",
        "a pr and (",
        "a[b pr or (",
        "a pr and ",
        "(a pr) or ",
        "a eq \"",
        "\\u0041",
        "a eq \"\\\\\\\" ",
        "a.",
        "urn:",
        "urn:a:b ",
        " ",
        "\"",
        "a eq 1",
        "1",
        "not ",
        "é",
        "a eq \"x\" or b[c pr] and ",
    ];
    let started = Instant::now();
    for unit in units {
        for end in ["", "a pr", "\"", ")"] {
            let text = unit.repeat(length / unit.len()) + end;
            if let Err(error) = Filter::parse_with(&text, &limits) {
                assert!(error.to_string().len() < 400, "{error}");
                assert!(error.render().len() < 2_000);
            }
            let string = format!("a eq \"{text}");
            let _ = Filter::parse_with(&string, &limits);
            let _ = PatchPath::parse_with(&text, &limits);
        }
    }
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}
