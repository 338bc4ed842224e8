//! Filters and paths built in code.

use proptest::prelude::*;
use rollbook_filter::{
    AttrExp, AttrPath, CompValue, CompareOp, Filter, ParseError, ParseErrorKind, PatchPath, Test, ValuePath,
};

use crate::strategy;

fn a() -> Filter<'static> {
    Filter::present("a").unwrap()
}

fn b() -> Filter<'static> {
    Filter::eq("b", 1).unwrap()
}

fn c() -> Filter<'static> {
    Filter::sw("c.d", "x").unwrap()
}

#[track_caller]
fn check(filter: &Filter<'_>, text: &str) {
    assert_eq!(filter.to_string(), text);
    assert_eq!(Filter::parse(text).as_ref(), Ok(filter));
}

#[test]
fn each_operator_has_a_function() {
    let built = [
        Filter::eq("a", "x"),
        Filter::ne("a", "x"),
        Filter::co("a", "x"),
        Filter::sw("a", "x"),
        Filter::ew("a", "x"),
        Filter::gt("a", "x"),
        Filter::ge("a", "x"),
        Filter::lt("a", "x"),
        Filter::le("a", "x"),
    ];
    for (op, filter) in CompareOp::ALL.into_iter().zip(built) {
        check(&filter.unwrap(), &format!(r#"a {op} "x""#));
        assert_eq!(Filter::compare("a", op, "x"), Filter::parse(&format!(r#"a {op} "x""#)));
    }
}

#[test]
fn chains_are_flat_however_they_are_joined() {
    check(&a().and(b()).and(c()), r#"a pr and b eq 1 and c.d sw "x""#);
    check(&a().and(b().and(c())), r#"a pr and b eq 1 and c.d sw "x""#);
    check(&a().or(b()).or(c().or(a())), r#"a pr or b eq 1 or c.d sw "x" or a pr"#);
    check(&a().or(b()).and(c()), r#"(a pr or b eq 1) and c.d sw "x""#);
    check(&a().or(b().and(c())), r#"a pr or b eq 1 and c.d sw "x""#);
    check(&!a().and(b()), "not (a pr and b eq 1)");
    check(&!!a(), "not (not (a pr))");
    check(&Filter::all([a(), b().and(c()), a()]).unwrap(), r#"a pr and b eq 1 and c.d sw "x" and a pr"#);
    check(&Filter::any([a().or(b()), c()]).unwrap(), r#"a pr or b eq 1 or c.d sw "x""#);
    check(&Filter::any([a().and(b())]).unwrap(), "a pr and b eq 1");
    assert_eq!(Filter::all([a()]), Some(a()));
    assert_eq!(Filter::all([]), None);
    assert_eq!(Filter::any([]), None);
}

#[test]
fn values_become_json() {
    let owned = String::from("x");
    let cases: [(CompValue<'_>, &str); 12] = [
        ("x\"y".into(), r#""x\"y""#),
        (String::from("x").into(), r#""x""#),
        ((&owned).into(), r#""x""#),
        (true.into(), "true"),
        (7_u8.into(), "7"),
        (i64::MIN.into(), "-9223372036854775808"),
        (u64::MAX.into(), "18446744073709551615"),
        (Some("x").into(), r#""x""#),
        (None::<&str>.into(), "null"),
        (CompValue::try_from(0.5).unwrap(), "0.5"),
        (CompValue::try_from(1e21).unwrap(), "1000000000000000000000"),
        (CompValue::number("1.50e3").unwrap(), "1.50e3"),
    ];
    for (value, text) in cases {
        assert_eq!(value.to_string(), text);
        check(&Filter::eq("a", value).unwrap(), &format!("a eq {text}"));
    }
    for refused in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(*CompValue::try_from(refused).unwrap_err().kind(), ParseErrorKind::InvalidNumber);
    }
    for refused in ["", "1 ", "01", "1.", "+1", "1 or a pr", "\"1\""] {
        assert_eq!(
            *CompValue::number(refused).unwrap_err().kind(),
            ParseErrorKind::InvalidNumber,
            "{refused}"
        );
    }
}

#[test]
fn a_name_is_checked_and_a_value_is_never_syntax() {
    for name in ["", "user name", "a.b.c", "a eq 1 or b", "a[b pr]", "1a", "a\"", "urn:x:", "a:b"] {
        let error: ParseError = Filter::eq(name, "x").unwrap_err();
        assert_eq!(error.input(), name);
        assert!(Filter::present(name).is_err() && Filter::value_path(name, a()).is_err(), "{name}");
    }
    check(&Filter::eq("a", "x\" or b pr or c eq \"").unwrap(), r#"a eq "x\" or b pr or c eq \"""#);
}

#[test]
fn a_path_is_text_or_a_path_that_is_known_to_be_one() {
    let path = AttrPath::new("name.givenName").unwrap();
    let expected = Filter::parse(r#"name.givenName eq "x""#).unwrap();
    assert_eq!(Filter::eq(&path, "x").unwrap(), expected);
    assert_eq!(Filter::eq(path.clone(), "x").unwrap(), expected);
    assert_eq!(Filter::eq(String::from("name.givenName"), "x").unwrap(), expected);
    assert_eq!(Filter::from(AttrExp { path, test: Test::Compare(CompareOp::Eq, "x".into()) }), expected);
}

#[test]
fn rfc7644_3_10_an_attribute_of_a_schema() {
    let user = "urn:ietf:params:scim:schemas:core:2.0:User";
    let path = AttrPath::in_schema(user, "name.givenName").unwrap();
    assert_eq!(path.as_str(), "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName");
    assert_eq!(path.split([user]).uri, Some(user));
    for (uri, name) in [
        ("core", "name"),
        ("", "name"),
        ("urn:x:", "name"),
        ("urn:x[", "name"),
        (user, ""),
        (user, "a b"),
        (user, "a.b.c"),
        (user, "1a"),
        (user, "urn:x:y"),
    ] {
        assert!(AttrPath::in_schema(uri, name).is_err(), "{uri} {name}");
    }
}

#[test]
fn value_paths() {
    let work = || Filter::eq("type", "work").unwrap();
    let path = || ValuePath::new("emails", work()).unwrap();
    check(
        &Filter::value_path("emails", work().and(!a())).unwrap(),
        r#"emails[type eq "work" and not (a pr)]"#,
    );
    check(&path().into(), r#"emails[type eq "work"]"#);
    check(&path().test("value", Test::Present).unwrap(), r#"emails[type eq "work"].value pr"#);
    for name in ["", "a.b", "a b", "urn:x:y", "1"] {
        assert!(path().test(name, Test::Present).is_err() && path().sub_attr(name).is_err(), "{name}");
    }
    let patch: [(PatchPath<'_>, &str); 3] = [
        (AttrPath::new("name.givenName").unwrap().into(), "name.givenName"),
        (path().into(), r#"emails[type eq "work"]"#),
        (path().sub_attr("$ref").unwrap(), r#"emails[type eq "work"].$ref"#),
    ];
    for (built, text) in patch {
        assert_eq!(built.to_string(), text);
        assert_eq!(PatchPath::parse(text), Ok(built));
    }
}

#[test]
fn rfc7644_errata_4690_no_value_path_within_another() {
    let inner = Filter::value_path("b", a()).unwrap();
    let tested = ValuePath::new("b", a()).unwrap().test("c", Test::Present).unwrap();
    for filter in [inner.clone(), a().and(inner.clone()), !inner.clone(), a().or(tested)] {
        let error = Filter::value_path("x", filter).unwrap_err();
        assert_eq!(*error.kind(), ParseErrorKind::NestedValuePath);
    }
    insta::assert_snapshot!(Filter::value_path("x", a().and(inner)).unwrap_err().render(), @"
    a value path inside a value path at byte 12; use one pair of square brackets
      |
      | x[a pr and b[a pr]]
      |             ^
    ");
}

/// Joins anything with anything.
fn joined() -> impl Strategy<Value = Filter<'static>> {
    strategy::filter().prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, other)| one.and(other)),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| one.or(other)),
            inner.clone().prop_map(|inner| !inner),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|all| Filter::all(all).unwrap()),
            prop::collection::vec(inner, 1..4).prop_map(|any| Filter::any(any).unwrap()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_built_prints_as_text_that_reads_back(filter in joined()) {
        let unlimited =
            rollbook_filter::Limits { max_length: usize::MAX, max_depth: usize::MAX, max_terms: usize::MAX };
        let text = filter.to_string();
        prop_assert_eq!(Filter::parse_with(&text, &unlimited), Ok(filter));
    }

    #[test]
    fn any_text_is_a_value(text in any::<String>()) {
        let filter = Filter::co("a", text.as_str()).unwrap();
        let printed = filter.to_string();
        prop_assume!(printed.len() <= rollbook_filter::Limits::default().max_length);
        prop_assert_eq!(Filter::parse(&printed), Ok(filter));
    }

    #[test]
    fn any_float_is_a_number_or_refused(float in any::<f64>()) {
        match CompValue::try_from(float) {
            Ok(CompValue::Number(digits)) => prop_assert_eq!(digits.parse::<f64>().unwrap(), float),
            Ok(other) => prop_assert!(false, "{:?}", other),
            Err(_) => prop_assert!(!float.is_finite()),
        }
    }
}
