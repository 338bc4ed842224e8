//! RFC 7644 §3.4.2.2: grouping, then `not`, then `and`, then `or`.

use rollbook_filter::Filter;

/// Writes a tree with every bracket, so that its shape can be compared.
fn shape(filter: &Filter<'_>) -> String {
    let list = |operands: &[Filter<'_>]| operands.iter().map(shape).collect::<Vec<_>>().join(" ");
    match filter {
        Filter::And(operands) => format!("(and {})", list(operands)),
        Filter::Or(operands) => format!("(or {})", list(operands)),
        Filter::Not(inner) => format!("(not {})", shape(inner)),
        Filter::ValuePath(path) => format!("{}[{}]", path.path, shape(&path.filter)),
        Filter::Attr(expression) => expression.path.to_string(),
        other @ Filter::ValueAttr { .. } => other.to_string(),
    }
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(shape(&Filter::parse(text).unwrap()), *expected, "{text}");
    }
}

#[test]
fn rfc7644_3_4_2_2_and_binds_tighter_than_or() {
    check(&[
        ("a pr or b pr and c pr", "(or a (and b c))"),
        ("a pr and b pr or c pr", "(or (and a b) c)"),
        ("a pr and b pr or c pr and d pr", "(or (and a b) (and c d))"),
        ("a pr or b pr and c pr or d pr", "(or a (and b c) d)"),
        ("(a pr or b pr) and c pr", "(and (or a b) c)"),
        ("a pr and (b pr or c pr) and d pr", "(and a (or b c) d)"),
        ("x[a pr or b pr and c pr]", "x[(or a (and b c))]"),
    ]);
}

#[test]
fn rfc7644_3_4_2_2_not_binds_its_brackets_only() {
    check(&[
        ("not (a pr) and b pr", "(and (not a) b)"),
        ("not (a pr or b pr) and c pr", "(and (not (or a b)) c)"),
        ("a pr or not (b pr and c pr) and d pr", "(or a (and (not (and b c)) d))"),
        ("not (not (a pr))", "(not (not a))"),
    ]);
}

#[test]
fn chains_are_flat_whatever_the_brackets() {
    check(&[
        ("a pr and b pr and c pr", "(and a b c)"),
        ("(a pr and b pr) and c pr", "(and a b c)"),
        ("a pr and (b pr and (c pr and d pr))", "(and a b c d)"),
        ("(a pr or b pr) or (c pr or d pr)", "(or a b c d)"),
        ("((((a pr))))", "a"),
        ("((a pr and b pr) or c pr) or d pr", "(or (and a b) c d)"),
    ]);
}
