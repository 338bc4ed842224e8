//! RFC 7644 §3.4.2.2: what is a filter, and how it prints.

use rollbook_filter::{AttrExp, AttrPath, CompValue, CompareOp, Filter, Test};

/// Reads each text and compares what it prints; an empty expectation means the text itself.
#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, printed) in cases {
        let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {}", error.render()));
        let printed = if printed.is_empty() { text } else { printed };
        assert_eq!(filter.to_string(), *printed, "{text}");
        assert_eq!(Filter::parse(printed).unwrap(), filter, "{text}");
    }
}

#[track_caller]
fn refuse(cases: &[&str]) {
    for text in cases {
        assert!(Filter::parse(text).is_err(), "{text} was read as {:?}", Filter::parse(text));
    }
}

#[test]
fn rfc7644_3_4_2_2_examples_of_figure_2() {
    check(&[
        (r#"userName eq "bjensen""#, ""),
        (r#"name.familyName co "O'Malley""#, ""),
        (r#"userName sw "J""#, ""),
        (r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#, ""),
        ("title pr", ""),
        (r#"meta.lastModified gt "2011-05-13T04:42:34Z""#, ""),
        (r#"title pr and userType eq "Employee""#, ""),
        (r#"title pr or userType eq "Intern""#, ""),
        (r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#, ""),
        (r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#, ""),
        (r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#, ""),
        (
            r#"userType eq "Employee" and (emails.type eq "work")"#,
            r#"userType eq "Employee" and emails.type eq "work""#,
        ),
        (r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#, ""),
        (
            r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
            "",
        ),
    ]);
}

#[test]
fn rfc7644_3_4_2_2_operators_and_keywords_have_any_case() {
    check(&[
        (r#"a EQ "x" AND b Pr oR NOT (c Ge 1)"#, r#"a eq "x" and b pr or not (c ge 1)"#),
        ("a Ne 1 and a cO 1 and a SW 1 and a eW 1", "a ne 1 and a co 1 and a sw 1 and a ew 1"),
        ("a GT 1 and a lT 1 and a Le 1", "a gt 1 and a lt 1 and a le 1"),
    ]);
}

#[test]
fn rfc7644_3_4_2_2_keywords_are_known_by_position() {
    check(&[
        ("not pr", ""),
        ("and eq 1", ""),
        ("or pr and and pr or or pr", ""),
        ("pr pr", ""),
        ("not (not pr)", ""),
        ("NOT eq 1", "NOT eq 1"),
        ("not (not (not eq 1))", ""),
        ("eq eq 1", ""),
        ("not[not pr]", ""),
        ("not.and pr", ""),
        ("android pr and order pr or nothing pr", ""),
        ("true eq true", ""),
    ]);
    refuse(&["not not pr", "not not (a pr)", "and", "a pr android pr", "a pr orb pr", "not a pr"]);
}

#[test]
fn rfc7644_3_4_2_2_blanks() {
    check(&[
        (" \t\r\n a\n pr  ", "a pr"),
        ("not(a pr)", "not (a pr)"),
        ("not  ( a pr )", "not (a pr)"),
        (r#"emails [ type  eq  "work" ] "#, r#"emails[type eq "work"]"#),
        ("(a pr)and(b pr)or not(c pr)", "a pr and b pr or not (c pr)"),
        ("a pr and(b pr or c pr)", "a pr and (b pr or c pr)"),
    ]);
    refuse(&[
        "a eq(1)",
        "a eq \"x\"and b pr",
        "a eq 1and b pr",
        "a\u{a0}pr",
        "name .familyName pr",
        "name. familyName pr",
        "emails[a pr] .value pr",
    ]);
}

#[test]
fn rfc7643_2_1_attribute_names() {
    check(&[
        ("$ref pr", ""),
        (r#"members.$ref co "Users""#, ""),
        (r#"members[$ref eq "x"]"#, ""),
        ("a-b_c$d.e-1 pr", ""),
        ("x509Certificates pr", ""),
    ]);
    refuse(&["1a pr", "-a pr", "_a pr", "a..b pr", "a. pr", ".a pr", "a.b.c pr", "a.1 pr", "é pr", "a:b pr"]);
}

#[test]
fn rfc7644_3_10_attributes_with_a_schema_uri() {
    check(&[
        (r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "26118915""#, ""),
        (r#"URN:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"]"#, ""),
        (r#"emails[urn:example:type eq "work"]"#, ""),
        (r#"http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group:foo eq "x""#, ""),
        ("not (urn:x:y pr)", ""),
        ("urn pr and http.https pr", ""),
    ]);
    refuse(&["urn: pr", "urn:a: pr", "urn:a. pr", "http:// pr", "http:a pr", "ftp://a:b pr"]);
}

#[test]
fn rfc7644_3_4_2_2_value_paths() {
    check(&[
        (r#"addresses[zipcode eq 88283 and city ne "Austin"]"#, ""),
        (r#"addresses[(a pr or b pr) and not (c pr)]"#, ""),
        (r#"name.parts[a pr]"#, ""),
        (r#"not (emails[type eq "work"] and title pr)"#, ""),
        (r#"emails[((type eq "work"))]"#, r#"emails[type eq "work"]"#),
    ]);
    refuse(&[
        "emails[]",
        "emails[type]",
        "emails[a pr",
        "emails a pr]",
        "[a pr]",
        "emails[a pr)",
        "(emails[a pr)]",
    ]);
    refuse(&["emails[a pr] pr", "emails[a pr] eq 1", "emails[a pr][b pr]", "emails[a pr]b pr"]);
}

#[test]
fn rfc7644_errata_4690_no_value_path_within_another() {
    refuse(&["a[b[c pr]]", "a[b pr and c[d pr]]", "a[not (b[c pr])]", "a[b[c pr].d pr]"]);
}

#[test]
fn entra_tests_a_sub_attribute_of_selected_values() {
    check(&[
        (r#"emails[type eq "work"].value eq "x""#, ""),
        (r#"emails[type eq "work"].value pr and not (ims[a pr].$ref co "y")"#, ""),
        (r#"urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"].value eq "x""#, ""),
    ]);
    refuse(&["emails[a pr].", "emails[a pr].value", "emails[a pr].value.x pr", "emails[a pr].1 pr"]);
}

#[test]
fn a_plain_test_borrows_everything() {
    use std::borrow::Cow;
    let filter = Filter::parse(r#"userName eq "x""#).unwrap();
    let Filter::Attr(AttrExp {
        path,
        test: Test::Compare(CompareOp::Eq, CompValue::String(Cow::Borrowed("x"))),
    }) = filter
    else {
        panic!("{filter:?}");
    };
    assert_eq!(path, AttrPath::new("userName").unwrap());
    assert_eq!(path.as_str(), "userName");
}

#[test]
fn rfc7644_3_4_2_2_brackets_belong_together() {
    refuse(&[
        "(a pr",
        "a pr)",
        "((a pr)",
        "(a pr))",
        "not (a pr",
        "()",
        "(",
        ")",
        "not ()",
        "a pr (b pr)",
        "(a pr) b pr",
    ]);
}

#[test]
fn rfc7644_3_4_2_2_operators_stand_between_operands() {
    refuse(&[
        "a pr and",
        "and a pr",
        "a pr or",
        "a pr and or b pr",
        "a pr and and",
        "a pr, b pr",
        "a pr && b pr",
    ]);
}

#[test]
fn paths_are_visited_in_order() {
    let filter = Filter::parse("a pr and not (b[c pr or d.e pr] or f[g pr].h pr)").unwrap();
    let names: Vec<_> = filter.paths().into_iter().map(AttrPath::as_str).collect();
    assert_eq!(names, ["a", "b", "c", "d.e", "f", "g"]);
    let mut within = Vec::new();
    filter.visit(&mut |parent, path| within.push((parent.map(AttrPath::as_str), path.as_str())));
    let expected =
        [(None, "a"), (None, "b"), (Some("b"), "c"), (Some("b"), "d.e"), (None, "f"), (Some("f"), "g")];
    assert_eq!(within, expected);
}
